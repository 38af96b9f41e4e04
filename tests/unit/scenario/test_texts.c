/* What single texts of the language mean: keys, durations, ranges, sizes, paths, references. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/strings.h"
#include "scenario/expand.h"
#include "scenario/key_name.h"
#include "scenario/value.h"

static void test_keys(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum key_code code;
        uint32_t character;
        unsigned modifiers;
    } cases[] = {
        {"j", KEY_CHARACTER, 'j', 0},
        {"@", KEY_CHARACTER, '@', 0},
        {" ", KEY_CHARACTER, ' ', 0},
        {"Space", KEY_CHARACTER, ' ', 0},
        {"-", KEY_CHARACTER, '-', 0},
        {"é", KEY_CHARACTER, 0xe9, 0},
        {"◱", KEY_CHARACTER, 0x25f1, 0},
        {"😀", KEY_CHARACTER, 0x1f600, 0},
        {"Enter", KEY_ENTER, 0, 0},
        {"Escape", KEY_ESCAPE, 0, 0},
        {"PageDown", KEY_PAGE_DOWN, 0, 0},
        {"F1", KEY_FUNCTION, 1, 0},
        {"F12", KEY_FUNCTION, 12, 0},
        {"Ctrl-n", KEY_CHARACTER, 'n', KEY_CTRL},
        {"Ctrl-\\", KEY_CHARACTER, '\\', KEY_CTRL},
        {"Ctrl--", KEY_CHARACTER, '-', KEY_CTRL},
        {"Alt-Shift-Up", KEY_UP, 0, KEY_ALT | KEY_SHIFT},
        {"Shift-Alt-Up", KEY_UP, 0, KEY_ALT | KEY_SHIFT},
        {"Ctrl-Alt-Shift-F5", KEY_FUNCTION, 5, KEY_CTRL | KEY_ALT | KEY_SHIFT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct key key = {0};
        const char *nearest = "";
        assert_true(key_parse(cases[i].name, &key, &nearest));
        assert_int_equal(key.code, cases[i].code);
        assert_int_equal(key.character, cases[i].character);
        assert_int_equal(key.modifiers, cases[i].modifiers);
    }
}

static void test_what_is_no_key(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *nearest;
    } cases[] = {
        {"", NULL},
        {"jj", NULL},
        {"\n", NULL},
        {"\x7f", NULL},
        {"\xc2\x85", NULL},
        {"\xff", NULL},
        {"F0", NULL},
        {"F13", NULL},
        {"Ctrl-", NULL},
        {"Ctrl-Ctrl-a", NULL},
        {"Ctrl-jj", NULL},
        {"Entr", "Enter"},
        {"enter", "Enter"},
        {"Esc", "Escape"},
        {"PgUp", "PageUp"},
        {"Pageup", "PageUp"},
        {"Return", "Enter"},
        {"ctrl-n", "Ctrl-"},
        {"C-n", "Ctrl-"},
        {"Alt+x", "Alt-"},
        {"Ctrl-Entr", "Enter"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct key key = {.character = 99};
        const char *nearest = NULL;
        assert_false(key_parse(cases[i].name, &key, &nearest));
        assert_int_equal(key.character, 99);
        if (!text_equal(nearest, cases[i].nearest))
            fail_msg("%s: %s", cases[i].name, nearest != NULL ? nearest : "NULL");
    }
}

static void test_durations(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {{"0s", 0},      {"1ms", 1},      {"100ms", 100},    {"5s", 5000},  {"90s", 90000},
                 {"2m", 120000}, {"1h", 3600000}, {"24h", 86400000}, {"007s", 7000}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ms = -1;
        assert_true(duration_parse(cases[i].text, &ms));
        assert_int_equal(ms, cases[i].ms);
    }
    static const char *const bad[] = {"",   "5",    "s",   "5 s", "-5s", "1.5s",
                                      "5S", "5sec", "25h", "5d",  "+5s", "999999999ms"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t ms = -1;
        assert_false(duration_parse(bad[i], &ms));
        assert_int_equal(ms, -1);
    }
}

static void test_durations_as_text(void **state)
{
    (void)state;
    static const char *const texts[] = {"0s", "1ms", "1500ms", "5s", "2m", "90s", "1h", "61m"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        int64_t ms = -1;
        assert_true(duration_parse(texts[i], &ms));
        _cleanup_free_ char *text = duration_text(ms);
        assert_string_equal(text, texts[i]);
    }
}

static void test_ranges(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        struct range range;
    } cases[] = {{"0", {0, 0}},    {"-1", {-1, -1}},     {"0..-1", {0, -1}},  {"1..-2", {1, -2}},
                 {"3..7", {3, 7}}, {"-5..-1", {-5, -1}}, {"-8..30", {-8, 30}}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct range range = {99, 99};
        assert_true(range_parse(cases[i].text, &range));
        assert_int_equal(range.first, cases[i].range.first);
        assert_int_equal(range.last, cases[i].range.last);
        _cleanup_free_ char *text = range_text(range);
        assert_string_equal(text, cases[i].text);
    }
    static const char *const bad[] = {"",     "a",      "1..",     "..2",   "1...2", "1-3",
                                      "5..2", "-1..-5", "0..1001", "1..2x", "--1",   "1 ..2"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct range range;
        assert_false(range_parse(bad[i], &range));
    }
}

static void test_sizes_and_modes(void **state)
{
    (void)state;
    int columns = 0, rows = 0;
    assert_true(size_parse("120x40", &columns, &rows));
    assert_int_equal(columns, 120);
    assert_int_equal(rows, 40);
    assert_true(size_parse("1000x500", &columns, &rows));
    static const char *const bad[] = {"",     "120",      "120x",    "x40",   "1001x40", "120x501",
                                      "1x40", "120x40x2", " 120x40", "-5x40", "120X40"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(size_parse(bad[i], &columns, &rows));

    mode_t mode = 0;
    assert_true(mode_parse("0755", &mode) && mode == 0755);
    assert_true(mode_parse("600", &mode) && mode == 0600);
    assert_false(mode_parse("4755", &mode));
    assert_false(mode_parse("0798", &mode));
}

static void test_paths(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *path; /* NULL: refused */
    } cases[] = {
        {"run/log", "run/log"},
        {"${world}/run/log", "run/log"},
        {"${world}", ""},
        {"${project.p1}", "p1"},
        {"${project.p1}/a/b", "p1/a/b"},
        {"run/${i}", "run/${i}"},
        {"..hidden", "..hidden"},
        {"", NULL},
        {"/etc/passwd", NULL},
        {"..", NULL},
        {"a/../b", NULL},
        {"${world}/../x", NULL},
        {"${world}x", NULL},
        {"${project.p1}/../../x", NULL},
        {"${project.../x}", NULL},
        {"a/${world}", NULL},
        {"a/${now}", "a/${now}"},
        {"${day}/x", "${day}/x"},
        {"a//b", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct refusal refusal = {0};
        _cleanup_free_ char *path = world_path(cases[i].text, &refusal);
        if (!text_equal(path, cases[i].path))
            fail_msg("%s: %s", cases[i].text, path != NULL ? path : "NULL");
        assert_true((path == NULL) == (refusal.text[0] != '\0'));
    }
}

