"""The completions, in the shells themselves: keys are typed into a terminal, and what the shell makes
of the line is what counts."""

import os
import pty
import re
import select
import shutil
import subprocess
import time

import pytest

from conftest import LEAKGATE

SHELLS = ["bash", "zsh", "fish"]
# A shell that does not answer by then hangs; a machine under load is no fault.
PATIENCE = 60
SCENARIO = """\
version: 1
title: A scenario
target: demo
tags: [{tag}]
iteration:
  - press: x
"""
TARGET = "version: 1\ncommand: [demo]\n"

# In each: leakgate is a function that tells its arguments, but answers what a completion asks.
BASH = """\
leakgate() {
    if [[ $1 == completion ]]; then "$LEAKGATE" "$@"; else printf '%s\\0' "$@" END >"$TOLD"; fi
}
source "$SCRIPT"
PS1='$ '
"""
ZSH = """\
leakgate() {
    if [[ $1 == completion ]]; then $LEAKGATE "$@"; else printf '%s\\0' "$@" END >$TOLD; fi
}
autoload -Uz compinit && compinit -u -D
source $SCRIPT
PS1='$ '
"""
FISH = """\
function leakgate
    if test "$argv[1]" = completion
        $LEAKGATE $argv
    else
        printf '%s\\0' $argv END >$TOLD
    end
end
source $SCRIPT
set fish_greeting
"""


@pytest.fixture
def files(tmp_path):
    """A directory as users have it, and some files that nobody should have."""
    def write(path, text=""):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    write("scenarios/tab-cycle.yaml", SCENARIO.format(tag="smoke"))
    write("scenarios/idle.yaml", SCENARIO.format(tag="soak"))
    write("scenarios/broken.yaml", "version: [")
    write("scenarios/tab$(touch done).yaml", SCENARIO.format(tag="smoke"))
    write("scenarios/targets/demo.yaml", TARGET)
    write("other/modal.yaml", SCENARIO.format(tag="smoke"))
    write("leakgate-report/result.json")
    write("my-scenario.yaml", SCENARIO.format(tag="smoke"))
    return tmp_path


def script(leakgate, shell):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not on this machine")
    shown = leakgate("completion", shell)
    assert shown.returncode == 0 and shown.stderr == ""
    path = leakgate.directory / f"completion.{shell}"
    path.write_text(shown.stdout, encoding="utf-8")
    return path


class Typing:
    """A shell at a terminal."""

    def __init__(self, shell, directory, script_path):
        self.told = directory / "told"
        os.mkfifo(self.told)
        home = directory / "home"
        (home / "fish").mkdir(parents=True)
        (home / "bashrc").write_text(BASH, encoding="utf-8")
        (home / ".zshrc").write_text(ZSH, encoding="utf-8")
        (home / "fish/config.fish").write_text(FISH, encoding="utf-8")
        words = {"bash": ["bash", "--noprofile", "--rcfile", str(home / "bashrc"), "-i"],
                 "zsh": ["zsh", "-d", "-i"],
                 "fish": ["fish", "-i"]}[shell]
        environment = {"PATH": os.environ["PATH"], "TERM": "xterm", "LC_ALL": "C.UTF-8",
                       "HOME": str(home), "ZDOTDIR": str(home), "XDG_CONFIG_HOME": str(home),
                       "XDG_DATA_HOME": str(home), "TOLD": str(self.told), "LEAKGATE": LEAKGATE,
                       "SCRIPT": str(script_path)}
        self.seen = b""
        self.answers = os.open(self.told, os.O_RDONLY | os.O_NONBLOCK)
        # Held open, so that the end of one answer is not the end of all.
        self.held = os.open(self.told, os.O_WRONLY)
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(directory)
            os.execvpe(words[0], words, environment)

    def __call__(self, line):
        """The arguments that leakgate is called with when a person types this."""
        os.write(self.terminal, line.encode() + b"\r")
        deadline = time.monotonic() + PATIENCE
        answer = b""
        while time.monotonic() < deadline:
            ready, _, _ = select.select([self.terminal, self.answers], [], [], 1)
            if self.terminal in ready:
                self.seen += os.read(self.terminal, 65536)
            if self.answers in ready:
                answer += os.read(self.answers, 65536)
            if answer.endswith(b"\0END\0"):
                return answer.decode().split("\0")[:-2]
        raise AssertionError(self.seen.decode(errors="replace"))

    def close(self):
        os.close(self.terminal)
        os.waitpid(self.pid, 0)
        os.close(self.answers)
        os.close(self.held)


