"""The project file leakgate.yaml: in any folder of its repository, commands need no options."""

import json
import pathlib

import jsonschema
import pytest

from conftest import Leakgate

PROJECT = """\
version: 1
program: bin/app
target: {target}
scenarios: leaks
baselines: leaks/baselines
report: out/leaks
tags: [smoke]
"""
SCENARIO = """\
version: 1
title: A scenario
target: other
tags: [{tags}]
iteration:
  - press: x
"""
TARGET = """\
version: 1
command: [no-such-program]
ready: {steps: [{wait: {text: ready, timeout: 1s}}]}
"""
# A program that starts, says which one it is, and is no Go program.
APP = "#!/bin/sh\necho {name}\nexit 7\n"


def executable(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def repository(tmp_path):
    """A repository whose program, scenarios, baselines and report are not where the defaults are; the
    working directory is a folder deep in it."""
    root = tmp_path / "repository"
    (root / "leaks" / "targets").mkdir(parents=True)
    (root / ".git").mkdir()
    (root / "internal" / "ui").mkdir(parents=True)
    (root / "leakgate.yaml").write_text(PROJECT.format(target="app"))
    (root / "leaks" / "targets" / "app.yaml").write_text(TARGET)
    for name, tags in ("first", "smoke"), ("second", "gate"), ("third", "gate, smoke"):
        (root / "leaks" / f"{name}.yaml").write_text(SCENARIO.format(tags=tags))
    executable(root / "bin" / "app", APP.format(name="app"))
    return root


@pytest.fixture
def inside(repository):
    return Leakgate(repository / "internal" / "ui")


def names(listed):
    assert listed.returncode == 0, listed.stderr
    return [scenario["name"] for scenario in json.loads(listed.stdout)["scenarios"]]


def stored(report):
    return json.loads((report / "result.json").read_text())


def header(report, scenario):
    return json.loads((report / scenario / "journal.jsonl").read_text().splitlines()[0])


def test_run_takes_all_of_it(repository, inside):
    shown = inside("run")
    assert shown.returncode == 5, shown.stderr  # no Go program, but it was started
    report = repository / "out" / "leaks"
    result = stored(report)
    assert [scenario["name"] for scenario in result["scenarios"]] == ["first", "third"]
    assert header(report, "first")["program"] == header(report, "first")["target"] == "app"
    assert not (inside.directory / "leakgate-report").exists()
    # It is run again by the same file: no option says what that says.
    assert "leakgate run first" in shown.stdout
    assert not any(option in shown.stdout for option in ("--scenarios", "--program", "--target"))
    again = inside("report")
    assert again.returncode == 0 and again.stdout == shown.stdout


def test_all_commands_find_the_same(repository, inside):
    listed = inside("list", "--json")
    assert names(listed) == ["first", "second", "third"]
    assert {s["target"] for s in json.loads(listed.stdout)["scenarios"]} == {"app"}
    assert names(inside("list", "--json", "--tag", "gate")) == ["second", "third"]
    assert inside("check").stdout == "1 project file, 3 scenarios, 1 target file, 0 baselines: fine\n"
    assert inside("check", "../../leakgate.yaml").stdout.startswith("1 project file, 0 scenarios")
    assert inside("completion", "scenarios").stdout.split() == ["first", "second", "third"]
    assert inside("completion", "tags").stdout.split() == ["gate", "smoke"]
    accepted = inside("accept", "first")
    assert accepted.returncode == 2
    assert "../../out/leaks is not a report" in accepted.stderr


def test_options_win(repository, inside):
    assert names(inside("list", "--json", "--scenarios", ".")) == []
    assert inside("run", "--tag", "gate").returncode == 5
    result = stored(repository / "out" / "leaks")
    assert [scenario["name"] for scenario in result["scenarios"]] == ["second", "third"]
    executable(repository / "other", APP.format(name="other"))
    assert inside("run", "second", "--report", "here", "--program", "../../other").returncode == 5
    assert header(inside.directory / "here", "second")["program"] == "other"
    assert inside("run", "second", "--report", "here",
                  LEAKGATE_PROGRAM=str(repository / "other")).returncode == 5
    assert header(inside.directory / "here", "second")["program"] == "other"


def test_a_target_file_by_its_path(repository, inside):
    (repository / "leakgate.yaml").write_text(PROJECT.format(target="./mine/app2.yaml"))
    (repository / "mine").mkdir()
    (repository / "mine" / "app2.yaml").write_text(TARGET)
    assert inside("run", "first").returncode == 5
    assert header(repository / "out" / "leaks", "first")["target"] == "app2"


def build(repository, command, program="built/app"):
    (repository / "leakgate.yaml").write_text(
        PROJECT.format(target="app").replace("bin/app", program) + f"build: {command}\n")


def test_the_program_is_built_first(repository, inside):
    build(repository, "mkdir -p built && cp bin/app built/app && echo it is made")
    shown = inside("run", "first")
    assert shown.returncode == 5
    assert shown.stderr.startswith("building: mkdir -p built")
    assert "\nit is made\n" in shown.stderr and "it is made" not in shown.stdout
    assert (repository / "built" / "app").exists()


@pytest.mark.parametrize("command", ["run", "bisect"])
def test_a_build_that_fails(repository, inside, command):
    build(repository, "exit 3")
    shown = inside(command, "first")
    assert shown.returncode == (2 if command == "run" else 125)
    assert "../../leakgate.yaml: build ended with exit status 3" in shown.stderr
    assert not (repository / "out").exists()


def test_what_is_named_is_not_built(repository, inside):
    build(repository, "exit 3")
    assert inside("run", "first", "--program", "../../bin/app").returncode == 5
    assert inside("run", "first", LEAKGATE_PROGRAM=str(repository / "bin" / "app")).returncode == 5


def test_build_on_the_command_line_goes_before_it_and_is_done_here(repository, inside):
    build(repository, "exit 3", "bin/app")
    shown = inside("run", "first", "--build", "touch was-here")
    assert shown.returncode == 5, shown.stderr
    assert (inside.directory / "was-here").exists()


def test_nothing_is_built_while_files_are_wrong(repository, inside):
    build(repository, "touch built")
    (repository / "leaks" / "first.yaml").write_text("version: 1\n")
    assert inside("run", "first").returncode == 2
    assert not (repository / "built").exists()


@pytest.mark.parametrize("command", [["run"], ["list"], ["check"], ["report"], ["accept", "s"],
                                     ["bisect", "s"], ["diff-baseline"], ["merge", "."]])
def test_its_errors_come_first(repository, inside, command):
    (repository / "leakgate.yaml").write_text("version: 1\nscenario: leaks\nbuild: make\n")
    shown = inside(*command)
    assert shown.returncode == (125 if command[0] == "bisect" else 2)
    assert shown.stderr.splitlines()[:2] == [
        '../../leakgate.yaml:2:1: unknown key "scenario" in a project file; did you mean '
        '"scenarios"?',
        "../../leakgate.yaml:3:1: build needs program",
    ]


def test_what_has_no_use_for_it_does_not_mind(repository, inside):
    (repository / "leakgate.yaml").write_text("nonsense")
    for words in ["version"], ["help"], ["run", "--help"], ["schema"], ["completion", "bash"]:
        assert inside(*words).returncode == 0, words
    assert inside("completion", "scenarios").stderr == ""


def test_a_tag_that_none_has_is_no_green_run(repository, inside):
    text = PROJECT.format(target="app").replace("smoke", "smok")
    (repository / "leakgate.yaml").write_text(text)
    shown = inside("run")
    assert shown.returncode == 2
    assert 'no scenario has the tag "smok"; did you mean smoke?' in shown.stderr


def test_without_a_command_it_is_named(repository, inside):
    shown = inside()
    assert shown.returncode == 2
    assert shown.stderr.startswith("Project file: ../../leakgate.yaml\n\nUsage: leakgate")
    (repository / "leakgate.yaml").unlink()
    assert inside().stderr.startswith("Usage: leakgate")


def test_the_schema_is_printed(leakgate, source):
    files = {"scenario": "schema.json", "target": "targets/schema.json",
             "project": "project.schema.json"}
    for kind, file in files.items():
        shown = leakgate("schema", kind)
        assert shown.returncode == 0
        assert shown.stdout == pathlib.Path(source, "scenarios", file).read_text(encoding="utf-8")
        schema = json.loads(shown.stdout)
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["$id"] == f"urn:leakgate:{kind}:1"
    assert leakgate("schema").stdout == leakgate("schema", "scenario").stdout
    for words in (["targt"], ["scenario", "target"]):
        shown = leakgate("schema", *words)
        assert shown.returncode == 2
        assert shown.stderr == ("leakgate: schema needs one operand: scenario, target or project\n")
