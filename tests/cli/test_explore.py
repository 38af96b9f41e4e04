"""leakgate explore, on the stand-in: what no scenario reaches is found, written and judged."""

import json
import shutil

import pytest

from standin import BINARY


@pytest.fixture
def explore(leakgate, source):
    """Explores the stand-in with a leak of its own, or with none."""
    targets = leakgate.directory / "scenarios" / "targets"
    shutil.copytree(f"{source}/scenarios/targets", targets)
    shutil.copy(f"{source}/tests/standin/standin.yaml", targets)

    def run(*words, leak="", **options):
        (targets / "it.yaml").write_text(
            f'version: 1\nextends: standin\ncommand: [{BINARY}, -config, '
            f'"${{world}}/cfg/config.json", -project, "${{project.p1}}"]\n'
            f'env: {{STANDIN_LEAK: "{leak}"}}\n')
        return leakgate("explore", "--target", "it", "--jobs", 2, *words, timeout=600, **options)
    return run


def facts_of(leakgate, kind):
    lines = (leakgate.directory / "leakgate-report" / "explore.jsonl").read_text().splitlines()
    return [fact for fact in map(json.loads, lines) if kind in fact]


def written(leakgate):
    return sorted(file.name for file in (leakgate.directory / "scenarios").glob("*.yaml"))


def test_a_leak_that_no_scenario_reaches(leakgate, explore):
    done = explore("--for", "90s", leak="goroutine")
    assert done.returncode == 1, done.stdout + done.stderr
    assert written(leakgate) == ["explored-1.yaml"]
    assert "scenarios/explored-1.yaml: goroutine +" in done.stdout
    assert "explored-1  LEAK  goroutine +1.00 per iteration" in done.stdout
    assert "leakgate run explored-1 plays it; give it a tag that your gate runs.\n" in done.stdout
    assert leakgate("check", "explored-1").returncode == 0
    text = (leakgate.directory / "scenarios" / "explored-1.yaml").read_text()
    assert text.count("press") <= 5  # the way there is short


def test_what_leaves_nothing_is_no_leak(leakgate, explore):
    done = explore("--for", "20s")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 grow" in done.stdout and written(leakgate) == []
    assert facts_of(leakgate, "trip") and facts_of(leakgate, "edge")
    states = len(facts_of(leakgate, "state"))
    again = explore("--for", "5s", "--resume")
    assert again.returncode == 0, again.stdout + again.stderr
    assert len(facts_of(leakgate, "state")) >= states > 1
    assert len(facts_of(leakgate, "survey")) == 2  # it was known what changes by itself


def test_which_target(leakgate, source):
    targets = leakgate.directory / "scenarios" / "targets"
    shutil.copytree(f"{source}/scenarios/targets", targets)
    done = leakgate("explore")
    assert done.returncode == 2 and "name the target file by --target" in done.stderr
    done = leakgate("explore", "--target", "no-such")
    assert done.returncode == 2 and "no-such" in done.stderr
    done = leakgate("explore", "--target", "sidecar", "--program", "./no-such")
    assert done.returncode == 2 and "no-such" in done.stderr


def test_from_a_scenario(leakgate, source, explore):
    """What needs a file is reached from a scenario that has one."""
    (leakgate.directory / "scenarios" / "start.yaml").write_text(
        "version: 1\ntitle: t\ntarget: it\nneeds: [git]\n"
        "world: {files: {p1/a.txt: \"one line\\n\"}}\n"
        "setup:\n  - press: \"2\"\n  - wait: {text: a.txt}\niteration: [settle: {}]\n")
    done = explore("start", "--for", "10s")
    assert done.returncode == 0, done.stdout + done.stderr
    assert any("a.txt" in row for row in facts_of(leakgate, "survey")[0]["survey"])
    assert leakgate("explore", "start", "start").returncode == 2


def test_a_program_that_ends_at_once(leakgate, explore):
    done = explore("--program", "/bin/true")
    assert done.returncode == 5, done.stdout + done.stderr
    assert "the program cannot be explored" in done.stderr and "ended" in done.stderr
