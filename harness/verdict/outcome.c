#include "verdict/outcome.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* A heap stack that grows in objects must grow by this many bytes per iteration as well: a sampled
 * profile of many small objects is never quite still. */
static const double least_object_bytes = 32;

/* Of objects that come one by one as many come again, less what is chance: it is a cache or a pool
 * that fills where less than this share does. Of what comes in larger steps, as a slice, the second
 * loop may miss the last. Between them lie, of the tuning traces, caches that were full after two
 * thirds of the second loop, and leaks of 94 % and more. */
static const double share_one_by_one = 0.75;

/* Three sampled allocations at rate 512: fewer are no evidence, however steadily they came. Matters
 * where there are few iterations, or minutes for them; seen on a clean idle Sidecar, whose sudogs
 * showed 1,140 B in 77 s. At a coarser rate, as of a program that is watched, a stack holds few
 * samples at any time, and three come and go by chance. */
static double stack_least_bytes(long rate)
{
    const long fine = 512;
    return rate > fine ? SAMPLED_ENOUGH * (double)rate : 3 * (double)fine;
}

static struct outcome outcome_from(struct growth growth)
{
    return (struct outcome){
        .grows = growth.grows,
        .per_iteration = growth.per_iteration,
        .from = growth.from,
        .to = growth.to,
        .net = growth.net,
        .iterations = growth.iterations,
        .left = NAN,
        .second = NAN,
        .slowed_to = 1,
        .smallest_visible = growth.smallest_visible,
    };
}

/* How much one sampled allocation stands for, in objects: Go samples one of size s with probability
 * 1 - exp(-s / rate) and scales by its inverse (runtime/pprof, scaleHeapSample). s is the mean
 * of what the stack holds. 0 where nothing is known, or everything is counted. */
static double quantum_of(long rate, double objects, double bytes)
{
    if (rate <= 1 || !(objects > 0) || !(bytes > 0))
        return 0;
    return 1 / (1 - exp(-bytes / objects / (double)rate));
}

static struct growth growth_in_loop(const struct ledger *ledger, const double *row, double allowed,
                                    struct growth_rule rule)
{
    struct trace trace = ledger_trace(ledger, row);
    return trace.count < GROWTH_SAMPLES ? short_growth_of(trace, allowed, rule)
                                        : growth_of(trace, allowed, rule);
}

static struct outcome judge_stack(const struct ledger *ledger, const struct account *stack,
                                  struct allowance allowance)
{
    size_t end = ledger->loop.first + ledger->loop.count;
    double objects_held = end > 0 ? stack->values[end - 1] : 0;
    /* NOLINTNEXTLINE: a stack has bytes beside its values. */
    double bytes_held = end > 0 ? stack->bytes[end - 1] : 0;
    struct growth_rule of_objects = growth_rule_objects, of_bytes = growth_rule_bytes;
    of_objects.quantum = quantum_of(ledger->series->heap_rate, objects_held, bytes_held);
    of_bytes.quantum = of_objects.quantum > 0 ? of_objects.quantum * bytes_held / objects_held : 0;
    if (of_objects.quantum > 0)
        of_objects.unseen = of_bytes.unseen = 1 - 1 / of_objects.quantum;
    struct growth objects = growth_in_loop(ledger, stack->values, allowance.values, of_objects);
    struct growth bytes = growth_in_loop(ledger, stack->bytes, allowance.bytes, of_bytes);
    struct outcome outcome = outcome_from(bytes);
    outcome.bytes_per_iteration = bytes.per_iteration;
    outcome.per_iteration = objects.per_iteration;
    outcome.one_by_one = objects.grows;
    outcome.grows =
        bytes.excess >= stack_least_bytes(ledger->series->heap_rate) &&
        (bytes.grows || (objects.grows && bytes.excess >= least_object_bytes * bytes.iterations));
    return outcome;
}

static struct outcome judge_loop(const struct ledger *ledger, const struct account *account,
                                 struct allowance allowance)
{
    enum gauge_rule rule = gauge_info(account->gauge)->rule;
    struct outcome outcome = {.smallest_visible = NAN, .left = NAN, .second = NAN};
    if (rule == RULE_STACK)
        return judge_stack(ledger, account, allowance);
    if (rule == RULE_FLOOR)
        return outcome_from(
            growth_in_loop(ledger, account->values, allowance.values, growth_rule_count));
    if (rule == RULE_SLOPE) {
        outcome = outcome_from(slope_of(ledger_trace(ledger, account->values), allowance.values));
        outcome.bytes_per_iteration = outcome.per_iteration;
    }
    /* What is only shown is not judged, and what must not be there in leaked_goroutines.c. */
    return outcome;
}

