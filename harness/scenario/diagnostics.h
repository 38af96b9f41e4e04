/* All errors of the user's input files, in the order they were found: "file:line:column: message".
 */
#ifndef LEAKGATE_SCENARIO_DIAGNOSTICS_H
#define LEAKGATE_SCENARIO_DIAGNOSTICS_H

#include "base/strings.h"

/* A place in the user's input, from 1. The file name is not owned: it must outlive the mark. */
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
/* "; did you mean "NAME"?", the end of a message about a word that is not known; "" when none of
 * the names is near. The caller frees it. */
char *did_you_mean(const char *word, const char *const *names, size_t count);
void diagnostics_free(struct diagnostics *all);

#endif
