"""leakgate init: from a program to its files and a green run, by answers, options and guesses."""

import concurrent.futures
import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import tempfile

import pytest
import yaml

import standin
from conftest import LEAKGATE, SOURCE, Leakgate

# Not written in Go: another second row at each start, and x ends it with the status 3.
PROGRAM = r"""#!/bin/sh
trap '' INT
stty -icanon -echo
printf '\033[2J\033[HWelcome to it\r\nstarted at %s\r\n' "$(date +%s%N)"
while :; do
    key=$(dd bs=1 count=1 2>/dev/null)
    [ "$key" = x ] && exit 3
done
"""
ANSWERS = {"--program": "bin/app", "--pprof": "none", "--ready": "Welcome to it", "--quit": "x"}
FILES = ["leakgate.yaml", "scenarios/idle.yaml", "scenarios/targets/app.yaml",
         ".github/workflows/leakgate.yml"]


def program(directory, text=PROGRAM, name="app"):
    path = pathlib.Path(directory) / "bin" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def init(leakgate, *arguments, timeout=150, **answers):
    """By options; what is made for trials is in a folder of its own. Its path is short: below a long one
    there is no room for a socket."""
    words = {**ANSWERS, **{f"--{name}": value for name, value in answers.items()}}
    with tempfile.TemporaryDirectory(prefix="leakgate-init-") as temporary:
        done = leakgate("init", *[word for pair in words.items() if pair[1] is not None
                                  for word in pair], *arguments, timeout=timeout,
                        TMPDIR=temporary)
        assert os.listdir(temporary) == [], "something is left of a trial"
    return done


