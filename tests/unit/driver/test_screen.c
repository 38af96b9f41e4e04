/* What a wait can ask of a screen, and what it says when the answer is no. */
#include "terminal_helpers.h"

#include "base/limits.h"
#include "driver/screen.h"

#define EVERYWHERE ((struct range){0, -1})

/* Six rows of twenty columns: a bar, two panes, a footer. */
static struct terminal *example(void)
{
    struct terminal *terminal = new_terminal(6, 20);
    feed(terminal,
         "\x1b[1;1H Git Files     p1 ▾\x1b[2;1HFiles    │ readme\x1b[3;1H  日本.txt│ one\x1b[4;1H"
         "  b.go   │ two\x1b[6;1Hq quit\x1b]2;sidecar p1\a");
    return terminal;
}

static struct screen_match *match_for(const char *text, const char *gone, const char *regex,
                                      const char *title, struct range rows,
                                      const struct region *region)
{
    struct string_list texts = {0};
    struct string_list absent = {0};
    struct lg_error err = {0};
    if (text != NULL)
        string_list_add(&texts, text);
    if (gone != NULL)
        string_list_add(&absent, gone);
    struct screen_match *match =
        screen_match_new(&texts, &absent, regex, title, rows, region, &err);
    assert_non_null(match);
    assert_int_equal(texts.count + absent.count, 0); /* they are the match's now */
    return match;
}

static const struct {
    const char *text, *gone, *regex, *title;
    struct range rows;
    const char *missing; /* NULL: it matches */
} waits[] = {
    {.text = "Files", .rows = {0, -1}},
    {.text = "Files", .rows = {1, 1}},
    {.text = "Files", .rows = {2, -1}, .missing = "text \"Files\" is not shown in rows 2..5"},
    {.text = "quit", .rows = {-1, -1}},
    {.text = "quit", .rows = {0, -2}, .missing = "text \"quit\" is not shown in rows 0..4"},
    {.text = "p1 ▾", .rows = {0, 0}},
    {.text = "日本.txt", .rows = {0, -1}},
    {.text = "readme  日本",
     .rows = {0, -1},
     .missing = "text \"readme  日本\" is not shown in rows 0..5"}, /* spans rows */
    {.text = "quit", .rows = {3, 3}, .missing = "text \"quit\" is not shown in row 3"},
    {.text = "quit",
     .rows = {9, 12},
     .missing = "text \"quit\" is not shown in rows 9..12, none of which is on the screen"},
    {.gone = "Commit", .rows = {0, -1}},
    {.gone = "Files", .rows = {0, -1}, .missing = "text \"Files\" is still shown in rows 0..5"},
    {.gone = "Files", .rows = {9, 12}},
    {.text = "b.go", .gone = "a.go", .regex = "two$", .title = "p1", .rows = {0, -1}},
    {.text = "a.go",
     .gone = "b.go",
     .regex = "three$",
     .title = "p2",
     .rows = {0, -1},
     .missing =
         "text \"a.go\" is not shown in rows 0..5; text \"b.go\" is still shown in rows 0..5; "
         "regular expression \"three$\" does not match rows 0..5; "
         "the title \"sidecar p1\" does not contain \"p2\""},
    {.title = "sidecar", .rows = {0, -1}},
    {.regex = "^Files +│ readme$", .rows = {0, -1}},
    {.regex = "one\\n  b", .rows = {0, -1}},
    {.regex = "^\\W+日本", .rows = {0, -1}},
    {.regex = "^.{4}\\.txt", .rows = {2, 2}}, /* characters, not bytes */
    {.regex = "^$", .rows = {4, 4}},
    {.regex = "Files",
     .rows = {2, 4},
     .missing = "regular expression \"Files\" does not match rows 2..4"},
};

static void test_waits(void **state)
{
    (void)state;
    struct terminal *terminal = example();
    for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
        struct lg_error err = {0};
        struct screen_match *match = match_for(waits[i].text, waits[i].gone, waits[i].regex,
                                               waits[i].title, waits[i].rows, NULL);
        char *missing = screen_missing(match, terminal);
        assert_string_equal(missing, waits[i].missing != NULL ? waits[i].missing : "");
        assert_int_equal(screen_matches(match, terminal, &err), waits[i].missing == NULL);
        assert_int_equal(err.class, LG_ERROR_NONE);
        free(missing);
        screen_match_free(match);
    }
    terminal_free(terminal);
}

