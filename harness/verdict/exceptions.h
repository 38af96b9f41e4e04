/* Is each exception of the baseline still in date, still used, and no wider than need be? */
#ifndef LEAKGATE_VERDICT_EXCEPTIONS_H
#define LEAKGATE_VERDICT_EXCEPTIONS_H

#include <stdbool.h>

#include "verdict/baseline.h"
#include "verdict/finding.h"
#include "verdict/ledger.h"

/* `measured`: the run is valid, so that what was not found in it is not there. */
void check_exceptions(const struct ledger *ledger, const struct baseline *baseline,
                      const struct run_facts *facts, bool measured, struct finding_list *findings);

#endif
