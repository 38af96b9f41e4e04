#include "report/html_chart.h"

#include <math.h>
#include <stdio.h>

#include "base/limits.h"
#include "base/memory.h"
#include "report/html_text.h"
#include "result/amounts.h"

/* In the units of the picture, which is about as wide as a phone. */
enum { WIDTH = 360, HEIGHT = 196, LEFT = 54, RIGHT = 6, TOP = 20, BOTTOM = 22 };
enum { SPARK_WIDTH = 120, SPARK_HEIGHT = 24 };

/* What is drawn besides the samples: floors, or the fitted line, and what may grow. */
struct judged {
    bool shown;
    double from, to;        /* first and last floor, or the ends of the line */
    double start, end;      /* their positions in the loop */
    double allowed, counts; /* at the end: what may grow is up to here; from here on it counts */
    double floors[GROWTH_BLOCKS];
    double first[GROWTH_BLOCKS], last[GROWTH_BLOCKS]; /* positions of each block */
    double per_iteration;
};

struct frame {
    const struct chart *chart;
    struct plot_axis axis;
    struct judged judged;
};

struct trace chart_trace(const struct plot_run *run, const double *values, double *positions,
                         double *loop_values)
{
    struct trace trace = {.positions = positions, .values = loop_values};
    for (size_t i = 0; i < run->series->count; i++) {
        if (run->series->samples[i].phase != PHASE_LOOP)
            continue;
        positions[trace.count] = series_position(run->series, &run->series->samples[i]);
        loop_values[trace.count++] = values[i];
    }
    return trace;
}

static void set_limits(struct judged *judged, double allowed, double threshold)
{
    double iterations = judged->end - judged->start;
    judged->allowed = judged->from + allowed * iterations;
    judged->counts = judged->allowed + threshold;
    judged->shown = true;
}

static void judge_floors(struct judged *judged, struct trace trace, const struct chart *chart)
{
    struct growth growth = growth_of(trace, chart->allowed, chart->rule);
    size_t length = trace.count / GROWTH_BLOCKS, first = trace.count % GROWTH_BLOCKS;
    if (!(growth.iterations > 0))
        return;
    for (size_t i = 0; i < GROWTH_BLOCKS; i++, first += length) {
        judged->floors[i] = growth.floors[i];
        judged->first[i] = trace.positions[first];
        judged->last[i] = trace.positions[first + length - 1];
    }
    judged->from = growth.from;
    judged->to = growth.to;
    judged->start = (judged->first[0] + judged->last[0]) / 2;
    judged->end = judged->start + growth.iterations;
    judged->per_iteration = growth.per_iteration;
    set_limits(judged, chart->allowed, growth_threshold(chart->rule, growth.iterations));
}

static void judge_slope(struct judged *judged, struct trace trace, const struct chart *chart)
{
    struct growth slope = slope_of(trace, chart->allowed);
    if (!(slope.iterations > 0) || !isfinite(slope.from) || !isfinite(slope.to))
        return;
    judged->from = slope.from;
    judged->to = slope.to;
    judged->start = trace.positions[0];
    judged->end = judged->start + slope.iterations;
    judged->per_iteration = slope.per_iteration;
    set_limits(judged, chart->allowed, SLOPE_MARGIN * slope.iterations);
}

static struct judged judge_chart(const struct chart *chart)
{
    struct judged judged = {0};
    size_t room = chart->run->series->count + 1;
    _cleanup_free_ double *positions = memory_array(room, sizeof *positions);
    _cleanup_free_ double *values = memory_array(room, sizeof *values);
    struct trace trace = chart_trace(chart->run, chart->values, positions, values);
    if (chart->judged && gauge_info(chart->gauge)->rule == RULE_SLOPE)
        judge_slope(&judged, trace, chart);
    else if (chart->judged)
        judge_floors(&judged, trace, chart);
    return judged;
}

static double x_of(double share)
{
    return LEFT + (WIDTH - LEFT - RIGHT) * share;
}

static double y_of(const struct frame *frame, double value)
{
    const struct plot_axis *axis = &frame->axis;
    double share = (value - axis->bottom) / (axis->top - axis->bottom);
    share = fmin(fmax(share, 0), 1);
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share;
}

static double loop_x(const struct frame *frame, double position)
{
    return x_of(plot_loop_x(frame->chart->run, position));
}

/* What may grow would press a flat line to the bottom if all of it were shown: it may take as much
 * again as the samples. */
static struct plot_axis axis_of(const struct chart *chart, const struct judged *judged)
{
    double least = INFINITY, most = -INFINITY;
    for (size_t i = 0; i < chart->run->series->count; i++) {
        if (isnan(chart->values[i]) || isnan(plot_x(chart->run, &chart->run->series->samples[i])))
            continue;
        least = fmin(least, chart->values[i]);
        most = fmax(most, chart->values[i]);
    }
    if (isfinite(chart->level) && chart->level <= most + fmax(most - least, most / 2))
        most = fmax(most, chart->level);
    if (judged->shown && judged->counts <= most + fmax(2 * (most - least), most / 4))
        most = fmax(most, judged->counts);
    return plot_axis_of(least, most, gauge_info(chart->gauge)->unit);
}

