/* The report on a terminal: boxes, colours, and which status a result means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/memory.h"
#include "result/exit_status.h"
#include "report/console.h"
#include "report/screen_text.h"

static void assert_screen(const char *rows, size_t width, const char *expected)
{
    _cleanup_buffer_ struct buffer out = BUFFER_INIT(65536);
    _cleanup_json_ json_t *array = json_loads(rows, 0, NULL);
    _cleanup_strings_ struct string_list list = {0};
    assert_non_null(array);
    json_get_texts(array, &list);
    screen_box(&list, " s ", 2, width, &out);
    assert_string_equal(buffer_string(&out), expected);
}

static void test_screen_in_a_box(void **state)
{
    (void)state;
    assert_screen("[\"ab\", \"\", \"日本\", \"  \", \"\"]", 80,
                  "  ┌ s ───┐\n"
                  "  │ ab   │\n"
                  "  │      │\n"
                  "  │ 日本 │\n"
                  "  └──────┘\n");
    /* Of four or more equal rows, all but the first are only counted. */
    assert_screen("[\"abcdefghijklmnopqrstuvwxyz\", \"| |\", \"| |\", \"| |\", \"| |\", \"| |\","
                  " \"b\", \"\", \"\", \"\", \"c\"]",
                  80,
                  "  ┌ s ─────────────────────────┐\n"
                  "  │ abcdefghijklmnopqrstuvwxyz │\n"
                  "  │ | |                        │\n"
                  "  │ ⋮ 4 more rows like this    │\n"
                  "  │ b                          │\n"
                  "  │                            │\n"
                  "  │                            │\n"
                  "  │                            │\n"
                  "  │ c                          │\n"
                  "  └────────────────────────────┘\n");
    assert_screen("[\"abcdefgh\"]", 11,
                  "  ┌ s ────┐\n"
                  "  │ abcd… │\n"
                  "  └───────┘\n");
    assert_screen("[\"\\u001b[2J\\u0085\"]", 80,
                  "  ┌ s ────┐\n"
                  "  │ �[2J� │\n"
                  "  └───────┘\n");
    assert_screen("[\" \", \"\"]", 80,
                  "  ┌ s ─────────────────────┐\n"
                  "  │ (the screen was blank) │\n"
                  "  └────────────────────────┘\n");
}

static struct suite_result *suite_of_skipped(void)
{
    struct suite_result *suite = suite_new("out", "baselines", "--target x");
    scenario_skip(suite_add(suite, "a\x1b[31m", "a.yaml", NULL), "not here: tmux");
    suite->seconds = 112;
    return suite;
}

static void test_plain_text_without_a_terminal(void **state)
{
    (void)state;
    _cleanup_suite_ struct suite_result *suite = suite_of_skipped();
    _cleanup_buffer_ struct buffer out = BUFFER_INIT(65536);
    console_report(suite, (struct console_style){.width = 100}, &out);
    assert_string_equal(buffer_string(&out), "1 scenario · baselines/ · 1 min 52 s\n"
                                             "\n"
                                             "a�[31m  skipped  not here: tmux\n"
                                             "\n"
                                             "1 skipped. Report: out/index.html\n");
}

static void test_colours_where_asked_for(void **state)
{
    (void)state;
    _cleanup_suite_ struct suite_result *suite = suite_of_skipped();
    _cleanup_buffer_ struct buffer out = BUFFER_INIT(65536);
    console_report(suite, (struct console_style){.width = 100, .colour = true}, &out);
    assert_non_null(strstr(buffer_string(&out), "\033[33mskipped\033[0m"));
    assert_null(strstr(buffer_string(&out), "\033[31m"));
}

static void test_worst_status_counts(void **state)
{
    (void)state;
    static const int worst_first[] = {70, 2, 5, 1, 4, 3, 0};
    enum { COUNT = sizeof worst_first / sizeof *worst_first };
    for (size_t i = 0; i < COUNT; i++)
        for (size_t j = i; j < COUNT; j++) {
            assert_int_equal(worse_status(worst_first[i], worst_first[j]), worst_first[i]);
            assert_int_equal(worse_status(worst_first[j], worst_first[i]), worst_first[i]);
        }
}

static void add_verdict(struct suite_result *suite, enum verdict verdict)
{
    suite_add(suite, "s", "s.yaml", NULL)->verdict = verdict;
}

/* Until its last day, and not of what is leakgate's own fault. */
static void test_a_quarantine_forgives(void **state)
{
    (void)state;
    static const struct {
        const char *today;
        enum verdict verdict;
        int status;
    } cases[] = {
        {"2026-11-20", VERDICT_LEAK, EXIT_PASS},   {"2026-11-20", VERDICT_INCONCLUSIVE, EXIT_PASS},
        {"2026-11-20", VERDICT_FAILED, EXIT_PASS}, {"2026-11-30", VERDICT_LEAK, EXIT_PASS},
        {"2026-12-01", VERDICT_LEAK, EXIT_LEAK},   {"2026-11-20", VERDICT_FAILED, EXIT_INTERNAL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        _cleanup_suite_ struct suite_result *suite = suite_new("out", "baselines", "");
        struct scenario_result *scenario = suite_add(suite, "s", "s.yaml", NULL);
        scenario->verdict = cases[i].verdict;
        scenario->problem = cases[i].status == EXIT_INTERNAL     ? LG_ERROR_INTERNAL
                            : cases[i].verdict == VERDICT_FAILED ? LG_ERROR_TARGET
                                                                 : LG_ERROR_NONE;
        scenario->quarantine_reason = memory_copy_text("being mended");
        scenario->quarantine_until = memory_copy_text("2026-11-30");
        memcpy(scenario->today, cases[i].today, sizeof scenario->today);
        assert_int_equal(suite_exit_status(suite), cases[i].status);
    }
}

static void test_options_change_the_status(void **state)
{
    (void)state;
    _cleanup_suite_ struct suite_result *suite = suite_new("out", "baselines", "");
    assert_int_equal(suite_exit_status(suite), EXIT_NOTHING_JUDGED);
    add_verdict(suite, VERDICT_PASS);
    assert_int_equal(suite_exit_status(suite), EXIT_PASS);
    add_verdict(suite, VERDICT_SKIPPED);
    assert_int_equal(suite_exit_status(suite), EXIT_PASS);
    suite->require_all = true;
    suite->scenarios[1].without = true;
    assert_int_equal(suite_exit_status(suite), EXIT_PASS);
    suite->scenarios[1].without = false;
    assert_int_equal(suite_exit_status(suite), EXIT_NOTHING_JUDGED);
    add_verdict(suite, VERDICT_INCONCLUSIVE);
    assert_int_equal(suite_exit_status(suite), EXIT_INCONCLUSIVE);
    suite->only_leaks_fail = true;
    assert_int_equal(suite_exit_status(suite), EXIT_NOTHING_JUDGED);
    add_verdict(suite, VERDICT_FAILED);
    assert_int_equal(suite_exit_status(suite), EXIT_TARGET_FAILED);
    suite->signal = 2;
    assert_int_equal(suite_exit_status(suite), 130);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_screen_in_a_box),
        cmocka_unit_test(test_plain_text_without_a_terminal),
        cmocka_unit_test(test_colours_where_asked_for),
        cmocka_unit_test(test_worst_status_counts),
        cmocka_unit_test(test_a_quarantine_forgives),
        cmocka_unit_test(test_options_change_the_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
