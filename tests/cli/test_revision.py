"""leakgate run --baseline-ref: the baselines of another git revision judge."""

import json
import subprocess

import journals
import pytest

HOLDER = "anon_inode:[eventpoll]"
SCENARIO = """\
version: 1
title: A scenario
target: sidecar
{more}iteration:
  - press: "1"
  - wait: {{text: Git main}}
"""
LINE = "quarantine: {reason: it crashes, until: 2999-12-31}\n"


def baseline(plan="0123456789abcdef", exceptions=(), gauges=None):
    return {"version": 1, "plan": plan, "go": "go1.26.8", "platform": "linux/amd64",
            "exceptions": list(exceptions), "gauges": gauges or {}}


def exception(**changes):
    return {"gauge": "fd", "holder": HOLDER, "allowed": 1, "reason": "known", **changes}


class Repository:
    """A git repository with a scenario; its program ends at once."""

    def __init__(self, leakgate, source):
        self.leakgate = leakgate
        self.root = leakgate.directory
        scenarios = self.root / "scenarios"
        scenarios.mkdir()
        (scenarios / "targets").symlink_to(f"{source}/scenarios/targets")
        self.path = self.root / "baselines" / "sidecar" / "s.json"
        self.write()
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit()

    def git(self, *words):
        subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x@y", *words], cwd=self.root,
                       check=True, env={**self.leakgate.environment, "GIT_CONFIG_NOSYSTEM": "1"})

    def commit(self):
        self.git("add", "scenarios/s.yaml")
        if self.path.parent.exists():
            self.git("add", "--all", "baselines")
        self.git("commit", "--quiet", "--allow-empty", "-m", "x")

    def write(self, more=""):
        (self.root / "scenarios" / "s.yaml").write_text(SCENARIO.format(more=more))

    def put(self, **changes):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(baseline(**{"plan": self.plan(), **changes})))

    def plan(self):
        return json.loads(self.leakgate("list", "--json").stdout)["scenarios"][0]["plan_hash"]

    def run(self, revision, *options, **environment):
        return self.leakgate("run", "--program", "/bin/true", "--baseline-ref", revision, *options,
                             **environment)

    def header(self):
        with open(self.root / "leakgate-report" / "s" / "journal.jsonl", encoding="utf-8") as lines:
            return json.loads(next(lines))


@pytest.fixture
def repository(leakgate, source):
    return Repository(leakgate, source)


def test_the_revisions_file_judges_and_both_are_in_the_journal(repository):
    repository.put(exceptions=[exception()])
    repository.commit()
    repository.put(exceptions=[exception(allowed=5)])
    shown = repository.run("main")
    assert shown.returncode == 5, shown.stderr
    header = repository.header()
    assert header["baseline"]["exceptions"] == [exception()]
    assert header["baseline_here"]["exceptions"] == [exception(allowed=5)]
    assert header["baseline_revision"] == "main"
    assert len(header["baseline_commit"]) == 40
    assert " · baselines/ of main · " in shown.stdout.splitlines()[0]
    assert "--baseline-ref main" in shown.stdout


def test_without_it_the_working_tree_judges(repository):
    repository.put(exceptions=[exception()])
    repository.commit()
    repository.put()
    repository.leakgate("run", "--program", "/bin/true")
    header = repository.header()
    assert header["baseline"]["exceptions"] == []
    assert "baseline_revision" not in header and "baseline_here" not in header


def test_a_file_that_the_revision_lacks_is_no_baseline(repository):
    repository.put(exceptions=[exception()])
    assert repository.run("HEAD", "--require-baseline").returncode == 5
    assert repository.header()["baseline"] is None
    assert repository.header()["baseline_here"]["exceptions"] == [exception()]


def test_a_file_that_the_working_tree_lacks(repository):
    repository.put(exceptions=[exception()])
    repository.commit()
    repository.path.unlink()
    repository.path.parent.rmdir()
    repository.path.parent.parent.rmdir()
    assert repository.run("HEAD").returncode == 5
    assert repository.header()["baseline"]["exceptions"] == [exception()]
    assert repository.header()["baseline_here"] is None


