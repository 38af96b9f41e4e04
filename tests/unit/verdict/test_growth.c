/* The floor rule and the slope, on tables of traces. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "verdict/growth.h"

enum { MOST_SAMPLES = 64 };

/* The value of a trace after `x` iterations of the loop. */
typedef double shape(int x, int parameter);

static double every_nth(int x, int n)
{
    return 25 + x / n;
}
static double flat(int x, int level)
{
    (void)x;
    return level;
}
/* Grows for so many iterations, then stays. */
static double plateau(int x, int until)
{
    return 25 + (x < until ? x : until);
}
static double late_start(int x, int from)
{
    return 25 + (x > from ? x - from : 0);
}
static double sawtooth(int x, int period)
{
    return 25 + x % period;
}
/* Ten at once, gone ten iterations later. */
static double burst(int x, int at)
{
    return 25 + (x >= at && x < at + 10 ? 10 : 0);
}
static double one_step(int x, int at)
{
    return 25 + (x >= at ? 8 : 0);
}
static double flip_flop(int x, int phase)
{
    return 25 + (x / 2 + phase) % 2;
}
/* +-1 by a fixed pattern without a period of the blocks. */
static double noise(int x, int slope_percent)
{
    static const int pattern[] = {0, 1, -1, 0, 0, 1, 0, -1, 1, 0, 0, -1, 1};
    return 25 + pattern[(x / 2) % 13] + x * slope_percent / 100;
}
static double decreasing(int x, int per_ten)
{
    return 100 - x * per_ten / 10;
}
static double leak_that_dips(int x, int depth)
{
    return 25 + x - (x >= 18 && x < 28 ? depth : 0);
}

/* Three per iteration at first, then one per six: each step rises still. */
static double slows_down(int x, int from)
{
    return 25 + (x < from ? 3 * x : 3 * from + (x - from) / 6);
}

struct trace_case {
    const char *name;
    shape *shape;
    int parameter;
    size_t samples;
    int iterations_per_sample;
    bool grows;
};

static const struct trace_case counts[] = {
    {"straight, one per iteration", every_nth, 1, 21, 2, true},
    {"one per 2", every_nth, 2, 21, 2, true},
    {"one per 5", every_nth, 5, 21, 2, true},
    {"one per 7", every_nth, 7, 21, 2, true},
    {"one per 12 is not promised", every_nth, 12, 21, 2, false},
    {"one per 20", every_nth, 20, 21, 2, false},
    {"one per iteration, each sampled", every_nth, 1, 21, 1, true},
    {"one per iteration, 43 samples", every_nth, 1, 43, 2, true},
    {"one per 7, 43 samples", every_nth, 7, 43, 1, true},
    {"20 samples are too few", every_nth, 1, 20, 2, false},
    {"flat", flat, 25, 21, 2, false},
    {"nothing at all", flat, 0, 21, 2, false},
    {"fills in the first third", plateau, 14, 21, 2, false},
    {"slow start, then stop in the middle", plateau, 22, 21, 2, false},
    {"slows down to nearly nothing", slows_down, 18, 21, 2, false},
    {"starts in mid-loop", late_start, 22, 21, 2, false},
    {"starts after the first block", late_start, 6, 21, 2, true},
    {"sawtooth 2", sawtooth, 2, 21, 2, false},
    {"sawtooth 3", sawtooth, 3, 21, 2, false},
    {"sawtooth 4", sawtooth, 4, 21, 2, false},
    {"sawtooth 5", sawtooth, 5, 21, 2, false},
    {"sawtooth 6", sawtooth, 6, 21, 2, false},
    {"sawtooth 7", sawtooth, 7, 21, 2, false},
    {"sawtooth 8", sawtooth, 8, 21, 2, false},
    {"sawtooth 9", sawtooth, 9, 21, 2, false},
    {"sawtooth 10", sawtooth, 10, 21, 2, false},
    {"sawtooth 11", sawtooth, 11, 21, 2, false},
    {"burst at the start", burst, 0, 21, 2, false},
    {"burst in the middle", burst, 16, 21, 2, false},
    {"burst at the end", burst, 34, 21, 2, false},
    {"one step early", one_step, 4, 21, 2, false},
    {"one step in the middle", one_step, 20, 21, 2, false},
    {"one step late", one_step, 34, 21, 2, false},
    {"flip-flop", flip_flop, 0, 21, 2, false},
    {"flip-flop, other phase", flip_flop, 1, 21, 2, false},
    {"noise of one", noise, 0, 21, 2, false},
    {"one per iteration in noise of one", noise, 100, 21, 2, true},
    {"one per 2 in noise of one", noise, 50, 21, 2, true},
    {"decreasing", decreasing, 10, 21, 2, false},
    {"decreasing slowly", decreasing, 2, 21, 2, false},
    {"falls back by a twelfth of the net", leak_that_dips, 9, 21, 2, true},
    {"falls back by half of the net", leak_that_dips, 20, 21, 2, false},
};

