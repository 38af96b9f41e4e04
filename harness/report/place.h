/* Where in a file something is, for formats that mark lines. */
#ifndef LEAKGATE_REPORT_PLACE_H
#define LEAKGATE_REPORT_PLACE_H

#include "report/statements.h"

struct place {
    char *file; /* as it was given, without "./"; NULL: unknown */
    unsigned line;
    unsigned column;
};
void place_free(struct place *place);
#define _cleanup_place_ __attribute__((cleanup(place_free)))

/* Of "file:line:column", or of a file's name alone: its first line. */
struct place place_parse(const char *where);
/* Of what a statement says: the step that it names, else the scenario's first line. `statement` may
 * be NULL. */
struct place place_of(const struct scenario_result *scenario, const struct statement *statement);

/* The text, or as much of it as fits in so many bytes with "…" at its end; never half a character.
 * The caller frees it. */
char *text_shortened(const char *text, size_t bytes);

#endif
