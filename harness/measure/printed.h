/* What a small program prints, while the run's loop goes on draining the terminal. */
#ifndef LEAKGATE_MEASURE_PRINTED_H
#define LEAKGATE_MEASURE_PRINTED_H

#include <stdint.h>

#include "base/loop.h"
#include "world/world.h"

/* Runs it in the world and with its environment, for `ms` at most. What it wrote to standard output
 * and error, up to LIMIT_PRINTED_BYTES; NULL when it could not be run. *status is its exit status,
 * or -1 when it had none. The caller frees the text. */
char *program_prints(struct loop *loop, const struct world *world, const char *program,
                     char *const *argv, int64_t ms, int *status);

#endif
