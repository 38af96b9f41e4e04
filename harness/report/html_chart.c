#include "report/html_chart.h"

#include <math.h>

#include "base/limits.h"
#include "report/html_text.h"

/* In the units of the picture, which is about as wide as a phone. */
enum { WIDTH = 360, HEIGHT = 196, LEFT = 54, RIGHT = 6, TOP = 20, BOTTOM = 22 };
enum { SPARK_WIDTH = 120, SPARK_HEIGHT = 24 };

/* What is drawn besides the samples: floors, or the fitted line, and what may grow. */
struct judged {
    bool shown;
    bool slope; /* a line instead of floors */
    struct growth growth;
    double start, end; /* where in the loop growth.from and growth.to stand */
    double counts;     /* at the end: from here on a growth counts */
    double first[GROWTH_BLOCKS], last[GROWTH_BLOCKS]; /* positions of each block */
};

struct frame {
    const struct chart *chart;
    struct plot_axis axis;
    struct judged judged;
};

static struct judged judge_chart(const struct chart *chart)
{
    struct judged judged = {.slope = gauge_info(chart->gauge)->rule == RULE_SLOPE};
    struct trace loop = chart->loop;
    if (!chart->judged)
        return judged;
    struct growth growth = judged.slope ? slope_of(loop, chart->allowed)
                                        : growth_of(loop, chart->allowed, chart->rule);
    if (!(growth.iterations > 0) || !isfinite(growth.from) || !isfinite(growth.to))
        return judged;
    judged.shown = true;
    judged.growth = growth;
    judged.start = loop.positions[0];
    if (!judged.slope) {
        size_t length = loop.count / GROWTH_BLOCKS, first = loop.count % GROWTH_BLOCKS;
        for (size_t i = 0; i < GROWTH_BLOCKS; i++, first += length) {
            judged.first[i] = loop.positions[first];
            judged.last[i] = loop.positions[first + length - 1];
        }
        judged.start = (judged.first[0] + judged.last[0]) / 2;
    }
    judged.end = judged.start + growth.iterations;
    judged.counts = growth.from + chart->allowed * growth.iterations +
                    (judged.slope ? SLOPE_MARGIN * growth.iterations
                                  : growth_threshold(chart->rule, growth.iterations));
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
        html_format(out,
                    "<rect class=\"band %s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>",
                    plot_phase_name(phase), left, TOP, right - left, HEIGHT - TOP - BOTTOM);
        if (phase != PLOT_WARMUP)
            html_format(out, "<text class=\"phase\" x=\"%.1f\" y=\"%d\">%s</text>",
                        (left + right) / 2, TOP - 6, plot_phase_name(phase));
    }
}

static void put_axis(struct buffer *out, const struct frame *frame)
{
    const struct plot_axis *axis = &frame->axis;
    long steps = lround((axis->top - axis->bottom) / axis->step);
    for (long i = 0; i <= steps; i++) {
        double value = axis->bottom + axis->step * (double)i, y = y_of(frame, value);
        html_format(out,
                    "<path class=\"grid\" d=\"M%d %.1fH%d\"/><text class=\"amount\" x=\"%d\" "
                    "y=\"%.1f\">%s</text>",
                    LEFT, y, WIDTH - RIGHT, LEFT - 5, y + 3.5, plot_label(axis, value).text);
    }
}

/* Steps of the loop, and how long it rested before and after that. */
static void put_ticks(struct buffer *out, const struct frame *frame)
{
    enum { LABELS = 5 };
    const struct plot_band *loop = &frame->chart->run->bands[PLOT_LOOP];
    bool minutes = frame->chart->run->series->per_minute;
    double step = plot_step(loop->last - loop->first, LABELS);
    step = minutes ? step : fmax(step, 1);
    if (loop->last > loop->first)
        /* NOLINTNEXTLINE: whether the last label is there does not hang on a rounding error. */
        for (double at = ceil(loop->first / step) * step; at <= loop->last; at += step)
            html_format(out, "<text class=\"tick\" x=\"%.1f\" y=\"%d\">%g%s</text>",
                        loop_x(frame, at), HEIGHT - 7, at, minutes ? " min" : "");
    for (enum plot_phase phase = PLOT_IDLE; phase <= PLOT_DRAIN; phase++) {
        const struct plot_band *band = &frame->chart->run->bands[phase];
        if (phase != PLOT_LOOP && band->last - band->first >= 1)
            html_format(out, "<text class=\"tick\" x=\"%.1f\" y=\"%d\">%.0f s</text>",
                        x_of((band->left + band->right) / 2), HEIGHT - 7, band->last - band->first);
    }
}

/* What may grow, as a wedge from the first floor on: over its upper edge a growth counts. Where
 * that leaves the picture, it does so at its own slope. */
static void put_limits(struct buffer *out, const struct frame *frame)
{
    const struct judged *judged = &frame->judged;
    double from = judged->growth.from;
    double start = loop_x(frame, judged->start), end = loop_x(frame, judged->end);
    if (!judged->shown)
        return;
    double shown = (frame->axis.top - from) / (judged->counts - from);
    double edge = shown < 1 ? start + (end - start) * fmax(shown, 0) : end;
    double bottom = y_of(frame, from), top = y_of(frame, judged->counts);
    html_format(out,
                "<path class=\"allowed\" d=\"M%.1f %.1fL%.1f %.1fH%.1fV%.1fZ\"/>"
                "<path class=\"limit\" d=\"M%.1f %.1fL%.1f %.1f\"/>",
                start, bottom, edge, top, end, bottom, start, bottom, edge, top);
}

