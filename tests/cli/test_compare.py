"""--compare: what is new against the report of the main branch, in every format."""

import json
import re
import shutil
import xml.etree.ElementTree as ElementTree

import journals
import pages
import pytest
from test_revision import Repository

EVENTPOLL = "anon_inode:[eventpoll]"


def growing(per_iteration, holder=EVENTPOLL, name="editor", **header):
    def fds(i):
        return {"pipe": 3, holder: 2 + per_iteration * i}
    return journals.Journal(name, **header).measured(fds, drained=fds(42)).end()


@pytest.fixture
def main(leakgate):
    """Makes the report of the main branch, as an artifact that was unpacked."""
    def make(*made):
        report = leakgate.directory / "main"
        shutil.rmtree(report, ignore_errors=True)
        for journal in made:
            journal.write(report)
        shown = leakgate("report", "--from", report, "--json").stdout
        dated = {**json.loads(shown), "date": "2026-11-22T12:00:00Z"}
        (report / "result.json").write_text(json.dumps(dated))
        return report
    return make


@pytest.fixture
def now(leakgate):
    """Makes the report that is compared."""
    def make(*made):
        report = leakgate.directory / "leakgate-report"
        shutil.rmtree(report, ignore_errors=True)
        for journal in made:
            journal.write(report)
        return report
    return make


def compared(leakgate, *words):
    shown = leakgate("report", "--compare", "main", *words)
    assert shown.returncode == 0, shown.stderr
    return shown.stdout


def flat(text):
    """Without where its lines end."""
    return " ".join(text.split())


def result(leakgate):
    [scenario] = json.loads(compared(leakgate, "--json"))["scenarios"]
    return scenario


STANDS = {
    "new": (journals.clean("editor"), 1, "new", "new"),
    "as before": (growing(1), 1, "as before", "as before: +1.00 per iteration then"),
    "better": (growing(2), 1, "better", "better: +2.00 per iteration then"),
    "worse": (growing(1), 2, "worse", "worse: +1.00 per iteration then"),
}


@pytest.mark.parametrize("stands", STANDS)
def test_how_a_leak_stands_in_every_format(leakgate, main, now, stands):
    before, pace, name, text = STANDS[stands]
    main(before)
    now(growing(pace))
    [finding] = result(leakgate)["findings"]
    assert (finding["compared"]["standing"], finding["compared"]["text"]) == (name, text)
    terminal = compared(leakgate)
    assert re.search(rf"LEAK fd \+{pace}\.00 per iteration .*, {name} held by ", flat(terminal))
    assert re.search(rf"\n +compared +{re.escape(text)}\n", terminal)
    assert f"\nCompared with main of 2026-11-22T12:00:00Z: 1 {name}.\n" in terminal
    markdown = compared(leakgate, "--format", "markdown")
    assert f", {name} " in markdown and f"- compared {text}" in markdown
    assert f": 1 {name}." in markdown
    suite = ElementTree.fromstring(compared(leakgate, "--format", "junit"))
    [failure] = suite.iter("failure")
    assert failure.get("message").endswith(f", {name}") and f"compared {text}" in failure.text
    [annotation] = compared(leakgate, "--format", "annotations").splitlines()
    assert annotation.startswith("::error ") and f", {name}%0A" in annotation
    assert f"compared {text}" in annotation
    page = compared(leakgate, "--format", "html")
    assert pages.data_of(page)[0]["comparison"].endswith(f": 1 {name}.")
    assert pages.scenario_of(page, "editor")["findings"][0]["compared"]["text"] == text


def test_the_page_shows_it(leakgate, main, now, chromium, tmp_path):
    main(growing(2))
    now(growing(1))
    pages.draw(chromium, compared(leakgate, "--format", "html"), tmp_path)
    shown = chromium.run("document.getElementById('page').innerText")
    assert "Compared with main of " in shown and ": 1 better." in shown
    assert shown.count("better: +2.00 per iteration then") == 2, "in the sentence and the table"


def test_what_is_gone_is_said_of_a_pass(leakgate, main, now):
    main(growing(1))
    now(journals.clean("editor"))
    line = f"fd {EVENTPOLL}: +1.00 per iteration then"
    assert result(leakgate)["gone"] == [line]
    for words in [(), ("-v",)]:
        assert re.search(rf"\n +gone +{re.escape(line)}\n", compared(leakgate, *words))
    assert ": nothing new, 1 gone." in compared(leakgate)
    assert "gone      fd anon_inode" in compared(leakgate, "--format", "markdown").replace(
        "&#91;", "[")
    assert line in compared(leakgate, "--format", "junit")
    assert line in pages.scenario_of(compared(leakgate, "--format", "html"), "editor")["remarks"][0]
    [notice] = compared(leakgate, "--format", "annotations").splitlines()
    assert notice == ("::notice file=scenarios/editor.yaml,line=1,col=1,title=editor%3A gone::"
                      + line)


def test_several_holders_that_stand_differently(leakgate, main, now):
    def fds(i):
        return {EVENTPOLL: 2 + i, "/dev/null": 2 + i}
    main(growing(1))
    now(journals.Journal("editor").measured(fds, drained=fds(42)).end())
    assert re.search(r"LEAK +fd .*, 1 new, 1 as before held by ", flat(compared(leakgate)))


