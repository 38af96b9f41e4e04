"""Runs of hours: growth per hour, another length (--for), and what was cut off (--resume)."""

import json
import os

import journals
import pytest

PROGRAM = "#!/bin/sh\n"
PROGRAM_HASH = "29fdb5677e281abe"
TARGET = """\
version: 1
command: [program]
ready: {steps: [{wait: ready}]}
quit: {steps: [{press: q}]}
"""
PACED = """\
version: 1
title: Nobody touches it
target: standin
measure: {every: 10m, for: 8h}
"""
BY_ITERATIONS = """\
version: 1
title: A key
target: standin
iteration:
  - press: x
"""


@pytest.fixture
def suite(leakgate):
    """A scenario `soak` of 8 hours, one paced by iterations, and a program that is never started."""
    scenarios = leakgate.directory / "scenarios"
    (scenarios / "targets").mkdir(parents=True)
    (scenarios / "targets" / "standin.yaml").write_text(TARGET)
    (scenarios / "soak.yaml").write_text(PACED)
    (scenarios / "keys.yaml").write_text(BY_ITERATIONS)
    program = leakgate.directory / "program"
    program.write_text(PROGRAM)
    program.chmod(0o755)
    return leakgate


MARKER = "leakgate made this directory and replaces it when the scenario runs again.\n"


def report_of(leakgate):
    return leakgate.directory / "leakgate-report"


def of_suite(leakgate, name="soak"):
    """The header that a journal has which is of the scenario and program of the suite."""
    listed = json.loads(leakgate("list", "--json").stdout)
    [plan] = [s["plan_hash"] for s in listed["scenarios"] if s["name"] == name]
    return {"plan_hash": plan, "program_hash": PROGRAM_HASH}


def resume(leakgate, *words):
    return leakgate("run", *words, "--resume", "--program", "./program", LEAKGATE_TIMEOUT_SCALE="0.1")


def result(leakgate):
    shown = leakgate("report", "--json")
    assert shown.returncode == 0, shown.stderr
    return json.loads(shown.stdout)


def only_scenario(leakgate):
    [scenario] = result(leakgate)["scenarios"]
    return scenario


def one_per_sample(i):
    return {"pipe": 3, "anon_inode:[eventpoll]": 2 + i}


def three_per_sample(i):
    return {"pipe": 3, "anon_inode:[eventpoll]": 2 + 3 * i}


# --- Per hour ---

def test_growth_per_minute_is_told_per_hour_as_well(leakgate):
    journals.soak(fds=one_per_sample, drained=one_per_sample(48)).end().write(report_of(leakgate))
    shown = leakgate("report")
    assert "fd +0.10 per minute, +6.00 per hour" in shown.stdout
    assert "that is fd " in shown.stdout
    stored = only_scenario(leakgate)
    [fd] = [finding for finding in stored["findings"] if finding["fails"]]
    assert fd["per_hour"] == pytest.approx(6)
    assert "per_round_trip" not in fd
    assert stored["loop_seconds"] == 47 * 600 and stored["loop_iterations"] == 0
    for gauge, smallest in stored["would_have_caught"].items():
        assert stored["would_have_caught_per_hour"][gauge] == pytest.approx(60 * smallest)


def test_with_an_iteration_before_each_sample_it_is_told_per_iteration_too(leakgate):
    (journals.soak(fds=one_per_sample, iterations=1, every=30, drained=one_per_sample(48))
     .end().write(report_of(leakgate)))
    shown = leakgate("report")
    assert "fd +2.00 per minute, +1.00 per iteration, +120.00 per hour" in " ".join(
        shown.stdout.split())
    [fd] = [finding for finding in only_scenario(leakgate)["findings"] if finding["fails"]]
    assert fd["per_round_trip"] == pytest.approx(1)


@pytest.mark.parametrize("apart, told", [(1, False), (40, True)])
def test_a_loop_of_iterations_that_lasts_is_told_per_hour(leakgate, apart, told):
    """21 samples, two iterations apart; over ten minutes it is a soak."""
    journal = journals.Journal("keys")
    for i in range(6):
        journal.sample("idle", 6, 10 + i, one_per_sample(0))
    for i in range(21):
        journal.sample("loop", 8 + 2 * i, 20 + apart * i, one_per_sample(2 * i))
    for i in (60, 65):
        journal.sample("drain", 48, 20 + apart * 20 + i, one_per_sample(40))
    journal.end().write(report_of(leakgate))
    shown = " ".join(leakgate("report").stdout.split())
    assert ("fd +1.00 per iteration, +180.00 per hour" in shown) == told
    assert ("that is fd " in shown) == told
    [fd] = [finding for finding in only_scenario(leakgate)["findings"] if finding["fails"]]
    assert fd["per_hour"] == pytest.approx(7200 / apart), "in result.json always"


# --- Another length ---

def test_a_length_for_none_that_is_paced_by_time(suite):
    """A shard of a suite may have none, and what is played again of one."""
    shown = suite("run", "keys", "--for", "8h", "--program", "./program")
    assert shown.returncode == 5, "it was run: the program is none that could be ready"
    assert "warning: --for is for scenarios that are paced by time" in shown.stderr
    assert "To reproduce: leakgate run keys --program ./program --for 8h" in shown.stdout