struct drawn {
    double positions[MOST_SAMPLES];
    double values[MOST_SAMPLES];
    struct trace trace;
};

/* Iterations are counted from 8, as after a warm-up. */
static void draw(const struct trace_case *wanted, struct drawn *drawn)
{
    for (size_t i = 0; i < wanted->samples; i++) {
        int x = (int)i * wanted->iterations_per_sample;
        drawn->positions[i] = 8 + x;
        drawn->values[i] = wanted->shape(x, wanted->parameter);
    }
    drawn->trace = (struct trace){drawn->positions, drawn->values, wanted->samples};
}

static void counts_grow_or_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        struct drawn drawn;
        draw(&counts[i], &drawn);
        struct growth growth = growth_of(drawn.trace, 0, growth_rule_count);
        if (growth.grows != counts[i].grows)
            fail_msg("%s: grows is %d, net %g in %g", counts[i].name, growth.grows, growth.net,
                     growth.iterations);
    }
}

/* Whatever phase of the staircase the loop begins in. */
static void one_per_seven_is_seen_in_every_phase(void **state)
{
    (void)state;
    for (int phase = 0; phase < 7; phase++) {
        double positions[21], values[21];
        for (int i = 0; i < 21; i++) {
            positions[i] = 2 * i;
            values[i] = (2 * i + phase) / 7;
        }
        struct trace trace = {positions, values, 21};
        assert_true(growth_of(trace, 0, growth_rule_count).grows);
    }
}

/* What comes and goes is no leak, wherever in its period the loop begins. */
static void no_sawtooth_grows_in_any_phase(void **state)
{
    (void)state;
    for (int period = 2; period <= 30; period++)
        for (int phase = 0; phase < period; phase++) {
            double positions[21], values[21];
            for (int i = 0; i < 21; i++) {
                positions[i] = 2 * i;
                values[i] = (2 * i + phase) % period;
            }
            struct trace trace = {positions, values, 21};
            if (growth_of(trace, 0, growth_rule_count).grows)
                fail_msg("period %d, phase %d", period, phase);
        }
}

static void a_straight_trace_reads_exactly(void **state)
{
    (void)state;
    static const struct {
        size_t samples;
        int step;
    } cases[] = {{21, 1}, {21, 2}, {21, 3}, {22, 2}, {27, 2}, {28, 1}, {43, 2}, {60, 1}, {63, 5}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct trace_case wanted = {"", every_nth, 1, cases[i].samples, cases[i].step, true};
        struct drawn drawn;
        draw(&wanted, &drawn);
        struct growth growth = growth_of(drawn.trace, 0, growth_rule_count);
        assert_true(growth.per_iteration == 1.0);
        assert_true(growth.net == growth.iterations);
    }
}

