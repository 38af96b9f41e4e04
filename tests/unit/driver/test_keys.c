/* The bytes of every key that a scenario can name, and of the mouse. */
#include "terminal_helpers.h"

#include "base/memory.h"
#include "scenario/key_input.h"

static void encode(struct terminal *terminal, const char *name, struct buffer *bytes)
{
    struct key key;
    const char *nearest;
    assert_true(key_parse(name, &key, &nearest));
    terminal_encode_key(terminal, key, bytes);
}

static void assert_key(struct terminal *terminal, const char *name, const char *expected,
                       size_t length)
{
    _cleanup_buffer_ struct buffer bytes = BUFFER_INIT(64);
    encode(terminal, name, &bytes);
    if (bytes.length != length || memcmp(bytes.data, expected, length) != 0)
        print_error("%s\n", name);
    assert_int_equal(bytes.length, length);
    assert_memory_equal(bytes.data, expected, length);
}

#define KEY(name, bytes)                                                                           \
    {                                                                                              \
        name, bytes, sizeof bytes - 1                                                              \
    }

static const struct {
    const char *name;
    const char *bytes;
    size_t length;
} keys[] = {
    KEY("a", "a"),
    KEY("A", "A"),
    KEY("@", "@"),
    KEY("2", "2"),
    KEY("é", "é"),
    KEY("日", "日"),
    KEY("🎉", "🎉"),
    KEY("-", "-"),
    KEY("Space", " "),
    KEY("Enter", "\r"),
    KEY("Escape", "\x1b"),
    KEY("Tab", "\t"),
    KEY("Backspace", "\x7f"),
    KEY("Delete", "\x1b[3~"),
    KEY("Insert", "\x1b[2~"),
    KEY("Up", "\x1b[A"),
    KEY("Down", "\x1b[B"),
    KEY("Right", "\x1b[C"),
    KEY("Left", "\x1b[D"),
    KEY("Home", "\x1b[H"),
    KEY("End", "\x1b[F"),
    KEY("PageUp", "\x1b[5~"),
    KEY("PageDown", "\x1b[6~"),
    KEY("F1", "\x1bOP"),
    KEY("F2", "\x1bOQ"),
    KEY("F3", "\x1bOR"),
    KEY("F4", "\x1bOS"),
    KEY("F5", "\x1b[15~"),
    KEY("F6", "\x1b[17~"),
    KEY("F7", "\x1b[18~"),
    KEY("F8", "\x1b[19~"),
    KEY("F9", "\x1b[20~"),
    KEY("F10", "\x1b[21~"),
    KEY("F11", "\x1b[23~"),
    KEY("F12", "\x1b[24~"),
    /* Ctrl: the C0 controls, and nothing where there is none. */
    KEY("Ctrl-a", "\x01"),
    KEY("Ctrl-A", "\x01"),
    KEY("Ctrl-b", "\x02"),
    KEY("Ctrl-c", "\x03"),
    KEY("Ctrl-d", "\x04"),
    KEY("Ctrl-e", "\x05"),
    KEY("Ctrl-f", "\x06"),
    KEY("Ctrl-g", "\x07"),
    KEY("Ctrl-h", "\x08"),
    KEY("Ctrl-i", "\x09"),
    KEY("Ctrl-j", "\x0a"),
    KEY("Ctrl-k", "\x0b"),
    KEY("Ctrl-l", "\x0c"),
    KEY("Ctrl-m", "\x0d"),
    KEY("Ctrl-n", "\x0e"),
    KEY("Ctrl-o", "\x0f"),
    KEY("Ctrl-p", "\x10"),
    KEY("Ctrl-q", "\x11"),
    KEY("Ctrl-r", "\x12"),
    KEY("Ctrl-s", "\x13"),
    KEY("Ctrl-t", "\x14"),
    KEY("Ctrl-u", "\x15"),
    KEY("Ctrl-v", "\x16"),
    KEY("Ctrl-w", "\x17"),
    KEY("Ctrl-x", "\x18"),
    KEY("Ctrl-y", "\x19"),
    KEY("Ctrl-z", "\x1a"),
    KEY("Ctrl-[", "\x1b"),
    KEY("Ctrl-\\", "\x1c"),
    KEY("Ctrl-]", "\x1d"),
    KEY("Ctrl-^", "\x1e"),
    KEY("Ctrl-_", "\x1f"),
    KEY("Ctrl-/", "\x1f"),
    KEY("Ctrl-?", "\x7f"),
    KEY("Ctrl-@", "\0"),
    KEY("Ctrl-Space", "\0"),
    KEY("Ctrl-2", "\0"),
    KEY("Ctrl-3", "\x1b"),
    KEY("Ctrl-4", "\x1c"),
    KEY("Ctrl-5", "\x1d"),
    KEY("Ctrl-6", "\x1e"),
    KEY("Ctrl-7", "\x1f"),
    KEY("Ctrl-8", "\x7f"),
    KEY("Ctrl-9", "9"),
    KEY("Ctrl-é", "é"),
    KEY("Ctrl-;", ";"),
    KEY("Ctrl-Enter", "\r"),
    KEY("Ctrl-Escape", "\x1b"),
    KEY("Ctrl-Tab", "\t"),
    KEY("Ctrl-Backspace", "\b"),
    KEY("Ctrl-Delete", "\x1b[3;5~"),
    KEY("Ctrl-Up", "\x1b[1;5A"),
    KEY("Ctrl-Home", "\x1b[1;5H"),
    KEY("Ctrl-PageDown", "\x1b[6;5~"),
    KEY("Ctrl-F1", "\x1b[1;5P"),
    KEY("Ctrl-F5", "\x1b[15;5~"),
    /* Alt: ESC before it. */
    KEY("Alt-x", "\x1bx"),
    KEY("Alt-X", "\x1bX"),
    KEY("Alt-é", "\x1bé"),
    KEY("Alt-Space", "\x1b "),
    KEY("Alt-Enter", "\x1b\r"),
    KEY("Alt-Escape", "\x1b\x1b"),
    KEY("Alt-Tab", "\x1b\t"),
    KEY("Alt-Backspace", "\x1b\x7f"),
    KEY("Alt-Up", "\x1b[1;3A"),
    KEY("Alt-Delete", "\x1b[3;3~"),
    KEY("Alt-F4", "\x1b[1;3S"),
    /* Shift. */
    KEY("Shift-a", "A"),
    KEY("Shift-1", "1"),
    KEY("Shift-Space", " "),
    KEY("Shift-Enter", "\r"),
    KEY("Shift-Escape", "\x1b"),
    KEY("Shift-Tab", "\x1b[Z"),
    KEY("Shift-Backspace", "\x7f"),
    KEY("Shift-Up", "\x1b[1;2A"),
    KEY("Shift-F1", "\x1b[1;2P"),
    KEY("Shift-Insert", "\x1b[2;2~"),
    /* Together. */
    KEY("Ctrl-Alt-a", "\x1b\x01"),
    KEY("Alt-Shift-a", "\x1b"
                       "A"),
    KEY("Ctrl-Shift-a", "\x01"),
    KEY("Alt-Shift-Up", "\x1b[1;4A"),
    KEY("Ctrl-Alt-Shift-Left", "\x1b[1;8D"),
    KEY("Ctrl-Shift-Tab", "\x1b[Z"),
    KEY("Ctrl-Alt-Enter", "\x1b\r"),
    KEY("Ctrl-Alt-Backspace", "\x1b\b"),
    KEY("Ctrl-Alt-Space", "\x1b\0"),
};

