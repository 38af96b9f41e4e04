"""(5) One look at a process that runs: by leakgate triage, and by the commands of the manual, in turns."""

import os
import statistics
import subprocess
import time

import bench_sample
from program import BenchProblem, require
from shell_way import MANUAL, ShellWay

AT_LEAST = ("at least", 3)
WAIT_MS = 2000  # of triage, and of `top` by hand

# The heap is sampled at Go's own rate, as it is in a program that nobody started to be measured.
SCENARIO = """\
version: 1
title: At rest, looked at in turns by leakgate and by hand
target: sidecar
needs: [git]
measure: {{every: {every}ms, for: {total}ms, drain: 0s, heap_rate: 524288}}
"""


def cpu_ms(pid):
    """What all threads of a process have used; /proc/PID/stat counts in ticks of 10 ms."""
    used = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/schedstat", encoding="ascii") as file:
            used += int(file.read().split()[0])
    return used / 1e6


class Look:
    """What one look took in milliseconds: in all, without the wait in which both ways count processor
    time, and of the target's processor."""

    def __init__(self, pid, act, wait_ms):
        cpu = cpu_ms(pid)
        self.began = time.monotonic()
        act()
        self.ended = time.monotonic()
        self.cpu = cpu_ms(pid) - cpu
        self.wall = (self.ended - self.began) * 1e3
        self.work = self.wall - wait_ms


class InTurns:
    """Stands in the place of a way: its sample is a rest and a look of either kind."""

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
            rest = Look(self.pid, lambda: time.sleep(WAIT_MS / 1e3), WAIT_MS)
            mine = Look(self.pid, self.triage, WAIT_MS)
            theirs = Look(self.pid, self.by_hand.sample, WAIT_MS)
        except OSError:
            if os.path.exists(f"/proc/{self.pid}"):
                raise
            return None
        return rest.began, theirs.ended, (rest, mine, theirs)


def rows_of(looks, judged, note, row):
    """What the target does by itself is taken off its processor time, as the median of the rests. Of
    all the wall time nothing is asked: most of it is the same wait in both."""
    rest = statistics.median(rest.cpu / rest.wall for rest, _, _ in looks)
    rows = [row("the target at rest", "ms/s", [rest.cpu / rest.wall * 1e3 for rest, _, _ in looks])]
    for name, of in (("wall", lambda look: look.wall),
                     (f"wall without the {WAIT_MS // 1000} s", lambda look: look.work),
                     ("the target's CPU over its rest", lambda look: look.cpu - rest * look.wall)):
        mine, theirs = ([of(look[way]) for look in looks] for way in (1, 2))
        rows += [row(f"triage, {name}: leakgate", "ms", mine),
                 row(f"triage, {name}: by hand", "ms", theirs, note=note),
                 row(f"triage, {name}: by hand / leakgate", "x",
                     [statistics.median(theirs) / statistics.median(mine)],
                     None if name == "wall" else AT_LEAST, judged, note)]
    return rows


def run(setting, quick, row, log):
    every, samples = 24.0, 7 if quick else 15
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
    left_out = turns.shell.left_out
    note = f"SKIPPED by hand, not installed: {', '.join(left_out)}" if left_out else ""
    rows = rows_of([looks for _, looks in pairs], not left_out, note, row)
    return rows, [f"triage: {len(pairs)} pairs, {dropped} dropped because a sample fell into one"], \
        [played]
