"""How the action comes by leakgate: built once, then from the cache; packages only where they are
missing. apt, dpkg and cmake are played."""

import json
import os
import shutil

import pytest
from job import COMPILERS, FAKE, SOURCE, make_release, path_without
from runner import Runner

PLAYED = {
    # Says of each package whether it is installed, and which one a library is in.
    "dpkg-query": """\
case $1 in
    --show) grep -qx "${@: -1}" "$PLAYED/installed" && printf installed ;;
    --search) echo "package-of-$(basename "$2" .so.1):amd64: $2" ;;
esac""",
    "apt-get": """\
echo "$*" >>"$PLAYED/apt.said"
[[ $* != *install* ]] || for word; do echo "$word" >>"$PLAYED/installed"; done
[[ $* != *-dev* ]] || echo package-of-libone >>"$PLAYED/installed" """,
    "cmake": """\
echo "$*" >>"$PLAYED/cmake.said"
mkdir -p build/release && cp "$PLAYED/leakgate" build/release/leakgate""",
    "ldd": 'echo "libone.so.1 => $PLAYED/libone.so.1 (0x1)"',
    "readelf": "echo ' 0x01 (NEEDED) Shared library: [libone.so.1]'",
    "sudo": '"$@"',
}


class Machine:
    """One with nothing on it, and a copy of the action."""

    def __init__(self, root, shared):
        self.root = root
        self.played = root / "played"
        self.played.mkdir(parents=True)
        for name, script in PLAYED.items():
            (self.played / name).write_text(f"#!/bin/bash\n{script}\n")
            (self.played / name).chmod(0o755)
        (self.played / "installed").write_text("bash\n")
        (self.played / "libone.so.1").touch()
        shutil.copy(FAKE, self.played / "leakgate")
        self.sources = root / "leakgate"
        self.sources.mkdir()
        shutil.copytree(SOURCE / "ci", self.sources / "ci")
        (self.sources / "harness").mkdir()
        (self.sources / "harness" / "main.c").write_text("int main;\n")
        shutil.copy(SOURCE / "CMakeLists.txt", self.sources)
        self.path = os.environ["PATH"]
        self.runner = Runner(root / "job", self.sources / "ci", shared)

    def use(self, environment=None, **inputs):
        return self.runner.use(environment={
            "PATH": f"{self.played}:{self.path}", "PLAYED": str(self.played), **(environment or {})},
            **inputs)

    def release(self):
        return make_release(self.root / "releases", FAKE, self.sources)

    def said(self, name):
        file = self.played / f"{name}.said"
        return file.read_text() if file.exists() else ""


@pytest.fixture
def machine(tmp_path):
    """Each call is another machine; the cache is theirs together."""
    made = []

    def make():
        made.append(Machine(tmp_path / str(len(made)), tmp_path / "shared"))
        return made[-1]
    return make


def test_built_where_nothing_is(machine):
    first = machine()
    shown = first.use()
    assert shown.status == "success", shown
    installed = (first.played / "installed").read_text().split()
    assert {"git", "jq", "cmake", "libcurl4-openssl-dev"} <= set(installed)
    assert shown.log.text.count("Installing these Debian packages with apt-get:") == 1
    assert "Building leakgate" in shown.log.text
    kept = list(first.runner.cache.iterdir())
    assert len(kept) == 1 and kept[0].name.startswith("leakgate-")
    assert (kept[0] / "packages").read_text() == "package-of-libone\n"


def test_a_second_use_installs_and_builds_nothing(machine):
    first = machine()
    first.use()
    before = first.said("apt"), first.said("cmake")
    shown = first.use()
    assert shown.status == "success"
    assert (first.said("apt"), first.said("cmake")) == before
    assert "leakgate is there already" in shown.log.text


def test_from_the_cache_it_needs_its_libraries_alone(machine):
    machine().use()
    second = machine()
    shown = second.use()
    assert shown.status == "success", shown
    assert second.said("cmake") == ""
    assert "with apt-get: git jq package-of-libone" in shown.log.text


def test_other_sources_are_built_anew(machine):
    machine().use()
    second = machine()
    (second.sources / "harness" / "main.c").write_text("int changed;\n")
    second.use()
    assert second.said("cmake") != ""
    assert len(list(second.runner.cache.iterdir())) == 2


def test_another_version_of_the_action_in_the_same_job(machine):
    first = machine()
    first.use()
    (first.sources / "harness" / "main.c").write_text("int changed;\n")
    before = first.said("cmake")
    first.use()
    assert first.said("cmake") != before


