"""The action on an imitation of the runner, with a leakgate that is played: what each end of a run
comes to, and what a person gets to read."""

import json
import re
import subprocess

import pytest
import yaml
from job import SOURCE
from runner import read_outputs

# Verdicts of the scenarios, exit status -> the action's conclusion.
ENDS = {
    "pass": (["pass", "skipped"], 0, "pass"),
    "leak": (["pass", "leak", "invalid"], 1, "leak"),
    "inconclusive": (["inconclusive"], 4, "inconclusive"),
    "invalid": (["inconclusive", "invalid"], 4, "invalid"),
    "failed": (["failed", "leak"], 5, "failed"),
    "nothing-judged": (["skipped"], 3, "error"),
    "usage": (None, 2, "error"),
    "own-fault": (["pass"], 70, "error"),
    "killed": (None, 137, "error"),
}


@pytest.mark.parametrize("end", ENDS)
def test_conclusions(job, end):
    verdicts, status, conclusion = ENDS[end]
    shown = job.fake(verdicts=verdicts, status=status, text="the verdict\n")
    assert shown.conclusion == conclusion, shown
    assert shown.status == ("success" if status == 0 else "failure")
    assert shown.outputs["exit-status"] == str(status)
    counts = {name: shown.outputs[name]
              for name in ("passed", "leaks", "inconclusive", "invalid", "failed", "skipped")}
    words = ("pass", "leak", "inconclusive", "invalid", "failed", "skipped")
    assert list(counts.values()) == ["" if verdicts is None else str(verdicts.count(word))
                                     for word in words]
    assert "the verdict" in shown.log.lines
    assert f"leakgate: {conclusion}" in shown.summary
    errors = shown.log.of("error")
    assert len(errors) == (0 if conclusion == "pass" else 1), "a red run says so once"


def test_invalid_ones_in_quarantine_do_not_decide(job):
    more = {"quarantine": {"state": "holds"}}
    shown = job.fake(verdicts=["invalid"], status=4, more=more)
    assert shown.conclusion == "inconclusive"
    assert job.fake(verdicts=["invalid"], status=4,
                    more={"quarantine": {"state": "ended"}}).conclusion == "invalid"


def test_the_reports_own_summary_and_annotations(job):
    annotation = "::error file=scenarios/a.yaml,line=3,title=leak::fd grows%0Aby 1"
    shown = job.fake(verdicts=["leak"], status=1, markdown="# One leak\n",
                     annotations=f"{annotation}\n")
    assert shown.summary.startswith("# One leak\n")
    assert "artifact **leakgate-report**" in shown.summary
    assert "gh run download 4711 --name leakgate-report --dir leakgate-report" in shown.summary
    assert shown.log.commands == [
        ("error", "file=scenarios/a.yaml,line=3,title=leak", "fd grows\nby 1")]
    assert shown.outputs["markdown"].endswith("/leakgate-report/summary.md")
    assert shown.outputs["html"] == "", "there is none"
    assert shown.outputs["artifact"] == "leakgate-report"
    kept = job.artifacts / "leakgate-report"
    assert sorted(path.name for path in kept.iterdir()) == ["result.json", "summary.md"]


def test_a_summary_over_the_limit_is_left_out_whole(job):
    shown = job.fake(verdicts=["leak"], status=1, markdown="x" * 1024, times=1000, text="1 leak\n")
    assert len(shown.summary) < 2000
    assert "leakgate: leak" in shown.summary and "    1 leak" in shown.summary


def test_what_is_not_wanted_is_left_out(job):
    shown = job.fake(verdicts=["leak"], status=1, markdown="# One leak\n",
                     annotations="::error::x\n",
                     inputs={"summary": False, "annotations": False, "artifact": ""})
    assert shown.summary == "" and shown.log.commands == []
    assert not list(job.artifacts.iterdir())
    assert shown.conclusion == "leak"


def test_the_report_of_an_earlier_run_is_not_taken_for_this_ones(job):
    assert job.fake(verdicts=["leak"], status=1).outputs["leaks"] == "1"
    shown = job.fake(status=2, text="leakgate: no such scenario: x\n")
    assert shown.conclusion == "error" and shown.outputs["leaks"] == ""
    assert shown.outputs["report"] == "" and "    leakgate: no such scenario: x" in shown.summary
    assert shown.log.of("error") == [
        "a file or an option is wrong; nothing ran: leakgate: no such scenario: x"]


