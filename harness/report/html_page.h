/*
 * What the files of the page share. They are one module on purpose: html.c, the page with its
 * head, its table and its foot; html_scenario.c, the section of one scenario, which calls
 * html_sentence.c, html_findings.c and html_charts.c. Each function appends to `out`.
 *
 * Below them stand html_text.h, by which text stays text, and html_chart.h, the pictures. A
 * scenario's address within the page is "s" and its number, counted from 1.
 */
#ifndef LEAKGATE_REPORT_HTML_PAGE_H
#define LEAKGATE_REPORT_HTML_PAGE_H

#include "base/buffer.h"
#include "report/html_chart.h"
#include "result/result.h"
#include "verdict/ledger.h"

/* A gauge over the run, and what is known of it. */
struct gauge_row {
    struct short_text name; /* "cpu per second" */
    double *totals;         /* a row of the ledger */
    double *values;         /* for each sample; of what only ever rises, its rate per second */
    bool read;              /* any of them */
    bool drawn;             /* any of them is not 0 */
    double allowed;         /* growth per iteration, by the baseline with all its exceptions */
    double level;           /* the baseline's; NAN: none that is compared */
    double tolerance;
};
/* One for each gauge; the ledger is of the scenario's record. */
struct gauge_row *gauge_rows_new(const struct scenario_result *scenario,
                                 const struct ledger *ledger);
void gauge_rows_free(struct gauge_row *rows);

/* One scenario; where nothing was measured, `ledger` and `rows` are NULL and `run` is empty. */
struct page_scenario {
    const struct suite_result *suite;
    const struct scenario_result *scenario;
    size_t number; /* in the suite, from 1 */
    const struct ledger *ledger;
    const struct gauge_row *rows;
    struct plot_run run;
    bool open; /* unfolded: it did not pass */
};

/* Files made at build time from html/report.css and html/report.js, and their hashes for the
 * content policy ("sha256-..."). */
extern const unsigned char html_style[], html_script[]; /* texts, with a NUL at their end */
extern const char html_style_hash[], html_script_hash[];

/* The scenarios by their indices, what needs attention first; the caller frees it. */
size_t *html_order(const struct suite_result *suite);
/* Is it unfolded? */
bool html_is_open(const struct suite_result *suite, const struct scenario_result *scenario);

/* "leak", "played", with the class that gives it its colour. */
void html_verdict(struct buffer *out, const struct scenario_result *scenario);
/* The failing finding that tells most; NULL: none. */
const struct finding *html_worst(const struct scenario_result *scenario);
/* "+2.00", of heap stacks bytes: how much it grows per iteration. */
struct short_text html_pace(const struct finding *finding);
/* Is its holder a stack of functions? */
bool html_held_by_stack(const struct finding *finding);
/* What the terminal says at its end, of one scenario or of all: commands to reproduce, to accept.
 */
void html_next_steps(struct buffer *out, const struct suite_result *suite,
                     const struct scenario_result *only);

/* What a newcomer has to know first: what leaks, where, since which step. It stands behind the
 * scenario's name. */
void html_sentence(struct buffer *out, const struct scenario_result *scenario);
/* What grew and what holds it, as a table; stacks as icicles; other findings as a list. */
void html_findings(struct buffer *out, const struct page_scenario *part);
/* Every gauge: its charts, and its numbers as tables. */
void html_charts(struct buffer *out, const struct page_scenario *part);
void html_gauges(struct buffer *out, const struct page_scenario *part);
void html_samples(struct buffer *out, const struct page_scenario *part);
/* All of one scenario, folded unless it did not pass. */
void html_scenario(struct buffer *out, const struct page_scenario *part);

#endif
