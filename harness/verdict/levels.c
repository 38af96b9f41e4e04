#include "verdict/levels.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

/* Those whose level or rate is the same in every run of the same program; the others are shown.
 * cpu and spawn find a program that spins or forks for ever at rest although nothing grows. */
static const enum gauge gating[] = {GAUGE_FD,    GAUGE_GOROUTINE, GAUGE_INOTIFY_WATCH,
                                    GAUGE_CHILD, GAUGE_CPU,       GAUGE_SPAWN};

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

void compare_levels(const struct baseline *baseline, const double levels[GAUGE_COUNT],
                    struct finding_list *findings)
{
    for (size_t i = 0; i < sizeof gating / sizeof gating[0]; i++) {
        const struct baseline_gauge *stored = &baseline->gauges[gating[i]];
        if (!stored->present || isnan(stored->level) || isnan(levels[gating[i]]))
            continue;
        double tolerance = baseline_tolerance(stored, gating[i]);
        if (!(levels[gating[i]] > stored->level + tolerance))
            continue;
        finding_add(findings, (struct finding){
                                  .kind = FINDING_LEVEL,
                                  .gauge = gating[i],
                                  .from = stored->level,
                                  .to = levels[gating[i]],
                                  .allowed = tolerance,
                                  .text = memory_format(
                                      "%.4g%s at rest, %.3g more than the baseline's "
                                      "%.4g, where %.3g more are tolerated",
                                      levels[gating[i]], unit_at_rest(gating[i]),
                                      levels[gating[i]] - stored->level, stored->level, tolerance),
                              });
    }
}