def test_one_of_the_cache_that_does_not_start_is_built_anew(machine):
    first = machine()
    first.use()
    for kept in first.runner.cache.iterdir():
        (kept / "leakgate").write_text("#!/bin/false\n")
    second = machine()
    shown = second.use()
    assert "is built anew" in shown.log.text and second.said("cmake") != ""
    assert shown.status == "success"


def test_without_the_cache(machine):
    first = machine()
    first.use(cache=False)
    assert list(first.runner.cache.iterdir()) == []


def test_a_build_that_fails_is_an_error_that_is_seen(machine):
    first = machine()
    (first.played / "cmake").write_text("#!/bin/sh\necho ::error::no compiler; exit 1\n")
    shown = first.use()
    assert shown.status == "failure" and shown.conclusion == "error"
    assert "this failed with exit status 1: cmake" in shown.log.text
    assert "leakgate was not run: see the step that failed" in shown.summary


def test_one_that_is_there_is_taken(machine):
    first = machine()
    shown = first.use(leakgate=first.played / "leakgate")
    assert shown.status == "success", shown
    assert first.said("cmake") == "" and "package-of" not in first.said("apt")
    assert list(first.runner.cache.iterdir()) == []


def test_one_that_is_none(machine):
    first = machine()
    shown = first.use(leakgate="/bin/false")
    assert shown.conclusion == "error"
    assert '"/bin/false" is no leakgate that starts' in shown.log.of("error")[0]


# --- From a release ---


def test_that_of_the_release_is_taken_and_nothing_is_built(machine):
    first = machine()
    first.path = path_without(first.root / "path", COMPILERS)
    shown = first.use(releases=first.release())
    assert shown.status == "success", shown
    assert "leakgate comes from the release at" in shown.log.text
    assert first.said("cmake") == "" and "-dev" not in first.said("apt")
    assert list(first.runner.cache.iterdir()) == [], "it is fetched as fast as from a cache"
    again = first.use(releases="none")
    assert "leakgate is there already" in again.log.text


def test_without_a_release_it_is_built(machine):
    first = machine()
    shown = first.use(releases=f"file://{first.root}/nowhere")
    assert shown.status == "success" and first.said("cmake") != "", shown
    assert "There is no leakgate-linux-" in shown.log.text


def test_a_release_of_other_sources_is_left_alone(machine):
    first = machine()
    url = first.release()
    (first.sources / "harness" / "main.c").write_text("int changed;\n")
    shown = first.use(releases=url)
    assert "is of other sources: leakgate is built" in shown.log.text and first.said("cmake") != ""


def test_a_file_that_does_not_fit_its_checksum_is_an_error(machine):
    first = machine()
    url = first.release()
    for file in first.root.glob("releases/*/leakgate-linux-*[!6]"):
        file.write_bytes(file.read_bytes() + b"#")
    shown = first.use(releases=url)
    assert shown.status == "failure" and shown.conclusion == "error"
    assert "is not the file that its checksum is of" in shown.log.of("error")[0]
    assert first.said("cmake") == "", "and is not papered over by building it"


def test_the_release_of_the_actions_own_repository(machine):
    """curl is played: nothing here has a network."""
    first = machine()
    (first.played / "curl").write_text('#!/bin/sh\necho "$*" >>"$PLAYED/curl.said"; exit 22\n')
    (first.played / "curl").chmod(0o755)
    first.runner.action_repository = "someone/leakgate"
    first.use()
    assert "https://forge.invalid/someone/leakgate/releases/download/v" in first.said("curl")


def test_installing_and_no_more(machine):
    first = machine()
    shown = first.use(install_only=True)
    assert shown.status == "success" and "Building leakgate" in shown.log.text
    assert shown.outputs["leakgate"] and shown.outputs["conclusion"] == ""
    assert shown.summary == "" and not list(first.runner.artifacts.iterdir())
    assert len(list(first.runner.cache.iterdir())) == 1


# --- What the scenarios need ---


def test_what_scenarios_need_is_installed_where_it_is_missing(machine):
    first = machine()
    first.path = path_without(first.root / "path", {"rg", "tmux"})
    fake = {"needs": ["git", "no-such-tool", "rg", "tmux"], "calls": str(first.root / "calls")}
    shown = first.use(leakgate=first.played / "leakgate", tag="smoke gate", scenarios="a b",
                      environment={"FAKE": json.dumps(fake)})
    assert "with apt-get: ripgrep tmux\n" in shown.log.text
    assert "Scenarios need no-such-tool: a step before" in shown.log.text
    asked = json.loads((first.root / "calls").read_text().splitlines()[1])
    assert asked == ["list", "--needs", "--tag=smoke", "--tag=gate", "a", "b"]