def test_it_is_kept_in_the_result_and_changes_no_verdict(leakgate, main, now):
    main(growing(1))
    report = now(growing(1))
    without = json.loads(leakgate("report", "--json").stdout)
    stored = compared(leakgate, "--json")
    (report / "result.json").write_text(stored)
    shutil.rmtree(leakgate.directory / "main")
    assert leakgate("report", "--json").stdout == stored
    result_now = json.loads(stored)
    assert result_now.pop("compared_with").startswith("main of ")
    [scenario] = result_now["scenarios"]
    assert scenario.pop("earlier")["plan_hash"] == "0123456789abcdef"
    scenario["findings"][0].pop("compared")
    assert result_now == without


OTHERS = {
    "target": (growing(1, target="other"), "it was a run of another target then"),
    "plan": (growing(1, plan_hash="f" * 16), "it was another plan then"),
    "scenario": (growing(1, name="another"), "it was not run then"),
    "verdict": (journals.Journal("editor").failed().end(), "it was not judged then (failed)"),
}


@pytest.mark.parametrize("other", OTHERS)
def test_what_cannot_be_compared_is_said(leakgate, main, now, other):
    journal, why = OTHERS[other]
    main(journal)
    now(growing(1))
    scenario = result(leakgate)
    assert scenario["not_compared"] == why and "gone" not in scenario
    assert "compared" not in scenario["findings"][0]
    shown = compared(leakgate)
    assert f"not compared: {why}" in shown
    assert ": nothing new; 1 scenario could not be compared." in shown


def test_a_result_of_another_format(leakgate, main, now):
    report = main(growing(1))
    now(growing(1))
    (report / "result.json").write_text('{"version": 2, "scenarios": []}')
    assert result(leakgate)["not_compared"] == "that report is of another format"


def test_by_its_file_and_below_a_directory(leakgate, main, now):
    report = main(growing(1))
    now(growing(1))
    by_file = leakgate("report", "--compare", "main/result.json")
    assert "Compared with main/result.json of " in by_file.stdout
    report.rename(leakgate.directory / "leakgate-report-main")
    (leakgate.directory / "main").mkdir()
    (leakgate.directory / "leakgate-report-main").rename(report / "artifact")
    assert ": 1 as before." in compared(leakgate)


@pytest.mark.parametrize("made, message", [
    (None, "--compare: main is not a report"),
    ("", "--compare: main is not a report, and there is none in it"),
    ("{}", "--compare: main/result.json is not a result of leakgate"),
    ("{", "main/result.json"),
])
def test_what_is_no_report(leakgate, now, made, message):
    now(growing(1))
    if made is not None:
        (leakgate.directory / "main").mkdir()
    if made:
        (leakgate.directory / "main" / "result.json").write_text(made)
    shown = leakgate("report", "--compare", "main")
    assert shown.returncode == 2 and message in shown.stderr, shown.stderr


def test_of_shards_it_is_merged_or_made_in_the_merge(leakgate, main, now):
    main(growing(1))
    for place, words in [("shards", ("--compare", "main")), ("plain", ())]:
        for index, journal in enumerate([growing(1), journals.clean("quiet")], 1):
            report = leakgate.directory / place / f"leakgate-{index}"
            journal.write(report)
            shown = json.loads(leakgate("report", "--from", report, "--json", *words).stdout)
            shown["shard"] = {"index": index, "of": 2, "suite": ["editor", "quiet"]}
            (report / "result.json").write_text(json.dumps(shown))
    for words in [("shards",), ("plain", "--compare", "main")]:
        merged = leakgate("merge", *words)
        assert merged.returncode == 1, merged.stderr
        assert ": 1 as before; 1 scenario could not be compared." in merged.stdout


def test_a_run_keeps_it_and_begins_only_with_a_report(leakgate, source, main):
    repository = Repository(leakgate, source)
    words = ["run", "--program", "/bin/true", "--compare"]
    wrong = leakgate(*words, "none")
    assert wrong.returncode == 2 and "--compare: none is not a report" in wrong.stderr
    assert not (repository.root / "leakgate-report").exists()
    main(growing(1, name="s", plan_hash=repository.plan(), target="sidecar"))
    assert leakgate(*words, "main").returncode == 5, "the program ends at once"
    stored = json.loads((repository.root / "leakgate-report" / "result.json").read_text())
    assert stored["compared_with"] == "main of 2026-11-22T12:00:00Z"
    [scenario] = stored["scenarios"]
    assert scenario["earlier"]["plan_hash"] == scenario["plan_hash"]
    assert "not_compared" not in scenario and "gone" not in scenario, "it was not judged"


def test_another_reports_texts_are_data(leakgate, main, now):
    """Whoever uploads the artifact writes no line of this report."""
    evil = "x\n::error::forged\r</script><script>`|\x1b[31m"
    report = main(growing(1))
    stored = json.loads((report / "result.json").read_text())
    stored["date"] = evil
    stored["scenarios"][0]["findings"][0]["holder"] = evil
    (report / "result.json").write_text(json.dumps(stored))
    now(growing(1))
    assert len(result(leakgate)["gone"]) == 1
    made = {name: compared(leakgate, "--format", name)
            for name in ("text", "markdown", "junit", "annotations", "html")}
    for name, text in made.items():
        assert "\x1b" not in text and "\n::error::forged" not in text, name
    assert [line.split(" ")[0] for line in made["annotations"].splitlines()] == [
        "::error", "::notice"]
    assert "</script><script>" not in made["html"] and "<script>" not in made["markdown"]
