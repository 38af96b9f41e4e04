"""(3), (4), (5) Whole runs: wall time, leakgate's own CPU and memory, a leak found."""

import json
import os

import journal
from program import BenchProblem, require

CPU = ("at most", 5)
MEMORY = ("at most", 32)
GREEN = ("at most", 35)
FOUND = ("at most", 90)


def own(journals):
    """CPU seconds of all workers, and the most memory that one of them held."""
    ends = [end for records in journals for end in journal.of_kind(records, "end")]
    if not ends:
        raise BenchProblem("a journal without an end")
    return (sum(end["own"]["cpu_seconds"] for end in ends),
            max(end["own"]["max_rss_bytes"] for end in ends))


def where_time_goes(journals, row):
    """Of green runs: the phases, and in the loop what leakgate waits for."""
    rows = []
    for phase in ("start", "warmup", "idle", "loop", "quit"):
        rows.append(row(f"  phase {phase}", "s",
                        [journal.phase_seconds(records, phase) for records in journals]))
    sums = [loop_parts(records) for records in journals]
    for name in ("steps", "samples", "rest"):
        rows.append(row(f"  of the loop: {name}", "s", [parts[name] for parts in sums]))
    per_iteration = [ms for records in journals for ms in iteration_ms(records)]
    rows.append(row("  steps of one iteration", "ms", per_iteration))
    return rows


def loop_parts(records):
    """Steps, samples and what is neither: the settling before a sample, the round trip."""
    marks = {mark["phase"]: mark["at"] for mark in journal.of_kind(records, "phase")}
    began, ended = marks["loop"], marks.get("drain", marks["quit"])
    steps = sum(step["took_ms"] / 1e3 for step in journal.of_kind(records, "step")
                if began <= step["at"] < ended)
    samples = sum(sample["took"] for sample in journal.of_kind(records, "sample")
                  if began <= sample["at"] < ended)
    return {"steps": steps, "samples": samples, "rest": ended - began - steps - samples}


def iteration_ms(records):
    sums = {}
    for step in journal.of_kind(records, "step"):
        if step["iteration"] > 0:
            sums[step["iteration"]] = sums.get(step["iteration"], 0) + step["took_ms"]
    return sums.values()


def verdict_of(report):
    with open(os.path.join(report, "result.json"), encoding="utf-8") as file:
        return json.load(file)["scenarios"][0]


def share(part, whole):
    return 100 * part / whole


def run_switch(setting, repeats, row, log):
    plays, journals = [], []
    for i in range(repeats):
        log(f"project-switch, {i + 1} of {repeats}")
        report = setting.report("switch")
        played = setting.play("project-switch", report)
        require(played, (0,), "project-switch")
        plays.append(played)
        journals.append(journal.read_all(report))
    workers = [own(each) for each in journals]
    rows = [
        row("project-switch to a green verdict", "s", [play.seconds for play in plays], GREEN),
        *where_time_goes([each[0] for each in journals], row),
        row("leakgate's CPU, all its processes", "% of wall time",
            [share(cpu + play.front_cpu + play.guard_cpu, play.seconds)
             for (cpu, _), play in zip(workers, plays)], CPU),
        row("  worker", "% of wall time",
            [share(cpu, play.seconds) for (cpu, _), play in zip(workers, plays)]),
        row("  guard", "% of wall time",
            [share(play.guard_cpu, play.seconds) for play in plays]),
        row("  front", "% of wall time",
            [share(play.front_cpu, play.seconds) for play in plays]),
        row("  for comparison: the target and what it starts", "% of wall time",
            [share(play.all_cpu - cpu - play.front_cpu - play.guard_cpu, play.seconds)
             for (cpu, _), play in zip(workers, plays)]),
        row("memory of the worker (most RSS)", "MB", [rss / 2**20 for _, rss in workers], MEMORY),
    ]
    return rows, [], plays


def run_fd(setting, repeats, row, log):
    plays, drains, located, found = [], [], [], []
    for i in range(repeats):
        log(f"external-editor, one fd per iteration, {i + 1} of {repeats}")
        report = setting.report("fd")
        played = setting.play("external-editor", report, "--no-baselines")
        require(played, (1,), "external-editor without its exception")
        findings = [finding for finding in verdict_of(report)["findings"]
                    if finding["kind"] == "growth" and finding["gauge"] == "fd"]
        if not findings:
            raise BenchProblem("external-editor: a leak, but not of fd\n" + played.output)
        found.append(max(finding["per_iteration"] for finding in findings))
        attempts = journal.read_all(report)
        drains.append(sum(journal.phase_seconds(records, "drain") for records in attempts))
        located.append(sum(journal.of_kind(records, "end")[0]["at"] for records in attempts
                           if records[0]["attempt"] == "locate"))
        plays.append(played)
    seconds = [play.seconds for play in plays]
    rows = [
        row("one fd per iteration, found and confirmed", "s",
            [whole - drain - locate for whole, drain, locate in zip(seconds, drains, located)],
            FOUND),
        row("  the drains", "s", drains),
        row("  the locating run", "s", located),
        row("  all of it", "s", seconds),
        row("  growth found", "fd per iteration", found),
    ]
    return rows, [], plays
