"""leakgate run --baseline-ref: what the working tree changes in the gate is shown, and fails nothing."""

import html
import json

import pages
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


def stored(repository):
    return json.loads((repository.root / "leakgate-report" / "result.json").read_text())


def run(repository, *options):
    """What is shown, what the result says of the scenario, and all of it."""
    shown = repository.run("main", *options)
    assert shown.returncode == 5, shown.stderr
    result = stored(repository)
    [scenario] = result["scenarios"]
    return shown.stdout, scenario, result


def changed(repository, *changes, more="", **fields):
    """A scenario in which this is replaced by that, with a baseline that fits it."""
    text = FIRST
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    write(repository, text + more)
    repository.put(**{"gauges": {"fd": {"allowed": 0, "level": 10}}, **fields})


def weaker(scenario):
    return scenario["baseline_revision"]["weaker"]


FEWER = ("samples: 42", "samples: 21")
DIFFERENCE = """\
--- main:scenarios/s.yaml
+++ scenarios/s.yaml
@@ -11,4 +11,4 @@ iteration:
   - wait: {text: [Git main, Recent Commits]}
   - press: {keys: j, repeat: 5}
   - settle: {quiet: 200ms}
-measure: {samples: 42, iterations_per_sample: 2, leave_out: [clock]}
+measure: {samples: 21, iterations_per_sample: 2, leave_out: [clock]}
"""


def test_nothing_changed(repository):
    shown, scenario, result = run(repository)
    assert "plan_difference" not in scenario and weaker(scenario) == []
    assert "differs" not in shown and "weaker" not in shown.lower()
    assert result["baseline_revision"] == "main" and "missing" not in result


def test_another_plan(repository):
    changed(repository, FEWER)
    shown, scenario, _ = run(repository)
    assert scenario["plan_difference"] == DIFFERENCE
    lines = shown.splitlines()
    first = next(i for i, line in enumerate(lines) if "the plan differs from main's:" in line)
    indent = len(lines[first]) - len(lines[first].lstrip())
    assert [line[indent:] for line in lines[first + 1:first + 9]] == DIFFERENCE.splitlines()
    assert "Against main: the plan of s differs. This does not fail the run" in shown


def test_a_long_difference_is_cut(repository):
    changed(repository, more="# more\n" * 1000)
    shown, scenario, _ = run(repository)
    assert scenario["plan_difference"].count("+# more\n") == 1000
    assert 30 < shown.count("+# more\n") < 40
    assert "more lines, in result.json" in shown
    changed(repository, more="# longer\n" * 10000)
    _, scenario, _ = run(repository)
    assert 32000 < len(scenario["plan_difference"].encode()) <= 32 * 1024
    assert scenario["plan_difference"].endswith("…")


def test_in_the_other_formats(repository):
    changed(repository, FEWER, exceptions=[exception()])
    (repository.root / "scenarios" / "gone.yaml").write_text(FIRST)
    repository.git("add", "scenarios/gone.yaml")
    repository.git("commit", "--quiet", "-m", "x")
    (repository.root / "scenarios" / "gone.yaml").unlink()
    run(repository)
    caution = ("Against main: the plan of s differs; the baseline of s is weaker; 1 scenario is "
               "not run any more.")
    line = "exception fd anon_inode:[eventpoll]: none -> 1.00 per iteration: known"
    report = repository.root / "leakgate-report"
    summary = html.unescape((report / "summary.md").read_text())
    assert f"⚠️ {caution}" in summary
    assert "- scenario gone: its file is gone\n" in summary
    assert f"The plan differs from <code>main</code>'s:\n\n```diff\n{DIFFERENCE}```\n" in summary
    assert f"- weaker    {line}\n" in summary
    junit = html.unescape((report / "junit.xml").read_text())
    assert f'<property name="weaker" value="{line}"/>' in junit
    assert '<property name="plan_difference" value="--- main:scenarios/s.yaml' in junit
    suite, [scenario] = pages.data_of((report / "index.html").read_text())
    assert suite["caution"].startswith(caution)
    assert suite["missing"] == ["scenario gone: its file is gone"]
    assert scenario["revision"] == "main" and scenario["plan_difference"] == DIFFERENCE.splitlines()
    lines = repository.leakgate("report", "--format", "annotations").stdout.splitlines()
    assert ("::warning file=scenarios/s.yaml,line=1,col=1,title=s%3A weaker than at main::"
            f"{line}%0Athe plan differs:%0A" + DIFFERENCE.strip().replace("\n", "%0A")) in lines
    assert ("::warning title=leakgate%3A not run any more::scenario gone: its file is gone"
            in lines)


