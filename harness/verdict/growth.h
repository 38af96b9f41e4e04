/*
 * Growth, as pure functions on numbers: no clock, no input, no globals. The rules and where their
 * figures come from: docs/design.md, "When it is a leak".
 */
#ifndef LEAKGATE_VERDICT_GROWTH_H
#define LEAKGATE_VERDICT_GROWTH_H

#include <stdbool.h>
#include <stddef.h>

enum { GROWTH_BLOCKS = 7 };

/* One gauge or holder over the samples of the loop. */
struct trace {
    const double *positions; /* iterations (or minutes) at each sample, rising */
    const double *values;    /* NAN where it was not read */
    size_t count;
};

struct growth_rule {
    double minimum;         /* the least excess that counts, in the gauge's unit */
    double per_iteration;   /* and the least per iteration: excess >= max(minimum, this x iterations) */
    unsigned rising_steps;  /* at least so many of the six steps between floors rise */
    bool steps;             /* bytes of a slice or map: rare large steps count as rising (see .c) */
};

struct growth {
    bool grows;
    double net;           /* last floor - first floor */
    double excess;        /* net - allowed x iterations */
    double iterations;    /* between the first and the last floor's block centres */
    double per_iteration; /* net / iterations */
    double from, to;      /* first and last floor */
    double floors[GROWTH_BLOCKS];
    double smallest_visible; /* growth per iteration that this trace could have told from noise */
};

extern const struct growth_rule growth_rule_count, growth_rule_objects, growth_rule_bytes;

/* The floor rule. Fewer than 21 samples give grows = false and iterations = 0. `allowed` is per
 * iteration. */
struct growth growth_of(struct trace trace, double allowed, struct growth_rule rule);

/* Theil-Sen slope per iteration with its one-sided 99 % lower bound (by the rank interval of Sen
 * 1968, normal approximation of Kendall's S). grows when the lower bound is over `allowed` plus
 * 512 bytes. */
struct slope {
    bool grows;
    double per_iteration;
    double lower;
    double from, to; /* fitted at the ends */
    double iterations;
    double smallest_visible;
};
struct slope slope_of(struct trace trace, double allowed);

/* Gone: back to the floor before the loop plus a tenth of the net, at most one. */
bool growth_drained(struct growth growth, double now);

#endif