double drift_of(const struct ledger *ledger, const double *row)
{
    const size_t least_samples = 4;
    size_t first = ledger->idle.first, count = ledger->idle.count;
    if (count < least_samples || ledger->loop.count == 0)
        return 0;
    for (size_t i = 0; i < count; i++)
        if (isnan(row[first + i]) || (i > 0 && row[first + i] < row[first + i - 1]))
            return 0;
    /* Of an odd number of samples the middle one is in both halves. */
    struct stretch halves[] = {{first, count - count / 2}, {first + count / 2, count - count / 2}};
    double drift = INFINITY;
    for (size_t i = 0; i < 2; i++) {
        double seconds = ledger_seconds(ledger, halves[i]);
        drift = fmin(drift, seconds > 0 ? ledger_gain(row, halves[i]) / seconds : 0);
    }
    return fmax(drift, 0);
}

/* A copy of the row with its drift taken off, also from the rest before the loop. */
static double *without_drift(const struct ledger *ledger, const double *row, double *drift)
{
    double *copy = memory_array(ledger->columns, sizeof *copy);
    *drift = drift_of(ledger, row);
    for (size_t i = 0; i < ledger->columns; i++)
        copy[i] = row[i] - *drift * (ledger->samples[i]->at - ledger->samples[0]->at);
    return copy;
}

/* The first sample, where it was taken at the start. */
static const struct sample *start_of(const struct series *series)
{
    return series->count > 0 && series->samples[0].phase == PHASE_START ? series->samples : NULL;
}

/* What a row shows at the three rests, and how many iterations lie between them. Paced by time, a
 * loop is judged by its floors alone. */
struct rests {
    double before, noise; /* settled before the loop, and by how much more it was at times */
    double after, second; /* NAN: there was no such rest */
    double lowest;        /* before the loop or, of a holder, at the start; with a second rest */
    double first_iterations, second_iterations;
};

/* The lower of a rest's last two samples: one that is high by chance does not count. */
static double settled(const double *row, struct stretch rest)
{
    if (rest.count == 0)
        return NAN;
    size_t last = stretch_last(rest);
    return rest.count > 1 ? fmin(row[last], row[last - 1]) : row[last];
}

/* `holder` is NULL for a total. */
static struct rests rests_of(const struct ledger *ledger, const double *row,
                             const struct account *holder)
{
    const struct sample *start = start_of(ledger->series);
    double idle = settled(row, ledger->idle);
    double first = ledger->loop.count > 0 ? row[ledger->loop.first] : NAN;
    struct rests rests = {.before = isnan(idle) ? first : idle,
                          .after = settled(row, ledger->drain),
                          .second = settled(row, ledger->second)};
    rests.lowest = rests.before;
    /* A search through the whole sample, so only where it is asked for. */
    if (ledger->second.count > 0 && holder != NULL && holder->key != NULL && start != NULL)
        rests.lowest = fmin(rests.before, ledger_held_in(ledger, start, holder));
    for (size_t i = 0; i < ledger->idle.count; i++)
        rests.noise = fmax(rests.noise, row[ledger->idle.first + i] - rests.before);
    if (ledger->drain.count == 0 || ledger->series->per_minute)
        return rests;
    double end = ledger->positions[stretch_last(ledger->drain)];
    rests.first_iterations = end - ledger_idle_position(ledger);
    if (ledger->second.count > 0)
        rests.second_iterations = ledger->positions[stretch_last(ledger->second)] - end;
    return rests;
}

/* Walks back from the end as long as the growth is gone. What is allowed may stay: the growth is
 * what is over it. */
