"""Runs paced by time, in seconds."""

import pytest

from runs import TWO_TABS, beside_others

pytestmark = pytest.mark.usefixtures("standin_is_built")


def words(place, *more):
    return ["run", "--report", place.report, "--program", place.program(), *more]


def tabs(leak, every, duration):
    """Two tabs before each sample."""
    return TWO_TABS.format(leak=leak, measure=f"{{every: {every}, for: {duration}, drain: 1s}}")


def loop_samples(place, scenario):
    return sum(record["record"] == "sample" and record["phase"] == "loop"
               for record in place.journal(scenario))


@beside_others
def test_iterations_that_take_longer_than_every(place):
    """The screen alone is given 100 ms to settle before each sample: its time is over early."""
    place.scenario("b", tabs(leak="", every="100ms", duration="2500ms"))
    shown = place(*words(place))
    assert shown.status == 0, shown
    assert ("note: the loop ended after 21 of 25 samples: its time was over; an iteration with its "
            "sample takes longer than `every` (100ms)" in " ".join(shown.output.split())), shown
    assert loop_samples(place, "b") == 21
