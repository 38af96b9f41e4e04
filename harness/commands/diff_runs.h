/* What differs between two runs at rest, or between the beginning and the end of one. */
#pragma once

#include <jansson.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/strings.h"
#include "journal/run_record.h"
#include "verdict/rest_difference.h"

struct run_difference {
    struct run_record *one, *other; /* other: NULL where it is compared with itself */
    struct ledger *before, *after;
    struct rest_difference difference;
};

struct run_differences {
    struct run_difference *items; /* by scenario */
    size_t count, capacity;
    struct string_list alone; /* remarks on scenarios that one report has */
};

/* Reads them; `after` may be NULL. class LG_ERROR_INPUT on what is no journal, or has no sample at
 * rest. */
LG_CHECKED bool run_differences_of_journals(struct run_differences *runs, const char *before,
                                            const char *after, struct lg_error *err);
LG_CHECKED bool run_differences_of_reports(struct run_differences *runs, const char *before,
                                           const char *after, struct lg_error *err);
void run_differences_free(struct run_differences *runs);
#define _cleanup_runs_ __attribute__((cleanup(run_differences_free)))

/* At most `most` holders of each gauge (0: all). */
void run_differences_text(const struct run_differences *runs, size_t most, struct buffer *out);
json_t *run_differences_to_json(const struct run_differences *runs, size_t most);
/* Sections of the page (report/html.h) with what run_differences_to_json said. */
void run_differences_sections(const struct run_differences *runs, const json_t *object,
                              json_t *sections);
