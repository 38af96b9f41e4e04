/* The table of gauges, the names of phases, and adding up holdings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "probes/gauge.h"
#include "probes/sample.h"

static void every_gauge_is_found_by_its_name(void **state)
{
    (void)state;
    for (unsigned i = 0; i < GAUGE_COUNT; i++) {
        const struct gauge_info *info = gauge_info((enum gauge)i);
        assert_non_null(info->name);
        assert_non_null(info->text);
        assert_int_equal(gauge_by_name(info->name), i);
        assert_true(info->has_holders == (info->holder != NULL));
    }
    assert_int_equal(gauge_by_name("fds"), GAUGE_COUNT);
    assert_int_equal(gauge_by_name(""), GAUGE_COUNT);
}

static void where_nothing_is_collected_no_text_says_so(void **state)
{
    (void)state;
    static const enum gauge watched[] = {GAUGE_FD, GAUGE_HEAP_ALLOC, GAUGE_HEAP_OBJECTS};
    for (size_t i = 0; i < sizeof watched / sizeof watched[0]; i++) {
        assert_non_null(strstr(gauge_info(watched[i])->text, "forced collection"));
        assert_null(strstr(gauge_uncollected_text(watched[i]), "forced collection"));
    }
    assert_string_equal(gauge_uncollected_text(GAUGE_RSS), gauge_info(GAUGE_RSS)->text);
}

static void what_is_judged_and_how(void **state)
{
    (void)state;
    static const enum gauge floors[] = {GAUGE_FD,     GAUGE_GOROUTINE, GAUGE_INOTIFY_WATCH,
                                        GAUGE_CHILD,  GAUGE_ZOMBIE,    GAUGE_STATE_FILE,
                                        GAUGE_SESSION};
    unsigned count = 0;
    for (unsigned i = 0; i < GAUGE_COUNT; i++)
        count += gauge_info((enum gauge)i)->rule == RULE_FLOOR;
    assert_int_equal(count, sizeof floors / sizeof floors[0]);
    for (size_t i = 0; i < sizeof floors / sizeof floors[0]; i++)
        assert_int_equal(gauge_info(floors[i])->rule, RULE_FLOOR);
    assert_int_equal(gauge_info(GAUGE_HEAP_ALLOC)->rule, RULE_SLOPE);
    assert_int_equal(gauge_info(GAUGE_HEAP_STACK)->rule, RULE_STACK);
    assert_int_equal(gauge_info(GAUGE_GOROUTINE_LEAK)->rule, RULE_NONE);
    assert_true(gauge_info(GAUGE_CPU)->cumulative);
    assert_true(gauge_info(GAUGE_SPAWN)->cumulative);
    assert_true(gauge_info(GAUGE_OUTPUT)->cumulative);
    assert_false(gauge_info(GAUGE_FD)->cumulative);
}

static void every_phase_is_found_by_its_name(void **state)
{
    (void)state;
    for (unsigned i = 0; i < PHASE_COUNT; i++)
        assert_int_equal(phase_by_name(phase_name((enum phase)i)), i);
    assert_int_equal(phase_by_name("lunch"), PHASE_COUNT);
}

static void holdings_are_sorted_and_added_up(void **state)
{
    (void)state;
    struct sample sample = {0};
    static const struct holding added[] = {{7, 1, 10}, {2, 5, 0}, {7, 2, 20}, {0, 1, 1}, {2, 1, 0}};
    for (size_t i = 0; i < 5; i++)
        holding_list_add(&sample.holdings, added[i]);
    holding_list_sum(&sample.holdings);
    assert_int_equal(sample.holdings.count, 3);
    static const struct holding sums[] = {{0, 1, 1}, {2, 6, 0}, {7, 3, 30}};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(sample.holdings.items[i].holder, sums[i].holder);
        assert_int_equal(sample.holdings.items[i].value, sums[i].value);
        assert_int_equal(sample.holdings.items[i].bytes, sums[i].bytes);
    }
    sample_free(&sample);
    assert_null(sample.holdings.items);
    holding_list_sum(&sample.holdings);
    assert_int_equal(sample.holdings.count, 0);
}

static void a_sum_stops_at_the_largest_number(void **state)
{
    (void)state;
    struct holding holdings[] = {{1, UINT32_MAX, UINT64_MAX}, {1, 5, 5}};
    struct holding_list list = {holdings, 2, 2};
    holding_list_sum(&list);
    assert_int_equal(list.count, 1);
    assert_true(holdings[0].value == UINT32_MAX);
    assert_true(holdings[0].bytes == UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_gauge_is_found_by_its_name),
        cmocka_unit_test(where_nothing_is_collected_no_text_says_so),
        cmocka_unit_test(what_is_judged_and_how),
        cmocka_unit_test(every_phase_is_found_by_its_name),
        cmocka_unit_test(holdings_are_sorted_and_added_up),
        cmocka_unit_test(a_sum_stops_at_the_largest_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
