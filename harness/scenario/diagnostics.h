/* All errors of the user's input files, in the order they were found: "file:line:column: text". */
#pragma once

#include "base/strings.h"

/* A place in the user's input; lines and columns from 1. The mark does not own the file name. */
struct mark {
    const char *file;
    unsigned line;
    unsigned column;
};

struct diagnostics {
    struct string_list lines; /* at most LIMIT_YAML_DIAGNOSTICS */
    size_t count;             /* also those over the limit */
};

bool marks_equal(const struct mark *a, const struct mark *b);

void diagnose(struct diagnostics *all, struct mark where, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The end of a message about an unknown word: "; did you mean "NAME"?", or "" when none of the
 * names is near. The caller frees it. */
char *did_you_mean(const char *word, const char *const *names, size_t count);
void diagnostics_free(struct diagnostics *all);
