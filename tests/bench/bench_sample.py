"""(1) The cost of one full sample, by leakgate and by hand, in turns on one live process."""

import os
import statistics
import time

import journal
from program import BenchProblem, require
from shell_way import COMMANDS, ShellWay, heap_bytes

AT_LEAST = ("at least", 5)
# Of the 29 samples of a scenario with default numbers, 12 read the heap (measure/phases.c).
WITHOUT, WITH = 17, 12
OF_THE_HEAP = ("heap", "pprof -top")

SCENARIO = """\
version: 1
title: At rest, sampled in turns by leakgate and by hand
target: sidecar
needs: [git]
measure: {{every: {every}ms, for: {total}ms, drain: 0s, heap_rate: 512}}
"""


class Turns:
    """Follows the journal. Half way between two of leakgate's samples it takes one by hand, so that
    each way finds the target at rest for the same time."""

    def __init__(self, path, directory, every, log, way=ShellWay):
        self.way = way
        self.follower = journal.Follower(path)
        self.directory = directory
        self.every = every
        self.log = log
        self.shell = None
        self.offset = float("inf")  # monotonic time of the target's start
        self.samples = []
        self.rounds = []            # one for each sample, or None
        self.due = None

    def __call__(self):
        for record in self.follower.records():
            self.take(record)
        if self.due is not None and time.monotonic() >= self.due:
            self.due = None
            self.rounds[-1] = self.shell.sample()

    def take(self, record):
        now = time.monotonic()
        if record["record"] == "target":
            self.shell = self.way(self.directory, record["pid"], record["port"])
            self.log(f"target: process {record['pid']}, pprof on port {record['port']}")
            self.shell.sample()  # the first `go tool pprof` of a machine builds it
        elif record["record"] == "sample":
            ended = record["at"] + record["took"]
            self.offset = min(self.offset, now - ended)
            if record["phase"] == "loop" and self.shell is not None:
                self.samples.append(record)
                self.rounds.append(None)
                self.due = self.offset + ended + self.every / 2
        elif record["record"] == "phase" and record["phase"] in ("drain", "quit"):
            self.due = None

    def pairs(self):
        """Samples with their round by hand, where neither stood in the other's way; and how many
        pairs did not keep apart."""
        kept, dropped = [], 0
        for i, (sample, by_hand) in enumerate(zip(self.samples, self.rounds)):
            if by_hand is None:
                continue
            following = self.samples[i + 1]["at"] if i + 1 < len(self.samples) else float("inf")
            began, ended, took = by_hand
            if began < self.offset + sample["at"] + sample["took"] or \
                    ended > self.offset + following:
                dropped += 1
            else:
                kept.append((sample, took))
        return kept, dropped


def has_heap(sample):
    return sample["gauges"].get("heap_alloc") is not None


def by_hand(took, with_heap):
    return sum(seconds for name, seconds in took.items() if with_heap or name not in OF_THE_HEAP)


def ratio_rows(pairs, judged, note, row):
    rows = []
    for with_heap, words in ((False, "without the heap"), (True, "with the heap")):
        chosen = [pair for pair in pairs if has_heap(pair[0]) == with_heap]
        mine = [sample["took"] * 1e3 for sample, _ in chosen]
        theirs = [by_hand(took, with_heap) * 1e3 for _, took in chosen]
        rows += [row(f"sample {words}: leakgate", "ms", mine),
                 row(f"sample {words}: by hand", "ms", theirs, note=note),
                 row(f"sample {words}: by hand / leakgate", "x",
                     [b / a for a, b in zip(mine, theirs)], AT_LEAST, judged, note)]
    return rows


def mean_row(pairs, judged, note, row):
    """A scenario's mean sample. Each repeat is a pair of samples, one of either kind."""
    plain = [pair for pair in pairs if not has_heap(pair[0])]
    exact = [pair for pair in pairs if has_heap(pair[0])]
    ratios = []
    for (one, one_by_hand), (two, two_by_hand) in zip(plain, exact):
        mine = WITHOUT * one["took"] + WITH * two["took"]
        theirs = WITHOUT * by_hand(one_by_hand, False) + WITH * by_hand(two_by_hand, True)
        ratios.append(theirs / mine)
    return row(f"sample, mean of a scenario ({WITH} of {WITHOUT + WITH} with the heap): "
               "by hand / leakgate", "x", ratios, AT_LEAST, judged, note)


def run(setting, quick, row, log):
    every, samples = (2.0, 14) if quick else (3.0, 20)
    scenario = setting.write("at-rest", SCENARIO.format(every=int(every * 1e3),
                                                        total=int(every * 1e3) * samples))
    report = setting.report("sample")
    turns = Turns(os.path.join(report, "at-rest", "journal.jsonl"), report, every, log)
    played = setting.play(scenario, report, "--no-baselines", meanwhile=turns)
    turns.follower.close()
    require(played, (0, 1, 4), "a target at rest")
    pairs, dropped = turns.pairs()
    if not pairs:
        raise BenchProblem("no sample by hand fell between two of leakgate's")
    left_out = turns.shell.left_out
    note = f"SKIPPED by hand, not installed: {', '.join(left_out)}" if left_out else ""
    rows = ratio_rows(pairs, not left_out, note, row)
    rows.append(mean_row(pairs, not left_out, note, row))
    for name, _, _ in COMMANDS:
        times = [took[name] * 1e3 for _, took in pairs if name in took]
        rows.append(row(f"  by hand: {name}", "ms", times,
                        note="SKIPPED: not installed" if name in left_out else ""))
    sizes = ", ".join(f"{name} {size / 1e3:.0f} KB"
                      for name, size in heap_bytes(report).items())
    notes = [f"sample: {len(pairs)} pairs, {dropped} dropped because the two ways overlapped; "
             f"{sizes}; live heap {live_heap(pairs)}"]
    return rows, notes, [played]


def live_heap(pairs):
    values = [sample["gauges"]["heap_alloc"] for sample, _ in pairs if has_heap(sample)]
    return f"{statistics.median(values) / 1e6:.1f} MB" if values else "unknown"
