"""The hook of git, by real pushes to a repository beside it, with a leakgate that is played."""

import json
import os
import subprocess

import pytest
import yaml
from job import FAKE, SOURCE

HOOK = SOURCE / "ci" / "pre-push"


class Clone:
    """A repository with a remote and the hook."""

    def __init__(self, root):
        self.root = root / "clone"
        self.calls_file = root / "calls"
        self.behaviour = {}
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(root), "LC_ALL": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1", "TMPDIR": str(root), "GIT_AUTHOR_NAME": "x",
            "GIT_AUTHOR_EMAIL": "x@y", "GIT_COMMITTER_NAME": "x", "GIT_COMMITTER_EMAIL": "x@y"}
        subprocess.run(["git", "init", "--quiet", "--bare", root / "remote"], check=True)
        self.root.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("remote", "add", "origin", root / "remote")
        self.commit("one")
        (self.root / ".git" / "hooks" / "pre-push").symlink_to(HOOK)
        self.set("command", FAKE)

    def git(self, *words, check=True, **environment):
        fake = json.dumps({**self.behaviour, "calls": str(self.calls_file)})
        return subprocess.run(
            ["git", *map(str, words)], cwd=self.root, check=check, capture_output=True,
            encoding="utf-8", env={**self.environment, "FAKE": fake, **environment})

    def set(self, name, value):
        self.git("config", "--add", f"leakgate.{name}", value)

    def commit(self, text):
        (self.root / "source").write_text(text)
        self.git("add", "source")
        self.git("commit", "--quiet", "-m", text)

    def push(self, *words, **environment):
        return self.git("push", "origin", *(words or ["main"]), check=False, **environment)

    def runs(self):
        if not self.calls_file.exists():
            return []
        calls = [json.loads(line) for line in self.calls_file.read_text().splitlines()]
        return [call[1:] for call in calls if call[0] == "run"]

    def is_pushed(self, name="main"):
        return self.git("ls-remote", "origin", name).stdout != ""


@pytest.fixture
def clone(tmp_path):
    return Clone(tmp_path)


def test_green_is_pushed_and_says_beforehand_how_long(clone):
    clone.behaviour = {"text": "2 pass\n"}
    shown = clone.push(LEAKGATE_PROGRAM="./program")
    assert shown.returncode == 0 and clone.is_pushed()
    assert clone.runs() == [["--tag", "smoke", "--program=./program",
                             f"--report={clone.root}/leakgate-report"]]
    told = shown.stderr.index("about 61 s")
    assert told < shown.stderr.index("2 pass")
    assert "git push --no-verify skips this" in shown.stderr


@pytest.mark.parametrize("status", [1, 2, 4, 5, 70, 130])
def test_red_is_not_pushed(clone, status):
    clone.behaviour = {"status": status}
    assert clone.push().returncode != 0
    assert not clone.is_pushed()
    assert clone.push("--no-verify", "main").returncode == 0 and clone.is_pushed()


def test_nothing_judged_is_no_reason_to_stop(clone):
    clone.behaviour = {"status": 3}
    shown = clone.push()
    assert "nothing was judged" in shown.stderr and clone.is_pushed()


def test_what_is_checked_out_is_built_here(clone):
    clone.set("build", "cp source built && pwd")
    clone.set("program", "./built")
    shown = clone.push()
    assert shown.returncode == 0, shown.stderr
    assert (clone.root / "built").read_text() == "one"
    assert clone.runs()[0][2] == "--program=./built"


def test_another_commit_is_built_in_a_worktree(clone):
    clone.git("branch", "other")
    clone.commit("two")
    clone.set("build", "cp source built && cp built '%s/seen' && pwd" % clone.root.parent)
    clone.set("program", "./built")
    shown = clone.push("other")
    assert shown.returncode == 0, shown.stderr
    assert (clone.root.parent / "seen").read_text() == "one", "what is pushed, not what is here"
    assert not (clone.root / "built").exists()
    assert clone.git("worktree", "list").stdout.count("\n") == 1, "it is removed"
    (clone.root / "source").write_text("changed, and not committed")
    assert clone.push("main").returncode == 0
    assert (clone.root.parent / "seen").read_text() == "two"


def test_without_a_build_it_says_what_it_runs(clone):
    clone.git("branch", "other")
    clone.commit("two")
    assert "the program is run as it is" in clone.push("other").stderr
    assert "the program is run as it is" not in clone.push("main").stderr


def test_a_build_that_fails_stops_the_push(clone):
    clone.set("build", "echo no compiler; exit 1")
    clone.set("program", "./built")
    shown = clone.push()
    assert shown.returncode != 0 and not clone.is_pushed() and clone.runs() == []
    assert "no compiler" in shown.stderr and "failed" in shown.stderr


def test_settings(clone):
    clone.set("tag", "quick")
    clone.set("program", "bin/program")
    clone.set("argument", "--baselines=somewhere else")
    clone.set("argument", "--no-confirm")
    clone.push()
    assert clone.runs() == [["--tag", "quick", "--program=bin/program",
                             f"--report={clone.root}/leakgate-report",
                             "--baselines=somewhere else", "--no-confirm"]]


def test_what_brings_no_code_runs_nothing(clone):
    clone.push("--no-verify", "main:old")
    clone.git("tag", "v1")
    assert clone.push("v1").returncode == 0
    assert clone.push(":old").returncode == 0
    assert clone.runs() == []


def test_no_leakgate_is_told(clone):
    clone.git("config", "--unset-all", "leakgate.command")
    shown = clone.push(PATH="/usr/bin:/bin")
    assert shown.returncode != 0 and "there is no leakgate" in shown.stderr


def test_by_pre_commit(clone):
    """It gives the commit by a variable, and nothing on standard input."""
    subprocess.run([HOOK], cwd=clone.root, check=True, stdin=subprocess.DEVNULL,
                   env={**clone.environment, "PRE_COMMIT_TO_REF": "HEAD",
                        "FAKE": json.dumps({"calls": str(clone.calls_file)})})
    assert len(clone.runs()) == 1


def test_a_build_is_not_sent_to_the_repository_that_is_pushed(clone):
    """Git gives a hook the repository by variables, in a worktree for one."""
    clone.set("build", 'test -z "$GIT_DIR$GIT_WORK_TREE"')
    clone.set("program", "./program")
    subprocess.run([HOOK], cwd=clone.root, check=True, stdin=subprocess.DEVNULL,
                   env={**clone.environment, "PRE_COMMIT_TO_REF": "HEAD", "FAKE": "{}",
                        "GIT_DIR": str(clone.root / ".git"), "GIT_WORK_TREE": str(clone.root)})


def test_hooks_for_pre_commit():
    hooks = {hook["id"]: hook
             for hook in yaml.safe_load((SOURCE / ".pre-commit-hooks.yaml").read_text())}
    assert hooks["leakgate-check"]["entry"] == "leakgate check"
    entry = SOURCE / hooks["leakgate-smoke"]["entry"]
    assert os.access(entry, os.X_OK) and hooks["leakgate-smoke"]["stages"] == ["pre-push"]
