/*
 * Steps that are done to the world alone: run, write, remove. They need no target, which is why
 * `prepare` may hold them. And what a step of any kind has: a deadline, and a report of it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/loop.h"
#include "driver/process.h"
#include "scenario/plan.h"
#include "world/world.h"

struct step_context {
    struct loop *loop;
    const struct world *world;
    double timeout_scale; /* the user's factor for slow machines; 0: 1 */
    int64_t default_ms;   /* for a step without a timeout of its own */
    unsigned iteration;   /* 0 outside iterations */
};

/* When a step that may take `ms` (-1: the default) has to be done. */
int64_t step_deadline(const struct step_context *context, int64_t ms);
/* world_expand for the iteration. */
char *step_expand(const struct step_context *context, const char *template, struct lg_error *err);

/* Called after each step, done or failed. */
struct step_report {
    const struct step *step;
    unsigned iteration;
    int64_t started; /* clock_now() */
    int64_t ended;
    bool failed;
};
typedef void step_listener(void *context, const struct step_report *report);

/* Does one such step. LG_ERROR_TARGET when it failed, LG_ERROR_CANCELLED when the loop was stopped.
 */
bool world_step(const struct step_context *context, const struct step *step, struct lg_error *err);
/* All steps of a list, each reported to the listener (which may be NULL). The first failure ends
 * it, with the step's place in `where`. */
bool world_steps_play(const struct step_context *in, const struct step_list *steps,
                      step_listener *listener, void *context, struct lg_error *err);

/* Appends what world_expand makes of each. */
bool expand_list(const struct world *world, const struct string_list *templates, unsigned iteration,
                 struct string_list *texts, struct lg_error *err);
/* Starts a program and handles events until it has ended (LOOP_DONE: *status is its wait status),
 * the deadline has passed or the loop was stopped; kills it then. */
enum loop_result program_run(const struct process_options *options, struct loop *loop,
                             int64_t deadline, int *status, struct lg_error *err);
/* LG_ERROR_CANCELLED with the signal that stopped the loop. Returns false. */
bool fail_stopped(struct loop *loop, struct lg_error *err);
