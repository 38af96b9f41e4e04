"""RESULTS.md, made of judged runs."""

import re
import statistics
import textwrap

import counting
from classes import TUNING_EVERY
from counting import JUDGED
from intervals import interval, upper_bound
from judging import first_failing, is_right
from rules import COUNTS, RULES
from traces import SPLITS

HELD_OUT = SPLITS[0]
ENOUGH_RUNS = 60  # of each class of counts and of clean programs
FOUND_SHARE = 0.95


def percent(part):
    return f"{100 * part:.1f}".removesuffix(".0")


def short(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def share(hits, runs):
    low, high = interval(hits, runs)
    return f"{hits}/{runs} ({percent(low)}–{percent(high)} %)" if runs else "–"


def at_most(hits, runs):
    return f"{hits}/{runs} (≤ {percent(upper_bound(hits, runs))} %)" if runs else "–"


def wrapped(text):
    return textwrap.fill(" ".join(text.split()), 120, break_on_hyphens=False)


def section(title, prose, *tables):
    """Prose is wrapped; tables are as they are."""
    return "\n\n".join([f"## {title}", *([wrapped(prose)] if prose else []), *tables])


def table(heads, rows):
    lines = [heads, ["---"] * len(heads)] + rows
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines) + "\n"


class Facts:
    """All that the tables are made of: classes by name, runs by class, judged cuts, versions."""

    def __init__(self, classes, runs, cuts, version, go_versions, thresholds, sums=None):
        self.sums = sums or {}
        self.summed = [row for row in classes.values() if "times" in row]
        self.classes = {name: row for name, row in classes.items() if name in runs}
        self.runs = runs
        self.cuts = cuts
        self.version = version
        self.go_versions = go_versions
        self.thresholds = thresholds

    def of_kind(self, kind):
        return [row for row in self.classes.values() if row["kind"] == kind]

    def held_out(self, row):
        return counting.of_split(self.runs[row["name"]], HELD_OUT)

    def tally(self, row, split=HELD_OUT):
        return counting.tally(counting.of_split(self.runs[row["name"]], split), row)

    def pooled(self, rows, split=HELD_OUT):
        return counting.add([self.tally(row, split) for row in rows])


def head(facts):
    count = sum(len(group) for group in facts.runs.values())
    tuning = sum(run.trace.split == "tuning" for group in facts.runs.values() for run in group)
    return "\n\n".join([
        "# How well leakgate tells leaks from noise",
        wrapped(f"""Made by `tests/bench/detection/judge`, never by hand; [README.md](README.md)
        says how. {count} recorded runs of the stand-in in {len(facts.runs)} classes, judged by
        {facts.version}; the stand-in was built with {', '.join(facts.go_versions)}."""),
        wrapped(f"""Every {TUNING_EVERY}th run of a class is *tuning*: {tuning} runs, on which
        thresholds may be set. All others are *held-out*: {count - tuning} runs, which no threshold
        has seen. What is claimed is claimed of these."""),
        wrapped("""*Alone* is the verdict of one run. *Confirmed*: as much came again in a second
        loop, or a second process said leak as well, or a third did when the second did not; the next traces of the same class and half
        stand for them. Only a confirmed leak makes leakgate fail."""),
        wrapped("""In brackets stand 95 % Clopper-Pearson intervals, two-sided; with ≤ one-sided
        upper bounds. Runs that were measured wrongly or failed are in no share; they are counted
        as *not judged*."""),
        wrapped(f"Thresholds (`harness/verdict/growth.c`): {facts.thresholds}.")]) + "\n"


def yes(holds):
    return "yes" if holds else "**no**"


def claims(facts):
    """What must be seen, one line each: the claim, what was counted, whether it holds, the runs of
    the class that has the fewest, and how many it should have."""
    clean, leaks = facts.of_kind("clean"), facts.of_kind("leak")
    counts = [row for rate, rows in counting.rates(facts.classes).items() if rate >= 0.2
              for row in rows if "late" not in row["tags"]]
    stacks = [row for row in leaks if row["gauge"] == "heap_stack"]
    heap = [row for row in counting.with_tag(facts.classes, "curve")
            if row["bytes_per_iteration"] >= 256]
    alarms, counted = facts.pooled(clean), facts.pooled(counts)
    least = [(found.confirmed / max(1, found.runs), row["name"])
             for row in heap for found in [facts.tally(row)]]
    named = facts.pooled(stacks)

    def fewest(rows):
        return min((facts.tally(row).runs for row in rows), default=0)
    return [
        ("no confirmed false alarm in any clean class", at_most(alarms.confirmed, alarms.runs),
         alarms.confirmed == 0, fewest(clean), ENOUGH_RUNS),
        ("each count of one per iteration and one per five found",
         share(counted.confirmed, counted.runs), counted.confirmed == counted.runs,
         fewest(counts), ENOUGH_RUNS),
        ("… and its holder named first", share(counted.right, counted.confirmed),
         counted.right == counted.confirmed, fewest(counts), ENOUGH_RUNS),
        ("95 % of each heap leak of 256 B per iteration and more found",
         "least {1}: {0} %".format(percent(min(least)[0]), min(least)[1]) if least else "–",
         bool(least) and min(least)[0] >= FOUND_SHARE, fewest(heap), 1),
        ("the right stack first in 95 % of the heap leaks found",
         share(named.right, named.confirmed),
         named.right >= FOUND_SHARE * max(1, named.confirmed), fewest(stacks), 1),
    ]


