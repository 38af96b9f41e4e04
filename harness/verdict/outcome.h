/*
 * One account judged: does it grow, by how much, and is it gone at rest?
 *
 * What remains at rest is the leak. A count that stands higher at rest after the loop than before
 * it is retained, whatever it did meanwhile; the loop's floors see smaller and earlier growth, and
 * give the heap's. Where there was a second loop, that decides: a leak comes again, a cache that
 * has filled up does not.
 */
#pragma once

#include <stdbool.h>

#include "verdict/baseline.h"
#include "verdict/ledger.h"

struct outcome {
    bool grows;           /* over the allowance, what rises at rest as well taken off */
    bool only_drift;      /* would grow, but no faster than it does at rest */
    bool drained;         /* grows, and is gone at the end of the drain */
    bool filled;          /* grew, and no more of it came in the second loop */
    bool one_by_one;      /* a heap stack that gained objects steadily, and not in larger steps */
    bool fell;            /* some of it went in the second loop, as nothing did at rest */
    bool repeats;         /* came again in the second loop at the same pace: no chance */
    double drained_after; /* seconds from the last sample of the loop */
    double drift;         /* per second at rest; 0: none */
    double per_iteration;
    double bytes_per_iteration; /* gauges in bytes */
    double from, to;   /* from rest to rest where it is retained, else first and last floor (heap:
                          bytes) */
    double net;        /* from the first floor to the last */
    double iterations; /* 0: could not be judged */
    double left;       /* what is over the floor before the loop at the end of the drain; NAN: no
                          drain */
    double second, second_iterations; /* what the second loop added; NAN: there was none */
    double slowed_to; /* its pace by that of the first, where chance does not explain the
                         difference; else 1 */
    double warmup;    /* of a holder: what the warm-up added, where that is more than by the pace */
    double smallest_visible; /* NAN: could not be judged */
};

struct outcome outcome_of(const struct ledger *ledger, const struct account *account,
                          struct allowance allowance);

/* How far chance leads the objects of a sampled stack astray (one standard deviation) where they
 * are compared at the loop's begin and end; 0 where everything is counted. */
double stack_deviation(const struct ledger *ledger, const struct account *stack);

/* By how much more a row held at rest after the loop than before it, and after the second loop than
 * after the first: NAN where there was no such rest. */
struct rest_gains {
    double before;
    double gain[2], iterations[2];
};
struct rest_gains gains_at_rest(const struct ledger *ledger, const double *row);

/* What a row gains per second at rest, due to nothing that an iteration does: only where it shows
 * in both halves of the idle samples and never falls between; the slower half's pace. A single step
 * (a child that is started every ten seconds) is no drift. 0: none. */
double drift_of(const struct ledger *ledger, const double *row);

/* Of a trace of counts at these positions in which nothing moves. */
struct growth growth_of_nothing(const struct ledger *ledger);

/*
 * The most that each iteration can have left for good, in the gauge's unit: what is held at the end
 * of the drain over what was held before, shared out among the iterations since. Before is both the
 * start of the measurement, before the first iteration, and the rest before the loop: what was
 * there at the start may be gone, and what rested before the loop may have been a backlog of the
 * warm-up; the larger of both counts. Two are added, the least growth that counts. `remaining` is
 * the gauge's row without the accounts that are `taken` (one flag for each of the gauge's). Never
 * negative; NAN where there is no drain, or one of the ends was not read.
 */
double growth_bound(const struct ledger *ledger, enum gauge gauge, const double *remaining,
                    const bool *taken);
/* Would a drain tell? It takes a sample of the start, and growth that is counted in iterations. */
bool drain_tells_bound(const struct ledger *ledger);
