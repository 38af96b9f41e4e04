/* All errors of the user's input files, in the order they were found: "file:line:column: message".
 */
#ifndef LEAKGATE_SCENARIO_DIAGNOSTICS_H
#define LEAKGATE_SCENARIO_DIAGNOSTICS_H

#include "base/strings.h"

struct diagnostics {
    struct string_list lines; /* at most LIMIT_YAML_DIAGNOSTICS */
    size_t count;             /* also those over the limit */
};

void diagnose(struct diagnostics *all, const char *file, unsigned line, unsigned column,
              const char *format, ...) __attribute__((format(printf, 5, 6)));
void diagnostics_free(struct diagnostics *all);

#endif
