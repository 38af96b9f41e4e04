"""What remains at rest, is done at rest, or fills up: each is found, named and told from the others."""

import re

import pytest

from runs import TWO_TABS, beside_others

pytestmark = pytest.mark.usefixtures("standin_is_built")

# `true` is what the stand-in's polls start.
TARGET = """\
version: 1
extends: standin
tools: [git, "true"]
"""
FAST = "{idle_for: 2s, drain: 5s, iterations_per_sample: 1}"
# A poll that is eager for 5 s after a key is at rest in the second half.
LONGER = "{idle_for: 12s, drain: 15s, iterations_per_sample: 1}"
WARMUP, LOOP = 6, 20


def run(place, leak, *words, measure=FAST, scenario=TWO_TABS):
    """One run alone; each iteration has one event."""
    place.write("scenarios/targets/rests.yaml", TARGET)
    place.scenario("rests", scenario.format(leak="", measure=measure))
    shown = place.run("rests", "--target", "rests", "--program", place.standin(leak),
                      "--no-confirm", *words)
    return shown, place.result()["scenarios"][0]


def failing(stored, gauge=None):
    return [finding for finding in stored["findings"]
            if finding["fails"] and gauge in (None, finding.get("gauge"))]


def flat(shown):
    return re.sub(r"\s+", " ", shown.output)


# --- What remains ---


@beside_others
@pytest.mark.parametrize("leak, gauge, holder", [
    ("listener", "goroutine", "main.listen"),
    ("goroutine-first:4", "goroutine", "main.leakGoroutine.func"),
    ("child-named", "child", "fetcher"),
    ("zombie-named", "zombie", "fetcher"),
])
def test_one_per_iteration_from_rest_to_rest(place, leak, gauge, holder):
    shown, stored = run(place, leak)
    assert (shown.status, stored["verdict"]) == (1, "leak"), shown
    [finding] = failing(stored, gauge)
    assert finding["holder"] == holder
    assert finding["per_iteration"] == pytest.approx(1, abs=0.05)
    assert finding["to"] - finding["from"] == pytest.approx(
        finding["per_iteration"] * finding["iterations"])
    assert all(finding["kind"] != "backlog" for finding in stored["findings"]), shown
    assert holder in shown.output
    place.nothing_left()


@beside_others
def test_what_gets_fewer_is_said_to_slow_down(place):
    shown, stored = run(place, "chains")
    assert (shown.status, stored["verdict"]) == (1, "leak"), shown
    [chains] = failing(stored, "goroutine")
    assert chains["holder"] == "main.runChain"
    assert "it slows down" in flat(shown)
    [started] = failing(stored, "spawn")
    assert started["holder"] == "true"
    assert started["to"] > started["from"]
    place.nothing_left()


@beside_others
def test_the_one_that_keeps_is_named_with_the_one_that_allocates(place):
    shown, stored = run(place, "keeper:4096")
    assert (shown.status, stored["verdict"]) == (1, "leak"), shown
    assert any("main.loadRepeated < main.leakKept" in finding["holder"]
               for finding in failing(stored, "heap_stack"))
    assert "main.leakKept, with main.keepLoaded" in flat(shown)
    place.nothing_left()


@beside_others
def test_what_grew_until_a_hang_is_said(place):
    """A hang at the 22nd event: too few samples for a verdict, enough to say what grew until then."""
    shown, stored = run(place, "goroutine,hang:22")
    assert (shown.status, stored["verdict"]) == (5, "failed"), shown
    assert "timed out" in shown.output
    [finding] = failing(stored, "goroutine")
    assert finding["holder"] == "main.leakGoroutine.func"
    assert finding["per_iteration"] == pytest.approx(1, abs=0.1)
    assert "main.leakGoroutine" in shown.output
    place.await_none()


# --- What is done at rest ---


@beside_others
@pytest.mark.parametrize("leak, gauge, holder", [
    ("spawn-rate", "spawn", "true"),
    ("output-rate", "output", None),
])
def test_a_rate_that_grows_per_iteration(place, leak, gauge, holder):
    shown, stored = run(place, leak)
    assert (shown.status, stored["verdict"]) == (1, "leak"), shown
    [finding] = failing(stored, gauge)
    assert (finding["kind"], finding.get("holder")) == ("growth", holder)
    assert finding["to"] > finding["from"]
    assert f"{gauge} at rest" in flat(shown)
    place.nothing_left()


@pytest.mark.alone
@beside_others
@pytest.mark.parametrize("leak", ["cpu-rate:10", "cpu-rate:10,slow-quit:12"])
def test_what_burns_more_per_iteration(place, leak):
    """Also where the program then takes too long to end."""
    shown, stored = run(place, leak)
    assert (shown.status, stored["verdict"]) == (1, "leak"), shown
    [finding] = failing(stored, "cpu")
    assert finding["kind"] == "growth"
    assert "cpu at rest" in flat(shown)
    place.await_none()


@beside_others
def test_a_screen_that_is_never_quiet_is_said(place):
    shown, _ = run(place, "spinner:20")
    assert shown.status == 0, shown
    assert "never quiet: the program was still drawing" in flat(shown)
    place.nothing_left()


@beside_others
def test_a_peak_is_a_level(place):
    """What a key makes and drops again is seen by no reading that follows a collection."""
    clean, _ = run(place, "")
    assert clean.status == 0, clean
    accepted = place("accept", "rests", "--from", place.report)
    assert accepted.status == 0, accepted
    shown, stored = run(place, "peak:64", "--require-baseline")
    assert shown.status == 1, shown
    [finding] = failing(stored)
    assert (finding["kind"], finding["gauge"]) == ("level", "rss_peak")
    assert finding["to"] - finding["from"] > 32 << 20
    place.nothing_left()


@pytest.mark.alone
@beside_others
def test_what_is_too_busy_to_quit_is_ended_and_judged(place):
    shown, stored = run(place, "spin,slow-quit:60")
    assert (shown.status, stored["verdict"]) == (1, "leak"), shown
    [left] = [finding for finding in failing(stored) if finding["kind"] == "left_behind"]
    assert left["holder"].startswith("rests (")
    assert "still busy 30 s after the quit steps and was ended" in flat(shown)
    place.await_none()


# --- What is sound ---

MODALS = """\
version: 1
title: Modals
target: standin
iteration:
  - press: "?"
  - wait: Search commands
  - press: Escape
  - wait: {{gone: Search commands}}
  - press: "#"
  - wait: Switch Theme
  - press: {{keys: Down, repeat: 3}}
  - press: Escape
  - wait: {{gone: Switch Theme}}
measure: {measure}
"""


@beside_others
@pytest.mark.parametrize("leak", [
    "workers:16", f"cache:{WARMUP + LOOP}", f"cache:{WARMUP + LOOP + LOOP // 2}", "frames", "eager",
])
def test_what_fills_up_or_calms_down_is_no_leak(place, leak):
    shown, stored = run(place, leak, measure=LONGER if leak == "eager" else FAST,
                        scenario=MODALS if leak == "frames" else TWO_TABS)
    assert (shown.status, stored["verdict"]) == (0, "pass"), shown
    assert failing(stored) == []
    place.nothing_left()
