/* What a person did becomes steps, and the steps get their waits from replays. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <string.h>

#include "base/memory.h"
#include "driver/replayed.h"
#include "driver/taken.h"

#include "screen_rows.h"

/* One input and the screen before it: a key by its name, "|" a mark, "*" a secret, "<text" pasted,
 * "!text" the mouse, "=80x24" a resize, "." nothing more. A "+" before it: it came before the
 * screen rested. */
struct done {
    const char *input;
    const char *before;
};

static struct takes takes_of(const struct done *done)
{
    struct takes takes = {0};
    for (; done->input != NULL; done++) {
        bool fast = done->input[0] == '+' && done->input[1] != '\0';
        bool drawn = done->input[0] == '^';
        const char *input = done->input + fast + drawn, *nearest;
        struct take take = {.rested = !fast, .frames = drawn, .before = screen(done->before)};
        if (strcmp(input, "|") == 0) {
            take.kind = TAKE_MARK;
        } else if (strcmp(input, "*") == 0) {
            take.kind = TAKE_SECRET;
        } else if (*input == '<' || *input == '!') {
            take.kind = *input == '<' ? TAKE_PASTE : TAKE_MOUSE;
            take.text = memory_copy_text(input + 1);
            take.mouse = MOUSE_WHEEL_DOWN;
        } else if (*input == '=') {
            take.kind = TAKE_RESIZE;
            take.columns = 80;
            take.rows = 24;
        } else {
            assert_true(key_parse(input, &take.key, &nearest));
        }
        array_append(takes.items, takes.count, takes.capacity, take);
    }
    return takes;
}

static void assert_yaml(const struct step_list *steps, const char *expected)
{
    struct scenario_draft draft = {.title = "It", .target = "demo", .iteration = *steps};
    _cleanup_buffer_ struct buffer yaml = {0};
    scenario_write(&draft, &yaml);
    const char *body = strstr(buffer_string(&yaml), "iteration:\n");
    assert_string_equal(body != NULL ? body + strlen("iteration:\n") : "", expected);
}

#define SETTLE "  - settle: {quiet: 300ms, timeout: 3s}\n"
#define BAR "Git  Files\n"

static const struct {
    struct done done[9];
    const char *yaml;
} sequences[] = {
    {{{"@", BAR "a list"}, {".", BAR "Switch Project"}},
     "  - press: \"@\"\n  - wait: {text: Switch Project}\n" SETTLE},
    {{{"Escape", BAR "Switch Project  a list"}, {".", BAR "a list"}},
     "  - press: Escape\n  - wait: {gone: Switch Project}\n" SETTLE},
    /* What was not seen to its end is not waited for. */
    {{{"@", BAR "a list"}, {"+.", BAR "Switch Project"}}, "  - press: \"@\"\n" SETTLE},
    /* The same key, too fast for what each does: one step. */
    {{{"Down", BAR}, {"+Down", BAR}, {"+Down", BAR}, {"Up", BAR}, {".", BAR}},
     "  - press: {keys: Down, repeat: 3}\n" SETTLE "  - press: Up\n" SETTLE},
    {{{"!list", BAR}, {"+!list", BAR}, {".", BAR}},
     "  - mouse: {action: wheel-down, text: list, repeat: 2}\n" SETTLE},
    /* Characters that come to the screen are text, others are keys. */
    {{{"/", BAR},
      {"f", BAR "Find:"},
      {"+i", BAR "Find: f"},
      {"+l", BAR "Find: fi"},
      {"+Space", BAR "Find: fil"},
      {"+e", BAR "Find: fil "},
      {"Enter", BAR "Find: fil e"},
      {".", BAR "Results of it"}},
     "  - press: \"/\"\n  - wait: {text: \"Find:\"}\n" SETTLE
     "  - type: fil e\n  - wait: {text: \"Find: fil e\"}\n" SETTLE
     "  - press: Enter\n  - wait: {text: Results of it}\n" SETTLE},
    {{{"j", BAR "one"}, {"+j", BAR "one"}, {"k", BAR "two words"}, {".", BAR "one"}},
     "  - press: {keys: j, repeat: 2}\n  - wait: {text: two words}\n" SETTLE
     "  - press: k\n  - wait: {gone: two words}\n" SETTLE},
    {{{"<${HOME}\n", BAR}, {".", BAR}}, "  - type: \"$${HOME}\\n\"\n" SETTLE},
    /* The same texts, drawn again; on a terminal that was resized nothing is gone. */
    {{{"j", BAR "Some list"}, {"^.", BAR "Some list"}},
     "  - press: j\n  - wait: {text: Some list, fresh: true}\n" SETTLE},
    {{{"=", BAR "Wide words  Some list"}, {".", BAR "Some list"}},
     "  - resize: 80x24\n  - wait: {text: Some list, fresh: true}\n" SETTLE},
    /* A password is one text, and none of it is kept. */
    {{{"*", BAR "Password:"},
      {"+*", BAR "Password:"},
      {"Enter", BAR "Password:"},
      {".", BAR "Welcome here"}},
     "  - type: \"${password}\"\n" SETTLE
     "  - press: Enter\n  - wait: {text: Welcome here}\n" SETTLE},
};

