"""Each scenario passes on a sound program, and finds a leak in what it is there for.

suite.json has a row for every scenario of scenarios/:

    leak     what the stand-in is to leak (STANDIN_LEAK): in the subsystem that the scenario covers
    gauge    the gauge of the finding that this has to be
    holder   a part of its holder
    covers   what the scenario is there for: parts of Sidecar, from PARTS of coverage.py
    measure  optional, keys of `measure` by which these runs take less time; null drops one

or, where the stand-in has nothing of the kind, `stand_in`, which says why, and `covers`.
"""

import json
import pathlib
import re

import pytest
import yaml

import coverage
from runs import SOURCE, beside_others

ROWS = json.loads(pathlib.Path(__file__).with_name("suite.json").read_text(encoding="utf-8"))
SCENARIOS = sorted(path.stem for path in (SOURCE / "scenarios").glob("*.yaml"))
PLAYED = [name for name in SCENARIOS if "leak" in ROWS.get(name, {})]

REQUIRED = {"leak", "gauge", "holder", "covers"}
OPTIONAL = {"measure"}
# Short rests: what the stand-in leaks is there at once. A sample of the drain is taken after 5 s. No
# more iterations than needed: a user may have 128 inotify instances, and runs stand side by side.
FAST = {"idle_for": "2s", "drain": "5s", "iterations_per_sample": 1}
# For one run beside others.
PATIENCE = 400


def test_every_scenario_has_a_row():
    assert sorted(ROWS) == SCENARIOS


@pytest.mark.parametrize("name", ROWS)
def test_a_row_says_what_is_covered(name):
    row = ROWS[name]
    assert set(row["covers"]) <= set(coverage.PARTS)
    if "stand_in" in row:
        assert set(row) == {"stand_in", "covers"} and row["stand_in"]
        return
    assert REQUIRED <= set(row) <= REQUIRED | OPTIONAL
    assert all(row[key] for key in row)


def test_every_part_is_covered_or_told():
    covered = {part for row in ROWS.values() for part in row["covers"]}
    assert set(coverage.PARTS) - covered == set(coverage.NOT_COVERED)


def test_the_page_is_made_from_the_rows():
    assert coverage.PAGE.read_text(encoding="utf-8") == coverage.page()


def quickened(name, **more):
    """The text of a scenario, the same but for its `measure`."""
    text = (SOURCE / "scenarios" / f"{name}.yaml").read_text(encoding="utf-8")
    measure = yaml.safe_load(text).get("measure", {})
    for key, value in yaml.compose(text).value:
        if key.value == "measure":
            text = text[:key.start_mark.index] + text[value.end_mark.index:]
            break
    # Paced by time, there is no rest before the loop.
    fast = {"drain": FAST["drain"]} if "every" in measure else FAST
    quick = {**measure, **fast, **ROWS[name].get("measure", {}), **more}
    quick = {key: value for key, value in quick.items() if value is not None}
    return f"{text}\nmeasure: {json.dumps(quick)}\n"


def play(place, name, leak):
    """A sound program is run as users run it: what one run alone takes for growth, a fresh process
    refutes. A leak is to be found by one run alone, in its loop (test_rests.py has the rests)."""
    place.scenario(name, quickened(name, drain="0s") if leak else quickened(name))
    alone = ["--no-confirm"] if leak else []
    shown = place.run(name, "--target", "standin", "--program", place.standin(leak), *alone,
                      timeout=PATIENCE)
    [stored] = place.result()["scenarios"]
    if stored["verdict"] in ("pass", "leak"):
        place.nothing_left()
    if stored["verdict"] == "skipped":
        pytest.skip(f"{name}: {stored['reason']}")
    return shown, stored


def failing(stored):
    return [finding for finding in stored["findings"] if finding["fails"]]


@beside_others
@pytest.mark.parametrize("name", PLAYED)
def test_a_sound_program_passes(place, name):
    shown, stored = play(place, name, "")
    assert shown.status == 0, shown
    assert stored["verdict"] == "pass"
    assert failing(stored) == []


@beside_others
@pytest.mark.parametrize("name", PLAYED)
def test_a_leak_in_what_it_covers_is_found(place, name):
    row = ROWS[name]
    shown, stored = play(place, name, row["leak"])
    assert shown.status == 1, shown
    assert stored["verdict"] == "leak"
    found = [finding for finding in failing(stored) if finding.get("gauge") == row["gauge"]
             and row["holder"] in finding.get("holder", "")]
    assert found, shown
    assert row["holder"] in re.sub(r"\s+", " ", shown.output)
