"""leakgate merge: the reports of shards become one report and one verdict, and nothing is lost."""

import json
import os
import shutil

import journals
import pages
import pytest

SUITE = ["external-editor", "quiet", "tab-cycle"]
OPTIONS = "--program ./app --baseline-ref origin/main"


class Shards:
    """Reports as the machines of a matrix leave them."""

    def __init__(self, leakgate):
        self.leakgate = leakgate
        self.root = leakgate.directory / "artifacts"

    def make(self, index, journal_list, of=2, place=None, suite=tuple(SUITE), **facts):
        """shard INDEX of OF with these journals; index None: a report of a whole suite."""
        directory = self.root / (place or f"leakgate-{index}")
        directory.mkdir(parents=True)
        for journal in journal_list:
            journal.write(directory)
        result = {"version": 1, "scenarios": []}
        if journal_list:
            result = json.loads(self.leakgate("report", "--from", directory, "--json").stdout)
        result.update({"date": "2026-11-23T12:00:00Z", "seconds": 60, "baselines": "baselines",
                       "options": OPTIONS, "signal": 0, **facts})
        if index is not None:
            result["shard"] = {"index": index, "of": of, "suite": list(suite)}
        (directory / "result.json").write_text(json.dumps(result))
        return directory

    def merge(self, *words):
        return self.leakgate("merge", *words)

    def result(self, report="leakgate-report"):
        return json.loads((self.leakgate.directory / report / "result.json").read_text())


@pytest.fixture
def shards(leakgate):
    return Shards(leakgate)


@pytest.fixture
def both(shards):
    """Two shards of three scenarios, one of which leaks."""
    shards.make(1, [journals.clean("tab-cycle"), journals.clean("quiet")],
                date="2026-11-23T12:00:05Z")
    shards.make(2, [journals.leaking()], seconds=90)
    return shards


def test_one_report_and_verdict_in_the_order_of_the_suite(both):
    before = {path: path.read_bytes() for path in both.root.rglob("*") if path.is_file()}
    done = both.merge("artifacts")
    assert done.returncode == 1, done.stderr
    assert done.stderr == ""
    result = both.result()
    assert [(s["name"], s["verdict"]) for s in result["scenarios"]] == [
        ("external-editor", "leak"), ("quiet", "pass"), ("tab-cycle", "pass")]
    assert result["exit_status"] == 1 and "shard" not in result and "problems" not in result
    assert (result["date"], result["seconds"]) == ("2026-11-23T12:00:00Z", 90)
    assert result["options"] == OPTIONS
    assert "3 scenarios · " in done.stdout and "1 leak, 2 passed" in done.stdout
    assert before == {path: path.read_bytes() for path in before}


def test_it_is_a_report_like_any_other(both):
    both.merge("artifacts")
    report = both.leakgate.directory / "leakgate-report"
    shutil.rmtree(both.root)
    assert (report / "external-editor" / "journal.jsonl").is_file()
    assert json.loads(both.leakgate("report", "--json").stdout) == both.result()
    for name in ("index.html", "summary.md", "junit.xml", "samples.csv"):
        assert (report / name).is_file()
    accepted = both.leakgate("accept", "tab-cycle")
    assert accepted.returncode == 0, accepted.stderr


def test_it_can_be_made_again_and_elsewhere(both):
    for _ in range(2):
        assert both.merge("artifacts/leakgate-1", "artifacts/leakgate-2", "--report",
                          "merged").returncode == 1
    assert len(both.result("merged")["scenarios"]) == 3


def test_all_evidence_comes_along(shards):
    journal = journals.leaking()
    journal.records[0]["plan"] = {"scenario": {"iteration": [{"press": "j"}, {"press": "E"}]}}
    directory = shards.make(1, [journal], of=1, suite=["external-editor"])
    journals.leaking().write(directory, "again")
    journals.locating().write(directory, "locate")
    evidence = directory / "external-editor"
    (evidence / "heap.pb.gz").write_bytes(b"\x1f\x8b\x00")
    (evidence / "link").symlink_to("/etc/passwd")
    os.mkfifo(evidence / "pipe")
    done = shards.merge("artifacts")
    assert done.returncode == 1, done.stderr
    copy = shards.leakgate.directory / "leakgate-report" / "external-editor"
    assert sorted(path.name for path in copy.iterdir()) == [
        "again", "heap.pb.gz", "journal.jsonl", "locate", "made-by-leakgate.txt"]
    assert (copy / "heap.pb.gz").read_bytes() == b"\x1f\x8b\x00"
    [scenario] = shards.result()["scenarios"]
    assert [attempt["attempt"] for attempt in scenario["attempts"]] == ["screening", "again",
                                                                        "locate"]
    assert scenario["findings"][0]["grows_at"][0]["step"] == "press E"


