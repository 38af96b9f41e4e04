/* What a program burns, starts and writes at rest, after the loop against before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/strings.h"
#include "series_builder.h"
#include "verdict/judge.h"

static const struct run_facts facts = {.rate_asked = 512, .rate_found = 512, .today = "2026-11-20"};

enum { DRAIN_SAMPLES = 5, LOOP_ITERATIONS = 2 * LOOP_SAMPLES };

/* A gauge that has risen by a rate for as long as the program has run: one before the loop ends,
 * and another after it, with so much at once in the second after the loop. */
static void set_rate(struct series *series, enum gauge gauge, double before, double after,
                     double once)
{
    double total = 0, at = series->samples[0].at;
    for (size_t i = 0; i < series->count; i++) {
        struct sample *sample = &series->samples[i];
        bool rests = sample->phase == PHASE_DRAIN || sample->phase == PHASE_SECOND_DRAIN;
        bool first = rests && series->samples[i - 1].phase == PHASE_LOOP;
        total += (rests ? after : before) * (sample->at - at) + (first ? once : 0);
        at = sample->at;
        sample->gauges[gauge] = total;
    }
}

static struct judgement *judge_rate(enum gauge gauge, double before, double after, double once,
                                    unsigned drain_samples, const struct baseline *baseline)
{
    struct series series = build_series(LOOP_SAMPLES, drain_samples);
    set_rate(&series, gauge, before, after, once);
    struct judgement *judgement = judge(&series, baseline, &facts);
    if (drain_samples > 1)
        assert_true(judge_grew(&series, baseline, "") == (judgement->verdict == VERDICT_LEAK));
    series_free(&series);
    return judgement;
}

static bool rate_leaks(enum gauge gauge, double before, double after, double once,
                       unsigned drain_samples)
{
    struct judgement *judgement = judge_rate(gauge, before, after, once, drain_samples, NULL);
    bool leaks = judgement->verdict == VERDICT_LEAK;
    judgement_free(judgement);
    return leaks;
}

static void a_rate_that_rose_in_the_loop_is_a_leak(void **state)
{
    (void)state;
    struct judgement *judgement = judge_rate(GAUGE_SPAWN, 8, 47, 0, DRAIN_SAMPLES, NULL);
    assert_int_equal(judgement->count, 1);
    const struct finding *finding = &judgement->findings[0];
    assert_int_equal(finding->kind, FINDING_GROWTH);
    assert_int_equal(finding->gauge, GAUGE_SPAWN);
    assert_float_equal(finding->from, 8, 1e-9);
    assert_float_equal(finding->to, 47, 1e-9);
    assert_float_equal(finding->per_iteration, 39.0 / LOOP_ITERATIONS, 1e-9);
    assert_string_equal(finding->text,
                        "47 per second at rest after the loop, 8 per second before it");
    judgement_free(judgement);
    assert_true(rate_leaks(GAUGE_CPU, 0.07, 0.3, 0, DRAIN_SAMPLES));
    assert_true(rate_leaks(GAUGE_OUTPUT, 0, 6000, 0, DRAIN_SAMPLES));
}

static void a_rate_that_is_as_before_passes(void **state)
{
    (void)state;
    assert_false(rate_leaks(GAUGE_SPAWN, 8, 8.5, 0, DRAIN_SAMPLES));
    assert_false(rate_leaks(GAUGE_SPAWN, 8, 0, 0, DRAIN_SAMPLES));
    assert_false(rate_leaks(GAUGE_CPU, 0.07, 0.15, 0, DRAIN_SAMPLES));
    assert_false(rate_leaks(GAUGE_OUTPUT, 100, 1000, 0, DRAIN_SAMPLES));
}

/* What the last iteration leaves to do is done by the later half of the rest; where there is one
 * sample alone (5 s after the loop here), so much is let pass. */
static void what_the_loop_leaves_to_do_is_no_rate(void **state)
{
    (void)state;
    assert_false(rate_leaks(GAUGE_SPAWN, 1, 1, 1000, DRAIN_SAMPLES));
    assert_false(rate_leaks(GAUGE_SPAWN, 1, 1, 19, 1));
    assert_true(rate_leaks(GAUGE_SPAWN, 1, 1, 21, 1));
}