def claims_table(facts):
    return section("What must be seen", "", table(
        ["held-out", "counted", "holds", "fewest runs of a class", f"of {ENOUGH_RUNS}"],
        [[text, counted, yes(holds), fewest, yes(fewest >= asked) if asked > 1 else "–"]
         for text, counted, holds, fewest, asked in claims(facts)]))


def leaks_table(facts, split):
    rows = []
    for row in facts.of_kind("leak"):
        found = facts.tally(row, split)
        rows.append([row["name"], found.runs, share(found.flagged, found.runs),
                     share(found.confirmed, found.runs), share(found.right, found.confirmed),
                     found.inconclusive, found.unjudged])
    return table(["class", "runs", "found alone", "confirmed", "right holder first",
                  "inconclusive", "not judged"], rows)


def clean_table(facts, split):
    rows = []
    clean = facts.of_kind("clean")
    for name, found in [(row["name"], facts.tally(row, split)) for row in clean] \
            + [("**all clean classes**", facts.pooled(clean, split))]:
        rows.append([name, found.runs, at_most(found.flagged, found.runs),
                     at_most(found.confirmed, found.runs), found.inconclusive, found.unjudged])
    return table(["class", "runs", "false alarms alone", "confirmed", "inconclusive", "not judged"],
                 rows)


def classes_section(facts):
    return "\n".join(section(f"{title}, {split}", "", make(facts, split))
                     for title, make in (("Leaks", leaks_table), ("Clean programs", clean_table))
                     for split in SPLITS)


def curve_section(facts):
    rows = []
    for row in sorted(counting.with_tag(facts.classes, "curve"),
                      key=lambda row: row["bytes_per_iteration"]):
        found = facts.tally(row)
        rows.append([f"{row['bytes_per_iteration']:g}", share(found.flagged, found.runs),
                     share(found.confirmed, found.runs), share(found.right, found.confirmed)])
    return section("Heap: found by bytes per iteration, held-out", "",
                   table(["bytes", "alone", "confirmed", "right stack first"], rows))


def rates_section(facts):
    rows = []
    for rate, classes in counting.rates(facts.classes).items():
        for late in (False, True):
            some = [row for row in classes if ("late" in row["tags"]) == late]
            found = facts.pooled(some)
            if some:
                rows.append([f"{rate:.2g}" + (", late start" if late else ""), len(some),
                             share(found.flagged, found.runs), share(found.confirmed, found.runs),
                             share(found.right, found.confirmed)])
    return section(
        "Counts: found by rate, held-out",
        """Descriptors, goroutines, watches and processes per iteration; all classes of a rate
        pooled. Fewer than one in seven iterations (0.14), and leaks that begin in mid-loop, are not
        promised.""",
        table(["per iteration", "classes", "alone", "confirmed", "right holder first"], rows))


def power_section(facts):
    runs = [run for row in facts.of_kind("clean") for run in facts.held_out(row)]
    seconds = [run.seconds for run in runs]
    rows = [[gauge, found.runs, *map(short, (found.median, found.ninety, found.worst))]
            for gauge, found in counting.power(runs).items()]
    took = f"{statistics.median(seconds):.0f}" if seconds else "–"
    return section(
        "What a run promises to see",
        f"""`would_have_caught` of the clean runs, held-out: the smallest growth per iteration (of
        heap in bytes) that the run could have told from its noise. A run took {took} s (median),
        its drain with it.""",
        table(["gauge", "runs", "median", "nine in ten at most", "worst"], rows))


def promise_section(facts):
    rows = []
    for gauge in (*COUNTS, "heap_stack"):
        found = [counting.promises(facts.held_out(row), row) for row in facts.of_kind("leak")
                 if row["gauge"] == gauge and "late" not in row["tags"]]
        if not found:
            continue
        total = counting.Promise(*(sum(column) for column in zip(*found)))
        rows.append([gauge, share(total.kept, total.promised),
                     share(total.found_beyond, total.beyond)])
    return section(
        "Are the promises kept?",
        """Each leaking run, held-out, by its own `would_have_caught`: a leak of that size or more
        has to be found.""",
        table(["gauge", "promised: found", "smaller than promised: found"], rows))


