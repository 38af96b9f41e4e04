/* Widths, cutting, wrapping and amounts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "report/text_layout.h"

static void test_columns(void **state)
{
    (void)state;
    assert_int_equal(text_columns(""), 0);
    assert_int_equal(text_columns("p1 ▾"), 4);
    assert_int_equal(text_columns("日本"), 4);
    assert_int_equal(text_columns("e\xcc\x81"), 1); /* combining acute */
    assert_int_equal(text_columns("a\xff"), 2);
}

static void assert_cut(const char *text, size_t columns, const char *expected)
{
    _cleanup_free_ char *cut = text_cut(text, columns);
    assert_string_equal(cut, expected);
}

static void test_cut(void **state)
{
    (void)state;
    assert_cut("abc", 3, "abc");
    assert_cut("abcd", 3, "ab…");
    assert_cut("日本語", 5, "日本…");
    assert_cut("日本語", 4, "日…");
    assert_cut("abc", 1, "…");
    assert_cut("abc", 0, "");
}

static void assert_wrapped(const char *text, size_t width, const char *expected)
{
    _cleanup_buffer_ struct buffer out = BUFFER_INIT(4096);
    text_wrap(&out, text, 2, 2, width);
    assert_string_equal(buffer_string(&out), expected);
}

static void test_wrap(void **state)
{
    (void)state;
    assert_wrapped("one two three", 9, "one two\n  three");
    assert_wrapped("one two three", 80, "one two three");
    assert_wrapped("averylongword x", 6, "averylongword\n  x");
    assert_wrapped("two  blanks", 80, "two  blanks");
    assert_wrapped("", 80, "");
}

static void test_pad(void **state)
{
    (void)state;
    _cleanup_buffer_ struct buffer out = BUFFER_INIT(4096);
    text_pad(&out, "日", 4);
    text_pad(&out, "longer", 3);
    assert_string_equal(buffer_string(&out), "日  longer");
}

static void test_processes(void **state)
{
    (void)state;
    static const char *const processes[] = {"sh (12)",    "sleep (14)",   "tmux: server (9)",
                                            "sleep (15)", "(sd-pam) (7)", "sleep (99)",
                                            "nameless"};
    _cleanup_strings_ struct string_list list = {0};
    _cleanup_free_ char *none = processes_describe(&list);
    assert_string_equal(none, "");
    for (size_t i = 0; i < sizeof processes / sizeof *processes; i++)
        string_list_add(&list, processes[i]);
    _cleanup_free_ char *all = processes_describe(&list);
    assert_string_equal(all, "sh (12), sleep (3 of them, the first 14), tmux: server (9), "
                             "(sd-pam) (7), nameless");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns),   cmocka_unit_test(test_cut),
        cmocka_unit_test(test_wrap),      cmocka_unit_test(test_pad),

        cmocka_unit_test(test_processes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