static bool look_up(void *context, const char *name, struct buffer *out)
{
    (void)context;
    bool known = strcmp(name, "i") == 0 || strcmp(name, "text") == 0;
    if (known)
        buffer_text(out, strcmp(name, "i") == 0 ? "7" : "${i}");
    return known;
}

static void test_expansion(void **state)
{
    (void)state;
    static const struct {
        const char *template;
        const char *text;
    } cases[] = {
        {"", ""},
        {"nothing", "nothing"},
        {"${i}", "7"},
        {"a${i}b${i}", "a7b7"},
        {"$${i}", "${i}"},
        {"$${$${", "${${"},
        {"$i $ {i} $$", "$i $ {i} $$"},
        {"${text}", "${i}"}, /* a value is not expanded again */
        {"}${i}}", "}7}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lg_error err = {0};
        _cleanup_free_ char *text = expand(cases[i].template, look_up, NULL, &err);
        assert_non_null(text);
        assert_string_equal(text, cases[i].text);
    }
}

static void test_what_cannot_be_expanded(void **state)
{
    (void)state;
    struct lg_error err = {0};
    assert_null(expand("a ${unknown} b", look_up, NULL, &err));
    assert_string_equal(err.text, "unknown reference ${unknown}");
    assert_int_equal(err.class, LG_ERROR_INPUT);
    assert_null(expand("${i} ${", look_up, NULL, &err));
    assert_non_null(strstr(err.text, "without \"}\""));
    assert_null(expand("${}", look_up, NULL, &err));
    assert_null(expand("${unknown}", look_up, NULL, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_what_is_no_key),
        cmocka_unit_test(test_durations),
        cmocka_unit_test(test_durations_as_text),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_sizes_and_modes),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_expansion),
        cmocka_unit_test(test_what_cannot_be_expanded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
