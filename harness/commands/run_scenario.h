/*
 * One scenario of `leakgate run`: its attempts one after the other, each under a guard, to a
 * verdict. With a control build, each attempt is preceded by one of the control, whose growth and
 * levels it is judged by: the two builds run in turns, so that a machine that changes in between is
 * seen by both.
 */
#ifndef LEAKGATE_COMMANDS_RUN_SCENARIO_H
#define LEAKGATE_COMMANDS_RUN_SCENARIO_H

#include "commands/options.h"
#include "commands/progress.h"
#include "measure/run.h"
#include "report/result.h"

struct scenario_run {
    const struct arguments *arguments;
    struct run_options options; /* plan, baseline and what else is the same in every attempt */
    struct suite_result *suite; /* `signal` is set when the user stops the run */
    struct scenario_result *result;
    struct progress *progress;
    struct baseline *control; /* what the last attempt of the control build showed; freed at the
                                 end */
    struct string_list control_left_behind; /* likewise what outlived it */
    char *control_version;
};

/* Fills run->result. */
void run_scenario(struct scenario_run *run);

#endif
