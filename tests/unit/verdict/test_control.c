/* What a control build showed is the baseline of the other: what is more is left to be found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/strings.h"
#include "series_builder.h"
#include "verdict/judge.h"

static const struct run_facts facts = {
    .rate_asked = 1, .rate_found = 1, .today = "2026-11-20", .go_version = "go1.26.8"};

/* So many per hundred iterations. */
static double rising(int iteration, int rested, int per_hundred)
{
    (void)rested;
    return 20 + iteration * per_hundred / 100;
}

static double drains(int iteration, int rested, int per_hundred)
{
    return 20 + (rested >= 10 ? 0 : iteration * per_hundred / 100);
}

static struct series build_pipes(int per_hundred)
{
    struct series series = build_series(LOOP_SAMPLES, 3);
    add_text(&series, GAUGE_FD, "pipe", rising, per_hundred);
    return series;
}

/* The verdict on one build, by another as the control. */
static enum verdict judged_by(struct series control, struct series series)
{
    struct baseline *baseline = baseline_of_control(&control, &facts);
    struct judgement *judgement = judge(&series, baseline, &facts);
    enum verdict verdict = judgement->verdict;
    judgement_free(judgement);
    baseline_free(baseline);
    series_free(&control);
    series_free(&series);
    return verdict;
}

static void counts_are_judged_by_the_difference(void **state)
{
    (void)state;
    assert_int_equal(judged_by(build_pipes(0), build_pipes(0)), VERDICT_PASS);
    assert_int_equal(judged_by(build_pipes(0), build_pipes(100)), VERDICT_LEAK);
    assert_int_equal(judged_by(build_pipes(100), build_pipes(100)), VERDICT_PASS);
    assert_int_equal(judged_by(build_pipes(100), build_pipes(0)), VERDICT_PASS);
    assert_int_equal(judged_by(build_pipes(100), build_pipes(200)), VERDICT_LEAK);
}

/* Under the rule in one build and over it in the other is no difference. */
static void growth_that_is_no_finding_is_allowed_too(void **state)
{
    (void)state;
    assert_int_equal(judged_by(build_pipes(0), build_pipes(10)), VERDICT_PASS);
    assert_int_equal(judged_by(build_pipes(0), build_pipes(15)), VERDICT_LEAK);
    assert_int_equal(judged_by(build_pipes(10), build_pipes(15)), VERDICT_PASS);
}

static struct series build_stack(int per_hundred, unsigned bytes_each)
{
    struct series series = build_series(LOOP_SAMPLES, 3);
    add_function(&series, GAUGE_HEAP_STACK, "main.keep", rising, per_hundred, bytes_each);
    return series;
}

static void heap_stacks_have_a_margin(void **state)
{
    (void)state;
    assert_int_equal(judged_by(build_stack(0, 1024), build_stack(100, 1024)), VERDICT_LEAK);
    assert_int_equal(judged_by(build_stack(100, 1024), build_stack(120, 1024)), VERDICT_PASS);
    assert_int_equal(judged_by(build_stack(100, 1024), build_stack(200, 1024)), VERDICT_LEAK);
}

static void levels_are_those_of_the_control(void **state)
{
    (void)state;
    struct series control = build_pipes(0), series = build_pipes(0);
    for (size_t i = 0; i < series.count; i++)
        series.samples[i].gauges[GAUGE_FD] += 5;
    struct baseline *baseline = baseline_of_control(&control, &facts);
    assert_true(baseline->gauges[GAUGE_FD].level == 20);
    assert_string_equal(baseline->go_version, "go1.26.8");
    baseline_free(baseline);
    assert_int_equal(judged_by(control, series), VERDICT_LEAK);
}

static struct series build_backlog(void)
{
    struct series series = build_series(LOOP_SAMPLES, 4);
    add_text(&series, GAUGE_FD, "pipe", drains, 100);
    return series;
}

static void a_backlog_of_the_control_is_allowed_to_drain(void **state)
{
    (void)state;
    assert_int_equal(judged_by(build_backlog(), build_backlog()), VERDICT_PASS);
    assert_int_equal(judged_by(build_backlog(), build_pipes(100)), VERDICT_LEAK);
}

/* A goroutine that the runtime calls leaked, once in a long run. */
static struct series build_lost(unsigned count)
{
    struct series series = build_series(4 * LOOP_SAMPLES, 0);
    uint32_t function = holder_table_function(series.holders, "main.lost", 9);
    uint32_t site = holder_table_stack(series.holders, GAUGE_GOROUTINE_LEAK, &function, 1);
    for (int look = 0; look < 2; look++) {
        struct sample sample = {.phase = PHASE_QUIT,
                                .at = 200,
                                .iteration = series.samples[series.count - 1].iteration};
        for (int gauge = 0; gauge < GAUGE_COUNT; gauge++)
            sample.gauges[gauge] = NAN;
        sample.gauges[GAUGE_GOROUTINE_LEAK] = count;
        if (count > 0)
            holding_list_add(&sample.holdings, (struct holding){site, count, 0});
        series_append(&series, &sample);
    }
    return series;
}

static void one_that_both_lose_is_allowed(void **state)
{
    (void)state;
    assert_int_equal(judged_by(build_lost(0), build_lost(1)), VERDICT_LEAK);
    assert_int_equal(judged_by(build_lost(1), build_lost(1)), VERDICT_PASS);
}

static void as_many_as_the_control_left_behind_may_be(void **state)
{
    (void)state;
    static const struct {
        const char *of_control[3], *left[3];
        enum verdict expected;
    } cases[] = {
        {{NULL}, {"sh (7)"}, VERDICT_LEAK},
        {{"sh (3)"}, {"sh (7)"}, VERDICT_PASS},
        {{"sh (3)"}, {"sh (7)", "sh (8)"}, VERDICT_LEAK},
        {{"sh (3)", "sh (4)"}, {"sh (7)"}, VERDICT_PASS},
        {{"sh (3)"}, {"git (7)"}, VERDICT_LEAK},
        {{"sh (3)"}, {"s (h) (7)"}, VERDICT_LEAK},
        {{"sh (3)"}, {NULL}, VERDICT_PASS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        _cleanup_strings_ struct string_list of_control = {0}, left = {0};
        for (size_t j = 0; j < 3; j++) {
            if (cases[i].of_control[j] != NULL)
                string_list_add(&of_control, cases[i].of_control[j]);
            if (cases[i].left[j] != NULL)
                string_list_add(&left, cases[i].left[j]);
        }
        struct run_facts both = facts;
        both.by_control = true;
        both.left_behind = &left;
        both.control_left_behind = &of_control;
        struct series series = build_pipes(0);
        struct judgement *judgement = judge(&series, NULL, &both);
        if (judgement->verdict != cases[i].expected)
            fail_msg("case %zu", i);
        judgement_free(judgement);
        series_free(&series);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_judged_by_the_difference),
        cmocka_unit_test(growth_that_is_no_finding_is_allowed_too),
        cmocka_unit_test(heap_stacks_have_a_margin),
        cmocka_unit_test(levels_are_those_of_the_control),
        cmocka_unit_test(a_backlog_of_the_control_is_allowed_to_drain),
        cmocka_unit_test(one_that_both_lose_is_allowed),
        cmocka_unit_test(as_many_as_the_control_left_behind_may_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
