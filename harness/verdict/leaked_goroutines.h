/*
 * Goroutines that the runtime itself knows to be leaked (gauge goroutine_leak). It is read at the
 * end alone, twice, in samples of PHASE_QUIT; what stands in both looks is a leak, whatever its
 * pace.
 */
#pragma once

#include "verdict/baseline.h"
#include "verdict/judgement.h"
#include "verdict/ledger.h"

/* Adds a finding where the account's goroutines were there in both looks: a growth, or allowed by
 * the exception (NULL: none), however many there are: what becomes more is judged by the gauge
 * goroutine. */
void leaked_goroutines_assess(const struct ledger *ledger, const struct account *account,
                              const struct baseline_exception *exception,
                              struct finding_list *findings);
/* How many there are for each iteration (or minute) since the start; 0: none. */
double leaked_per_iteration(const struct ledger *ledger, const struct account *account);
