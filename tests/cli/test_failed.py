"""A run that fails, or that the user stops: what grew until then is reported."""

import json

import journals
import pages
import pytest

GREW = "fd +1.00 per iteration (5 -> 19 in 14 iterations), until it failed"
HELD = "held by   /dev/null  +14"
WHY = "wait \"Files\": timed out"


def report_of(leakgate):
    return leakgate.directory / "leakgate-report"


def flat(text):
    return " ".join(text.split())


@pytest.fixture
def failed(leakgate):
    journals.cut_short().failed(text=WHY, screen=["Sidecar"]).end().write(report_of(leakgate))
    return leakgate


def test_the_leak_stands_before_the_failure_in_the_terminal(failed):
    run = failed("report")
    shown = flat(run.stdout)
    assert run.returncode == 0
    assert f"keys failed {GREW} {flat(HELD)} until then, in 8 samples" in shown
    assert shown.index(GREW) < shown.index(WHY) < shown.index("at scenarios/broken.yaml:14:5")
    assert "Sidecar" in shown


def test_the_result_has_both(failed):
    result = json.loads(failed("report", "--json").stdout)
    [stored] = result["scenarios"]
    assert (stored["verdict"], stored["reason"], result["exit_status"]) == ("failed", WHY, 5)
    [growth] = stored["findings"]
    assert (growth["kind"], growth["gauge"], growth["holder"]) == ("growth", "fd", "/dev/null")
    assert (growth["from"], growth["to"], growth["per_iteration"]) == (2, 16, 1)


@pytest.mark.parametrize("name", ["markdown", "annotations", "junit"])
@pytest.mark.parametrize("kind", ["target", "invalid"])
def test_every_format_says_both_the_leak_first(leakgate, name, kind):
    journals.cut_short().failed(kind, text=WHY).end().write(report_of(leakgate))
    leakgate("report", "--format", name, "--output", "made")
    text = (leakgate.directory / "made").read_text(encoding="utf-8").replace("&#34;", '"').replace("&quot;", '"')
    assert text.index("fd +1.00 per iteration (5") < text.index(WHY)
    assert "/dev/null" in text


@pytest.mark.parametrize("kind", ["target", "invalid"])
def test_the_page_says_both_the_leak_first(leakgate, chromium, tmp_path, kind):
    journals.cut_short().failed(kind, text=WHY).end().write(report_of(leakgate))
    text = pages.draw(chromium, pages.make(leakgate), tmp_path)
    shown = text[text.index("<main"):]
    assert shown.index("+1.00 per iteration") < shown.index(WHY)
    assert "/dev/null" in shown


def test_what_grew_until_the_measurement_went_wrong_is_said(leakgate):
    journals.cut_short().failed("invalid", text="the screen did not come back").end().write(
        report_of(leakgate))
    shown = flat(leakgate("report").stdout)
    assert ("keys invalid fd +1.00 per iteration (5 -> 19 in 14 iterations), until the measurement "
            "went wrong held by /dev/null +14 until then, in 8 samples") in shown
    assert shown.index("held by") < shown.index("the screen did not come back")
    assert "what grew may be due to the mistake" in shown
    assert json.loads(leakgate("report", "--json").stdout)["exit_status"] == 4


def test_what_was_measured_in_whole_is_judged_in_whole(leakgate):
    """The end of the program failed, after everything was measured."""
    def fds(i):
        return {"pipe": 3, "anon_inode:[eventpoll]": 2 + i}
    journal = journals.Journal("s").measured(fds, drained=fds(42))
    journal.failed(text="the target did not end after the quit steps").end().write(
        report_of(leakgate))
    shown = flat(leakgate("report").stdout)
    assert "s failed fd +1.00 per iteration (5 -> 47 in 42 iterations), until it failed" in shown
    assert "at rest all of it is still there" in shown
    assert "the target did not end after the quit steps" in shown


