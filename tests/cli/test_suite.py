"""Parts of a suite: shards, tags, how long scenarios take, and how many run at a time."""

import json
import os
import pathlib
import resource
import shutil
import tempfile

import conftest
import pytest

# A user that has no processes.
NOBODY = 54321
SCENARIO = """\
version: 1
title: A scenario
target: sidecar
tags: [{tags}]
needs: [no-such-tool]
iteration:
  - press: "1"
  - wait: {{text: Git main}}
"""
# Seconds of each by its baseline; "e" has none, and an estimate of 56 s.
SECONDS = {"a": 70, "b": 55, "c": 40, "d": 30}
# Longest first, each to the shard that has least: a 70 | e 56, b 55 | e 111, c 40 | a 110, d 30 | a.
SHARDS = {1: ["a", "c", "d"], 2: ["b", "e"]}


@pytest.fixture
def suite(leakgate, source):
    """Scenarios that need what no machine has: a run of them starts nothing."""
    scenarios = leakgate.directory / "scenarios"
    baselines = leakgate.directory / "baselines" / "sidecar"
    scenarios.mkdir()
    baselines.mkdir(parents=True)
    (scenarios / "targets").symlink_to(f"{source}/scenarios/targets")
    for name in "edcba":
        tags = "smoke" if name == "a" else "gate"
        (scenarios / f"{name}.yaml").write_text(SCENARIO.format(tags=tags))
    for name, seconds in SECONDS.items():
        (baselines / f"{name}.json").write_text(json.dumps(
            {"version": 1, "plan": "0" * 16, "go": "go1.26.8", "platform": "linux/amd64",
             "seconds": seconds, "gauges": {}, "exceptions": []}))


def listed(leakgate, *words):
    shown = leakgate("list", "--json", *words)
    assert shown.returncode == 0, shown.stderr
    return json.loads(shown.stdout)


def names(leakgate, *words):
    return [scenario["name"] for scenario in listed(leakgate, *words)["scenarios"]]


def stored(leakgate):
    return json.loads((leakgate.directory / "leakgate-report" / "result.json").read_text())


def test_how_long_scenarios_take(leakgate, suite):
    told = listed(leakgate)
    assert {s["name"]: s["seconds"] for s in told["scenarios"]} == {**SECONDS, "e": 56}
    assert [s["name"] for s in told["scenarios"] if not s["seconds_measured"]] == ["e"]
    assert told["seconds"] == 251
    lines = leakgate("list").stdout.splitlines()
    assert "  70  " in lines[1] and "  ~56  " in lines[5]
    assert lines[-1] == "5 scenarios, about 4 min one after the other"


def test_shards_are_a_division_of_the_suite(leakgate, suite):
    assert {index: names(leakgate, "--shard", f"{index}/2") for index in SHARDS} == SHARDS
    three = [name for index in (1, 2, 3) for name in names(leakgate, f"--shard={index}/3")]
    assert sorted(three) == ["a", "b", "c", "d", "e"]
    assert names(leakgate, "e", "d", "c", "b", "a", "--shard", "1/2") == ["d", "c", "a"], \
        "the same part, in the order of the operands"
    assert names(leakgate, "--shard", "1/1") == ["a", "b", "c", "d", "e"]


def test_the_result_of_a_shard_names_the_whole(leakgate, suite):
    shown = leakgate("run", "--shard", "2/2")
    assert shown.returncode == 3, "all of it is skipped"
    assert "shard 2 of 2" in shown.stdout
    result = stored(leakgate)
    assert result["shard"] == {"index": 2, "of": 2, "suite": ["a", "b", "c", "d", "e"]}
    assert [scenario["name"] for scenario in result["scenarios"]] == SHARDS[2]
    assert leakgate("report").stdout == shown.stdout
    assert json.loads(leakgate("report", "--json").stdout) == result
    leakgate("run")
    assert "shard" not in stored(leakgate)


def test_an_empty_shard_is_no_failure(leakgate, suite):
    shown = leakgate("run", "--shard", "6/7", "--require-all")
    assert shown.returncode == 0, shown
    assert "shard 6 of 7 is empty: there are 5 scenarios in all" in shown.stderr
    result = stored(leakgate)
    assert result["scenarios"] == [] and result["exit_status"] == 0
    assert result["shard"]["suite"] == ["a", "b", "c", "d", "e"]
    assert leakgate("report").stdout == shown.stdout
    assert leakgate("run", "--shard", "1/2", "--tag", "smoke").returncode == 3
    assert leakgate("run", "--shard", "2/2", "--tag", "smoke").returncode == 0
    assert "this shard is empty" in leakgate("list", "--shard", "6/7").stderr


