#include "verdict/rates.h"

#include <math.h>

#include "verdict/levels.h"

/*
 * How much higher a rate has to be, and what may still come of the last iteration, where the second
 * after it is all there is. The rates are the tolerances of levels at rest (baseline.c).
 */
static const struct {
    double rate, once;
} least[GAUGE_COUNT] = {
    [GAUGE_CPU] = {0.1, 0.3},
    [GAUGE_SPAWN] = {2, 10},
    [GAUGE_OUTPUT] = {1024, 64 * 1024},
};

/* The later half of the rest after the loop: what the loop left to do is done by then. After a
 * single sample it is the time since the loop. (What the second loop adds or lets go by chance does
 * not make good that a rate was higher for so long.) */
static struct stretch rest_after(const struct ledger *ledger)
{
    struct stretch rest = ledger->drain;
    size_t skipped = rest.count > 1 ? (rest.count - 1) / 2 : 0;
    if (rest.count == 1 && ledger->loop.count > 0)
        return (struct stretch){rest.first - 1, 2};
    return (struct stretch){rest.first + skipped, rest.count - skipped};
}

struct rate_growth rate_growth_of(const struct ledger *ledger, enum gauge gauge, const double *row,
                                  double allowed)
{
    struct stretch rest = rest_after(ledger);
    struct rate_growth growth = {.before = NAN, .after = NAN};
    if (ledger->series->per_minute || ledger->idle.count < 2 || rest.count < 2)
        return growth;
    double seconds = ledger_seconds(ledger, rest);
    growth.before = rate_at_rest(ledger, gauge, row, ledger->idle);
    growth.after = rate_at_rest(ledger, gauge, row, rest);
    growth.iterations =
        ledger->positions[stretch_last(rest)] - ledger->positions[stretch_last(ledger->idle)];
    if (!(growth.iterations > 0) || !(seconds > 0))
        return growth;
    double gain = growth.after - growth.before;
    growth.per_iteration = gain / growth.iterations;
    bool right_after = ledger->drain.count == 1;
    double over = gain - allowed * growth.iterations - least[gauge].rate;
    growth.grows = over > (right_after ? least[gauge].once / seconds : 0);
    growth.unsure = over > 0 && !growth.grows;
    return growth;
}
