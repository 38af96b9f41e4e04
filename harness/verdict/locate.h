/*
 * Where in the iteration it grows: from a locating run, which counts every allocation
 * (memprofilerate 1), rests after every input with the waits that follow it, and then takes a
 * sample. Changes no verdict.
 *
 * A step's share is by how much more it leaves than the one before it, in most iterations; what a
 * step lets go is taken off what came before. The shares add up to the pace. Where too much comes
 * and goes no step is named.
 */
#pragma once

#include <stdint.h>

#include "verdict/judgement.h"
#include "verdict/series.h"

/* Is there growth to be located? */
bool locating_helps(const struct judgement *judgement);

/* What a locating run needs to know. */
struct locating {
    unsigned iterations;    /* to see what was found: rare growth needs more */
    double goroutines, fds; /* by how much these rise per iteration; 0: they do not */
    int64_t ms;             /* all of it may take, from the target's start */
};
struct locating locating_of(const struct judgement *judgement, int64_t ms);
/* Is so much at the end of a loop, above its start, more than the pace explains? Then it goes in
 * time. */
bool locating_is_over(double gain, double pace, double iterations);

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