static void assert_all_keys(struct terminal *terminal)
{
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        assert_key(terminal, keys[i].name, keys[i].bytes, keys[i].length);
}

static void test_every_key(void **state)
{
    (void)state;
    struct terminal *terminal = new_terminal(24, 80);
    assert_all_keys(terminal);
    terminal_free(terminal);
}

/* modifyOtherKeys, the kitty protocol, newline mode, 8-bit controls and the keypad: no target has
 * been told that it has them. */
static void test_what_a_target_asks_for_changes_no_key(void **state)
{
    (void)state;
    struct terminal *terminal = new_terminal(24, 80);
    feed(terminal, "\x1b[>4;2m\x1b[=1;1u\x1b[>1u\x1b[20h\x1b G\x1b=");
    assert_all_keys(terminal);
    terminal_free(terminal);
}

static void test_cursor_keys_of_an_application(void **state)
{
    (void)state;
    struct terminal *terminal = new_terminal(24, 80);
    feed(terminal, "\x1b[?1h");
    assert_key(terminal, "Up", BYTES("\x1bOA"));
    assert_key(terminal, "Home", BYTES("\x1bOH"));
    assert_key(terminal, "Ctrl-Up", BYTES("\x1b[1;5A"));
    feed(terminal, "\x1b[?1l");
    assert_key(terminal, "Up", BYTES("\x1b[A"));
    terminal_free(terminal);
}