def test_arguments(job):
    program = job.workspace / "bin" / "program"
    program.parent.mkdir()
    program.write_text("")
    shown = job.fake(inputs=dict(
        program="bin/program", target="t", scenarios=" a b*\nc ", tag="smoke gate",
        scenarios_dir="s", baselines="b", baseline_ref="HEAD^1", shard="2/3", jobs=2,
        fail_on="leak", require_baseline=True, require_all=True, no_baselines=True,
        arguments="--no-confirm\n--for=8h\n", report_dir="a report; $(false) `x`"))
    assert shown.status == "success", shown
    assert job.calls("run") == [[
        "--target=t", "--scenarios=s", "--tag=smoke", "--tag=gate", "--program=bin/program",
        "--baselines=b", "--baseline-ref=HEAD^1", "--shard=2/3", "--jobs=2", "--fail-on=leak",
        "--report=a report; $(false) `x`", "--require-baseline", "--require-all", "--no-baselines",
        "--no-confirm", "--for=8h", "a", "b*", "c"]]
    assert program.stat().st_mode & 0o111, "an artifact has lost that"
    assert "bin/program is not executable" in shown.log.text
    assert shown.outputs["artifact"] == "leakgate-report-2-of-3"


def test_without_inputs_leakgates_own_defaults_hold(job):
    job.fake()
    assert job.calls("run") == [["--report=leakgate-report"]]


def test_another_directory(job):
    (job.workspace / "a, b").mkdir()
    shown = job.fake(verdicts=["leak"], status=1, inputs={"working_directory": "./a, b"},
                     annotations="::error file=scenarios/s.yaml,line=1::x\n::error file=/y::z\n")
    assert shown.outputs["result"] == str(job.workspace / "a, b/leakgate-report/result.json")
    assert shown.log.commands == [("error", "file=a%2C b/scenarios/s.yaml,line=1", "x"),
                                  ("error", "file=/y", "z")]


