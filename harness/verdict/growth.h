/*
 * Growth, as pure functions on numbers: no clock, no input, no globals. The rules and where their
 * figures come from: docs/design.md, "When it is a leak".
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { GROWTH_BLOCKS = 7, GROWTH_STEPS = GROWTH_BLOCKS - 1, GROWTH_SAMPLES = 3 * GROWTH_BLOCKS };

/* One gauge or holder over the samples of the loop. */
struct trace {
    const double *positions; /* iterations (or minutes) at each sample, rising */
    const double *values;    /* NAN where it was not read */
    size_t count;
};

/* The second half must grow at this share of the first half's pace, floors and slopes alike: what
 * levels off is no leak. */
#define SECOND_HALF_SHARE 0.5

/* So many sampled allocations in all are enough to show a growth. */
#define SAMPLED_ENOUGH 8

/* The 99 % point of the standard normal distribution. */
#define ONE_SIDED_99 2.3263478740408408

struct growth_rule {
    double minimum; /* the least excess that counts, in the gauge's unit */
    double
        per_iteration; /* and the least per iteration: excess >= max(minimum, this x iterations) */
    unsigned rising_steps; /* at least so many of the six steps between floors rise */
    bool steps;            /* bytes of a slice or map: rare large steps count as rising (see .c) */
    double quantum;        /* what one sampled allocation stands for, in the trace's unit; 0: the
                              trace is exact */
    double unseen;         /* the share of allocations of this size that sampling passes over: of a
                              trace the variance is its rise times the quantum times this */
};

struct growth {
    bool grows;
    double net;           /* to - from */
    double excess;        /* net - allowed x iterations; of floors */
    double iterations;    /* between the first and the last floor's block centres; 0: not judged */
    double per_iteration; /* net / iterations; 0 when not judged */
    double from, to;      /* first and last floor, or the slope's line at both ends */
    double floors[GROWTH_BLOCKS], centres[GROWTH_BLOCKS]; /* and where the floors stand */
    double lower, upper;     /* of a slope: its bounds; infinite: too few points for them */
    double smallest_visible; /* growth per iteration that this trace could have told from noise;
                                NAN when not judged */
};

extern const struct growth_rule growth_rule_count, growth_rule_objects, growth_rule_bytes;

/* By how much a trace has to rise in so many iterations, over what is allowed, to count. */
double growth_threshold(struct growth_rule rule, double iterations);

/* The floor rule. Fewer than GROWTH_SAMPLES samples, a block in which nothing was read, or
 * positions that do not advance give grows = false and iterations = 0. `allowed` is per iteration.
 */
struct growth growth_of(struct trace trace, double allowed, struct growth_rule rule);

/* The rule for fewer than GROWTH_SAMPLES samples, which make no floors: of a loop that a failure
 * cut short. There are six at least; none is lower than the one before it, and five of six steps
 * rise; the second half keeps half of the first one's pace; and it is as much as the floor rule
 * asks for, of a sampled trace SAMPLED_ENOUGH allocations. smallest_visible is NAN. */
struct growth short_growth_of(struct trace trace, double allowed, struct growth_rule rule);

/* Bytes per iteration. Under this a total drifts without a leak: on a clean stand-in, one run in
 * forty rose by 721 B per iteration for 46 iterations, by what the runtime keeps for goroutines.
 * One stack that holds as much is found by the stacks. */
#define SLOPE_MARGIN 1024.0

/* Theil-Sen slope per iteration with its one-sided 99 % lower bound (by the rank interval of Sen
 * 1968, normal approximation of Kendall's S). grows when the lower bound is over `allowed` plus
 * SLOPE_MARGIN, and the slope of the second half is half of the first half's or more. Fewer than
 * two points give iterations = 0; where there is no bound smallest_visible is NAN. */
struct growth slope_of(struct trace trace, double allowed);

/* Sorts the values, of which there is one at least. */
double median_of(double *values, size_t count);

/* Gone: back to the floor before the loop plus a tenth of the net, at most `at_most`: one of
 * counts, INFINITY for bytes and objects, where one is nothing. */
bool growth_gone(double floor, double net, double at_most, double now);