/* 43 samples are 7 blocks of 6: the first sample belongs to the warm-up, however high it is. */
static void the_remainder_is_dropped_from_the_front(void **state)
{
    (void)state;
    struct trace_case wanted = {"", flat, 25, 43, 2, false};
    struct drawn drawn;
    draw(&wanted, &drawn);
    drawn.values[0] = 1;
    struct growth growth = growth_of(drawn.trace, 0, growth_rule_count);
    assert_true(growth.from == 25 && growth.to == 25);
}

static void what_was_not_read_is_ignored(void **state)
{
    (void)state;
    struct trace_case wanted = {"", every_nth, 1, 21, 2, true};
    struct drawn drawn;
    draw(&wanted, &drawn);
    for (size_t i = 1; i < 21; i += 3)
        drawn.values[i] = NAN;
    assert_true(growth_of(drawn.trace, 0, growth_rule_count).per_iteration == 1.0);
    drawn.values[9] = drawn.values[10] = drawn.values[11] = NAN; /* a whole block */
    struct growth growth = growth_of(drawn.trace, 0, growth_rule_count);
    assert_false(growth.grows);
    assert_true(growth.iterations == 0 && isnan(growth.smallest_visible));
}

static void positions_that_stand_still_are_not_judged(void **state)
{
    (void)state;
    struct trace_case wanted = {"", every_nth, 1, 21, 2, true};
    struct drawn drawn;
    draw(&wanted, &drawn);
    for (size_t i = 0; i < 21; i++)
        drawn.positions[i] = 8;
    struct growth growth = growth_of(drawn.trace, 0, growth_rule_count);
    assert_false(growth.grows);
    assert_true(growth.iterations == 0 && growth.per_iteration == 0);
}

static void what_is_allowed_is_taken_off(void **state)
{
    (void)state;
    struct trace_case wanted = {"", every_nth, 1, 21, 2, true};
    struct drawn drawn;
    draw(&wanted, &drawn);
    struct growth growth = growth_of(drawn.trace, 1.0, growth_rule_count);
    assert_false(growth.grows);
    assert_true(growth.excess == 0 && growth.net == 36);
    assert_true(growth_of(drawn.trace, 0.5, growth_rule_count).grows);
    assert_false(growth_of(drawn.trace, 0.95, growth_rule_count).grows);
}

/* What a run says it would have caught, it catches: sown into the same trace. */
static void the_smallest_visible_growth_is_found_when_sown(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        struct drawn drawn;
        draw(&counts[i], &drawn);
        struct growth clean = growth_of(drawn.trace, 0, growth_rule_count);
        if (counts[i].samples < 21 || clean.grows)
            continue;
        for (size_t j = 0; j < counts[i].samples; j++)
            drawn.values[j] +=
                clean.smallest_visible * 1.001 * (drawn.positions[j] - drawn.positions[0]);
        struct growth sown = growth_of(drawn.trace, 0, growth_rule_count);
        /* The floors of a trace that falls within its blocks move to other samples when it leans.
         */
        bool level_blocks = counts[i].shape == flat || counts[i].shape == one_step ||
                            counts[i].shape == plateau || counts[i].shape == every_nth;
        if (level_blocks && !sown.grows)
            fail_msg("%s: %g per iteration was promised", counts[i].name, clean.smallest_visible);
    }
}

static void noise_makes_the_smallest_visible_growth_worse(void **state)
{
    (void)state;
    struct trace_case quiet = {"", flat, 25, 21, 2, false};
    struct trace_case falling = {"", decreasing, 10, 21, 2, false};
    struct drawn drawn;
    draw(&quiet, &drawn);
    struct growth still = growth_of(drawn.trace, 0, growth_rule_count);
    assert_true(fabs(still.smallest_visible - 5.0 / 36) < 1e-12); /* 5 of 6 steps by whole ones */
    drawn.values[10] = drawn.values[9] = drawn.values[11] = 26;
    struct growth restless = growth_of(drawn.trace, 0, growth_rule_count);
    assert_true(restless.smallest_visible > still.smallest_visible);
    draw(&falling, &drawn);
    assert_true(growth_of(drawn.trace, 0, growth_rule_count).smallest_visible >= 1.1 - 1e-12);
}