/* Whatever they are read as makes the same bytes again; what is cut off is not read. */
static void test_every_key_is_read_back(void **state)
{
    (void)state;
    struct terminal *terminal = new_terminal(24, 80);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        _cleanup_buffer_ struct buffer again = {0};
        for (size_t at = 0; at < keys[i].length;) {
            struct input input;
            _cleanup_buffer_ struct buffer name = {0};
            size_t left = keys[i].length - at, used;
            for (size_t part = 1; part < left; part++)
                assert_true(input_read(keys[i].bytes + at, part, false, &input) <= 1);
            used = input_read(keys[i].bytes + at, left, true, &input);
            if (used == 0 || input.kind != INPUT_KEY)
                fail_msg("%s is read as kind %d", keys[i].name, (int)input.kind);
            key_write(&input.key, &name);
            encode(terminal, buffer_string(&name), &again);
            at += used;
        }
        if (again.length != keys[i].length || memcmp(again.data, keys[i].bytes, again.length) != 0)
            fail_msg("%s comes back as %zu bytes", keys[i].name, again.length);
    }
    terminal_free(terminal);
}

#define INPUT(bytes, kind, name)                                                                   \
    {                                                                                              \
        bytes, sizeof bytes - 1, kind, name                                                        \
    }

static const struct {
    const char *bytes;
    size_t length;
    enum input_kind kind;
    const char *name; /* of the key */
} inputs[] = {
    INPUT("\x1bOA", INPUT_KEY, "Up"),
    INPUT("\x1b[1~", INPUT_KEY, "Home"),
    /* The kitty protocol, and modifyOtherKeys. */
    INPUT("\x1b[97;5u", INPUT_KEY, "Ctrl-a"),
    INPUT("\x1b[97;2u", INPUT_KEY, "A"),
    INPUT("\x1b[27u", INPUT_KEY, "Escape"),
    INPUT("\x1b[93;5u", INPUT_KEY, "Ctrl-]"),
    INPUT("\x1b[97;1:3u", INPUT_ANSWER, NULL),
    INPUT("\x1b[27;5;13~", INPUT_KEY, "Ctrl-Enter"),
    INPUT("\x1b[1;1:1A", INPUT_KEY, "Up"),
    /* Answers, and focus. */
    INPUT("\x1b[12;40R", INPUT_ANSWER, NULL),
    INPUT("\x1b[?62;22c", INPUT_ANSWER, NULL),
    INPUT("\x1b[?2026;2$y", INPUT_ANSWER, NULL),
    INPUT("\x1b[8;24;80t", INPUT_ANSWER, NULL),
    INPUT("\x1b[I", INPUT_ANSWER, NULL),
    INPUT("\x1b]11;rgb:0000/0000/0000\x1b\\", INPUT_ANSWER, NULL),
    INPUT("\x1b]11;rgb:0000/0000/0000\a", INPUT_ANSWER, NULL),
    INPUT("\x1bP>|xterm(380)\x1b\\", INPUT_ANSWER, NULL),
    /* The mouse. */
    INPUT("\x1b[<0;7;3M", INPUT_MOUSE, NULL),
    INPUT("\x1b[<65;7;3M", INPUT_MOUSE, NULL),
    INPUT("\x1b[<0;7;3m", INPUT_ANSWER, NULL),
    INPUT("\x1b[<35;7;3M", INPUT_ANSWER, NULL),
    INPUT("\x1b[<32;7;3M", INPUT_OTHER, NULL),
    INPUT("\x1b[<2;7;3M", INPUT_OTHER, NULL),
    INPUT("\x1b[M '#", INPUT_MOUSE, NULL),
    INPUT("\x1b[M#'#", INPUT_ANSWER, NULL),
    INPUT("\x1b[200~two\rlines\x1b[201~", INPUT_PASTE, NULL),
    INPUT("\xff", INPUT_OTHER, NULL),
};

static void test_inputs_are_told_from_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
        struct input input;
        _cleanup_buffer_ struct buffer name = {0};
        for (size_t part = 1; part < inputs[i].length; part++)
            assert_int_equal(input_read(inputs[i].bytes, part, false, &input), 0);
        size_t used = input_read(inputs[i].bytes, inputs[i].length, false, &input);
        if (used != inputs[i].length || input.kind != inputs[i].kind)
            fail_msg("%s: %zu bytes are of kind %d", inputs[i].bytes + 1, used, (int)input.kind);
        if (input.kind == INPUT_MOUSE)
            assert_int_equal(input.row * 100 + input.column, 206);
        key_write(&input.key, &name);
        if (inputs[i].name != NULL)
            assert_string_equal(buffer_string(&name), inputs[i].name);
    }
}

