"""Each kind of leak, made by the stand-in, is found, named and told from the others."""

import json
import re
import subprocess

import pytest

from runs import STANDIN_GOROUTINELEAK, beside_others

pytestmark = pytest.mark.usefixtures("standin_is_built")

# Short rests: what the stand-in leaks is there at once. A sample of the drain is taken after 5 s.
FAST = "{idle_for: 2s, drain: 5s, iterations_per_sample: 1}"
# The first timers of the backlog must outlast the loop, or its growth stops there by itself.
BACKLOG_SECONDS = 30
BACKLOG = "{idle_for: 2s, drain: 45s, iterations_per_sample: 1}"


def run(place, scenario, leak, *words, measure=FAST, confirm=False):
    """One run alone, for speed, unless it is to be confirmed and located."""
    place.fast(scenario, measure)
    alone = [] if confirm else ["--no-confirm"]
    shown = place.run(scenario, "--target", "standin", "--program", place.standin(leak), *alone,
                      *words)
    return shown, place.result()["scenarios"][0]


def failing(stored):
    return [finding for finding in stored["findings"] if finding["fails"]]


def of_gauge(findings, gauge):
    return [finding for finding in findings if finding.get("gauge") == gauge]


@beside_others
def test_nothing_leaks(place):
    shown, stored = run(place, "tab-cycle", "",
                        measure="{idle_for: 2s, drain: 5s, iterations_per_sample: 2}")
    assert shown.status == 0, shown
    assert stored["verdict"] == "pass"
    assert failing(stored) == []
    assert stored["would_have_caught"]["fd"] < 0.2
    assert "would have caught" in shown.output
    place.nothing_left()


@beside_others
@pytest.mark.parametrize("scenario, leak, gauge, holder", [
    ("external-editor", "fd", "fd", "anon_inode:[eventpoll]"),
    ("tab-cycle", "goroutine", "goroutine", "main.leakGoroutine"),
])
def test_one_per_iteration(place, scenario, leak, gauge, holder):
    shown, stored = run(place, scenario, leak)
    assert shown.status == 1, shown
    assert stored["verdict"] == "leak"
    [finding] = of_gauge(failing(stored), gauge)
    assert finding["kind"] == "growth"
    assert holder in finding["holder"]
    assert finding["per_iteration"] == pytest.approx(1, abs=0.02)
    assert finding["to"] - finding["from"] == finding["iterations"]
    # What a goroutine allocates comes with it; what has nothing to do with the leak is not named.
    assert all(holder in finding["holder"] for finding in failing(stored))
    assert holder in re.sub(r"\s+", " ", shown.output)
    place.nothing_left()


@beside_others
def test_a_leak_is_confirmed_and_located(place):
    """A second loop added as much again, and another process is sampled after every step."""
    shown, stored = run(place, "external-editor", "fd", confirm=True)
    assert shown.status == 1, shown
    assert [attempt["attempt"] for attempt in stored["attempts"]] == ["screening", "locate"]
    [finding] = of_gauge(failing(stored), "fd")
    assert finding["repeats"]
    [at] = finding["grows_at"]
    assert at["step"] == 'press "E"'
    file, line, _ = at["where"].split(":")
    step = (place.root / file).read_text(encoding="utf-8").splitlines()[int(line) - 1]
    assert step.strip() == "- press: E"
    assert finding["exact_per_iteration"] == 1
    assert "seen in two loops" in re.sub(r"\s+", " ", shown.output)
    assert "grows at  press" in shown.output
    for directory in (place.report / "external-editor", place.report / "external-editor/locate"):
        assert {"heap-first.pb.gz", "heap-last.pb.gz", "goroutine-first.pb.gz",
                "goroutine-last.pb.gz", "goroutines.txt"} <= {
                    path.name for path in directory.iterdir()}
    place.nothing_left()

    again = place("report", "--from", place.report, "--json")
    assert json.loads(again.output) == place.result(), "the journals alone say the same"


# Of the events "tab" and "palette" an iteration has one each.
BOTH = """\
version: 1
title: The palette, between two tabs
target: standin
world: {{env: {{STANDIN_LEAK: "{leak}"}}}}
iteration:
  - press: "2"
  - wait: {{text: Select a file to preview}}
  - press: "?"
  - wait: {{text: Search commands}}
  - press: Escape
  - wait: {{gone: Search commands}}
  - press: "1"
  - wait: {{text: Recent Commits}}
measure: {{idle_for: 2s, drain: {drain}, iterations_per_sample: 1}}
"""


def located(place, leak, drain="5s"):
    place.scenario("both", BOTH.format(leak=leak, drain=drain))
    shown = place.run("both", "--program", place.program(), "--no-baselines")
    [stored] = place.result()["scenarios"]
    assert (shown.status, stored["verdict"]) == (1, "leak"), shown
    [finding] = of_gauge(failing(stored), "goroutine")
    place.nothing_left()
    return [(at["step"], at["per_iteration"]) for at in finding["grows_at"]]


