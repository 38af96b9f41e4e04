"""leakgate run --baseline-ref: what the working tree makes weaker is told, and fails nothing."""

import html
import json

import pytest
from test_revision import Repository, baseline, exception

FIRST = """\
version: 1
title: A scenario
target: sidecar
tags: [gate, smoke]
regions: {clock: {rows: 0, columns: 0..9}}
setup:
  - press: s
iteration:
  - loop: {times: 3, as: n, steps: [{press: "${n}"}]}
  - press: "1"
  - wait: {text: [Git main, Recent Commits]}
  - press: {keys: j, repeat: 5}
  - settle: {quiet: 200ms}
measure: {samples: 42, iterations_per_sample: 2, leave_out: [clock]}
"""


@pytest.fixture
def repository(leakgate, source):
    made = Repository(leakgate, source)
    write(made, FIRST)
    made.put(gauges={"fd": {"allowed": 0, "level": 10}})
    made.commit()
    return made


def write(repository, text):
    (repository.root / "scenarios" / "s.yaml").write_text(text)


def weakened(repository, *options):
    shown = repository.run("main", *options)
    assert shown.returncode == 5, shown.stderr
    stored = json.loads((repository.root / "leakgate-report" / "result.json").read_text())
    [scenario] = stored["scenarios"]
    return shown.stdout, scenario.get("weakened", []), stored


def after(repository, *changes, more="", **stored):
    """The lines for a scenario in which this is replaced by that, with a baseline that fits it."""
    text = FIRST
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    write(repository, text + more)
    repository.put(**{"gauges": {"fd": {"allowed": 0, "level": 10}}, **stored})
    return weakened(repository)


def test_nothing_changed(repository):
    shown, lines, stored = weakened(repository)
    assert lines == [] and "weaker" not in shown.lower()
    assert stored["baseline_revision"] == "main" and "weakened" not in stored


def test_a_weaker_scenario(repository):
    """What each change means stands in tests/unit/report/test_plan_difference.c."""
    shown, lines, _ = after(repository, ("samples: 42", "samples: 21"), ("[clock]", "[clock, footer]"),
                            ("[gate, smoke]", "[smoke]"), ('  - press: "1"\n', ""))
    assert lines == ["tag: gate -> none", "samples: 42 -> 21",
                     "left out of the round trip: none -> footer (rows -1, columns 0..-1)",
                     'iteration: press "1" -> none']
    flat = " ".join(shown.split())
    assert " ".join(f"weaker {line}" for line in lines) in flat
    assert "Weaker than at main: s. This fails nothing by itself; it is for the review." in flat


def test_in_the_other_formats(repository):
    after(repository, ("samples: 42", "samples: 21"))
    (repository.root / "scenarios" / "gone.yaml").write_text(FIRST)
    repository.git("add", "scenarios/gone.yaml")
    repository.git("commit", "--quiet", "-m", "x")
    (repository.root / "scenarios" / "gone.yaml").unlink()
    weakened(repository)
    report = repository.root / "leakgate-report"
    summary = (report / "summary.md").read_text()
    assert "⚠️ Weaker than at main: s, and 1 scenario that is run no more." in summary
    assert "- scenario gone: its file is gone\n" in summary
    assert "- weaker    samples: 42 -&#62; 21\n" in summary or (
        "- weaker    samples: 42 -> 21\n" in summary)
    assert '<property name="weaker" value="samples: 42 -&#62; 21"/>' in (
        (report / "junit.xml").read_text())
    page = html.unescape((report / "index.html").read_text())
    assert '<p class="sentence">Weaker than at main: s, and 1 scenario that is run no more.' in page
    assert "<li>scenario gone: its file is gone</li>" in page
    assert "samples: 42 -> 21" in page
    lines = repository.leakgate("report", "--format", "annotations").stdout.splitlines()
    assert ("::warning file=scenarios/s.yaml,line=1,col=1,title=s%3A weaker than at main::"
            "samples: 42 -> 21") in lines
    assert "::warning title=leakgate%3A weaker::scenario gone: its file is gone" in lines


def test_what_is_stricter_or_cannot_be_told_is_not_weaker(repository):
    shown, lines, _ = after(repository, ("samples: 42", "samples: 63, warmup: 2"),
                            ('press: "1"', 'press: "2"'), ("A scenario", "Another title"))
    assert lines == [] and "weaker" not in shown.lower()


def test_a_quarantine_is_told_though_it_does_not_count_yet(repository):
    write(repository, FIRST.replace(
        "tags:", "quarantine: {reason: it crashes, until: 2999-12-31}\ntags:"))
    shown, lines, _ = weakened(repository)
    assert lines == ["quarantine: none -> until 2999-12-31: it crashes"]
    assert "a quarantine until 2999-12-31 in the working tree counts once main has it" in shown


def test_on_request(repository):
    write(repository, FIRST.replace("tags:", "on_request: true\ntags:"))
    assert weakened(repository, "s")[1] == ["run: always -> on request"]
    shown = repository.run("main")
    assert (shown.returncode, shown.stderr) == (3, "leakgate: there is no scenario in scenarios\n")


def test_a_weaker_baseline(repository):
    repository.put(gauges={"fd": {"allowed": 0.5, "level": 13}},
                   exceptions=[exception(issue="https://example.org/1")])
    shown, lines, _ = weakened(repository)
    assert lines == ["fd at rest: 10 -> 13", "fd allowed per iteration: 0 -> 0.50",
                     "exception fd anon_inode:[eventpoll]: none -> 1.00 per iteration: known "
                     "(https://example.org/1)"]
    assert " ".join(f"weaker {line}" for line in lines) in " ".join(shown.split())