/* Five that are gone for one block: 5 <= (0 + 36 r) / 10 + 6 r, so r = 5 / 9.6. */
static void a_dip_of_the_floors_must_be_outgrown(void **state)
{
    (void)state;
    struct trace_case quiet = {"", flat, 25, 21, 2, false};
    struct drawn drawn;
    draw(&quiet, &drawn);
    drawn.values[10] = 20;
    struct growth growth = growth_of(drawn.trace, 0, growth_rule_count);
    assert_true(fabs(growth.smallest_visible - 5 / 9.6) < 1e-12);
}

static double doubling(int x, int first)
{
    double held = 16384;
    for (int at = first; at <= x; at *= 2)
        held *= 2;
    return held;
}
/* append's growth of a large slice: a quarter more each time (Go, runtime.nextslicecap). */
static double append_large(int x, int elements)
{
    double capacity = 4096;
    while (capacity < 4096 + (double)x * elements)
        capacity *= 1.25;
    return capacity * 8;
}
static double filled_once(int x, int at)
{
    return x >= at ? 4e6 : 1000;
}
static double filled_in_two(int x, int at)
{
    return (x >= at ? 2e5 : 0) + (x >= at + 12 ? 1e5 : 0);
}
static double straight_bytes(int x, int bytes)
{
    return 1e5 + (double)x * bytes;
}
static double buffer_breathes(int x, int period)
{
    return x % period == 0 ? 1e5 : 9e5;
}

/* Twelve frames that a screen's cells hold, and one more after a quarter and after three quarters.
 */
static double one_more_twice(int iteration, int size)
{
    return size * (12. + (iteration >= 10) + (iteration >= 30));
}

static const struct trace_case bytes[] = {
    {"1 KiB per iteration", straight_bytes, 1024, 21, 2, true},
    {"300 B per iteration", straight_bytes, 300, 21, 2, true},
    {"200 B per iteration is under the rule", straight_bytes, 200, 21, 2, false},
    {"doubles at 8, 16, 32", doubling, 8, 21, 2, true},
    {"doubles at 9, 18, 36", doubling, 9, 21, 2, true},
    {"doubles at 7, 14, 28", doubling, 7, 21, 2, true},
    {"doubles at 10, 20, 40", doubling, 10, 21, 2, true},
    {"doubles at 6, 12, 24", doubling, 6, 21, 2, true},
    {"doubles at 12, 24", doubling, 12, 21, 2, true},
    {"append, 300 elements per iteration", append_large, 300, 21, 2, true},
    {"append, 1000 elements per iteration", append_large, 1000, 21, 2, true},
    {"a cache that filled in the first third", filled_once, 10, 21, 2, false},
    {"a cache that filled in the middle", filled_once, 20, 21, 2, false},
    {"a cache that filled at the end", filled_once, 36, 21, 2, false},
    {"two caches that filled early", filled_in_two, 4, 21, 2, false},
    {"a cache that fills bit by bit in the first third", plateau, 14, 21, 2, false},
    {"a buffer that comes and goes", buffer_breathes, 4, 21, 2, false},
    {"one more of twelve, twice", one_more_twice, 14336, 21, 2, false},
    {"flat", flat, 1000, 21, 2, false},
};

static void bytes_may_rise_in_rare_steps(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bytes / sizeof bytes[0]; i++) {
        struct drawn drawn;
        draw(&bytes[i], &drawn);
        struct growth growth = growth_of(drawn.trace, 0, growth_rule_bytes);
        if (growth.grows != bytes[i].grows)
            fail_msg("%s: grows is %d, net %g", bytes[i].name, growth.grows, growth.net);
    }
}

