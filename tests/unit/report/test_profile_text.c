/* Values and shares as pprof writes them (internal/measurement). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/memory.h"
#include "report/profile_text.h"

static void labels(void **state)
{
    (void)state;
    static const struct {
        int64_t value;
        const char *unit, *to, *label;
    } cases[] = {
        {0, "bytes", "auto", "0"},
        {1, "bytes", "auto", "1B"},
        {1023, "byte", "auto", "1023B"},
        {1024, "bytes", "auto", "1kB"},
        {-1536, "bytes", "minimum", "-1.50kB"},
        {525312, "bytes", "kB", "513kB"},
        {525313, "Bytes", "MB", "0.50MB"},
        {1, "bytes", "GB", "0"},
        {-1, "bytes", "GB", "0"},
        {INT64_MAX, "bytes", "auto", "8192PB"},
        {10000000, "nanoseconds", "auto", "10ms"},
        {30050000000, "nanoseconds", "minimum", "30.05s"},
        {7200, "seconds", "auto", "2hrs"},
        {0, "nanoseconds", "minimum", "0"},
        {1500, "ms", "s", "1.50s"},
        {17, "count", "minimum", "17"},
        {17, "count", "count", "17"},
        {17, "widgets", "widgets", "17widgets"},
        {17, "widgets", "auto", "17"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        _cleanup_free_ char *label = profile_label(cases[i].value, cases[i].unit, cases[i].to);
        assert_string_equal(label, cases[i].label);
    }
}

static void percentages(void **state)
{
    (void)state;
    static const struct {
        int64_t value, total;
        const char *percentage;
    } cases[] = {
        {1, 0, "    0%"},    {0, 7, "    0%"},        {7, 7, "  100%"},
        {-7, 7, "  100%"},   {9995, 10000, "  100%"}, {99949, 100000, "99.95%"},
        {1, 100, " 1.00%"},  {1, 101, " 0.99%"},      {1, 3, "33.33%"},
        {1, 1000, "  0.1%"}, {3, 2, "150.00%"},       {1, 100000000, "1e-06%"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        _cleanup_free_ char *percentage = profile_percentage(cases[i].value, cases[i].total);
        assert_string_equal(percentage, cases[i].percentage);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels),
        cmocka_unit_test(percentages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
