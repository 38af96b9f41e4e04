/* The rule for loops that a failure cut short, on a table of traces. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "verdict/growth.h"

enum { MOST_SAMPLES = 21 };

struct short_case {
    const char *name;
    size_t samples;
    double values[MOST_SAMPLES];
    int iterations_per_sample; /* 0: positions do not advance */
    double allowed;
    bool grows;
};

static const struct short_case cases[] = {
    {"one per iteration", 8, {24, 26, 28, 30, 32, 34, 36, 38}, 2, 0, true},
    {"two per iteration, six samples", 6, {24, 28, 32, 36, 40, 44}, 2, 0, true},
    {"five samples are too few", 5, {24, 28, 32, 36, 40}, 2, 0, false},
    {"none", 0, {0}, 2, 0, false},
    {"flat", 8, {24, 24, 24, 24, 24, 24, 24, 24}, 2, 0, false},
    {"one flat step of seven", 8, {24, 26, 28, 28, 30, 32, 34, 36}, 2, 0, true},
    {"two flat steps of seven", 8, {24, 26, 28, 28, 30, 32, 32, 34}, 2, 0, false},
    {"one flat step of five", 6, {24, 26, 28, 28, 30, 32}, 2, 0, false},
    {"falls once", 9, {24, 26, 28, 27, 30, 32, 34, 36, 38}, 2, 0, false},
    {"comes and goes", 8, {24, 25, 24, 25, 24, 25, 24, 25}, 2, 0, false},
    {"one step", 8, {24, 24, 24, 60, 60, 60, 60, 60}, 2, 0, false},
    {"begins late", 8, {24, 24, 24, 24, 24, 26, 28, 30}, 2, 0, false},
    {"slows down", 8, {24, 32, 40, 48, 52, 53, 54, 55}, 2, 0, false},
    {"a tenth of one per iteration", 6, {0, 0.1, 0.2, 0.3, 0.4, 0.5}, 1, 0, false},
    {"what is allowed", 8, {24, 26, 28, 30, 32, 34, 36, 38}, 2, 1, false},
    {"twice what is allowed", 8, {24, 28, 32, 36, 40, 44, 48, 52}, 2, 1, true},
    {"one was not read", 8, {24, 26, 28, NAN, 32, 34, 36, 38}, 2, 0, false},
    {"the same iteration", 8, {24, 26, 28, 30, 32, 34, 36, 38}, 0, 0, false},
};

static struct growth judged(const struct short_case *one, struct growth_rule rule)
{
    double positions[MOST_SAMPLES];
    for (size_t i = 0; i < one->samples; i++)
        positions[i] = 6 + (double)i * one->iterations_per_sample;
    struct trace trace = {.positions = positions, .values = one->values, .count = one->samples};
    return short_growth_of(trace, one->allowed, rule);
}

static void each_trace_is_judged_as_the_table_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct growth growth = judged(&cases[i], growth_rule_count);
        if (growth.grows != cases[i].grows)
            fail_msg("%s", cases[i].name);
        assert_true(isnan(growth.smallest_visible));
    }
}

static void the_figures_are_those_of_the_first_and_the_last_sample(void **state)
{
    (void)state;
    struct growth growth = judged(&cases[0], growth_rule_count);
    assert_float_equal(growth.from, 24, 0);
    assert_float_equal(growth.to, 38, 0);
    assert_float_equal(growth.iterations, 14, 0);
    assert_float_equal(growth.per_iteration, 1, 0);
    assert_float_equal(judged(&cases[2], growth_rule_count).iterations, 0, 0);
}

/* Of a sampled trace a few allocations prove nothing, however steadily they came. */
static void a_sampled_trace_needs_as_many_allocations(void **state)
{
    (void)state;
    struct short_case one = {"", 8, {0, 1e4, 2e4, 3e4, 4e4, 5e4, 6e4, 7e4}, 2, 0, true};
    struct growth_rule rule = growth_rule_bytes;
    assert_true(judged(&one, rule).grows);
    rule.quantum = 7e4 / SAMPLED_ENOUGH;
    assert_true(judged(&one, rule).grows);
    rule.quantum += 1;
    assert_false(judged(&one, rule).grows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_trace_is_judged_as_the_table_says),
        cmocka_unit_test(the_figures_are_those_of_the_first_and_the_last_sample),
        cmocka_unit_test(a_sampled_trace_needs_as_many_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
