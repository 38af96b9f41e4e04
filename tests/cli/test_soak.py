"""Runs of hours: growth per hour and another length (--for)."""

import json

import journals
import pytest

PROGRAM = "#!/bin/sh\n"
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


def report_of(leakgate):
    return leakgate.directory / "leakgate-report"


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
    shown = leakgate("report", "-v")
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
        journal.sample("loop", 8 + 2 * i, 20 + apart * i, one_per_sample(2 + 2 * i))
    for i in (60, 65):
        journal.sample("drain", 48, 20 + apart * 20 + i, one_per_sample(42))
    journal.end().write(report_of(leakgate))
    shown = " ".join(leakgate("report", "-v").stdout.split())
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
    (["soak", "--for", "8 hours"], "--for needs a duration such as 10s, 30m or 8h, at most 24h"),
    (["soak", "--for", "0s"], "--for needs a duration"),
    (["soak", "--for", "25h"], "--for needs a duration"),
    (["soak", "--for", "1h"], "soak: --for: 1h is too short: at one sample every 10m it must be 7 "
                              "times as long"),
    (["soak", "--for", "8h", "--iterations", "3"], "--for and --iterations cannot be used together"),
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


def test_a_field_that_is_not_known_changes_nothing(leakgate):
    journal = journals.soak(samples=24, made_up=2, other="x").end()
    journal.write(report_of(leakgate))
    assert only_scenario(leakgate)["verdict"] == "pass"
