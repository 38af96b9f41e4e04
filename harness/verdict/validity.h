/* Did the run measure what it should? */
#ifndef LEAKGATE_VERDICT_VALIDITY_H
#define LEAKGATE_VERDICT_VALIDITY_H

#include <stdbool.h>

#include "verdict/judgement.h"
#include "verdict/ledger.h"

/* Adds a finding for each reason why the run is invalid; true when there is none. */
bool check_validity(const struct ledger *ledger, const struct run_facts *facts,
                    struct finding_list *findings);

#endif