/* After one sample a longer rest tells whether a rate that is higher is the loop's last work. */
static void what_one_sample_leaves_open_gets_a_longer_rest(void **state)
{
    (void)state;
    struct series series = build_series(LOOP_SAMPLES, 1);
    const double once = 5;
    for (double rate = 1; rate <= 5; rate += 2) {
        set_rate(&series, GAUGE_SPAWN, 1, rate, once);
        assert_int_equal(judge_grew(&series, NULL, ""), rate > 1);
        struct judgement *judgement = judge(&series, NULL, &facts);
        assert_int_equal(judgement->verdict, rate > 3 ? VERDICT_LEAK : VERDICT_PASS);
        judgement_free(judgement);
    }
    series_free(&series);
}

/* It is said, and not that nothing uses it. */
static void assert_allowed(const struct judgement *judgement, const char *holder)
{
    assert_int_equal(judgement->count, 1);
    assert_int_equal(judgement->findings[0].kind, FINDING_ALLOWED);
    assert_string_equal(judgement->findings[0].text, "known");
    assert_true(text_equal(judgement->findings[0].holder, holder));
}

static void a_gauge_may_be_allowed_a_higher_rate(void **state)
{
    (void)state;
    _cleanup_baseline_ struct baseline *baseline = baseline_new();
    struct baseline_gauge allowance = {
        .present = true, .allowed = 0.01, .level = NAN, .tolerance = NAN, .reason = "known"};
    baseline_put_gauge(baseline, GAUGE_CPU, &allowance);
    struct judgement *judgement = judge_rate(GAUGE_CPU, 0.07, 0.3, 0, DRAIN_SAMPLES, baseline);
    assert_int_equal(judgement->verdict, VERDICT_PASS);
    assert_allowed(judgement, NULL);
    judgement_free(judgement);
}

/* A burst in the first half of the rest. */
static void the_later_half_of_the_rest_counts(void **state)
{
    (void)state;
    struct series series = build_series(LOOP_SAMPLES, DRAIN_SAMPLES);
    set_rate(&series, GAUGE_SPAWN, 1, 1, 0);
    for (size_t i = series.count - DRAIN_SAMPLES + 1; i < series.count; i++)
        series.samples[i].gauges[GAUGE_SPAWN] += 100;
    struct judgement *judgement = judge(&series, NULL, &facts);
    assert_int_equal(judgement->verdict, VERDICT_PASS);
    judgement_free(judgement);
    series_free(&series);
}

static void a_tool_is_named_and_may_be_excepted(void **state)
{
    (void)state;
    struct series series = build_series(LOOP_SAMPLES, DRAIN_SAMPLES);
    set_rate(&series, GAUGE_SPAWN, 1, 30, 0);
    uint32_t git = holder_table_text(series.holders, GAUGE_SPAWN, "git");
    for (size_t i = 0; i < series.count; i++)
        holding_list_add(&series.samples[i].holdings,
                         (struct holding){git, (uint32_t)series.samples[i].gauges[GAUGE_SPAWN], 0});
    struct judgement *judgement = judge(&series, NULL, &facts);
    assert_int_equal(judgement->count, 1);
    assert_string_equal(judgement->findings[0].holder, "git");
    judgement_free(judgement);
    _cleanup_baseline_ struct baseline *baseline = baseline_new();
    struct baseline_exception exception = {
        .gauge = GAUGE_SPAWN, .holder = "git", .allowed = 0.7, .reason = "known"};
    baseline_except(baseline, &exception);
    judgement = judge(&series, baseline, &facts);
    assert_int_equal(judgement->verdict, VERDICT_PASS);
    assert_allowed(judgement, "git");
    judgement_free(judgement);
    exception.allowed = 0.5;
    baseline_except(baseline, &exception);
    judgement = judge(&series, baseline, &facts);
    assert_int_equal(judgement->verdict, VERDICT_LEAK);
    judgement_free(judgement);
    series_free(&series);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_later_half_of_the_rest_counts),
        cmocka_unit_test(a_rate_that_rose_in_the_loop_is_a_leak),
        cmocka_unit_test(a_rate_that_is_as_before_passes),
        cmocka_unit_test(what_the_loop_leaves_to_do_is_no_rate),
        cmocka_unit_test(what_one_sample_leaves_open_gets_a_longer_rest),
        cmocka_unit_test(a_gauge_may_be_allowed_a_higher_rate),
        cmocka_unit_test(a_tool_is_named_and_may_be_excepted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
