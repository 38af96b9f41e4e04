"""leakgate report: the journals of a run are judged again, without the target."""

import json
import re

import journals
import pytest


def make_report(directory):
    report = directory / "leakgate-report"
    journals.leaking().write(report)
    journals.clean().write(report)
    journals.backlog().write(report)
    screen = ["  Sidecar", "", "日本語", "\x1b[31mred\x1b[0m ::error::x", "", ""]
    journals.Journal("broken").failed(screen=screen, stderr="one\npanic: \x1b]0;t\x07\n").write(report)
    return report


def test_a_leak_says_what_grew_by_how_much_and_what_holds_it(leakgate):
    make_report(leakgate.directory)
    shown = leakgate("report")
    assert shown.returncode == 0
    assert "standin v1.3.0 (go1.26.8)" in shown.stdout
    assert "4 scenarios" in shown.stdout.splitlines()[0]
    assert "external-editor  LEAK    fd +1.00 per iteration (" in shown.stdout
    assert "held by   anon_inode:[eventpoll]  +" in shown.stdout
    assert "1 leak, 1 failed, 2 passed. Report: leakgate-report/" in shown.stdout
    assert "To reproduce: leakgate run broken external-editor\n" in shown.stdout
    assert ("If this is meant: leakgate accept external-editor --from leakgate-report "
            "--holder 'fd anon_inode:[eventpoll]' --reason \"...\" --expires DATE\n") in shown.stdout


def test_the_culprit_is_seen_at_once(leakgate):
    """With the line that says how long it takes it is on the fifth."""
    journals.repeating().write(leakgate.directory / "leakgate-report")
    lines = leakgate("report").stdout.splitlines()[:4]
    assert any(line.endswith(", seen in two loops") for line in lines)
    assert any("held by   anon_inode:[eventpoll]  +" in line for line in lines)


def test_a_green_run_is_a_line_for_each_scenario(leakgate):
    for name in ("a", "b", "c"):
        journals.clean(name).write(leakgate.directory / "leakgate-report")
    assert len(leakgate("report").stdout.splitlines()) <= 11


def test_memory_that_may_grow_by_design_is_held_against_an_older_build(leakgate):
    report = leakgate.directory / "leakgate-report"
    offer = "If it grows by design, in an older build too: leakgate run log --control OLD\n"
    journals.keeping("log").write(report)
    assert offer in leakgate("report").stdout
    journals.keeping("log", control="v1.2.0").write(report)
    shown = leakgate("report").stdout
    assert "log  LEAK" in shown and "--control" not in shown
    make_report(leakgate.directory)
    journals.clean("log").write(report)
    assert "--control" not in leakgate("report").stdout


def test_the_way_out_is_one_that_accept_takes(leakgate):
    report = leakgate.directory / "leakgate-report"
    stored = {"version": 1, "plan": "0123456789abcdef", "go": "go1.26.8",
              "platform": "linux/amd64", "exceptions": [], "gauges": {"fd": {"level": 1}}}
    journal = journals.Journal("high").measured(lambda i: {"pipe": 9}).end()
    journal.records[0]["baseline"] = stored
    journal.write(report)
    shown = leakgate("report").stdout
    assert "level fd: 9 at rest" in shown
    assert "If this is meant: leakgate accept high --from leakgate-report\n" in shown
    assert leakgate("accept", "high").returncode == 0


def test_what_is_left_behind_is_counted_and_has_no_way_out(leakgate):
    report = leakgate.directory / "leakgate-report"
    left = [f"sleep ({pid})" for pid in range(100, 147)]
    journals.Journal("s").measured(lambda i: {"pipe": 9}).end(left_behind=left).write(report)
    shown = leakgate("report").stdout
    assert "LEAK  left behind: sleep (47 of them, the first 100): outlived the target\n" in shown
    assert "If this is meant" not in shown
    refused = leakgate("accept", "s")
    assert refused.returncode == 2
    assert "none of it is accepted: left behind: sleep (47 of them, the first 100)" in refused.stderr


def test_what_is_left_in_the_world_is_a_remark(leakgate):
    report = leakgate.directory / "leakgate-report"
    files = [f"${{world}}/state/{i}" for i in range(5)]
    journals.Journal("s").measured(lambda i: {"pipe": 9}).end(
        files_left={"count": 5, "names": files}, goroutineleak="not served by this runtime",
        sessions_left={"count": 1, "names": ["shell \x1b[31m1"]}).write(report)
    shown = leakgate("report", "-v").stdout
    assert ("left in the world: 5 files, new since the loop began: ${world}/state/0, "
            "${world}/state/1, ${world}/state/2 ...") in " ".join(shown.split())
    assert "left in the world: 1 tmux session, outliving the target: shell" in " ".join(shown.split())
    assert "\x1b" not in shown
    [stored] = json.loads(leakgate("report", "--json").stdout)["scenarios"]
    assert stored["verdict"] == "pass"
    assert stored["files_left"] == {"count": 5, "names": files}
    assert stored["goroutineleak"] == "not served by this runtime"
    assert "not served" not in shown


