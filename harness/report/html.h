/*
 * The report as a page that needs nothing but itself: data as JSON in one template
 * (html/report.html), which its script draws. What is judged, allowed, told first and left out is
 * decided here, so that the page cannot contradict the verdict; the script gives it a place.
 *
 * What triage, watch, diff and trend found is a page of sections in the same template: their own
 * JSON with a heading, and which columns of it are shown.
 *
 * In four files: the template filled (html.c), the data of suite and scenarios (html_data.c), the
 * curves of their charts and the stacks of their flame graphs (html_curves.c), and sections
 * (html_sections.c).
 */
#pragma once

#include <jansson.h>

#include "base/buffer.h"
#include "result/result.h"
#include "verdict/ledger.h"

/* Made at build time from html/, with style and script in it and their hashes in its content
 * policy. Markers are left where the report goes: @counts@ (twice), @text@, @data@, @films@. */
extern const unsigned char html_template[]; /* with a NUL at its end */

/* The scenarios by their indices, what needs attention first; the caller frees it. */
size_t *html_order(const struct suite_result *suite);
/* Does it need attention, or is it the only one? The first of these is unfolded. */
bool html_is_open(const struct suite_result *suite, const struct scenario_result *scenario);

/* Harmless text that stays text, with its newlines. */
void html_text(struct buffer *out, const char *text);
/* A JSON string with its quotes, for a data block: nothing in it ends a <script>. */
void html_json_text(struct buffer *out, const char *text);
/* The same for any value; its texts are made harmless and cut at LIMIT_PAGE_TEXT_BYTES. */
void html_json(struct buffer *out, json_t *value);

/* New references. What is said of the suite; all of a scenario, whose number is its place in the
 * suite, from 1; and the part of that which stands in every page, for the table of scenarios and
 * the first sentence. */
json_t *html_suite(const struct suite_result *suite);
json_t *html_scenario(const struct suite_result *suite, const struct scenario_result *scenario,
                      size_t number);
json_t *html_summary(const json_t *scenario);

/* [["loop", iteration, seconds], ...] for each sample; of a locating run the step as well. */
json_t *html_series(const struct series *series);
/* [sample, value, ...] of what was read: all, or of more than LIMIT_PAGE_POINTS the least and the
 * greatest of equal stretches, so that no peak is lost, and those that stand in the table. */
json_t *html_points(const double *values, size_t count);
/* The same of a gauge; of one that only ever rises its rate. */
json_t *html_gauge_points(const struct series *series, enum gauge gauge);
/* Every gauge: its points, what of it is judged, and what the baseline allows. */
json_t *html_curves(const struct run_record *record, const struct ledger *ledger);
/* [[kind, open at rest before the loop, open at the end], ...] of those that were open then. */
json_t *html_descriptors(const struct ledger *ledger);
/* A flame graph: names, and [[frames, before, after], ...] of the largest stacks, a frame being a
 * place among the names. A view is a title and what a stack is as wide as: "after", "before" or
 * "grown"; of a single one, "now", there is no before. NULL: there is no stack. Sorts the stacks.
 */
struct html_stack {
    const char *key; /* functions from the leaf, joined by " < " */
    double before, after;
};
struct html_view {
    const char *title, *width; /* after the last one NULL */
};
json_t *html_stacks(struct html_stack *stacks, size_t count, const char *unit,
                    const struct html_view *views);
/* The heap by stack, at rest before the loop and at the end. */
json_t *html_heap(const struct ledger *ledger);
/* Adds the holder's points, and what of them is judged, to a finding that is growth. */
void html_put_curve(json_t *object, const struct ledger *ledger, const struct finding *finding);

/* --- A page of sections --- */

/* Rows are those of an array at `part` of the command's JSON ("parts.heap"), which may be of texts
 * (key "name"); or the members of an object there, with their key as "name" and, of a number, it as
 * "value"; or, with HTML_WHOLE, that object itself.
 *
 * Columns are "KEY=TITLE" or "KEY=TITLE:KIND", joined by ", ". KEY is where it stands in a row
 * ("count.before"), KIND is "code", a unit ("bytes", "count", ...), or "gauge" for that of the
 * row's own gauge; without it they are words. */
enum { HTML_WHOLE = 1, HTML_FOLDED = 2 };
struct html_section {
    const char *part, *heading, *columns, *text;
    unsigned how;
};

/* Those that are not empty, added to `sections`. */
void html_sections(const json_t *object, const struct html_section *table, size_t count,
                   json_t *sections);
/* Of a report of `leakgate watch`, else NULL: the gauges over all of its series, one after the
 * other, with the moments at which one went out of its healthy range or the program was started
 * again. */
json_t *watch_sections(const struct suite_result *suite);
/* The head of a page of that alone, with what grew: the report's own page has links to its files.
 * New reference. */
json_t *watch_page(const struct suite_result *suite);

/* A section without rows; the caller adds series and curves, or what html_stacks made, to it. */
json_t *html_section(json_t *sections, const char *heading, const char *text);
/* Adds a flame graph (reference taken; NULL: none) as a section. */
void html_flame(json_t *sections, const char *heading, json_t *stacks);

/* The units of all gauges, by which the page writes their amounts, and what they are. */
json_t *html_gauges(bool watched);
/* What the page says around its sections, which it takes: its title, what it is of, and a heading
 * for them. The caller may add "verdict". New reference. */
json_t *html_head(const char *title, const char *header, const char *heading, json_t *sections);
/* `text` is what the command prints. */
void html_page(json_t *head, const char *text, struct buffer *out);
