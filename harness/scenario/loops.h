/*
 * Loops of steps. They are unrolled when the plan is built: each round is a copy of the inner steps
 * with the references to the loop's name replaced. Works on trees that may still be wrong.
 */
#pragma once

#include <stddef.h>

#include "scenario/node.h"

/* How many rounds the mapping under `loop` of a step has; 0 when that is wrong. */
size_t loop_rounds(const struct node *loop);
/* What the loop's name stands for in a round, from 0; the caller frees it. */
char *loop_value(const struct node *loop, size_t round);

/* A copy with the references to `name` replaced by `value` in all scalars; with no name just a
 * copy. */
struct node *loop_round(const struct node *steps, const char *name, const char *value);

/* Diagnoses loops that are nested too deep or make too many steps of a list (LIMIT_LOOP_DEPTH,
 * LIMIT_STEPS, LIMIT_STEPS_BYTES). */
void loops_check(const struct node *steps, struct diagnostics *problems);
