"""leakgate, run as a person runs it, with the CPU time of its own processes."""

import os
import signal
import subprocess
import tempfile
import time

from machine import TICKS, Others

POLL_SECONDS = 0.02
LIMIT_SECONDS = 15 * 60
SAID_LINES = 8  # of leakgate's output, when it did not do what it had to


def cpu_seconds(pid):
    """Of one process, without the children it has waited for; None when it is gone."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rsplit(b")", 1)[1].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / TICKS


def only_child(pid):
    """leakgate's only child is the guard."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            words = file.read().split()
    except OSError:
        return None
    return int(words[0]) if words else None


class Played:
    """What one run of leakgate did: exit status, output, seconds, CPU seconds."""

    def __init__(self):
        self.status = None
        self.output = ""
        self.seconds = 0.0
        self.front_cpu = 0.0
        self.guard_cpu = 0.0
        self.all_cpu = 0.0  # with the target and all that it started
        self.others = 0.0   # cores


class Setting:
    """What is measured: leakgate, the sources with the scenarios, the target."""

    def __init__(self, leakgate, source, target, program, directory):
        self.leakgate = leakgate
        self.source = source
        self.target = target    # a file, or None for what the scenarios name
        self.program = program  # a path, or None for what the target file names
        self.directory = directory

    def words(self, scenario, report, more):
        words = [self.leakgate, "run", scenario, "--report", report, *more]
        if self.target:
            words += ["--target", self.target]
        if self.program:
            words += ["--program", self.program]
        return words

    def report(self, name):
        return tempfile.mkdtemp(prefix=name + ".", dir=self.directory)

    def write(self, name, text):
        """A scenario of our own; returns its path."""
        path = os.path.join(self.directory, name + ".yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def play(self, scenario, report, *more, meanwhile=None):
        """Runs it to its end; `meanwhile` is called every 20 ms."""
        played = Played()
        others = Others()
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
            began = time.monotonic()
            process = subprocess.Popen(self.words(scenario, report, more), cwd=self.source,
                                       stdin=subprocess.DEVNULL, stdout=output,
                                       stderr=subprocess.STDOUT)
            try:
                self._await(process.pid, played, meanwhile, began + LIMIT_SECONDS)
            finally:
                self._reap(process, played, began)
            output.seek(0)
            played.output = output.read()
        played.others = others.cores()
        return played

    @staticmethod
    def _await(pid, played, meanwhile, deadline):
        guard = None
        while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
            guard = guard or only_child(pid)
            if guard is not None:
                played.guard_cpu = cpu_seconds(guard) or played.guard_cpu
            if meanwhile is not None:
                meanwhile()
            if time.monotonic() > deadline:
                raise TimeoutError(f"leakgate did not end within {LIMIT_SECONDS} s")
            time.sleep(POLL_SECONDS)

    @staticmethod
    def _reap(process, played, began):
        """Also of one that still runs, because the bench itself was stopped."""
        if os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
            process.send_signal(signal.SIGTERM)
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        played.seconds = time.monotonic() - began
        played.front_cpu = cpu_seconds(process.pid) or 0.0
        _, status, usage = os.wait4(process.pid, 0)
        played.status = process.returncode = os.waitstatus_to_exitcode(status)
        played.all_cpu = usage.ru_utime + usage.ru_stime


class BenchProblem(Exception):
    """What is measured did not do what it has to do; said to the person, with leakgate's output."""


def require(played, statuses, what):
    if played.status not in statuses:
        said = "\n".join(played.output.strip().splitlines()[:SAID_LINES])
        raise BenchProblem(f"{what}: leakgate ended with {played.status}\n{said}")
