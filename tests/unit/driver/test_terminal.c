/* The terminal as the target sees it: what it draws, asks and switches on. */
#include "terminal_helpers.h"

#include "base/limits.h"

static void test_draws_text(void **state)
{
    (void)state;
    struct terminal *terminal = new_terminal(3, 10);
    feed(terminal, "\x1b[2;3HHi\x1b[31;1m there\x1b[m\r\n\x1b(0lqk\x1b(B");
    assert_row(terminal, 0, "");
    assert_row(terminal, 1, "  Hi there");
    assert_row(terminal, 2, "┌─┐");
    terminal_free(terminal);
}

/* What Bubble Tea's renderer uses on xterm-256color: see the list in each line. */
static void test_draws_what_bubble_tea_sends(void **state)
{
    static const struct {
        const char *bytes;
        const char *rows[3];
    } cases[] = {
        {"abc\x1b[Gx\x1b[2dy", {"xbc", " y", ""}},           /* CHA VPA */
        {"abcdef\x1b[1;2H\x1b[2Xg", {"ag def", "", ""}},     /* ECH */
        {"abc\x1b[1;2H\x1b[2@", {"a  bc", "", ""}},          /* ICH */
        {"abcd\x1b[1;2H\x1b[2P", {"ad", "", ""}},            /* DCH */
        {"a\r\nb\r\nc\x1b[1;1H\x1b[L", {"", "a", "b"}},      /* IL */
        {"a\r\nb\r\nc\x1b[1;1H\x1b[M", {"b", "c", ""}},      /* DL */
        {"a\r\nb\r\nc\x1b[S", {"b", "c", ""}},               /* SU */
        {"a\r\nb\r\nc\x1b[T", {"", "a", "b"}},               /* SD */
        {"a\r\nb\r\nc\x1b[2;3r\x1b[3;1H\n", {"a", "c", ""}}, /* DECSTBM */
        {"a\r\nb\x1b[1;1H\x1bM", {"", "a", "b"}},            /* RI */
        {"a\r\nb\x1b[J\x1b[1;1H\x1b[K", {"", "b", ""}},      /* ED EL */
        {"abc\x1b[1K\x1b[2;1Hd\x1b[2K", {"", "", ""}},       /* EL 1 and 2: see below */
        {"a\tb\x1b[Zc", {"a       c", "", ""}},              /* HT CBT */
        {"ab\bc\x1b[2Cd\x1b[3De", {"ace d", "", ""}},        /* BS CUF CUB */
        {"ab\x1b[4h\x1b[1;1Hx\x1b[4l", {"xab", "", ""}},     /* IRM */
        {"\x1b[?7l1234567890abc", {"123456789c", "", ""}},   /* DECAWM */
        {"=\x1b[9b", {"==========", "", ""}},                /* REP */
        {"ab\x1b[s\x1b[3;1Hc\x1b[ud", {"abd", "", "c"}},     /* SCOSC SCORC */
        {"a\x1b"
         "7\x1b[3;3Hb\x1b"
         "8c",
         {"ac", "", "  b"}},                            /* DECSC DECRC */
        {"a\x1b[?1049hbb\x1b[?1049lc", {"ac", "", ""}}, /* alternate screen */
        {"a\x1b[?47hbb\x1b[?47l", {"a", "", ""}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct terminal *terminal = new_terminal(3, 10);
        feed(terminal, cases[i].bytes);
        for (int row = 0; row < 3; row++)
            assert_row(terminal, row, cases[i].rows[row]);
        terminal_free(terminal);
    }
}

static void test_wide_characters_and_marks(void **state)
{
    (void)state;
    struct terminal *terminal = new_terminal(2, 6);
    feed(terminal, "日本e\xcc\x81"
                   "z");
    assert_row(terminal, 0, "日本e\xcc\x81z");
    struct buffer part = BUFFER_INIT(64);
    terminal_part_text(terminal, 0, 2, 4, &part);
    assert_string_equal(buffer_string(&part), "本e\xcc\x81");
    buffer_clear(&part);
    emulator_cell(terminal->emulator, 0, 1, &part);
    assert_int_equal(part.length, 0);
    emulator_cell(terminal->emulator, 1, 0, &part);
    assert_string_equal(buffer_string(&part), " ");
    buffer_free(&part);
    terminal_free(terminal);
}

/* libvterm alone would draw the mark into the next row. */
static void test_mark_at_the_margin(void **state)
{
    (void)state;
    struct terminal *terminal = new_terminal(2, 3);
    feed(terminal, "abe\xcc\x81");
    assert_row(terminal, 0, "abe");
    feed(terminal, "\x1b[1;1Ha日\xcc\x81");
    assert_row(terminal, 0, "a日");
    assert_row(terminal, 1, "");
    feed(terminal, "\x1b[1;1Hae\xcc\x81");
    assert_row(terminal, 0, "ae\xcc\x81");
    terminal_free(terminal);
}

static const struct {
    const char *query;
    const char *reply;
} queries[] = {
    {"\x1b[?2026$p", "\x1b[?2026;2$y"},
    {"\x1b[?2026h\x1b[?2026$p", "\x1b[?2026;1$y"},
    {"\x1b[?2026h\x1b[?2026l\x1b[?2026$p", "\x1b[?2026;2$y"},
    {"\x1b[?2027$p", "\x1b[?2027;0$y"},
    {"\x1b[?1006$p", "\x1b[?1006;0$y"},
    {"\x1b[4$p", "\x1b[4;0$y"},
    {"\x1b[c", "\x1b[?62;22c"},
    {"\x1b[0c", "\x1b[?62;22c"},
    {"\x1b[6n", "\x1b[1;1R"},
    {"\x1b[3;4H\x1b[6n", "\x1b[3;4R"},
    {"\x1b[5n", "\x1b[0n"},
    {"\x1b]10;?\x1b\\", "\x1b]10;rgb:ffff/ffff/ffff\x1b\\"},
    {"\x1b]10;?\a", "\x1b]10;rgb:ffff/ffff/ffff\a"},
    {"\x1b]11;?\x1b\\", "\x1b]11;rgb:0000/0000/0000\x1b\\"},
    {"\x1b]11;?\a", "\x1b]11;rgb:0000/0000/0000\a"},
    {"\x1b]1337;ReportCellSize\x1b\\", "\x1b]1337;ReportCellSize=16;8\x1b\\"},
    {"\x1b]1337;ReportCellSize\a", "\x1b]1337;ReportCellSize=16;8\x1b\\"},
    {"\x1b_Gi=42,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\", "\x1b_Gi=42;OK\x1b\\"},
    {"\x1b_Ga=q,i=7;\x1b\\", "\x1b_Gi=7;OK\x1b\\"},
    {"\x1b[?1;1;0S", "\x1b[?1;0;256S"},
    {"\x1b[14t", "\x1b[4;800;1600t"},
    {"\x1b[16t", "\x1b[6;16;8t"},
    {"\x1b[18t", "\x1b[8;50;200t"},
    /* Not answered: */
    {"\x1b[?u", ""},
    {"\x1b[>q", ""},
    {"\x1b[>c", ""},
    {"\x1b[=c", ""},
    {"\x1b[1c", ""},
    {"\x1b[22t", ""},
    {"\x1bP$qm\x1b\\", ""},
    {"\x1b]52;c;?\x1b\\", ""},
    {"\x1b]11;rgb:00/00/00\x1b\\", ""},
    {"\x1b_Ga=t,i=7,q=1;AAAA\x1b\\", ""},
    {"\x1b_Ga=t,i=7,m=1;AAAA\x1b\\", ""},
    {"\x1b_Ga=d,i=7\x1b\\", ""},
    {"\x1b_Gs=1;\x1b\\", ""},
    {"\x1b^Gi=42,a=q;\x1b\\", ""},
    /* What an answer looks like is no query. */
    {"\x1b[?62;22c\x1b[1;1R\x1b[?2026;2$y\x1b[0n", ""},
};

static void assert_answer(const char *query, size_t cut, const char *expected)
{
    _cleanup_buffer_ struct buffer replies = BUFFER_INIT(1024);
    struct terminal *terminal = new_terminal(50, 200);
    terminal_feed(terminal, query, cut, &replies);
    terminal_feed(terminal, query + cut, strlen(query) - cut, &replies);
    assert_string_equal(buffer_string(&replies), expected);
    char *screen = screen_of(terminal);
    assert_int_equal(strspn(screen, "\n"), 50); /* and nothing of it was drawn */
    free(screen);
    terminal_free(terminal);
}

static void test_answers_each_query_once_however_it_is_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++)
        for (size_t cut = 0; cut <= strlen(queries[i].query); cut++)
            assert_answer(queries[i].query, cut, queries[i].reply);
}

