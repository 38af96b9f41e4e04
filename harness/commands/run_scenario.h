/*
 * One scenario of `leakgate run`, in its runner: its attempts one after the other, each under a
 * guard, to a verdict. With a control build, each attempt is preceded by one of the control, whose
 * growth and levels it is judged by: the two builds run in turns, so that a machine that changes in
 * between is seen by both.
 */
#ifndef LEAKGATE_COMMANDS_RUN_SCENARIO_H
#define LEAKGATE_COMMANDS_RUN_SCENARIO_H

#include "commands/options.h"
#include "measure/run.h"
#include "result/result.h"

/* Ends with its process: nothing is freed. */
struct scenario_run {
    const struct arguments *arguments;
    struct run_options options; /* plan, baseline and what else is the same in every attempt */
    struct scenario_result *result;
    int writer;                             /* to leakgate, see channel.h */
    int signal;                             /* by which the user stopped it; 0: none */
    struct baseline *control;               /* what the last attempt of the control build showed */
    struct string_list control_left_behind; /* what outlived that */
    char *control_version;
};

/* Fills run->result. */
void run_scenario(struct scenario_run *run);

#endif
