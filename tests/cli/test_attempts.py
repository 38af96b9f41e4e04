"""A red run is run again: what several journals of one scenario say together."""

import json

import journals
import pages
import pytest

PLAN = {"scenario": {"iteration": [{"press": "j"}, {"press": "E"}]}, "target": {}}


def leaking():
    journal = journals.leaking()
    journal.records[0]["plan"] = PLAN
    return journal


def clean():
    return journals.clean("external-editor")


def broken():
    return journals.Journal("external-editor").failed(screen=["Sidecar"], stderr="panic: x\n")


def restless():
    """Descriptors come and go so that no growth could be told."""
    return journals.Journal("external-editor").measured(
        lambda i: {"pipe": 3 + (i // 6) % 2 * 90}).end()


@pytest.mark.parametrize("again, third, verdict, attempts", [
    (None, None, "leak", ["screening"]),
    (leaking, None, "leak", ["screening", "again"]),
    (clean, None, "inconclusive", ["screening", "again"]),
    (clean, clean, "pass", ["screening", "again", "third"]),
    (clean, leaking, "leak", ["screening", "again", "third"]),
    (broken, None, "failed", ["screening", "again"]),
    (clean, broken, "failed", ["screening", "again", "third"]),
    (restless, leaking, "leak", ["screening", "again", "third"]),
])
def test_the_verdict_of_several_runs(leakgate, again, third, verdict, attempts):
    report = leakgate.directory / "leakgate-report"
    leaking().write(report)
    if again:
        again().write(report, "again")
    if third:
        third().write(report, "third")
    [stored] = json.loads(leakgate("report", "--json").stdout)["scenarios"]
    assert stored["verdict"] == verdict
    assert [attempt["attempt"] for attempt in stored["attempts"]] == attempts
    [growth] = [finding for finding in stored["findings"] if finding.get("gauge") == "fd"
                and finding["kind"] in ("growth", "unconfirmed")]
    assert growth["confirmed"] == (verdict == "leak" and again is not None)


def test_a_pass_is_not_asked_again(leakgate):
    report = leakgate.directory / "leakgate-report"
    clean().write(report)
    leaking().write(report, "again")
    [stored] = json.loads(leakgate("report", "--json").stdout)["scenarios"]
    assert stored["verdict"] == "pass"
    assert [attempt["attempt"] for attempt in stored["attempts"]] == ["screening"]


def test_what_was_seen_once_is_a_warning(leakgate):
    report = leakgate.directory / "leakgate-report"
    leaking().write(report)
    clean().write(report, "again")
    clean().write(report, "third")
    shown = leakgate("report").stdout
    assert "\n                       unconfirmed fd anon_inode:[eventpoll]:" in shown
    assert "seen in one of 3 runs" in " ".join(shown.split())


@pytest.mark.parametrize("name", ["text", "markdown", "junit", "annotations", "html"])
def test_what_is_unconfirmed_has_its_figures_in_every_format(leakgate, name):
    report = leakgate.directory / "leakgate-report"
    leaking().write(report)
    restless().write(report, "again")
    leakgate("report", "--format", name, "--output", "made")
    made = (leakgate.directory / "made").read_text(encoding="utf-8")
    if name == "html":
        [finding] = [each for each in pages.scenario_of(made, "external-editor")["findings"]
                     if each["kind"] == "unconfirmed"]
        assert (finding["gauge"], finding["per_iteration"], finding["from"], finding["to"]) == ("fd", 1, 2, 44)
        return
    made = " ".join(made.replace("&#62;", ">").replace("&#58;", ":").split())
    assert "+1.00 per iteration (2 -> 44 in 42 iterations)" in made[made.index("unconfirmed"):]


def test_the_step_is_named(leakgate):
    report = leakgate.directory / "leakgate-report"
    leaking().write(report)
    leaking().write(report, "again")
    journals.locating().write(report, "locate")
    shown = leakgate("report").stdout
    assert "confirmed in a fresh" in shown
    assert "grows at  press E   scenarios/external-editor.yaml:14:5\n" in shown
    [stored] = json.loads(leakgate("report", "--json").stdout)["scenarios"]
    [finding] = [finding for finding in stored["findings"] if finding["fails"]]
    assert finding["grows_at"] == [{"step": "press E", "per_iteration": 1.0,
                                    "where": "scenarios/external-editor.yaml:14:5"}]


def locating(gains, iterations=8, wanted=8):
    """Two steps; gains(i) is what each adds in an iteration."""
    journal = journals.Journal("external-editor", iterations_total=wanted, iteration_steps=[
        {"step": "press j", "where": "e.yaml:9:5", "input": 1},
        {"step": "press E", "where": "e.yaml:14:5", "input": 2},
    ])
    count = 50
    journal.sample("loop", 6, 10, {"anon_inode:[eventpoll]": count})
    for i in range(iterations):
        for step, gain in enumerate(gains(i), 1):
            count += gain
            journal.sample("loop", 5 + i + step, 11 + i + step / 2,
                           {"anon_inode:[eventpoll]": count})
            journal.records[-1]["step"] = step
    return journal.end()


def located(leakgate, journal):
    report = leakgate.directory / "leakgate-report"
    leaking().write(report)
    leaking().write(report, "again")
    journal.write(report, "locate")
    return " ".join(leakgate("report").stdout.split())


def test_two_steps_that_each_do_it_are_both_named(leakgate):
    assert "grows at press E e.yaml:14:5 +2.00 press j e.yaml:9:5 +1.00 " in \
        located(leakgate, locating(lambda i: (1, 2)))


def test_a_step_that_cannot_be_told_is_not_named(leakgate):
    # Now 30, now 60 come with the first step, and all but one go with the second.
    shown = located(leakgate, locating(lambda i: ((30, -29), (60, -59))[i % 2]))
    assert "grows at not known: no step stands out" in shown
    assert "press E" not in shown


def test_what_was_left_out_for_the_budget_is_said(leakgate):
    shown = located(leakgate, locating(lambda i: (0, 1), iterations=5))
    assert "left out to keep to the budget (--budget): 3 of 8 iterations of the locating run" in shown
    assert "names the step" not in shown
    result = leakgate.directory / "leakgate-report" / "result.json"
    scenario = {"name": "external-editor", "file": "e.yaml", "seconds": 1, "ran": True,
                "verdict": "leak", "left_out": ["the third attempt"]}
    result.write_text(json.dumps({"version": 1, "scenarios": [scenario]}))
    [stored] = json.loads(leakgate("report", "--json").stdout)["scenarios"]
    assert stored["left_out"] == ["the third attempt", "3 of 8 iterations of the locating run"]
    # As often as it is read.
    result.write_text(json.dumps({"version": 1, "scenarios": [stored]}))
    [again] = json.loads(leakgate("report", "--json").stdout)["scenarios"]
    assert again["left_out"] == stored["left_out"]


def test_a_step_for_which_there_was_no_time_is_told_how_to_get(leakgate):
    report = leakgate.directory / "leakgate-report"
    leaking().write(report)
    [stored] = json.loads(leakgate("report", "--json").stdout)["scenarios"]
    stored["left_out"] = ["the locating run"]
    (report / "result.json").write_text(json.dumps({"version": 1, "scenarios": [stored]}))
    assert "(--budget): the locating run; a larger --budget, such as 10m, names the step" in \
        " ".join(leakgate("report").stdout.split())


def test_a_locating_run_that_failed_changes_no_verdict(leakgate):
    report = leakgate.directory / "leakgate-report"
    leaking().write(report)
    leaking().write(report, "again")
    broken().write(report, "locate")
    [stored] = json.loads(leakgate("report", "--json").stdout)["scenarios"]
    assert stored["verdict"] == "leak"
    assert stored["attempts"][-1]["attempt"] == "locate"
    assert stored["attempts"][-1]["problem"]


def test_the_screen_of_the_attempt_that_failed_is_shown(leakgate):
    report = leakgate.directory / "leakgate-report"
    leaking().write(report)
    broken().write(report, "again")
    shown = leakgate("report").stdout
    assert "in a fresh process that was to confirm growth" in " ".join(shown.split())
    assert "│ Sidecar" in shown
    assert "panic: x" in shown


def two_holders():
    """What the first run alone shows beside the leak."""
    def fds(i):
        return {"pipe": 3 + i, "anon_inode:[eventpoll]": 2 + i}
    journal = journals.Journal("external-editor").measured(fds, drained=fds(42)).end()
    journal.records[0]["plan"] = PLAN
    return journal


def test_the_command_that_accepts_what_was_confirmed_is_taken(leakgate):
    report = leakgate.directory / "leakgate-report"
    two_holders().write(report)
    leaking().write(report, "again")
    shown = leakgate("report").stdout
    [line] = [line for line in shown.splitlines() if line.startswith("If this is meant: ")]
    assert "--holder 'fd anon_inode:[eventpoll]' --reason" in line
    assert "pipe" not in line
    done = leakgate("accept", "external-editor", "--holder", "fd anon_inode:[eventpoll]",
                    "--reason", "known")
    assert done.returncode == 0, done.stderr


def test_what_each_run_shows_besides_is_not_asked_for(leakgate):
    """One shows A and B, the other A and C: A is confirmed, and accepting it is enough."""
    def other_holders():
        def fds(i):
            return {"socket:unix": 3 + i, "anon_inode:[eventpoll]": 2 + i}
        journal = journals.Journal("external-editor").measured(fds, drained=fds(42)).end()
        journal.records[0]["plan"] = PLAN
        return journal
    report = leakgate.directory / "leakgate-report"
    two_holders().write(report)
    other_holders().write(report, "again")
    shown = " ".join(leakgate("report").stdout.split())
    refused = leakgate("accept", "external-editor")
    assert refused.returncode == 2
    assert "--holder 'fd anon_inode:[eventpoll]'" in refused.stderr
    assert "pipe" not in refused.stderr
    # Of the whole only what was confirmed is told first.
    assert "LEAK fd +1.00 per iteration (2 -> 44 in 42 iterations), confirmed" in shown, shown
    done = leakgate("accept", "external-editor", "--holder", "fd anon_inode:[eventpoll]",
                    "--reason", "known")
    assert done.returncode == 0, done.stderr


def test_an_attempt_that_the_user_stopped_has_no_vote(leakgate):
    report = leakgate.directory / "leakgate-report"
    leaking().write(report)
    journals.Journal("external-editor").failed("cancelled", "stopped by signal 2").write(
        report, "again")
    [stored] = json.loads(leakgate("report", "--json").stdout)["scenarios"]
    assert stored["verdict"] == "leak"
    assert [attempt["attempt"] for attempt in stored["attempts"]] == ["screening"]
    assert "in one run alone" in " ".join(leakgate("report").stdout.split())


def test_a_run_that_was_outvoted_is_accepted_by_one_that_passed(leakgate):
    report = leakgate.directory / "leakgate-report"
    leaking().write(report)
    clean().write(report, "again")
    clean().write(report, "third")
    done = leakgate("accept", "external-editor")
    assert done.returncode == 0, done.stderr


def test_a_further_attempt_that_was_lost_is_not_forgotten(leakgate):
    """The guard of it died: that stands in no journal, but in the stored result."""
    report = leakgate.directory / "leakgate-report"
    leaking().write(report)
    scenario = {"name": "external-editor", "file": "e.yaml", "seconds": 1, "ran": True,
                "verdict": "failed", "problem": "internal", "reason": "the guard was killed"}
    (report / "result.json").write_text(json.dumps({"version": 1, "scenarios": [scenario]}))
    again = json.loads(leakgate("report", "--json").stdout)
    assert again["exit_status"] == 70
    assert again["scenarios"][0]["verdict"] == "failed"
    assert again["scenarios"][0]["problem"] == "internal"
    assert again["scenarios"][0]["reason"] == "the guard was killed"