def test_json(both):
    done = both.merge("artifacts", "--json")
    assert json.loads(done.stdout) == both.result()


def test_artifacts_with_the_report_in_a_directory(shards):
    """upload-artifact keeps the path when it is given more than one."""
    shards.make(1, [journals.clean("tab-cycle")], place="a/leakgate-report",
                suite=["quiet", "tab-cycle"])
    shards.make(2, [journals.clean("quiet")], place="b/out/leakgate-report",
                suite=["quiet", "tab-cycle"])
    assert shards.merge("artifacts").returncode == 0


def test_an_empty_shard_is_a_shard(shards):
    shards.make(1, [journals.clean("quiet")], of=3, suite=["quiet", "tab-cycle"])
    shards.make(2, [journals.clean("tab-cycle")], of=3, suite=["quiet", "tab-cycle"])
    shards.make(3, [], of=3, suite=["quiet", "tab-cycle"])
    assert shards.merge("artifacts").returncode == 0
    shutil.rmtree(shards.root / "leakgate-3")
    done = shards.merge("artifacts")  # who knows what was in it
    assert done.returncode == 2
    assert done.stderr == "leakgate: shard 3 of 3 is missing\n"
    assert "2 passed" in done.stdout and "Not whole: shard 3 of 3 is missing" in done.stdout


def test_a_shard_is_missing(both):
    shutil.rmtree(both.root / "leakgate-1")
    done = both.merge("artifacts")
    assert done.returncode == 2
    assert done.stderr == "leakgate: shard 1 of 2 is missing\n"
    result = both.result()
    assert result["exit_status"] == 2
    assert result["problems"] == ["shard 1 of 2 is missing"]
    assert [(s["name"], s["verdict"], s.get("reason")) for s in result["scenarios"]] == [
        ("external-editor", "leak", None),
        ("quiet", "failed", "no result: it is in no shard that is there"),
        ("tab-cycle", "failed", "no result: it is in no shard that is there")]
    assert json.loads(both.leakgate("report", "--json").stdout) == result


def test_what_is_missing_in_the_other_formats(both):
    shutil.rmtree(both.root / "leakgate-1")
    both.merge("artifacts")
    report = both.leakgate.directory / "leakgate-report"
    assert "❌ not whole: shard 1 of 2 is missing\n" in (report / "summary.md").read_text()
    assert 'message="not whole: shard 1 of 2 is missing"' in (report / "junit.xml").read_text()
    [suite, _] = pages.data_of((report / "index.html").read_text())
    assert suite["problem"] == "not whole: shard 1 of 2 is missing"
    lines = both.leakgate("report", "--format", "annotations").stdout.splitlines()
    assert lines[0] == "::error title=leakgate::not whole: shard 1 of 2 is missing"
    assert sum("no result: it is in no shard" in line for line in lines) == 2


def test_a_scenario_without_a_result_though_all_shards_are_there(shards):
    shards.make(1, [journals.clean("quiet")])
    shards.make(2, [journals.clean("tab-cycle")])
    done = shards.merge("artifacts")
    assert done.returncode == 2
    assert done.stderr == "leakgate: no shard has a result of the scenario external-editor\n"
    assert shards.result()["scenarios"][0]["verdict"] == "failed"


def test_what_a_lost_scenario_left_in_an_earlier_merge_is_gone(both):
    both.merge("artifacts")
    shutil.rmtree(both.root / "leakgate-2")
    both.merge("artifacts")
    assert not (both.leakgate.directory / "leakgate-report" / "external-editor").exists()