static void judge_drain(const struct ledger *ledger, const double *row, const struct rests *rests,
                        double allowed, double at_most, struct outcome *outcome)
{
    double excess = outcome->net - allowed * outcome->iterations;
    size_t first = ledger->drain.first, end = first + ledger->drain.count, gone = end;
    for (size_t column = end; column-- > first;) {
        double value = settled(row, (struct stretch){first, column + 1 - first});
        double since = ledger->positions[column] - ledger_idle_position(ledger);
        if (isnan(value))
            continue;
        if (!growth_gone(rests->before + allowed * since, excess, at_most, value))
            break;
        gone = column;
    }
    if (gone == end)
        return;
    outcome->drained = true;
    outcome->drained_after =
        ledger->samples[gone]->at - ledger->samples[stretch_last(ledger->loop)]->at;
}

static bool is_retained(const struct rests *rests, double allowed)
{
    double gain = rests->after - rests->before - allowed * rests->first_iterations;
    return rests->first_iterations > 0 &&
           gain >= growth_threshold(growth_rule_count, rests->first_iterations) + rests->noise;
}

/*
 * The second loop decides, not the shape of the first. What was allowed in the first may come
 * again. Of a sampled row chance may take something from the second (second_half_keeps_pace of
 * growth.c has the same bound); what is exact and repeats by one in two iterations or more needs no
 * other process to confirm it.
 */
static void judge_second(const struct rests *rests, double allowed, bool counts, double chance,
                         struct outcome *outcome)
{
    const double tenth = 0.1, least_pace = 0.5;
    double n = rests->second_iterations;
    if (isnan(rests->second - rests->before) || !(n > 0))
        return;
    double first = rests->after - rests->before - allowed * rests->first_iterations;
    double second = rests->second - rests->after - allowed * n;
    double expected = first / rests->first_iterations * n;
    double least = counts ? growth_threshold(growth_rule_count, n) : tenth * expected;
    double share = outcome->one_by_one ? share_one_by_one : SECOND_HALF_SHARE;
    double same = fmax(counts ? 1 : 0, tenth * expected);
    bool slows = second < share * expected - chance;
    outcome->second = rests->second - rests->after;
    outcome->second_iterations = n;
    if (slows || ((counts || outcome->one_by_one) && second < expected - same - chance))
        outcome->slowed_to = second / expected;
    /* What has filled up stays as it is, and what is made once is the same after any number of
     * iterations. What falls is let go by chance, and comes by chance, unless by now all of it is
     * gone. */
    outcome->fell = counts && second <= -least && rests->second - rests->lowest >= least;
    outcome->filled = slows && !outcome->fell && (!counts || second < least);
    outcome->repeats =
        counts && second >= least_pace * n && fabs(second - expected) <= fmax(1, tenth * second);
}

/* Of counts the figures are those from rest to rest; of what filled up, while it did. What came
 * faster in the warm-up may be over when the loop begins. */
static void take_rests(const struct ledger *ledger, const struct account *account,
                       const struct rests *rests, struct outcome *outcome)
{
    const struct sample *start = start_of(ledger->series);
    bool both = rests->second >= rests->after && !outcome->filled;
    outcome->from = rests->before;
    outcome->to = both ? rests->second : rests->after;
    outcome->iterations = rests->first_iterations + (both ? rests->second_iterations : 0);
    outcome->per_iteration = (outcome->to - outcome->from) / outcome->iterations;
    if (start == NULL || account->key == NULL)
        return;
    double gain = rests->before - ledger_held_in(ledger, start, account);
    double by_pace =
        outcome->per_iteration * (ledger_idle_position(ledger) - (double)start->iteration);
    outcome->warmup = gain - by_pace >= growth_rule_count.minimum ? gain : 0;
}

/* How far chance leads so many objects of a sampled stack astray: one standard deviation. */
static double deviation_of(const struct ledger *ledger, const struct account *stack, size_t column,
                           double objects)
{
    double quantum =
        quantum_of(ledger->series->heap_rate, stack->values[column], stack->bytes[column]);
    return quantum > 1 && objects > 0 ? sqrt((quantum - 1) * objects) : 0;
}

/* Chance of a sampled row that gained so much, in as many iterations as the second loop had. */
static double chance_of(const struct ledger *ledger, const struct account *account, double gain)
{
    size_t last = ledger->columns - 1;
    if (account->bytes == NULL)
        return 0;
    double size = account->bytes[last] / account->values[last];
    return size > 0 ? ONE_SIDED_99 * size * deviation_of(ledger, account, last, gain / size) : 0;
}

