#include "verdict/outcome.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* A heap stack that grows in objects must grow by this many bytes per iteration as well: a sampled
 * profile of many small objects is never quite still. */
static const double least_object_bytes = 32;

/* Three sampled allocations at rate 512: fewer are no evidence, however steadily they came. Matters
 * where there are few iterations, or minutes for them; seen on a clean idle Sidecar, whose sudogs
 * showed 1,140 B in 77 s. */
static const double least_stack_bytes = 3 * 512;

static void take_growth(struct outcome *outcome, struct growth growth)
{
    outcome->grows = growth.grows;
    outcome->per_iteration = growth.per_iteration;
    outcome->from = growth.from;
    outcome->to = growth.to;
    outcome->net = growth.net;
    outcome->iterations = growth.iterations;
    outcome->smallest_visible = growth.smallest_visible;
}

static void judge_count(const struct ledger *ledger, struct row row, struct allowance allowance,
                        struct outcome *outcome)
{
    struct trace trace = ledger_trace(ledger, row.values);
    take_growth(outcome, growth_of(trace, allowance.values, growth_rule_count));
}

static void judge_total(const struct ledger *ledger, struct row row, struct allowance allowance,
                        struct outcome *outcome)
{
    struct slope slope = slope_of(ledger_trace(ledger, row.values), allowance.values);
    outcome->grows = slope.grows;
    outcome->per_iteration = slope.per_iteration;
    outcome->bytes_per_iteration = slope.per_iteration;
    outcome->from = slope.from;
    outcome->to = slope.to;
    outcome->net = slope.to - slope.from;
    outcome->iterations = slope.iterations;
    outcome->smallest_visible = slope.smallest_visible;
}

/* How much one sampled allocation stands for, in objects: Go samples one of size s with probability
 * 1 - exp(-s / rate) and scales by its inverse (runtime/pprof, scaleHeapSample). `size` is the mean
 * of what the stack holds. 0 where nothing is known, or everything is counted. */
static double quantum_of(long rate, double objects, double bytes)
{
    if (rate <= 1 || !(objects > 0) || !(bytes > 0))
        return 0;
    return 1 / (1 - exp(-bytes / objects / (double)rate));
}

static void judge_stack(const struct ledger *ledger, struct row row, struct allowance allowance,
                        struct outcome *outcome)
{
    size_t last = ledger->loop.first + ledger->loop.count;
    double objects_held = last > 0 ? row.values[last - 1] : 0;
    double bytes_held = last > 0 ? row.bytes[last - 1] : 0;
    struct growth_rule of_objects = growth_rule_objects, of_bytes = growth_rule_bytes;
    of_objects.quantum = quantum_of(ledger->series->heap_rate, objects_held, bytes_held);
    of_bytes.quantum = of_objects.quantum > 0 ? of_objects.quantum * bytes_held / objects_held : 0;
    if (of_objects.quantum > 0)
        of_objects.unseen = of_bytes.unseen = 1 - 1 / of_objects.quantum;
    struct growth objects =
        growth_of(ledger_trace(ledger, row.values), allowance.values, of_objects);
    struct growth bytes = growth_of(ledger_trace(ledger, row.bytes), allowance.bytes, of_bytes);
    take_growth(outcome, bytes);
    outcome->bytes_per_iteration = bytes.per_iteration;
    outcome->per_iteration = objects.per_iteration;
    outcome->grows =
        bytes.excess >= least_stack_bytes &&
        (bytes.grows || (objects.grows && bytes.excess >= least_object_bytes * bytes.iterations));
}

static void judge_row(const struct ledger *ledger, struct row row, struct allowance allowance,
                      struct outcome *outcome)
{
    *outcome = (struct outcome){.smallest_visible = NAN, .left = NAN};
    switch (gauge_info(row.gauge)->rule) {
    case RULE_FLOOR:
        judge_count(ledger, row, allowance, outcome);
        break;
    case RULE_SLOPE:
        judge_total(ledger, row, allowance, outcome);
        break;
    case RULE_STACK:
        judge_stack(ledger, row, allowance, outcome);
        break;
    case RULE_NONE: /* leaked_goroutines.c */
    case RULE_SHOWN:
        break;
    }
}

static double slope_between(const struct ledger *ledger, const double *row, size_t a, size_t b)
{
    double seconds = ledger->samples[b]->at - ledger->samples[a]->at;
    return seconds > 0 ? (row[b] - row[a]) / seconds : 0;
}

