/*
 * Watching a program that runs already: samples at a pace of time, into the journal of a run
 * without a scenario, so that everything that reads runs reads it.
 *
 * A series is the samples of one process, and has a journal of its own. A program that is started
 * again begins a new one. Nothing of the program changes: no collection is forced, and the one
 * thing that it notices is a connection to its pprof port.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "scenario/healthy.h"
#include "verdict/judgement.h"
#include "verdict/series.h"

/* What is known after a sample. */
struct watch_moment {
    const char *name;            /* of the series */
    const char *date;            /* when it began, as in its journal */
    pid_t pid;                   /* that is sampled */
    unsigned samples;            /* of the series */
    const struct sample *sample; /* the last */
    double cores;                /* that it used since the one before; NAN: not known */
    /* Of a long series, so many as are enough: without its last sample at times. */
    const struct series *series;
    const struct judgement *judgement; /* what grows so far; NULL: too early to say */
};

struct watch_options {
    pid_t pid;           /* that is watched first */
    const char *program; /* when that has ended, the next process of this name is watched; NULL: it
                            was the last */
    bool is_child;       /* it was started by this process, and has the terminal: signals are its */
    const char *asked;   /* `leakgate watch ...`, shell-quoted */
    int64_t every_ms;
    int64_t for_ms;                     /* 0: until it is stopped, or the process has ended */
    bool until_flag;                    /* until something grows, or is out of range */
    const struct healthy_rows *healthy; /* the ranges of those gauges that a sample has */
    /* The directory of a new series, which is made; the last part is its name. NULL and *err on
     * failure. The caller frees it. */
    char *(*make_directory)(void *context, const char *program, struct lg_error *err);
    void (*sampled)(void *context, const struct watch_moment *moment);
    void (*said)(void *context, const char *text); /* a sentence for the user */
    void *context;                                 /* of those */
};

/* Returns when the watch is over, false and *err when it could not go on: LG_ERROR_TARGET where the
 * first process has ended. *flagged: something was out of range. stop_signals_block has been
 * called.
 */
LG_CHECKED bool watch(const struct watch_options *options, bool *flagged, struct lg_error *err);
