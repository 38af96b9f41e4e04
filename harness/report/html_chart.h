/*
 * The page's pictures, which need no script (SVG), in three files: the numbers of a chart without
 * the drawing (html_plot.c), charts and sparklines (html_chart.c), icicles (html_icicle.c). Pure.
 *
 * A run goes from left to right, each phase in a band of its own: the loop by iterations (or
 * minutes, where it is paced by time), what comes before and after it by seconds, so that a drain
 * of a minute does not press the loop together.
 */
#ifndef LEAKGATE_REPORT_HTML_CHART_H
#define LEAKGATE_REPORT_HTML_CHART_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "result/amounts.h"
#include "verdict/growth.h"
#include "verdict/series.h"

/* --- Numbers --- */

enum plot_phase { PLOT_WARMUP, PLOT_IDLE, PLOT_LOOP, PLOT_DRAIN, PLOT_PHASES };

/* The part of the width, from 0 to 1, that a phase has, and the first and last of what it is
 * measured in: iterations or minutes of the loop, seconds of the others. */
struct plot_band {
    double left, right; /* equal: the run had no sample of it */
    double first, last;
};

struct plot_run {
    const struct series *series;
    struct plot_band bands[PLOT_PHASES];
};

struct plot_run plot_run_of(const struct series *series);
const char *plot_phase_name(enum plot_phase phase);
/* PLOT_PHASES: drawn in no band. */
enum plot_phase plot_phase_of(const struct sample *sample);
/* 0 to 1; NAN where it is not drawn. */
double plot_x(const struct plot_run *run, const struct sample *sample);
/* The same for a position (iteration or minute) of the loop. */
double plot_loop_x(const struct plot_run *run, double position);

/* An axis from bottom to top with a label at each whole multiple of step between them. */
struct plot_axis {
    double bottom, top, step;
    double unit;           /* amounts are shown in this: 1, 1024, ... */
    const char *unit_name; /* "", "KiB" */
    int decimals;
};

/* Holds all from least to most; from 0 where that costs less than half of the height. */
struct plot_axis plot_axis_of(double least, double most, enum gauge_unit unit);
struct short_text plot_label(const struct plot_axis *axis, double value);
/* 1, 2 or 5 times a power of ten: the least such step that divides `range` into at most `most`. */
double plot_step(double range, unsigned most);

/* At most `most` of `count` samples: all, or the least and the greatest of equal stretches, so that
 * no peak is lost. Their numbers, rising, go into `kept`, which has room for `most`; what is NAN is
 * kept by none. Returns how many. */
size_t plot_thin(const double *values, size_t count, size_t most, size_t *kept);

/* --- Pictures --- */

/* One gauge or holder over a run: phases shaded, each sample, the floors of the seven blocks of the
 * loop that the judge goes by, what may grow, and the level at rest of the baseline. The label for
 * those who cannot see it says the same in words. */
struct chart {
    const struct plot_run *run;
    enum gauge gauge;
    const char *title;
    const char *text;     /* below the title; may be NULL */
    const double *values; /* one for each sample of the series, NAN where not read */
    bool judged;          /* floors and what may grow are drawn */
    struct trace loop;    /* what is judged */
    struct growth_rule rule;
    double allowed; /* per iteration */
    double level;   /* the most that the baseline lets it rest at; NAN: none */
};
void html_chart(struct buffer *out, const struct chart *chart);

/* A line without axes, of the whole run, to stand in a table's cell. */
void html_sparkline(struct buffer *out, const struct plot_run *run, const double *values);

struct icicle_stack {
    const char *key; /* function names from the leaf, joined by " < " */
    double amount;   /* its growth, in the unit of a gauge; not drawn unless positive */
};

/* Stacks that grew: the outermost function on top, what it called below it, each as wide as its
 * share of the growth. Stacks that begin alike share their cells. Of more than LIMIT_PAGE_STACKS
 * the first ones are drawn, and it says how many are not. */
void html_icicle(struct buffer *out, const struct icicle_stack *stacks, size_t count,
                 const char *label, enum gauge gauge);

#endif
