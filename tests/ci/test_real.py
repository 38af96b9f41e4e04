"""The action with the real leakgate: on the stand-in, and on a program that prints commands."""

import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest
import yaml
from job import SOURCE
from workflow import play, play_step, workflows_of_documents

STANDIN = SOURCE / "build" / "standin" / "standin"
SHORT = "{warmup: 1, idle: 6, idle_for: 1100ms, samples: 21, iterations_per_sample: 1}"
# Of tests that are about something else than the verdict: a rest that a busy machine leaves enough of.
CALM = SHORT.replace("1100ms", "4s")
SCENARIO = """\
version: 1
title: To the files and back
target: standin
tags: [smoke, gate]
needs: [git]
iteration:
  - press: "2"
  - wait: {{text: Select a file to preview}}
  - press: "1"
  - wait: {{text: Recent Commits}}
measure: {measure}
"""
HOSTILE_TARGET = """\
version: 1
command: [/bin/sh, -c, "printf '::error::forged\\\\n::set-output name=conclusion::pass\\\\n' >&2; exit 3"]
terminal: {columns: 80, rows: 24}
ready:
  timeout: 2s
  steps:
    - wait: ready
quit:
  timeout: 1s
  steps:
    - press: q
"""


@pytest.fixture
def repository(job):
    """A program's repository: scenarios, a program that a step has built, one commit."""
    assert STANDIN.exists(), "ci/build-standin builds it"
    root = job.workspace
    (root / "scenarios").mkdir()
    shutil.copytree(SOURCE / "scenarios" / "targets", root / "scenarios" / "targets")
    shutil.copy(SOURCE / "tests" / "standin" / "standin.yaml", root / "scenarios" / "targets")
    (root / "scenarios" / "files.yaml").write_text(SCENARIO.format(measure=SHORT))
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    shutil.copy(STANDIN, root / "program")
    return root


def git(root, *words):
    subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x@y", *words], cwd=root,
                   check=True, capture_output=True)


def commit(root):
    git(root, "add", "scenarios", *(["baselines"] if (root / "baselines").exists() else []))
    git(root, "commit", "--quiet", "-m", "x")


def processes_below(directory):
    """What runs a program, or works, below that directory."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and str(directory) in str((entry / "cwd").readlink()):
                found.append(entry.name)
        except OSError:
            pass
    return found


def test_a_pass_on_a_fork(job, repository):
    """Nothing in the environment but what a fork's pull request has."""
    assert not any("TOKEN" in name for name in job.environment)
    shown = job.real(program="./program")
    assert shown.conclusion == "pass", shown
    assert (shown.outputs["passed"], shown.outputs["leaks"]) == ("1", "0")
    assert re.search(r"^files  pass  ", re.sub(r"\x1b\[[\d;]*m", "", shown.log.text), re.MULTILINE)
    assert "files" in shown.summary and "pass" in shown.summary
    result = json.loads((job.artifacts / "leakgate-report" / "result.json").read_text())
    assert [scenario["verdict"] for scenario in result["scenarios"]] == ["pass"]
    assert list(job.worlds.iterdir()) == []
    accept(repository, job.artifacts / "leakgate-report")


def accept(repository, artifact):
    """What a person does at home with the artifact, to have the first baselines."""
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    subprocess.run([os.environ["LEAKGATE_BIN"], "accept", "files", "--from", artifact],
                   cwd=repository, env=environment, check=True, capture_output=True)
    baseline = json.loads((repository / "baselines" / "standin" / "files.json").read_text())
    assert baseline["gauges"]["fd"]["level"] > 0


