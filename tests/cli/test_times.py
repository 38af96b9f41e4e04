"""A scenario played several times (--times), and what its processes retain added up."""

import json

import journals
import pytest

from test_soak import suite  # pylint: disable=unused-import

EVENTPOLL = "anon_inode:[eventpoll]"


def process(first=1, second=1):
    return journals.one_of_several("external-editor", first, second)


def written(leakgate, *processes):
    report = leakgate.directory / "leakgate-report"
    for number, journal in enumerate(processes, 1):
        journal.write(report, f"times-{number}" if number > 1 else None)
    [stored] = json.loads(leakgate("report", "--json").stdout)["scenarios"]
    return stored


def failing(stored):
    return [finding for finding in stored["findings"] if finding["fails"]]


def text(leakgate):
    return " ".join(leakgate("report").stdout.split())


def test_one_in_each_loop_of_five_processes(leakgate):
    stored = written(leakgate, *(process() for _ in range(5)))
    assert stored["verdict"] == "leak"
    assert [attempt["attempt"] for attempt in stored["attempts"]] == [
        "screening", "times-2", "times-3", "times-4", "times-5"]
    assert {attempt["verdict"] for attempt in stored["attempts"]} == {"pass"}
    [finding] = failing(stored)
    assert (finding["gauge"], finding["holder"], finding["processes"]) == ("fd", EVENTPOLL, 5)
    assert (finding["from"], finding["to"], finding["iterations"]) == (10, 20, 5 * (40 + 46))
    shown = text(leakgate)
    assert "external-editor LEAK fd +0.02 per iteration (10 -> 20 in 430 iterations), in all " \
        "processes together held by anon_inode:[eventpoll] +10" in shown
    assert "5 processes added up; it rose in 5 of them in the first loop, in 5 in the second" in shown
    assert "5 of 5 processes are added up (--times)" in shown
    assert "grows at" not in shown


@pytest.mark.parametrize("processes", [
    [(1, 0)] * 5,                # made on first use
    [(0, 1)] * 5,
    [(1, 1)] * 4 + [(0, 1)],     # may be chance
    [(1, 1)] * 4,                # cut off
    [(0, 0)] * 5,
])
def test_what_is_no_leak_in_sum(leakgate, processes):
    stored = written(leakgate, *(process(*gains) for gains in processes))
    assert stored["verdict"] == "pass"
    assert f"{len(processes)} of 5 processes are added up (--times)" in text(leakgate)
    promised = 0.132 if len(processes) == 5 else 0.139
    assert stored["would_have_caught"]["fd"] == pytest.approx(promised, abs=1e-3)


def test_a_process_that_fails_is_not_outvoted(leakgate):
    broken = journals.Journal("external-editor", times=5).failed()
    stored = written(leakgate, process(), process(), broken, process(), process())
    assert stored["verdict"] == "failed"
    assert stored["reason"].startswith("in a fresh process: ")
    assert len(stored["attempts"]) == 3, "it is the last"


def leaking():
    journal = journals.repeating()
    journal.records[0]["times"] = 5
    return journal


def test_what_leaks_by_itself_needs_no_sum(leakgate):
    stored = written(leakgate, leaking(), process())
    assert stored["verdict"] == "leak"
    assert len(stored["attempts"]) == 1
    assert "leaks in one process: no others were added up (--times)" in text(leakgate)


@pytest.mark.parametrize("count, verdict, said", [
    (1, "pass", "unconfirmed fd anon_inode:[eventpoll]"),
    (2, "leak", "confirmed in a fresh process"),
])
def test_what_a_later_process_shows_by_itself(leakgate, count, verdict, said):
    """As everywhere: one is none, two are a leak."""
    quiet = [process(0, 0) for _ in range(5 - count)]
    stored = written(leakgate, *quiet, *(leaking() for _ in range(count)))
    assert stored["verdict"] == verdict
    assert len(stored["findings"]) == 1
    assert said in text(leakgate)


def test_all_formats_name_it(leakgate):
    written(leakgate, *(process() for _ in range(5)))
    for name, said in (("html", "5 processes added up"), ("markdown", "in all processes together"),
                       ("annotations", "in all processes together"),
                       ("junit", "in all processes together")):
        shown = leakgate("report", "--format", name).stdout
        assert said in " ".join(shown.split()), name
    assert leakgate("report", "--format", "csv").stdout.count(",times-5,") == 29


def test_what_is_found_in_sum_can_be_accepted(leakgate):
    written(leakgate, *(process() for _ in range(5)))
    refused = leakgate("accept", "external-editor")
    assert refused.returncode == 2
    assert f"none of it is accepted: --holder 'fd {EVENTPOLL}'" in refused.stderr
    done = leakgate("accept", "external-editor", "--holder", f"fd {EVENTPOLL}", "--reason", "known")
    assert done.returncode == 0, done.stderr
    [path] = (leakgate.directory / "baselines").glob("*/external-editor.json")
    [exception] = json.loads(path.read_text())["exceptions"]
    assert exception["allowed"] > 0
    baseline = json.loads(path.read_text())
    accepted = [process() for _ in range(5)]
    for journal in accepted:
        journal.records[0]["baseline"] = baseline
    stored = written(leakgate, *accepted)
    assert stored["verdict"] == "pass"
    assert stored["findings"] == [], "nor is it called unused"


@pytest.mark.parametrize("words, said", [
    (["--times", "4"], "--times needs a number from 5 to 20, not 4"),
    (["--times", "21"], "--times needs a number from 5 to 20, not 21"),
    (["--times", "no"], "--times needs a whole number"),
    (["--times", "5", "--control", "./program"], "--times and --control cannot be used together"),
    (["--times", "5", "--for", "8h"], "--times and --for cannot be used together"),
    (["--times", "5", "--iterations", "1"], "--times and --iterations cannot be used together"),
    (["--times", "5", "--no-confirm"], "--times and --no-confirm cannot be used together"),
])
def test_what_cannot_be(suite, words, said):
    shown = suite("run", "keys", "--program", "./program", *words)
    assert shown.returncode == 2
    assert said in shown.stderr


def test_bisect_has_no_times(leakgate):
    shown = leakgate("bisect", "keys", "--times", "5")
    assert shown.returncode == 125
    assert "unknown option --times" in shown.stderr


def test_what_is_paced_by_time_is_played_once(suite):
    shown = suite("run", "soak", "--times", "5", "--program", "./program")
    assert shown.returncode == 5, "it was run: the program is none that could be ready"
    assert "warning: --times is for scenarios that count iterations" in shown.stderr
    assert "times" not in json.loads((suite.directory / "leakgate-report" / "soak" /
                                      "journal.jsonl").read_text().splitlines()[0])