def test_a_changed_scenario_brings_its_baseline_and_is_judged_by_the_old_one(repository):
    repository.put(exceptions=[exception()])
    repository.commit()
    repository.write("tags: [x]\nmeasure: {samples: 30}\n")
    assert repository.run("main").returncode == 2  # the working tree's does not fit
    repository.put()
    assert repository.run("main").returncode == 5
    assert repository.header()["baseline"]["plan"] != repository.header()["plan_hash"]
    assert repository.header()["baseline_here"]["plan"] == repository.header()["plan_hash"]


@pytest.mark.parametrize("revision, message", [
    ("no-such-branch", "there is no such revision here"),
    ("--output=/tmp/x", "no revision begins with a dash"),
    ("HEAD:scenarios/s.yaml", "there is no such revision here"),
    ("HEAD..HEAD", "there is no such revision here"),
    ("^HEAD", "there is no such revision here"),
    ("$(touch x); x", "there is no such revision here"),
])
def test_a_revision_that_is_none(repository, revision, message):
    shown = repository.leakgate("run", "--program", "/bin/true", f"--baseline-ref={revision}")
    assert shown.returncode == 2
    assert message in shown.stderr
    assert len(shown.stderr.splitlines()) == 1
    assert not (repository.root / "x").exists()
    assert not (repository.root / "leakgate-report").exists()


def test_no_repository(leakgate, source):
    scenarios = leakgate.directory / "scenarios"
    scenarios.mkdir()
    (scenarios / "targets").symlink_to(f"{source}/scenarios/targets")
    (scenarios / "s.yaml").write_text(SCENARIO.format(more=""))
    shown = leakgate("run", "--program", "/bin/true", "--baseline-ref", "main",
                     GIT_CEILING_DIRECTORIES=str(leakgate.directory.parent))
    assert shown.returncode == 2
    assert "not a git repository" in shown.stderr
    assert len(shown.stderr.splitlines()) == 1


def test_a_link_in_the_revision_is_no_file(repository):
    repository.path.parent.mkdir(parents=True)
    repository.path.symlink_to("/etc/passwd")
    repository.commit()
    repository.path.unlink()
    shown = repository.run("main")
    assert shown.returncode == 2
    assert "baselines/sidecar/s.json of main is not a plain file" in shown.stderr


def test_a_broken_file_in_the_revision_is_named(repository):
    repository.put()
    repository.path.write_text("{\n")
    repository.commit()
    repository.put()
    shown = repository.run("main")
    assert shown.returncode == 2
    assert "main:baselines/sidecar/s.json:2:" in shown.stderr


def test_a_hook_s_variables_do_not_mislead(repository):
    repository.put(exceptions=[exception()])
    repository.commit()
    shown = repository.run("main", GIT_DIR="/nonexistent", GIT_WORK_TREE="/", GIT_INDEX_FILE="/x")
    assert shown.returncode == 5, shown.stderr
    assert repository.header()["baseline"]["exceptions"] == [exception()]


def test_it_excludes_no_baselines(repository):
    shown = repository.run("main", "--no-baselines")
    assert shown.returncode == 2
    assert "cannot be used together" in shown.stderr


def test_a_change_cannot_put_itself_in_quarantine(repository):
    repository.write(LINE)
    shown = repository.run("main")
    assert shown.returncode == 5
    assert "a quarantine until 2999-12-31 in the working tree counts once main has it" in shown.stdout
    repository.commit()
    assert repository.run("main").returncode == 0
    repository.write(LINE.replace("2999", "3999"))  # no longer than main says
    shown = repository.run("main")
    assert shown.returncode == 0
    assert "quarantined until 2999-12-31" in shown.stdout
    assert "a quarantine until 3999-12-31 in the working tree counts once main has it" in shown.stdout
    repository.write(LINE.replace("2999", "2998"))
    assert repository.run("main").returncode == 0
    repository.write()  # and one that is lifted is lifted
    assert repository.run("main").returncode == 5


def test_nor_while_it_is_only_played(repository):
    repository.write(LINE)
    assert repository.run("main", "--iterations", "1").returncode == 5
    repository.commit()
    assert repository.run("main", "--iterations", "1").returncode == 0


def judged(leakgate, journal, of_revision, here):
    journal.records[0].update(baseline=of_revision, baseline_here=here,
                              baseline_revision="origin/main", baseline_commit="a" * 40)
    journal.write(leakgate.directory / "leakgate-report")
    [scenario] = json.loads(leakgate("report", "--json").stdout)["scenarios"]
    return leakgate("report", "-v").stdout, scenario


