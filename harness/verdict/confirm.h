/*
 * Several runs of one scenario by the same plan, each in a fresh process, to one verdict.
 *
 * Growth that one run saw is a leak only when a second one sees it as well; where they differ a
 * third decides. A run that failed is never outvoted, and one that was inconclusive or invalid has
 * no vote. What is known for certain from one run (an exception that has expired, a count that a
 * second loop raised by as much again) needs no second.
 *
 * Order of calls: confirmation_wants_run after the first judgement and after each further one;
 * then confirm.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "verdict/judgement.h"

enum { CONFIRMING_RUNS = 3 };

/* Did a second loop repeat a growth? Then no other process need show it. */
bool leak_is_certain(const struct judgement *run);

/* Would one more run tell something? runs[0] is the screening. */
bool confirmation_wants_run(const struct judgement *const *runs, size_t count);

/* The verdict of all of them, written into runs[0]: findings that another run shows as well are
 * CONFIRMED; those that fail and are not shown again become FINDING_UNCONFIRMED; what only the
 * later runs agree on is added. With one run nothing changes. A screening may have passed: what
 * one of the others shows is then FINDING_UNCONFIRMED, what two show a leak. */
void confirm(struct judgement *const *runs, size_t count);

/* Are a and b about the same growth (level, process left behind)? Growth of a total
 * is the same as that of each of its holders: which of them is steady enough to be named is chance.
 */
bool findings_match(const struct finding *a, const struct finding *b);
