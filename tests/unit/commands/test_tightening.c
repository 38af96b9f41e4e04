/* Allowances go down to what is left, in objects and in bytes, and never up; the terms of one that
 * stands change by what is given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../verdict/series_builder.h"
#include "commands/acceptance.h"
#include "verdict/judge.h"

enum { OBJECT_BYTES = 1024 };

static double one_each(int iteration, int rested, int parameter)
{
    (void)rested;
    (void)parameter;
    return iteration;
}

static struct run_record one_object_per_iteration(void)
{
    struct run_record record = {.series = build_series(LOOP_SAMPLES, 0),
                                .facts = {.rate_asked = 512,
                                          .rate_found = 512,
                                          .today = "2026-11-20",
                                          .plan_hash = "0123456789abcdef"}};
    add_function(&record.series, GAUGE_HEAP_STACK, "main.keep", one_each, 0, OBJECT_BYTES);
    return record;
}

static struct baseline *with_stack(double objects, double bytes)
{
    struct baseline *baseline = baseline_new();
    memcpy(baseline->plan_hash, "0123456789abcdef", sizeof baseline->plan_hash);
    baseline_except(baseline, &(struct baseline_exception){.gauge = GAUGE_HEAP_STACK,
                                                           .holder = "main.keep",
                                                           .allowed = objects,
                                                           .allowed_bytes = bytes,
                                                           .reason = "meant"});
    return baseline;
}

static const struct {
    double objects, bytes;           /* allowed */
    double left_objects, left_bytes; /* and then */
} stacks[] = {
    {1, 1024, 1, 1024},       {3, 1024, 1, 1024}, {1, 4096, 1, 1024},
    {3, 4096, 1, 1024},       {3, 1000, 1, 1000}, /* what is over by less than a growth is not let
                                                     in by the way */
    {0.95, 4096, 0.95, 1024},
};

static void heap_stacks_in_objects_and_bytes(void **state)
{
    (void)state;
    struct run_record record = one_object_per_iteration();
    for (size_t i = 0; i < sizeof stacks / sizeof stacks[0]; i++) {
        struct lg_error err = {0};
        _cleanup_baseline_ struct baseline *old = with_stack(stacks[i].objects, stacks[i].bytes);
        _cleanup_baseline_ struct baseline *new = acceptance_tighten(&record, old, false, &err);
        assert_string_equal(err.text, "");
        assert_int_equal(new->exception_count, 1);
        assert_true(new->exceptions[0].allowed == stacks[i].left_objects);
        assert_true(new->exceptions[0].allowed_bytes == stacks[i].left_bytes);
        assert_string_equal(new->exceptions[0].reason, "meant");
    }
    series_free(&record.series);
}

static void an_exception_gets_the_terms_that_are_given(void **state)
{
    (void)state;
    struct run_record record = one_object_per_iteration();
    struct string_list keys = {0}, reasons = {0}, expires = {0};
    struct consent consent = {.keys = &keys, .reasons = &reasons, .expires = &expires};
    string_list_add(&keys, "heap_stack main.keep");
    string_list_add(&reasons, "another");
    for (int dated = 0; dated < 2; dated++) {
        struct lg_error err = {0};
        bool used = false;
        _cleanup_baseline_ struct baseline *old = with_stack(2, 2048);
        struct baseline_exception exception = old->exceptions[0];
        exception.expires = "2027-01-31";
        exception.issue = "https://example.org/1";
        baseline_except(old, &exception);
        if (dated)
            string_list_add(&expires, "2027-06-30");
        _cleanup_baseline_ struct baseline *new =
            acceptance_make(&record, NULL, old, &consent, &used, &err);
        assert_string_equal(err.text, "");
        assert_true(used);
        assert_true(new->exceptions[0].allowed == 2);
        assert_string_equal(new->exceptions[0].reason, "another");
        assert_string_equal(new->exceptions[0].issue, "https://example.org/1");
        assert_string_equal(new->exceptions[0].expires, dated ? "2027-06-30" : "2027-01-31");
    }
    string_list_free(&keys);
    string_list_free(&reasons);
    string_list_free(&expires);
    series_free(&record.series);
}

static void a_whole_gauge_in_bytes(void **state)
{
    (void)state;
    struct run_record record = one_object_per_iteration();
    struct lg_error err = {0};
    _cleanup_baseline_ struct baseline *old = with_stack(0, 0);
    baseline_remove_exception(old, GAUGE_HEAP_STACK, "main.keep");
    baseline_put_gauge(
        old, GAUGE_HEAP_STACK,
        &(struct baseline_gauge){
            .present = true, .allowed = 4096, .level = NAN, .tolerance = NAN, .reason = "meant"});
    _cleanup_baseline_ struct baseline *new = acceptance_tighten(&record, old, false, &err);
    assert_string_equal(err.text, "");
    assert_true(new->gauges[GAUGE_HEAP_STACK].allowed == OBJECT_BYTES);
    assert_string_equal(new->gauges[GAUGE_HEAP_STACK].reason, "meant");
    series_free(&record.series);
}

/* Levels depend on the machine: only on request. */
static void levels_are_lowered_on_request(void **state)
{
    (void)state;
    struct run_record record = one_object_per_iteration();
    for (int asked = 0; asked < 2; asked++) {
        struct lg_error err = {0};
        _cleanup_baseline_ struct baseline *old = with_stack(1, 1024);
        baseline_put_gauge(
            old, GAUGE_GOROUTINE,
            &(struct baseline_gauge){.present = true, .level = 100, .tolerance = NAN});
        _cleanup_baseline_ struct baseline *new = acceptance_tighten(&record, old, asked, &err);
        assert_string_equal(err.text, "");
        assert_true(new->gauges[GAUGE_GOROUTINE].level == (asked ? 0 : 100));
    }
    series_free(&record.series);
}

/* What cannot be tightened to a pass is not tightened. */
static void a_run_that_leaks_tightens_nothing(void **state)
{
    (void)state;
    struct run_record record = one_object_per_iteration();
    struct lg_error err = {0};
    add_function(&record.series, GAUGE_HEAP_STACK, "main.leak", one_each, 0, OBJECT_BYTES);
    _cleanup_baseline_ struct baseline *old = with_stack(3, 4096);
    assert_null(acceptance_tighten(&record, old, false, &err));
    assert_int_equal(err.class, LG_ERROR_INPUT);
    assert_non_null(strstr(err.text, "its verdict is leak"));
    series_free(&record.series);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heap_stacks_in_objects_and_bytes),
        cmocka_unit_test(an_exception_gets_the_terms_that_are_given),
        cmocka_unit_test(a_whole_gauge_in_bytes),
        cmocka_unit_test(levels_are_lowered_on_request),
        cmocka_unit_test(a_run_that_leaks_tightens_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
