"""leakgate diff-baseline: what changes in baselines and scenarios, for who reviews it."""

import html
import json
import pathlib
import re

import pytest
from conftest import SOURCE
from test_revision import Repository, exception

KEY = "exception fd anon_inode:[eventpoll]"


DIFFERENCE = """\
--- main:scenarios/s.yaml
+++ scenarios/s.yaml
@@ -1,8 +1,7 @@
 version: 1
 title: A scenario
 target: sidecar
-tags: [x]
-measure: {samples: 30}
+measure: {samples: 25}
 iteration:
   - press: "1"
   - wait: {text: Git main}
"""


@pytest.fixture
def repository(leakgate, source):
    made = Repository(leakgate, source)
    made.put(gauges={"fd": {"allowed": 0, "level": 10}})
    made.commit()
    return made


def diff(repository, *words):
    done = repository.leakgate("diff-baseline", *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def changes(repository, *words):
    """(effect, what, before, here) of each in a baseline."""
    def text(side):
        return side and " ".join(filter(None, [side["text"], side.get("until")]))

    found = json.loads(diff(repository, *words, "--json"))
    return [(change["effect"], change["what"], text(change["before"]), text(change["here"]))
            for scenario in found["scenarios"] for change in scenario["changes"]]


def plans(repository, *words):
    """What became of the plans that changed, by the scenarios' names."""
    found = json.loads(diff(repository, *words, "--json"))
    return {scenario["name"]: scenario["plan"] for scenario in found["scenarios"]
            if scenario["plan"] != "same"}


def test_nothing_changed(repository):
    commit = repository.leakgate("diff-baseline", "main", "--json")
    found = json.loads(commit.stdout)
    assert (found["scenarios"], found["weaker"], found["revision"]) == ([], 0, "main")
    assert re.fullmatch("[0-9a-f]{40}", found["commit"])
    assert diff(repository, "main") == (
        f"No baseline and no scenario differs from main ({found['commit'][:12]}).\n")
    assert html.unescape(diff(repository, "main", "--format", "markdown")) == (
        "No baseline and no scenario differs from <code>main</code> "
        f"(<code>{found['commit'][:12]}</code>).\n")


def test_an_exception_and_a_scenario(repository):
    before = repository.plan()
    repository.write("tags: [x]\nmeasure: {samples: 30}\n")
    repository.commit()
    repository.write("measure: {samples: 25}\n")
    repository.put(gauges={"fd": {"allowed": 0, "level": 11}},
                   exceptions=[exception(expires="2027-01-31", issue="https://example.org/1")])
    assert changes(repository, "main") == [
        ("neutral", "plan", before, repository.plan()),
        ("neutral", "fd at rest", "10", "11"),
        ("weaker", KEY, None, "1.00 per iteration 2027-01-31")]
    [scenario] = json.loads(diff(repository, "main", "--json"))["scenarios"]
    assert (scenario["target"], scenario["name"], scenario["plan"]) == ("sidecar", "s", "differs")
    assert scenario["plan_difference"] == DIFFERENCE
    assert scenario["changes"][2]["holder"] == "anon_inode:[eventpoll]"
    assert scenario["changes"][2]["here"]["issue"] == "https://example.org/1"
    described = (pathlib.Path(SOURCE) / "docs" / "result.md").read_text("utf-8")
    assert [key for keys in [*scenario["changes"], scenario] for key in keys
            if f"`{key}`" not in described] == []
    shown = diff(repository, "main")
    lines = "".join(f"    {line}\n" for line in DIFFERENCE.splitlines())
    assert f"sidecar/s\n  the plan differs:\n{lines}            plan: {before} -> " in shown
    assert (f"  weaker    {KEY}: none -> 1.00 per iteration until 2027-01-31: known "
            "(https://example.org/1)\n") in shown
    assert shown.endswith("\nbaselines: 1 weaker, 0 stricter, 2 others; plans: 1 differs\n")
    shown = diff(repository, "main", "--format", "markdown")
    assert f"<code>sidecar/s</code>: the plan differs\n\n```diff\n{DIFFERENCE}```\n" in (
        html.unescape(shown))


def test_markdown_is_a_table_with_what_is_weaker_first(repository):
    repository.put(gauges={"fd": {"allowed": 0, "level": 11}},
                   exceptions=[exception(issue="https://example.org/1?a=b")])
    shown = diff(repository, "main", "--format", "markdown")
    rows = [line for line in shown.splitlines() if line.startswith("| ")]
    cells = [[html.unescape(re.sub("</?(code|span)>", "", cell)).strip() for cell in
              row.strip("|").split(" | ")] for row in rows]
    assert cells == [
        ["", "scenario", "what", "before", "here", "why"],
        ["---"] * 6,
        ["**weaker**", "sidecar/s", KEY, "none", "1.00 per iteration",
         "known <https://example.org/1?a=b>"],
        ["", "scenario", "what", "before", "here", "why"],
        ["---"] * 6,
        ["", "sidecar/s", "fd at rest", "10", "11", ""]]
    assert "<details><summary>1 that makes nothing weaker</summary>" in shown
    assert "baselines: 1 weaker, 0 stricter, 1 other. Weaker: what failed before can pass now." in shown


def test_hostile_texts_end_no_cell_and_command_nothing(repository):
    evil = "a|b`c*d_e[f](g)<img src=x>@everyone #1\\ ::error::x\u202e\x1b[31m www.example.org"
    repository.put(gauges={"fd": {"allowed": 0, "level": 10}},
                   exceptions=[exception(reason=evil, holder="x|y</code>@z")])
    shown = diff(repository, "main", "--format", "markdown")
    [row] = [line for line in shown.splitlines() if line.startswith("| **weaker**")]
    assert row.count("|") == 7
    for part in ("`", "*d", "[", "<img", "@", "\\", "::", "\u202e", "\x1b", "www."):
        assert part not in row.replace("**weaker**", ""), part
    for words in ([], ["--format", "markdown"]):
        text = diff(repository, "main", *words)
        assert "\x1b" not in text and "\u202e" not in text
        assert not any(line.startswith("::") for line in text.splitlines())
    [found] = json.loads(diff(repository, "main", "--json"))["scenarios"]
    assert found["changes"][0]["here"]["reason"] == evil


def test_a_long_text_is_cut_in_the_table(repository):
    repository.put(exceptions=[exception(reason="ä" * 5000)])
    shown = diff(repository, "main", "--format", "markdown")
    assert "ä…</code>" in shown and len(shown) < 2000


def test_new_and_gone(repository):
    repository.path.unlink()
    assert changes(repository, "main") == [
        ("weaker", "baseline", "levels of 1 gauge, 0 exceptions", None)]
    (repository.root / "scenarios" / "s.yaml").unlink()
    assert plans(repository, "main") == {"s": "gone"}
    assert "sidecar/s\n  the scenario is gone\n" in diff(repository, "main")
    assert repository.leakgate("diff-baseline", "main", "--fail-on", "weaker").returncode == 1
    repository.write()
    repository.path.parent.joinpath("of-no-scenario.json").write_text(
        json.dumps({"version": 1, "plan": "0" * 16, "go": "", "platform": "", "gauges": {},
                    "exceptions": [exception()]}))
    assert changes(repository, "main") == [
        ("neutral", "baseline", None, "levels of 0 gauges, 1 exception"),
        ("weaker", KEY, None, "1.00 per iteration"),
        ("weaker", "baseline", "levels of 1 gauge, 0 exceptions", None)]


def test_a_new_scenario_is_not_weaker(repository):
    other = repository.root / "scenarios" / "t.yaml"
    other.write_text((repository.root / "scenarios" / "s.yaml").read_text())
    assert plans(repository, "main") == {"t": "new"}
    assert "sidecar/t\n  a new scenario\n" in diff(repository, "main")
    assert repository.leakgate("diff-baseline", "main", "--fail-on", "weaker").returncode == 0


def test_fail_on_weaker(repository):
    repository.put(gauges={"fd": {"allowed": 0, "level": 11}})
    assert repository.leakgate("diff-baseline", "main", "--fail-on", "weaker").returncode == 0
    repository.put(gauges={"fd": {"allowed": 1, "level": 10}})
    done = repository.leakgate("diff-baseline", "main", "--fail-on", "weaker")
    assert done.returncode == 1
    assert "fd allowed per iteration: 0 -> 1" in done.stdout
    assert repository.leakgate("diff-baseline", "main", "--fail-on", "leak").returncode == 2


def test_another_plan_may_be_weaker(repository):
    repository.write("tags: [x]\n")
    done = repository.leakgate("diff-baseline", "main", "--fail-on", "weaker")
    assert done.returncode == 1 and "    +tags: [x]\n" in done.stdout
    assert done.stdout.endswith("\nbaselines: 0 weaker, 0 stricter, 0 others; plans: 1 differs\n")
    assert repository.leakgate("diff-baseline", "main").returncode == 0


def test_of_long_plans_a_comment_has_the_first(repository):
    """A comment on GitHub has its limit; a fence in a file does not end the block."""
    text = (repository.root / "scenarios" / "s.yaml").read_text()
    for name in "abcd":
        (repository.root / "scenarios" / f"{name}.yaml").write_text(text)
    repository.git("add", "--all", "scenarios")
    repository.commit()
    for name in "abcd":
        (repository.root / "scenarios" / f"{name}.yaml").write_text(
            text + "# ````` @everyone\n" * 500)
    shown = diff(repository, "main", "--format", "markdown")
    assert 24 * 1024 < len(shown) < 26 * 1024
    assert shown.count("``````diff\n") == 3
    assert "<code>sidecar/d</code>: the plan differs; `leakgate diff-baseline` shows how" in shown


def test_into_a_file(repository):
    assert diff(repository, "main", "--output", "table.md", "--format", "markdown") == ""
    assert "differs from" in (repository.root / "table.md").read_text()


def test_by_default_against_where_the_branch_began(repository):
    """Not against what the branch has become since: its changes are no part of this one."""
    repository.git("checkout", "--quiet", "-b", "topic")
    repository.put(gauges={"fd": {"allowed": 0.5, "level": 10}})
    repository.commit()
    assert changes(repository) == []  # no other branch is known: HEAD
    repository.git("branch", "--quiet", "--set-upstream-to", "main")
    assert [change[1] for change in changes(repository)] == ["fd allowed per iteration"]
    assert json.loads(diff(repository, "--json"))["revision"] == "main"
    repository.git("checkout", "--quiet", "main")
    repository.put(gauges={"fd": {"allowed": 0, "level": 99}})
    repository.commit()
    repository.git("checkout", "--quiet", "topic")
    assert [change[1] for change in changes(repository)] == ["fd allowed per iteration"]
    assert len(changes(repository, "main")) == 2


def test_the_remote_s_default_branch_comes_first(repository):
    repository.git("update-ref", "refs/remotes/origin/trunk", "HEAD")
    repository.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")
    repository.put(gauges={"fd": {"allowed": 0.5, "level": 10}})
    repository.commit()
    assert json.loads(diff(repository, "--json"))["revision"] == "origin/trunk"
    assert [change[1] for change in changes(repository)] == ["fd allowed per iteration"]


def test_from_a_directory_below_and_other_places(repository):
    repository.put(gauges={"fd": {"allowed": 0.5, "level": 10}})
    repository.leakgate.directory = repository.root / "scenarios"
    assert [change[1] for change in changes(
        repository, "main", "--baselines", "../baselines", "--scenarios", ".")] == [
            "fd allowed per iteration"]
    assert [change[1] for change in changes(
        repository, "main", "--baselines", repository.root / "baselines")] == [
            "fd allowed per iteration"]


@pytest.mark.parametrize("words, message", [
    (["no-such"], "revision no-such: there is no such revision here"),
    (["--", "-x"], "no revision begins with a dash"),
    (["main", "main"], "diff-baseline takes one revision"),
    (["main", "--baselines", "nowhere"],
     "there is no baseline in nowhere, neither here nor at main"),
])
def test_what_it_cannot_do(repository, words, message):
    done = repository.leakgate("diff-baseline", *words)
    assert done.returncode == 2 and done.stdout == ""
    assert message in done.stderr and len(done.stderr.splitlines()) == 1


def test_files_that_are_wrong(repository):
    repository.path.write_text("{")
    assert "baselines/sidecar/s.json:1:" in (
        repository.leakgate("diff-baseline", "main").stderr)
    repository.commit()
    repository.put()
    done = repository.leakgate("diff-baseline", "main")
    assert done.returncode == 2 and "main:baselines/sidecar/s.json:1:" in done.stderr
    (repository.root / "scenarios" / "s.yaml").write_text("nonsense: 1\n")
    done = repository.leakgate("diff-baseline", "main")
    assert done.returncode == 2 and "scenarios/s.yaml:1:" in done.stderr


def test_no_repository(leakgate):
    done = leakgate("diff-baseline", GIT_CEILING_DIRECTORIES=str(leakgate.directory.parent))
    assert done.returncode == 2 and "not a git repository" in done.stderr
