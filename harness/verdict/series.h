/* The samples of one run in order, each marked with its phase, and the facts the judge asks for. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "probes/holders.h"
#include "probes/sample.h"

struct series {
    struct sample *samples; /* owned, in the order taken */
    size_t count;
    size_t capacity;
    struct holder_table *holders; /* owned */
    long heap_rate;   /* bytes allocated for each sample of the heap profile; 0: unknown */
    char *module;     /* owned; the program's own, as "example.com/app"; NULL: unknown */
    char *package;    /* owned; the import path of its package main; NULL: unknown */
    bool per_minute;  /* paced by time: growth is per minute, "iterations" are minutes */
    bool uncollected; /* of a watch: no collection was forced before the heap was read */
};

void series_append(struct series *series, struct sample *sample); /* takes what the sample owns */
void series_free(struct series *series);
/* The step that growth is counted in at a sample: iterations, or minutes when paced by time. */
double series_position(const struct series *series, const struct sample *sample);

size_t series_count(const struct series *series, enum phase phase); /* samples of the phase */

/* "minute" or "iteration": what growth is counted in. */
const char *series_step_name(const struct series *series);

/* How fast the loop went, by its samples' own times. Growth is per step: an iteration, or a minute
 * where the run is paced by time. */
struct pace {
    double seconds;        /* from the first sample of the loop to the last; 0: fewer than two */
    double iterations;     /* played between them */
    double steps_per_hour; /* NAN: cannot be told */
    double iterations_per_step; /* NAN where the step is an iteration, and where none is played */
};
struct pace series_pace(const struct series *series);

/* When the loop's last sample was taken; NAN: there is none. */
double series_loop_end(const struct series *series);
/* How many seconds after the loop all that was to go was gone, by the rest that followed: from then
 * on no count, nor the heap, was higher than at its end for longer than a moment. NAN: there was no
 * rest. */
double series_settling(const struct series *series);
