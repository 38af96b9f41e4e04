"""The real Sidecar is driven and judged by the files of this repository, and passes."""

import json
import os
import pathlib
import subprocess

import pytest
import yaml
from conftest import VERSION

LEAKGATE = os.environ["LEAKGATE_BIN"]
SOURCE = pathlib.Path(__file__).resolve().parents[2]


def tags_of(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))["tags"]


# Idle has no iterations; what is not of the gate would take too long here.
PLAYED = sorted(path.stem for path in (SOURCE / "scenarios").glob("*.yaml")
                if "gate" in tags_of(path) and path.stem != "idle")


def run_with(directory, program, *words):
    environment = {"PATH": os.environ["PATH"], "HOME": str(directory), "LC_ALL": "C.UTF-8"}
    shown = subprocess.run(
        [LEAKGATE, "run", "--scenarios", SOURCE / "scenarios", "--baselines",
         SOURCE / "baselines", "--program", program, *words],
        cwd=directory, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
        timeout=500, check=False, encoding="utf-8")
    result = directory / "leakgate-report/result.json"
    assert result.exists(), shown.stderr
    return shown, json.loads(result.read_text("utf-8"))["scenarios"]


def run_one(directory, program, *words):
    shown, [scenario] = run_with(directory, program, *words)
    if scenario["verdict"] == "skipped":
        pytest.skip(f"{scenario['name']}: {scenario['reason']}")
    assert shown.returncode == 0, shown.stdout + shown.stderr
    return scenario


@pytest.fixture(scope="module")
def played(sidecar, tmp_path_factory):
    """All of them in one run, some side by side: what leakgate printed, and scenarios by name."""
    shown, scenarios = run_with(tmp_path_factory.mktemp("played"), sidecar, *PLAYED,
                                "--iterations", "2")
    return shown.stdout + shown.stderr, {scenario["name"]: scenario for scenario in scenarios}


@pytest.mark.parametrize("name", PLAYED)
def test_two_round_trips(played, name):
    text, scenarios = played
    scenario = scenarios[name]
    if scenario["verdict"] == "skipped":
        pytest.skip(f"{name}: {scenario['reason']}")
    assert scenario["verdict"] == "pass", text
    assert scenario["played"]
    assert scenario["notes"] == []


def test_an_older_release_plays_the_same_scenario_in_its_own_words(tmp_path, sidecar_0_90):
    scenario = run_one(tmp_path, sidecar_0_90, "modal-cycle", "--target", "sidecar-0.90",
                       "--iterations", "2")
    assert scenario["played"]
    assert scenario["notes"] == []


def test_the_leak_of_the_external_editor_is_within_its_baseline(tmp_path, sidecar):
    scenario = run_one(tmp_path, sidecar, "external-editor", "--require-baseline")
    assert scenario["verdict"] == "pass"
    assert VERSION in scenario["target"]["version"]
    assert scenario["samples"] >= 21
    assert scenario["would_have_caught"]["fd"] < 0.2
    [allowed] = [finding for finding in scenario["findings"] if finding["kind"] == "allowed"]
    assert allowed["gauge"] == "fd"
    assert allowed["holder"] == "anon_inode:[eventpoll]"
    assert allowed["per_iteration"] == pytest.approx(1.0)