double drift_of(const struct ledger *ledger, const double *row)
{
    const size_t least_samples = 4;
    size_t first = ledger->idle.first, count = ledger->idle.count;
    if (row == NULL || count < least_samples || ledger->loop.count == 0)
        return 0;
    for (size_t i = 0; i < count; i++)
        if (isnan(row[first + i]) || (i > 0 && row[first + i] < row[first + i - 1]))
            return 0;
    size_t middle = first + count / 2, end = first + count - 1;
    double drift = fmin(slope_between(ledger, row, first, middle - 1 + count % 2),
                        slope_between(ledger, row, middle, end));
    return fmax(drift, 0);
}

/* A copy of the row with the drift taken off from the loop's first sample on. */
static double *without_drift(const struct ledger *ledger, const double *row, double drift)
{
    double *copy = memory_array(ledger->columns, sizeof *copy);
    memcpy(copy, row, ledger->columns * sizeof *copy);
    double start = ledger->samples[ledger->loop.first]->at;
    for (size_t i = ledger->loop.first; i < ledger->columns; i++)
        copy[i] -= drift * (ledger->samples[i]->at - start);
    return copy;
}

/* The lower of a drain sample and the one before it: one reading that is high by chance is not
 * enough, neither here nor in the loop's floors. NAN where neither was read. */
static double drain_value(const struct ledger *ledger, const double *row, size_t index)
{
    double value = row[ledger->drain.first + index];
    return index > 0 ? fmin(value, row[ledger->drain.first + index - 1]) : value;
}

/* Walks back from the end as long as the growth is gone. What is allowed may stay: the growth is
 * what is over it. */
static void judge_drain(const struct ledger *ledger, const double *row, double allowed,
                        double at_most, struct outcome *outcome)
{
    double idle = ledger_idle_floor(ledger, row);
    double floor = isnan(idle) ? outcome->from : idle;
    double excess = outcome->net - allowed * outcome->iterations;
    size_t first_gone = ledger->drain.count;
    for (size_t i = ledger->drain.count; i-- > 0;) {
        double value = drain_value(ledger, row, i);
        size_t column = ledger->drain.first + i;
        double since = ledger->positions[column] - ledger_idle_position(ledger);
        if (isnan(value))
            continue;
        if (isnan(outcome->left))
            outcome->left = value - floor;
        if (!growth_gone(floor + allowed * since, excess, at_most, value))
            break;
        first_gone = i;
    }
    if (first_gone == ledger->drain.count)
        return;
    const struct sample *last = ledger->samples[ledger->loop.first + ledger->loop.count - 1];
    outcome->drained = true;
    outcome->drained_after = ledger->samples[ledger->drain.first + first_gone]->at - last->at;
}

/* Has the row itself fallen since the loop? Where a drift is taken off, by chance more than there
 * is, that alone would bring any row down in time. */
static bool has_fallen(const struct ledger *ledger, const double *row, double net)
{
    const double least_share = 0.5;
    size_t last = ledger->loop.first + ledger->loop.count - 1;
    return row[last] - row[ledger->columns - 1] >= least_share * net;
}

static struct outcome outcome_without_drift(const struct ledger *ledger, struct row row,
                                            struct allowance allowance, double drift,
                                            double drift_bytes)
{
    struct outcome outcome;
    _cleanup_free_ double *values = without_drift(ledger, row.values, drift);
    _cleanup_free_ double *bytes =
        row.bytes != NULL ? without_drift(ledger, row.bytes, drift_bytes) : NULL;
    judge_row(ledger, (struct row){row.gauge, values, bytes}, allowance, &outcome);
    outcome.drift = row.bytes != NULL ? drift_bytes : drift;
    bool counts = gauge_info(row.gauge)->rule == RULE_FLOOR;
    if (!outcome.grows)
        return outcome;
    if (bytes != NULL)
        judge_drain(ledger, bytes, allowance.bytes, INFINITY, &outcome);
    else
        judge_drain(ledger, values, allowance.values, counts ? 1 : INFINITY, &outcome);
    if (outcome.drained && outcome.drift > 0)
        outcome.drained =
            has_fallen(ledger, row.bytes != NULL ? row.bytes : row.values, outcome.net);
    return outcome;
}

struct outcome outcome_of(const struct ledger *ledger, struct row row, struct allowance allowance)
{
    struct outcome raw;
    judge_row(ledger, row, allowance, &raw);
    if (!raw.grows)
        return raw;
    struct outcome outcome = outcome_without_drift(
        ledger, row, allowance, drift_of(ledger, row.values), drift_of(ledger, row.bytes));
    outcome.only_drift = !outcome.grows;
    return outcome;
}

double outcome_noiseless(const struct ledger *ledger)
{
    _cleanup_free_ double *still = memory_array(ledger->columns, sizeof *still);
    return growth_of(ledger_trace(ledger, still), 0, growth_rule_count).smallest_visible;
}
