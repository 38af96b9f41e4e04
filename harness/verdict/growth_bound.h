/* How much a gauge that moves too much in the loop can have grown at the most, by what it holds at
 * rest. */
#ifndef LEAKGATE_VERDICT_GROWTH_BOUND_H
#define LEAKGATE_VERDICT_GROWTH_BOUND_H

#include <stdbool.h>

#include "verdict/ledger.h"

/*
 * The most that each iteration can have left for good, in the gauge's unit: what is held at the end
 * of the drain over what was held before, shared out among the iterations since. Before is both the
 * start of the measurement, before the first iteration, and the rest before the loop: what was
 * there at the start may be gone, and what rested before the loop may have been a backlog of the
 * warm-up; the larger of both counts. Two are added, the least growth that counts. `remaining` is
 * the gauge's row without the accounts that are `taken` (one flag for each of the gauge's). Never
 * negative; NAN where there is no drain, or one of the ends was not read.
 */
double growth_bound(const struct ledger *ledger, enum gauge gauge, const double *remaining,
                    const bool *taken);
/* Would a drain tell? It takes a sample of the start, and growth that is counted in iterations. */
bool drain_tells_bound(const struct ledger *ledger);

#endif