def time_section(facts):
    title = "Smallest leak against wall time"
    if not facts.cuts:
        return section(title, """No class has a longer loop than the 21 samples that a verdict
                       needs, so nothing can be said of longer runs.""") + "\n"
    rows = []
    for name in sorted({name for name, _, _ in facts.cuts}):
        for length in sorted({length for other, _, length in facts.cuts if other == name}):
            found = [judged for (other, _, samples), judged in facts.cuts.items()
                     if (other, samples) == (name, length)]
            iterations, seconds = (statistics.median(judged[i] for judged in found) for i in (1, 2))
            hits = sum(verdict == "leak" for verdict, *_ in found)
            rows.append([name, length, f"{iterations:g}", f"{seconds:.0f} s",
                         share(hits, len(found))])
    return section(
        title,
        """Runs with long loops, held-out, judged as if they had ended after so many samples: one
        run alone, and the seconds from the start of the target to the last sample.""",
        table(["class", "samples", "iterations", "wall time", "found"], rows))


def sums_section(facts):
    title = "Several processes added up"
    rows, sizes = [], sorted({size for _, _, size in facts.sums})
    for row in facts.summed:
        for half in SPLITS:
            cells = []
            for size in sizes:
                judged = facts.sums.get((row["name"], half, size), [])
                told = [scenario for scenario in judged if scenario["verdict"] in JUDGED]
                leaks = [scenario for scenario in told if scenario["verdict"] == "leak"]
                right = [scenario for scenario in leaks
                         if is_right(first_failing(scenario), row)]
                cells.append(share(len(right), len(told)) if row["kind"] == "leak"
                             else at_most(len(leaks), len(told)))
            if any(cell != "–" for cell in cells):
                rows.append([row["name"], half, *cells])
    if not rows:
        return section(title, "No class was played several times (`--times`).") + "\n"
    return section(
        title,
        """Runs with `--times`, their processes added up so many at a time: of leaks those that were
        found with the right holder first, of clean programs false alarms.""",
        table(["class", "half", *(f"{size} processes" for size in sizes)], rows))


def rules_section(facts):
    families = {}
    for row in facts.classes.values():
        families.setdefault(counting.family_of(row), []).append(row)
    order = ["clean"] + sorted(family for family in families if family != "clean")
    judged = {family: [run for row in families.get(family, ()) for run in facts.held_out(row)
                       if run.verdict in counting.JUDGED] for family in order}
    hits = {family: counting.rule_hits(runs) for family, runs in judged.items()}
    rows = [[name] + [share(hits[family][name], len(judged[family])) for family in order]
            for name, *_ in RULES]
    for name, is_hit in (("leakgate, alone", lambda run: run.verdict == "leak"),
                         ("**leakgate, confirmed**", lambda run: run.confirmed)):
        rows.append([name] + [share(sum(map(is_hit, judged[family])), len(judged[family]))
                              for family in order])
    heads = ["rule", "false alarms, clean"] + [f"found, {family}" for family in order[1:]]
    counts = ", ".join(f"`{name}`" for name in COUNTS)
    return section(
        "The same traces by the usual rules, held-out",
        f"""A rule flags a run when it calls any of these gauges growing in the loop: {counts}, and
        the heap's exact total (`heap_alloc`; `heap_objects` for the rules that count objects).
        `rules.py` says what each does and where that is from. They see totals alone and name no
        holder. What happens at rest does not grow in the loop: a rule that flags it there flags
        noise.""",
        table(heads, rows) + "\nFalse alarms by clean class:\n\n" + clean_by_rule(facts))


def clean_by_rule(facts):
    rows = []
    for row in facts.of_kind("clean"):
        runs = [run for run in facts.held_out(row) if run.verdict in counting.JUDGED]
        hits = counting.rule_hits(runs)
        rows.append([row["name"], len(runs)] + [hits[name] for name, *_ in RULES]
                    + [sum(run.confirmed for run in runs)])
    return table(["class", "runs"] + [name for name, *_ in RULES] + ["**leakgate**"], rows)


RULE = re.compile(r"struct growth_rule growth_rule_(\w+) = \{(.*?)\};", re.DOTALL)


def thresholds_of(source):
    """The figures of growth.c in one line."""
    return "; ".join(f"{name}: " + " ".join(body.replace(".", "", 1).replace(" .", " ").split())
                     for name, body in RULE.findall(source))


def document(facts):
    sections = [head(facts), claims_table(facts), classes_section(facts), curve_section(facts),
                rates_section(facts), power_section(facts), promise_section(facts),
                time_section(facts), sums_section(facts), rules_section(facts)]
    return "\n".join(sections)