struct outcome outcome_of(const struct ledger *ledger, const struct account *account,
                          struct allowance allowance)
{
    const double least_fall = 0.5;
    bool counts = gauge_info(account->gauge)->rule == RULE_FLOOR;
    double allowed = account->bytes != NULL ? allowance.bytes : allowance.values;
    struct outcome raw = judge_loop(ledger, account, allowance);
    struct rests rests = rests_of(ledger, account_row(account), account);
    raw.left = rests.after - rests.before;
    if (!raw.grows && !(counts && is_retained(&rests, allowed)))
        return raw;
    double drift;
    _cleanup_free_ double *values = without_drift(ledger, account->values, &drift);
    _cleanup_free_ double *bytes =
        account->bytes != NULL ? without_drift(ledger, account->bytes, &drift) : NULL;
    struct account steady = {.gauge = account->gauge, .values = values, .bytes = bytes};
    struct outcome outcome = judge_loop(ledger, &steady, allowance);
    rests = rests_of(ledger, account_row(&steady), account);
    bool retained = counts && is_retained(&rests, allowed);
    outcome.drift = drift;
    outcome.left = rests.after - rests.before;
    outcome.only_drift = !outcome.grows && !retained;
    if (outcome.only_drift)
        return outcome;
    if (outcome.grows)
        judge_drain(ledger, account_row(&steady), &rests, allowed, counts ? 1 : INFINITY, &outcome);
    outcome.grows = true;
    if (!outcome.drained)
        judge_second(&rests, allowed, counts,
                     chance_of(ledger, &steady, rests.second - rests.after), &outcome);
    if (counts && !outcome.drained && rests.first_iterations > 0)
        take_rests(ledger, account, &rests, &outcome);
    /* Has the row itself fallen since the loop? A drift that is taken off, by chance more than
     * there is, would alone bring any row down in time. */
    const double *row = account_row(account);
    if (outcome.drained && outcome.drift > 0)
        outcome.drained = row[stretch_last(ledger->loop)] - row[stretch_last(ledger->drain)] >=
                          least_fall * outcome.net;
    return outcome;
}

double stack_deviation(const struct ledger *ledger, const struct account *stack)
{
    if (ledger->loop.count == 0 || stack->bytes == NULL)
        return 0;
    size_t first = ledger->loop.first, last = stretch_last(ledger->loop);
    return deviation_of(ledger, stack, last, stack->values[first] + stack->values[last]);
}

struct rest_gains gains_at_rest(const struct ledger *ledger, const double *row)
{
    struct rests rests = rests_of(ledger, row, NULL);
    return (struct rest_gains){
        .before = rests.before,
        .gain = {rests.after - rests.before, rests.second - rests.after},
        .iterations = {rests.first_iterations, rests.second_iterations},
    };
}

struct growth growth_of_nothing(const struct ledger *ledger)
{
    _cleanup_free_ double *still = memory_array(ledger->columns, sizeof *still);
    return growth_of(ledger_trace(ledger, still), 0, growth_rule_count);
}

bool drain_tells_bound(const struct ledger *ledger)
{
    return start_of(ledger->series) != NULL && !ledger->series->per_minute &&
           ledger->loop.count > 0;
}

static double bound_from(double before, double after, double iterations)
{
    const double least_growth = 2;
    double left = after - before + least_growth;
    return isnan(left) || !(iterations > 0) ? NAN : fmax(left, 0) / iterations;
}

double growth_bound(const struct ledger *ledger, enum gauge gauge, const double *remaining,
                    const bool *taken)
{
    const struct sample *start = start_of(ledger->series);
    if (start == NULL || !drain_tells_bound(ledger) || ledger->drain.count == 0)
        return NAN;
    size_t last = ledger->columns - 1, count;
    const struct account *accounts = ledger_accounts(ledger, gauge, &count);
    double before = start->gauges[gauge];
    for (size_t i = 0; taken != NULL && i < count; i++)
        before -= taken[i] ? ledger_held_in(ledger, start, &accounts[i]) : 0;
    double played = (double)ledger->samples[last]->iteration - (double)start->iteration;
    double from_start = bound_from(before, remaining[last], played);
    double from_idle = bound_from(settled(remaining, ledger->idle), remaining[last],
                                  ledger->positions[last] - ledger_idle_position(ledger));
    return isnan(from_start) ? NAN : fmax(from_start, from_idle);
}
