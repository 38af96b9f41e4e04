"""The real Sidecar is driven and judged by the files of this repository, and passes."""

import json
import os
import pathlib
import subprocess

import pytest
from conftest import VERSION

LEAKGATE = os.environ["LEAKGATE_BIN"]
SOURCE = pathlib.Path(__file__).resolve().parents[2]
SCENARIOS = sorted(path.stem for path in (SOURCE / "scenarios").glob("*.yaml"))
# Idle has no iterations.
PLAYED = [name for name in SCENARIOS if name != "idle"]


@pytest.fixture
def run(tmp_path, sidecar):
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}

    def run_scenario(*words):
        shown = subprocess.run(
            [LEAKGATE, "run", "--scenarios", SOURCE / "scenarios", "--baselines",
             SOURCE / "baselines", "--program", sidecar, *words],
            cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
            timeout=300, check=False, encoding="utf-8")
        stored = json.loads((tmp_path / "leakgate-report/result.json").read_text("utf-8"))
        [scenario] = stored["scenarios"]
        if scenario["verdict"] == "skipped":
            pytest.skip(f"{scenario['name']}: {scenario['reason']}")
        assert shown.returncode == 0, shown.stdout + shown.stderr
        return scenario
    return run_scenario


@pytest.mark.parametrize("name", PLAYED)
def test_two_round_trips(run, name):
    scenario = run(name, "--iterations", "2")
    assert scenario["played"]
    assert scenario["notes"] == []


def test_the_leak_of_the_external_editor_is_there_and_within_its_baseline(run):
    scenario = run("external-editor", "--require-baseline")
    assert scenario["verdict"] == "pass"
    assert VERSION in scenario["target"]["version"]
    assert scenario["samples"] >= 21
    assert scenario["would_have_caught"]["fd"] < 0.2
    [allowed] = [finding for finding in scenario["findings"] if finding["kind"] == "allowed"]
    assert allowed["gauge"] == "fd"
    assert allowed["holder"] == "anon_inode:[eventpoll]"
    assert allowed["per_iteration"] == pytest.approx(1.0)
