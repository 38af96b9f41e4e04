"""Two builds run in turns: what the control shows is allowed, what is more than that is a leak."""

import json

import pytest

from runs import beside_others

pytestmark = pytest.mark.usefixtures("standin_is_built")

FAST = "{idle_for: 1100ms, drain: 5s, iterations_per_sample: 1}"


def run(place, control, program, *words):
    place.fast("tab-cycle", FAST)
    shown = place.run("tab-cycle", "--target", "standin", "--control", place.standin(control),
                      "--program", place.standin(program), "--no-confirm", *words)
    return shown, place.result()["scenarios"][0]


def of_fd(stored):
    return [finding for finding in stored["findings"]
            if finding.get("gauge") == "fd" and finding["kind"] in ("growth", "allowed")]


@beside_others
def test_what_the_control_shows_as_well_is_allowed(place):
    shown, stored = run(place, "fd", "fd")
    assert shown.status == 0, shown
    [finding] = of_fd(stored)
    assert finding["kind"] == "allowed"
    assert finding["text"] == "grows in the control build as well"
    assert (place.report / "tab-cycle/control/journal.jsonl").exists()
    assert "judged by the control build" in shown.output
    place.nothing_left()


@beside_others
@pytest.mark.parametrize("control, program", [("", "fd"), ("fd", "fd,fd")])
def test_what_is_more_than_the_controls_is_a_leak(place, control, program):
    shown, stored = run(place, control, program)
    assert shown.status == 1, shown
    [finding] = of_fd(stored)
    assert finding["kind"] == "growth"
    assert finding["holder"] == "anon_inode:[eventpoll]"
    assert stored["control"]
    # The journals alone say the same.
    again = place("report", "--from", place.report, "--json")
    assert json.loads(again.output) == place.result()
    place.nothing_left()


@beside_others
def test_a_control_that_crashes_is_told(place):
    shown, stored = run(place, "crash:3", "")
    assert shown.status == 5, shown
    assert stored["verdict"] == "failed"
    assert stored["reason"].startswith("of the control build: ")
    assert f"{place.report}/tab-cycle/control/ (recording" in " ".join(shown.output.split())
    again = json.loads(place("report", "--from", place.report, "--json").output)
    assert again == place.result(), "read again it is the same"


@beside_others
def test_a_quarantine_forgives_a_control_that_crashes(place):
    scenario = place.fast("tab-cycle", FAST)
    scenario.write_text(scenario.read_text() + "quarantine: {reason: x, until: 2999-12-31}\n")
    shown = place.run("tab-cycle", "--target", "standin", "--control", place.standin("crash:3"),
                      "--program", place.standin(), "--no-confirm")
    assert shown.status == 0, shown
    assert "quarantined until 2999-12-31" in shown.output
    again = place("report", "--from", place.report, "--json")
    assert json.loads(again.output) == place.result()


@beside_others
def test_a_control_that_crashes_later_leaves_no_verdict(place):
    """It is there for the first run, and not for the one that was to confirm it."""
    place.fast("tab-cycle", FAST)
    once = place.write("programs/once", "#!/bin/sh\n"
                       f"case $* in *version*) ;; *) mkdir {place.root}/programs/ran || exit 3\n"
                       f'esac\nexec {place.standin()} "$@"\n', 0o755)
    shown = place.run("tab-cycle", "--target", "standin", "--control", once, "--program",
                      place.standin("heap:4096"))
    assert shown.status == 5, shown
    stored = place.result()["scenarios"][0]
    assert stored["verdict"] == "failed"
    assert stored["reason"].startswith("the growth that was seen could not be confirmed: of the control ")
    again = place("report", "--from", place.report, "--json")
    assert json.loads(again.output) == place.result()


@beside_others
@pytest.mark.parametrize("control, status", [("daemon", 0), ("", 1)])
def test_what_the_control_leaves_behind_as_well(place, control, status):
    shown, stored = run(place, control, "daemon")
    assert shown.status == status, shown
    kinds = {finding["kind"] for finding in stored["findings"] if "outlived" in finding["text"]}
    assert kinds == {"allowed" if control else "left_behind"}
    assert ("processes outlived the target, as with the control build" in shown.output) == (
        status == 0)
    again = place("report", "--from", place.report, "--json")
    assert json.loads(again.output) == place.result()