WRONG = {
    "approved": ({"approved": "leakgate-approved"}, 'approved is true or false, not'),
    "flag": ({"require_baseline": "yes"}, 'require-baseline is true or false, not "yes"'),
    "shard": ({"shard": "2 of 3"}, 'not "2 of 3"'),
    "directory": ({"working_directory": "none"}, 'there is no directory "none"'),
    "lines": ({"program": "a\nb"}, "the input program has one line"),
    "dash": ({"scenarios": "a --program=x"}, '"--program=x" is no name'),
    "program": ({"program": "./none"}, "a step before this one has to build it"),
    "merge": ({"merge": "shards", "tag": "gate"}, "the input tag has no meaning then"),
    "hostile": ({"shard": "1\r::error::%0Aforged"}, 'not "1::error::%0Aforged"'),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_inputs(job, wrong):
    inputs, message = WRONG[wrong]
    shown = job.fake(inputs=inputs)
    assert shown.status == "failure" and shown.conclusion == "error"
    assert message in shown.log.of("error")[0], shown
    assert "leakgate was not run: see the step that failed" in shown.summary
    assert not job.calls_file.exists() or job.calls("run") == []


# --- Cancelled ---

def test_cancelled_by_sigint(job):
    shown = job.fake(wait=True, cancel_at="it runs", text="first\n")
    assert shown.conclusion == "cancelled" and shown.status == "cancelled"
    assert "ended by signal 2" in shown.log.lines
    assert shown.outputs["exit-status"] == "130"
    assert "### leakgate: cancelled" in shown.summary and "    ended by signal 2" in shown.summary


def test_cancelled_by_sigterm(job):
    shown = job.fake(wait=True, deaf=[2], cancel_at="it runs")
    assert "heard signal 2 and goes on" in shown.log.lines
    assert "ended by signal 15" in shown.log.lines
    assert shown.conclusion == "cancelled" and shown.outputs["exit-status"] == "143"


def test_killed_by_the_runner(job):
    shown = job.fake(wait=True, deaf=[2, 15], cancel_at="it runs")
    assert "heard signal 15 and goes on" in shown.log.lines
    assert shown.outputs["exit-status"] == ""
    assert shown.conclusion == "cancelled"
    assert "### leakgate: cancelled" in shown.summary


# --- Data stays data ---

HOSTILE = ("  ::error file=x::forged\n::add-mask::pass\n##[error]forged\n::stop-commands::a\n"
           "::endgroup::\n```\n</details><script>alert(1)</script>\n::set-output name=conclusion::pass\n"
           "\x1b]0;title\x07\udcff\r::warning::forged\nthe end")


def test_output_of_the_target_gives_no_command(job):
    shown = job.fake(text=HOSTILE, status=2)
    assert "::add-mask::pass" in shown.log.lines, "the log shows it"
    assert [(name, data) for name, _, data in shown.log.commands] == [
        ("error", "a file or an option is wrong; nothing ran: the end")]
    assert shown.conclusion == "error"
    block = shown.summary.partition("nothing ran\n")[2]
    assert "    ```\n    </details><script>" in block
    assert all(line.startswith("    ") for line in block.splitlines() if line), block
    assert "\x1b" not in shown.summary


def test_the_last_line_of_the_output_is_data_of_the_annotation(job):
    shown = job.fake(text="x\n::error::100%0Ax\x1b[1m\n", status=2)
    assert shown.log.of("error") == ["a file or an option is wrong; nothing ran: ::error::100%0Ax[1m"]


def test_values_cannot_end_their_output(job):
    output = job.file("output")
    for _ in range(2):
        subprocess.run(["bash", "-c", '. ci/action-lib.sh; set_output name "$1"; set_output b 2', "-",
                        "a\nEOF\nb=1"], cwd=SOURCE, check=True,
                       env={**job.environment, "GITHUB_OUTPUT": str(output)})
    text = output.read_text()
    assert read_outputs(text) == {"name": "a\nEOF\nb=1", "b": "2"}
    words = re.findall("<<(.*)", text)
    assert len(set(words)) == 4 and min(map(len, words)) >= 32, "each is another one"


def test_a_name_that_looks_like_a_delimiter(job):
    shown = job.fake(verdicts=["pass"], inputs={"report_dir": "EOF<<x"})
    assert shown.conclusion == "pass"
    assert shown.outputs["report"] == str(job.workspace / "EOF<<x")


def test_the_word_that_turns_commands_on_is_in_no_environment(job):
    shown = job.fake(text="", verdicts=["pass"])
    begun = [line for line in shown.log.lines if line.startswith("::stop-commands::")]
    assert len(begun) == 1 and len(begun[0].removeprefix("::stop-commands::")) == 32


# --- A fork's pull request ---

def test_it_knows_no_token():
    text = (SOURCE / "ci" / "action.yml").read_text().replace("github.action_repository", "")
    for word in ("token", "secrets", "github."):
        assert word not in "\n".join(line for line in text.splitlines() if not line.startswith("#")), \
            word
    for script in SOURCE.glob("ci/action-*"):
        assert "GITHUB_TOKEN" not in script.read_text()


def test_no_expression_in_a_script():
    action = yaml.safe_load((SOURCE / "ci" / "action.yml").read_text())
    for step in action["runs"]["steps"]:
        assert "${{" not in step.get("run", "")


# --- Shards ---

def shard(job, index, of, name=None):
    directory = job.workspace / "shards" / (name or f"leakgate-report-{index}-of-{of}")
    directory.mkdir(parents=True)
    (directory / "result.json").write_text(json.dumps(
        {"version": 1, "scenarios": [], "shard": {"index": index, "of": of, "suite": []}}))


def test_merge(job):
    shard(job, 1, 2)
    shard(job, 2, 2)
    shown = job.fake(verdicts=["pass", "leak"], status=1, inputs={"merge": "shards",
                                                                  "fail_on": "leak"})
    assert job.calls("merge") == [["shards/leakgate-report-1-of-2", "shards/leakgate-report-2-of-2",
                                   "--report=leakgate-report", "--fail-on=leak"]]
    assert shown.conclusion == "leak" and shown.outputs["leaks"] == "1"


def test_a_missing_shard(job):
    shard(job, 1, 3)
    shard(job, 3, 3)
    shown = job.fake(status=2, text="leakgate: shard 2 of 3 is missing\n", inputs={"merge": "shards"})
    assert shown.status == "failure" and shown.conclusion == "missing-shard"
    assert shown.log.of("error") == ["no report came from shard 2: leakgate: shard 2 of 3 is missing"]
    assert "### leakgate: missing-shard\n\nno report came from shard 2\n" in shown.summary


def test_a_missing_shard_is_told_before_what_the_others_found(job):
    shard(job, 2, 2)
    shown = job.fake(status=2, verdicts=["leak"], markdown="# One leak\n",
                     annotations="::error::fd grows\n", inputs={"merge": "shards"})
    assert shown.conclusion == "missing-shard" and shown.outputs["leaks"] == "1"
    assert shown.log.of("error") == ["no report came from shard 1", "fd grows"]
    assert shown.summary.startswith(
        "### leakgate: missing-shard\n\nno report came from shard 1\n\n# One leak\n")


def test_what_the_report_says_of_itself_is_not_said_twice(job):
    shown = job.fake(status=130, verdicts=["pass"],
                     annotations="::error title=leakgate::stopped by signal 2\n")
    assert shown.conclusion == "cancelled" and shown.log.of("error") == ["stopped by signal 2"]


def test_a_doubled_shard_is_an_error(job):
    shard(job, 1, 2)
    shard(job, 2, 2)
    shard(job, 2, 2, name="again")
    assert job.fake(status=2, inputs={"merge": "shards"}).conclusion == "error"


def test_no_shard_at_all(job):
    """download-artifact makes no directory when it finds nothing."""
    shown = job.fake(inputs={"merge": "shards"})
    assert shown.status == "failure" and shown.conclusion == "missing-shard"
    assert 'no report of a shard is in "shards"' in shown.log.of("error")[0]


def test_an_artifact_that_is_alone_has_no_directory(job):
    (job.workspace / "shards").mkdir()
    (job.workspace / "shards" / "result.json").write_text(
        json.dumps({"scenarios": [], "shard": {"index": 2, "of": 2}}))
    shown = job.fake(status=2, inputs={"merge": "shards"})
    assert job.calls("merge") == [["shards", "--report=leakgate-report"]]
    assert shown.conclusion == "missing-shard"
    assert "no report came from shard 1" in shown.log.of("error")[0]


# --- Against the main branch's report ---

@pytest.mark.parametrize("place", ["main-report", "main-report/leakgate-report"])
def test_the_report_of_another_run_is_compared(job, place):
    directory = job.workspace / place
    directory.mkdir(parents=True)
    (directory / "result.json").write_text("{}")
    job.fake(inputs={"compare": "main-report"})
    assert job.calls("run") == [["--compare=main-report", "--report=leakgate-report"]]
    shard(job, 1, 1)
    job.fake(inputs={"compare": "main-report", "merge": "shards"})
    assert job.calls("merge") == [["shards/leakgate-report-1-of-1", "--report=leakgate-report",
                                   "--compare=main-report"]]


@pytest.mark.parametrize("made", [True, False])
def test_without_one_nothing_is_compared_and_nothing_fails(job, made):
    if made:
        (job.workspace / "-delete").mkdir()
    shown = job.fake(verdicts=["pass"], inputs={"compare": "-delete"})
    assert shown.conclusion == "pass" and job.calls("run") == [["--report=leakgate-report"]]
    assert shown.log.of("notice") == ['there is no report in "-delete"']


# --- Exceptions of the pull request ---

@pytest.mark.parametrize("inputs, arguments", [
    ({"baseline_ref": "HEAD^1", "approved": True},
     ["--baseline-ref=HEAD^1", "--allow-new-exceptions"]),
    ({"baseline_ref": "HEAD^1", "approved": False}, ["--baseline-ref=HEAD^1"]),
    ({"approved": True}, []),  # a push: the files that are checked out judge
])
def test_new_exceptions_count_when_they_are_approved(job, inputs, arguments):
    job.fake(inputs=inputs)
    assert job.calls("run") == [[*arguments, "--report=leakgate-report"]]
