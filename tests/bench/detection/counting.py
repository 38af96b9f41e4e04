"""From judged runs to numbers: pure functions, tested by tables."""

import collections
import statistics

from judging import is_right
from rules import COUNTS, RULES, flagged_gauges

# Verdicts that say something about leaks. A run that was measured wrongly or failed is left out of
# every share, and counted beside it.
JUDGED = ("leak", "pass", "inconclusive")

Tally = collections.namedtuple("Tally", "runs flagged confirmed right inconclusive unjudged")


def of_split(runs, split):
    return [run for run in runs if run.trace.split == split]


def tally(runs, row):
    judged = [run for run in runs if run.verdict in JUDGED]
    found = [run for run in judged if run.confirmed]
    return Tally(runs=len(judged),
                 flagged=sum(run.verdict == "leak" for run in judged),
                 confirmed=len(found),
                 right=sum(is_right(run.first, row) for run in found),
                 inconclusive=sum(run.verdict == "inconclusive" for run in judged),
                 unjudged=len(runs) - len(judged))


def add(tallies):
    """Pooled."""
    return Tally(*(sum(column) for column in zip(*tallies))) if tallies else Tally(*[0] * 6)


def family_of(row):
    """What a leak is of, for the table of rules."""
    if row["kind"] == "clean":
        return "clean"
    for tag, name in (("long", "long loops"), ("rare", "rare or late"), ("late", "rare or late")):
        if tag in row["tags"]:
            return name
    return {"heap_stack": "heap", "heap_alloc": "heap", "cpu": "at rest", "spawn": "at rest",
            "child": "process", "zombie": "process"}.get(row["gauge"], row["gauge"])


def size_of(row):
    """A leak's size in the unit of its gauge's promise: per iteration, of heap in bytes."""
    return row["bytes_per_iteration"] if row["gauge"] == "heap_stack" else row["per_iteration"]


def rates(classes):
    """{leaks per iteration: classes}, of counts, the most frequent first; long loops are not asked
    here, they see more."""
    found = collections.defaultdict(list)
    for row in classes.values():
        if row["gauge"] in COUNTS and row["per_iteration"] and "long" not in row["tags"]:
            found[row["per_iteration"]].append(row)
    return dict(sorted(found.items(), reverse=True))


def with_tag(classes, tag):
    return [row for row in classes.values() if tag in row["tags"]]


Promise = collections.namedtuple("Promise", "promised kept beyond found_beyond")


def promises(runs, row):
    """Of the runs in which a leak of this size was promised to be seen, how many saw it; and of the
    others."""
    asked = [(run.caught[row["gauge"]] <= size_of(row), run.verdict == "leak") for run in runs
             if run.verdict in JUDGED and row["gauge"] in run.caught and size_of(row)]
    return Promise(sum(promised for promised, _ in asked),
                   sum(promised and found for promised, found in asked),
                   sum(not promised for promised, _ in asked),
                   sum(found and not promised for promised, found in asked))


Power = collections.namedtuple("Power", "median ninety worst runs")


def power(runs):
    """{gauge: the smallest growth that runs could tell from noise}."""
    values = collections.defaultdict(list)
    for run in runs:
        if run.verdict in JUDGED:
            for gauge, value in run.caught.items():
                values[gauge].append(value)
    return {gauge: Power(statistics.median(found), sorted(found)[(9 * len(found) - 1) // 10],
                         max(found), len(found))
            for gauge, found in sorted(values.items())}


def rule_hits(runs):
    """{rule: runs in which it flags any gauge}."""
    return {rule[0]: sum(bool(flagged_gauges(rule, run.series)) for run in runs) for rule in RULES}
