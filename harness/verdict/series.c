#include "verdict/series.h"

#include <stdlib.h>

#include "base/memory.h"

static const double seconds_per_minute = 60.0;

void series_append(struct series *series, struct sample *sample)
{
    series->samples =
        memory_grow(series->samples, &series->capacity, series->count + 1, sizeof *series->samples);
    series->samples[series->count++] = *sample;
    *sample = (struct sample){0};
}

void series_free(struct series *series)
{
    for (size_t i = 0; i < series->count; i++)
        sample_free(&series->samples[i]);
    free(series->samples);
    if (series->holders != NULL)
        holder_table_free(series->holders);
    *series = (struct series){0};
}

double series_position(const struct series *series, const struct sample *sample)
{
    return series->per_minute ? sample->at / seconds_per_minute : (double)sample->iteration;
}
