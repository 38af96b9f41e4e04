/* What the parts of the page share. Each appends to `out` and is one concern. */
#ifndef LEAKGATE_REPORT_HTML_PAGE_H
#define LEAKGATE_REPORT_HTML_PAGE_H

#include "base/buffer.h"
#include "report/html_plot.h"
#include "result/result.h"
#include "verdict/ledger.h"

/* Of one scenario that was measured; `ledger` and `run` are NULL and empty where it was not. */
struct page_scenario {
    const struct suite_result *suite;
    const struct scenario_result *scenario;
    size_t number;               /* in the suite, for addresses within the page */
    const struct ledger *ledger; /* NULL: nothing was measured */
    struct plot_run run;
    bool open; /* unfolded: it did not pass */
};

/* Files made at build time from html/report.css and html/report.js, and their hashes for the
 * content policy ("sha256-..."). */
extern const unsigned char html_style[], html_script[]; /* texts, with a NUL at their end */
extern const char html_style_hash[], html_script_hash[];

/* The scenarios by their numbers, what needs attention first; the caller frees it. */
size_t *html_order(const struct suite_result *suite);
/* Is it unfolded? */
bool html_is_open(const struct suite_result *suite, const struct scenario_result *scenario);
/* "leak", "played", with the class that gives it its colour. */
void html_verdict(struct buffer *out, const struct scenario_result *scenario);
/* The failing finding that tells most; NULL: none. */
const struct finding *html_worst(const struct scenario_result *scenario);
/* "scenario 3" as an address within the page: "s3". */
void html_anchor(struct buffer *out, size_t number);
/* What the terminal says at its end, of one scenario or of all: commands to reproduce, to accept.
 */
void html_next_steps(struct buffer *out, const struct suite_result *suite,
                     const struct scenario_result *only);

/* What a newcomer has to know first: what leaks, where, since which step. It goes on behind the
 * scenario's name. */
void html_sentence(struct buffer *out, const struct scenario_result *scenario);
/* What grew and what holds it, as a table; stacks as icicles; other findings as a list. */
void html_findings(struct buffer *out, const struct page_scenario *part);
/* Every gauge: its charts, and its numbers as tables. */
void html_charts(struct buffer *out, const struct page_scenario *part);
void html_gauges(struct buffer *out, const struct page_scenario *part);
void html_samples(struct buffer *out, const struct page_scenario *part);
/* The screen when it failed, and what the target said. */
void html_failure(struct buffer *out, const struct scenario_result *scenario);
/* The recording, to be played in the page. */
void html_recording(struct buffer *out, const struct scenario_result *scenario);
/* All of one scenario, folded unless it did not pass. */
void html_scenario(struct buffer *out, const struct page_scenario *part);

#endif
