#include "verdict/rest.h"

#include <math.h>

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

double rest_bound(const struct ledger *ledger, enum gauge gauge)
{
    const struct sample *start = start_of(ledger);
    if (start == NULL || !rest_can_tell(ledger) || ledger->drain.count == 0)
        return NAN;
    const struct sample *end = ledger->samples[ledger->columns - 1];
    double iterations = (double)end->iteration - (double)start->iteration;
    double bound = (end->gauges[gauge] - start->gauges[gauge] + least_growth) / iterations;
    return iterations > 0 ? fmax(bound, 0) : NAN;
}
