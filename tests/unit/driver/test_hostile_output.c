/*
 * Output that no program should send: the emulator must survive it, and what it shows, is named,
 * has switched on and answers must not depend on how the bytes were cut into reads.
 */
#include "terminal_helpers.h"

#include <stdio.h>

#define STREAM_BYTES (1024u * 1024u)
#define ROWS 12
#define COLUMNS 40

/* xorshift64: the same numbers everywhere. */
static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static size_t below(uint64_t *seed, size_t limit)
{
    return (size_t)(next_random(seed) % limit);
}

static const char *const seeds[] = {
    "\x1b[?2026$p",
    "\x1b[6n",
    "\x1b[c",
    "\x1b[?1049h",
    "\x1b[?1049l",
    "\x1b[2J",
    "\x1b[H",
    "\x1b[12;40H",
    "\x1b[40G",
    "\x1b"
    "7",
    "\x1b"
    "8",
    "\x1b[3;9r",
    "\x1b[r",
    "\x1b[?6h",
    "\x1b[?6l",
    "\x1b[?7l",
    "\x1b[?7h",
    "\x1b[4h",
    "\x1b[4l",
    "\x1b[5@",
    "\x1b[5P",
    "\x1b[5X",
    "\x1b[3L",
    "\x1b[3M",
    "\x1b[2S",
    "\x1b[2T",
    "\x1b[7b",
    "\x1b[3g",
    "\x1bH",
    "\x1bM",
    "\x1b"
    "D",
    "\x1b"
    "E",
    "\x1b#8",
    "\x1b#6",
    "\x1b(0",
    "\x1b(B",
    "\x0e",
    "\x0f",
    "\t",
    "\x1b[Z",
    "\r\n",
    "\n\n",
    "\b\b",
    "\x1b[!p",
    "\x1b"
    "c",
    "\x1b[s",
    "\x1b[u",
    "\x1b[?69h",
    "\x1b[5;9s",
    "\x1b[?2026h",
    "\x1b[?2026l",
    "\x1b[?2004h",
    "\x1b[?1003;1006h",
    "\x1b[?1000l",
    "\x1b]2;title ✓\a",
    "\x1b]0;other\x1b\\",
    "\x1b]52;c;AAAA\x1b\\",
    "\x1b]11;?\a",
    "\x1b_Gi=42,a=q;AA\x1b\\",
    "\x1bP+q544e\x1b\\",
    "\x1b^pm\x1b\\",
    "\x1bXsos\x18",
    "\x1b[38;2;1;2;3;48:2::4:5:6m",
    "\x1b[99999999999999999999A",
    "\x1b[1;2;3;4;5;6;7;8;9;0;1;2;3;4;5;6;7;8H",
    "\x1b[?1;1;0S",
    "\x1b[18t",
    "héllo",
    "日本語",
    "e\xcc\x81",
    "🎉🏳️‍🌈",
    "\xe2\x80\x8b",
    "\xcc\x81\xcc\x81",
    "╭────╮",
    "◱ Sidecar",
    "plain ascii text",
    "\xc2\x9b"
    "31m",
    "\x9b"
    "31m",
    "\xff\xfe",
    "\xe2\x82",
    "\xed\xa0\x80",
    "\xf0\x9f",
    "\xc3\x28",
    "\x18",
    "\x1a",
    "\x1b",
    "\x7f",
    "\xe1\x85\xa0",
    "กำ",
};
#define SEED_COUNT (sizeof seeds / sizeof *seeds)

/* Pieces of the list, some of them damaged, with noise between them. */
static void add_piece(struct buffer *stream, uint64_t *seed)
{
    const char *piece = seeds[below(seed, SEED_COUNT)];
    size_t start = stream->length;
    buffer_text(stream, piece);
    size_t length = stream->length - start;
    switch (below(seed, 8)) {
    case 0:
        stream->data[start + below(seed, length)] = (char)next_random(seed);
        break;
    case 1:
        stream->length -= below(seed, length);
        break;
    case 2:
        for (size_t i = below(seed, 12); i > 0; i--)
            buffer_char(stream, (char)next_random(seed));
        break;
    default:
        break;
    }
}

static struct buffer make_stream(uint64_t seed, size_t length)
{
    struct buffer stream = BUFFER_INIT(2 * STREAM_BYTES);
    while (stream.length < length)
        add_piece(&stream, &seed);
    return stream;
}

/* Everything a terminal can be asked, as one text. */
static char *state_of(struct terminal *terminal, const struct buffer *replies)
{
    struct buffer text = {0};
    struct lg_error err = {0};
    struct buffer cursor = BUFFER_INIT(SIZE_MAX);
    char *screen = screen_of(terminal);
    buffer_format(&text, "%stitle %s\nin update %d\nreplies %s\n", screen, terminal->title,
                  terminal->modes.in_update, buffer_string(replies));
    if (!terminal_encode_mouse(terminal, MOUSE_CLICK, 1, 1, 1, &text, &err))
        buffer_text(&text, err.text);
    terminal_encode_key(terminal, (struct key){.code = KEY_UP}, &text);
    terminal_feed(terminal, BYTES("\x1b[6n"), &cursor); /* its reply is the position */
    buffer_text(&text, buffer_string(&cursor));
    buffer_free(&cursor);
    free(screen);
    return buffer_take(&text);
}