@pytest.mark.parametrize("value", ["0/2", "3/2", "1", "1/", "/2", "1/0", "-1/2", "1/2/3", "a/b",
                                   "1/1001", " 1/2", "1/2 ", "18446744073709551617/2", ""])
def test_a_wrong_shard(leakgate, suite, value):
    for command in ("run", "list"):
        shown = leakgate(command, "--shard", value)
        assert shown.returncode == 2
        assert "--shard needs I/N" in shown.stderr
    assert not (leakgate.directory / "leakgate-report").exists()


@pytest.mark.parametrize("words", [["-j", "0"], ["-j0"], ["--jobs", "many"], ["--jobs=-1"],
                                   ["-jx"], ["-j", "1.5"]])
def test_a_wrong_number_of_jobs(leakgate, suite, words):
    shown = leakgate("run", *words)
    assert shown.returncode == 2
    assert "--jobs needs a whole number" in shown.stderr


@pytest.mark.parametrize("words", [["-j", "3"], ["-j3"], ["--jobs", "3"], ["--jobs=3"]])
def test_jobs(leakgate, suite, words):
    shown = leakgate("run", *words)
    assert shown.returncode == 3, shown.stderr
    assert [scenario["name"] for scenario in stored(leakgate)["scenarios"]] == list("abcde")


def test_tags_and_names_together(leakgate, suite):
    assert names(leakgate, "--tag", "gate") == ["b", "c", "d", "e"]
    assert names(leakgate, "--tag", "gate", "--tag", "smoke") == ["a", "b", "c", "d", "e"]
    assert names(leakgate, "c", "a", "--tag", "gate") == ["c"]


@pytest.mark.parametrize("words, says", [
    (["--tag", "smok"], 'no scenario has the tag "smok"; did you mean smoke?'),
    (["--tag", "nothing-of-this"], 'no scenario has the tag "nothing-of-this"; see leakgate list'),
    (["--tag", "gate", "--tag", "smok"], 'no scenario has the tag "smok"'),
    (["b", "--tag", "smoke"], 'no scenario named has the tag "smoke"'),
])
def test_an_unknown_tag(leakgate, suite, words, says):
    for command in ("run", "list"):
        shown = leakgate(command, *words)
        assert shown.returncode == 2
        assert says in shown.stderr
    assert not (leakgate.directory / "leakgate-report").exists()


@pytest.mark.parametrize("words, expected", [
    ((), {"a", "b", "c", "d"}),
    (("--tag", "gate"), {"b", "c", "d", "e"}),
    (("e",), {"e"}),
])
def test_what_is_on_request_is_run_only_when_asked_for(leakgate, suite, words, expected):
    path = leakgate.directory / "scenarios" / "e.yaml"
    path.write_text(path.read_text() + "on_request: true\n")
    leakgate("run", "--no-baselines", *words)
    assert {scenario["name"] for scenario in stored(leakgate)["scenarios"]} == expected
    assert names(leakgate) == ["a", "b", "c", "d", "e"]


@pytest.fixture
def place_for_anyone():
    """A directory that another user may work in, and leakgate as that user runs it: alone."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix="lg-", dir="/tmp"))
    os.chown(directory, NOBODY, -1)

    def be_alone():
        resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))
        os.setuid(NOBODY)
    yield conftest.Leakgate(directory), be_alone
    shutil.rmtree(directory)


@pytest.mark.skipif(os.geteuid() != 0, reason="root alone can become another user")
def test_what_cannot_be_begun_is_no_skip(place_for_anyone, source):
    """No runner can be started. A report of that must not be green, nor one that it is merged to."""
    leakgate, be_alone = place_for_anyone
    shutil.copytree(f"{source}/scenarios/targets", leakgate.directory / "scenarios" / "targets")
    for name in "ab":
        (leakgate.directory / "scenarios" / f"{name}.yaml").write_text(
            SCENARIO.format(tags="gate").replace("needs: [no-such-tool]\n", ""))
    shown = leakgate("run", "--jobs", "2", "--program", "/bin/true", preexec_fn=be_alone,
                     ASAN_OPTIONS="detect_leaks=0")
    assert shown.returncode == 70, shown
    assert "cannot start a process for a" in shown.stderr
    result = stored(leakgate)
    assert result["exit_status"] == 70
    assert {s["verdict"] for s in result["scenarios"]} == {"failed"}
    assert leakgate("merge", "leakgate-report", "--report", "merged").returncode == 70