@pytest.mark.parametrize("looks, verdict", [((3, 3), "leak"), ((3, 0), "pass"), ((0, 0), "pass")])
def test_what_the_runtime_finds_leaked_twice_is_a_leak(leakgate, looks, verdict):
    journals.leaked(looks=looks).write(leakgate.directory / "leakgate-report")
    [stored] = json.loads(leakgate("report", "--json").stdout)["scenarios"]
    assert stored["verdict"] == verdict
    shown = leakgate("report").stdout
    assert ("goroutine_leak" in shown) == (verdict == "leak")
    assert ("held by   main.lost  +3" in shown) == (verdict == "leak")


def test_a_pass_says_what_it_would_have_caught_and_what_drained(leakgate):
    make_report(leakgate.directory)
    lines = leakgate("report", "-v").stdout.splitlines()
    [passed] = [line for line in lines if line.startswith("tab-cycle")]
    assert "pass    would have caught: fd 0." in passed
    [slow] = [line for line in lines if line.startswith("slow")]
    assert "pass    backlog: fd" in slow
    assert "+1.00 per iteration, all gone" in slow


def test_a_pass_is_one_line(leakgate):
    make_report(leakgate.directory)
    lines = leakgate("report").stdout.splitlines()
    [passed] = [line for line in lines if line.startswith("tab-cycle")]
    [slow] = [line for line in lines if line.startswith("slow")]
    assert passed.split() == ["tab-cycle", "pass", "2", "min", "10", "s"]
    assert slow.split() == ["slow", "pass", "2", "min", "10", "s"]
    assert "left in the world" not in "".join(lines)
    [caught] = [line for line in lines if "would have caught" in line]
    assert caught.startswith("This run would have caught 1 descriptor or goroutine per 7 iterations, ")


def test_what_was_accepted_is_named_with_its_day(leakgate):
    journal = journals.leaking("s")
    journal.records[0]["baseline"] = {
        "version": 1, "plan": "0123456789abcdef", "go": "go1.26.8",
        "platform": "linux/amd64", "gauges": {}, "exceptions": [
            {"gauge": "fd", "holder": "anon_inode:[eventpoll]", "allowed": 1,
             "reason": "known", "expires": "2999-01-31"}]}
    journal.write(leakgate.directory / "leakgate-report")
    shown = leakgate("report").stdout
    assert "accepted: fd anon_inode:[eventpoll] until 2999-01-31" in " ".join(shown.split()), shown


@pytest.mark.parametrize("environment, colour, width", [
    ({}, False, 100),
    ({"COLUMNS": "80"}, False, 80),
    ({"COLUMNS": "none"}, False, 100),
    ({"FORCE_COLOR": "1"}, True, 100),
    ({"CLICOLOR_FORCE": "1"}, True, 100),
    ({"GITHUB_ACTIONS": "true"}, True, 100),
    ({"FORCE_COLOR": "0"}, False, 100),
    ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, 100),
])
def test_colours_and_width_by_the_environment(leakgate, environment, colour, width):
    make_report(leakgate.directory)
    for name in ("COLUMNS", "FORCE_COLOR", "CLICOLOR_FORCE", "GITHUB_ACTIONS", "NO_COLOR"):
        leakgate.environment.pop(name, None)
    leakgate.environment.update(environment)
    shown = leakgate("report").stdout
    assert ("\x1b[" in shown) == colour
    prose = [line for line in shown.splitlines() if line.startswith(" ") and "/" not in line]
    plain = [re.sub("\x1b[^m]*m", "", line) for line in prose]
    assert all(len(line) <= width for line in plain), max(plain, key=len)


def test_a_descriptor_has_no_profile_to_compare(leakgate):
    make_report(leakgate.directory)
    shown = leakgate("report").stdout
    assert "external-editor  LEAK" in shown and "To compare its profiles" not in shown


@pytest.mark.parametrize("gone, kind", [(False, "growth"), (True, "backlog")])
def test_who_made_the_timers_that_goroutines_wait_for(leakgate, gone, kind):
    journals.ticking(gone=gone).write(leakgate.directory / "leakgate-report")
    assert "timers made by app.(*Plugin).poll (+1.0 per iteration)" in leakgate("report", "-v").stdout
    findings = json.loads(leakgate("report", "--json").stdout)["scenarios"][0]["findings"]
    [made_by] = [(found["kind"], found["made_by"]) for found in findings if "made_by" in found]
    assert made_by == (kind, "timers made by app.(*Plugin).poll (+1.0 per iteration)")


def test_a_failure_shows_the_step_the_screen_and_the_last_words(leakgate):
    make_report(leakgate.directory)
    shown = leakgate("report").stdout
    assert "broken           failed  text \"Files\" is not shown in rows 1..49" in shown
    assert "at        scenarios/broken.yaml:14:5" in shown
    assert "│   Sidecar" in shown
    assert "panic: " in shown
    # The box is straight: every row of it is as wide as its edge.
    rows = [line for line in shown.splitlines() if line.lstrip().startswith("│")]
    assert len(rows) == 4
    assert {len(row) + row.count("日本語") * 3 for row in rows} == {len(rows[0])}


