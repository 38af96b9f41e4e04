/* What the runtime itself calls leaked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/strings.h"
#include "verdict/judge.h"

#include "series_builder.h"

static const struct run_facts facts = {.rate_asked = 512, .rate_found = 512, .today = "2026-11-20"};

/* One of the two looks at the end, in which the site has so many goroutines; -1: it is not there.
 */
static void look(struct series *series, const char *site, int count)
{
    struct sample sample = {.phase = PHASE_QUIT, .at = 100};
    sample.iteration = series->samples[series->count - 1].iteration;
    for (int gauge = 0; gauge < GAUGE_COUNT; gauge++)
        sample.gauges[gauge] = NAN;
    sample.gauges[GAUGE_GOROUTINE_LEAK] = count > 0 ? count : 0;
    if (count > 0) {
        uint32_t function = holder_table_function(series->holders, site, strlen(site));
        uint32_t stack = holder_table_stack(series->holders, GAUGE_GOROUTINE_LEAK, &function, 1);
        holding_list_add(&sample.holdings, (struct holding){stack, (uint32_t)count, 0});
    }
    series_append(series, &sample);
}

static const struct finding *leak_finding(const struct judgement *judgement, enum finding_kind kind)
{
    for (size_t i = 0; i < judgement->count; i++)
        if (judgement->findings[i].gauge == GAUGE_GOROUTINE_LEAK &&
            judgement->findings[i].kind == kind)
            return &judgement->findings[i];
    return NULL;
}

static struct judgement *judge_looks(int first, int second, const struct baseline *baseline)
{
    struct series series = build_series(LOOP_SAMPLES, 0);
    look(&series, "main.lost.func1", first);
    if (second >= 0)
        look(&series, "main.lost.func2", second);
    struct judgement *judgement = judge(&series, baseline, &facts);
    series_free(&series);
    return judgement;
}

static void a_site_in_both_looks_is_a_leak(void **state)
{
    (void)state;
    struct judgement *judgement = judge_looks(3, 2, NULL);
    const struct finding *finding = leak_finding(judgement, FINDING_GROWTH);
    assert_int_equal(judgement->verdict, VERDICT_LEAK);
    assert_non_null(finding);
    assert_string_equal(finding->holder, "main.lost.func");
    assert_string_equal(finding->example, "main.lost.func1");
    assert_true(finding->to == 2);
    assert_true(finding->iterations == WARMUP_ITERATIONS + 2 * LOOP_SAMPLES);
    assert_true(finding->per_iteration == 2 / finding->iterations);
    judgement_free(judgement);
}

static void a_site_in_one_look_is_none(void **state)
{
    (void)state;
    static const int looks[][2] = {{3, 0}, {0, 3}, {0, 0}, {3, -1}};
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        struct judgement *judgement = judge_looks(looks[i][0], looks[i][1], NULL);
        assert_int_equal(judgement->verdict, VERDICT_PASS);
        assert_int_equal(judgement->count, 0);
        judgement_free(judgement);
    }
}

static struct baseline *baseline_with(char *expires)
{
    struct baseline *baseline = baseline_new();
    baseline_except(baseline, &(struct baseline_exception){.gauge = GAUGE_GOROUTINE_LEAK,
                                                           .holder = "main.lost.func",
                                                           .allowed = 0.05,
                                                           .reason = "known",
                                                           .expires = expires});
    return baseline;
}

static void an_exception_allows_the_site(void **state)
{
    (void)state;
    _cleanup_baseline_ struct baseline *baseline = baseline_with(NULL);
    struct judgement *judgement = judge_looks(3, 3, baseline);
    assert_int_equal(judgement->verdict, VERDICT_PASS);
    const struct finding *finding = leak_finding(judgement, FINDING_ALLOWED);
    assert_non_null(finding);
    assert_string_equal(finding->text, "known");
    assert_int_equal(judgement->count, 1);
    judgement_free(judgement);
}

static void one_that_nothing_uses_or_that_has_expired_is_told(void **state)
{
    (void)state;
    _cleanup_baseline_ struct baseline *baseline = baseline_with(NULL);
    struct judgement *judgement = judge_looks(0, 0, baseline);
    assert_int_equal(judgement->verdict, VERDICT_PASS);
    assert_non_null(leak_finding(judgement, FINDING_EXCEPTION_UNUSED));
    judgement_free(judgement);
    _cleanup_baseline_ struct baseline *old = baseline_with("2026-01-01");
    judgement = judge_looks(3, 3, old);
    assert_int_equal(judgement->verdict, VERDICT_LEAK);
    assert_non_null(leak_finding(judgement, FINDING_GROWTH));
    assert_non_null(leak_finding(judgement, FINDING_EXCEPTION_EXPIRED));
    judgement_free(judgement);
}

/* A runtime that does not serve the profile says nothing about the exception either. */
static void without_a_look_an_exception_is_not_called_unused(void **state)
{
    (void)state;
    struct series series = build_series(LOOP_SAMPLES, 0);
    _cleanup_baseline_ struct baseline *baseline = baseline_with(NULL);
    struct judgement *judgement = judge(&series, baseline, &facts);
    assert_int_equal(judgement->count, 0);
    judgement_free(judgement);
    series_free(&series);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_site_in_both_looks_is_a_leak),
        cmocka_unit_test(a_site_in_one_look_is_none),
        cmocka_unit_test(an_exception_allows_the_site),
        cmocka_unit_test(one_that_nothing_uses_or_that_has_expired_is_told),
        cmocka_unit_test(without_a_look_an_exception_is_not_called_unused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
