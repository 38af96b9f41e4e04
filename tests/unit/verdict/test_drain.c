/* What a rest after the loop tells, and what it does not: backlogs beside leaks and allowances. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "series_builder.h"
#include "verdict/judge.h"

static const struct run_facts facts = {.rate_asked = 512, .rate_found = 512, .today = "2026-11-20"};

enum { DRAIN_SAMPLES = 14, WAIT = 60 };

/* 2.5 goroutines per iteration that live for a minute, those of the warm-up too, and besides so
 * many hundredths that stay. */
static double ticks_and_leak(int iteration, int rested, int hundredths)
{
    int done = iteration + WARMUP_ITERATIONS;
    double left = floor(done * hundredths / 100.0);
    return 26 + left + (rested >= WAIT ? 0 : 2.5 * done);
}

static double promised_beside(int hundredths)
{
    struct series series = build_series(LOOP_SAMPLES, DRAIN_SAMPLES);
    add_function(&series, GAUGE_GOROUTINE, "main.tick", ticks_and_leak, hundredths, 0);
    add_start(&series, GAUGE_GOROUTINE, 26);
    struct judgement *judgement = judge(&series, NULL, &facts);
    double promised = judgement->verdict == VERDICT_PASS ? judgement->smallest[GAUGE_GOROUTINE] : 0;
    judgement_free(judgement);
    series_free(&series);
    return promised;
}

/* The rest before the loop held the warm-up's backlog: what hides behind that is not promised. */
static void what_hides_in_a_backlog_is_not_promised(void **state)
{
    (void)state;
    for (int hundredths = 0; hundredths <= 60; hundredths += 5) {
        double promised = promised_beside(hundredths);
        if (promised > 0 && promised < hundredths / 100.0)
            fail_msg("%d hundredths pass, and %g is promised", hundredths, promised);
    }
    assert_true(promised_beside(0) > 0 && promised_beside(0) < 0.15);
}

/* Two per iteration stay, as is allowed, and 2.5 more live for a while. */
static double allowed_and_backlog(int iteration, int rested, int wait)
{
    return 26 + 2 * iteration + (rested >= wait ? 0 : 2.5 * iteration);
}

static enum verdict judged_with_two_allowed(int wait)
{
    struct series series = build_series(LOOP_SAMPLES, DRAIN_SAMPLES);
    add_text(&series, GAUGE_FD, "pipe", allowed_and_backlog, wait);
    _cleanup_baseline_ struct baseline *baseline = baseline_new();
    struct baseline_exception exception = {
        .gauge = GAUGE_FD, .holder = "pipe", .allowed = 2, .reason = "known"};
    baseline_except(baseline, &exception);
    struct judgement *judgement = judge(&series, baseline, &facts);
    enum verdict verdict = judgement->verdict;
    assert_true(!judge_grew(&series, baseline, "") == (verdict == VERDICT_PASS));
    judgement_free(judgement);
    series_free(&series);
    return verdict;
}

static void what_is_allowed_may_stay_after_a_backlog(void **state)
{
    (void)state;
    assert_int_equal(judged_with_two_allowed(WAIT), VERDICT_PASS);
    assert_int_equal(judged_with_two_allowed(1000), VERDICT_LEAK);
}

/* Two that came while nobody touched it look like a drift, and the leak stays where it is. */
static double two_late_and_a_leak(int iteration, int rested, int unused)
{
    (void)rested, (void)unused;
    return 12 + iteration / 2;
}

static void a_drift_by_chance_does_not_drain_a_leak(void **state)
{
    (void)state;
    struct series series = build_series(LOOP_SAMPLES, DRAIN_SAMPLES);
    add_text(&series, GAUGE_FD, "pipe", two_late_and_a_leak, 0);
    for (unsigned i = 0; i < IDLE_SAMPLES; i++) {
        series.samples[i].holdings.items[0].value = 10 + i / 2;
        series.samples[i].gauges[GAUGE_FD] = 10 + i / 2;
        series.samples[i].at = series.samples[IDLE_SAMPLES].at - 6 + i;
    }
    struct judgement *judgement = judge(&series, NULL, &facts);
    assert_true(judgement->drift[GAUGE_FD] > 0);
    assert_int_equal(judgement->verdict, VERDICT_LEAK);
    judgement_free(judgement);
    series_free(&series);
}

/* Floors at 20 40 22 41 20 40 21: nothing can be told, but what is there at rest. */
static double restless(int iteration, int rested, int left)
{
    static const double floors[] = {0, 20, 2, 21, 0, 20, 1};
    return 20 + (rested > 0 ? left : floors[iteration > 0 ? (iteration - 2) / 6 : 0]);
}

static double steady(int iteration, int rested, int pace)
{
    (void)rested;
    return (iteration + WARMUP_ITERATIONS) * pace;
}

static struct judgement *judge_restless(double at_start, int left, const struct baseline *baseline)
{
    struct series series = build_series(LOOP_SAMPLES, DRAIN_SAMPLES);
    add_function(&series, GAUGE_GOROUTINE, "main.restless", restless, left, 0);
    if (baseline != NULL)
        add_function(&series, GAUGE_GOROUTINE, "main.known", steady, 2, 0);
    add_start(&series, GAUGE_GOROUTINE, at_start);
    struct judgement *judgement = judge(&series, baseline, &facts);
    series_free(&series);
    return judgement;
}

static void what_is_excepted_does_not_count_at_rest(void **state)
{
    (void)state;
    _cleanup_baseline_ struct baseline *baseline = baseline_new();
    struct baseline_exception exception = {
        .gauge = GAUGE_GOROUTINE, .holder = "main.known", .allowed = 2, .reason = "known"};
    baseline_except(baseline, &exception);
    struct judgement *judgement = judge_restless(20, 0, baseline);
    assert_int_equal(judgement->verdict, VERDICT_PASS);
    assert_float_equal(judgement->smallest[GAUGE_GOROUTINE], 2.0 / 42, 1e-9);
    judgement_free(judgement);
}

static void both_rests_bound_what_can_be_left(void **state)
{
    (void)state;
    /* 20 of the start are gone before the loop: since then 3 may have stayed in 42 iterations. */
    struct judgement *judgement = judge_restless(40, 3, NULL);
    assert_int_equal(judgement->verdict, VERDICT_PASS);
    assert_float_equal(judgement->smallest[GAUGE_GOROUTINE], 5.0 / 42, 1e-9);
    judgement_free(judgement);
    /* More that stays is a leak, whatever the loop looked like. */
    judgement = judge_restless(20, 18, NULL);
    assert_int_equal(judgement->verdict, VERDICT_LEAK);
    assert_float_equal(judgement->findings[0].per_iteration, 18.0 / 42, 1e-9);
    judgement_free(judgement);
    /* What was not read at the start says nothing. */
    judgement = judge_restless(NAN, 0, NULL);
    assert_int_equal(judgement->verdict, VERDICT_INCONCLUSIVE);
    judgement_free(judgement);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_hides_in_a_backlog_is_not_promised),
        cmocka_unit_test(what_is_allowed_may_stay_after_a_backlog),
        cmocka_unit_test(a_drift_by_chance_does_not_drain_a_leak),
        cmocka_unit_test(what_is_excepted_does_not_count_at_rest),
        cmocka_unit_test(both_rests_bound_what_can_be_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
