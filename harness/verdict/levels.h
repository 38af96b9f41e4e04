/* Levels at rest, and their comparison with the baseline's. */
#pragma once

#include <stdbool.h>

#include "verdict/baseline.h"
#include "verdict/judgement.h"
#include "verdict/ledger.h"

/* "0.5 cores", "12.5", "6.2 MiB", "300 B per second". */
void level_describe(enum gauge gauge, double level, char *text, size_t size);
/* Is the gauge's level at rest compared with a stored one? */
bool level_is_judged(enum gauge gauge);
/* Over which a level is a finding in any program where none is stored; 0: none is. */
double level_most(enum gauge gauge);

/* The samples at rest: idle ones, or the loop's where a scenario paced by time has no idle phase.
 */
struct stretch rest_of(const struct ledger *ledger);
/* Was nothing played while those were taken? A scenario paced by time may play meanwhile. */
bool was_at_rest(const struct ledger *ledger);
/* By how much a row rises per second in a stretch; NAN where it has no two samples. */
double rate_of_row(const struct ledger *ledger, const double *row, struct stretch stretch);

/* The same for a gauge that only ever rises, of cpu in cores: the cpu gauge leaves out what the
 * target spent on being sampled, so that time is not counted either. NAN also where less than half
 * a second is left: processor time is counted in hundredths. */
double rate_at_rest(const struct ledger *ledger, enum gauge gauge, const double *row,
                    struct stretch stretch);

/* By gauge: the median of the samples at rest, or where the loop is rest what it stood at when the
 * loop began; of what only ever rises, its rate per second. NAN: not read. */
void levels_at_rest(const struct ledger *ledger, double levels[GAUGE_COUNT]);

/* Was the baseline made for the plan of this run? What another plan's says of levels and rates
 * means nothing. */
bool baseline_is_of_plan(const struct baseline *baseline, const struct run_facts *facts);
/* The stored level that the gauge's is compared with; NAN: none, or it is of another plan, or of
 * memory by another build. The baseline may be NULL. */
double compared_level(const struct baseline *baseline, const struct run_facts *facts,
                      enum gauge gauge);

/* A finding for each level that is over the baseline's by more than its tolerance; without a stored
 * one, for a rate that is a fault in any program. One that is below by more than twice the
 * tolerance is shown: a growth could hide behind the baseline, once. Levels that are stored and
 * cannot be compared are reported as such. The baseline may be NULL. */
void compare_levels(const struct ledger *ledger, const struct baseline *baseline,
                    const double levels[GAUGE_COUNT], const struct run_facts *facts,
                    struct finding_list *findings);