def test_a_level_within_its_tolerance_is_not_weaker(repository):
    """Each run measures it a little differently."""
    repository.put(gauges={"fd": {"allowed": 0, "level": 12}})
    assert weakened(repository)[1] == []


def test_a_baseline_that_is_gone(repository):
    repository.path.unlink()
    assert weakened(repository)[1] == ["baseline: levels of 1 gauge, 0 exceptions -> none"]


def test_scenarios_that_are_run_no_more(repository):
    for name, tags in [("gone", "gate"), ("untagged", "gate"), ("other", "smoke")]:
        (repository.root / "scenarios" / f"{name}.yaml").write_text(
            FIRST.replace("[gate, smoke]", f"[{tags}]"))
        repository.git("add", f"scenarios/{name}.yaml")
    repository.commit()
    (repository.root / "scenarios" / "gone.yaml").unlink()
    (repository.root / "scenarios" / "untagged.yaml").write_text(
        FIRST.replace("[gate, smoke]", "[smoke]"))
    shown, lines, stored = weakened(repository, "--tag", "gate")
    assert lines == []
    assert stored["weakened"] == [
        "scenario gone: its file is gone",
        "scenario untagged: it is not chosen any more, by its tags or on_request"]
    assert "Weaker than at main: 2 scenarios that are run no more." in shown
    assert "\n  scenario gone: its file is gone\n" in shown
    assert "weakened" not in weakened(repository, "s")[2]  # what is named is all that is asked for


def test_a_target_file_that_leaves_out_more(leakgate, source):
    made = Repository(leakgate, source)
    targets = leakgate.directory / "scenarios" / "targets"
    targets.unlink()
    targets.mkdir()
    (targets / "base.yaml").symlink_to(f"{source}/scenarios/targets/sidecar.yaml")
    (targets / "mine.yaml").write_text("version: 1\nextends: base.yaml\nregions: "
                                       "{part: {rows: 0, columns: 0..9}}\n")
    text = FIRST.replace("target: sidecar", "target: mine").replace("[clock]", "[part]")
    write(made, text)
    made.git("add", "--all", "scenarios")
    made.commit()
    (targets / "mine.yaml").write_text("version: 1\nextends: base.yaml\nregions: "
                                       "{part: {rows: 0..-1, columns: 0..-1}}\n")
    lines = weakened(made)[1]
    assert lines == ["left out of the round trip: part (rows 0, columns 0..9) -> "
                     "part (rows 0..-1, columns 0..-1)"]


def test_a_scenario_that_cannot_be_read_there(repository):
    write(repository, "version: 1\nnonsense: true\n")
    repository.commit()
    write(repository, FIRST)
    repository.put()
    [line] = [line for line in weakened(repository)[1] if line.startswith("scenario")]
    assert line.startswith("scenario: cannot be compared (scenarios/s.yaml:") and "-> A scenario" in line


def test_scenarios_of_another_repository_are_not_compared(repository, source, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "targets").symlink_to(f"{source}/scenarios/targets")
    (elsewhere / "s.yaml").write_text(FIRST.replace("42", "21"))
    repository.write()
    shown = repository.leakgate("list", "--json", "--scenarios", elsewhere)
    plan = json.loads(shown.stdout)["scenarios"][0]["plan_hash"]
    repository.path.write_text(json.dumps(baseline(plan=plan)))
    repository.commit()
    assert weakened(repository, "--scenarios", elsewhere)[1] == []


def test_the_journal_alone_says_it_too(repository):
    after(repository, ("samples: 42", "samples: 21"))
    (repository.root / "leakgate-report" / "result.json").unlink()
    [scenario] = json.loads(repository.leakgate("report", "--json").stdout)["scenarios"]
    assert scenario["weakened"] == ["samples: 42 -> 21"]


def test_the_same_from_runs_side_by_side(repository):
    (repository.root / "scenarios" / "t.yaml").write_text(FIRST)
    write(repository, FIRST.replace("samples: 42", "samples: 21"))
    repository.path.unlink()
    assert repository.run("main", "--jobs", "2").returncode == 5
    stored = json.loads((repository.root / "leakgate-report" / "result.json").read_text())
    assert [scenario.get("weakened", [])[:1] for scenario in stored["scenarios"]] == [
        ["samples: 42 -> 21"], []]
    again = json.loads(repository.leakgate("report", "--json").stdout)
    assert again == stored


def test_of_a_scenario_that_is_skipped_now(repository):
    """It has no journal: the result alone says it."""
    write(repository, FIRST.replace("tags:", "needs: [no-such-tool]\ntags:"))
    assert repository.run("main").returncode == 3
    stored = json.loads((repository.root / "leakgate-report" / "result.json").read_text())
    [scenario] = stored["scenarios"]
    assert scenario["verdict"] == "skipped"
    assert scenario["weakened"] == ["needs: none -> no-such-tool"]
    assert json.loads(repository.leakgate("report", "--json").stdout) == stored


def test_hostile_texts_are_harmless(repository):
    hostile = "::error::x\\u001b[31m\\u202e</script>|`@everyone`"
    shown, lines, _ = after(
        repository, ("tags:", f'quarantine: {{reason: "{hostile}", until: 2999-12-31}}\ntags:'))
    assert len(lines) == 1 and "\x1b" in lines[0]
    evil = "::error::\x1b[31m\u202e.yaml"
    (repository.root / "scenarios" / evil).write_text(FIRST)
    repository.git("add", "--all", "scenarios/*.yaml")
    repository.commit()
    (repository.root / "scenarios" / evil).unlink()
    shown += repository.run("main").stdout
    assert "its file is gone" in shown
    assert "\x1b" not in shown and "\u202e" not in shown
    assert not any(line.lstrip().startswith("::") for line in shown.splitlines())