/* Nothing that a terminal may send reads past its end, or is never done with. */
static void test_rubbish_is_read_to_its_end(void **state)
{
    (void)state;
    static const char pieces[] = "\x1b[<1;:~M]P_O\a\\?\0\xc3u";
    unsigned number = 1;
    for (int round = 0; round < 20000; round++) {
        char *bytes = memory_array(12, 1); /* on the heap, where reading on is noticed */
        for (size_t i = 0; i < 12; i++, number = number * 1103515245 + 12345)
            bytes[i] = pieces[(number >> 16) % (sizeof pieces - 1)];
        struct input input;
        for (size_t at = 0, used; at < 12; at += used) {
            used = input_read(bytes + at, 12 - at, true, &input);
            assert_in_range(used, 1, 12 - at);
        }
        free(bytes);
    }
}

static void assert_mouse(struct terminal *terminal, enum mouse_action action, int button, int row,
                         int column, const char *expected)
{
    _cleanup_buffer_ struct buffer bytes = BUFFER_INIT(64);
    struct lg_error err = {0};
    bool encoded = terminal_encode_mouse(terminal, action, button, row, column, &bytes, &err);
    assert_int_equal(encoded, expected != NULL);
    assert_string_equal(buffer_string(&bytes), expected != NULL ? expected : "");
    assert_int_equal(err.class, expected != NULL ? LG_ERROR_NONE : LG_ERROR_TARGET);
}

static void test_mouse_as_sgr(void **state)
{
    (void)state;
    struct terminal *terminal = new_terminal(24, 300);
    feed(terminal, "\x1b[?1003h\x1b[?1006h");
    assert_mouse(terminal, MOUSE_CLICK, 1, 0, 0, "\x1b[<0;1;1M\x1b[<0;1;1m");
    assert_mouse(terminal, MOUSE_CLICK, 2, 4, 9, "\x1b[<1;10;5M\x1b[<1;10;5m");
    assert_mouse(terminal, MOUSE_CLICK, 3, 23, 299, "\x1b[<2;300;24M\x1b[<2;300;24m");
    assert_mouse(terminal, MOUSE_WHEEL_UP, 1, 4, 9, "\x1b[<64;10;5M");
    assert_mouse(terminal, MOUSE_WHEEL_DOWN, 1, 4, 9, "\x1b[<65;10;5M");
    assert_mouse(terminal, MOUSE_CLICK, 1, 24, 0, NULL);
    assert_mouse(terminal, MOUSE_CLICK, 1, 0, 300, NULL);
    assert_mouse(terminal, MOUSE_CLICK, 1, -1, 0, NULL);
    terminal_free(terminal);
}

static void test_mouse_as_x10(void **state)
{
    (void)state;
    struct terminal *terminal = new_terminal(24, 300);
    feed(terminal, "\x1b[?1000h");
    assert_mouse(terminal, MOUSE_CLICK, 3, 4, 9, "\x1b[M\"*%\x1b[M#*%");
    assert_mouse(terminal, MOUSE_WHEEL_DOWN, 1, 4, 9, "\x1b[Ma*%");
    assert_mouse(terminal, MOUSE_WHEEL_UP, 1, 0, 222, "\x1b[M`\xff!");
    assert_mouse(terminal, MOUSE_CLICK, 1, 0, 223, NULL);
    terminal_free(terminal);
}

static void test_mouse_that_nobody_asked_for(void **state)
{
    (void)state;
    struct terminal *terminal = new_terminal(24, 80);
    feed(terminal, "\x1b[?1006h");
    assert_mouse(terminal, MOUSE_CLICK, 1, 0, 0, NULL);
    feed(terminal, "\x1b[?1002h");
    assert_mouse(terminal, MOUSE_CLICK, 1, 0, 0, "\x1b[<0;1;1M\x1b[<0;1;1m");
    feed(terminal, "\x1b[?1002l");
    assert_mouse(terminal, MOUSE_CLICK, 1, 0, 0, NULL);
    terminal_free(terminal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_key),
        cmocka_unit_test(test_every_key_is_read_back),
        cmocka_unit_test(test_inputs_are_told_from_answers),
        cmocka_unit_test(test_rubbish_is_read_to_its_end),
        cmocka_unit_test(test_what_a_target_asks_for_changes_no_key),
        cmocka_unit_test(test_cursor_keys_of_an_application),
        cmocka_unit_test(test_mouse_as_sgr),
        cmocka_unit_test(test_mouse_as_x10),
        cmocka_unit_test(test_mouse_that_nobody_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
