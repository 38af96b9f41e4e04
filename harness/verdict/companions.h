/*
 * One cause, one finding. A goroutine that leaks takes with it what it waits for and what it holds:
 * timers, channels, its closure. Their heap stacks, and what the runtime finds leaked of it, are no
 * findings of their own but companions of the goroutine's, also where that is allowed.
 *
 * A goroutine that started others and did not end, as one that waits for a group, is a companion of
 * those, where no more of it came than of them.
 *
 * Coming at the same pace is never enough. A heap stack is a companion where the goroutine's
 * function made the timer that it waits for (timer_owner.h); or where the two share a function of
 * the program and there are as many objects as goroutines.
 */
#pragma once

#include <stdbool.h>

#include "verdict/judgement.h"
#include "verdict/ledger.h"

/* Makes companions of the findings that are some. */
void companions_find(const struct ledger *ledger, struct finding_list *findings);
/* Marks the heap stacks that goroutines which stay explain, in the order of the ledger's
 * accounts: whatever they grow by is no growth of the heap's total. */
void companions_take(const struct ledger *ledger, const struct finding_list *findings,
                     bool *taken_stacks);

/* Gives findings that are held by stacks the function to look at first; and heap stacks the
 * program's function that they have in common with another stack: who allocates is not who keeps.
 */
void findings_name_functions(const struct ledger *ledger, struct finding_list *findings);