/* A slice that has grown since the program's start, 8 iterations before: in whatever phase. */
static void no_doubling_is_missed(void **state)
{
    (void)state;
    for (double first = 6.5; first < 13; first += 0.25) {
        struct drawn drawn;
        draw(&bytes[0], &drawn);
        for (size_t i = 0; i < 21; i++) {
            drawn.values[i] = 16384;
            for (double at = first; at <= drawn.positions[i]; at *= 2)
                drawn.values[i] *= 2;
        }
        if (!growth_of(drawn.trace, 0, growth_rule_bytes).grows)
            fail_msg("doublings at %g, %g, %g", first, 2 * first, 4 * first);
    }
}

/* The same steps are no growth of a count: one rule is not the other. */
static void counts_may_not(void **state)
{
    (void)state;
    struct drawn drawn;
    draw(&bytes[3], &drawn);
    assert_false(growth_of(drawn.trace, 0, growth_rule_objects).grows);
}

static void objects_need_015_per_iteration(void **state)
{
    (void)state;
    struct trace_case wanted = {"", every_nth, 5, 21, 2, true};
    struct drawn drawn;
    draw(&wanted, &drawn);
    assert_true(growth_of(drawn.trace, 0, growth_rule_objects).grows);
    wanted.parameter = 7; /* 5 in 36 */
    draw(&wanted, &drawn);
    assert_true(growth_of(drawn.trace, 0, growth_rule_count).grows);
    assert_false(growth_of(drawn.trace, 0, growth_rule_objects).grows);
}

/* Sampled allocations that arrive between the floors of the seven blocks, one number a step. */
struct arrivals {
    const char *name;
    int each[GROWTH_STEPS];
    bool grows;       /* where each arrival is one sampled allocation */
    bool grows_exact; /* where each is certain */
};

static const struct arrivals sampled[] = {
    {"two or three in each step", {2, 3, 2, 3, 2, 3}, true, true},
    {"two flat steps of six, many arrivals", {3, 0, 3, 4, 0, 4}, true, false},
    {"two flat steps of six, few arrivals", {1, 0, 2, 1, 0, 2}, false, false},
    {"a slow second half, by chance", {4, 3, 3, 2, 1, 1}, true, false},
    {"a cache that fills in the first half", {5, 5, 4, 0, 0, 0}, false, false},
    {"a cache that fills in the first half, and one straggler", {5, 5, 4, 1, 0, 0}, false, false},
    {"three steps of six", {4, 0, 4, 0, 4, 0}, false, false},
    /* The second half falls short of half the pace by 1.636 and by 1.698 of what chance makes. */
    {"as slow as one in twenty by chance", {17, 17, 16, 6, 6, 6}, true, false},
    {"slower than that", {20, 20, 20, 8, 7, 7}, false, false},
};

static void sampling_is_known_to_its_root(void **state)
{
    (void)state;
    const double quantum = 2.5; /* objects for each that was sampled */
    for (size_t row = 0; row < sizeof sampled / sizeof *sampled; row++) {
        double positions[GROWTH_SAMPLES], values[GROWTH_SAMPLES], held = 25;
        for (size_t i = 0; i < GROWTH_SAMPLES; i++) {
            if (i > 0 && i % 3 == 0)
                held += quantum * sampled[row].each[i / 3 - 1];
            positions[i] = 2 * (double)i;
            values[i] = held;
        }
        struct trace trace = {positions, values, GROWTH_SAMPLES};
        struct growth_rule rule = growth_rule_objects;
        if (growth_of(trace, 0, rule).grows != sampled[row].grows_exact)
            fail_msg("%s, exact: grows is not %d", sampled[row].name, sampled[row].grows_exact);
        rule.quantum = quantum;
        rule.unseen = 1 - 1 / quantum;
        if (growth_of(trace, 0, rule).grows != sampled[row].grows)
            fail_msg("%s: grows is not %d", sampled[row].name, sampled[row].grows);
    }
}