static void test_full_reply_buffer_takes_no_half_answers(void **state)
{
    (void)state;
    _cleanup_buffer_ struct buffer replies = BUFFER_INIT(10);
    struct terminal *terminal = new_terminal(50, 200);
    terminal_feed(terminal, BYTES("\x1b[5n\x1b[?2026$p\x1b[5n"), &replies);
    assert_string_equal(buffer_string(&replies), "\x1b[0n\x1b[0n");
    assert_true(replies.overflowed);
    terminal_free(terminal);
}

static void test_frames_are_ends_of_updates(void **state)
{
    (void)state;
    struct terminal *terminal = new_terminal(3, 10);
    feed(terminal, "\x1b[?2026habc");
    assert_true(terminal->modes.in_update);
    assert_int_equal(terminal->frames, 0);
    feed(terminal, "def");
    assert_int_equal(terminal->frames, 0);
    feed(terminal, "\x1b[?2026l");
    assert_false(terminal->modes.in_update);
    assert_int_equal(terminal->frames, 1);
    feed(terminal, "\x1b[?2026l"); /* no update was under way */
    assert_int_equal(terminal->frames, 1);
    feed(terminal, "\x1b[?2026hx\x1b[?2026l\x1b[?2026hy\x1b[?2026l");
    assert_int_equal(terminal->frames, 3);
    terminal_free(terminal);
}

