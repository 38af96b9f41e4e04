#include "verdict/levels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Those whose level or rate is the same in every run of the same program; the others are shown.
 * cpu and spawn find a program that spins or forks for ever at rest although nothing grows. */
static const enum gauge gating[] = {GAUGE_FD,    GAUGE_GOROUTINE, GAUGE_INOTIFY_WATCH,
                                    GAUGE_CHILD, GAUGE_CPU,       GAUGE_SPAWN};

bool level_is_judged(enum gauge gauge)
{
    for (size_t i = 0; i < sizeof gating / sizeof gating[0]; i++)
        if (gating[i] == gauge)
            return true;
    return false;
}

static const char *unit_at_rest(enum gauge gauge)
{
    if (gauge == GAUGE_CPU)
        return " cores";
    return gauge_info(gauge)->cumulative ? " per second" : "";
}

static int compare_numbers(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median_of_row(const double *row, struct stretch stretch)
{
    _cleanup_free_ double *read = memory_array(stretch.count, sizeof *read);
    size_t count = 0;
    for (size_t i = 0; i < stretch.count; i++)
        if (!isnan(row[stretch.first + i]))
            read[count++] = row[stretch.first + i];
    if (count == 0)
        return NAN;
    qsort(read, count, sizeof *read, compare_numbers);
    return count % 2 == 1 ? read[count / 2] : (read[count / 2 - 1] + read[count / 2]) / 2;
}

static double rate_of_row(const struct ledger *ledger, const double *row, struct stretch stretch)
{
    if (stretch.count < 2)
        return NAN;
    size_t first = stretch.first, last = stretch.first + stretch.count - 1;
    double seconds = ledger->samples[last]->at - ledger->samples[first]->at;
    return seconds > 0 ? (row[last] - row[first]) / seconds : NAN;
}

void levels_at_rest(const struct ledger *ledger, double levels[GAUGE_COUNT])
{
    bool loop_is_rest = ledger->series->per_minute && ledger->idle.count == 0;
    struct stretch rest = loop_is_rest ? ledger->loop : ledger->idle;
    for (unsigned i = 0; i < GAUGE_COUNT; i++) {
        enum gauge gauge = (enum gauge)i;
        _cleanup_free_ double *row = ledger_totals(ledger, gauge);
        levels[gauge] = gauge_info(gauge)->cumulative ? rate_of_row(ledger, row, rest)
                                                      : median_of_row(row, rest);
    }
}

/* Sizes of memory are the runtime's and the machine's; counts and rates are the program's. */
static bool depends_on_build(enum gauge gauge)
{
    return gauge_info(gauge)->unit == UNIT_BYTES && !gauge_info(gauge)->cumulative;
}

static bool is_of_plan(const struct baseline *baseline, const struct run_facts *facts)
{
    return facts->plan_hash[0] == '\0' || baseline->plan_hash[0] == '\0' ||
           strcmp(facts->plan_hash, baseline->plan_hash) == 0;
}

static bool has_any_level(const struct baseline *baseline)
{
    for (size_t gauge = 0; gauge < GAUGE_COUNT; gauge++)
        if (!isnan(baseline->gauges[gauge].level))
            return true;
    return false;
}

static void tell_not_compared(enum gauge gauge, char *text, struct finding_list *findings)
{
    finding_add(findings,
                (struct finding){.kind = FINDING_NOT_COMPARED, .gauge = gauge, .text = text});
}

/* All memory that has a stored level, also where that is only shown. */
static void tell_other_build(const struct baseline *baseline, const double levels[GAUGE_COUNT],
                             const struct run_facts *facts, struct finding_list *findings)
{
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++)
        if (depends_on_build(gauge) && !isnan(baseline->gauges[gauge].level) &&
            !isnan(levels[gauge]))
            tell_not_compared(gauge,
                              memory_format("its level: the baseline was made with %s %s, this is "
                                            "%s %s",
                                            baseline->go_version, baseline->platform,
                                            facts->go_version, facts->platform),
                              findings);
}

static void compare_level(const struct baseline_gauge *stored, enum gauge gauge, double level,
                          struct finding_list *findings)
{
    const double loose_factor = 2;
    double tolerance = baseline_tolerance(stored, gauge);
    bool over = level > stored->level + tolerance;
    if (!over && !(level < stored->level - loose_factor * tolerance))
        return;
    char *text =
        over ? memory_format("%.4g%s at rest, %.3g more than the baseline's %.4g, where %.3g more "
                             "are tolerated",
                             level, unit_at_rest(gauge), level - stored->level, stored->level,
                             tolerance)
             : memory_format("%.4g%s at rest, far below the baseline's %.4g", level,
                             unit_at_rest(gauge), stored->level);
    finding_add(findings, (struct finding){.kind = over ? FINDING_LEVEL : FINDING_LEVEL_LOOSE,
                                           .gauge = gauge,
                                           .from = stored->level,
                                           .to = level,
                                           .allowed = tolerance,
                                           .text = text});
}

void compare_levels(const struct baseline *baseline, const double levels[GAUGE_COUNT],
                    const struct run_facts *facts, struct finding_list *findings)
{
    if (!is_of_plan(baseline, facts)) {
        if (has_any_level(baseline))
            tell_not_compared(GAUGE_COUNT,
                              memory_copy_text("levels at rest: the baseline was made for another "
                                               "plan, its allowances alone were judged by"),
                              findings);
        return;
    }
    bool same_build = baseline_is_of_build(baseline, facts->go_version, facts->platform);
    if (!same_build)
        tell_other_build(baseline, levels, facts, findings);
    for (size_t i = 0; i < sizeof gating / sizeof gating[0]; i++) {
        const struct baseline_gauge *stored = &baseline->gauges[gating[i]];
        if (!stored->present || isnan(stored->level) || isnan(levels[gating[i]]) ||
            (!same_build && depends_on_build(gating[i])))
            continue;
        compare_level(stored, gating[i], levels[gating[i]], findings);
    }
}