/* Of large objects all are sampled, however much each stands for: a slow second half is no chance.
 */
static void what_is_always_seen_is_exact(void **state)
{
    (void)state;
    /* The cells of a screen that hold more and more frames of 5,376 B, up to 53 of them. */
    static const double floors[] = {33, 39, 45, 49, 52, 53, 54};
    double positions[GROWTH_SAMPLES], values[GROWTH_SAMPLES];
    for (size_t i = 0; i < GROWTH_SAMPLES; i++) {
        positions[i] = (double)i;
        values[i] = 5376 * floors[i / 3];
    }
    struct growth_rule rule = growth_rule_bytes;
    rule.quantum = 5376;
    assert_false(growth_of((struct trace){positions, values, GROWTH_SAMPLES}, 0, rule).grows);
    rule.unseen = 0.8;
    assert_true(growth_of((struct trace){positions, values, GROWTH_SAMPLES}, 0, rule).grows);
}

static void drained_is_a_tenth_of_the_net_at_most_one(void **state)
{
    (void)state;
    assert_true(growth_gone(26, 108, 1, 26));
    assert_true(growth_gone(26, 108, 1, 27));
    assert_false(growth_gone(26, 108, 1, 28));
    assert_true(growth_gone(26, 5, 1, 26));
    assert_false(growth_gone(26, 5, 1, 27));
    assert_true(growth_gone(1e6, 1e5, INFINITY, 1.01e6));
    assert_false(growth_gone(1e6, 1e5, INFINITY, 1.02e6));
}

static void the_slope_of_a_straight_trace(void **state)
{
    (void)state;
    struct trace_case wanted = {"", straight_bytes, 2000, 21, 2, true};
    struct drawn drawn;
    draw(&wanted, &drawn);
    struct growth slope = slope_of(drawn.trace, 0);
    assert_true(slope.grows);
    assert_true(slope.per_iteration == 2000 && slope.lower == 2000);
    assert_true(slope.from == 1e5 && slope.to == 1e5 + 2000 * 40 && slope.iterations == 40);
    assert_true(slope.smallest_visible == 1024);
    assert_false(
        slope_of(drawn.trace, 976).grows); /* 1024 B is never enough over what is allowed */
    assert_true(slope_of(drawn.trace, 975).grows);
}

static void one_wild_value_does_not_move_the_slope(void **state)
{
    (void)state;
    struct trace_case wanted = {"", straight_bytes, 2000, 21, 2, true};
    struct drawn drawn;
    draw(&wanted, &drawn);
    drawn.values[7] = 5e8;
    assert_true(slope_of(drawn.trace, 0).per_iteration == 2000);
}

/* The heap is read once per block: seven values among NAN. */
static void seven_readings_are_enough_and_five_are_not(void **state)
{
    (void)state;
    struct trace_case wanted = {"", straight_bytes, 2000, 21, 2, true};
    struct drawn drawn;
    draw(&wanted, &drawn);
    for (size_t i = 0; i < 21; i++)
        if (i % 3 != 0)
            drawn.values[i] = NAN;
    assert_true(slope_of(drawn.trace, 0).grows);
    drawn.values[0] = drawn.values[9] = NAN;
    struct growth slope = slope_of(drawn.trace, 0);
    assert_false(slope.grows);
    assert_true(slope.per_iteration == 2000 && isinf(slope.lower));
    assert_true(isnan(slope.smallest_visible));
}

/*
 * Sen's own bound on a worked example: n = 7 points at 1..7, y = 1 2 4 3 5 7 6 (times 1000). N = 21
 * slopes, sigma = sqrt(7*6*19/18) = 6.658, M = (21 - 2.3263*6.658)/2 = 2.755 -> the second
 * smallest, which is -1000 (6..7 and 3..4 fall by 1000 each).
 */
