/* What a control build showed is the baseline of the other: what is more is left to be found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "series_builder.h"
#include "verdict/control.h"
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_judged_by_the_difference),
        cmocka_unit_test(growth_that_is_no_finding_is_allowed_too),
        cmocka_unit_test(heap_stacks_have_a_margin),
        cmocka_unit_test(levels_are_those_of_the_control),
        cmocka_unit_test(a_backlog_of_the_control_is_allowed_to_drain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
