/*
 * runner -> guard -> worker -> target, and why nothing outlives them.
 *
 * The guard is a child with a session of its own; it forks the worker. Runner, guard and worker are
 * subreapers, and runner and guard watch each other by pidfd (a pipe would be held open by every
 * forked child). Whichever is left when the other dies ends all that the run started, daemons
 * included, and removes the world. A signal to the runner is passed on: the guard asks the worker
 * to stop, gives it DEADLINE_WORKER_STOP_MS, then kills it; the runner gives the guard
 * DEADLINE_TEARDOWN_MS.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "measure/run.h"

struct guard_result {
    int worker_status;         /* wait status of the worker; -1 when it is not known */
    int cancelled_by;          /* the signal that asked to stop, 0: none */
    bool overdue;              /* it outlived the scenario's deadline and was stopped for that */
    struct string_list killed; /* what had to be killed after the worker's end, "NAME (pid)" */
    bool world_kept;
};

/* Runs options in a worker under a guard and waits for the end of both. The world is removed after
 * a run that ended with EXIT_PASS and after one that was cancelled; it is kept as evidence after a
 * worker that ended in any other way, and always with keep_world.
 *
 * The first signal (stop_signals_block has been called) asks for an orderly end; a second of the
 * same kind kills at once. False and LG_ERROR_INTERNAL when the guard could not start or was lost,
 * when a process could not be ended or the world not be removed. The result is filled in both
 * cases; the caller frees result->killed. All children of this process are ended: there must be no
 * others while it runs. */
bool guard_run(const struct run_options *options, bool keep_world, struct guard_result *result,
               struct lg_error *err);