def test_a_failure_in_the_second_loop_leaves_what_is_retained(leakgate):
    """Two per iteration, awake in the loop: they show at rest alone."""
    def fds(i):
        return {"pipe": 3 + (2 * i if i == 42 else 0)}
    journal = journals.Journal("s").measured(lambda i: {"pipe": 3})
    for at in (50, 55):
        journal.sample("drain", 48, at, fds(42), goroutine=26)
    journal.add("phase", phase="second_loop", at=56, iterations=40)
    journal.failed(text=WHY).end().write(report_of(leakgate))
    shown = flat(leakgate("report").stdout)
    assert "s failed fd +2.00 per iteration (3 -> 87 in 42 iterations), until it failed" in shown
    assert WHY in shown


def test_what_a_program_burned_at_rest_stands_before_its_failure(leakgate):
    journal = journals.Journal("s")
    for i in range(6):
        journal.sample("idle", 6, 10 + i, {"pipe": 3}, cpu=0.9 * i)
    journal.failed(text=WHY).end().write(report_of(leakgate))
    shown = flat(leakgate("report").stdout)
    assert shown.index("0.9") < shown.index("cores at rest") < shown.index(WHY)


@pytest.mark.parametrize("samples, per_iteration", [(5, 1), (8, 0)])
def test_too_little_and_nothing_are_no_finding(leakgate, samples, per_iteration):
    journals.cut_short(samples=samples, per_iteration=per_iteration).failed(text=WHY).end().write(
        report_of(leakgate))
    [stored] = json.loads(leakgate("report", "--json").stdout)["scenarios"]
    assert (stored["verdict"], stored["findings"]) == ("failed", [])
    assert "keys failed wait" in flat(leakgate("report").stdout)


@pytest.mark.parametrize("per_iteration, found", [(0, ""), (1, "; found until then: fd")])
def test_what_the_user_stopped_is_told_in_two_lines(leakgate, per_iteration, found):
    journals.cut_short(per_iteration=per_iteration).failed(
        "cancelled", "stopped by signal 2 (Interrupt)", screen=["Sidecar"],
        stderr="busy").end().write(report_of(leakgate))
    run = leakgate("report")
    _, block, _ = run.stdout.split("\n\n")
    assert [line.strip() for line in block.splitlines()] == [
        f"keys  stopped  by a signal after 20 of 46 iterations{found}",
        "evidence  leakgate-report/keys/"]
    assert run.stdout.splitlines()[-1].startswith("1 stopped.")
    [stored] = json.loads(leakgate("report", "--json").stdout)["scenarios"]
    assert (stored["verdict"], stored["failure"]["class"]) == ("stopped", "cancelled")


@pytest.mark.parametrize("unsettled, told", [(40, True), (3, True), (2, False), (0, False)])
def test_a_screen_that_never_settles_is_told(leakgate, unsettled, told):
    journal = journals.Journal("s").measured(lambda i: {"pipe": 3})
    journal.end(settles=46, unsettled=unsettled).write(report_of(leakgate))
    words = (f"never quiet: the program was still drawing at the end of {unsettled} of 46 waits "
             "for its screen to settle")
    assert (words in flat(leakgate("report").stdout)) == told


def test_what_is_too_busy_to_quit_is_red_by_what_it_burns(leakgate):
    """The rate stands first, and what became of the program beside it."""
    journal = journals.at_work(git=0, cpu=0.9)
    journal.end(left_behind=["standin (7)"], too_busy_to_quit=True).write(report_of(leakgate))
    shown = flat(leakgate("report").stdout)
    [stored] = json.loads(leakgate("report", "--json").stdout)["scenarios"]
    assert stored["verdict"] == "leak"
    kinds = [finding["kind"] for finding in stored["findings"] if finding["fails"]]
    assert kinds == ["level", "left_behind"]
    left = "left behind: standin (7): was still busy 30 s after the quit steps and was ended"
    assert shown.index("0.9") < shown.index(left)