static void put_bands(struct buffer *out, const struct frame *frame)
{
    for (enum plot_phase phase = 0; phase < PLOT_PHASES; phase++) {
        const struct plot_band *band = &frame->chart->run->bands[phase];
        double left = x_of(band->left), right = x_of(band->right);
        if (!(band->right > band->left))
            continue;
        buffer_format(out,
                      "<rect class=\"band %s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>",
                      plot_phase_name(phase), left, TOP, right - left, HEIGHT - TOP - BOTTOM);
        if (phase != PLOT_WARMUP)
            buffer_format(out, "<text class=\"phase\" x=\"%.1f\" y=\"%d\">%s</text>",
                          (left + right) / 2, TOP - 6, plot_phase_name(phase));
    }
}

static void put_axis(struct buffer *out, const struct frame *frame)
{
    const struct plot_axis *axis = &frame->axis;
    long steps = lround((axis->top - axis->bottom) / axis->step);
    for (long i = 0; i <= steps; i++) {
        double value = axis->bottom + axis->step * (double)i, y = y_of(frame, value);
        char label[64];
        plot_label(axis, value, label, sizeof label);
        buffer_format(out,
                      "<path class=\"grid\" d=\"M%d %.1fH%d\"/><text class=\"amount\" x=\"%d\" "
                      "y=\"%.1f\">%s</text>",
                      LEFT, y, WIDTH - RIGHT, LEFT - 5, y + 3.5, label);
    }
}

static void put_loop_ticks(struct buffer *out, const struct frame *frame)
{
    enum { LABELS = 5 };
    const struct plot_band *loop = &frame->chart->run->bands[PLOT_LOOP];
    bool minutes = frame->chart->run->series->per_minute;
    double step = plot_step(loop->last - loop->first, LABELS);
    if (!(loop->last > loop->first))
        return;
    step = minutes ? step : fmax(step, 1);
    for (double at = ceil(loop->first / step) * step; at <= loop->last; at += step)
        buffer_format(out, "<text class=\"tick\" x=\"%.1f\" y=\"%d\">%g%s</text>",
                      loop_x(frame, at), HEIGHT - 7, at, minutes ? " min" : "");
}

/* How long it rested before and after the loop. */
static void put_rest_ticks(struct buffer *out, const struct frame *frame, enum plot_phase phase)
{
    const struct plot_band *band = &frame->chart->run->bands[phase];
    if (band->last - band->first >= 1)
        buffer_format(out, "<text class=\"tick\" x=\"%.1f\" y=\"%d\">%.0f s</text>",
                      x_of((band->left + band->right) / 2), HEIGHT - 7, band->last - band->first);
}

/* What may grow, as a wedge from the first floor on: over its upper edge a growth counts. Where
 * that leaves the picture, it does so at its own slope. */
static void put_limits(struct buffer *out, const struct frame *frame)
{
    const struct judged *judged = &frame->judged;
    double start = loop_x(frame, judged->start), end = loop_x(frame, judged->end);
    double from = y_of(frame, judged->from);
    if (!judged->shown)
        return;
    double shown = (frame->axis.top - judged->from) / (judged->counts - judged->from);
    double edge = shown < 1 ? start + (end - start) * fmax(shown, 0) : end;
    double top = y_of(frame, judged->counts);
    buffer_format(out, "<path class=\"allowed\" d=\"M%.1f %.1fL%.1f %.1fH%.1fV%.1fZ\"/>", start,
                  from, edge, top, end, from);
    buffer_format(out, "<path class=\"limit\" d=\"M%.1f %.1fL%.1f %.1f\"/>", start, from, edge,
                  top);
}

static void put_floors(struct buffer *out, const struct frame *frame)
{
    const struct judged *judged = &frame->judged;
    if (!judged->shown)
        return;
    buffer_text(out, "<path class=\"floor\" d=\"");
    if (gauge_info(frame->chart->gauge)->rule == RULE_SLOPE)
        buffer_format(out, "M%.1f %.1fL%.1f %.1f", loop_x(frame, judged->start),
                      y_of(frame, judged->from), loop_x(frame, judged->end),
                      y_of(frame, judged->to));
    else
        for (size_t i = 0; i < GROWTH_BLOCKS; i++)
            buffer_format(out, "M%.1f %.1fH%.1f", loop_x(frame, judged->first[i]) - 2,
                          y_of(frame, judged->floors[i]), loop_x(frame, judged->last[i]) + 2);
    buffer_text(out, "\"/>");
}

static void put_level(struct buffer *out, const struct frame *frame)
{
    const struct plot_band *idle = &frame->chart->run->bands[PLOT_IDLE];
    double level = frame->chart->level;
    if (isfinite(level) && level <= frame->axis.top && idle->right > idle->left)
        buffer_format(out, "<path class=\"level\" d=\"M%.1f %.1fH%.1f\"/>", x_of(idle->left),
                      y_of(frame, level), x_of(idle->right));
}