static void the_lower_bound_is_sens(void **state)
{
    (void)state;
    static const double x[] = {1, 2, 3, 4, 5, 6, 7};
    static const double y[] = {1000, 2000, 4000, 3000, 5000, 7000, 6000};
    struct growth slope = slope_of((struct trace){x, y, 7}, 0);
    assert_true(slope.lower == -1000);
    assert_true(slope.per_iteration == 1000);
    assert_false(slope.grows);
    assert_true(slope.smallest_visible == 1024 + 2000);
}

/* Heaps of clean runs that fill something: every reading is above the one before. */
static void a_total_that_levels_off_does_not_grow(void **state)
{
    (void)state;
    static const double x[] = {0, 3, 6, 9, 12, 15, 18};
    static const double cases[][7] = {
        {3214168, 3244264, 3276856, 3302728, 3318664, 3333496, 3338632},
        {3569544, 3697888, 3767440, 3817152, 3824448, 3827616, 3849072},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct growth slope = slope_of((struct trace){x, cases[i], 7}, 0);
        assert_true(slope.lower > 1024);
        assert_false(slope.grows);
        /* With so much more per iteration it would be one. */
        double leaning[7];
        for (size_t j = 0; j < 7; j++)
            leaning[j] = cases[i][j] + (slope.smallest_visible + 1) * x[j];
        assert_true(slope_of((struct trace){x, leaning, 7}, 0).grows);
    }
}

static void an_empty_trace_has_no_slope(void **state)
{
    (void)state;
    double none[1] = {NAN}, position[1] = {0};
    assert_true(slope_of((struct trace){position, none, 1}, 0).iterations == 0);
    assert_false(slope_of((struct trace){position, none, 0}, 0).grows);
    assert_false(growth_of((struct trace){position, none, 0}, 0, growth_rule_count).grows);
}

/* Two per iteration are allowed, and once four came besides: that keeps no pace of its own. */
static double allowed_and_a_step(int x, int at)
{
    return 20 + 2. * x + (x >= at ? 4 : 0);
}

static void what_is_allowed_lends_no_pace(void **state)
{
    (void)state;
    for (int at = 8; at <= 14; at++) {
        struct trace_case step = {"", allowed_and_a_step, at, 21, 2, false};
        struct drawn drawn;
        draw(&step, &drawn);
        struct growth growth = growth_of(drawn.trace, 2, growth_rule_count);
        assert_true(growth.excess >= 3.6);
        assert_false(growth.grows);
        for (size_t i = 0; i < drawn.trace.count; i++)
            drawn.values[i] += growth.smallest_visible * 1.001 * drawn.positions[i];
        assert_true(growth_of(drawn.trace, 2, growth_rule_count).grows);
    }
}

/* Floors 10 10 9 10 9 10 10, and one more every n iterations, in whatever phase. */
static void whole_ones_must_outgrow_whole_noise(void **state)
{
    (void)state;
    static const double floors[] = {10, 10, 9, 10, 9, 10, 10};
    double positions[GROWTH_SAMPLES], values[GROWTH_SAMPLES];
    struct trace trace = {positions, values, GROWTH_SAMPLES};
    for (unsigned every = 1; every <= 8; every++) {
        for (unsigned phase = 0; phase <= every; phase++) {
            double promised = 0;
            for (int sown = 0; sown < 2; sown++)
                for (size_t i = 0; i < GROWTH_SAMPLES; i++) {
                    positions[i] = 2 * (double)i;
                    values[i] = floors[i / 3] + sown * (double)((2 * i + phase) / every);
                    if (!sown && i + 1 == GROWTH_SAMPLES)
                        promised = growth_of(trace, 0, growth_rule_count).smallest_visible;
                }
            if (1.0 / every >= promised - 1e-9 && !growth_of(trace, 0, growth_rule_count).grows)
                fail_msg("one every %u, phase %u: %g was promised", every, phase, promised);
            assert_true(promised < 0.34);
        }
    }
}

