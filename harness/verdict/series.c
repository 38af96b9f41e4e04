#include "verdict/series.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

static const double seconds_per_minute = 60.0, seconds_per_hour = 3600.0;

void series_append(struct series *series, struct sample *sample)
{
    array_append(series->samples, series->count, series->capacity, *sample);
    *sample = (struct sample){0};
}

void series_free(struct series *series)
{
    for (size_t i = 0; i < series->count; i++)
        sample_free(&series->samples[i]);
    free(series->samples);
    free_all(series->module, series->package);
    if (series->holders != NULL)
        holder_table_free(series->holders);
    *series = (struct series){0};
}

double series_position(const struct series *series, const struct sample *sample)
{
    return series->per_minute ? sample->at / seconds_per_minute : (double)sample->iteration;
}

size_t series_count(const struct series *series, enum phase phase)
{
    size_t count = 0;
    for (size_t i = 0; i < series->count; i++)
        count += series->samples[i].phase == phase;
    return count;
}

const char *series_step_name(const struct series *series)
{
    return series->per_minute ? "minute" : "iteration";
}

struct pace series_pace(const struct series *series)
{
    struct pace pace = {.steps_per_hour = NAN, .iterations_per_step = NAN};
    const struct sample *first = NULL, *last = NULL;
    for (size_t i = 0; i < series->count; i++) {
        if (series->samples[i].phase != PHASE_LOOP)
            continue;
        last = &series->samples[i];
        first = first == NULL ? last : first;
    }
    if (first == last || !(last->at > first->at))
        return pace;
    pace.seconds = last->at - first->at;
    pace.iterations = (double)last->iteration - (double)first->iteration;
    if (series->per_minute) {
        pace.steps_per_hour = seconds_per_hour / seconds_per_minute;
        if (pace.iterations > 0)
            pace.iterations_per_step = pace.iterations / (pace.seconds / seconds_per_minute);
    } else if (pace.iterations > 0) {
        pace.steps_per_hour = pace.iterations / pace.seconds * seconds_per_hour;
    }
    return pace;
}

double series_loop_end(const struct series *series)
{
    double end = NAN;
    for (size_t i = 0; i < series->count; i++)
        if (series->samples[i].phase == PHASE_LOOP)
            end = series->samples[i].at;
    return end;
}

/* Of two samples in a row the lower counts, as a rest is read: is it more than in two others,
 * beyond what comes and goes at rest? (Measured on a real program: one goroutine, 44 KB.) */
static bool hold_more(const struct sample *samples, const struct sample *others)
{
    const double one = 1, some_bytes = 64 * 1024;
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        enum gauge_rule rule = gauge_info(gauge)->rule;
        double more = fmin(samples[0].gauges[gauge], samples[1].gauges[gauge]) -
                      fmin(others[0].gauges[gauge], others[1].gauges[gauge]);
        if ((rule == RULE_FLOOR && more > one) || (rule == RULE_SLOPE && more > some_bytes))
            return true;
    }
    return false;
}

double series_settling(const struct series *series)
{
    const struct sample *samples = series->samples;
    size_t first = 0, end;
    while (first < series->count && samples[first].phase != PHASE_DRAIN)
        first++;
    for (end = first; end < series->count && samples[end].phase == PHASE_DRAIN;)
        end++;
    if (first == end)
        return NAN;
    size_t settled = end - 1;
    while (settled > first && !hold_more(&samples[settled - 1], &samples[end - 2]))
        settled--;
    return samples[settled].at - series_loop_end(series);
}
