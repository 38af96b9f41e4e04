/* Which text a wait looks for, chosen from the screens before and after an input. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <string.h>

#include "base/memory.h"
#include "driver/wait_text.h"

#include "screen_rows.h"

struct case_of_wait {
    const char *screens[6]; /* before and after, in turns */
    const char *text;
    const char *gone;
    int row; /* of the text; -1: all that are waited in, 1 to the last */
};

#define BAR "Git  Files  Help\n"

static const struct case_of_wait cases[] = {
    /* All that stands in a frame, rather than one word of it. */
    {{BAR "a file", BAR "a file\n│ Switch Project  │"}, .text = "Switch Project", .row = -1},
    /* What the bar has is not looked at. */
    {{BAR "Files", "Files now\nPreview of it"}, .text = "Preview of it", .row = -1},
    /* A word that was there in another word is no news. */
    {{BAR "Preview", BAR "view  Other side"}, .text = "Other side", .row = -1},
    /* What another time did not show, or showed before, is not stable. */
    {{BAR "", BAR "Loading  Results", BAR "", BAR "Results of it"}, .text = "Results", .row = -1},
    {{BAR "", BAR "Copied  Results", BAR "Copied", BAR "Copied  Results"},
     .text = "Results",
     .row = -1},
    /* Digits and hashes change; digits are better than nothing. */
    {{BAR "", BAR "12 files\nok"}, .text = "files", .row = -1},
    {{BAR "", BAR "abc1234f  page2"}, .text = "page2", .row = -1},
    {{BAR "", BAR "abc1234f"}, .row = -1},
    /* Cut off, too short. */
    {{BAR "", BAR "Recent Comm…  ok"}, .text = "Recent", .row = -1},
    {{BAR "", BAR "ok  +"}, .row = -1},
    /* Gone, and in another row. */
    {{BAR "Switch Project  Files", BAR "Files"}, .gone = "Switch Project", .row = -1},
    {{BAR "one\ntwo of them", BAR "two of them\none"}, .text = "two of them", .row = 1},
    {{BAR "same", BAR "same"}, .row = -1},
    /* A template. */
    {{BAR "", BAR "${HOME}"}, .text = "$${HOME}", .row = -1},
};

static void test_the_wait_is_for_what_came(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct string_list rows[6];
        struct screen_change changes[3];
        size_t count = 0;
        for (; count < 3 && cases[i].screens[2 * count] != NULL; count++) {
            rows[2 * count] = screen(cases[i].screens[2 * count]);
            rows[2 * count + 1] = screen(cases[i].screens[2 * count + 1]);
            changes[count] = (struct screen_change){&rows[2 * count], &rows[2 * count + 1]};
        }
        struct wait_plan wait = {0};
        bool any = wait_of_changes(changes, count, (struct range){1, -1}, &wait);
        const char *text = wait.text.count > 0 ? wait.text.items[0] : "(none)";
        const char *gone = wait.gone.count > 0 ? wait.gone.items[0] : "(none)";
        if (any != (cases[i].text != NULL || cases[i].gone != NULL) ||
            strcmp(text, text_or(cases[i].text, "(none)")) != 0 ||
            strcmp(gone, text_or(cases[i].gone, "(none)")) != 0 ||
            wait.has_rows != (cases[i].row >= 0) ||
            (wait.has_rows && wait.rows.first != cases[i].row))
            fail_msg("case %zu: text %s, gone %s, row %d", i, text, gone,
                     wait.has_rows ? wait.rows.first : -1);
        string_list_free(&wait.text);
        string_list_free(&wait.gone);
        for (size_t row = 0; row < 2 * count; row++)
            string_list_free(&rows[row]);
    }
}

static void test_pieces_are_between_frames_and_gaps(void **state)
{
    (void)state;
    const char *row = " │ Files  [name] │┃│ Preview of │  ";
    const char *pieces[] = {"Files", "[name]", "Preview of"};
    size_t start, length, count = 0;
    for (size_t at = 0; row_piece(row, at, &start, &length); at = start + length, count++) {
        assert_true(count < COUNT_OF(pieces));
        assert_int_equal(length, strlen(pieces[count]));
        assert_memory_equal(row + start, pieces[count], length);
    }
    assert_int_equal(count, COUNT_OF(pieces));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_wait_is_for_what_came),
        cmocka_unit_test(test_pieces_are_between_frames_and_gaps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
