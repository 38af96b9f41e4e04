#include "verdict/growth_bound.h"

#include <math.h>

static const double least_growth = 2;

/* The first sample, where it was taken at the start. */
static const struct sample *start_of(const struct series *series)
{
    return series->count > 0 && series->samples[0].phase == PHASE_START ? series->samples : NULL;
}

bool drain_tells_bound(const struct ledger *ledger)
{
    return start_of(ledger->series) != NULL && !ledger->series->per_minute &&
           ledger->loop.count > 0;
}

static double bound_from(double before, double after, double iterations)
{
    double left = after - before + least_growth;
    return isnan(left) || !(iterations > 0) ? NAN : fmax(left, 0) / iterations;
}

double growth_bound(const struct ledger *ledger, enum gauge gauge, const double *remaining,
                    const bool *taken)
{
    const struct sample *start = start_of(ledger->series);
    if (start == NULL || !drain_tells_bound(ledger) || ledger->drain.count == 0)
        return NAN;
    size_t last = ledger->columns - 1, count;
    const struct account *accounts = ledger_accounts(ledger, gauge, &count);
    double before = start->gauges[gauge];
    for (size_t i = 0; i < count; i++)
        before -= taken[i] ? ledger_held_in(ledger, start, &accounts[i]) : 0;
    double played = (double)ledger->samples[last]->iteration - (double)start->iteration;
    double from_start = bound_from(before, remaining[last], played);
    double from_idle = bound_from(ledger_idle_floor(ledger, remaining), remaining[last],
                                  ledger->positions[last] - ledger_idle_position(ledger));
    return isnan(from_start) ? NAN : fmax(from_start, from_idle);
}