def test_nothing_of_the_target_acts_on_the_terminal(leakgate):
    make_report(leakgate.directory)
    shown = leakgate("report").stdout
    assert "\x1b" not in shown and "\x07" not in shown


def test_the_header_says_by_what_it_was_judged(leakgate):
    report = make_report(leakgate.directory)
    result = json.loads(leakgate("report", "--json").stdout)
    result["baselines"] = "b"
    for options, said in [("--target x", " · b/ · "), ("--target x --no-baselines",
                                                       " · no baselines · ")]:
        result["options"] = options
        (report / "result.json").write_text(json.dumps(result), encoding="utf-8")
        assert said in leakgate("report").stdout.splitlines()[0]


def test_the_same_bytes_every_time(leakgate):
    make_report(leakgate.directory)
    for options in [(), ("--json",)]:
        assert leakgate("report", *options).stdout == leakgate("report", *options).stdout


def test_a_stored_result_comes_back_as_it_was(leakgate):
    """What only the run knew (wall time, skipped scenarios) is taken from result.json."""
    report = make_report(leakgate.directory)
    first = json.loads(leakgate("report", "--json").stdout)
    first["seconds"] = 112.5
    first["scenarios"].append({"name": "shell-churn", "file": "scenarios/shell-churn.yaml",
                               "operand": "shell-churn", "verdict": "skipped", "ran": False,
                               "played": False, "seconds": 0.0,
                               "reason": "not on this machine: tmux"})
    (report / "result.json").write_text(json.dumps(first), encoding="utf-8")
    assert json.loads(leakgate("report", "--json").stdout) == first
    shown = leakgate("report").stdout
    assert "1 min 5" in shown.splitlines()[0]
    assert "shell-churn      skipped  not on this machine: tmux" in shown
    assert "1 skipped" in shown


def test_a_run_that_was_cut_off_is_no_pass(leakgate):
    journal = journals.clean("cut")
    journal.records.pop()
    journal.write(leakgate.directory / "leakgate-report")
    result = json.loads(leakgate("report", "--json").stdout)
    [scenario] = result["scenarios"]
    assert scenario["verdict"] == "failed"
    assert scenario["reason"] == "the worker ended before it was done"
    assert result["exit_status"] == 70


@pytest.mark.parametrize("kind, status, verdict", [
    ("target", 5, "failed"), ("invalid", 4, "invalid"), ("internal", 70, "failed"),
    ("need", 3, "skipped"), ("input", 2, "failed"),
])
def test_the_class_of_a_failure_decides_the_exit_status(leakgate, kind, status, verdict):
    journals.Journal("s").failed(kind).end().write(leakgate.directory / "leakgate-report")
    result = json.loads(leakgate("report", "--json").stdout)
    assert result["exit_status"] == status
    assert result["scenarios"][0]["verdict"] == verdict


@pytest.mark.parametrize("kinds, status", [
    (["target", "leak"], 5), (["leak", "invalid"], 1), (["invalid", "pass"], 4),
    (["internal", "target", "leak"], 70), (["pass", "need"], 0), (["pass"], 0),
    (["input", "target"], 2),
])
def test_the_worst_of_several_scenarios_counts(leakgate, kinds, status):
    report = leakgate.directory / "leakgate-report"
    for kind in kinds:
        if kind == "leak":
            journals.leaking(kind).write(report)
        elif kind == "pass":
            journals.clean(kind).write(report)
        else:
            journals.Journal(kind).failed(kind).end().write(report)
    assert json.loads(leakgate("report", "--json").stdout)["exit_status"] == status


def test_no_report_is_an_error(leakgate):
    shown = leakgate("report", "--from", "nowhere")
    assert shown.returncode == 2
    assert "nowhere is not a report" in shown.stderr


def test_a_broken_journal_is_leakgates_own_fault(leakgate):
    journals.clean("s").write(leakgate.directory / "leakgate-report")
    (leakgate.directory / "leakgate-report" / "s" / "journal.jsonl").write_text("garbage\n")
    result = json.loads(leakgate("report", "--json").stdout)
    assert result["exit_status"] == 70


def test_a_name_in_a_result_cannot_lead_elsewhere(leakgate):
    report = leakgate.directory / "leakgate-report"
    report.mkdir()
    (report / "result.json").write_text(
        '{"version":1,"scenarios":[{"name":"../../etc","ran":true}]}')
    shown = leakgate("report")
    assert shown.returncode == 2
    assert "is not the name of a scenario" in shown.stderr


def test_a_run_that_was_cut_off_says_how_to_have_it_again(leakgate):
    """There is no result.json: its journals say how it was called."""
    report = leakgate.directory / "leakgate-report"
    journal = journals.leaking()
    journal.records[0].update(options="--program ./new --baselines b", baselines="b")
    journal.write(report)
    shown = leakgate("report").stdout
    assert "To reproduce: leakgate run external-editor --program ./new --baselines b\n" in shown
    assert "leakgate accept external-editor --from leakgate-report --baselines b " in shown