def test_evidence_that_was_not_uploaded(both):
    shutil.rmtree(both.root / "leakgate-1" / "quiet")
    done = both.merge("artifacts")
    assert done.returncode == 70
    assert {s["name"]: s["verdict"] for s in both.result()["scenarios"]}["quiet"] == "failed"


def test_a_shard_that_was_cut_off(both):
    (both.root / "leakgate-2" / "result.json").unlink()
    done = both.merge("artifacts")
    assert done.returncode == 2
    assert "leakgate: shard 2 of 2 is missing\n" in done.stderr
    assert "artifacts/leakgate-2 has no result.json: its run was cut off" in done.stderr


def test_a_shard_that_was_stopped(both):
    directory = both.root / "leakgate-1"
    result = json.loads((directory / "result.json").read_text())
    (directory / "result.json").write_text(json.dumps({**result, "signal": 15}))
    assert both.merge("artifacts").returncode == 128 + 15


def refused(shards, *words):
    done = shards.merge(*(words or ["artifacts"]))
    assert done.returncode == 2 and done.stdout == "" and len(done.stderr.splitlines()) == 1
    assert not (shards.leakgate.directory / "leakgate-report" / "result.json").exists()
    return done.stderr


def test_a_shard_is_there_twice(both):
    shutil.copytree(both.root / "leakgate-1", both.root / "again")
    assert ("shard 1 of 2 is there twice: artifacts/again and artifacts/leakgate-1"
            in refused(both))


def test_a_directory_that_is_named_twice_is_one(both):
    (both.leakgate.directory / "link").symlink_to("artifacts/leakgate-1")
    assert both.merge("artifacts", "artifacts/leakgate-1", "link").returncode == 1


@pytest.mark.parametrize("changes, message", [
    ({"of": 3}, "are not of one suite: shard 1 of 2, and 2 of 3"),
    ({"suite": ["a", "external-editor"]}, "what was divided are 3 scenarios in the one"),
    ({"options": "--program ./other"},
     f'what they were run with is "{OPTIONS}" in the one, "--program ./other" in the other'),
    ({"baselines": "x"}, '--baselines is "baselines" in the one, "x" in the other'),
    ({"only_leaks_fail": True}, '--fail-on leak is "not given" in the one, "given" in the other'),
    ({"require_all": True}, '--require-all is "not given" in the one, "given" in the other'),
    ({"suite": ["quiet"]}, "the scenario external-editor is none of its suite"),
    ({"index": 3}, "there is no shard 3 of 2"),
    ({"index": None}, "artifacts/leakgate-1 is a shard, and artifacts/x is not"),
])
def test_shards_of_different_suites(shards, changes, message):
    shards.make(1, [journals.clean("tab-cycle"), journals.clean("quiet")])
    shards.make(changes.pop("index", 2), [journals.leaking()], place="x", **changes)
    assert message in refused(shards)


def test_shards_of_different_builds(shards):
    shards.make(1, [journals.clean("tab-cycle"), journals.clean("quiet")])
    other = journals.leaking()
    other.records[1]["go"] = "go1.27.0"
    shards.make(2, [other])
    assert ('standin is "v1.3.0 go1.26.8 linux/amd64" in the one, "v1.3.0 go1.27.0 linux/amd64" '
            "in the other" in refused(shards))


def test_a_scenario_that_is_there_twice(shards):
    shards.make(1, [journals.clean("tab-cycle"), journals.clean("quiet")])
    shards.make(2, [journals.leaking(), journals.clean("quiet")])
    assert ("the scenario quiet is there twice: in artifacts/leakgate-1 and in "
            "artifacts/leakgate-2" in refused(shards))


def test_reports_of_whole_suites(shards):
    shards.make(None, [journals.clean("quiet")], place="b")
    shards.make(None, [journals.leaking()], place="a")
    assert shards.merge("artifacts").returncode == 1
    assert [s["name"] for s in shards.result()["scenarios"]] == ["external-editor", "quiet"]
    shutil.rmtree(shards.leakgate.directory / "leakgate-report")
    shards.make(None, [journals.clean("quiet")], place="c")
    assert "the scenario quiet is there twice" in refused(shards)


def test_another_fail_on(shards):
    journal = journals.Journal("quiet").failed("invalid").end()
    shards.make(1, [journal], of=1, suite=["quiet"])
    assert shards.merge("artifacts").returncode == 4
    assert shards.merge("artifacts", "--fail-on", "leak").returncode == 0