static void test_inputs_become_steps(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(sequences); i++) {
        struct takes takes = takes_of(sequences[i].done);
        struct step_list steps = {0};
        takes_steps(&takes, 0, takes.count - 1, (struct range){1, -1}, &steps);
        assert_yaml(&steps, sequences[i].yaml);
        step_list_free(&steps);
        takes_free(&takes);
    }
}

static const struct {
    struct done done[8];
    int first, end; /* -1: there is none */
} trips[] = {
    {{{"a", "0"}, {"|", "1"}, {"b", "1"}, {"|", "2"}, {"c", "1"}}, 1, 3},
    {{{"a", "0"}, {"|", "1"}, {"|", "1"}}, -1, -1},
    /* One mark: the last time that the screen was as it was there. */
    {{{"a", "0"}, {"|", "1"}, {"b", "1"}, {"c", "2"}, {"d", "1"}, {"e", "0"}}, 1, 4},
    {{{"a", "0"}, {"|", "1"}, {"b", "1"}, {"c", "2"}, {"d", "0"}}, -1, -1},
    /* None: the longest that ends last. */
    {{{"a", "0"}, {"b", "1"}, {"c", "2"}, {"d", "1"}, {"e", "3"}}, 1, 3},
    {{{"a", "0"}, {"b", "1"}, {"c", "0"}, {"d", "1"}}, 1, 3},
    {{{"a", "0"}, {"b", "0"}, {"c", "0"}}, 0, 2},
    {{{"a", "0"}, {"+b", "0"}, {"+c", "0"}}, -1, -1},
    {{{"a", "0"}, {"b", "1"}, {"c", "0"}, {"+d", "0"}}, 0, 2},
    {{{"a", "0"}, {"b", "1"}, {"c", "2"}}, -1, -1},
    {{{NULL, NULL}}, -1, -1},
};

static void test_the_round_trip_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(trips); i++) {
        struct takes takes = takes_of(trips[i].done);
        struct lg_error err = {0};
        size_t first, end;
        bool found = takes_round_trip(&takes, &first, &end, &err);
        if (found != (trips[i].first >= 0) ||
            (found && ((int)first != trips[i].first || (int)end != trips[i].end)))
            fail_msg("trip %zu: %zu to %zu, %s", i, first, end, err.text);
        assert_int_equal(err.class, found ? LG_ERROR_NONE : LG_ERROR_INPUT);
        takes_free(&takes);
    }
}

