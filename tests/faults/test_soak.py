"""Runs of hours, in seconds: what is killed in mid-loop goes on (--resume)."""

import json
import os
import signal

import pytest

from runs import TWO_TABS, beside_others, until

pytestmark = pytest.mark.usefixtures("standin_is_built")

# Nobody touches it.
RESTING = """\
version: 1
title: Nobody touches it
target: standin
measure: {every: 200ms, for: 4200ms}
"""
# As many samples as are judged at the least, and a few more.
ENOUGH = 22


def words(place, *more):
    return ["run", "--report", place.report, "--program", place.program(), *more]


def tabs(leak, every, duration):
    """Two tabs before each sample."""
    return TWO_TABS.format(leak=leak, measure=f"{{every: {every}, for: {duration}, drain: 1s}}")


def loop_samples(place, scenario):
    return sum(record["record"] == "sample" and record["phase"] == "loop"
               for record in place.journal(scenario))


def begin(place, scenario, samples, *more):
    process = place.start(*words(place, *more))
    assert until(lambda: loop_samples(place, scenario) >= samples or process.poll() is not None,
                 120)
    assert process.poll() is None, place.finish(process)
    return process


def kill_all(place, process):
    """As a power cut does: leakgate, guard, worker and target at the same moment."""
    pids = [pid for pid, _ in place.processes()]
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for pid in pids:
            os.kill(pid, number)
    process.communicate()
    place.await_none()


def scenarios(place):
    return {stored["name"]: stored for stored in place.result()["scenarios"]}


@beside_others
def test_what_was_killed_goes_on(place):
    """It leaks before and after."""
    duration = 11
    place.scenario("b", tabs(leak="fd", every="300ms", duration="96s"))
    arguments = ["b", "--for", f"{duration}s"]
    kill_all(place, begin(place, "b", ENOUGH, *arguments))
    [world] = place.worlds()
    assert not (place.report / "result.json").exists()

    shown = place(*words(place, *arguments, "--resume"))
    assert shown.status == 1, shown
    assert "b: cut off after " in shown.errors and "as segment 2" in shown.errors
    assert f"its world was left behind: {world}" in shown.errors
    assert place.worlds() == [world], "what might be in use is not removed"
    stored = scenarios(place)["b"]
    first, second = stored["segments"]
    assert [first["cut_off"], second["cut_off"]] == [True, False]
    assert [first["verdict"], second["verdict"]] == ["leak", "leak"]
    assert first["samples"] >= ENOUGH
    [fd] = [finding for finding in stored["findings"]
            if finding["gauge"] == "fd" and finding["fails"]]
    assert fd["confirmed"]
    assert fd["per_round_trip"] == pytest.approx(1, abs=0.1)
    assert fd["per_hour"] == pytest.approx(60 * fd["per_iteration"])
    assert "in more than one segment" in shown.output and "per hour" in shown.output
    assert "segment 1 of 2" in shown.output and "segment 2 of 2" in shown.output
    header = place.journal("b/segment-2")[0]
    rest = max(21 * 300, duration * 1000 - 1000 * first["loop_seconds"])
    assert header["segment"] == 2 and header["whole_for_ms"] == duration * 1000
    assert rest <= header["measure"]["for_ms"] < rest + 300, "the rest of its time"
    again = place("report", "--from", place.report, "--json")
    assert json.loads(again.output) == place.result(), "the journals alone say the same"

    journals = [place.journal("b"), place.journal("b/segment-2")]
    shown = place(*words(place, *arguments, "--resume"))
    assert shown.status == 1, shown
    assert "b: ended, and is not run again" in shown.errors
    assert [place.journal("b"), place.journal("b/segment-2")] == journals
    assert scenarios(place)["b"]["findings"] == stored["findings"]


@beside_others
def test_what_was_stopped_in_order_goes_on(place):
    """A machine that is shut down asks first. Nothing goes on with what still runs."""
    place.scenario("b", RESTING)
    process = begin(place, "b", 5)
    shown = place(*words(place, "--resume"))
    assert shown.status == 2, shown
    assert "b is being run just now" in shown.errors
    process.send_signal(signal.SIGTERM)
    assert place.finish(process).status == 143
    shown = place(*words(place, "--resume"))
    assert shown.status == 0, shown
    first, second = scenarios(place)["b"]["segments"]
    assert first["cut_off"] and "verdict" not in first, "too few samples"
    assert second["verdict"] == "pass" and second["samples"] == 21
    assert "too few samples to judge" in shown.output
    place.nothing_left()


@beside_others
def test_iterations_that_take_longer_than_every(place):
    """The screen alone is given 100 ms to settle before each sample: its time is over early."""
    place.scenario("b", tabs(leak="", every="100ms", duration="2500ms"))
    shown = place(*words(place))
    assert shown.status == 0, shown
    assert ("note: the loop ended after 21 of 25 samples: its time was over; an iteration with its "
            "sample takes longer than `every` (100ms)" in " ".join(shown.output.split())), shown
    assert loop_samples(place, "b") == 21
