#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "verdict/growth.h"

static int compare_numbers(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double median_of(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare_numbers);
    size_t middle = count / 2;
    return count % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

/* The slopes between all pairs of points at different positions. */
static double *pair_slopes(struct trace points, size_t *count)
{
    size_t n = points.count;
    double *slopes = memory_array(n * (n - 1) / 2, sizeof *slopes);
    *count = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++)
            if (points.positions[j] > points.positions[i])
                slopes[(*count)++] = (points.values[j] - points.values[i]) /
                                     (points.positions[j] - points.positions[i]);
    return slopes;
}

/*
 * Sen 1968: the lower bound is the M-th smallest slope, M = (N - z sigma) / 2, where N is the
 * number of slopes and sigma^2 = n(n-1)(2n+5)/18 is the variance of Kendall's S for n points. M is
 * rounded down, to the safe side; under 1 there is no bound at this level (5 points or fewer). The
 * upper bound is the M-th largest.
 */
static void find_bounds(const double *slopes, size_t count, size_t points, struct growth *slope)
{
    double n = (double)points;
    double sigma = sqrt(n * (n - 1) * (2 * n + 5) / 18);
    double rank = floor(((double)count - ONE_SIDED_99 * sigma) / 2);
    if (rank < 1)
        return;
    slope->lower = slopes[(size_t)rank - 1];
    slope->upper = slopes[count - (size_t)rank];
}

static double median_slope(struct trace points)
{
    size_t count = 0;
    _cleanup_free_ double *slopes = pair_slopes(points, &count);
    return count > 0 ? median_of(slopes, count) : 0;
}

/* By how much the second half leans too little to be more than what levels off; of an odd number
 * of points the middle one is in both halves. On a clean stand-in, a screen's cells came to hold 27
 * KiB per iteration for 6 iterations, less and less in the next 6, and no more. */
static double short_of_pace(struct trace points, double allowed)
{
    size_t middle = points.count / 2, half = points.count - middle;
    double first = median_slope((struct trace){points.positions, points.values, half});
    double second =
        median_slope((struct trace){points.positions + middle, points.values + middle, half});
    return fmax(SECOND_HALF_SHARE * (first - allowed) - (second - allowed), 0);
}

static void fit(struct trace points, double allowed, struct growth *slope)
{
    size_t count = 0;
    double first = points.positions[0], last = points.positions[points.count - 1];
    _cleanup_free_ double *slopes = pair_slopes(points, &count);
    if (count == 0)
        return;
    slope->per_iteration = median_of(slopes, count); /* which sorts them */
    find_bounds(slopes, count, points.count, slope);
    slope->iterations = last - first;
    _cleanup_free_ double *intercepts = memory_array(points.count, sizeof *intercepts);
    for (size_t i = 0; i < points.count; i++)
        intercepts[i] = points.values[i] - slope->per_iteration * points.positions[i];
    double base = median_of(intercepts, points.count);
    slope->from = base + slope->per_iteration * first;
    slope->to = base + slope->per_iteration * last;
    slope->net = slope->to - slope->from;
    double missing = short_of_pace(points, allowed);
    slope->grows = slope->lower > allowed + SLOPE_MARGIN && !(missing > 0);
    /* As much as the bound lies under the slope (or under none, where the trace falls), and then
     * what the rule asks for. A lean of the whole trace lifts both halves. */
    if (isfinite(slope->lower))
        slope->smallest_visible =
            fmax(allowed + SLOPE_MARGIN + fmax(slope->per_iteration, 0) - slope->lower,
                 missing / (1 - SECOND_HALF_SHARE));
}

struct growth slope_of(struct trace trace, double allowed)
{
    struct growth slope = {.lower = -INFINITY, .upper = INFINITY, .smallest_visible = NAN};
    _cleanup_free_ double *positions = memory_array(trace.count, sizeof *positions);
    _cleanup_free_ double *values = memory_array(trace.count, sizeof *values);
    size_t count = 0;
    for (size_t i = 0; i < trace.count; i++)
        if (!isnan(trace.values[i])) {
            positions[count] = trace.positions[i];
            values[count++] = trace.values[i];
        }
    if (count >= 2)
        fit((struct trace){positions, values, count}, allowed, &slope);
    return slope;
}