def test_a_baseline_that_the_same_pull_request_widens(job, repository):
    """The base branch's file judges, and what would have been by the other one is shown."""
    plan = json.loads(subprocess.run(
        [os.environ["LEAKGATE_BIN"], "list", "--json"], cwd=repository, check=True,
        capture_output=True).stdout)["scenarios"][0]["plan_hash"]
    baseline = {"version": 1, "plan": plan, "go": "go1.26.6", "platform": "linux/amd64",
                "exceptions": [], "gauges": {"fd": {"level": 1, "tolerance": 0}}}
    path = repository / "baselines" / "standin" / "files.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(baseline))
    commit(repository)
    baseline["gauges"]["fd"] = {"level": 100, "tolerance": 0}
    path.write_text(json.dumps(baseline))
    commit(repository)
    shown = job.real(program="./program", baseline_ref="HEAD^1", arguments="--no-confirm")
    assert shown.conclusion == "leak" and shown.outputs["exit-status"] == "1", shown
    assert "judged by the baseline of HEAD^1" in shown.log.text
    assert "by the baseline in the working tree: pass" in shown.log.text
    assert shown.log.of("error"), "and it is marked"


def test_cancelled(job, repository):
    (repository / "scenarios" / "files.yaml").write_text(
        SCENARIO.format(measure="{warmup: 1, idle_for: 10m}"))
    shown = job.real(program="./program", cancel_at="1 scenario")
    assert shown.status == "cancelled" and shown.conclusion == "cancelled", shown
    assert shown.outputs["exit-status"] == "130"
    assert list(job.worlds.iterdir()) == [], "the world is removed"
    assert processes_below(job.root) == []


def test_a_target_that_prints_commands(job, repository):
    (repository / "scenarios" / "targets" / "standin.yaml").write_text(HOSTILE_TARGET)
    shown = job.real()
    assert shown.conclusion == "failed" and shown.outputs["failed"] == "1", shown
    assert "error::forged" in shown.log.text, "it is shown"
    assert not [data for _, _, data in shown.log.commands if data.startswith("forged")]


def test_a_shallow_checkout_is_told(job, repository):
    shown = job.real(program="./program", baseline_ref="origin/main")
    assert shown.conclusion == "error"
    assert "a shallow clone has only the last one: fetch it first" in shown.log.of("error")[0]


@pytest.mark.skipif(os.geteuid() != 0, reason="files of another user are made by root alone")
def test_a_checkout_of_another_user(job, repository):
    """As in a container: git refuses to read it, but for the word of the action."""
    (repository / "scenarios" / "targets" / "standin.yaml").write_text(HOSTILE_TARGET)
    for path in [repository, *repository.rglob("*")]:
        os.chown(path, 1000, 1000, follow_symlinks=False)
    with pytest.raises(subprocess.CalledProcessError):
        git(repository, "log")
    assert job.real(baseline_ref="HEAD").conclusion == "failed", "the target, not git"


def test_the_real_one_knows_all_options(job, repository):
    """Every option that the action can give is one of leakgate's: it complains of the shard."""
    shown = job.real(
        program="./program", target="standin", scenarios="files", tag="x", scenarios_dir="scenarios",
        baselines="baselines", baseline_ref="HEAD", shard="1/2", jobs="2", fail_on="leak",
        require_baseline=True, require_all=True, no_baselines=False)
    assert shown.outputs["exit-status"] in ("2", "3"), shown
    assert "unknown option" not in shown.log.text


# --- The workflows of the documents ---


@pytest.fixture
def tools(tmp_path):
    """A go that builds the stand-in, whatever it is to build, and a sudo that does nothing."""
    directory = tmp_path / "tools"
    directory.mkdir()
    for name, script in (
            ("go", f'[ "$1" != build ] || {{ mkdir -p "${{3%/*}}" && cp {STANDIN} "$3"; }}'),
            ("sudo", "exit 0")):
        (directory / name).write_text(f"#!/bin/sh\n{script}\n")
        (directory / name).chmod(0o755)
    return directory


def test_the_short_workflow(job, repository, tools):
    (repository / "scenarios" / "files.yaml").write_text(SCENARIO.format(measure=CALM))
    (repository / "scenarios" / "other.yaml").write_text(
        SCENARIO.format(measure=CALM).replace("smoke, gate", "gate"))
    shown, = play(workflows_of_documents()[0], job, {}, tools)
    assert "leakgate comes from the release" in shown.log.text
    assert shown.conclusion == "pass", shown
    assert shown.outputs["passed"] == "1", "what has the tag smoke"
    assert (job.artifacts / "leakgate-report" / "index.html").exists()


