"""A scenario that was recorded on the stand-in finds what the written one finds."""

import pathlib
import shutil

import pytest

from conftest import SOURCE
from person import ESCAPE, MARK, Session, recorded, steps

STANDIN = pathlib.Path(SOURCE) / "build" / "standin" / "standin"


def test_a_recorded_scenario_catches_the_leak_that_the_written_one_does(leakgate):
    if not STANDIN.exists():
        pytest.skip("no stand-in here (ci/build-standin)")
    scenarios = leakgate.directory / "scenarios"
    target = pathlib.Path(SOURCE) / "tests" / "standin" / "standin.yaml"
    leaking = target.parent / "leaks" / "goroutine.yaml"
    shutil.copytree(f"{SOURCE}/scenarios/targets", scenarios / "targets")
    words = ["--target", target, "--program", STANDIN]
    session = Session(leakgate, "modals", *words)
    session.start("Recent Commits")
    session.press(MARK, "?", ESCAPE, "@", ESCAPE, MARK)
    status, text = session.end()
    assert status == 0, text
    assert steps(recorded(leakgate, "modals"))[::2] == [
        'press: "?"', "press: Escape", 'press: "@"', "press: Escape"]
    run = ["run", "modals", "--no-baselines", "--no-confirm", "--program", STANDIN]
    red = leakgate(*run, "--target", leaking, timeout=250)
    assert red.returncode == 1, red.stdout
    assert "goroutine" in red.stdout
