"""A scenario in quarantine runs, is judged and shown, and fails nothing until its day."""

import json

import journals
import pytest

SCENARIO = """\
version: 1
title: A scenario
target: sidecar
{quarantine}iteration:
  - press: "1"
  - wait: {{text: Git main}}
"""
# Journals are of 2026-11-23.
HOLDS = {"reason": "loses a row", "until": "2027-01-31"}


def report_of(leakgate):
    return leakgate.directory / "leakgate-report"


def quarantined(journal, quarantine=None):
    journal.records[0]["quarantine"] = quarantine or HOLDS
    return journal


def result_of(leakgate):
    return json.loads(leakgate("report", "--json").stdout)


OUTCOMES = [
    (lambda: journals.clean("s"), "pass", 0, 0),
    (lambda: journals.leaking("s"), "leak", 1, 0),
    (journals.inconclusive, "inconclusive", 4, 0),
    (lambda: journals.Journal("s").failed("invalid").end(), "invalid", 4, 0),
    (lambda: journals.Journal("s").failed().end(), "failed", 5, 0),
    # Not the scenario's fault, and no verdict of it.
    (lambda: journals.Journal("s").failed("internal").end(), "failed", 70, 70),
    (lambda: journals.Journal("s").failed("input").end(), "failed", 2, 2),
]


@pytest.mark.parametrize("make, verdict, free, held", OUTCOMES)
def test_what_it_excuses(leakgate, make, verdict, free, held):
    make().write(report_of(leakgate))
    assert result_of(leakgate)["exit_status"] == free
    quarantined(make()).write(report_of(leakgate))
    result = result_of(leakgate)
    assert result["exit_status"] == held
    [scenario] = result["scenarios"]
    assert scenario["verdict"] == verdict
    assert scenario["quarantine"] == {**HOLDS, "state": "holds"}


def test_it_is_shown_with_what_it_found(leakgate):
    quarantined(journals.leaking("s")).write(report_of(leakgate))
    journals.clean("t").write(report_of(leakgate))
    shown = leakgate("report").stdout
    assert "s  LEAK  fd +1.00 per iteration" in shown
    assert "quarantined until 2027-01-31, fails nothing: loses a row\n" in shown
    assert "\n1 leak (quarantined), 1 passed. Report:" in shown


def test_the_summary_tells_those_that_count(leakgate):
    quarantined(journals.leaking("s")).write(report_of(leakgate))
    journals.leaking("t").write(report_of(leakgate))
    assert "\n2 leaks (1 quarantined). Report:" in leakgate("report").stdout
    assert result_of(leakgate)["exit_status"] == 1


@pytest.mark.parametrize("until, state, status, text", [
    ("2026-11-22", "ended", 1, "its quarantine ended on 2026-11-22: known"),
    ("2026-11-23", "ending", 0, "quarantined until 2026-11-23, 0 days from now; then it fails"),
    ("2026-12-07", "ending", 0, "quarantined until 2026-12-07, 14 days from now; then it fails"),
    ("2026-12-08", "holds", 0, "quarantined until 2026-12-08, fails nothing: known"),
])
def test_it_ends(leakgate, until, state, status, text):
    quarantined(journals.leaking("s"), {"reason": "known", "until": until}).write(
        report_of(leakgate))
    result = result_of(leakgate)
    assert result["exit_status"] == status
    assert result["scenarios"][0]["quarantine"]["state"] == state
    shown = leakgate("report").stdout
    assert text in shown
    assert ("1 leak (quarantined)" in shown) == (status == 0)


def write(leakgate, source, quarantine):
    scenarios = leakgate.directory / "scenarios"
    if not scenarios.exists():
        scenarios.mkdir()
        (scenarios / "targets").symlink_to(f"{source}/scenarios/targets")
    (scenarios / "s.yaml").write_text(SCENARIO.format(quarantine=quarantine))


# Nothing that lives until then should trust a clock.
LINE = "quarantine: {reason: it crashes, until: 2999-12-31}\n"


def test_a_run_takes_it_from_the_scenario(leakgate, source):
    for quarantine, status in [("", 5), (LINE, 0), (LINE.replace("2999", "1999"), 5)]:
        write(leakgate, source, quarantine)
        shown = leakgate("run", "--program", "/bin/true")
        assert shown.returncode == status, shown.stdout + shown.stderr
        assert ("1 failed (quarantined)" in shown.stdout) == (status == 0)
        stored = json.loads((report_of(leakgate) / "result.json").read_text())
        assert stored["exit_status"] == status


def test_the_plan_stays_the_same(leakgate, source):
    plans = set()
    for quarantine in ["", LINE]:
        write(leakgate, source, quarantine)
        [scenario] = json.loads(leakgate("list", "--json").stdout)["scenarios"]
        plans.add(scenario["plan_hash"])
    assert len(plans) == 1
    assert scenario["quarantine"] == {"reason": "it crashes", "until": "2999-12-31"}


def test_the_list_shows_it(leakgate, source):
    write(leakgate, source, LINE)
    heading, line, *_ = leakgate("list").stdout.splitlines()
    assert heading.split()[-2:] == ["QUARANTINE", "TITLE"]
    assert line.index("until 2999-12-31") == heading.index("QUARANTINE")


@pytest.mark.parametrize("quarantine, message", [
    ("quarantine: {reason: x}\n", "until"),
    ("quarantine: {until: 2999-12-31}\n", "reason"),
    ("quarantine: {reason: x, until: 2027-02-30}\n", "is no day of the calendar"),
    ("quarantine: {reason: x, until: soon}\n", "YYYY-MM-DD"),
])
def test_check_looks_at_it(leakgate, source, quarantine, message):
    write(leakgate, source, quarantine)
    checked = leakgate("check")
    assert checked.returncode == 2
    assert "scenarios/s.yaml:4:" in checked.stderr
    assert message in checked.stderr


@pytest.mark.parametrize("make, verdict, free, held", OUTCOMES)
def test_what_fail_on_leak_lets_pass(leakgate, make, verdict, free, held):
    make().write(report_of(leakgate))
    result = result_of(leakgate)
    result["only_leaks_fail"] = True
    (report_of(leakgate) / "result.json").write_text(json.dumps(result))
    again = result_of(leakgate)
    assert again["scenarios"][0]["verdict"] == verdict
    assert again["exit_status"] == (0 if verdict in ("inconclusive", "invalid") else free)


def test_a_run_that_may_fail_on_leaks_alone_still_fails_when_the_target_does(leakgate, source):
    write(leakgate, source, "")
    assert leakgate("run", "--program", "/bin/true", "--fail-on", "leak").returncode == 5
    stored = json.loads((report_of(leakgate) / "result.json").read_text())
    assert stored["only_leaks_fail"] is True
