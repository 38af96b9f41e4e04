/* Levels at rest, and their comparison with the baseline's. */
#ifndef LEAKGATE_VERDICT_LEVELS_H
#define LEAKGATE_VERDICT_LEVELS_H

#include <stdbool.h>

#include "verdict/baseline.h"
#include "verdict/finding.h"
#include "verdict/ledger.h"

/* Is the gauge's level at rest compared with a stored one? */
bool level_is_judged(enum gauge gauge);

/* By gauge: the median of the idle samples (of the loop's where a scenario paced by time has no
 * idle phase); of what only ever rises, its rate per second. NAN: not read. */
void levels_at_rest(const struct ledger *ledger, double levels[GAUGE_COUNT]);

/* A finding for each level that is over the baseline's by more than its tolerance. One that is
 * below by more than twice the tolerance is shown: a growth could hide behind the baseline, once.
 * What another plan's baseline says of levels means nothing, and what another Go or platform says
 * of memory neither: then it is told that they are not compared. */
void compare_levels(const struct baseline *baseline, const double levels[GAUGE_COUNT],
                    const struct run_facts *facts, struct finding_list *findings);

#endif