def snippet(first_line):
    text = (SOURCE / "docs" / "ci.md").read_text().partition(f"```yaml\n{first_line}\n")[2]
    return yaml.safe_load(f"{first_line}\n" + text.partition("```")[0])


def test_on_gitlab(job, repository, tools):
    """Its jobs, as what it says of its own in variables; all that comes with the image is at hand."""
    (repository / "scenarios" / "files.yaml").write_text(SCENARIO.format(measure=CALM))
    commit(repository)
    (tools / "leakgate").symlink_to(os.environ["LEAKGATE_BIN"])
    pipeline = snippet("stages: [build, test]")
    for name, definition in pipeline.items():
        if name == "stages":
            continue
        assert definition["stage"] in pipeline["stages"] and definition["image"]
        subprocess.run(["bash", "-e", "-c", "\n".join(definition["script"])], cwd=repository, check=True,
                       env={**job.environment, "PATH": f"{tools}:{job.environment['PATH']}",
                            "CI_PROJECT_DIR": str(repository), "CI_NODE_INDEX": "1",
                            "CI_NODE_TOTAL": "1", "CI_MERGE_REQUEST_DIFF_BASE_SHA": "HEAD"})
        assert all((repository / path).exists() for path in definition["artifacts"]["paths"])
    junit = definition["artifacts"]["reports"]["junit"]
    assert 'tests="1" failures="0"' in (repository / junit).read_text()
    assert definition["image"]["entrypoint"] == [""], "or it would be leakgate that gets the script"


def test_on_forgejo(job, repository, tools):
    (repository / "scenarios" / "files.yaml").write_text(SCENARIO.format(measure=CALM))
    (tools / "apt-get").write_text("#!/bin/sh\n")
    (tools / "curl").write_text(
        f"#!/bin/sh\nln -s {os.environ['LEAKGATE_BIN']} leakgate-linux-amd64\n"
        "sha256sum leakgate-linux-amd64 >leakgate-linux-amd64.sha256\n")
    for name in ("apt-get", "curl"):
        (tools / name).chmod(0o755)
    for step in snippet("on: [push, pull_request]")["jobs"]["gate"]["steps"]:
        play_step(step, job, {}, tools, [])
    result = json.loads((repository / "leakgate-report" / "result.json").read_text())
    assert [scenario["verdict"] for scenario in result["scenarios"]] == ["pass"]


def test_with_a_project_file_the_action_needs_no_inputs(job, repository, tools):
    (repository / "leakgate.yaml").write_text(
        "version: 1\nprogram: bin/app\nbuild: go build -o bin/app ./cmd/app\ntags: [smoke]\n")
    (repository / "scenarios" / "files.yaml").write_text(SCENARIO.format(measure=CALM))
    job.environment["PATH"] = f"{tools}:{job.environment['PATH']}"
    shown = job.real()
    assert shown.conclusion == "pass" and shown.outputs["passed"] == "1", shown
    assert "building: go build" in shown.log.text


def test_the_workflow_with_shards(job, repository, tools):
    """As of a pull request, whose base branch judges."""
    for name in ("files", "one", "two"):
        (repository / "scenarios" / f"{name}.yaml").write_text(SCENARIO.format(measure=CALM))
    commit(repository)
    shards = play(workflows_of_documents()[1], job,
                  {"github.event_name": "pull_request", "inputs.no-baselines": "", "false": False},
                  tools)
    gate = shards.pop()
    assert shards.pop(0).outputs["conclusion"] == "", "the first job installs, and runs nothing"
    assert [shard.outputs["passed"] for shard in shards] == ["1", "1", "1"], shards
    assert all(shard.summary == "" for shard in shards)
    assert gate.conclusion == "pass" and gate.outputs["passed"] == "3", gate
    assert all(name in gate.summary for name in ("files", "one", "two"))
