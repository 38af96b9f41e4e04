/* Strings, buffers and dates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/strings.h"

static void a_buffer_refuses_what_is_over_its_maximum(void **state)
{
    (void)state;
    _cleanup_buffer_ struct buffer buffer = BUFFER_INIT(5);
    assert_true(buffer_append_limited(&buffer, "abc", 3));
    assert_false(buffer_append_limited(&buffer, "def", 3));
    assert_true(buffer.overflowed);
    assert_string_equal(buffer_string(&buffer), "abc");
    assert_true(buffer_append_limited(&buffer, "d", 1));
    _cleanup_free_ char *taken = buffer_take(&buffer);
    assert_string_equal(taken, "abcd");
    assert_string_equal(buffer_string(&buffer), "");
}

static void the_nearest_word_is_suggested_only_when_it_is_near(void **state)
{
    (void)state;
    const char *const words[] = {"press", "type", "paste", "settle"};
    assert_string_equal(text_nearest("pres", words, 4), "press");
    assert_string_equal(text_nearest("setle", words, 4), "settle");
    assert_string_equal(text_nearest("rnu", (const char *const[]){"ruin", "run"}, 2), "run");
    assert_null(text_nearest("nur", (const char *const[]){"run"}, 1));
    assert_null(text_nearest("completely", words, 4));
    assert_null(text_nearest("x", words, 4));
}

static void a_process_is_known_by_its_whole_name(void **state)
{
    (void)state;
    assert_true(text_same_process("vi (12)", "vi (13)"));
    assert_true(text_same_process("a (b) (12)", "a (b) (13)"));
    assert_false(text_same_process("vi (12)", "vim (12)"));
    assert_false(text_same_process("vim (12)", "vi (12)"));
}

static void a_character_has_its_columns(void **state)
{
    (void)state;
    const struct {
        uint32_t character;
        unsigned columns;
    } cases[] = {
        {'a', 1},    {0xe9, 1},   {0x25be, 1},               /* é ▾ */
        {0x65e5, 2}, {0xac00, 2}, {0x1f600, 2},              /* 日 가 and a face */
        {0x301, 0},  {0x200d, 0}, {0xfe0f, 0},               /* acute, joiner, variation */
        {0x1161, 0}, {0x1b, 1},   {0x378, 1},   {0xffff, 1}, /* a vowel of Hangul; no characters */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(utf8_columns(cases[i].character), cases[i].columns);
}

struct utf8_case {
    const char *bytes;
    size_t length;
    size_t expected;
};