def test_a_quarantine_is_shown_though_it_does_not_count_yet(repository):
    changed(repository, ("tags:", "quarantine: {reason: it crashes, until: 2999-12-31}\ntags:"))
    shown, scenario, _ = run(repository)
    assert "+quarantine: {reason: it crashes, until: 2999-12-31}\n" in scenario["plan_difference"]
    assert "a quarantine until 2999-12-31 in the working tree counts once main has it" in shown


def test_on_request(repository):
    write(repository, FIRST.replace("tags:", "on_request: true\ntags:"))
    assert "+on_request: true\n" in run(repository, "s")[1]["plan_difference"]
    shown = repository.run("main")
    assert (shown.returncode, shown.stderr) == (3, "leakgate: there is no scenario in scenarios\n")


def test_a_weaker_baseline(repository):
    repository.put(gauges={"fd": {"allowed": 0.5, "level": 13}},
                   exceptions=[exception(issue="https://example.org/1")])
    shown, scenario, _ = run(repository)
    lines = weaker(scenario)
    assert lines == ["fd at rest: 10 -> 13", "fd allowed per iteration: 0 -> 0.50",
                     "exception fd anon_inode:[eventpoll]: none -> 1.00 per iteration: known "
                     "(https://example.org/1)"]
    flat = " ".join(shown.split())
    assert " ".join(f"weaker {line}" for line in lines) in flat
    assert "Against main: the baseline of s is weaker. This does not fail the run" in flat
    assert "plan_difference" not in scenario


def test_a_level_within_its_tolerance_is_not_weaker(repository):
    """Each run measures it a little differently."""
    repository.put(gauges={"fd": {"allowed": 0, "level": 12}})
    assert weaker(run(repository)[1]) == []


def test_a_baseline_that_is_gone(repository):
    repository.path.unlink()
    assert weaker(run(repository)[1]) == ["baseline: levels of 1 gauge, 0 exceptions -> none"]


def test_scenarios_that_are_not_run_any_more(repository):
    for name, tags in [("gone", "gate"), ("untagged", "gate"), ("other", "smoke")]:
        (repository.root / "scenarios" / f"{name}.yaml").write_text(
            FIRST.replace("[gate, smoke]", f"[{tags}]"))
        repository.git("add", f"scenarios/{name}.yaml")
    repository.commit()
    (repository.root / "scenarios" / "gone.yaml").unlink()
    (repository.root / "scenarios" / "untagged.yaml").write_text(
        FIRST.replace("[gate, smoke]", "[smoke]"))
    shown, scenario, result = run(repository, "--tag", "gate")
    assert "plan_difference" not in scenario
    assert result["missing"] == [
        "scenario gone: its file is gone",
        "scenario untagged: it is not chosen any more, by its tags or on_request"]
    assert "Against main: 2 scenarios are not run any more." in shown
    assert "\n  scenario gone: its file is gone\n" in shown
    assert "missing" not in run(repository, "s")[2]  # what is named is all that is asked for


def test_a_new_scenario_is_no_change_of_one(repository):
    (repository.root / "scenarios" / "t.yaml").write_text(FIRST)
    assert "plan_difference" not in run(repository, "t")[1]


def test_another_target_file(leakgate, source):
    """Also one that is extended; a link to what lies outside is the same before and after."""
    made = Repository(leakgate, source)
    targets = leakgate.directory / "scenarios" / "targets"
    targets.unlink()
    targets.mkdir()
    (targets / "base.yaml").symlink_to(f"{source}/scenarios/targets/sidecar.yaml")
    (targets / "middle.yaml").write_text("version: 1\nextends: base.yaml\n")
    (targets / "mine.yaml").write_text("version: 1\nextends: middle.yaml\n")
    for name in "st":
        (made.root / "scenarios" / f"{name}.yaml").write_text(
            FIRST.replace("target: sidecar", "target: mine"))
    made.git("add", "--all", "scenarios")
    made.commit()
    (targets / "middle.yaml").write_text("version: 1\nextends: base.yaml\nsurvivors: []\n")
    assert made.run("main").returncode == 5
    for scenario in stored(made)["scenarios"]:
        assert scenario["plan_difference"] == (
            "--- main:scenarios/targets/middle.yaml\n+++ scenarios/targets/middle.yaml\n"
            "@@ -1,2 +1,3 @@\n version: 1\n extends: base.yaml\n+survivors: []\n")