static void test_frames_outside_of_updates_are_feeds_that_drew(void **state)
{
    (void)state;
    struct terminal *terminal = new_terminal(3, 10);
    feed(terminal, "abc");
    assert_int_equal(terminal->frames, 1);
    feed(terminal, "\x1b[2;2H\x1b[1m\x1b[?2004h"); /* draws nothing */
    assert_int_equal(terminal->frames, 1);
    feed(terminal, "\x1b[2J");
    assert_int_equal(terminal->frames, 2);
    feed(terminal, "\x1b]2;new\a"); /* a wait may be for the title */
    assert_int_equal(terminal->frames, 3);
    feed(terminal, "\x1b]2;new\a");
    assert_int_equal(terminal->frames, 3);
    terminal_free(terminal);
}

static void test_title(void **state)
{
    (void)state;
    struct terminal *terminal = new_terminal(3, 10);
    assert_string_equal(terminal->title, "");
    feed(terminal, "\x1b]0;one\x1b\\");
    assert_string_equal(terminal->title, "one");
    feed(terminal, "\x1b]2;two ✓\a");
    assert_string_equal(terminal->title, "two ✓");
    feed(terminal, "\x1b]1;icon\a\x1b]22;x\a");
    assert_string_equal(terminal->title, "two ✓");
    feed(terminal, "\x1b]2;\xff\xe2\x80\xae\a"); /* invalid, and an override of the direction */
    assert_string_equal(terminal->title, "\xef\xbf\xbd\xef\xbf\xbd");
    terminal_free(terminal);
}

static void assert_mouse(struct terminal *terminal, const char *expected)
{
    _cleanup_buffer_ struct buffer bytes = BUFFER_INIT(64);
    struct lg_error err = {0};
    bool sent = terminal_encode_mouse(terminal, MOUSE_CLICK, 1, 1, 2, &bytes, &err);
    assert_int_equal(sent, expected != NULL);
    assert_string_equal(buffer_string(&bytes), expected != NULL ? expected : "");
    assert_int_equal(err.class, expected != NULL ? LG_ERROR_NONE : LG_ERROR_TARGET);
}

static void test_modes_are_followed_and_survive_a_resize(void **state)
{
    (void)state;
    struct lg_error err = {0};
    struct terminal *terminal = new_terminal(3, 10);
    assert_mouse(terminal, NULL);
    feed(terminal, "\x1b[?1003;1006h\x1b]2;kept\a\x1b[?1049h\x1b[?1hx\x1b[?2026h");
    assert_true(terminal_resize(terminal, 5, 20, &err));
    assert_int_equal(terminal->rows, 5);
    assert_int_equal(terminal->columns, 20);
    assert_mouse(terminal, "\x1b[<0;3;2M\x1b[<0;3;2m");
    assert_string_equal(terminal->title, "kept");
    assert_true(terminal->modes.in_update);
    assert_row(terminal, 0, "");
    _cleanup_buffer_ struct buffer bytes = BUFFER_INIT(64);
    terminal_encode_key(terminal, (struct key){.code = KEY_UP}, &bytes);
    assert_string_equal(buffer_string(&bytes), "\x1bOA");
    feed(terminal,
         "y\x1b[?1049l\x1b[?1003l"); /* y was drawn on the alternate screen, at the cursor */
    assert_row(terminal, 0, "");
    assert_mouse(terminal, NULL);
    feed(terminal, "\x1b[?1003h\x1b"
                   "c");
    assert_mouse(terminal, NULL);
    assert_false(terminal->modes.in_update);
    terminal_free(terminal);
}

static void test_resize_with_the_saved_cursor_outside(void **state)
{
    (void)state;
    struct lg_error err = {0};
    struct terminal *terminal = new_terminal(50, 200);
    feed(terminal, "\x1b[50;200H\x1b"
                   "7\x1b[?1049h\x1b[50;200H\x1b"
                   "7");
    assert_true(terminal_resize(terminal, 2, 4, &err));
    feed(terminal, "\x1b"
                   "8ab\x1b[?1049l\x1b"
                   "8cd");
    assert_row(terminal, 0, "cd");
    terminal_free(terminal);
}