static void utf8_is_told_from_what_only_looks_like_it(void **state)
{
    (void)state;
    const struct utf8_case cases[] = {
        {"a", 1, 1},
        {"\xc3\xa9", 2, 2},
        {"\xe2\x97\xb1", 3, 3},
        {"\xf0\x9f\x98\x80", 4, 4},
        {"\xc3", 1, 0},             /* cut off */
        {"\xc0\xaf", 2, 0},         /* overlong */
        {"\xe0\x80\xaf", 3, 0},     /* overlong */
        {"\xed\xa0\x80", 3, 0},     /* surrogate */
        {"\xf4\x90\x80\x80", 4, 0}, /* over U+10FFFF */
        {"\x9b", 1, 0},             /* a lone C1 control */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(utf8_length(cases[i].bytes, cases[i].length), cases[i].expected);
}

static void harmless_text_cannot_act_on_a_terminal(void **state)
{
    (void)state;
    _cleanup_free_ char *line = text_harmless("a\x1b[31mb\nc\xc2\x9b"
                                              "d\xff\xe2\x80\xae\xd8\x9c",
                                              false);
    assert_string_equal(line, "a\xef\xbf\xbd[31mb\xef\xbf\xbd"
                              "c\xef\xbf\xbd"
                              "d\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    _cleanup_free_ char *lines = text_harmless("a\n\tb\r", true);
    assert_string_equal(lines, "a\n\tb\xef\xbf\xbd");
}

static void harmless_text_is_no_command_of_a_build(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"::error::owned", ": :error::owned"},
        {"  ::add-mask::e", "  : :add-mask::e"},
        {"\xc2\xa0::error::after a blank of .NET", "\xc2\xa0: :error::after a blank of .NET"},
        {"###[error]owned", "## #[error]owned"},
        {"a ##vso[task.complete]", "a # #vso[task.complete]"},
        {"std::sort of ::1 ## 7", "std::sort of ::1 ## 7"},
        {"::", "::"},
        {"##", "##"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        _cleanup_free_ char *line = text_harmless(pairs[i][0], false);
        assert_string_equal(line, pairs[i][1]);
    }
}

static void dates_are_those_of_the_calendar(void **state)
{
    (void)state;
    assert_true(clock_is_date("2028-02-29"));
    assert_false(clock_is_date("2027-02-29"));
    assert_false(clock_is_date("2027-13-01"));
    assert_false(clock_is_date("2027-1-1"));
    assert_false(clock_is_date("2027-01-01x"));
    assert_int_equal(clock_days_between("2026-12-31", "2027-01-14"), 14);
    assert_int_equal(clock_days_between("2027-01-14", "2026-12-31"), -14);
}

static void durations_are_written_for_people(void **state)
{
    (void)state;
    char text[32];
    clock_describe(850 * NS_PER_MS, text, sizeof text);
    assert_string_equal(text, "850 ms");
    clock_describe(112 * NS_PER_SECOND, text, sizeof text);
    assert_string_equal(text, "1 min 52 s");
}

static void an_error_gets_its_context_outermost_first(void **state)
{
    (void)state;
    struct lg_error err = {0};
    assert_false(lg_fail(&err, LG_ERROR_INPUT, 0, "no such key"));
    assert_false(lg_context(&err, "scenario"));
    assert_string_equal(err.text, "scenario: no such key");
    assert_int_equal(lg_exit_status(err.class), EXIT_INPUT);
    assert_int_equal(lg_exit_status(LG_ERROR_TARGET), EXIT_TARGET_FAILED);
    assert_int_equal(lg_exit_status(LG_ERROR_INTERNAL), EXIT_INTERNAL);
}

static void a_grown_array_is_zero_where_it_is_new(void **state)
{
    (void)state;
    size_t capacity = 0;
    int *items = memory_grow(NULL, &capacity, 3, sizeof *items);
    items[0] = 7;
    size_t before = capacity;
    items = memory_grow(items, &capacity, before + 1, sizeof *items);
    assert_true(capacity > before);
    assert_int_equal(items[0], 7);
    for (size_t i = before; i < capacity; i++)
        assert_int_equal(items[i], 0);
    free(items);
}

static void test_shell_words(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"tab-cycle", "tab-cycle"}, {"fd anon_inode:[eventpoll]", "'fd anon_inode:[eventpoll]'"},
        {"it's", "'it'\\''s'"},     {"", "''"},
        {"$(rm)", "'$(rm)'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        _cleanup_free_ char *quoted = shell_quoted(cases[i][0]);
        assert_string_equal(quoted, cases[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shell_words),
        cmocka_unit_test(a_buffer_refuses_what_is_over_its_maximum),
        cmocka_unit_test(the_nearest_word_is_suggested_only_when_it_is_near),
        cmocka_unit_test(a_process_is_known_by_its_whole_name),
        cmocka_unit_test(a_character_has_its_columns),
        cmocka_unit_test(utf8_is_told_from_what_only_looks_like_it),
        cmocka_unit_test(harmless_text_cannot_act_on_a_terminal),
        cmocka_unit_test(harmless_text_is_no_command_of_a_build),
        cmocka_unit_test(dates_are_those_of_the_calendar),
        cmocka_unit_test(durations_are_written_for_people),
        cmocka_unit_test(an_error_gets_its_context_outermost_first),
        cmocka_unit_test(a_grown_array_is_zero_where_it_is_new),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
