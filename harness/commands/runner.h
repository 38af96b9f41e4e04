/* The process that runs one scenario with all its attempts; see pool.h. */
#ifndef LEAKGATE_COMMANDS_RUNNER_H
#define LEAKGATE_COMMANDS_RUNNER_H

#include <sys/types.h>

#include "commands/suite_run.h"

/* What it ends with when it could not say what came of the scenario. */
enum { RUNNER_LOST = 70 };

/* In the child of `parent`, which has a copy of the suite: runs the scenario of this number, and
 * says through the writer how it goes and what came of it (channel.h). */
void runner_serve(struct suite_run *suite, size_t number, int writer, pid_t parent)
    __attribute__((noreturn));

#endif
