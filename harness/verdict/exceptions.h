/* Is each exception of the baseline, and each gauge's own allowance, still in date, still used, and
 * no wider than need be? */
#pragma once

#include <stdbool.h>

#include "verdict/baseline.h"
#include "verdict/judgement.h"
#include "verdict/ledger.h"

/* `used`: by gauge, how much of its own allowance is used (assess.h); NULL where the run is not
 * valid, so that what was not found in it may be there all the same. */
void check_exceptions(const struct ledger *ledger, const struct baseline *baseline,
                      const struct run_facts *facts, const double *used,
                      struct finding_list *findings);

/* Is this the finding of an exception, or of a gauge's allowance, that has expired and that nothing
 * uses any more? Then there is nothing to accept, only an entry to remove. */
bool is_over_and_unused(const struct judgement *judgement, const struct finding *expired);
