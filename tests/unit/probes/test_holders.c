/* Interning: the same thing has one number, different things have different ones, and many are
 * small. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "probes/holders.h"

static void numbers_are_dense_and_stay(void **state)
{
    (void)state;
    struct holder_table *table = holder_table_new();
    assert_int_equal(holder_table_text(table, GAUGE_FD, "pipe"), 0);
    assert_int_equal(holder_table_text(table, GAUGE_FD, "/dev/null"), 1);
    uint32_t stack[] = {holder_table_function(table, "main.run", 8),
                        holder_table_function(table, "main.main.func1", 9)};
    assert_int_equal(holder_table_stack(table, GAUGE_GOROUTINE, stack, 2), 2);
    assert_int_equal(holder_table_text(table, GAUGE_FD, "pipe"), 0);
    assert_int_equal(holder_table_stack(table, GAUGE_GOROUTINE, stack, 2), 2);
    assert_int_equal(holder_table_count(table), 3);
    assert_int_equal(holder_table_function_count(table), 2);

    struct holder pipe = holder_table_get(table, 0);
    assert_string_equal(pipe.text, "pipe");
    assert_null(pipe.functions);
    struct holder goroutine = holder_table_get(table, 2);
    assert_int_equal(goroutine.gauge, GAUGE_GOROUTINE);
    assert_null(goroutine.text);
    assert_int_equal(goroutine.depth, 2);
    assert_string_equal(holder_table_function_name(table, goroutine.functions[0]), "main.run");
    assert_string_equal(holder_table_function_name(table, goroutine.functions[1]), "main.main");
    holder_table_free(table);
}

static void what_differs_in_anything_is_another(void **state)
{
    (void)state;
    struct holder_table *table = holder_table_new();
    const uint32_t stack[] = {0x65706970}; /* the bytes of "pipe" */
    assert_int_equal(holder_table_text(table, GAUGE_FD, "pipe"), 0);
    assert_int_equal(holder_table_text(table, GAUGE_CHILD, "pipe"), 1);
    assert_int_equal(holder_table_stack(table, GAUGE_FD, stack, 1), 2);
    assert_int_equal(holder_table_stack(table, GAUGE_HEAP_STACK, stack, 1), 3);
    assert_int_equal(holder_table_stack(table, GAUGE_GOROUTINE, NULL, 0), 4);
    assert_int_equal(holder_table_stack(table, GAUGE_HEAP_STACK, NULL, 0), 5);
    assert_int_equal(holder_table_text(table, GAUGE_FD, ""), 6);
    assert_string_equal(holder_table_get(table, 6).text, "");
    assert_int_equal(holder_table_get(table, 4).depth, 0);
    holder_table_free(table);
}

static void a_name_ends_at_its_first_nul(void **state)
{
    (void)state;
    struct holder_table *table = holder_table_new();
    assert_int_equal(holder_table_function(table, "a\0b", 3), 0);
    assert_int_equal(holder_table_function(table, "a", 1), 0);
    holder_table_free(table);
}

enum { STACKS = 10000, DEPTH = 20, FUNCTIONS = 2000 };

static void fill_stack(uint32_t number, uint32_t stack[DEPTH])
{
    for (uint32_t i = 0; i < DEPTH; i++)
        stack[i] = (number * 31 + i * 7) % FUNCTIONS;
    stack[0] = number % FUNCTIONS;
    stack[1] = number / FUNCTIONS;
}

static void ten_thousand_stacks_take_a_few_megabytes(void **state)
{
    (void)state;
    struct holder_table *table = holder_table_new();
    const char *first = NULL;
    for (uint32_t i = 0; i < FUNCTIONS; i++) {
        char name[64];
        int length = snprintf(name, sizeof name, "example.com/program/package.(*Type).method%u", i);
        assert_int_equal(holder_table_function(table, name, (size_t)length), i);
        if (i == 0)
            first = holder_table_function_name(table, 0);
    }
    uint32_t stack[DEPTH];
    for (unsigned round = 0; round < 2; round++)
        for (uint32_t i = 0; i < STACKS; i++) {
            fill_stack(i, stack);
            assert_int_equal(holder_table_stack(table, GAUGE_HEAP_STACK, stack, DEPTH), i);
        }
    fill_stack(1234, stack);
    assert_memory_equal(holder_table_get(table, 1234).functions, stack, sizeof stack);
    assert_int_equal(holder_table_count(table), STACKS);
    assert_true(holder_table_bytes(table) < 3 * 1024 * 1024);
    assert_ptr_equal(first, holder_table_function_name(table, 0));
    holder_table_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_dense_and_stay),
        cmocka_unit_test(what_differs_in_anything_is_another),
        cmocka_unit_test(a_name_ends_at_its_first_nul),
        cmocka_unit_test(ten_thousand_stacks_take_a_few_megabytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
