"""leakgate doctor: what is missing on this machine, and what to type."""

import pytest

import standin

TARGET = "version: 1\ncommand: [{program}]\n{more}"
SCENARIO = "version: 1\ntitle: A scenario\ntarget: app\nneeds: [{needs}]\niteration:\n  - press: x\n"


@pytest.fixture
def project(leakgate):
    """Writes a target file and a scenario."""
    def write(program="sh", needs="sh", more=""):
        targets = leakgate.directory / "scenarios" / "targets"
        targets.mkdir(parents=True, exist_ok=True)
        (targets / "app.yaml").write_text(TARGET.format(program=program, more=more))
        (targets.parent / "one.yaml").write_text(SCENARIO.format(needs=needs))
    return write


def words_of(done):
    """What is said of each thing: {"loopback": "ok", ...}."""
    said = [line.split(None, 1) for line in done.stdout.splitlines() if line[0] != " "]
    return {what.split(":")[0] if "kernel" not in what else what: word for word, what in said}


def assert_status(done, missing):
    """Whether the user has inotify instances left is the machine's matter."""
    words = words_of(done)
    inotify = words.pop("inotify instances")
    assert (done.returncode == 3) == (missing or inotify == "missing"), done.stdout
    assert ("missing" in words.values()) == missing, done.stdout


def test_what_every_machine_of_the_tests_has(leakgate):
    done = leakgate("doctor")
    words = words_of(done)
    for what in ("kernel: pidfd", "kernel: memfd", "pseudo-terminals", "loopback",
                 "/proc of children"):
        assert words[what] == "ok"
    assert "note     scenarios: there are none here\n         type: leakgate init\n" in done.stdout


def test_a_program_that_scenarios_need(leakgate, project):
    project(needs="sh, no-such-tool, rg-not-here")
    done = leakgate("doctor")
    assert_status(done, missing=True)
    assert "missing  no-such-tool: scenarios that need it are skipped\n" \
        "         type: sudo apt install no-such-tool\n" in done.stdout
    assert "\nok       sh\n" in done.stdout


def test_the_name_of_its_package(leakgate, project):
    project(needs="rg")
    (leakgate.directory / "bin").mkdir()
    done = leakgate("doctor", PATH=str(leakgate.directory / "bin"))
    assert "type: sudo apt install ripgrep\n" in done.stdout


def test_the_program_is_not_there(leakgate, project):
    project(program="no-such-program")
    done = leakgate("doctor")
    assert_status(done, missing=True)
    assert "missing  program: there is no program no-such-program on the PATH\n" in done.stdout
    (leakgate.directory / "leakgate.yaml").write_text(
        "version: 1\nprogram: bin/app\nbuild: make app\n")
    done = leakgate("doctor")
    assert_status(done, missing=False)
    assert "`leakgate run` builds it: make app" in done.stdout


def test_a_program_with_pprof_and_one_without(leakgate, project):
    project(program=str(standin.BINARY))
    assert f"ok       {standin.BINARY}: has pprof\n" in leakgate("doctor").stdout
    without = leakgate.directory / "without"
    without.write_bytes(standin.BINARY.read_bytes().replace(b"net/http/pprof.", b"net/http/pproX."))
    without.chmod(0o755)
    project(program=str(without))
    done = leakgate("doctor")
    assert_status(done, missing=True)
    assert f"missing  {without}: a Go program without net/http/pprof" in done.stdout
    project(program=str(without), more="pprof: none\n")
    done = leakgate("doctor")
    assert_status(done, missing=False)
    assert f"note     {without}: pprof: none" in done.stdout


def test_a_broken_file_is_said(leakgate, project):
    project(needs="[]")
    done = leakgate("doctor")
    assert done.returncode == 2
    assert "one.yaml:4:9" in done.stderr
    assert words_of(done)["loopback"] == "ok"
