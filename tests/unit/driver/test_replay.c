/* A recording drawn again: frames, markers, colours; and files that are none. */
#include "terminal_helpers.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "driver/emulator.h"
#include "driver/recording.h"
#include "driver/replay.h"

struct seen {
    struct buffer told; /* a line for each frame and marker */
    int wanted;         /* frames; then nothing more */
};

/* "0.5 [red fg=1 flags=1][ world]" for the first row. */
static bool see_frame(void *context, double at, struct terminal *terminal)
{
    struct seen *seen = context;
    _cleanup_buffer_ struct buffer text = {0};
    buffer_format(&seen->told, "%.1f %dx%d", at, terminal->columns, terminal->rows);
    for (int column = 0; column < terminal->columns;) {
        struct cell_style style;
        buffer_clear(&text);
        column = emulator_run(terminal->emulator, 0, column, &style, &text);
        buffer_format(&seen->told, " [%s", buffer_string(&text));
        if (style.foreground != COLOUR_DEFAULT)
            buffer_format(&seen->told, " fg=%x", (unsigned)style.foreground);
        if (style.background != COLOUR_DEFAULT)
            buffer_format(&seen->told, " bg=%x", (unsigned)style.background);
        if (style.flags != 0)
            buffer_format(&seen->told, " flags=%u", style.flags);
        buffer_text(&seen->told, "]");
    }
    buffer_text(&seen->told, "\n");
    return --seen->wanted > 0;
}

static void see_marker(void *context, double at, const char *label)
{
    struct seen *seen = context;
    buffer_format(&seen->told, "%.1f %s\n", at, label);
}

static const struct replay_listener listener = {.frame = see_frame, .marker = see_marker};

static char path[64];

