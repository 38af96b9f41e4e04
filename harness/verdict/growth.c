#include "verdict/growth.h"

#include <math.h>

/*
 * Where the figures come from: measured over clean runs of a real program and runs with a leak sown
 * into its source, and checked by tests/bench/detection.
 */
const struct growth_rule growth_rule_count = {
    .minimum = 2, .per_iteration = 0.1, .rising_steps = 5, .steps = false};
const struct growth_rule growth_rule_objects = {
    .minimum = 2, .per_iteration = 0.15, .rising_steps = 5, .steps = false};
const struct growth_rule growth_rule_bytes = {
    .minimum = 512, .per_iteration = 256, .rising_steps = 5, .steps = true};

/* A later floor may fall back by this share of the net, no further: what comes and goes is no leak.
 * What was drained may stay above the floor before the loop by the same share. */
static const double fall_back_share = 0.1;
/* Each growth of a slice or map is larger than the one before, by a quarter at the least (Go's
 * append for large slices); a little less for what sampling blurs. */
static const double widening = 1.2;
/* And over the loop it doubles. What adds one more large object now and then is no such thing: the
 * cells of a screen held a 13th and a 14th frame of 14 KiB on a clean stand-in. */
static const double least_multiple = 2;

/* The 95 % point of the standard normal distribution. */
static const double one_sided_95 = 1.6448536269514722;

/*
 * A floor stands at its block's centre, not at the sample where it was found. On a straight trace
 * the floor is at the same place in every block (the first sample of a rising one), so that the
 * distance between centres is the distance between the floors: +1 per iteration reads 1.00 exactly.
 * And the distance is the same for all holders of a run whatever their noise, so the growth of the
 * parts adds up to the growth of the whole.
 */
static bool read_floors(struct trace trace, struct growth *growth)
{
    double *centres = growth->centres;
    size_t length = trace.count / GROWTH_BLOCKS;
    size_t first = trace.count % GROWTH_BLOCKS;
    if (trace.count < GROWTH_SAMPLES)
        return false;
    for (size_t block = 0; block < GROWTH_BLOCKS; block++, first += length) {
        double least = NAN, sum = 0;
        for (size_t i = first; i < first + length; i++) {
            least = fmin(least, trace.values[i]);
            sum += trace.positions[i];
        }
        growth->floors[block] = least;
        centres[block] = sum / (double)length;
        if (isnan(least) || (block > 0 && !(centres[block] > centres[block - 1])))
            return false;
    }
    return true;
}

double growth_threshold(struct growth_rule rule, double iterations)
{
    return fmax(rule.minimum, rule.per_iteration * iterations);
}

/* What is allowed of a sampled trace was estimated from another run's samples, and this run's
 * growth is an estimate as well: the difference of the two has to be more than chance makes of one
 * and the same program. */
static double least_excess(const struct growth *growth, double allowed, struct growth_rule rule)
{
    double expected = fmax(growth->net, 0) + allowed * growth->iterations;
    double chance = allowed > 0 ? ONE_SIDED_99 * sqrt(rule.quantum * rule.unseen * expected) : 0;
    return fmax(growth_threshold(rule, growth->iterations), chance);
}

/*
 * What is allowed keeps its pace as well, and must not lend it to what levels off. Chance alone may
 * take something from the second half of a sampled trace: of n allocations each seen with the
 * probability p, n p are, with the variance n p (1 - p); the profile shows that divided by p. Where
 * p is nearly 1, as for objects of several KiB, chance takes nothing.
 */
static bool second_half_keeps_pace(const struct growth *growth, double allowed,
                                   struct growth_rule rule)
{
    const double *floors = growth->floors, *centres = growth->centres;
    const size_t middle = GROWTH_BLOCKS / 2, end = GROWTH_BLOCKS - 1;
    double first = floors[middle] - floors[0];
    double second = floors[end] - floors[middle];
    double sampled = fmax(second + SECOND_HALF_SHARE * SECOND_HALF_SHARE * first, 0);
    double slack = one_sided_95 * sqrt(rule.quantum * rule.unseen * sampled);
    first -= allowed * (centres[middle] - centres[0]);
    second -= allowed * (centres[end] - centres[middle]);
    return second >= SECOND_HALF_SHARE * first - slack;
}

static double largest_fall_back(const double floors[GROWTH_BLOCKS])
{
    double highest = floors[0], fall = 0;
    for (size_t i = 1; i < GROWTH_BLOCKS; i++) {
        highest = fmax(highest, floors[i]);
        fall = fmax(fall, highest - floors[i]);
    }
    return fall;
}

/*
 * A slice grown by append, or a map, rises in steps that get rarer and larger: 8, 16, 32. Seven
 * floors hold at least two doublings (the last block is at an iteration four times or more that of
 * the first block) and perhaps nothing after the middle, so neither five steps nor the pace of the
 * second half can be asked for. What tells it from a cache that filled once, or bit by bit in the
 * first third: it doubles at the least; two rises with a flat step between them (so the last is
 * after the first third); and the last one the larger, as it is when a capacity is multiplied, or a
 * third rise and a pace that is kept.
 */