/* The samples, and for the script that shows one under the pointer its number and amount. */
static void put_samples(struct buffer *out, const struct frame *frame)
{
    const struct plot_run *run = frame->chart->run;
    size_t kept[LIMIT_PAGE_POINTS];
    size_t count = plot_thin(frame->chart->values, run->series->count, LIMIT_PAGE_POINTS, kept);
    buffer_text(out, "<polyline class=\"line\" data-of=\"");
    for (size_t i = 0; i < count; i++) {
        char amount[64];
        if (isnan(plot_x(run, &run->series->samples[kept[i]])))
            continue;
        amount_describe(frame->chart->gauge, frame->chart->values[kept[i]], amount, sizeof amount);
        buffer_format(out, "%zu %s%s|", kept[i], amount,
                      frame->chart->per_second ? " per second" : "");
    }
    buffer_text(out, "\" points=\"");
    for (size_t i = 0; i < count; i++) {
        double x = plot_x(run, &run->series->samples[kept[i]]);
        if (!isnan(x))
            buffer_format(out, "%.1f,%.1f ", x_of(x), y_of(frame, frame->chart->values[kept[i]]));
    }
    buffer_text(out, "\"/>");
}

/* The picture in words. */
static void put_label(struct buffer *out, const struct frame *frame)
{
    const struct chart *chart = frame->chart;
    const struct judged *judged = &frame->judged;
    const char *step = series_step_name(chart->run->series);
    char from[64], to[64], pace[64], allowed[64];
    html_text(out, chart->title);
    if (!judged->shown) {
        buffer_text(out, ": the samples of the run, not judged by growth");
        return;
    }
    amount_describe(chart->gauge, judged->from, from, sizeof from);
    amount_describe(chart->gauge, judged->to, to, sizeof to);
    growth_describe(chart->gauge, judged->per_iteration, pace, sizeof pace);
    growth_describe(chart->gauge, chart->allowed, allowed, sizeof allowed);
    buffer_format(out, ": in the loop from %s to %s, %s per %s; %s allowed", from, to, pace, step,
                  allowed);
    if (gauge_info(chart->gauge)->rule == RULE_SLOPE)
        return;
    buffer_text(out, "; floors");
    for (size_t i = 0; i < GROWTH_BLOCKS; i++) {
        amount_describe(chart->gauge, judged->floors[i], from, sizeof from);
        buffer_format(out, "%s %s", i > 0 ? "," : "", from);
    }
}

static void put_caption(struct buffer *out, const struct frame *frame)
{
    const struct chart *chart = frame->chart;
    char pace[64];
    buffer_text(out, "<figcaption><b>");
    html_text(out, chart->title);
    buffer_text(out, chart->per_second ? "</b> per second" : "</b>");
    if (frame->judged.shown) {
        growth_describe(chart->gauge, frame->judged.per_iteration, pace, sizeof pace);
        buffer_format(out, " <span class=\"pace\">%s per %s</span>", pace,
                      series_step_name(chart->run->series));
    }
    if (chart->text != NULL) {
        buffer_text(out, "<br><small>");
        html_text(out, chart->text);
        buffer_text(out, "</small>");
    }
    buffer_text(out, "</figcaption>");
}

void html_chart(struct buffer *out, const struct chart *chart)
{
    struct frame frame = {.chart = chart, .judged = judge_chart(chart)};
    frame.axis = axis_of(chart, &frame.judged);
    buffer_text(out, "<figure class=\"chart\">");
    put_caption(out, &frame);
    buffer_format(out, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", WIDTH, HEIGHT);
    put_label(out, &frame);
    buffer_text(out, "\">");
    put_bands(out, &frame);
    put_axis(out, &frame);
    put_limits(out, &frame);
    put_level(out, &frame);
    put_samples(out, &frame);
    put_floors(out, &frame);
    put_loop_ticks(out, &frame);
    put_rest_ticks(out, &frame, PLOT_IDLE);
    put_rest_ticks(out, &frame, PLOT_DRAIN);
    buffer_text(out, "</svg></figure>\n");
}

void html_sparkline(struct buffer *out, const struct plot_run *run, const double *values)
{
    double least = INFINITY, most = -INFINITY;
    size_t kept[SPARK_WIDTH];
    size_t count = plot_thin(values, run->series->count, SPARK_WIDTH, kept);
    for (size_t i = 0; i < count; i++) {
        least = fmin(least, values[kept[i]]);
        most = fmax(most, values[kept[i]]);
    }
    double range = fmax(most - least, 1e-9);
    buffer_format(out, "<svg class=\"spark\" viewBox=\"0 0 %d %d\" aria-hidden=\"true\">",
                  SPARK_WIDTH, SPARK_HEIGHT);
    buffer_text(out, "<polyline class=\"line\" points=\"");
    for (size_t i = 0; i < count; i++) {
        double x = plot_x(run, &run->series->samples[kept[i]]);
        if (!isnan(x))
            buffer_format(out, "%.1f,%.1f ", 1 + x * (SPARK_WIDTH - 2),
                          SPARK_HEIGHT - 2 -
                              (values[kept[i]] - least) / range * (SPARK_HEIGHT - 4));
    }
    buffer_text(out, "\"/></svg>");
}
