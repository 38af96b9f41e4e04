/* What is shown of a run that failed: the screen at that moment, and the target's standard error.
 */
#pragma once

#include "base/buffer.h"
#include "result/result.h"

/* The record whose failure is shown with screen and standard error; NULL: none is. */
const struct run_record *failed_record(const struct scenario_result *scenario);
/* The screen when it failed: the last one that was kept for another reason than a snapshot; NULL:
 * none. How many of its rows there are down to the last that shows something. */
const struct journal_screen *failing_screen(const struct run_record *record);
size_t rows_in_use(const struct string_list *rows);
/* The start of the last `lines` lines of a text. */
const char *last_lines(const char *text, size_t lines);

/* A screen in a box, `indent` columns from the left, empty rows at its end left out, and of four or
 * more equal rows all but the first only counted. Harmless. */
void screen_box(const struct string_list *rows, const char *title, size_t indent, size_t width,
                struct buffer *out);
/* Both in so many columns, harmless; nothing of a run that did not fail. */
void failure_text(const struct scenario_result *scenario, size_t width, struct buffer *out);