def test_the_report_shows_both(leakgate):
    shown, scenario = judged(leakgate, journals.leaking("s"), baseline(),
                             baseline(exceptions=[exception()]))
    assert scenario["verdict"] == "leak"
    assert scenario["baseline_revision"] == {
        "name": "origin/main", "commit": "a" * 40, "baseline_here": True, "verdict_here": "pass",
        "differences": [f"+ exception fd {HOLDER}: 1.00 per iteration: known"],
        "weaker": [f"exception fd {HOLDER}: none -> 1.00 per iteration: known"]}
    assert "judged by the baseline of origin/main (aaaaaaaaaaaa); the working tree has another" in shown
    assert f"changes   + exception fd {HOLDER}: 1.00 per iteration: known" in shown
    assert "by the baseline in the working tree: pass\n" in shown
    assert "If this is meant" not in shown  # it stands in the working tree's file already


def test_a_stricter_file_here_is_shown_as_well(leakgate):
    shown, scenario = judged(leakgate, journals.leaking("s"), baseline(exceptions=[exception()]),
                             baseline())
    assert scenario["verdict"] == "pass"
    assert f"- exception fd {HOLDER}" in shown
    assert "by the baseline in the working tree: leak\n" in shown
    assert "If this is meant: leakgate accept s" in shown


def test_equal_files_are_no_news(leakgate):
    shown, scenario = judged(leakgate, journals.clean("s"), baseline(), baseline())
    assert "judged by" not in shown
    assert scenario["baseline_revision"]["differences"] == []


def test_of_another_plan_the_allowances_judge_and_the_levels_do_not(leakgate):
    old = baseline(plan="fedcba9876543210", exceptions=[exception()],
                   gauges={"fd": {"allowed": 0, "level": 1}})
    shown, scenario = judged(leakgate, journals.leaking("s"), old, baseline())
    assert scenario["verdict"] == "pass"
    assert "not compared: levels at rest: the baseline was made for another plan" in shown
    assert "changes   - exception" in shown or "changes   plan fedcba9876543210 -> 0123" in shown
    assert "To record levels" not in shown


def test_another_go_version_compares_no_memory_and_says_what_to_do(leakgate):
    stored = baseline(gauges={"heap_alloc": {"allowed": 0, "level": 1000000}, "fd": {"level": 4}})
    stored["go"] = "go1.25.1"
    journal = journals.Journal("s")
    for i in range(6):
        journal.sample("idle", 6, 10 + i, {"pipe": 4}, heap_alloc=5000000)
    for i in range(21):
        journal.sample("loop", 8 + 2 * i, 20 + i, {"pipe": 4}, heap_alloc=5000000)
    journal.end().records[0]["baseline"] = stored
    journal.write(leakgate.directory / "leakgate-report")
    shown = leakgate("report", "-v").stdout
    assert ("not compared heap_alloc: its level: the baseline was made with go1.25.1 linux/amd64, "
            "this is go1.26.8 linux/amd64") in " ".join(shown.split())
    assert "To record levels that can be compared: leakgate accept s --from leakgate-report\n" in shown


def test_by_the_file_here_all_runs_count_as_well(leakgate):
    """The screening alone leaks by either file; two fresh processes do not."""
    report = leakgate.directory / "leakgate-report"
    for attempt, make in [(None, journals.leaking), ("again", journals.clean),
                          ("third", journals.clean)]:
        journal = make("s")
        journal.records[0].update(baseline=baseline(), baseline_revision="main",
                                  baseline_commit="a" * 40,
                                  baseline_here=baseline(gauges={"fd": {"level": 4}}))
        journal.write(report, attempt)
    [scenario] = json.loads(leakgate("report", "--json").stdout)["scenarios"]
    assert scenario["verdict"] == "pass"
    assert scenario["baseline_revision"]["verdict_here"] == "pass"


# --- Exceptions that a change brings, and that somebody has approved ---

APPROVABLE = {"expires": "2999-12-31"}
NEW = f"exception fd {HOLDER}: none -> 1.00 per iteration until 2999-12-31: known"


