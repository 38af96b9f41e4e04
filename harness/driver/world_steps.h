/*
 * Steps that are done to the world and need no target: run, write, remove. So they are what
 * `prepare` may hold.
 */
#ifndef LEAKGATE_DRIVER_WORLD_STEPS_H
#define LEAKGATE_DRIVER_WORLD_STEPS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/loop.h"
#include "scenario/plan.h"
#include "driver/target.h"
#include "world/world.h"

struct step_context {
    struct loop *loop;
    const struct world *world;
    double timeout_scale; /* 0: 1 */
    int64_t default_ms;   /* what a step may take that says nothing itself */
};

/* When a step that may take `ms` (-1: the default) has to be done. */
int64_t world_step_deadline(const struct step_context *context, int64_t ms);

/* command.c: the step run. */
bool world_run(const struct step_context *context, const struct step *step, unsigned iteration,
               struct lg_error *err);
/* Does one such step. LG_ERROR_TARGET when it failed, LG_ERROR_CANCELLED when the loop was stopped.
 */
bool world_step(const struct step_context *context, const struct step *step, unsigned iteration,
                struct lg_error *err);

/* All of a list, each told to the listener (which may be NULL); the first failure ends it, with the
 * step's place in `where`. */
bool world_steps_play(const struct step_context *in, const struct step_list *steps,
                      step_listener *listener, void *context, struct lg_error *err);

/* LG_ERROR_CANCELLED with the signal that stopped the loop. Returns false. */
bool fail_stopped(struct loop *loop, struct lg_error *err);

#endif