@beside_others
def test_two_steps_that_each_leak_are_both_named(place):
    assert sorted(located(place, "goroutine@tab,goroutine@palette")) == [
        ('press "1"', 1), ('press "?"', 1)]


# The timers of the tab outlast each rest.
@beside_others
def test_what_comes_and_goes_at_another_step_is_not_named(place):
    assert located(place, "goroutine@palette,backlog@tab:15", drain="20s") == [('press "?"', 1)]


@beside_others
def test_what_the_budget_has_no_time_for_is_left_out(place):
    shown, stored = run(place, "tab-cycle", "heap:1024", "--budget", "1s", confirm=True)
    assert shown.status == 1, shown
    assert [attempt["attempt"] for attempt in stored["attempts"]] == ["screening", "again"]
    assert stored["left_out"] == ["the locating run"]
    assert "(--budget): the locating run" in re.sub(r"\s+", " ", shown.output)
    assert json.loads(place("report", "--from", place.report, "--json").output) == place.result()


@beside_others
def test_a_kibibyte_per_iteration(place):
    shown, stored = run(place, "tab-cycle", "heap:1024")
    assert shown.status == 1, shown
    [finding] = of_gauge(failing(stored), "heap_stack")
    assert finding["kind"] == "growth"
    assert finding["holder"].startswith("main.leakHeap")
    assert finding["bytes_per_iteration"] == pytest.approx(1024, rel=0.25)
    assert {finding["gauge"] for finding in failing(stored)} <= {"heap_stack", "heap_alloc"}
    assert "main.leakHeap" in shown.output
    place.nothing_left()


@beside_others
def test_a_backlog_is_no_leak(place):
    shown, stored = run(place, "tab-cycle", f"backlog:{BACKLOG_SECONDS}", measure=BACKLOG)
    assert shown.status == 0, shown
    assert stored["verdict"] == "pass"
    assert failing(stored) == []
    [finding] = [finding for finding in stored["findings"]
                 if finding["kind"] == "backlog" and finding["gauge"] == "goroutine"]
    assert finding["per_iteration"] == pytest.approx(3, abs=0.1)
    assert 0 < finding["drained_after"] <= 45
    assert "backlog" in shown.output
    place.nothing_left()


@beside_others
def test_what_the_runtime_itself_finds_leaked(place):
    """One on a channel that nothing reaches; those of the backlog wait for timers that will come."""
    place.fast("tab-cycle", FAST)
    program = place.standin("goroutine,backlog:300", binary=STANDIN_GOROUTINELEAK)
    shown = place.run("tab-cycle", "--target", "standin", "--program", program, "--no-confirm")
    [stored] = place.result()["scenarios"]
    assert shown.status == 1, shown
    assert stored["goroutineleak"] == "served"
    [found] = of_gauge(stored["findings"], "goroutine_leak")
    assert found["holder"] == found["companion_of"] == "main.leakGoroutine.func"
    assert found["to"] >= 46
    assert any("leakBacklog" in finding["holder"] or "Tick" in finding["holder"]
               for finding in of_gauge(failing(stored), "goroutine")), "there, and not found leaked"
    looks = [record for record in place.journal("tab-cycle")
             if record["record"] == "sample" and record["phase"] == "quit"]
    assert [look["gauges"]["goroutine_leak"] for look in looks] == [found["to"]] * 2
    place.nothing_left()


LITTER = """\
version: 1
title: What is left in the world
target: standin
needs: [tmux]
iteration:
  - press: "2"
  - wait: {text: Select a file to preview}
  - run: mkdir -p state/made && touch state/made/${i} && tmux new-session -d -s shell-${i} "sleep 600"
  - press: "1"
  - wait: {text: [Git main, Recent Commits]}
measure: {idle_for: 2s, drain: 0s, warmup: 1, samples: 21, iterations_per_sample: 1}
"""


@beside_others
def test_files_and_sessions_that_become_more(place):
    place.scenario("litter", LITTER)
    shown = place.run("litter", "--target", "standin", "--program", place.standin(),
                      "--no-confirm")
    [stored] = place.result()["scenarios"]
    assert shown.status == 1, shown
    assert stored["goroutineleak"] == "not served by this runtime"
    [files] = of_gauge(failing(stored), "state_file")
    assert (files["kind"], files["holder"]) == ("growth", "${world}/state/made")
    assert files["per_iteration"] == pytest.approx(1, abs=0.02)
    [sessions] = of_gauge(failing(stored), "session")
    assert sessions["holder"] == "shell-N"
    assert stored["files_left"]["count"] >= 20
    assert "${world}/state/made/21" in stored["files_left"]["names"]
    assert stored["sessions_left"]["count"] == 21
    assert stored["tools"]["tmux"]["per_iteration"] == pytest.approx(1, abs=0.1)
    assert "left in the world: 21 tmux sessions" in re.sub(r"\s+", " ", shown.output)
    place.nothing_left()