static void put_level(struct buffer *out, const struct frame *frame)
{
    const struct plot_band *idle = &frame->chart->run->bands[PLOT_IDLE];
    double level = frame->chart->level;
    if (isfinite(level) && level <= frame->axis.top && idle->right > idle->left)
        html_format(out, "<path class=\"level\" d=\"M%.1f %.1fH%.1f\"/>", x_of(idle->left),
                    y_of(frame, level), x_of(idle->right));
}

/* The samples, and for the script that shows one under the pointer its number and amount. */
static void put_samples(struct buffer *out, const struct frame *frame)
{
    const struct chart *chart = frame->chart;
    const struct series *series = chart->run->series;
    const char *per_second = gauge_info(chart->gauge)->cumulative ? " per second" : "";
    size_t kept[LIMIT_PAGE_POINTS];
    size_t count = plot_thin(chart->values, series->count, LIMIT_PAGE_POINTS, kept);
    _cleanup_buffer_ struct buffer points = {0};
    buffer_text(out, "<polyline class=\"line\" data-of=\"");
    for (size_t i = 0; i < count; i++) {
        double x = plot_x(chart->run, &series->samples[kept[i]]), value = chart->values[kept[i]];
        if (isnan(x))
            continue;
        html_format(out, "%zu %s%s|", kept[i], amount_text(chart->gauge, value).text, per_second);
        buffer_format(&points, "%.1f,%.1f ", x_of(x), y_of(frame, value));
    }
    buffer_format(out, "\" points=\"%s\"/>", buffer_string(&points));
}

static void put_floors(struct buffer *out, const struct frame *frame)
{
    const struct judged *judged = &frame->judged;
    if (!judged->shown)
        return;
    buffer_text(out, "<path class=\"floor\" d=\"");
    if (judged->slope)
        html_format(out, "M%.1f %.1fL%.1f %.1f", loop_x(frame, judged->start),
                    y_of(frame, judged->growth.from), loop_x(frame, judged->end),
                    y_of(frame, judged->growth.to));
    for (size_t i = 0; !judged->slope && i < GROWTH_BLOCKS; i++)
        html_format(out, "M%.1f %.1fH%.1f", loop_x(frame, judged->first[i]) - 2,
                    y_of(frame, judged->growth.floors[i]), loop_x(frame, judged->last[i]) + 2);
    buffer_text(out, "\"/>");
}

/* The picture in words. */
static void put_label(struct buffer *out, const struct frame *frame)
{
    const struct chart *chart = frame->chart;
    const struct growth *growth = &frame->judged.growth;
    if (!frame->judged.shown) {
        html_format(out, "%s: the samples of the run, not judged by growth", chart->title);
        return;
    }
    html_format(
        out, "%s: in the loop from %s to %s, %s per %s; %s allowed", chart->title,
        amount_text(chart->gauge, growth->from).text, amount_text(chart->gauge, growth->to).text,
        growth_text(chart->gauge, growth->per_iteration).text, series_step_name(chart->run->series),
        growth_text(chart->gauge, chart->allowed).text);
    for (size_t i = 0; !frame->judged.slope && i < GROWTH_BLOCKS; i++)
        html_format(out, "%s %s", i > 0 ? "," : "; floors",
                    amount_text(chart->gauge, growth->floors[i]).text);
}

void html_chart(struct buffer *out, const struct chart *chart)
{
    struct frame frame = {.chart = chart, .judged = judge_chart(chart)};
    frame.axis = axis_of(chart, &frame.judged);
    html_format(out, "<figure class=\"chart\"><figcaption><b>%s</b>%s", chart->title,
                gauge_info(chart->gauge)->cumulative ? " per second" : "");
    if (frame.judged.shown)
        html_format(out, " <span class=\"pace\">%s per %s</span>",
                    growth_text(chart->gauge, frame.judged.growth.per_iteration).text,
                    series_step_name(chart->run->series));
    if (chart->text != NULL)
        html_format(out, "<br><small>%s</small>", chart->text);
    html_format(out, "</figcaption><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", WIDTH,
                HEIGHT);
    put_label(out, &frame);
    buffer_text(out, "\">");
    put_bands(out, &frame);
    put_axis(out, &frame);
    put_limits(out, &frame);
    put_level(out, &frame);
    put_samples(out, &frame);
    put_floors(out, &frame);
    put_ticks(out, &frame);
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
    buffer_format(out,
                  "<svg class=\"spark\" viewBox=\"0 0 %d %d\" aria-hidden=\"true\">"
                  "<polyline class=\"line\" points=\"",
                  SPARK_WIDTH, SPARK_HEIGHT);
    for (size_t i = 0; i < count; i++) {
        double x = plot_x(run, &run->series->samples[kept[i]]);
        double height = (values[kept[i]] - least) / range * (SPARK_HEIGHT - 4);
        if (!isnan(x))
            buffer_format(out, "%.1f,%.1f ", 1 + x * (SPARK_WIDTH - 2), SPARK_HEIGHT - 2 - height);
    }
    buffer_text(out, "\"/></svg>");
}
