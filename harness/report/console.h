/*
 * The result of a run as text for a person at a terminal or in a log. Pure: everything comes from
 * the arguments. Every text that comes from the target or from files is made harmless first.
 */
#ifndef LEAKGATE_REPORT_CONSOLE_H
#define LEAKGATE_REPORT_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "result/result.h"

struct console_style {
    bool colour;
    size_t width; /* columns, CONSOLE_WIDTH_LEAST or more */
};
/* Where there is no terminal, and on a narrow one. */
enum { CONSOLE_WIDTH = 100, CONSOLE_WIDTH_LEAST = 40 };

void console_report(const struct suite_result *suite, struct console_style style,
                    struct buffer *out);

/* Parts of it for other formats: harmless, without colour, and but for the block in lines that are
 * not wrapped. What is returned the caller frees. */
char *console_header(const struct suite_result *suite); /* "sidecar v1.3.0 · 3 scenarios · ..." */
char *console_counts(const struct suite_result *suite); /* "1 leak, 2 pass" */
/* Why the run as a whole is no pass where no scenario says it: parts of it are missing, it was
 * stopped, or nothing was judged. NULL: there is nothing of that kind. */
char *console_problem(const struct suite_result *suite);
/* All that the report says of one scenario. */
char *console_block(const struct suite_result *suite, const struct scenario_result *scenario);
/* Of a run that failed: the screen at that moment and the target's standard error; "" of others. */
char *console_last_words(const struct suite_result *suite, const struct scenario_result *scenario);
/* What ought to be known of it whatever the verdict. */
void console_remarks(const struct suite_result *suite, const struct scenario_result *scenario,
                     struct string_list *lines);
/* "To reproduce: leakgate run ...": what to do next about all, or about one scenario. */
void console_next_steps(const struct suite_result *suite, const struct scenario_result *scenario,
                        struct string_list *lines);

/* The screen when it failed: the last one that was kept for another reason than a snapshot; NULL:
 * none. How many of its rows there are down to the last that shows something. */
const struct journal_screen *failing_screen(const struct run_record *record);
size_t rows_in_use(const struct string_list *rows);
/* The start of the last `lines` lines of a text. */
const char *last_lines(const char *text, size_t lines);

/* "leak", "played"; and as a report shows it, "LEAK". */
const char *outcome_word(const struct scenario_result *scenario);
const char *verdict_word(const struct scenario_result *scenario);
/* It is in quarantine, and would fail without. */
bool is_forgiven(const struct scenario_result *scenario);

/* A screen in a box, `indent` columns from the left, empty rows at its end left out, and of four or
 * more equal rows all but the first only counted. */
void console_screen(const struct string_list *rows, const char *title, size_t indent, size_t width,
                    struct buffer *out);

#endif