static bool rises_in_rare_steps(const struct growth *growth)
{
    const double *floors = growth->floors;
    size_t last = 0, before = 0;
    unsigned rises = 0;
    bool apart = false;
    if (floors[GROWTH_BLOCKS - 1] < least_multiple * floors[0])
        return false;
    for (size_t i = 1; i < GROWTH_BLOCKS; i++) {
        if (!(floors[i] > floors[i - 1]))
            continue;
        apart = apart || (last > 0 && i > last + 1);
        before = last;
        last = i;
        rises++;
    }
    if (!apart)
        return false;
    double jump = floors[last] - floors[last - 1];
    double jump_before = floors[before] - floors[before - 1];
    return jump >= widening * jump_before ||
           (rises >= 3 && second_half_keeps_pace(growth, 0, (struct growth_rule){0}));
}

/* Where enough allocations were sampled, one more step may be flat by chance: one of 256 B in each
 * of 6 iterations is not seen at all in 9 % of the steps. */
static bool rises(const struct growth *growth, double allowed, struct growth_rule rule)
{
    const double *floors = growth->floors;
    bool sampled_well = rule.quantum > 0 && growth->net >= SAMPLED_ENOUGH * rule.quantum;
    unsigned rising = 0;
    for (size_t i = 1; i < GROWTH_BLOCKS; i++)
        rising += floors[i] > floors[i - 1];
    if (rising >= rule.rising_steps - sampled_well && second_half_keeps_pace(growth, allowed, rule))
        return true;
    return rule.steps && rises_in_rare_steps(growth);
}

/*
 * Smallest visible growth: by how much per iteration would this very trace have to lean more, until
 * each condition holds? All four are monotone in the lean r, so each has a closed form; the largest
 * is the answer, and what the rule asks of a trace without noise is its least.
 */
static double lean_for_pace(const struct growth *growth, double allowed)
{
    const double *floors = growth->floors, *centres = growth->centres;
    const size_t middle = GROWTH_BLOCKS / 2, end = GROWTH_BLOCKS - 1;
    double first = floors[middle] - floors[0], second = floors[end] - floors[middle];
    double gained =
        (centres[end] - centres[middle]) - SECOND_HALF_SHARE * (centres[middle] - centres[0]);
    return gained > 0 ? allowed + (SECOND_HALF_SHARE * first - second) / gained : 0;
}

static double lean_for_fall_back(const struct growth *growth)
{
    const double *floors = growth->floors, *centres = growth->centres;
    double lean = 0;
    for (size_t i = 0; i < GROWTH_BLOCKS; i++)
        for (size_t j = i + 1; j < GROWTH_BLOCKS; j++)
            lean = fmax(lean, (floors[i] - floors[j] - fall_back_share * growth->net) /
                                  (centres[j] - centres[i] + fall_back_share * growth->iterations));
    return lean;
}

/* The lean at which enough steps rise: that of the step which is the rising_steps-th to do so. What
 * comes in whole numbers has to come once more than the step falls; where none falls, the one step
 * that need not rise makes up for chance (lean_without_noise). */
static double lean_for_steps(const struct growth *growth, struct growth_rule rule)
{
    const double *floors = growth->floors, *centres = growth->centres;
    double needed[GROWTH_STEPS];
    unsigned wanted = rule.rising_steps;
    bool falls = false;
    for (size_t i = 0; i < GROWTH_STEPS; i++)
        falls = falls || floors[i + 1] < floors[i];
    double one_more = rule.quantum == 0 && !rule.steps && falls ? 1 : 0;
    for (size_t i = 0; i < GROWTH_STEPS; i++) {
        double lean = (floors[i] - floors[i + 1] + one_more) / (centres[i + 1] - centres[i]);
        size_t place = i;
        for (; place > 0 && needed[place - 1] > lean; place--)
            needed[place] = needed[place - 1];
        needed[place] = lean;
    }
    return wanted > 0 && wanted <= GROWTH_STEPS ? needed[wanted - 1] : 0;
}

/* Counts come in whole numbers: one per n iterations rises in 5 of 6 steps only if at least 5 come
 * over all of them. Bytes may come in rare steps, so only the threshold binds them. */
static double lean_without_noise(struct growth_rule rule, double iterations)
{
    double threshold = growth_threshold(rule, iterations);
    if (!rule.steps)
        threshold = fmax(ceil(threshold), rule.rising_steps);
    return threshold / iterations;
}

static double smallest_visible(const struct growth *growth, double allowed, struct growth_rule rule)
{
    double lean = (least_excess(growth, allowed, rule) - growth->excess) / growth->iterations;
    lean = fmax(lean, lean_without_noise(rule, growth->iterations));
    lean = fmax(lean, lean_for_steps(growth, rule));
    lean = fmax(lean, lean_for_pace(growth, allowed));
    return fmax(lean, lean_for_fall_back(growth));
}

struct growth growth_of(struct trace trace, double allowed, struct growth_rule rule)
{
    struct growth growth = {.smallest_visible = NAN};
    if (!read_floors(trace, &growth))
        return growth;
    growth.from = growth.floors[0];
    growth.to = growth.floors[GROWTH_BLOCKS - 1];
    growth.net = growth.to - growth.from;
    growth.iterations = growth.centres[GROWTH_BLOCKS - 1] - growth.centres[0];
    growth.per_iteration = growth.net / growth.iterations;
    growth.excess = growth.net - allowed * growth.iterations;
    growth.smallest_visible = smallest_visible(&growth, allowed, rule);
    growth.grows = growth.excess >= least_excess(&growth, allowed, rule) &&
                   largest_fall_back(growth.floors) <= fall_back_share * growth.net &&
                   rises(&growth, allowed, rule);
    return growth;
}

bool growth_gone(double floor, double net, double at_most, double now)
{
    return now <= floor + fmin(fall_back_share * net, at_most);
}