static void test_region_outranks_rows(void **state)
{
    (void)state;
    struct terminal *terminal = example();
    const struct region pane = {.name = "pane", .rows = {1, -2}, .columns = {11, -1}};
    struct screen_match *match =
        match_for("one", "Files", "^readme\n one", NULL, (struct range){5, 5}, &pane);
    assert_true(screen_matches(match, terminal, NULL));
    screen_match_free(match);
    match = match_for("Files", NULL, NULL, NULL, EVERYWHERE, &pane);
    assert_false(screen_matches(match, terminal, NULL));
    char *missing = screen_missing(match, terminal);
    assert_string_equal(missing, "text \"Files\" is not shown in region pane");
    free(missing);
    screen_match_free(match);
    terminal_free(terminal);
}

static void test_no_match_while_a_frame_is_drawn(void **state)
{
    (void)state;
    struct terminal *terminal = example();
    struct screen_match *match = match_for("Files", NULL, NULL, NULL, EVERYWHERE, NULL);
    feed(terminal, "\x1b[?2026h");
    assert_false(screen_matches(match, terminal, NULL));
    char *missing = screen_missing(match, terminal);
    assert_string_equal(missing, "the target has begun a frame and not ended it");
    free(missing);
    feed(terminal, "\x1b[?2026l");
    assert_true(screen_matches(match, terminal, NULL));
    screen_match_free(match);
    terminal_free(terminal);
}

static void test_regular_expressions_that_are_refused(void **state)
{
    (void)state;
    struct lg_error err = {0};
    struct string_list texts = {0};
    struct string_list none = {0};
    string_list_add(&texts, "freed");
    assert_null(screen_match_new(&texts, &none, "a(b", NULL, EVERYWHERE, NULL, &err));
    assert_int_equal(err.class, LG_ERROR_INPUT);
    assert_non_null(strstr(err.text, "\"a(b\" is wrong at 3"));
    char long_one[LIMIT_REGEX_BYTES + 2];
    memset(long_one, 'a', sizeof long_one);
    long_one[LIMIT_REGEX_BYTES + 1] = '\0';
    err = (struct lg_error){0};
    assert_null(screen_match_new(&none, &none, long_one, NULL, EVERYWHERE, NULL, &err));
    assert_int_equal(err.class, LG_ERROR_INPUT);
    long_one[LIMIT_REGEX_BYTES] = '\0';
    struct screen_match *match =
        screen_match_new(&none, &none, long_one, NULL, EVERYWHERE, NULL, &err);
    assert_non_null(match);
    screen_match_free(match);
}

static void test_regular_expression_that_backtracks(void **state)
{
    (void)state;
    struct lg_error err = {0};
    struct terminal *terminal = new_terminal(2, 60);
    feed(terminal, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!");
    struct screen_match *match = match_for(NULL, NULL, "(a+)+$", NULL, EVERYWHERE, NULL);
    assert_false(screen_matches(match, terminal, &err));
    assert_int_equal(err.class, LG_ERROR_TARGET);
    assert_non_null(strstr(err.text, "match limit"));
    char *missing = screen_missing(match, terminal);
    assert_non_null(strstr(missing, "match limit"));
    free(missing);
    screen_match_free(match);
    terminal_free(terminal);
}

static void test_find(void **state)
{
    static const struct {
        const char *text;
        struct range rows;
        int row, column; /* -1: nowhere */
    } cases[] = {
        {"Files", {0, -1}, 0, 5}, {"Files", {1, -1}, 1, 0}, {"▾", {0, -1}, 0, 18},
        {"txt", {0, -1}, 2, 7},   {"本", {0, -1}, 2, 4},    {"one", {0, -1}, 2, 12},
        {"quit", {-1, -1}, 5, 2}, {"quit", {0, -2}, -1, 0}, {"", {0, -1}, -1, 0},
        {"none", {0, -1}, -1, 0}, {"Files", {7, 9}, -1, 0}, {"  b", {0, -1}, 3, 0},
    };
    (void)state;
    struct terminal *terminal = example();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int row = -7, column = -7;
        bool found = screen_find(terminal, cases[i].text, cases[i].rows, &row, &column);
        assert_int_equal(found, cases[i].row >= 0);
        assert_int_equal(row, found ? cases[i].row : -7);
        assert_int_equal(column, found ? cases[i].column : -7);
    }
    terminal_free(terminal);
}