@pytest.mark.parametrize("words, said", [
    (["soak", "--for", "8 hours"], "--for wants a duration such as 30m or 8h, at most 24h"),
    (["soak", "--for", "0s"], "--for wants a duration"),
    (["soak", "--for", "25h"], "--for wants a duration"),
    (["soak", "--for", "1h"], "soak: --for: 1h is too short: at one sample every 10m it must be 7 "
                              "times as long"),
    (["soak", "--for", "8h", "--iterations", "3"], "--for and --iterations exclude each other"),
])
def test_a_length_that_cannot_be(suite, words, said):
    shown = suite("run", *words, "--program", "./program")
    assert shown.returncode == 2, shown.stderr
    assert said in shown.stderr


def test_a_length_of_too_many_samples(suite):
    (suite.directory / "scenarios" / "soak.yaml").write_text(PACED.replace("10m", "1s")
                                                             .replace("8h", "1h"))
    shown = suite("run", "soak", "--for", "3h", "--program", "./program")
    assert shown.returncode == 2
    assert "3h makes 10800 samples at one every 1s, more than the limit of 10000" in shown.stderr


# --- Segments ---

def test_the_segments_of_a_run_make_one_verdict(leakgate):
    report = report_of(leakgate)
    journals.soak(samples=24).write(report)
    journals.soak(samples=24, date="2026-11-23T18:00:00Z").end().write(report, segment=2)
    shown = leakgate("report").stdout
    assert "soak  pass" in shown
    assert ("segment 1 of 2, begun 2026-11-23T12:00:00Z: cut off after 3 h 50 min: pass"
            in " ".join(shown.split()))
    assert "segment 2 of 2, begun 2026-11-23T18:00:00Z: 3 h 50 min: pass" in " ".join(shown.split())
    segments = only_scenario(leakgate)["segments"]
    assert [segment["cut_off"] for segment in segments] == [True, False]


@pytest.mark.parametrize("leaky", [1, 2])
def test_the_worst_segment_counts(leakgate, leaky):
    report = report_of(leakgate)
    if leaky == 1:
        journals.soak(samples=30, fds=three_per_sample).write(report)
        journals.soak(samples=24).end().write(report, segment=2)
    else:
        journals.soak(samples=30).write(report)
        (journals.soak(samples=24, fds=three_per_sample, drained=three_per_sample(24))
         .end().write(report, segment=2))
    shown = " ".join(leakgate("report").stdout.split())
    stored = only_scenario(leakgate)
    assert stored["verdict"] == "leak"
    assert stored["segments"][leaky - 1]["verdict"] == "leak"
    assert stored["segments"][2 - leaky]["verdict"] == "pass"
    assert "in one segment alone" in shown
    assert ("the run was cut off before it could go away" in shown) == (leaky == 1)


def test_a_backlog_of_one_segment_explains_what_another_could_not_drain(leakgate):
    report = report_of(leakgate)
    journals.soak(samples=24, fds=three_per_sample).write(report)
    (journals.soak(samples=24, fds=three_per_sample, drained=three_per_sample(0))
     .end().write(report, segment=2))
    stored = only_scenario(leakgate)
    assert stored["verdict"] == "pass"
    assert {f["kind"] for f in stored["findings"]} == {"backlog"}


def test_a_piece_that_is_too_short_counts_for_nothing(leakgate):
    report = report_of(leakgate)
    journals.soak(samples=20, fds=three_per_sample).write(report)
    journals.soak(samples=24).end().write(report, segment=2)
    stored = only_scenario(leakgate)
    assert stored["verdict"] == "pass"
    assert "verdict" not in stored["segments"][0]
    assert "cut off after 3 h 10 min: too few samples to judge" in " ".join(
        leakgate("report").stdout.split())


def test_the_last_segment_has_to_come_to_its_end(leakgate):
    report = report_of(leakgate)
    journals.soak(samples=24).write(report)
    journals.soak(samples=24).write(report, segment=2)
    assert only_scenario(leakgate)["verdict"] == "failed"


# --- What becomes of each ---

def test_what_ended_is_judged_and_not_run(suite):
    report = report_of(suite)
    (journals.soak(fds=one_per_sample, drained=one_per_sample(48), **of_suite(suite))
     .end().write(report))
    journal = report / "soak" / "journal.jsonl"
    before = journal.read_bytes()
    (report / "soak" / "made-by-leakgate.txt").write_text(MARKER)
    shown = resume(suite, "soak", "--no-confirm")
    assert shown.returncode == 1, shown.stderr
    assert "soak: ended, and is not run again" in shown.stderr
    assert "LEAK" in shown.stdout
    assert journal.read_bytes() == before
    stored = json.loads((report / "result.json").read_text())
    assert stored == result(suite)