/* A leak of 0.75 objects sampled in the one run and of 1.25 in the other may be the same. */
static void an_allowance_that_was_sampled_is_no_exact_one(void **state)
{
    (void)state;
    struct growth_rule rule = growth_rule_objects;
    double positions[GROWTH_SAMPLES], values[GROWTH_SAMPLES];
    struct trace trace = {positions, values, GROWTH_SAMPLES};
    for (size_t i = 0; i < GROWTH_SAMPLES; i++) {
        positions[i] = 2 * (double)i;
        values[i] = 1.25 * positions[i];
    }
    assert_true(growth_of(trace, 0.75, rule).grows);
    rule.quantum = 5; /* of 112 B at rate 512 */
    rule.unseen = 1 - 1 / rule.quantum;
    assert_false(growth_of(trace, 0.75, rule).grows);
    assert_true(growth_of(trace, 0, rule).grows);
    for (size_t i = 0; i < GROWTH_SAMPLES; i++)
        values[i] *= 3;
    assert_true(growth_of(trace, 0.75, rule).grows);
}

/* What is promised of a total holds where an allowance stands, and where the trace falls. */
static void a_total_promises_what_it_finds(void **state)
{
    (void)state;
    for (int slope = -2000; slope <= 1000; slope += 1000)
        for (double allowed = 0; allowed <= 10240; allowed += 10240) {
            double x[7], y[7];
            for (int i = 0; i < 7; i++) {
                x[i] = 6 * i;
                y[i] = 6e6 + x[i] * slope + (i % 2) * 300;
            }
            struct trace trace = {x, y, 7};
            double promised = slope_of(trace, allowed).smallest_visible;
            assert_true(promised > allowed + SLOPE_MARGIN);
            for (int i = 0; i < 7; i++)
                y[i] += x[i] * (promised + 1);
            assert_true(slope_of(trace, allowed).grows);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_grow_or_not),
        cmocka_unit_test(one_per_seven_is_seen_in_every_phase),
        cmocka_unit_test(no_sawtooth_grows_in_any_phase),
        cmocka_unit_test(a_straight_trace_reads_exactly),
        cmocka_unit_test(the_remainder_is_dropped_from_the_front),
        cmocka_unit_test(what_was_not_read_is_ignored),
        cmocka_unit_test(positions_that_stand_still_are_not_judged),
        cmocka_unit_test(what_is_allowed_is_taken_off),
        cmocka_unit_test(the_smallest_visible_growth_is_found_when_sown),
        cmocka_unit_test(noise_makes_the_smallest_visible_growth_worse),
        cmocka_unit_test(bytes_may_rise_in_rare_steps),
        cmocka_unit_test(a_dip_of_the_floors_must_be_outgrown),
        cmocka_unit_test(no_doubling_is_missed),
        cmocka_unit_test(counts_may_not),
        cmocka_unit_test(objects_need_015_per_iteration),
        cmocka_unit_test(sampling_is_known_to_its_root),
        cmocka_unit_test(what_is_always_seen_is_exact),
        cmocka_unit_test(drained_is_a_tenth_of_the_net_at_most_one),
        cmocka_unit_test(the_slope_of_a_straight_trace),
        cmocka_unit_test(a_total_that_levels_off_does_not_grow),
        cmocka_unit_test(one_wild_value_does_not_move_the_slope),
        cmocka_unit_test(seven_readings_are_enough_and_five_are_not),
        cmocka_unit_test(the_lower_bound_is_sens),
        cmocka_unit_test(an_empty_trace_has_no_slope),
        cmocka_unit_test(what_is_allowed_lends_no_pace),
        cmocka_unit_test(whole_ones_must_outgrow_whole_noise),
        cmocka_unit_test(an_allowance_that_was_sampled_is_no_exact_one),
        cmocka_unit_test(a_total_promises_what_it_finds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
