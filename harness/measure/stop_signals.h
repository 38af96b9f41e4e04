/* SIGINT, SIGTERM, SIGHUP and SIGQUIT, by which the processes of a run are asked to stop. */
#pragma once

#include <stdbool.h>

#include "base/error.h"

/* Blocks them in this process and in all that it forks: each reads them from a descriptor. Once, at
 * the start of a command that runs targets. */
bool stop_signals_block(struct lg_error *err);
/* A signalfd of them that does not block, which the caller closes; -1 and an error. */
int stop_signals_open(struct lg_error *err);
