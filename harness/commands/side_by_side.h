/*
 * Scenarios side by side, each in a process of its own between leakgate and its guard:
 *
 *     leakgate -> runner -> guard -> worker -> target      (one such row for each scenario that
 * runs)
 *
 * A runner does what leakgate does for a scenario alone, so that the guard and everything below it
 * are the same: it is the only parent of what it started, and ends all of that. It has a session of
 * its own, for a terminal's Ctrl-C goes to leakgate, which passes each signal on; it dies with
 * leakgate (PR_SET_PDEATHSIG), and its guard then ends the run. What it has to say comes as lines
 * of JSON through a pipe (see progress.h), last what came of the scenario.
 */
#ifndef LEAKGATE_COMMANDS_SIDE_BY_SIDE_H
#define LEAKGATE_COMMANDS_SIDE_BY_SIDE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/error.h"

struct side_by_side {
    unsigned jobs;       /* at the same time */
    const size_t *order; /* what is run, as its number for the functions below */
    size_t count;
    const char **names;    /* by number */
    const double *seconds; /* by number: expected */
    FILE *screens;         /* where --show prints */
    void *context;
    /* In the runner: runs it, says through the channel how it goes, and returns what came of it, an
     * object with `verdict` and `seconds`. */
    json_t *(*run)(void *context, size_t number, int channel);
    /* In leakgate, in the order in which they end. result is NULL where the runner was lost; why
     * says how then. */
    void (*done)(void *context, size_t number, const json_t *result, const char *why);
};

/* Runs all; after a signal (guard_take_signals has been called) what has not begun does not begin.
 * *signal is the first one, 0: none. False and LG_ERROR_INTERNAL when nothing could be started, or
 * processes could not be ended. There must be no other children of this process. */
bool side_by_side_run(const struct side_by_side *work, int *signal, struct lg_error *err);

#endif
