/*
 * The report as a page that needs nothing but itself: data as JSON in one template
 * (html/report.html), which its script draws. What is judged, allowed, told first and left out is
 * decided here, so that the page cannot contradict the verdict; the script gives it a place.
 *
 * In three files: the template filled (html.c), the data of suite and scenarios (html_data.c), and
 * the curves of their charts (html_curves.c).
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
/* Every gauge: its points, what of it is judged, and what the baseline allows. */
json_t *html_curves(const struct run_record *record, const struct ledger *ledger);
/* [[kind, open at rest before the loop, open at the end], ...] of those that were open then. */
json_t *html_descriptors(const struct ledger *ledger);
/* The heap by stack then: names, and [[frames, bytes before, bytes at the end], ...] of the largest,
 * a frame being a place among the names. NULL: no stack is known. */
json_t *html_heap(const struct ledger *ledger);
/* Adds the holder's points, and what of them is judged, to a finding that is growth. */
void html_put_curve(json_t *object, const struct ledger *ledger, const struct finding *finding);
