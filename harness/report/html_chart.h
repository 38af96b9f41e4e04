/*
 * One gauge or holder over a run, as a picture (SVG) that needs no script: phases shaded, each
 * sample, the floors of the seven blocks of the loop that the judge goes by, what may grow, and the
 * level at rest of the baseline. The label for those who cannot see it says the same in words.
 */
#ifndef LEAKGATE_REPORT_HTML_CHART_H
#define LEAKGATE_REPORT_HTML_CHART_H

#include <stdbool.h>

#include "base/buffer.h"
#include "report/html_plot.h"
#include "verdict/growth.h"

struct chart {
    const struct plot_run *run;
    enum gauge gauge;
    const char *title;
    const char *text;     /* below the title; may be NULL */
    const double *values; /* one for each sample of the series, NAN where not read */
    bool per_second;      /* they are rates */
    bool judged;          /* floors and what may grow are drawn */
    struct growth_rule rule;
    double allowed; /* per iteration */
    double level;   /* the most that the baseline lets it rest at; NAN: none */
};

void html_chart(struct buffer *out, const struct chart *chart);
/* A line without axes, of the loop and the drain, to stand in a table's cell. */
void html_sparkline(struct buffer *out, const struct plot_run *run, const double *values);

/* The loop's part of `values`; positions and values are arrays of the series' count, filled here.
 */
struct trace chart_trace(const struct plot_run *run, const double *values, double *positions,
                         double *loop_values);

#endif
