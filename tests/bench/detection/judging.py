"""leakgate's verdicts on recorded traces: `leakgate report --json` on a directory that holds links
to the journals of a class as if they were the scenarios of one run."""

import collections
import concurrent.futures
import itertools
import json
import os
import subprocess

import traces

PROCESSES = max(2, os.cpu_count() or 1)

# What leakgate said of one trace: the verdict of it alone, and whether further runs confirmed a leak.
# `first` is the first finding that fails then: (gauge, holder) or None.
Run = collections.namedtuple("Run", "trace verdict confirmed first caught seconds series")


class JudgeProblem(Exception):
    """leakgate could not judge; said with its own words."""


def report_text(leakgate, directory):
    done = subprocess.run([leakgate, "report", "--from", directory, "--json"],
                          stdin=subprocess.DEVNULL, capture_output=True, check=False,
                          encoding="utf-8")
    if done.returncode != 0:
        raise JudgeProblem(f"{leakgate} report ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def link(path, directory):
    os.makedirs(directory, exist_ok=True)
    os.symlink(os.path.abspath(path), os.path.join(directory, traces.JOURNAL))


def lay_out(groups, directory, more=lambda trace: ()):
    """DIRECTORY/CLASS/NNN for each trace; `more` names further attempts of it as (name, trace)."""
    for name, group in groups.items():
        for trace in group:
            place = os.path.join(directory, name, f"{trace.number:03d}")
            link(trace.path, place)
            for attempt, other in more(trace):
                link(other.path, os.path.join(place, attempt))


def report_texts(leakgate, groups, directory):
    """{class: what leakgate prints}, several classes at a time, the largest first."""
    names = sorted(groups, key=lambda name: -len(groups[name]))
    with concurrent.futures.ThreadPoolExecutor(PROCESSES) as pool:
        texts = pool.map(lambda name: report_text(leakgate, os.path.join(directory, name)), names)
        return dict(zip(names, texts))


def scenarios_of(texts):
    """{(class, number): scenario of the result}."""
    return {(name, int(scenario["name"])): scenario
            for name, text in texts.items() for scenario in json.loads(text)["scenarios"]}


def judge_groups(leakgate, groups, directory):
    return scenarios_of(report_texts(leakgate, groups, directory))


def first_failing(scenario):
    for finding in scenario.get("findings", ()):  # none of a journal that cannot be read
        if finding["fails"]:
            return finding["gauge"], finding.get("holder")
    return None


def is_right(first, row):
    """The first finding is the expected one; of a stack the table may name the innermost frames."""
    if first is None or row["holder"] is None or first[1] is None:
        return first is not None and first == (row["gauge"], row["holder"])
    gauge, holder = first
    return gauge == row["gauge"] and (holder + " < ").startswith(row["holder"] + " < ")


def read_series(trace):
    with open(trace.path, "rb") as file:
        return traces.loop_series(file)


def judge(leakgate, groups, scratch):
    """Every trace as a Run, by class. `scratch` is an empty directory. Each trace has further runs
    beside it; leakgate reads them only where it would have played them."""
    lay_out(groups, scratch, lambda trace: zip(
        ("again", "third"), traces.others_of(trace, groups[trace.name], 2)))
    scenarios = judge_groups(leakgate, groups, scratch)
    with concurrent.futures.ProcessPoolExecutor(PROCESSES) as pool:
        return {name: [one_run(trace, scenarios[name, trace.number], series) for trace, series
                       in zip(group, pool.map(read_series, group, chunksize=16))]
                for name, group in groups.items()}


def judge_sums(leakgate, groups, sizes, directory):
    """{(class, half, N): [scenario, ...]}: the processes of runs with --times, of each plan, N at a
    time as one run."""
    laid = {}
    for name, group in groups.items():
        numbers = itertools.count()
        for (half, _), same in itertools.groupby(
                sorted(group, key=lambda trace: (trace.split, trace.plan, trace.number)),
                lambda trace: (trace.split, trace.plan)):
            paths = [path for trace in same for path in traces.processes_of(trace)]
            for size in sizes:
                for first in range(0, len(paths) - size + 1, size):
                    number = next(numbers)
                    place = os.path.join(directory, name, f"{number:03d}")
                    for attempt, path in zip(("", *traces.TIMES), paths[first:first + size]):
                        link(path, os.path.join(place, attempt))
                    laid[name, number] = half, size
    scenarios = judge_groups(leakgate, {name: groups[name] for name, _ in laid}, directory)
    found = collections.defaultdict(list)
    for (name, number), (half, size) in laid.items():
        found[name, half, size].append(scenarios[name, number])
    return found


def one_run(trace, scenario, series):
    """A leak needs no second process when as much of it came again in a second loop. A run that failed
    can have leaked until then."""
    attempts = scenario.get("attempts") or [scenario]
    first, verdict = first_failing(scenario), attempts[0]["verdict"]
    leaked = verdict == "failed" and first is not None
    certain = leaked or len(attempts) > 1 or any(
        finding["fails"] and finding.get("repeats") for finding in scenario.get("findings", ()))
    return Run(trace=trace, verdict="leak" if leaked else verdict,
               confirmed=leaked or certain and scenario["verdict"] == "leak",
               first=first, caught=scenario.get("would_have_caught", {}),
               seconds=scenario["seconds"], series=series)


def judge_cuts(leakgate, groups, lengths, directory):
    """The traces with longer loops, cut to each of `lengths` samples: {(class, number, length):
    (verdict, iterations, seconds)}."""
    laid = {}
    for name, group in groups.items():
        for trace in group:
            with open(trace.path, "rb") as file:
                lines = file.readlines()
            for length in lengths:
                shorter = traces.cut(lines, length)
                if shorter is None:
                    continue
                folder = f"{name}.{length}"
                place = os.path.join(directory, folder, f"{trace.number:03d}")
                os.makedirs(place)
                with open(os.path.join(place, traces.JOURNAL), "wb") as file:
                    file.writelines(shorter)
                laid.setdefault(folder, []).append((trace, traces.extent(lines, length)))
    scenarios = judge_groups(leakgate, laid, directory)
    return {(trace.name, trace.number, int(folder.rsplit(".", 1)[1])):
            (scenarios[folder, trace.number]["verdict"], *extent)
            for folder, rows in laid.items() for trace, extent in rows}
