"""The usual rules for "it grows", for comparison: each a pure function of one series of numbers,
the readings of a gauge during the loop at `positions` (iterations done). What the tools do is told
from their sources as they were in 2026; none of the code is theirs.

The tools read a number whenever they like; here it is read as often as the trace has it, so a round
of theirs is what lies between two readings (2 iterations for counts, 6 for the heap's exact total).
"""

from scipy.stats import kendalltau, linregress

SIGNIFICANCE = 0.01  # of the tests, one-sided: only growth is asked for
MARGIN_SHARE = 0.05  # what a script that compares two numbers commonly lets pass
MARGIN_LEAST = 2
FUITE_ROUNDS = 7
LEAKCANARY_DUMPS = 5


def rises(_positions, values):
    """Last minus first, anything over nothing."""
    return values[-1] > values[0]


def rises_by_margin(_positions, values):
    """Last minus first, by more than 5 % of the first and by more than 2."""
    return values[-1] - values[0] > max(MARGIN_LEAST, MARGIN_SHARE * values[0])


def least_squares(positions, values):
    """A straight line's slope is over 0 by a t-test at 1 %."""
    if len(set(values)) == 1:
        return False
    return bool(linregress(positions, values, alternative="greater").pvalue < SIGNIFICANCE)


def mann_kendall(positions, values):
    """A rising trend at 1 %: Kendall's tau between a series and its time, which is Mann's test."""
    if len(set(values)) == 1:
        return False
    return bool(kendalltau(positions, values, alternative="greater").pvalue < SIGNIFICANCE)


def leakcanary(positions, values):
    """LeakCanary's heap growth: a node grows if it has at least as many objects more in each heap
    dump as there were round trips since the one before; the loop ends as soon as nothing grows, or
    after five dumps (square/leakcanary, shark/.../ObjectGrowthDetector.kt, `childrenIncrease <
    previousTraversal.scenarioLoopsPerGraph`, and RepeatingScenarioObjectGrowthDetector.kt,
    DEFAULT_MAX_HEAP_DUMPS)."""
    dumps = list(zip(positions, values))[:LEAKCANARY_DUMPS]
    return all(after - before >= then - at
               for (at, before), (then, after) in zip(dumps, dumps[1:]))


def fuite(_positions, values):
    """fuite: after N rounds there are N objects more, or 2 N, 3 N ...; N is 7, a small prime
    (nolanlawson/fuite, README.md; src/metrics/heapsnapshots/analyzeHeapsnapshots.js,
    `countDelta % numIterations === 0 && countDelta > 0`). Where there are fewer readings N is 5."""
    rounds = FUITE_ROUNDS if len(values) > FUITE_ROUNDS else 5
    grown = values[rounds] - values[0]
    return grown > 0 and grown % rounds == 0


def psleak_memory(_positions, values):
    """psleak: a batch of calls, then one that is longer by as many again, and so on; memory is
    stable, and the test passes, as soon as a batch adds no more than the one before it, with a
    tolerance of 0 (giampaolo/psleak, psleak.py, `_check_mem`). As many batches as the series has
    room for, where psleak makes 10: of 1, 2, 3 ... rounds."""
    at, batch, before = 0, 1, 0
    while at + batch < len(values):
        grown = values[at + batch] - values[at]
        if grown <= before:
            return False
        at, batch, before = at + batch, batch + 1, grown
    return True


def psleak_counter(_positions, values):
    """psleak on descriptors and threads: one more after one call (psleak.py, `_check_counters`)."""
    return values[1] > values[0]


COUNTS = ("fd", "goroutine", "inotify_watch", "child", "zombie")

# Name, rule for each of COUNTS, rule for the heap, and the gauge that is the heap to it.
RULES = (
    ("last minus first > 0", rises, rises, "heap_alloc"),
    ("last minus first > 5 %, and > 2", rises_by_margin, rises_by_margin, "heap_alloc"),
    ("least squares, 1 %", least_squares, least_squares, "heap_alloc"),
    ("Mann-Kendall, 1 %", mann_kendall, mann_kendall, "heap_alloc"),
    ("LeakCanary's", leakcanary, leakcanary, "heap_objects"),
    ("fuite's", fuite, fuite, "heap_objects"),
    ("psleak's", psleak_counter, psleak_memory, "heap_alloc"),
)


def flagged_gauges(rule, series):
    """The gauges that a row of RULES calls growing; `series` is {gauge: (positions, values)}."""
    _, counts, heap, heap_gauge = rule
    asked = [(gauge, counts) for gauge in COUNTS] + [(heap_gauge, heap)]
    return [gauge for gauge, grows in asked
            if gauge in series and len(series[gauge][1]) > 5 and grows(*series[gauge])]
