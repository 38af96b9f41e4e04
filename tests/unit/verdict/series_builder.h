/*
 * A run made up for the judge: 6 idle samples 2 s apart, a loop of 21 samples 2 iterations and 1 s
 * apart, drain samples 5 s apart, perhaps a second loop and its drain. What each gauge and holder
 * shows is a function of the loop's iteration, and in the drains of the seconds since the (first)
 * loop.
 */
#pragma once

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "probes/sample.h"
#include "verdict/series.h"

enum { IDLE_SAMPLES = 6, LOOP_SAMPLES = 21, WARMUP_ITERATIONS = 6 };

static void build_sample(struct series *series, enum phase phase, unsigned iteration, double at)
{
    struct sample sample = {.phase = phase, .iteration = iteration, .at = at};
    for (int gauge = 0; gauge < GAUGE_COUNT; gauge++)
        sample.gauges[gauge] = NAN;
    sample.gauges[GAUGE_FD] = 0;
    sample.gauges[GAUGE_GOROUTINE] = 0;
    sample.gauges[GAUGE_INOTIFY_WATCH] = 7;
    sample.gauges[GAUGE_CHILD] = 0;
    series_append(series, &sample);
}

__attribute__((unused)) static struct series build_series(unsigned loop_samples,
                                                          unsigned drain_samples)
{
    struct series series = {.holders = holder_table_new()};
    double at = 10;
    for (unsigned i = 0; i < IDLE_SAMPLES; i++, at += 2)
        build_sample(&series, PHASE_IDLE, WARMUP_ITERATIONS, at);
    for (unsigned i = 0; i < loop_samples; i++, at += 1)
        build_sample(&series, PHASE_LOOP, WARMUP_ITERATIONS + 2 * (i + 1), at);
    for (unsigned i = 0; i < drain_samples; i++)
        build_sample(&series, PHASE_DRAIN, WARMUP_ITERATIONS + 2 * loop_samples,
                     at - 1 + 5 * (i + 1));
    return series;
}

/* A second loop of as many iterations, in which nothing is sampled, and the rest after it. */
__attribute__((unused)) static struct series build_two_loops(unsigned drain_samples)
{
    struct series series = build_series(LOOP_SAMPLES, drain_samples);
    double at = series.samples[series.count - 1].at + LOOP_SAMPLES;
    for (unsigned i = 0; i < drain_samples; i++)
        build_sample(&series, PHASE_SECOND_DRAIN, WARMUP_ITERATIONS + 4 * LOOP_SAMPLES,
                     at + 5 * (i + 1));
    return series;
}

/* Adds a sample of the start, before the first iteration. */
__attribute__((unused)) static void add_start(struct series *series, enum gauge gauge, double held)
{
    struct sample start = {.phase = PHASE_START, .at = 1};
    for (int i = 0; i < GAUGE_COUNT; i++)
        start.gauges[i] = NAN;
    start.gauges[gauge] = held;
    series_append(series, &start);
    struct sample added = series->samples[series->count - 1];
    memmove(&series->samples[1], &series->samples[0], (series->count - 1) * sizeof added);
    series->samples[0] = added;
}

/* Iterations of the loop that are done: 0 at rest before it. */
static int loop_iteration(const struct sample *sample)
{
    return (int)sample->iteration - WARMUP_ITERATIONS;
}

/* Seconds since the end of the loop; 0 before. */
static int rested(const struct series *series, const struct sample *sample)
{
    double end = 0;
    for (size_t i = 0; i < series->count; i++)
        if (series->samples[i].phase == PHASE_LOOP)
            end = series->samples[i].at;
    return sample->at > end ? (int)(sample->at - end) : 0;
}

typedef double build_value(int iteration, int rested, int parameter);

/* A holder's value in every sample; the gauge's total rises with it. Holders are added in the order
 * of their numbers, as a sample wants them. */
static void add_holdings(struct series *series, uint32_t holder, build_value *value, int parameter,
                         unsigned bytes_each)
{
    enum gauge gauge = holder_table_get(series->holders, holder).gauge;
    for (size_t i = 0; i < series->count; i++) {
        struct sample *sample = &series->samples[i];
        double held = value(loop_iteration(sample), rested(series, sample), parameter);
        if (!isnan(sample->gauges[gauge]))
            sample->gauges[gauge] += held;
        if (held > 0)
            holding_list_add(&sample->holdings,
                             (struct holding){holder, (uint32_t)held, (uint64_t)held * bytes_each});
    }
}

__attribute__((unused)) static void add_text(struct series *series, enum gauge gauge,
                                             const char *text, build_value *value, int parameter)
{
    add_holdings(series, holder_table_text(series->holders, gauge, text), value, parameter, 0);
}

/* A stack of one function. */
__attribute__((unused)) static void add_function(struct series *series, enum gauge gauge,
                                                 const char *name, build_value *value,
                                                 int parameter, unsigned bytes_each)
{
    uint32_t function = holder_table_function(series->holders, name, strlen(name));
    uint32_t holder = holder_table_stack(series->holders, gauge, &function, 1);
    add_holdings(series, holder, value, parameter, bytes_each);
}

__attribute__((unused)) static void set_gauge(struct series *series, enum gauge gauge,
                                              build_value *value, int parameter)
{
    for (size_t i = 0; i < series->count; i++) {
        struct sample *sample = &series->samples[i];
        sample->gauges[gauge] = value(loop_iteration(sample), rested(series, sample), parameter);
    }
}