enum cutting { WHOLE, BYTE_BY_BYTE, ANYWHERE };

static char *state_after(const struct buffer *stream, enum cutting cutting, uint64_t seed)
{
    struct buffer replies = {0};
    struct terminal *terminal = new_terminal(ROWS, COLUMNS);
    for (size_t at = 0; at < stream->length;) {
        size_t left = stream->length - at;
        size_t piece = cutting == WHOLE ? left : cutting == BYTE_BY_BYTE ? 1 : 1 + below(&seed, 50);
        piece = piece < left ? piece : left;
        terminal_feed(terminal, stream->data + at, piece, &replies);
        at += piece;
    }
    char *state = state_of(terminal, &replies);
    buffer_free(&replies);
    terminal_free(terminal);
    return state;
}

static void assert_cutting_changes_nothing(const struct buffer *stream, uint64_t seed)
{
    char *whole = state_after(stream, WHOLE, seed);
    char *bytes = state_after(stream, BYTE_BY_BYTE, seed);
    char *pieces = state_after(stream, ANYWHERE, seed);
    assert_string_equal(bytes, whole);
    assert_string_equal(pieces, whole);
    free(whole);
    free(bytes);
    free(pieces);
}

static void test_a_megabyte_of_hostile_output(void **state)
{
    (void)state;
    struct buffer stream = make_stream(0x1ea64a7e, STREAM_BYTES);
    assert_cutting_changes_nothing(&stream, 7);
    buffer_free(&stream);
}

/* Short streams end in more different states than one long one, in which the last clear wins. */
static void test_many_short_streams(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 4000; seed++) {
        struct buffer stream = make_stream(seed * 0x9e3779b97f4a7c15u, 1 + seed % 300);
        assert_cutting_changes_nothing(&stream, seed);
        buffer_free(&stream);
    }
}

static void test_random_bytes(void **state)
{
    (void)state;
    uint64_t seed = 42;
    struct buffer stream = BUFFER_INIT(STREAM_BYTES);
    while (stream.length < STREAM_BYTES / 4)
        buffer_char(&stream, (char)next_random(&seed));
    assert_cutting_changes_nothing(&stream, 9);
    buffer_free(&stream);
}

/* Whichever characters libvterm takes for combining marks: at the start, after a letter, at the
 * margin, next to one another. */
static void test_every_character_wherever_it_stands(void **state)
{
    (void)state;
    for (uint32_t first = 0xa0; first < 0x20000; first += 16) {
        struct buffer stream = {0};
        for (uint32_t c = first; c < first + 16; c++) {
            if (c >= 0xd800 && c <= 0xdfff)
                continue;
            char text[5] = "";
            if (c < 0x800)
                snprintf(text, sizeof text, "%c%c", 0xc0 | c >> 6, 0x80 | (c & 0x3f));
            else if (c < 0x10000)
                snprintf(text, sizeof text, "%c%c%c", 0xe0 | c >> 12, 0x80 | (c >> 6 & 0x3f),
                         0x80 | (c & 0x3f));
            else
                snprintf(text, sizeof text, "%c%c%c%c", 0xf0 | c >> 18, 0x80 | (c >> 12 & 0x3f),
                         0x80 | (c >> 6 & 0x3f), 0x80 | (c & 0x3f));
            buffer_format(&stream, "a%sb%s%s\x1b[40G%s%s\r\n", text, text, text, text, text);
        }
        char *whole = state_after(&stream, WHOLE, 0);
        char *bytes = state_after(&stream, BYTE_BY_BYTE, 0);
        assert_string_equal(bytes, whole);
        free(whole);
        free(bytes);
        buffer_free(&stream);
    }
}

static void test_resizes_in_between(void **state)
{
    (void)state;
    uint64_t seed = 3;
    struct lg_error err = {0};
    struct buffer stream = make_stream(99, STREAM_BYTES / 4);
    struct terminal *terminal = new_terminal(ROWS, COLUMNS);
    for (size_t at = 0; at + 200 < stream.length; at += 200) {
        terminal_feed(terminal, stream.data + at, 200, NULL);
        int rows = 1 + (int)below(&seed, 30);
        int columns = 2 + (int)below(&seed, 90);
        assert_true(terminal_resize(terminal, rows, columns, &err));
    }
    terminal_free(terminal);
    buffer_free(&stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_megabyte_of_hostile_output),
        cmocka_unit_test(test_many_short_streams),
        cmocka_unit_test(test_random_bytes),
        cmocka_unit_test(test_every_character_wherever_it_stands),
        cmocka_unit_test(test_resizes_in_between),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