def test_a_scenario_that_cannot_be_read_there(repository):
    """It need not be understood to be compared; but it has to be a file."""
    write(repository, "version: 1\nnonsense: true\n")
    repository.commit()
    changed(repository)
    assert "-nonsense: true\n" in run(repository)[1]["plan_difference"]
    (repository.root / "scenarios" / "s.yaml").unlink()
    (repository.root / "scenarios" / "s.yaml").symlink_to("/dev/null")
    repository.commit()
    (repository.root / "scenarios" / "s.yaml").unlink()
    changed(repository)
    assert run(repository)[1]["plan_difference"] == (
        "cannot be compared: scenarios/s.yaml of main is not a plain file\n")


def test_scenarios_of_another_repository_are_not_compared(repository, source, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "targets").symlink_to(f"{source}/scenarios/targets")
    (elsewhere / "s.yaml").write_text(FIRST.replace("42", "21"))
    repository.write()
    shown = repository.leakgate("list", "--json", "--scenarios", elsewhere)
    plan = json.loads(shown.stdout)["scenarios"][0]["plan_hash"]
    repository.path.write_text(json.dumps(baseline(plan=plan)))
    repository.commit()
    assert "plan_difference" not in run(repository, "--scenarios", elsewhere)[1]


def test_no_attribute_and_no_configuration_hides_a_change(repository):
    """Files of the change itself, and those of its author's home."""
    home = repository.root / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(
        '[filter "x"]\n clean = echo\n[diff]\n external = /bin/false\n context = 0\n'
        f'[core]\n attributesFile = {repository.root}/.gitattributes\n')
    attributes = "*.yaml -diff filter=x\n"
    (repository.root / ".gitattributes").write_text(attributes)
    (repository.root / "scenarios" / ".gitattributes").write_text(attributes)
    changed(repository, FEWER)
    shown = repository.run("main", HOME=home, GIT_EXTERNAL_DIFF="/bin/false",
                           GIT_DIFF_OPTS="--unified=0")
    assert shown.returncode == 5, shown.stderr
    assert stored(repository)["scenarios"][0]["plan_difference"] == DIFFERENCE


def test_the_journal_alone_says_it_too(repository):
    changed(repository, FEWER, exceptions=[exception()])
    run(repository)
    (repository.root / "leakgate-report" / "result.json").unlink()
    [scenario] = json.loads(repository.leakgate("report", "--json").stdout)["scenarios"]
    assert scenario["plan_difference"] == DIFFERENCE and len(weaker(scenario)) == 1
    assert "Against the other revision: the plan of s differs" in repository.leakgate("report").stdout


def test_the_same_from_runs_side_by_side(repository):
    (repository.root / "scenarios" / "t.yaml").write_text(FIRST)
    write(repository, FIRST.replace(*FEWER))
    repository.path.unlink()
    assert repository.run("main", "--jobs", "2").returncode == 5
    result = stored(repository)
    assert [scenario.get("plan_difference") for scenario in result["scenarios"]] == [
        DIFFERENCE, None]
    assert json.loads(repository.leakgate("report", "--json").stdout) == result


def test_of_a_scenario_that_is_skipped_now(repository):
    """It has no journal: the result alone says it."""
    write(repository, FIRST.replace("tags:", "needs: [no-such-tool]\ntags:"))
    assert repository.run("main").returncode == 3
    result = stored(repository)
    [scenario] = result["scenarios"]
    assert scenario["verdict"] == "skipped"
    assert "+needs: [no-such-tool]\n" in scenario["plan_difference"]
    assert json.loads(repository.leakgate("report", "--json").stdout) == result


def test_hostile_texts_are_harmless(repository):
    evil = "::error::x\u202e</script>|`@everyone`\n````\n::error::y\n"
    changed(repository, more="".join(f"# {line}\n" for line in evil.splitlines()))
    shown, scenario, _ = run(repository)
    assert "\u202e" in scenario["plan_difference"]
    name = "::error::\x1b[31m\u202e.yaml"
    (repository.root / "scenarios" / name).write_text(FIRST)
    repository.git("add", "--all", "scenarios/*.yaml")
    repository.commit()
    (repository.root / "scenarios" / name).unlink()
    shown += repository.run("main").stdout
    assert "its file is gone" in shown
    for text in (shown, (repository.root / "leakgate-report" / "summary.md").read_text(),
                 (repository.root / "leakgate-report" / "junit.xml").read_text(),
                 (repository.root / "leakgate-report" / "index.html").read_text()):
        assert "\x1b" not in text and "\u202e" not in text
        assert not any(line.lstrip(" +-").startswith("::") for line in text.splitlines())
