/* What a gauge that moves too much in the loop is known by all the same: what it holds at rest. */
#ifndef LEAKGATE_VERDICT_REST_H
#define LEAKGATE_VERDICT_REST_H

#include <stdbool.h>

#include "verdict/ledger.h"

/*
 * The most that each iteration can have left for good, in the gauge's unit: what the gauge holds at
 * the end of the drain over what it held at the start of the measurement, before the first
 * iteration, shared out among all iterations, those of the warm-up too. Two are added, the least
 * growth that counts: something of the start may have gone away since. Never negative; NAN where
 * there is no drain or no sample of the start.
 */
double rest_bound(const struct ledger *ledger, enum gauge gauge);
/* Would a drain tell? It takes a sample of the start, and growth that is counted in iterations. */
bool rest_can_tell(const struct ledger *ledger);

#endif
