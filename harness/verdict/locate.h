/*
 * Where in the iteration it grows: from a locating run, which counts every allocation
 * (memprofilerate 1) and takes a sample after every input with the waits that follow it. Changes no
 * verdict.
 */
#ifndef LEAKGATE_VERDICT_LOCATE_H
#define LEAKGATE_VERDICT_LOCATE_H

#include "verdict/judgement.h"
#include "verdict/series.h"

/* How many iterations a locating run needs to see what was found: rare growth needs more, and each
 * costs a sample a step. */
unsigned locating_iterations(const struct judgement *judgement);
/* Is there growth to be located? */
bool locating_helps(const struct judgement *judgement);

/* Adds places and exact amounts to the findings of kind FINDING_GROWTH. steps[i] is the iteration's
 * step i + 1, where[i] its file:line:column; both are copied. Growth that shows at a step that only
 * waits belongs to the input before it: `inputs[i]` is the number of that input step (from 1). */
struct iteration_steps {
    const char *const *steps;
    const char *const *where;
    const unsigned *inputs;
    size_t count;
};
void locate(struct judgement *judgement, const struct series *series,
            const struct iteration_steps *steps);

#endif
