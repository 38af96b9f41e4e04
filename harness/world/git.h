/* git, run by leakgate itself in the world's environment. */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"

struct git {
    const char *program;
    char *const *environment;
    const char *directory; /* passed by -C */
    int input;             /* its standard input, read from where it stands; -1: nothing */
};

/* Runs `git -C directory arguments...` (NULL-terminated), at most DEADLINE_STEP_MS. A status other
 * than 0 is an error with what it printed in the text. */
LG_CHECKED bool git_run(const struct git *git, const char *const *arguments, struct lg_error *err);

/* The same, asked for what it prints on standard output, appended to `out` as far as that takes it.
 * *status is its exit status; the first line of what it complained of goes to *complaint, which the
 * caller frees. False where it could not be started, was killed, or printed too much. */
LG_CHECKED bool git_ask(const struct git *git, const char *const *arguments, struct buffer *out,
                        int *status, char **complaint, struct lg_error *err);
