"""Scenarios side by side (--jobs): what holds for one run holds for many."""

import json
import os
import pathlib
import signal

import pytest

from runs import REPORT_FILES, TWO_TABS, beside_others, until
from test_promises import GRACE, SOON

pytestmark = pytest.mark.usefixtures("standin_is_built")

NAMES = ["a", "b", "c", "d"]


def write(place, idle="1100ms", **leaks):
    for name in leaks:
        place.scenario(name, TWO_TABS.format(leak=leaks[name], measure=(
            f"{{warmup: 2, idle_for: {idle}, drain: 5s, iterations_per_sample: 1}}")))


def words(place, *more):
    return ["run", "--report", place.report, "--program", place.program(), "--jobs", "3", *more]


def verdicts(place):
    return {stored["name"]: stored["verdict"] for stored in place.result()["scenarios"]}


def attempts(place, name):
    [stored] = [s for s in place.result()["scenarios"] if s["name"] == name]
    return [attempt["attempt"] for attempt in stored.get("attempts", [])]


def report_says_the_same(place):
    again = place("report", "--from", place.report, "--json")
    assert json.loads(again.output) == place.result(), "the journals alone say the same"


@beside_others
def test_a_leak_among_clean_ones(place):
    """The others pass, and all attempts of the one are made."""
    write(place, a="", b="fd", c="")
    shown = place(*words(place))
    assert shown.status == 1, shown
    assert verdicts(place) == {"a": "pass", "b": "leak", "c": "pass"}, shown
    assert list(verdicts(place)) == ["a", "b", "c"], "in the order of the suite"
    assert attempts(place, "a") == ["screening"]
    # As much again in a second loop: no other process need confirm it.
    assert attempts(place, "b") == ["screening", "locate"]
    assert "3 scenarios, about" in shown.errors and "with 3 side by side" in shown.errors
    assert "[3/3] b leak" in shown.errors, "it takes longest"
    assert " pass (" not in shown.errors, "a pass has no line of its own"
    report_says_the_same(place)
    place.await_none(0)


@beside_others
def test_a_crash_disturbs_no_other(place):
    write(place, a="crash:2", b="", c="", d="")
    shown = place(*words(place, "--iterations", "6"))
    assert shown.status == 5, shown
    assert verdicts(place) == {"a": "failed", "b": "pass", "c": "pass", "d": "pass"}, shown
    report_says_the_same(place)
    place.await_none(0)


def begin(place, names=NAMES, leak=""):
    """Up to three that rest for long, and a fourth that waits for its turn."""
    at_once = min(len(names), 3)
    write(place, idle="10m", **dict.fromkeys(names, leak))
    process = place.start(*words(place))

    def all_rest():
        return process.poll() is not None or sum(
            any(record["record"] == "sample" and record["phase"] == "idle"
                for record in place.journal(name)) for name in names) == at_once
    assert until(all_rest, 120) and process.poll() is None, place.finish(process)
    assert len(place.worlds()) == at_once
    return process


def children_of(pid):
    text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(child) for child in text.split()]


def only_reports_left(place):
    place.nothing_left()
    assert {path.name for path in place.report.iterdir()} <= {*NAMES, *REPORT_FILES}


@beside_others
def test_ctrl_c(place):
    process = begin(place)
    os.killpg(process.pid, signal.SIGINT)
    shown = place.finish(process, timeout=GRACE)
    assert shown.status == 130, shown
    assert verdicts(place) == {"a": "stopped", "b": "stopped", "c": "stopped", "d": "skipped"}, shown
    reasons = {stored["name"]: stored["reason"] for stored in place.result()["scenarios"]}
    assert reasons.pop("d") == "not run: the run was stopped"
    assert set(reasons.values()) == {"stopped by signal 15"}, "each had the time for an orderly end"
    only_reports_left(place)
    report_says_the_same(place)


@beside_others
def test_leakgate_is_killed(place):
    process = begin(place)
    process.kill()
    place.await_none(SOON)
    place.finish(process)
    assert until(lambda: place.worlds() == [], SOON), place.worlds()
    only_reports_left(place)


@beside_others
def test_processes_between_are_killed(place):
    """A guard of one and the runner of another: both runs end, the third does not notice."""
    process = begin(place)
    one, other, third = children_of(process.pid)
    [guard] = children_of(one)
    [guard_of_third] = children_of(third)
    os.kill(guard, signal.SIGKILL)
    os.kill(other, signal.SIGKILL)
    # The fourth takes a slot of them.
    assert until(lambda: place.journal("d"), 60)
    assert until(lambda: len(place.worlds()) == 2, SOON), place.worlds()
    assert children_of(third) == [guard_of_third]
    process.send_signal(signal.SIGTERM)
    shown = place.finish(process, timeout=GRACE)
    assert shown.status == 128 + signal.SIGTERM, shown
    assert "the guard of the run was killed" in shown.text
    assert "ended before it was done: killed by signal 9" in " ".join(shown.text.split())
    only_reports_left(place)
    report_says_the_same(place)


@beside_others
def test_runner_and_guard_are_killed_at_once(place):
    """Nobody is left to end the daemons and to remove the world but leakgate."""
    process = begin(place, ["a", "b"], leak="daemon")
    assert "-linger stay" in str(place.processes())
    one, _ = children_of(process.pid)
    [guard] = children_of(one)
    os.kill(one, signal.SIGSTOP)
    os.kill(guard, signal.SIGKILL)
    os.kill(one, signal.SIGKILL)
    process.send_signal(signal.SIGTERM)
    shown = place.finish(process, timeout=GRACE)
    assert shown.status == 128 + signal.SIGTERM, shown
    assert place.processes() == []
    only_reports_left(place)


@beside_others
def test_screens_are_shown_whole(place):
    write(place, a="", b="", c="")
    shown = place(*words(place, "--iterations", "1", "--show"))
    assert shown.status == 0, shown
    for name in "abc":
        assert f" {name}, press " in shown.output
    boxes = [line for line in shown.output.splitlines() if line.startswith(("┌", "└"))]
    assert boxes and all(box[0] == "┌└"[i % 2] for i, box in enumerate(boxes))
