"""leakgate review: the findings of a report one by one, accepted with a reason and a day, or left."""

import json
import subprocess

import journals
import pytest

from conftest import LEAKGATE

TWO = "fd anon_inode:[eventpoll]", "fd pipe"


def review(leakgate, *answers, words=(), **environment):
    return subprocess.run([LEAKGATE, "review", *words], cwd=leakgate.directory,
                          env={**leakgate.environment, **environment},
                          input="".join(f"{answer}\n" for answer in answers),
                          capture_output=True, timeout=60, check=False, encoding="utf-8")


def exceptions(leakgate, scenario):
    path = leakgate.directory / "baselines" / "standin" / f"{scenario}.json"
    if not path.exists():
        return None
    return [(f"{one['gauge']} {one['holder']}", one["reason"], one.get("expires"))
            for one in json.loads(path.read_text())["exceptions"]]


def test_what_is_accepted_is_in_the_baseline(leakgate, report):
    done = review(leakgate, "x", "a", "...", "upstream keeps it", "tomorrow", "2027-01-31")
    assert done.returncode == 0, done.stderr
    assert "fd +1.00 per iteration" in done.stdout and "tab-cycle" not in done.stdout
    assert "+ exception fd anon_inode:[eventpoll]" in done.stdout
    assert done.stdout.endswith("1 scenario accepted, 0 left as they are.\n")
    assert exceptions(leakgate, "external-editor") == [
        (TWO[0], "upstream keeps it", "2027-01-31")]


def test_a_wrong_answer_is_told_why(leakgate, report):
    done = review(leakgate, "x", "a", "...", "upstream keeps it", "2027-02-30", "2027-01-31")
    assert done.stdout.count("one letter is wanted; accept, skip") == 1
    assert done.stdout.count("a reason has words; why is it accepted?") == 1
    assert done.stdout.count("that is no date, as 2027-01-31; until YYYY-MM-DD") == 1


def test_a_dry_run_writes_nothing(leakgate, report):
    done = review(leakgate, "a", "upstream keeps it", "", words=["--dry-run"])
    assert done.returncode == 0, done.stderr
    assert "+ exception fd anon_inode:[eventpoll]" in done.stdout
    assert done.stdout.endswith("1 scenario accepted, 0 left as they are; nothing is written.\n")
    assert exceptions(leakgate, "external-editor") is None


def test_for_good(leakgate, report):
    assert review(leakgate, "a", "upstream keeps it", "").returncode == 0
    assert exceptions(leakgate, "external-editor") == [(TWO[0], "upstream keeps it", None)]


@pytest.mark.parametrize("answers", [["s"], ["q"], [], ["a"], ["a", "because"]])
def test_what_is_left_is_left(leakgate, report, answers):
    done = review(leakgate, *answers)
    assert done.returncode == 0
    assert done.stdout.endswith("0 scenarios accepted, 1 left as it is.\n")
    assert exceptions(leakgate, "external-editor") is None


def test_each_holder_has_its_own_reason(leakgate, report):
    journals.Journal("two").measured(
        lambda i: {"anon_inode:[eventpoll]": 4 + i, "pipe": 2 + i}).end().write(report)
    done = review(leakgate, "s", "a", "the first", "", "a", "the second", "2027-01-31",
                  words=[report])
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("1 scenario accepted, 1 left as it is.\n")
    assert sorted(exceptions(leakgate, "two")) == [
        (TWO[0], "the first", None), (TWO[1], "the second", "2027-01-31")]


def test_half_a_scenario_is_not_accepted(leakgate, report):
    journals.Journal("two").measured(
        lambda i: {"anon_inode:[eventpoll]": 4 + i, "pipe": 2 + i}).end().write(report)
    assert review(leakgate, "a", "known", "", "a", "known", "", "s").returncode == 0
    assert exceptions(leakgate, "external-editor") is not None
    assert exceptions(leakgate, "two") is None


def test_nothing_to_accept(leakgate):
    directory = leakgate.directory / "leakgate-report"
    journals.clean().write(directory)
    done = review(leakgate)
    assert done.returncode == 0
    assert done.stdout == "There is nothing to accept in leakgate-report.\n"


def test_refused(leakgate, report):
    assert "not a report" in review(leakgate, words=["nowhere"]).stderr
    assert review(leakgate, words=[report, report]).returncode == 2
    refused = review(leakgate, "a", "known", "", CI="true")
    assert refused.returncode == 2 and "continuous integration" in refused.stderr
    assert refused.stdout.endswith("0 scenarios accepted, 1 left as it is.\n")
    late = review(leakgate, "a", "known", "2001-01-01")
    assert late.returncode == 2 and "is before the run" in late.stderr
    assert exceptions(leakgate, "external-editor") is None


def test_reasons_of_accept_are_one_or_one_for_each(leakgate, report):
    holders = ["--holder", TWO[0]]
    shown = leakgate("accept", "external-editor", *holders, "--reason", "one", "--reason", "two")
    assert shown.returncode == 2
    assert "once for all, or once for each --holder" in shown.stderr
