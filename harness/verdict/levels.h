/* Levels at rest, and their comparison with the baseline's. */
#ifndef LEAKGATE_VERDICT_LEVELS_H
#define LEAKGATE_VERDICT_LEVELS_H

#include "verdict/baseline.h"
#include "verdict/finding.h"
#include "verdict/ledger.h"

/* By gauge: the median of the idle samples (of the loop's where a scenario paced by time has no
 * idle phase); of what only ever rises, its rate per second. NAN: not read. */
void levels_at_rest(const struct ledger *ledger, double levels[GAUGE_COUNT]);

/* A finding for each level that is over the baseline's by more than its tolerance. A level far
 * below is no finding: the baseline is then looser than it need be, which growth does not hide
 * behind. */
void compare_levels(const struct baseline *baseline, const double levels[GAUGE_COUNT],
                    struct finding_list *findings);

#endif