@beside_others
def test_processes_that_outlive_the_target(place):
    shown, stored = run(place, "tab-cycle", "child")
    assert shown.status == 1, shown
    assert stored["verdict"] == "leak"
    [growth] = of_gauge(failing(stored), "child")
    assert growth["holder"] == "standin"
    assert growth["per_iteration"] == pytest.approx(1, abs=0.02)
    left = [finding for finding in failing(stored) if finding["kind"] == "left_behind"]
    assert left and all("standin" in finding["holder"] for finding in left)
    assert stored["killed"]
    place.nothing_left()


@beside_others
def test_zombies(place):
    shown, stored = run(place, "tab-cycle", "zombie")
    assert shown.status == 1, shown
    [finding] = failing(stored)
    assert (finding["gauge"], finding["holder"]) == ("zombie", "standin")
    assert finding["per_iteration"] == pytest.approx(1, abs=0.02)
    place.nothing_left()


@beside_others
def test_a_crash(place):
    shown, stored = run(place, "tab-cycle", "crash:3")
    assert shown.status == 5, shown
    assert stored["verdict"] == "failed"
    failure = stored["failure"]
    assert failure["class"] == "target"
    assert "exit status 2" in failure["text"]
    file, line, _ = failure["where"].split(":")
    step = (place.root / file).read_text(encoding="utf-8").splitlines()[int(line) - 1]
    assert re.match(r"  - (press|wait):", step)
    assert failure["where"] in shown.output
    assert "Sidecar" in shown.output, "the last screen"
    assert "panic: standin crashes as STANDIN_LEAK asks" in shown.output
    assert "main.crash.func1" in shown.output
    # A failed run keeps its world, and says where.
    place.await_none()
    assert place.worlds() == stored["worlds"]


@beside_others
def test_growth_that_an_expired_exception_covered_is_drained(place):
    """The worker knows the day: what the judge will judge gets its rest as well."""
    place.fast("external-editor", FAST)
    [listed] = json.loads(place("list", "external-editor", "--target", "standin",
                                "--json").output)["scenarios"]
    exception = {"gauge": "fd", "holder": "anon_inode:[eventpoll]", "allowed": 1,
                 "reason": "known", "expires": "2001-01-01"}
    place.write("baselines/standin/external-editor.json", json.dumps(
        {"version": 1, "plan": listed["plan_hash"], "go": "", "platform": "", "gauges": {},
         "exceptions": [exception]}))
    shown, stored = run(place, "external-editor", "fd")
    assert shown.status == 1, shown
    assert {finding["kind"] for finding in failing(stored)} == {"growth", "exception_expired"}
    [growth] = [finding for finding in failing(stored) if finding["kind"] == "growth"]
    assert "all of it is still there" in growth["text"]
    phases = [record["phase"] for record in place.journal("external-editor")
              if record["record"] == "sample"]
    assert "drain" in phases
    place.nothing_left()


@beside_others
def test_another_revisions_baseline_judges_and_both_get_their_rest(place):
    """By the revision's file the growth is allowed; the working tree's no longer allows it."""
    place.fast("external-editor", FAST)
    [listed] = json.loads(place("list", "external-editor", "--target", "standin",
                                "--json").output)["scenarios"]
    exception = {"gauge": "fd", "holder": "anon_inode:[eventpoll]", "allowed": 1,
                 "reason": "known"}
    stored = {"version": 1, "plan": listed["plan_hash"], "go": "", "platform": "", "gauges": {}}

    def put(exceptions):
        place.write("baselines/standin/external-editor.json",
                    json.dumps({**stored, "exceptions": exceptions}))

    put([exception])
    for words in (["init", "--quiet"], ["add", "baselines"], ["commit", "--quiet", "-m", "x"]):
        subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x@y", *words],
                       cwd=place.root, env=place.environment, check=True)
    put([])
    shown, stored = run(place, "external-editor", "fd", "--baseline-ref", "HEAD")
    assert shown.status == 0, shown
    assert stored["verdict"] == "pass"
    assert stored["baseline_revision"]["verdict_here"] == "leak"
    assert [finding["kind"] for finding in stored["findings"]
            if finding.get("holder") == exception["holder"]] == ["allowed"]
    assert "by the baseline in the working tree: leak" in shown.output
    assert "drain" in {record["phase"] for record in place.journal("external-editor")
                       if record["record"] == "sample"}
    place.await_none()
    assert place.worlds() == []


@pytest.mark.alone
@beside_others
def test_a_core_that_is_burned_at_rest(place):
    """The rate at rest is judged by a baseline: what rest costs differs from program to program."""
    clean, _ = run(place, "tab-cycle", "")
    assert clean.status == 0, clean
    accepted = place("accept", "tab-cycle", "--from", place.report)
    assert accepted.status == 0, accepted
    assert (place.root / "baselines/standin/tab-cycle.json").exists()

    again, _ = run(place, "tab-cycle", "", "--require-baseline")
    assert again.status == 0, again

    shown, stored = run(place, "tab-cycle", "spin", "--require-baseline")
    assert shown.status == 1, shown
    [finding] = failing(stored)
    assert finding["gauge"] == "cpu"
    assert finding["kind"] == "level"
    assert stored["levels"]["cpu"] > 0.3, "cores are shared with whatever else runs"
    place.nothing_left()