@pytest.fixture(params=SHELLS)
def typing(request, leakgate, files):
    subprocess.run("git init --quiet -b trunk && git -c user.name=x -c user.email=x@y commit --quiet "
                   "--allow-empty -m x && git branch 'trick$(touch${IFS}done)'",
                   shell=True, cwd=files, env=leakgate.environment, check=True)
    typing = Typing(request.param, files, script(leakgate, request.param))
    typing.shell = request.param
    yield typing
    typing.close()


def test_what_is_typed_is_completed(typing, files):
    assert typing("leakgate rep\t") == ["report"]
    # zsh goes on with "=", the others with a blank; both are right.
    assert "=".join(typing("leakgate report --fo\tju\t")) == "report=--format=junit"
    assert typing("leakgate report --format=ju\t") == ["report", "--format=junit"]
    assert typing("leakgate run --fail-on l\t") == ["run", "--fail-on", "leak"]
    assert typing("leakgate run id\t") == ["run", "idle"]
    assert typing("leakgate run idle --tag so\t") == ["run", "idle", "--tag", "soak"]
    assert typing("leakgate list --target de\t") == ["list", "--target", "demo"]
    assert typing("leakgate accept id\t") == ["accept", "idle"]
    assert typing("leakgate run --scenarios other mo\t") == [
        "run", "--scenarios", "other", "modal"]
    assert typing("leakgate run --scenarios=other mo\t") == ["run", "--scenarios=other", "modal"]
    assert typing("leakgate help bis\t") == ["help", "bisect"]
    assert typing("leakgate bisect --require-b\tid\t") == [
        "bisect", "--require-baseline", "idle"]


def test_files_are_completed_where_a_file_is_meant(typing):
    assert typing("leakgate check ./my-\t") == ["check", "./my-scenario.yaml"]
    [command, option, directory] = typing("leakgate report --from leak\t")
    assert (command, option, directory.rstrip("/")) == ("report", "--from", "leakgate-report")
    assert typing("leakgate report --output my\t") == ["report", "--output", "my-scenario.yaml"]
    # Nothing is offered for what nobody can guess.
    assert typing("leakgate run --jobs my\t") == ["run", "--jobs", "my"]


def test_no_name_is_a_command(typing, files):
    """Names of files and branches are anybody's."""
    typing("leakgate run --baseline-ref tri\t")
    assert not (files / "done").exists()
    assert typing("leakgate run --baseline-ref tru\t") == ["run", "--baseline-ref", "trunk"]
    assert typing("leakgate run tab\t") == ["run", "tab-cycle"]
    assert not (files / "done").exists()


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_is_right_and_names_every_option(leakgate, shell):
    path = script(leakgate, shell)
    assert subprocess.run([shell, "-n", path], capture_output=True, check=False).stderr == b""
    text = path.read_text(encoding="utf-8")
    overview = leakgate("--help").stdout
    commands = re.findall(r"^  ([\w-]+) ", overview.partition("Commands:")[2].partition("Options:")[0],
                          re.MULTILINE)
    assert {"run", "accept", "completion"} <= set(commands)
    for command in commands:
        assert re.search(rf"\b{command}\b", text)
        options = re.findall(r"^  (?:-\w, )?--([a-z-]+)", leakgate(command, "--help").stdout,
                             re.MULTILINE)
        assert "help" in options
        for option in options:
            assert re.search(rf"(--|-l ){option}\b", text), (command, option)


def test_the_script_for_bash_is_checked_as_ours_are(leakgate):
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is not on this machine")
    checked = subprocess.run(["shellcheck", "--shell", "bash", script(leakgate, "bash")],
                             capture_output=True, encoding="utf-8", check=False)
    assert checked.stdout == ""


def test_the_words_that_scripts_ask_for(leakgate, files):
    assert leakgate("completion", "scenarios").stdout.split() == ["broken", "idle", "tab-cycle"]
    assert leakgate("completion", "scenarios", "--scenarios", "other").stdout == "modal\n"
    assert leakgate("completion", "targets").stdout == "demo\n"
    tags = leakgate("completion", "tags")
    assert (tags.stdout.split(), tags.stderr) == (["smoke", "soak"], "")
    assert leakgate("completion", "tags", "--scenarios", "nowhere").stdout == ""


@pytest.mark.parametrize("words", [(), ("powershell",), ("bash", "zsh")])
def test_another_shell_is_refused(leakgate, words):
    shown = leakgate("completion", *words)
    assert shown.returncode == 2
    assert shown.stdout == ""
    assert "bash, zsh or fish" in shown.stderr