static void test_the_mouse_is_on_a_text(void **state)
{
    (void)state;
    struct string_list rows =
        screen("Files  bar\n│ 日本.txt   Files of it │\n  Files of it  it\nlone text  text");
    const struct {
        int row, column;
        const char *text;
    } places[] = {
        {1, 3, "日本.txt"}, {1, 13, "Files of it"}, {2, 4, NULL},  {2, 16, NULL},
        {0, 1, NULL},       {1, 11, NULL},          {3, 11, NULL}, {9, 1, NULL},
    };
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        _cleanup_free_ char *text =
            text_at(&rows, (struct range){1, -1}, places[i].row, places[i].column);
        if (!text_equal(text, places[i].text))
            fail_msg("place %zu: %s", i, text_or(text, "nothing"));
    }
    _cleanup_free_ char *near = text_near(&rows, (struct range){1, -1}, 2, 9);
    assert_string_equal(near, "日本.txt");
    _cleanup_free_ char *below = text_near(&rows, (struct range){1, -1}, 9, 0);
    assert_string_equal(below, "lone text");
    string_list_free(&rows);
}

#define SHOWN 14

/* A plan as takes_steps makes it: a key that opens something, one that closes it, a rest. */
static void test_waits_are_of_what_each_replay_showed(void **state)
{
    (void)state;
    struct string_list escape = {0};
    string_list_add(&escape, "Escape");
    struct step setup[] = {{.kind = STEP_SETTLE}};
    struct step trip[] = {{.kind = STEP_TYPE, .text = (char *)"find"},
                          {.kind = STEP_WAIT},
                          {.kind = STEP_SETTLE},
                          {.kind = STEP_PRESS, .keys = escape, .repeat = 1},
                          {.kind = STEP_SETTLE},
                          {.kind = STEP_SLEEP}};
    struct plan plan = {.setup = {.items = setup, .count = 1},
                        .iteration = {.items = trip, .count = 6},
                        .target = {.wait_rows = {1, -1}}};
    /* Ready, settled; twice: key, wait, settle, key, settle, rest. The bar has a clock, which is
     * seen in the second rest; in the first, something is still loaded; a message fades. */
    static const char *const shown[2][SHOWN] = {
        {"Git 10:00\nLoading", "Git 10:00\nLoading", "Git 10:00\nLoading", "Git 10:00\nSome title",
         "Git 10:00\nSome title  Loaded all  5 hits", "Git 10:00\nLoading", "Git 10:00\nLoading",
         "Git 10:00\nhere", "Git 10:00\nhere", "Git 10:00\nSome title",
         "Git 10:00\nSome title  Loaded all  7 hits", "Git 10:00\nhere", "Git 10:00\nhere  Copied",
         "Git 10:01\nhere"},
        {"Git 9:59\nhere", "Git 9:59\nhere", "Git 9:59\nhere", "Git 9:59\nSome title",
         "Git 9:59\nSome title  Loaded all  7 hits"}};
    struct string_list rows[2][SHOWN];
    const struct string_list *screens[2][SHOWN];
    struct replay replays[2] = {{.screens = screens[0]}, {.screens = screens[1]}};
    for (size_t i = 0; i < 2; i++)
        for (; replays[i].count < SHOWN && shown[i][replays[i].count] != NULL; replays[i].count++) {
            rows[i][replays[i].count] = screen(shown[i][replays[i].count]);
            screens[i][replays[i].count] = &rows[i][replays[i].count];
        }
    struct scenario_draft draft = {.title = "It", .target = "demo"};
    _cleanup_buffer_ struct buffer yaml = {0};
    replayed_scenario(&plan, replays, 2, &draft);
    scenario_write(&draft, &yaml);
    assert_string_equal(buffer_string(&yaml),
                        "version: 1\ntitle: It\ntarget: demo\n"
                        "regions:\n  changes-1: {rows: 0, columns: \"0..8\"}\n"
                        "iteration:\n  - settle: {}\n  - type: find\n  - wait: {text: Loaded all}\n"
                        "  - press: Escape\n  - wait: {gone: Loaded all}\n"
                        "measure: {leave_out: [changes-1]}\n");
    replayed_free(&draft);
    for (size_t i = 0; i < 2; i++)
        for (size_t row = 0; row < replays[i].count; row++)
            string_list_free(&rows[i][row]);
    string_list_free(&escape);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_inputs_become_steps),
        cmocka_unit_test(test_the_round_trip_is_found),
        cmocka_unit_test(test_the_mouse_is_on_a_text),
        cmocka_unit_test(test_waits_are_of_what_each_replay_showed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
