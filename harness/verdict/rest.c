#include "verdict/rest.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "verdict/holder_key.h"

static const double least_growth = 2;

static const struct sample *start_of(const struct ledger *ledger)
{
    const struct series *series = ledger->series;
    return series->count > 0 && series->samples[0].phase == PHASE_START ? &series->samples[0]
                                                                        : NULL;
}

bool rest_can_tell(const struct ledger *ledger)
{
    return start_of(ledger) != NULL && !ledger->series->per_minute && ledger->loop.count > 0;
}

/* What the holders of these accounts held at the start. */
static double held_at_start(const struct ledger *ledger, enum gauge gauge, const bool *taken)
{
    const struct holder_table *holders = ledger->series->holders;
    const struct sample *start = start_of(ledger);
    size_t known = holders != NULL ? holder_table_count(holders) : 0, count;
    const struct account *accounts = ledger_accounts(ledger, gauge, &count);
    double held = 0;
    for (size_t i = 0; i < start->holdings.count; i++) {
        if (start->holdings.items[i].holder >= known)
            continue;
        struct holder holder = holder_table_get(holders, start->holdings.items[i].holder);
        _cleanup_free_ char *key = holder.gauge == gauge ? holder_key(holders, holder) : NULL;
        for (size_t j = 0; key != NULL && j < count; j++)
            if (taken[j] && strcmp(accounts[j].key, key) == 0)
                held += start->holdings.items[i].value;
    }
    return held;
}

static double bound_from(double before, double after, double iterations)
{
    double left = after - before + least_growth;
    return isnan(left) || !(iterations > 0) ? NAN : fmax(left, 0) / iterations;
}

double rest_bound(const struct ledger *ledger, enum gauge gauge, const double *rest,
                  const bool *taken)
{
    if (!rest_can_tell(ledger) || ledger->drain.count == 0)
        return NAN;
    const struct sample *start = start_of(ledger), *end = ledger->samples[ledger->columns - 1];
    double before = start->gauges[gauge] - held_at_start(ledger, gauge, taken);
    double after = rest[ledger->columns - 1], idle = ledger_idle_floor(ledger, rest);
    double loop = ledger->positions[ledger->columns - 1] - ledger_idle_position(ledger);
    double from_start =
        bound_from(before, after, (double)end->iteration - (double)start->iteration);
    double from_idle = bound_from(idle, after, loop);
    if (isnan(from_start))
        return NAN;
    return isnan(from_idle) ? from_start : fmax(from_start, from_idle);
}
