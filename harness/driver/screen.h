/* Matching the screen with what a wait step awaits: compiled once per step, asked at every frame.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "scenario/plan.h"
#include "driver/terminal.h"

struct screen_match;

/* texts and gone are moved into the match; regex and title (NULL: none) are copied.
 * They are looked for in `rows`, or in the region when it is not NULL. LG_ERROR_INPUT on a regular
 * expression that does not compile or is over LIMIT_REGEX_BYTES. */
struct screen_match *screen_match_new(struct string_list *texts, struct string_list *gone,
                                      const char *regex, const char *title, struct range rows,
                                      const struct region *region, struct lg_error *err);
void screen_match_free(struct screen_match *match);

/* False also while a frame is being drawn. A regular expression over its match limit is an error.
 */
bool screen_matches(struct screen_match *match, const struct terminal *terminal,
                    struct lg_error *err);
/* What is missing, for people: `text "Files" is not shown in rows 1..49`. The caller frees it. */
char *screen_missing(struct screen_match *match, const struct terminal *terminal);

/* The first cell of the first place that shows the text within the rows; false when nowhere. */
bool screen_find(const struct terminal *terminal, const char *text, struct range rows, int *row,
                 int *column);

/* Resolves negative ends against `count` and clips; false when nothing is left. */
bool range_resolve(struct range range, int count, int *first, int *last);

/* The rows with the named regions blanked, for the round trip: one string per row. */
void screen_without(const struct terminal *terminal, const struct plan *plan,
                    const struct string_list *leave_out, struct string_list *rows);
