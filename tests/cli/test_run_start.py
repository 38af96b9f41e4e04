"""leakgate run, up to the moment at which the first target would start."""

import json

import pytest

SCENARIO = """\
version: 1
title: A scenario
target: sidecar
tags: [smoke]
needs: [{needs}]
iteration:
  - press: "1"
  - wait: {{text: Git main}}
"""


@pytest.fixture
def scenario(leakgate, source):
    scenarios = leakgate.directory / "scenarios"
    scenarios.mkdir()
    (scenarios / "targets").symlink_to(f"{source}/scenarios/targets")

    def write(name="s", needs="sh"):
        (scenarios / f"{name}.yaml").write_text(SCENARIO.format(needs=needs))
    return write


def report_of(leakgate):
    return leakgate.directory / "leakgate-report"


def test_no_scenario(leakgate):
    shown = leakgate("run")
    assert shown.returncode == 3
    assert "there is no directory scenarios here" in shown.stderr
    (leakgate.directory / "scenarios").mkdir()
    shown = leakgate("run")
    assert shown.returncode == 3
    assert "there is no scenario in scenarios" in shown.stderr


def test_what_a_tool_is_missing_for_is_skipped_by_name(leakgate, scenario):
    scenario(needs="no-such-tool")
    shown = leakgate("run")
    assert shown.returncode == 3
    assert "s  skipped  not on this machine: no-such-tool" in shown.stdout
    stored = json.loads((report_of(leakgate) / "result.json").read_text())
    assert stored["scenarios"][0]["verdict"] == "skipped"
    assert stored["exit_status"] == 3
    again = leakgate("report")
    assert again.stdout == shown.stdout
    assert leakgate("run", "--json").stdout.startswith("{")


def test_what_the_target_is_without_is_skipped_with_its_reason(leakgate, scenario):
    scenario(needs="no-such-tool")
    (leakgate.directory / "old.yaml").write_text(
        "version: 1\nextends: sidecar\nwithout: {s: it came later}\n")
    shown = leakgate("run", "--target", "./old.yaml", "--require-baseline")
    assert shown.returncode == 3
    assert "s  skipped  it came later" in shown.stdout
    [stored] = json.loads((report_of(leakgate) / "result.json").read_text())["scenarios"]
    assert stored["verdict"] == "skipped"
    assert stored["without"]
    assert leakgate("report").stdout == shown.stdout


def test_a_missing_program_says_what_to_do(leakgate, scenario):
    scenario()
    for options, environment in [(["--program", "/no/such/program"], {}),
                                 ([], {"LEAKGATE_PROGRAM": "/no/such/program"})]:
        shown = leakgate("run", *options, **environment)
        assert shown.returncode == 2
        assert "/no/such/program" in shown.stderr
        assert "--program PATH or LEAKGATE_PROGRAM" in shown.stderr
    assert not report_of(leakgate).exists()


def test_a_required_baseline(leakgate, scenario):
    scenario()
    shown = leakgate("run", "--require-baseline", "--program", "/bin/true")
    assert shown.returncode == 3
    assert "has no baseline baselines/sidecar/s.json" in shown.stderr
    assert "leakgate accept s" in shown.stderr
    assert not report_of(leakgate).exists()


def test_the_baseline_of_another_plan(leakgate, scenario):
    scenario()
    baseline = leakgate.directory / "baselines" / "sidecar" / "s.json"
    baseline.parent.mkdir(parents=True)
    baseline.write_text(json.dumps({"version": 1, "plan": "0" * 16, "go": "go1.26.8",
                                    "platform": "linux/amd64", "gauges": {}, "exceptions": []}))
    shown = leakgate("run", "--program", "/bin/true")
    assert shown.returncode == 2
    assert "is the baseline of another plan" in shown.stderr
    assert "scenarios/s.yaml or its target file has changed" in shown.stderr
    assert "  leakgate run s --no-baselines --program /bin/true\n  leakgate accept s\n" in shown.stderr
    assert not report_of(leakgate).exists()


def test_the_way_to_a_baseline_repeats_the_options(leakgate, scenario):
    scenario()
    (leakgate.directory / "my scenarios").mkdir()
    (leakgate.directory / "my scenarios" / "targets").symlink_to(
        leakgate.directory / "scenarios" / "targets")
    (leakgate.directory / "scenarios" / "s.yaml").rename(leakgate.directory / "my scenarios/s.yaml")
    shown = leakgate("run", "my scenarios/s.yaml", "--scenarios", "my scenarios", "--report", "r",
                     "--baselines", "b", "--require-baseline", "--program", "/bin/true")
    assert shown.returncode == 3
    assert ("  leakgate run s --no-baselines --scenarios 'my scenarios' --baselines b "
            "--program /bin/true --report r\n"
            "  leakgate accept s --from r --baselines b\n") in shown.stderr


def test_a_directory_that_is_not_leakgates_is_not_replaced(leakgate, scenario):
    scenario()
    precious = report_of(leakgate) / "s" / "thesis.txt"
    precious.parent.mkdir(parents=True)
    precious.write_text("years of work")
    shown = leakgate("run", "--program", "/bin/true")
    assert shown.returncode == 2
    assert "was not made by leakgate" in shown.stderr
    assert precious.read_text() == "years of work"


def test_two_scenarios_of_one_name(leakgate, scenario):
    scenario()
    other = leakgate.directory / "elsewhere"
    other.mkdir()
    (other / "targets").symlink_to(leakgate.directory / "scenarios" / "targets")
    (other / "s.yaml").write_text(SCENARIO.format(needs="sh"))
    shown = leakgate("run", "s", "elsewhere/s.yaml")
    assert shown.returncode == 2
    assert "is already chosen" in shown.stderr


@pytest.mark.parametrize("scale", ["much", "0", "-1", "nan", "1e9"])
def test_a_wrong_timeout_scale(leakgate, scenario, scale):
    scenario()
    shown = leakgate("run", LEAKGATE_TIMEOUT_SCALE=scale)
    assert shown.returncode == 2
    assert "LEAKGATE_TIMEOUT_SCALE" in shown.stderr


@pytest.mark.parametrize("words, says", [
    (["--control", "old"], "--control needs the path of a program"),
    (["--control", "./no-such-program"], "--control needs the path of a program"),
    (["--control", "/bin/sh", "--require-baseline"], "--control and --require-baseline cannot be"),
    (["--control", "/bin/sh", "--iterations", "1"], "--control and --iterations cannot be"),
    (["--control", "/bin/sh", "--baseline-ref", "HEAD"], "--control and --baseline-ref cannot be"),
])
def test_a_control_build_that_cannot_be_had(leakgate, scenario, words, says):
    scenario()
    shown = leakgate("run", "--program", "/bin/sh", *words)
    assert shown.returncode == 2, shown
    assert says in shown.stderr
