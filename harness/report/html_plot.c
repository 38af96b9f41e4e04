#include "report/html_chart.h"

#include <math.h>
#include <stdio.h>

static const struct {
    const char *name;
    double width; /* its share; what has no sample leaves its part to the others */
} phases[PLOT_PHASES] = {[PLOT_WARMUP] = {"warm-up", 0.06},
                         [PLOT_IDLE] = {"idle", 0.14},
                         [PLOT_LOOP] = {"loop", 0.6},
                         [PLOT_DRAIN] = {"drain", 0.2}};

const char *plot_phase_name(enum plot_phase phase)
{
    return phases[phase].name;
}

enum plot_phase plot_phase_of(const struct sample *sample)
{
    static const enum plot_phase bands[PHASE_COUNT] = {
        [PHASE_START] = PLOT_WARMUP,       [PHASE_WARMUP] = PLOT_WARMUP,
        [PHASE_IDLE] = PLOT_IDLE,          [PHASE_LOOP] = PLOT_LOOP,
        [PHASE_DRAIN] = PLOT_DRAIN,        [PHASE_SECOND_LOOP] = PLOT_DRAIN,
        [PHASE_SECOND_DRAIN] = PLOT_DRAIN, [PHASE_QUIT] = PLOT_PHASES,
    };
    return bands[sample->phase];
}

static double position_of(const struct series *series, const struct sample *sample)
{
    return plot_phase_of(sample) == PLOT_LOOP ? series_position(series, sample) : sample->at;
}

struct plot_run plot_run_of(const struct series *series)
{
    struct plot_run run = {.series = series};
    size_t counts[PLOT_PHASES] = {0};
    double all = 0, left = 0;
    for (size_t i = 0; i < series->count; i++) {
        enum plot_phase phase = plot_phase_of(&series->samples[i]);
        if (phase == PLOT_PHASES)
            continue;
        run.bands[phase].last = position_of(series, &series->samples[i]);
        if (counts[phase]++ == 0)
            run.bands[phase].first = run.bands[phase].last;
    }
    for (size_t i = 0; i < PLOT_PHASES; i++)
        all += counts[i] > 0 ? phases[i].width : 0;
    for (size_t i = 0; i < PLOT_PHASES; i++) {
        run.bands[i].left = left;
        left += counts[i] > 0 ? phases[i].width / all : 0;
        run.bands[i].right = left;
    }
    return run;
}

/* A little off the edges, so that the last dot of one phase and the first of the next are two. */
static double within(struct plot_band band, double position)
{
    static const double margin = 0.05;
    double length = band.last - band.first;
    double share = length > 0 ? (position - band.first) / length : 0.5;
    return band.left + (band.right - band.left) * (margin + (1 - 2 * margin) * share);
}

double plot_loop_x(const struct plot_run *run, double position)
{
    return within(run->bands[PLOT_LOOP], position);
}

double plot_x(const struct plot_run *run, const struct sample *sample)
{
    enum plot_phase phase = plot_phase_of(sample);
    return phase == PLOT_PHASES ? NAN : within(run->bands[phase], position_of(run->series, sample));
}

double plot_step(double range, unsigned most)
{
    static const double factors[] = {1, 2, 5, 10};
    if (!(range > 0) || !isfinite(range))
        return 1;
    double power = pow(10, floor(log10(range / most)));
    for (size_t i = 0; i < sizeof factors / sizeof *factors; i++)
        if (range / (factors[i] * power) <= most * (1 + 1e-9))
            return factors[i] * power;
    return 10 * power;
}

struct plot_axis plot_axis_of(double least, double most, enum gauge_unit unit)
{
    enum { LABELS = 4 };
    static const char *const bytes[] = {"B", "KiB", "MiB", "GiB"};
    struct plot_axis axis = {.unit = 1, .unit_name = unit == UNIT_SECONDS ? "s" : ""};
    double low = least >= 0 && least < most / 2 ? 0 : least;
    double greatest = fmax(fabs(most), fabs(least));
    /* The largest unit of which the greatest amount has one. */
    if (unit == UNIT_BYTES) {
        size_t i = 0;
        for (; i + 1 < sizeof bytes / sizeof *bytes && greatest >= axis.unit * 1024; i++)
            axis.unit *= 1024;
        axis.unit_name = bytes[i];
    }
    /* Of counts a range of one would make a mountain of a single one. */
    double room = unit == UNIT_COUNT ? 4 : fmax(fabs(most) * 0.02, axis.unit * 0.1);
    if (most - low < room) {
        double middle = (most + low) / 2;
        low = low >= 0 ? fmax(middle - room / 2, 0) : middle - room / 2;
        most = low + room;
    }
    double step = plot_step((most - low) / axis.unit, LABELS);
    if (unit == UNIT_COUNT)
        step = fmax(step, 1);
    axis.decimals = step < 1 ? (int)ceil(-log10(step) - 1e-9) : 0;
    axis.step = step * axis.unit;
    axis.bottom = floor(low / axis.step) * axis.step;
    axis.top = ceil(most / axis.step) * axis.step;
    return axis;
}

struct short_text plot_label(const struct plot_axis *axis, double value)
{
    struct short_text label;
    double amount = value / axis->unit;
    amount = fabs(amount) < 1e-9 ? 0 : amount;
    snprintf(label.text, sizeof label.text, "%.*f%s%s", axis->decimals, amount,
             *axis->unit_name ? " " : "", axis->unit_name);
    return label;
}

/* The least and the greatest of a stretch, in their order. */
static size_t keep_extremes(const double *values, size_t first, size_t end, size_t *kept)
{
    size_t least = end, most = end;
    for (size_t i = first; i < end; i++) {
        if (isnan(values[i]))
            continue;
        if (least == end || values[i] < values[least])
            least = i;
        if (most == end || values[i] > values[most])
            most = i;
    }
    if (least == end)
        return 0;
    kept[0] = least < most ? least : most;
    if (least == most)
        return 1;
    kept[1] = least < most ? most : least;
    return 2;
}

size_t plot_thin(const double *values, size_t count, size_t most, size_t *kept)
{
    size_t found = 0, stretches = count <= most ? count : most / 2;
    for (size_t i = 0; i < stretches; i++)
        found +=
            keep_extremes(values, i * count / stretches, (i + 1) * count / stretches, kept + found);
    return found;
}