def typed(directory, answers, timeout=240):
    """What it prints in a terminal, and its exit status. `answers` by a word of the question; else
    the guess is taken."""
    pid, master = pty.fork()
    if pid == 0:
        os.chdir(directory)
        os.execve(LEAKGATE, ["leakgate", "init"],
                  {"PATH": os.environ["PATH"], "HOME": str(directory), "LC_ALL": "C.UTF-8",
                   "TERM": "dumb"})
    said = asked = ""
    while select.select([master], [], [], timeout)[0]:
        try:
            data = os.read(master, 65536).decode(errors="replace")
        except OSError:
            break
        said += data
        asked += data
        question = asked.rsplit("\n", 1)[-1]
        if re.search(r"[]:?] $", question):
            answer = next((text for word, text in answers.items() if word in question), "")
            os.write(master, f"{answer}\n".encode())
            asked = ""
    return said.replace("\r", ""), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def of_script(directory):
    program(directory, name="source")
    leakgate = Leakgate(directory)
    done = init(leakgate, "--build", "cp bin/source bin/app")
    return leakgate, done


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Both to a green run, which takes a minute: side by side."""
    script, app = tmp_path_factory.mktemp("script"), tmp_path_factory.mktemp("standin")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        first = pool.submit(of_script, script)
        second = pool.submit(typed, app,
                             {"Which program": f"{standin.BINARY} -project ${{project.p1}}"})
        return first.result(), (app, *second.result())


def test_a_script_by_options(runs):
    leakgate, done = runs[0]
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Idle is green." in done.stdout
    assert "pprof: none: goroutines and heap were not there to be judged" in done.stdout
    assert "git config leakgate.build 'cp bin/source bin/app'" in done.stdout
    target = yaml.safe_load((leakgate.directory / "scenarios/targets/app.yaml").read_text())
    assert target["command"] == ["app"]
    assert target["pprof"] == "none"
    assert target["quit"] == {"status": 3, "steps": [{"press": "x"}]}
    assert target["ready"]["steps"][0] == {"wait": "Welcome to it"}
    assert target["regions"]["changes-1"]["rows"] == 1
    idle = yaml.safe_load((leakgate.directory / "scenarios/idle.yaml").read_text())
    assert idle["measure"]["leave_out"] == ["changes-1"]
    project = yaml.safe_load((leakgate.directory / "leakgate.yaml").read_text())
    assert project == {"version": 1, "program": "bin/app", "build": "cp bin/source bin/app",
                       "tags": ["smoke"]}
    assert leakgate("check").returncode == 0


def test_the_workflow_is_that_of_the_documents(runs):
    text = (runs[0][0].directory / ".github/workflows/leakgate.yml").read_text()
    documented = (pathlib.Path(SOURCE) / "docs" / "ci.md").read_text()
    assert "setup-go" not in text  # there is no go.mod
    for line in text.splitlines():
        assert line in documented


def test_a_program_with_pprof_by_its_guesses(runs):
    directory, said, status = runs[1]
    assert status == 0, said
    assert "always or none: [SIDECAR_PPROF=0]" in said
    assert "| " in said and "Recent Commits" in said
    assert said.count("[") >= 4 and "Idle is green." in said
    target = yaml.safe_load((directory / "scenarios/targets/standin.yaml").read_text())
    assert target["env"] == {"SIDECAR_PPROF": "0"}
    assert target["projects"] == ["p1"] and target["tools"] == ["git"]
    assert "pprof" not in target


@pytest.fixture
def place(leakgate):
    program(leakgate.directory)
    return leakgate


def test_the_build_that_go_mod_suggests(place):
    (place.directory / "go.mod").write_text("module example.org/group/app\n\ngo 1.26\n")
    (place.directory / "main.go").write_text("package main\n")
    said, status = typed(place.directory, {"Which program": "bin/other"})
    assert "[go build -o bin/app .]" in said and status == 2
    (place.directory / "cmd" / "app").mkdir(parents=True)
    said, status = typed(place.directory, {"Which program": "bin/other"})
    assert "[go build -o bin/app ./cmd/app]" in said and status == 2


def assert_refused(leakgate, done, status, text):
    assert (done.returncode, text in done.stderr) == (status, True), done.stdout + done.stderr
    assert not any((leakgate.directory / file).exists() for file in FILES)


@pytest.mark.parametrize("missing", ["program", "pprof", "ready", "quit"])
def test_without_a_terminal_all_answers_are_options(place, missing):
    done = init(place, **{missing: None})
    assert_refused(place, done, 2, "give --program, --pprof, --ready and --quit")


@pytest.mark.parametrize("file", FILES)
def test_nothing_is_overwritten(place, file):
    (place.directory / file).parent.mkdir(parents=True, exist_ok=True)
    (place.directory / file).write_text("version: 1\n")
    done = init(place)
    assert done.returncode == 2
    assert f"{file} exists; init overwrites nothing" in done.stderr
    assert (place.directory / file).read_text() == "version: 1\n"
    assert sum((place.directory / each).exists() for each in FILES) == 1


@pytest.mark.parametrize("answers, status, text", [
    ({"program": "bin/other"}, 2, "there is no program bin/other that can be executed"),
    ({"program": "go build ./..."}, 2, "the go build needs -o PROGRAM"),
    ({"pprof": "6060"}, 2, '"6060" is neither NAME=VALUE, -flag, always nor none'),
    ({"quit": "Return"}, 2, '"Return" is no key'),
    ({"ready": "Goodbye"}, 5, '"Goodbye" does not stand on its screen each time it is started'),
    ({"ready": "started at 1"}, 5, "does not stand on its screen"),
    ({"quit": "q"}, 5, "it does not end within 5 s of q"),
])
def test_a_wrong_answer(place, answers, status, text):
    if "started" in answers.get("ready", ""):
        program(place.directory, PROGRAM.replace("%s%N", "%N").replace("started at", "at $$"))
    assert_refused(place, init(place, **answers), status, text)


def test_a_build_that_fails(place):
    assert_refused(place, init(place, "--build", "exit 3"), 2, "--build ended with exit status 3")


def test_a_program_that_ends_at_once(place):
    program(place.directory, "#!/bin/sh\necho no reason to live >&2\nexit 7\n")
    done = init(place)
    assert_refused(place, done, 5, "it does not come up: ")
    assert "no reason to live" in done.stderr


def test_four_lines_for_a_go_program_without_pprof(place):
    code = standin.BINARY.read_bytes().replace(b"net/http/pprof.", b"net/http/pproX.")
    (place.directory / "bin" / "my-app").write_bytes(code)
    (place.directory / "bin" / "my-app").chmod(0o755)
    done = init(place, "--", "-project", "${project.p1}", program="bin/my-app", ready="no such text")
    assert done.returncode == 5
    assert 'if port := os.Getenv("MY_APP_PPROF"); port != "" {' in done.stdout


# How programs open pprof, by wrappers of the stand-in. A text that is not there ends it after that.
WRAPPERS = {
    "SIDECAR_PPROF=0": 'exec {program} "$@"',
    "SIDECAR_PPROF=127.0.0.1:0": 'export SIDECAR_PPROF="${{SIDECAR_PPROF#*:}}"\n{program} "$@"\nexit $?',
    "--pprof -v": 'case "$*" in *"--pprof -v") export SIDECAR_PPROF=0;; esac\n{program} "$1" "$2"',
    "always": 'SIDECAR_PPROF=16060 exec {program} "$@"',
}


@pytest.mark.parametrize("pprof, text", WRAPPERS.items())
def test_a_wrapper_script(place, pprof, text):
    program(place.directory, "#!/bin/sh\n" + text.format(program=standin.BINARY) + "\n")
    done = init(place, "--", "-project", "${project.p1}", pprof=pprof, ready="no such text",
                quit="q Enter")
    assert_refused(place, done, 5, '"no such text" does not stand on its screen')


def test_pprof_that_does_not_answer(place):
    done = init(place, "--", "-project", "${project.p1}", program=standin.BINARY, pprof="NOT_IT=0",
                ready="Recent Commits", quit="q Enter")
    assert_refused(place, done, 5, "with NOT_IT=0 it does not: pprof never answered")


def test_a_signal_leaves_nothing(place):
    words = [word for pair in ANSWERS.items() for word in pair]
    with tempfile.TemporaryDirectory(prefix="leakgate-init-") as temporary:
        process = subprocess.Popen([LEAKGATE, "init", *words], cwd=place.directory,
                                   env={**place.environment, "TMPDIR": temporary},
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        standin.until(lambda: any(pathlib.Path(temporary).glob("*/home")))
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
        assert process.returncode == 128 + signal.SIGTERM
        assert os.listdir(temporary) == []