static int make_file(void **state)
{
    (void)state;
    strcpy(path, "/tmp/leakgate-replay-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    return 0;
}

static int remove_file(void **state)
{
    (void)state;
    unlink(path);
    return 0;
}

static void put_file(const char *text)
{
    _cleanup_file_ FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
}

static struct replay_end assert_replayed(const char *text, const char *expected)
{
    struct seen seen = {.told = BUFFER_INIT(65536), .wanted = 1000};
    struct replay_end end;
    struct lg_error err = {0};
    put_file(text);
    assert_true(replay(path, 65536, &listener, &seen, &end, &err));
    assert_string_equal(buffer_string(&seen.told), expected);
    buffer_free(&seen.told);
    return end;
}

#define HEADER "{\"version\": 2, \"width\": 4, \"height\": 2}\n"

static void test_frames_and_markers(void **state)
{
    (void)state;
    struct replay_end end = assert_replayed(HEADER "[0.1, \"m\", \"press a\"]\n"
                                                   "[0.5, \"o\", \"ab\"]\n"
                                                   "[0.51, \"o\", \"cd\"]\n"
                                                   "[0.9, \"m\", \"press b\"]\n"
                                                   "[2.0, \"o\", \"\\r\\u65e5\"]\n",
                                            "0.1 press a\n"
                                            "0.5 4x2 [abcd]\n"
                                            "0.9 press b\n"
                                            "2.0 4x2 [日cd]\n");
    assert_float_equal(end.seconds, 2.0, 1e-9);
    assert_false(end.cut);
}

static void test_half_a_frame_is_none(void **state)
{
    (void)state;
    assert_replayed(HEADER "[0, \"o\", \"\\u001b[?2026hab\"]\n"
                           "[1, \"o\", \"cd\\u001b[?2026l\"]\n",
                    "1.0 4x2 [abcd]\n");
}

static void test_colours(void **state)
{
    (void)state;
    assert_replayed(
        HEADER "[0, \"o\", \"\\u001b[1;31ma\\u001b[0;38;5;136;48;2;1;2;3mb\\u001b[7mc\"]\n",
        "0.0 4x2 [a fg=1 flags=1] [b fg=88 bg=1010203] [c fg=88 bg=1010203 flags=8] [ ]\n");
}

/* Numbers without end, and colours that are cut off: libvterm 0.1.4 would write over its end. */
static void test_hostile_colours(void **state)
{
    (void)state;
    _cleanup_buffer_ struct buffer text = BUFFER_INIT(65536);
    buffer_text(&text, HEADER "[0, \"o\", \"\\u001b[");
    for (int i = 0; i < 500; i++)
        buffer_text(&text, "38;5;99999;");
    buffer_text(&text, "1m\\u001b[38m\\u001b[38;2;1m\\u001b[48;9;9;4ma\"]\n");
    struct seen seen = {.told = BUFFER_INIT(65536), .wanted = 10};
    struct replay_end end;
    struct lg_error err = {0};
    put_file(buffer_string(&text));
    assert_true(replay(path, 65536, &listener, &seen, &end, &err));
    assert_non_null(strstr(buffer_string(&seen.told), "[a"));
    buffer_free(&seen.told);
}

static void test_another_size(void **state)
{
    (void)state;
    assert_replayed(HEADER "[0, \"r\", \"3x1\"]\n[1, \"o\", \"xyz\"]\n[2, \"r\", \"9999x9999\"]\n",
                    "0.0 3x1 [   ]\n1.0 3x1 [xyz]\n");
}

static void test_time_does_not_go_back(void **state)
{
    (void)state;
    assert_replayed(HEADER "[5, \"o\", \"a\"]\n[1, \"o\", \"b\"]\n", "5.0 4x2 [ab  ]\n");
}

static void test_what_is_torn_ends_it(void **state)
{
    (void)state;
    struct replay_end end =
        assert_replayed(HEADER "[0, \"o\", \"a\"]\n[1, \"o\", \"b", "0.0 4x2 [a   ]\n");
    assert_true(end.cut);
    end = assert_replayed(HEADER "[0, \"o\", \"a\"]\nnonsense\n[1, \"o\", \"b\"]\n",
                          "0.0 4x2 [a   ]\n");
    assert_true(end.cut);
}

static void test_it_is_stopped_and_its_length_is_known(void **state)
{
    (void)state;
    struct seen seen = {.told = BUFFER_INIT(65536), .wanted = 1};
    struct replay_end end;
    struct lg_error err = {0};
    put_file(HEADER "[0, \"o\", \"a\"]\n[1, \"o\", \"b\"]\n[99, \"o\", \"c\"]\n");
    assert_true(replay(path, 65536, &listener, &seen, &end, &err));
    assert_string_equal(buffer_string(&seen.told), "0.0 4x2 [a   ]\n");
    assert_float_equal(end.seconds, 99, 1e-9);
    buffer_free(&seen.told);
}

static void test_more_than_is_read(void **state)
{
    (void)state;
    struct seen seen = {.told = BUFFER_INIT(65536), .wanted = 10};
    struct replay_end end;
    struct lg_error err = {0};
    put_file(HEADER "[0, \"o\", \"a\"]\n[1, \"o\", \"b\"]\n");
    assert_true(replay(path, sizeof HEADER + 20, &listener, &seen, &end, &err));
    assert_string_equal(buffer_string(&seen.told), "0.0 4x2 [a   ]\n");
    assert_true(end.cut);
    buffer_free(&seen.told);
}

static void assert_refused(const char *name)
{
    struct seen seen = {.told = BUFFER_INIT(65536), .wanted = 10};
    struct replay_end end;
    struct lg_error err = {0};
    assert_false(replay(name, 65536, &listener, &seen, &end, &err));
    assert_int_equal(err.class, LG_ERROR_INPUT);
    assert_string_equal(buffer_string(&seen.told), "");
    buffer_free(&seen.told);
}

static void test_what_is_no_recording(void **state)
{
    static const char *const texts[] = {"",
                                        "\n",
                                        "nonsense\n",
                                        "[0, \"o\", \"a\"]\n",
                                        "{\"version\": 3, \"width\": 4, \"height\": 2}\n",
                                        "{\"version\": 2, \"width\": 100000, \"height\": 2}\n",
                                        "{\"version\": 2, \"width\": -1, \"height\": -1}\n"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        put_file(texts[i]);
        assert_refused(path);
    }
    unlink(path);
    assert_refused(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_refused(path);
    assert_refused("/dev/zero");
}

/* What the recorder writes is what is drawn. */
static void test_a_recording_of_ours(void **state)
{
    (void)state;
    struct lg_error err = {0};
    unlink(path);
    struct recording *recording = recording_open(path, 2, 4, "title", &err);
    assert_non_null(recording);
    recording_marker(recording, "press \"x\"");
    recording_output(recording, BYTES("\x1b[32mab\xff"));
    assert_true(recording_close(recording, &err));
    struct seen seen = {.told = BUFFER_INIT(65536), .wanted = 10};
    struct replay_end end;
    assert_true(replay(path, 65536, &listener, &seen, &end, &err));
    assert_string_equal(buffer_string(&seen.told),
                        "0.0 press \"x\"\n0.0 4x2 [ab\xef\xbf\xbd fg=2] [ ]\n");
    buffer_free(&seen.told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_frames_and_markers, make_file, remove_file),
        cmocka_unit_test_setup_teardown(test_half_a_frame_is_none, make_file, remove_file),
        cmocka_unit_test_setup_teardown(test_colours, make_file, remove_file),
        cmocka_unit_test_setup_teardown(test_hostile_colours, make_file, remove_file),
        cmocka_unit_test_setup_teardown(test_another_size, make_file, remove_file),
        cmocka_unit_test_setup_teardown(test_time_does_not_go_back, make_file, remove_file),
        cmocka_unit_test_setup_teardown(test_what_is_torn_ends_it, make_file, remove_file),
        cmocka_unit_test_setup_teardown(test_it_is_stopped_and_its_length_is_known, make_file,
                                        remove_file),
        cmocka_unit_test_setup_teardown(test_more_than_is_read, make_file, remove_file),
        cmocka_unit_test_setup_teardown(test_what_is_no_recording, make_file, remove_file),
        cmocka_unit_test_setup_teardown(test_a_recording_of_ours, make_file, remove_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
