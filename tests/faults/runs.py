"""A place in which leakgate runs, and what is left of a run: processes and files."""

import contextlib
import functools
import inspect
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

LEAKGATE = os.environ["LEAKGATE_BIN"]
SOURCE = pathlib.Path(__file__).resolve().parents[2]
STANDIN = SOURCE / "build" / "standin" / "standin"
# Its runtime serves the profile goroutineleak.
STANDIN_GOROUTINELEAK = STANDIN.with_name("standin-goroutineleak")
# What stands in a report's directory beside those of the scenarios.
REPORT_FILES = ["result.json", "index.html", "summary.md", "junit.xml", "samples.csv"]
# What a run may take in all before the test gives it up: a machine under load is no fault.
PATIENCE = 240
# A run mostly waits. More at a time would take the time of the other runs' steps.
AT_A_TIME = 7

MISBEHAVING = pathlib.Path(__file__).with_name("misbehaving.py")
MISBEHAVING_TARGET = """\
version: 1
command: [{python}, {program}, {kind}]
terminal: {{columns: 80, rows: 24}}
ready:
  timeout: 2s
  steps:
    - wait: ready
quit:
  timeout: 1s
  steps:
    - press: q
"""
# The scenario of misbehaving.py: a key turns a lamp on and off.
LAMP = """\
version: 1
title: A lamp
target: misbehaving
iteration:
  - press: x
  - wait: {text: lamp on, timeout: 2s}
  - press: x
  - wait: {text: lamp off, timeout: 2s}
measure:
  {warmup: 1, idle: 2, idle_for: 1100ms, samples: 21, iterations_per_sample: 1, round_trip: 1s}
"""

# Two tabs of the stand-in, and with them one event of its leaks per iteration.
TWO_TABS = """\
version: 1
title: Two tabs
target: standin
world: {{env: {{STANDIN_LEAK: "{leak}"}}}}
iteration:
  - press: "2"
  - wait: {{text: Select a file to preview}}
  - press: "1"
  - wait: {{text: Recent Commits}}
measure: {measure}
"""


class Place:
    """A directory with scenarios and target files, and a home and a TMPDIR that are its own.

    Its path is in the environment of all that leakgate starts here, so that processes can be found.
    It is short: tmux cannot have its socket below a long one.
    """

    def __init__(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="lg-", dir="/tmp"))
        self.home = self.root / "home"
        self.temporary = self.root / "tmp"
        self.scenarios = self.root / "scenarios"
        self.report = self.root / "report"
        for directory in (self.home, self.temporary):
            directory.mkdir()
        shutil.copytree(SOURCE / "scenarios" / "targets", self.scenarios / "targets")
        shutil.copy(SOURCE / "tests" / "standin" / "standin.yaml", self.scenarios / "targets")
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "TMPDIR": str(self.temporary),
            "LC_ALL": "C.UTF-8",
        }

    def remove(self):
        self.end_all()
        shutil.rmtree(self.root)

    def end_all(self):
        for pid, _ in self.processes():
            os.kill(pid, signal.SIGKILL)
        self.await_none()

    # --- What stands here before a run ---

    def write(self, path, text, mode=0o644):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        file.chmod(mode)
        return file

    def scenario(self, name, text):
        return self.write(f"scenarios/{name}.yaml", text)

    def fast(self, name, measure, to=None):
        """A copy of one of leakgate's scenarios that takes less time."""
        text = (SOURCE / "scenarios" / f"{name}.yaml").read_text(encoding="utf-8")
        assert "\nmeasure:" not in text
        return self.scenario(to or name, f"{text}measure: {measure}\n")

    def program(self, binary=STANDIN):
        """A copy of the stand-in below a path of its own: what it leaves behind can be told by its
        program, whatever became of its environment."""
        assert binary.exists(), "ci/build-standin builds it"
        program = self.root / "standin"
        if not program.exists():
            shutil.copy(binary, program)
        return program

    def standin(self, leak="", binary=STANDIN):
        """A program that is the stand-in with a leak."""
        program = self.program(binary)
        name = leak.partition(":")[0] or "clean"
        return self.write(f"programs/{name}",
                          f'#!/bin/sh\nSTANDIN_LEAK={leak} exec {program} "$@"\n', 0o755)

    def misbehaving(self, kind, more=""):
        """The target file of misbehaving.py."""
        self.write("scenarios/targets/misbehaving.yaml", MISBEHAVING_TARGET.format(
            python=sys.executable, program=MISBEHAVING, kind=kind) + more)

    # --- A run ---

    def start(self, *words, **environment):
        return subprocess.Popen(
            [LEAKGATE, *map(str, words)], cwd=self.root,
            env={**self.environment, **environment}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)

    def finish(self, process, timeout=PATIENCE):
        """Standard output and error. Bytes that are not UTF-8 are an error of leakgate's."""
        try:
            output, errors = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        return Shown(process.returncode, output.decode(), errors.decode())

    def __call__(self, *words, timeout=PATIENCE, **environment):
        return self.finish(self.start(*words, **environment), timeout)

    def run(self, *words, timeout=PATIENCE, **environment):
        return self("run", "-v", "--report", self.report, *words, timeout=timeout, **environment)

    # --- What a run left ---

    def result(self):
        return json.loads((self.report / "result.json").read_text(encoding="utf-8"))

    def journal(self, scenario):
        """The whole lines of the journal so far."""
        path = self.report / scenario / "journal.jsonl"
        if not path.exists():
            return []
        lines = path.read_bytes().split(b"\n")[:-1]
        return [json.loads(line) for line in lines]

    def processes(self):
        """All that was started here and lives: (process id, command line)."""
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit() and str(self.root) in _traces(entry):
                found.append((int(entry.name), _read(entry / "cmdline").replace("\0", " ")))
        return found

    def worlds(self):
        return sorted(str(path) for path in self.temporary.iterdir())

    def await_none(self, seconds=5):
        """Processes end without an event for us, so this asks again."""
        assert until(lambda: not self.processes(), seconds), self.processes()

    def nothing_left(self):
        self.await_none()
        assert self.worlds() == []
        known = {"home", "tmp", "scenarios", "report", "programs", "standin", "baselines"}
        assert {path.name for path in self.root.iterdir()} <= known


@contextlib.contextmanager
def place_of_its_own():
    """Nothing may live there at the end."""
    place = Place()
    try:
        yield place
        left = place.processes()
    finally:
        place.remove()
    assert left == [], left


def beside_others(test):
    """A test that is played while others are, some at a time, in a place of its own.

    pytest calls, in the order of the file, what waits for its end and tells what came of it.
    """
    @functools.wraps(test)
    def told(request, played, **_):
        played[request.node.nodeid].result()

    names = [name for name in inspect.signature(test).parameters if name != "place"]
    told.__signature__ = inspect.Signature(
        [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY)
         for name in ("request", "played", *names)])
    told.played = test
    return told


class Shown(str):
    """How leakgate ended and what it printed; as a text all of it, which pytest shows whole."""

    def __new__(cls, status, output, errors):
        shown = super().__new__(
            cls, f"exit status {status}\n{output}\n--- standard error\n{errors}")
        shown.status = status
        shown.output = output
        shown.errors = errors
        shown.text = output + errors
        return shown


def until(condition, seconds):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _read(path):
    try:
        return path.read_bytes().decode(errors="replace")
    except OSError:
        return ""


def _link(path):
    try:
        return os.readlink(path)
    except OSError:
        return ""


def _traces(process):
    """What tells where a process comes from."""
    return "\n".join([_read(process / "environ"), _read(process / "cmdline"),
                      _link(process / "exe"), _link(process / "cwd")])
