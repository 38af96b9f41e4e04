/* Where in a file something is, for formats that mark lines. */
#pragma once

#include "report/statements.h"

struct location {
    char *file; /* as it was given, without "./"; NULL: unknown */
    unsigned line;
    unsigned column;
};
void location_free(struct location *location);
#define _cleanup_location_ __attribute__((cleanup(location_free)))

/* Of "file:line:column", or of a file's name alone: its first line. */
struct location location_parse(const char *where);
/* Of what a statement says: the step that it names, else the scenario's first line. `statement` may
 * be NULL. */
struct location location_of(const struct scenario_result *scenario,
                            const struct statement *statement);
