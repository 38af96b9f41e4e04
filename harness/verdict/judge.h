/*
 * Series and baseline -> findings and verdict. Pure: the same input gives the same bytes.
 */
#ifndef LEAKGATE_VERDICT_JUDGE_H
#define LEAKGATE_VERDICT_JUDGE_H

#include <stdbool.h>

#include "verdict/baseline.h"
#include "verdict/judgement.h"
#include "verdict/series.h"

/* baseline may be NULL: no growth is allowed, no levels are compared. */
struct judgement *judge(const struct series *series, const struct baseline *baseline,
                        const struct run_facts *facts);

/* Did something grow in the loop that the baseline does not allow, and is it still there in the
 * last sample? Or did a gauge move so much that only a drain can tell? For the worker, which
 * decides whether to go on draining. `today` is the journal's date, so that what the judge will
 * judge is drained: an exception that has expired allows nothing. */
bool judge_grew(const struct series *series, const struct baseline *baseline, const char *today);

#endif