static void test_range_resolve(void **state)
{
    static const struct {
        struct range range;
        int count;
        bool left;
        int first, last;
    } cases[] = {
        {{0, -1}, 50, true, 0, 49}, {{1, -2}, 50, true, 1, 48},    {{-1, -1}, 50, true, 49, 49},
        {{3, 3}, 50, true, 3, 3},   {{40, 90}, 50, true, 40, 49},  {{50, 60}, 50, false, 0, 0},
        {{-90, 3}, 50, true, 0, 3}, {{-90, -60}, 50, false, 0, 0}, {{5, 4}, 50, false, 0, 0},
        {{0, 0}, 1, true, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int first = -7, last = -7;
        assert_int_equal(range_resolve(cases[i].range, cases[i].count, &first, &last),
                         cases[i].left);
        assert_int_equal(first, cases[i].left ? cases[i].first : -7);
        assert_int_equal(last, cases[i].left ? cases[i].last : -7);
    }
}

static void assert_without(const struct terminal *terminal, struct region *regions, size_t count,
                           const char *names, const char *const rows[6])
{
    const struct plan plan = {.regions = regions, .region_count = count};
    struct string_list leave_out = {0};
    struct string_list left = {0};
    for (const char *name = names; *name != '\0'; name += strlen(name) + 1)
        string_list_add(&leave_out, name);
    screen_without(terminal, &plan, &leave_out, &left);
    assert_int_equal(left.count, 6);
    for (size_t i = 0; i < 6; i++)
        assert_string_equal(left.items[i], rows[i]);
    string_list_free(&left);
    string_list_free(&leave_out);
}

static void test_without_regions(void **state)
{
    static const char *const whole[] = {" Git Files     p1 ▾",
                                        "Files    │ readme",
                                        "  日本.txt│ one",
                                        "  b.go   │ two",
                                        "",
                                        "q quit"};
    static const char *const no_clock[] = {
        " Git Files", "Files    │ readme", "  日本.txt│ one", "  b.go   │ two", "", "q quit"};
    static const char *const no_both[] = {
        " Git Files", "Files    │ readme", "    本.txt│ one", "  b.go   │ two", "", ""};
    (void)state;
    struct terminal *terminal = example();
    struct region regions[] = {{.name = "clock", .rows = {0, 0}, .columns = {-6, -1}},
                               {.name = "footer", .rows = {-1, -1}, .columns = {0, -1}},
                               {.name = "icon", .rows = {2, 2}, .columns = {3, 3}},
                               {.name = "nowhere", .rows = {30, 40}, .columns = {0, -1}}};
    assert_without(terminal, regions, 4, "\0", whole);
    assert_without(terminal, regions, 4, "clock\0", no_clock);
    /* The icon's region has only the second half of a wide character in it. */
    assert_without(terminal, regions, 4, "clock\0footer\0icon\0nowhere\0", no_both);
    regions[2].columns = (struct range){2, 2}; /* or only the first */
    assert_without(terminal, regions, 4, "clock\0footer\0icon\0nowhere\0", no_both);
    terminal_free(terminal);
}

/* What stands in the region makes no difference, whatever it is. */
static void test_nothing_is_left_of_a_region(void **state)
{
    static const char *const contents[] = {"12:34",
                                           "  日本",
                                           "x",
                                           "     ",
                                           ("e\xcc\x81"
                                            "bcd"),
                                           "日日"};
    (void)state;
    struct region region = {.name = "clock", .rows = {0, 1}, .columns = {2, 8}};
    const struct plan plan = {.regions = &region, .region_count = 1};
    struct string_list leave_out = {0};
    string_list_add(&leave_out, "clock");
    for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
        struct terminal *terminal = new_terminal(2, 20);
        struct string_list rows = {0};
        feed(terminal, "ab\x1b[1;10Hcd\x1b[1;4H");
        feed(terminal, contents[i]);
        screen_without(terminal, &plan, &leave_out, &rows);
        assert_string_equal(rows.items[0], "ab       cd");
        assert_string_equal(rows.items[1], "");
        string_list_free(&rows);
        terminal_free(terminal);
    }
    string_list_free(&leave_out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_waits),
        cmocka_unit_test(test_region_outranks_rows),
        cmocka_unit_test(test_no_match_while_a_frame_is_drawn),
        cmocka_unit_test(test_regular_expressions_that_are_refused),
        cmocka_unit_test(test_regular_expression_that_backtracks),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_range_resolve),
        cmocka_unit_test(test_without_regions),
        cmocka_unit_test(test_nothing_is_left_of_a_region),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