static void test_sizes_have_limits(void **state)
{
    static const int sizes[][2] = {{0, 80},
                                   {24, 1},
                                   {-1, -1},
                                   {LIMIT_TERMINAL_ROWS + 1, 80},
                                   {24, LIMIT_TERMINAL_COLUMNS + 1}};
    (void)state;
    struct terminal *terminal = new_terminal(3, 10);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct lg_error err = {0};
        assert_null(terminal_new(sizes[i][0], sizes[i][1], &err));
        assert_int_equal(err.class, LG_ERROR_INPUT);
        assert_false(terminal_resize(terminal, sizes[i][0], sizes[i][1], NULL));
    }
    assert_int_equal(terminal->columns, 10);
    terminal_free(terminal);
}

static void test_strings_are_not_drawn(void **state)
{
    static const char *const strings[] = {
        "\x1b_application\x1b\\", "\x1b^privacy\x1b\\",
        "\x1bXstart\x1b\\",       "\x1b_bell\a",
        "\x1bPdevice\x1b\\",      "\x1b]52;c;AAAA\a",
        "\x1b]8;;http://x\x1b\\", "\x1b_cut\x18",
        "\x1b]cut\x1a",           "\x1b]9;✓ œ \xc2\x9c\x1b\\",
    };
    (void)state;
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
        struct terminal *terminal = new_terminal(2, 10);
        feed(terminal, "a");
        feed(terminal, strings[i]);
        feed(terminal, "b");
        assert_row(terminal, 0, "ab");
        terminal_free(terminal);
    }
}

static void test_endless_strings_are_dropped(void **state)
{
    (void)state;
    struct terminal *terminal = new_terminal(2, 10);
    _cleanup_buffer_ struct buffer replies = BUFFER_INIT(1024);
    feed(terminal, "\x1b]2;short\a\x1b]2;");
    for (int i = 0; i < 100000; i++)
        feed(terminal, "endless");
    feed(terminal, "\x1b\\after");
    terminal_feed(terminal, BYTES("\x1b[5n"), &replies);
    assert_string_equal(terminal->title, "short");
    assert_row(terminal, 0, "after");
    assert_string_equal(buffer_string(&replies), "\x1b[0n");
    terminal_free(terminal);
}

/* Each of these made libvterm 0.1.4 alone hang, write outside of its memory or lose the cursor. */
static void test_what_would_break_the_emulator(void **state)
{
    (void)state;
    struct terminal *terminal = new_terminal(5, 10);
    feed(terminal, "\x1b[5b");             /* REP of nothing */
    feed(terminal, "\xe2\x80\x8b\x1b[9b"); /* REP of no width */
    for (int i = 0; i < 40; i++)
        feed(terminal, "\xc2\x85\xc2\x9b"
                       "0m"); /* C1 characters */
    feed(terminal, "\x1bH\x1b[g");
    feed(terminal, "\x1b[1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1H");
    feed(terminal, "\x1b[99999999999999999999;99999999999999999999H\x1b[4294967295X");
    feed(terminal, "\x1b[2147483648P\x1b[2147483647@\x1b[99999999999L\x1b[9999999999A");
    feed(terminal, "\x1b#6\x1b[?69h\x1b[5;3s\x1b[?3h\x1b[18446744073709551615d");
    feed(terminal, "\x1b[2J\x1b[5;1Hok");
    assert_row(terminal, 4, "ok");
    for (int i = 0; i < 200000; i++)
        feed(terminal, "\xcc\x81"); /* marks without end */
    struct buffer cell = BUFFER_INIT(64);
    emulator_cell(terminal->emulator, 4, 1, &cell);
    assert_int_equal(cell.length, 1 + 5 * 2);
    buffer_free(&cell);
    terminal_free(terminal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_draws_text),
        cmocka_unit_test(test_draws_what_bubble_tea_sends),
        cmocka_unit_test(test_wide_characters_and_marks),
        cmocka_unit_test(test_mark_at_the_margin),
        cmocka_unit_test(test_answers_each_query_once_however_it_is_cut),
        cmocka_unit_test(test_full_reply_buffer_takes_no_half_answers),
        cmocka_unit_test(test_frames_are_ends_of_updates),
        cmocka_unit_test(test_frames_outside_of_updates_are_feeds_that_drew),
        cmocka_unit_test(test_title),
        cmocka_unit_test(test_modes_are_followed_and_survive_a_resize),
        cmocka_unit_test(test_resize_with_the_saved_cursor_outside),
        cmocka_unit_test(test_sizes_have_limits),
        cmocka_unit_test(test_strings_are_not_drawn),
        cmocka_unit_test(test_endless_strings_are_dropped),
        cmocka_unit_test(test_what_would_break_the_emulator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
