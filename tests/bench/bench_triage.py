"""(5) One look at a process that runs: by leakgate triage, and by the commands of the manual, in turns."""

import os
import subprocess
import time

import bench_sample
from program import BenchProblem, require
from shell_way import MANUAL, ShellWay

AT_LEAST = ("at least", 3)

SCENARIO = """\
version: 1
title: At rest, looked at in turns by leakgate and by hand
target: sidecar
needs: [git]
measure: {{every: {every}ms, for: {total}ms, drain: 0s}}
"""


def cpu_ms(pid):
    """What all threads of a process have used; /proc/PID/stat counts in ticks of 10 ms."""
    used = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/schedstat", encoding="ascii") as file:
            used += int(file.read().split()[0])
    return used / 1e6


class Look:
    """What one look took: milliseconds in all, and of the target's processor time."""

    def __init__(self, pid, act):
        cpu = cpu_ms(pid)
        self.began = time.monotonic()
        act()
        self.ended = time.monotonic()
        self.wall = (self.ended - self.began) * 1e3
        self.cpu = cpu_ms(pid) - cpu


class InTurns:
    """Stands in the place of a way: its sample is a look of either kind, first by leakgate."""

    def __init__(self, leakgate, source, *words):
        self.by_hand = ShellWay(*words, commands=MANUAL)
        self.left_out = self.by_hand.left_out
        self.pid = self.by_hand.values["pid"]
        self.leakgate = leakgate
        self.source = source

    def triage(self):
        done = subprocess.run([self.leakgate, "triage", str(self.pid)], cwd=self.source,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, check=False)
        if done.returncode not in (0, 1):
            raise OSError(f"leakgate triage: {done.stderr.decode(errors='replace').strip()}")

    def sample(self):
        """None where the scenario was over meanwhile."""
        try:
            mine = Look(self.pid, self.triage)
            theirs = Look(self.pid, self.by_hand.sample)
        except OSError:
            if os.path.exists(f"/proc/{self.pid}"):
                raise
            return None
        return mine.began, theirs.ended, (mine, theirs)


def run(setting, quick, row, log):
    every, samples = 20.0, 7 if quick else 15
    scenario = setting.write("looked-at", SCENARIO.format(every=int(every * 1e3),
                                                          total=int(every * 1e3) * samples))
    report = setting.report("triage")
    turns = bench_sample.Turns(
        os.path.join(report, "looked-at", "journal.jsonl"), report, every, log,
        lambda *words: InTurns(setting.leakgate, setting.source, *words))
    played = setting.play(scenario, report, "--no-baselines", "--no-confirm", meanwhile=turns)
    turns.follower.close()
    require(played, (0, 1, 4), "a target at rest")
    pairs, dropped = turns.pairs()
    if not pairs:
        raise BenchProblem("no look fell between two of leakgate's samples")
    looks = [looks for _, looks in pairs]
    left_out = turns.shell.left_out
    note = f"SKIPPED by hand, not installed: {', '.join(left_out)}" if left_out else ""
    rows = []
    for name, of in (("wall", lambda look: look.wall), ("the target's CPU", lambda look: look.cpu)):
        rows += [row(f"triage, {name}: leakgate", "ms", [of(mine) for mine, _ in looks]),
                 row(f"triage, {name}: by hand", "ms", [of(theirs) for _, theirs in looks], note=note),
                 row(f"triage, {name}: by hand / leakgate", "x",
                     [of(theirs) / of(mine) for mine, theirs in looks], AT_LEAST, not left_out, note)]
    return rows, [f"triage: {len(pairs)} pairs, {dropped} dropped because a sample fell into one"], \
        [played]