@pytest.mark.parametrize("whole", [True, False])
def test_a_further_attempt_is_kept_when_it_ended(suite, whole):
    """Where it was cut off it is made again; here the program ends at once, and it fails."""
    report = report_of(suite)

    def leaking():
        return journals.soak(fds=one_per_sample, drained=one_per_sample(48), **of_suite(suite))
    leaking().end().write(report)
    again = leaking().end() if whole else leaking()
    again.write(report, "again")
    (report / "soak" / "made-by-leakgate.txt").write_text(MARKER)
    before = (report / "soak" / "again" / "journal.jsonl").read_bytes()
    shown = resume(suite, "soak")
    assert shown.returncode == (1 if whole else 5), shown
    assert ("confirmed in a fresh process" in " ".join(shown.stdout.split())) == whole
    assert ((report / "soak" / "again" / "journal.jsonl").read_bytes() == before) == whole


def test_two_that_ended_side_by_side(suite):
    for name in ("soak", "keys"):
        journal = journals.soak(name, **of_suite(suite, name)) if name == "soak" else (
            journals.Journal(name, **of_suite(suite, name)).measured(lambda i: {"pipe": 3}))
        journal.end().write(report_of(suite))
        (report_of(suite) / name / "made-by-leakgate.txt").write_text(MARKER)
    shown = resume(suite, "--jobs", "2")
    assert shown.returncode == 0, shown.stderr
    assert "2 pass" in shown.stdout
    assert shown.stderr.count("ended, and is not run again") == 2


def test_no_run_to_go_on_with(suite):
    shown = resume(suite)
    assert shown.returncode == 2
    assert "there is no run in leakgate-report to go on with" in shown.stderr
    (report_of(suite) / "something").mkdir(parents=True)
    assert resume(suite).returncode == 2


@pytest.mark.parametrize("option", ["--control=./program", "--iterations=3"])
def test_what_cannot_be_gone_on_with(suite, option):
    journals.soak(**of_suite(suite)).end().write(report_of(suite))
    shown = resume(suite, "soak", option)
    assert shown.returncode == 2
    assert "--resume and " in shown.stderr and "exclude each other" in shown.stderr


@pytest.mark.parametrize("header, name, ended, said", [
    ({"plan_hash": "0" * 16}, "soak", True, "its journal is of another plan"),
    ({"target": "other"}, "soak", True, "its journal is of another plan"),
    ({"program_hash": "0" * 16}, "soak", False, "its journal is of another program"),
    ({"program_hash": ""}, "soak", False, "its journal is of another program"),
    ({"control": "v1"}, "soak", True, "its journal was judged by a control build"),
    ({"whole_for_ms": 1000}, "soak", True, "its loop lasted for another time than is asked for"),
    ({}, "keys", False, "it was cut off, and is not paced by time"),
])
def test_what_runs_anew_says_why(suite, header, name, ended, said):
    """The program ends at once, so the new run fails: that it was run is all that counts."""
    report = report_of(suite)
    journal = journals.soak(name, samples=48, **{**of_suite(suite, name), **header})
    if ended:
        journal.end()
    journal.write(report)
    (report / name / "made-by-leakgate.txt").write_text(MARKER)
    shown = resume(suite, name)
    assert f"{name}: runs anew: {said}" in shown.stderr, shown.stderr
    assert shown.returncode == 5, shown
    assert not (report / name / "segment-2").exists()


def test_what_was_cut_off_goes_on(suite):
    """The program ends at once: the second segment fails, and so does the scenario."""
    report = report_of(suite)
    world = suite.directory / "leakgate-0123abcd"
    world.mkdir(mode=0o700)
    journals.soak(samples=20, world=str(world), **of_suite(suite)).write(report)
    (report / "soak" / "made-by-leakgate.txt").write_text(MARKER)
    shown = resume(suite, "soak")
    assert "soak: cut off after 3 h 10 min; goes on for 4 h 50 min, as segment 2" in shown.stderr
    assert f"soak: its world was left behind: {world}" in shown.stderr
    assert os.path.isdir(world)
    assert shown.returncode == 5, shown
    with (report / "soak" / "segment-2" / "journal.jsonl").open() as lines:
        header = json.loads(next(lines))
    assert header["segment"] == 2 and header["plan_hash"] == of_suite(suite)["plan_hash"]
    assert header["measure"]["for_ms"] == (4 * 60 + 50) * 60000
    # What failed has ended.
    shown = resume(suite, "soak")
    assert "soak: ended, and is not run again" in shown.stderr
    assert shown.returncode == 5


@pytest.mark.parametrize("name, mode", [("leakgate-0123abcd", 0o755), ("mine", 0o700),
                                        ("leakgate-0123abcd/..", 0o700)])
def test_a_directory_that_is_no_world_is_not_named(suite, name, mode):
    directory = suite.directory / name.partition("/")[0]
    directory.mkdir()
    directory.chmod(mode)
    journals.soak(samples=20, world=f"{suite.directory}/{name}", **of_suite(suite)).write(
        report_of(suite))
    (report_of(suite) / "soak" / "made-by-leakgate.txt").write_text(MARKER)
    assert "was left behind" not in resume(suite, "soak").stderr
