/* What a program prints; the version and hash of one, before it is started as the target. */
#pragma once

#include <stdint.h>

#include "base/loop.h"
#include "world/world.h"

/* Runs a small program in the world and with its environment, for `ms` at most, while the run's
 * loop goes on draining the terminal. What it wrote to standard output
 * and error, up to LIMIT_PRINTED_BYTES; NULL when it could not be run. *status is its exit status,
 * or -1 when it had none. The caller frees the text. */
char *program_prints(struct loop *loop, const struct world *world, const char *program,
                     char *const *argv, int64_t ms, int *status);

/* The word that looks like a version in a text, "v1.3.0" of "sidecar version v1.3.0"; "" where
 * there is none. The caller frees it. */
char *version_word(const char *text);

/* A hash of the program's file; NULL when it cannot be read. The caller frees it. */
char *identify_program(const char *program);

/* The line with the version of all that a program printed, which may have other things to say (that
 * its pprof listens) before or after it; the first where no line has one. The caller frees it. */
char *version_line(const char *printed);

/* That line of what `program` prints with the target file's version_arguments, within 5 s; "" when
 * there are none or it says nothing. The caller frees it. */
char *identify_version(struct loop *loop, const struct world *world, const char *program);
