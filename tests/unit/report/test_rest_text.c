/* What differs between two rests, as a table: so many holders of each gauge. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "report/rest_text.h"

static void so_many_of_each_gauge(void **state)
{
    (void)state;
    struct holder_table *table = holder_table_new();
    uint32_t function = holder_table_function(table, "main.keep", 9);
    uint32_t stack = holder_table_stack(table, GAUGE_HEAP_STACK, &function, 1);
    uint32_t text = holder_table_text(table, GAUGE_FD, "pipe");
    struct holder_difference items[] = {
        {GAUGE_HEAP_STACK, "main.keep", {2, 5}, {64, 1088}, table, stack},
        {GAUGE_HEAP_STACK, "main.small", {2, 1}, {16, 8}, table, stack},
        {GAUGE_FD, "pipe", {3, 9}, {0, 0}, table, text},
        {GAUGE_FD, "socket", {0, 1}, {0, 0}, table, text},
        {GAUGE_HEAP_STACK, "main.less", {1, 0}, {8, 0}, table, stack},
    };
    struct rest_difference difference = {.items = items, .count = COUNT_OF(items)};
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++)
        difference.totals[gauge] = (struct held){NAN, NAN};
    difference.totals[GAUGE_FD] = (struct held){3, 10};
    _cleanup_buffer_ struct buffer out = {0};
    rest_difference_text(&difference, NULL, 2, &out);
    assert_string_equal(buffer_string(&out),
                        "GAUGE  BEFORE  AFTER  GROWTH\n"
                        "fd     3       10     +7.00\n"
                        "\n"
                        "GAUGE       BYTES     BEFORE  AFTER  GROWTH  SOURCE  HOLDER\n"
                        "heap_stack  +1.0 KiB  2       5      +3.00           main.keep\n"
                        "heap_stack  -8 B      2       1      -1.00           main.small\n"
                        "fd                    3       9      +6.00           pipe\n"
                        "fd                    0       1      +1.00           socket\n"
                        "heap_stack  -8 B      1       0      -1.00           main.less\n");
    buffer_clear(&out);
    rest_difference_text(&difference, NULL, 1, &out);
    assert_null(strstr(buffer_string(&out), "main.small"));
    assert_null(strstr(buffer_string(&out), "socket"));
    assert_non_null(strstr(buffer_string(&out), "main.less"));
    assert_non_null(strstr(buffer_string(&out), "\nand 2 more\n"));
    buffer_clear(&out);
    rest_difference_text(&difference, NULL, 0, &out);
    assert_non_null(strstr(buffer_string(&out), "main.small"));
    assert_non_null(strstr(buffer_string(&out), "socket"));
    assert_null(strstr(buffer_string(&out), " more\n"));
    holder_table_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(so_many_of_each_gauge)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
