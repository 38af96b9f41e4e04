/*
 * The scenarios of a run, one or several at a time, each in a process of its own between leakgate
 * and its guard:
 *
 *     leakgate -> runner -> guard -> worker -> target      for each scenario that runs
 *
 * The runner is the only parent of what it started, and ends all of that. It has a session of its
 * own, for a terminal's Ctrl-C goes to leakgate, which passes each signal on; it dies with leakgate
 * (PR_SET_PDEATHSIG), and its guard then ends the run.
 */
#ifndef LEAKGATE_COMMANDS_POOL_H
#define LEAKGATE_COMMANDS_POOL_H

#include "commands/suite_run.h"

/* Runs all that is not skipped, suite->jobs at a time, and fills suite->result. After a signal
 * (stop_signals_block has been called) what has not begun does not begin. False and
 * LG_ERROR_INTERNAL when a runner could not be started, or processes could not be ended. There must
 * be no other children of this process. */
bool pool_run(struct suite_run *suite, struct lg_error *err);

#endif
