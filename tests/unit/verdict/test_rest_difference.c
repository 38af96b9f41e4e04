/* What differs between two rests: holders by key, those of one rest alone too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "series_builder.h"
#include "verdict/rest_difference.h"

static void hold(struct series *series, size_t sample, const char *name, uint32_t value)
{
    uint32_t holder = holder_table_text(series->holders, GAUGE_FD, name);
    holding_list_add(&series->samples[sample].holdings,
                     (struct holding){.holder = holder, .value = value});
    holding_list_sum(&series->samples[sample].holdings);
    series->samples[sample].gauges[GAUGE_FD] += value;
}

static void hold_heap(struct series *series, size_t sample, const char *name, uint32_t objects,
                      uint64_t bytes)
{
    uint32_t function = holder_table_function(series->holders, name, strlen(name));
    uint32_t holder = holder_table_stack(series->holders, GAUGE_HEAP_STACK, &function, 1);
    holding_list_add(&series->samples[sample].holdings,
                     (struct holding){.holder = holder, .value = objects, .bytes = bytes});
    holding_list_sum(&series->samples[sample].holdings);
}

static void a_run_from_its_first_rest_to_its_last(void **state)
{
    (void)state;
    struct series series = build_two_loops(2);
    size_t last = series.count - 1;
    hold(&series, 0, "stays", 5);
    hold(&series, last, "stays", 5);
    hold(&series, 0, "goes", 2);
    hold(&series, last, "comes", 9);
    hold(&series, 3, "between", 100);
    hold_heap(&series, 0, "main.keep", 10, 100);
    hold_heap(&series, last, "main.keep", 10, 164);
    hold_heap(&series, last, "main.small", 20, 20); /* more objects, fewer bytes */
    _cleanup_ledger_ struct ledger *ledger = ledger_new(&series);
    _cleanup_rest_difference_ struct rest_difference difference = {0};
    struct rest from, to;
    assert_true(rests_of_run(ledger, &from, &to));
    rest_difference_make(from, to, &difference);
    assert_int_equal(difference.count, 4);
    assert_string_equal(difference.items[0].key, "comes");
    assert_true(difference.items[0].count.before == 0 && difference.items[0].count.after == 9);
    assert_string_equal(difference.items[1].key, "main.keep");
    assert_true(difference.items[1].bytes.before == 100 && difference.items[1].bytes.after == 164);
    assert_true(difference.items[1].count.before == 10 && difference.items[1].count.after == 10);
    assert_string_equal(difference.items[2].key, "main.small");
    assert_string_equal(difference.items[3].key, "goes");
    assert_true(difference.items[3].count.before == 2 && difference.items[3].count.after == 0);
    assert_true(difference.totals[GAUGE_FD].before == 7 && difference.totals[GAUGE_FD].after == 14);
    assert_true(isnan(difference.totals[GAUGE_CPU].before));
    series_free(&series);
}

static void two_runs_by_their_keys(void **state)
{
    (void)state;
    struct series one = build_series(1, 1), other = build_series(1, 2);
    hold(&one, one.count - 1, "a", 1);
    hold(&one, one.count - 1, "c", 3);
    hold(&other, other.count - 1, "c", 1); /* another number there */
    hold(&other, other.count - 1, "b", 4);
    _cleanup_ledger_ struct ledger *before = ledger_new(&one);
    _cleanup_ledger_ struct ledger *after = ledger_new(&other);
    _cleanup_rest_difference_ struct rest_difference difference = {0};
    struct rest unused, from, to;
    assert_true(rests_of_run(before, &unused, &from) && rests_of_run(after, &unused, &to));
    rest_difference_make(from, to, &difference);
    assert_int_equal(difference.count, 3);
    assert_string_equal(difference.items[0].key, "b");
    assert_string_equal(difference.items[1].key, "c");
    assert_true(difference.items[1].count.before == 3 && difference.items[1].count.after == 1);
    assert_string_equal(difference.items[2].key, "a");
    series_free(&one);
    series_free(&other);
}

static void a_run_without_samples_has_no_rest(void **state)
{
    (void)state;
    struct series none = {.holders = holder_table_new()};
    _cleanup_ledger_ struct ledger *ledger = ledger_new(&none);
    struct rest first, last;
    assert_false(rests_of_run(ledger, &first, &last));
    series_free(&none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_from_its_first_rest_to_its_last),
        cmocka_unit_test(two_runs_by_their_keys),
        cmocka_unit_test(a_run_without_samples_has_no_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
