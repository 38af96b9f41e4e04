/* What there is of a loop that a failure cut short. */
#include <math.h>

#include "verdict/growth.h"

/* So many samples that rise from each to the next come by chance once in 720 times. */
enum { LEAST_SAMPLES = 6 };

struct growth short_growth_of(struct trace trace, double allowed, struct growth_rule rule)
{
    const double *positions = trace.positions, *values = trace.values;
    struct growth growth = {.smallest_visible = NAN};
    size_t rising = 0;
    bool falls = false;
    if (trace.count < LEAST_SAMPLES)
        return growth;
    for (size_t i = 1; i < trace.count; i++) {
        if (!(positions[i] > positions[i - 1]) || isnan(values[i] - values[i - 1]))
            return growth;
        rising += values[i] > values[i - 1];
        falls = falls || values[i] < values[i - 1];
    }
    const size_t middle = trace.count / 2, end = trace.count - 1;
    double first = (values[middle] - values[0]) / (positions[middle] - positions[0]);
    double second = (values[end] - values[middle]) / (positions[end] - positions[middle]);
    growth.from = values[0];
    growth.to = values[end];
    growth.net = growth.to - growth.from;
    growth.iterations = positions[end] - positions[0];
    growth.per_iteration = growth.net / growth.iterations;
    growth.excess = growth.net - allowed * growth.iterations;
    double least = fmax(growth_threshold(rule, growth.iterations), SAMPLED_ENOUGH * rule.quantum);
    growth.grows = !falls && rising * GROWTH_STEPS >= (GROWTH_STEPS - 1) * end &&
                   growth.excess >= least &&
                   second - allowed >= SECOND_HALF_SHARE * (first - allowed);
    return growth;
}