def test_what_differs_from_a_revision_stays(shards):
    journal = journals.clean("quiet")
    for index, name in [(1, "quiet"), (2, "tab-cycle")]:
        journal = journals.clean(name)
        directory = shards.make(index, [journal], suite=["quiet", "tab-cycle"],
                                baseline_revision="origin/main",
                                missing=["scenario x: its file is gone"])
        result = json.loads((directory / "result.json").read_text())
        result["scenarios"][0]["plan_difference"] = "-samples: 42\n+samples: 21\n"
        (directory / "result.json").write_text(json.dumps(result))
    shown = shards.merge("artifacts")
    assert shown.returncode == 0
    assert shards.result()["missing"] == ["scenario x: its file is gone"]
    assert [s["plan_difference"] for s in shards.result()["scenarios"]] == [
        "-samples: 42\n+samples: 21\n"] * 2
    assert "Against origin/main: the plan of quiet, tab-cycle differs; 1 scenario is not run" in (
        " ".join(shown.stdout.split()))


def test_the_report_must_not_be_one_of_those_that_are_merged(both):
    for place in ["artifacts/leakgate-1", "artifacts/leakgate-1/deeper"]:
        (both.leakgate.directory / place).mkdir(exist_ok=True)
        done = both.merge("artifacts", "--report", place)
        if "deeper" in place:
            assert done.returncode == 2
            assert "is one of the reports that are merged" in done.stderr
    assert (both.root / "leakgate-1" / "result.json").exists()


def test_a_report_of_an_earlier_merge_is_none_of_them(both):
    for _ in range(2):
        assert both.merge(".", "--report", "merged").returncode == 1


def test_another_s_directory_is_not_replaced(both):
    (both.leakgate.directory / "leakgate-report" / "quiet").mkdir(parents=True)
    (both.leakgate.directory / "leakgate-report" / "quiet" / "mine").touch()
    assert "was not made by leakgate and is not replaced" in refused(both)
    assert (both.leakgate.directory / "leakgate-report" / "quiet" / "mine").exists()


def test_nothing_to_merge(shards):
    shards.root.mkdir()
    assert "there is no report in artifacts" in refused(shards)
    assert "merge needs the directories" in refused(shards, "--report", "x")
    assert "nowhere is not a report: No such file or directory" in refused(shards, "nowhere")
    (shards.root / "leakgate-1.zip").write_bytes(b"PK\x03\x04")
    assert "is a file; unpack the archive" in refused(shards, "artifacts/leakgate-1.zip")
    (shards.root / "result.json").write_text("{")
    assert "result.json:1:" in refused(shards)
    (shards.root / "result.json").write_text('{"version": 2}')
    assert "of a version that this leakgate reads" in refused(shards)


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".", "x\ny"])
def test_names_that_lead_elsewhere(shards, name):
    shards.make(1, [], of=2, suite=[name])
    assert "is not the name of a scenario" in refused(shards)


def test_hostile_names_are_harmless(shards):
    evil = "\x1b[31m::error::\u202e]]><script>"
    shards.make(1, [], of=1, suite=[evil], place="::error::z")
    whole = shards.merge("artifacts")
    assert "no shard has a result of the scenario" in whole.stdout
    shutil.rmtree(shards.root / "::error::z")
    directory = shards.make(1, [], of=2, suite=[evil], place="::error::a")
    done = shards.merge("artifacts")
    assert done.returncode == 2
    for text in (done.stdout, done.stderr, whole.stdout, whole.stderr):
        assert "\x1b" not in text and "\u202e" not in text
        assert not any(line.startswith("::") for line in text.splitlines())
    assert shards.result()["scenarios"][0]["name"] == evil
    shutil.copytree(directory, shards.root / "b")
    assert "::error" not in shards.merge("artifacts").stderr


def test_links_among_the_artifacts_are_not_followed(both):
    elsewhere = both.leakgate.directory / "elsewhere"
    (both.root / "leakgate-2").rename(elsewhere)
    (both.root / "leakgate-2").symlink_to(elsewhere)
    assert "shard 2 of 2 is missing" in both.merge("artifacts").stderr
