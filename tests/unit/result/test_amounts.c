/* Amounts as people read them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "result/amounts.h"

static void test_amounts(void **state)
{
    (void)state;
    static const struct {
        enum gauge gauge;
        double value;
        const char *amount, *growth;
    } cases[] = {
        {GAUGE_FD, 25, "25", "+25.00"},
        {GAUGE_FD, 0.5, "0.50", "+0.50"},
        {GAUGE_FD, -1, "-1", "-1.00"},
        {GAUGE_HEAP_ALLOC, 90, "90 B", "+90 B"},
        {GAUGE_HEAP_ALLOC, 6815744, "6.5 MiB", "+6.5 MiB"},
        {GAUGE_HEAP_ALLOC, -2048, "-2.0 KiB", "-2.0 KiB"},
        {GAUGE_CPU, 0.1, "0.10 s", "+0.10 s"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(amount_text(cases[i].gauge, cases[i].value).text, cases[i].amount);
        assert_string_equal(growth_text(cases[i].gauge, cases[i].value).text, cases[i].growth);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_amounts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
