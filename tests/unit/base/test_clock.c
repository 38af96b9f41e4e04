/* Moments as text, and deadlines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../virtual_time.h"
#include "base/clock.h"

static void test_a_moment_after_another(void **state)
{
    (void)state;
    static const struct {
        const char *start;
        double seconds;
        const char *expected;
    } cases[] = {
        {"2026-11-23T12:00:00Z", 0, "2026-11-23T12:00:00.000Z"},
        {"2026-11-23T12:00:00Z", 10.2504, "2026-11-23T12:00:10.250Z"},
        {"2026-12-31T23:59:59Z", 1, "2027-01-01T00:00:00.000Z"},
        {"2028-02-28T23:00:00Z", 3600, "2028-02-29T00:00:00.000Z"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char moment[25];
        assert_true(clock_timestamp_after(cases[i].start, cases[i].seconds, moment));
        assert_string_equal(moment, cases[i].expected);
    }
}

static void test_what_is_no_moment(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",     "2026-11-23",           "2026-11-23T12:00:00",
                                        "=1+1", "2026-11-23T12:00:00+", "0000-01-01T00:00:00Z"};
    char moment[25] = "kept";
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(clock_timestamp_after(wrong[i], 1, moment));
    assert_false(clock_timestamp_after("2026-11-23T12:00:00Z", -1, moment));
    assert_false(clock_timestamp_after("2026-11-23T12:00:00Z", 1e300, moment));
    assert_string_equal(moment, "kept");
}

static void test_a_negative_time_is_never(void **state)
{
    (void)state;
    assert_true(clock_deadline(-1) == CLOCK_NEVER);
    assert_int_equal(clock_remaining_ms(CLOCK_NEVER), -1);
    assert_int_equal(clock_remaining_ms(clock_now()), 0);
    assert_int_equal(clock_remaining_ms(clock_now() + NS_PER_MS), 1);
    assert_int_equal(clock_remaining_ms(clock_now() + NS_PER_MS + 1), 2);
    assert_true(clock_deadline(60000) < clock_now() + 61 * NS_PER_SECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_moment_after_another),
        cmocka_unit_test(test_what_is_no_moment),
        cmocka_unit_test(test_a_negative_time_is_never),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