def test_new_exceptions_count_when_they_are_allowed(repository):
    repository.put(gauges={"fd": {"allowed": 0, "level": 10}})
    repository.commit()
    repository.put(exceptions=[exception(**APPROVABLE)],
                   gauges={"fd": {"allowed": 0, "level": 99}})
    assert repository.run("main").returncode == 5
    assert repository.header()["baseline"]["exceptions"] == []
    assert "approved" not in repository.header()
    shown = repository.run("main", "--allow-new-exceptions")
    assert shown.returncode == 5, shown.stderr
    header = repository.header()
    assert header["baseline"]["exceptions"] == [exception(**APPROVABLE)]
    assert header["baseline"]["gauges"]["fd"]["level"] == 10, "exceptions and nothing else"
    assert header["approved"] == [NEW]
    assert "--baseline-ref main --allow-new-exceptions" in shown.stdout


def test_it_is_for_another_revisions_baselines(repository):
    shown = repository.leakgate("run", "--program", "/bin/true", "--allow-new-exceptions")
    assert shown.returncode == 2 and "--allow-new-exceptions is for --baseline-ref" in shown.stderr


def test_the_report_says_which_counted_and_how(leakgate):
    journal = journals.leaking("s")
    journal.records[0]["approved"] = [NEW]
    both = baseline(exceptions=[exception(**APPROVABLE)])
    shown, scenario = judged(leakgate, journal, both, both)
    assert scenario["verdict"] == "pass"
    assert scenario["baseline_revision"]["approved"] == [NEW]
    counted = f"{NEW}; it counts (--allow-new-exceptions)"
    assert scenario["baseline_revision"]["weaker"] == [counted]
    assert f"weaker {counted}" in " ".join(shown.split())
    quiet = leakgate("report").stdout
    assert "the baseline of s is weaker" in quiet and "accepted: fd anon_inode" in quiet
    for name in ("markdown", "junit", "annotations", "html"):
        made = leakgate("report", "--format", name).stdout
        assert "it counts (" in made or "it counts &#40;" in made, name


COVERS = {
    "covered": ([exception(**APPROVABLE)], {}, 1),
    "for ever": ([exception()], {}, 0),
    "another": ([exception(holder="pipe", **APPROVABLE)], {}, 0),
    "too little": ([exception(allowed=0.5, **APPROVABLE)], {}, 0),
    "over": ([exception(expires="2020-01-01")], {}, 0),
    "by the gauge": ([], {"fd": {"allowed": 1, "reason": "r", **APPROVABLE}}, 0),
    "two": ([exception(**APPROVABLE), exception(gauge="child", holder="x", **APPROVABLE)], {}, 2),
}


@pytest.mark.parametrize("covers", COVERS)
def test_what_would_make_it_green_is_said_only_where_it_would(leakgate, covers):
    exceptions, gauges, count = COVERS[covers]
    shown, scenario = judged(leakgate, journals.leaking("s"), baseline(),
                             baseline(exceptions=exceptions, gauges=gauges))
    assert scenario["verdict"] == "leak"
    assert scenario["baseline_revision"].get("covering", 0) == count
    text = {0: None, 1: "1 exception in the working tree covers s, and counts once the change is "
                        "approved (--allow-new-exceptions)",
            2: "2 exceptions in the working tree cover s, and count once the change is approved "
               "(--allow-new-exceptions)"}[count]
    for name in ("text", "markdown", "junit", "annotations", "html"):
        made = leakgate("report", "--format", name).stdout
        assert ("once the change is approved" in made) == (count > 0), name
    assert text is None or f"\n{text}\n" in shown


def test_all_that_leaks_has_to_be_covered(leakgate):
    """There is another leak."""
    def fds(i):
        return {"pipe": 3, HOLDER: 2 + i, "/dev/null": 1 + i}
    for attempt in (None, "again"):
        journal = journals.Journal("s").measured(fds, drained=fds(42)).end()
        journal.records[0].update(baseline=baseline(), baseline_revision="main",
                                  baseline_here=baseline(exceptions=[exception(**APPROVABLE)]),
                                  baseline_commit="a" * 40)
        journal.write(leakgate.directory / "leakgate-report", attempt)
    assert "once the change is approved" not in leakgate("report").stdout
