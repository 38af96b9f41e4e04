#include "scenario/key_input.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/strings.h"

#define ESC '\x1b'
#define PASTE_END "\x1b[201~"

enum { MOUSE_MOTION = 32, MOUSE_WHEEL = 64, RELEASED = 3 };

static const struct {
    char final;
    enum key_code code;
    uint32_t number; /* of a function key */
} letters[] = {
    {'A', KEY_UP, 0},       {'B', KEY_DOWN, 0},     {'C', KEY_RIGHT, 0},    {'D', KEY_LEFT, 0},
    {'H', KEY_HOME, 0},     {'F', KEY_END, 0},      {'P', KEY_FUNCTION, 1}, {'Q', KEY_FUNCTION, 2},
    {'R', KEY_FUNCTION, 3}, {'S', KEY_FUNCTION, 4},
};

/* CSI NUMBER ~; the numbers from 11 on are the function keys, with holes. */
static const enum key_code numbered[] = {
    [1] = KEY_HOME,    [2] = KEY_INSERT,    [3] = KEY_DELETE, [4] = KEY_END,
    [5] = KEY_PAGE_UP, [6] = KEY_PAGE_DOWN, [7] = KEY_HOME,   [8] = KEY_END,
};
static const uint32_t functions[] = {[11] = 1, 2, 3, 4, 5, [17] = 6, 7, 8, 9, 10, [23] = 11, 12};

/* A control sequence without its introducer. */
struct sequence {
    char leader; /* one of < = > ?, or 0 */
    char final;
    long numbers[3]; /* 1 where one is missing */
    long event;      /* of the kitty protocol: 3 is a release */
};

static void set_key(struct input *input, enum key_code code, uint32_t character, long modifiers)
{
    input->kind = INPUT_KEY;
    input->key =
        (struct key){.code = code,
                     .character = character,
                     .modifiers = (unsigned)(modifiers - 1) & (KEY_SHIFT | KEY_ALT | KEY_CTRL)};
}

/* A code point of the kitty protocol and its like: letters come without their shift. */
static void set_character(struct input *input, long code, long modifiers)
{
    enum key_code named = code == '\r'     ? KEY_ENTER
                          : code == ESC    ? KEY_ESCAPE
                          : code == '\t'   ? KEY_TAB
                          : code == '\x7f' ? KEY_BACKSPACE
                                           : KEY_CHARACTER;
    set_key(input, named, named == KEY_CHARACTER ? (uint32_t)code : 0, modifiers);
    struct key *key = &input->key;
    if (key->code == KEY_CHARACTER && (key->modifiers & KEY_SHIFT) != 0) {
        if (key->character >= 'a' && key->character <= 'z')
            key->character -= 'a' - 'A';
        key->modifiers &= ~(unsigned)KEY_SHIFT;
    }
}

/* Buttons as xterm counts them. */
static void set_mouse(struct input *input, long button, long column, long row, bool released)
{
    bool moves = (button & MOUSE_MOTION) != 0;
    input->row = (int)row - 1;
    input->column = (int)column - 1;
    input->kind = INPUT_OTHER;
    if (released || (moves && (button & RELEASED) == RELEASED))
        input->kind = INPUT_ANSWER;
    else if (button == 0 || button == MOUSE_WHEEL || button == MOUSE_WHEEL + 1)
        input->kind = INPUT_MOUSE;
    input->mouse = button == 0             ? MOUSE_CLICK
                   : button == MOUSE_WHEEL ? MOUSE_WHEEL_UP
                                           : MOUSE_WHEEL_DOWN;
}

static void set_sequence(struct input *input, const struct sequence *sequence)
{
    long first = sequence->numbers[0], second = sequence->numbers[1];
    input->kind = INPUT_ANSWER;
    if (sequence->leader == '<' && (sequence->final == 'M' || sequence->final == 'm'))
        set_mouse(input, first, second, sequence->numbers[2], sequence->final == 'm');
    if (sequence->leader != 0 || sequence->event == 3)
        return;
    if (sequence->final == '~' && first == 27)
        set_character(input, sequence->numbers[2], second);
    else if (sequence->final == '~' && first > 0 && first < (long)COUNT_OF(numbered))
        set_key(input, numbered[first], 0, second);
    else if (sequence->final == '~' && first > 0 && first < (long)COUNT_OF(functions) &&
             functions[first] != 0)
        set_key(input, KEY_FUNCTION, functions[first], second);
    else if (sequence->final == 'u')
        set_character(input, first, second);
    else if (sequence->final == 'Z')
        set_key(input, KEY_TAB, 0, 1 + KEY_SHIFT);
    /* CSI ROW ; COLUMN R is where the cursor is. */
    for (size_t i = 0; i < COUNT_OF(letters); i++)
        if (letters[i].final == sequence->final && sequence->final != 'R')
            set_key(input, letters[i].code, letters[i].number, second);
}

/* What stands between `start` and the end of the paste. */
static size_t read_paste(const char *bytes, size_t length, size_t start, bool whole,
                         struct input *input)
{
    const char *end = memmem(bytes + start, length - start, PASTE_END, strlen(PASTE_END));
    if (end == NULL && !whole)
        return 0;
    input->kind = INPUT_PASTE;
    input->paste = bytes + start;
    input->paste_length = end != NULL ? (size_t)(end - input->paste) : length - start;
    return end != NULL ? (size_t)(end - bytes) + strlen(PASTE_END) : length;
}

static size_t read_csi(const char *bytes, size_t length, bool whole, struct input *input)
{
    struct sequence sequence = {.numbers = {1, 1, 1}};
    size_t at = 2, number = 0;
    if (at < length && memchr("<=>?", bytes[at], 4) != NULL)
        sequence.leader = bytes[at++];
    for (bool event = false; at < length && bytes[at] >= ' ' && bytes[at] < '@'; at++) {
        long *to = event ? &sequence.event : &sequence.numbers[number];
        bool begins = bytes[at - 1] < '0' || bytes[at - 1] > '9';
        if (bytes[at] >= '0' && bytes[at] <= '9')
            *to = (begins || *to > LIMIT_TERMINAL_COLUMNS * 1000 ? 0 : *to * 10) + bytes[at] - '0';
        event = bytes[at] == ':' || (event && bytes[at] != ';');
        number += bytes[at] == ';' && number + 1 < COUNT_OF(sequence.numbers);
    }
    if (at == length && !whole)
        return 0;
    if (at == length) { /* nothing more will come: somebody pressed it */
        set_key(input, KEY_CHARACTER, '[', 1 + KEY_ALT);
        return 2;
    }
    sequence.final = bytes[at];
    if (sequence.final == 'M' && at == 2) { /* X10's mouse: three bytes, each 32 more */
        const unsigned char *three = (const unsigned char *)bytes + 3;
        if (length < 6)
            return whole ? length : 0;
        set_mouse(input, three[0] - 32, three[1] - 32, three[2] - 32,
                  (three[0] & RELEASED) == RELEASED && three[0] < 32 + MOUSE_MOTION);
        return 6;
    }
    if (sequence.final == '~' && sequence.numbers[0] == 200 && sequence.leader == 0)
        return read_paste(bytes, length, at + 1, whole, input);
    set_sequence(input, &sequence);
    return at + 1;
}

/* OSC and its like: an answer, up to BEL or ST. */
static size_t read_string(const char *bytes, size_t length, bool whole, struct input *input)
{
    input->kind = INPUT_ANSWER;
    for (size_t at = 2; at < length; at++)
        if (bytes[at] == '\a' || (bytes[at] == '\\' && bytes[at - 1] == ESC))
            return at + 1;
    if (!whole && length < LIMIT_OSC_BYTES)
        return 0;
    if (length > 2)
        return length;
    set_key(input, KEY_CHARACTER, (unsigned char)bytes[1], 1 + KEY_ALT);
    return 2;
}

static size_t read_character(const char *bytes, size_t length, bool whole, struct input *input)
{
    unsigned char first = (unsigned char)bytes[0];
    size_t expected = utf8_expected(first), got = utf8_length(bytes, length);
    if (got == 0 && expected > length && !whole)
        return 0;
    if (first < ' ' || first == 0x7f) {
        uint32_t character = first == 0 ? ' ' : first <= 26 ? first + 'a' - 1 : first + '@';
        if (first == '\r' || first == '\t' || first == 0x7f)
            set_character(input, first, 1);
        else
            set_key(input, KEY_CHARACTER, character, 1 + KEY_CTRL);
        return 1;
    }
    input->kind = INPUT_OTHER;
    if (got > 0)
        set_key(input, KEY_CHARACTER, utf8_character(bytes, got), 1);
    return got > 0 ? got : 1;
}

static size_t read_escape(const char *bytes, size_t length, bool whole, struct input *input)
{
    set_key(input, KEY_ESCAPE, 0, 1);
    if (length == 1 || bytes[1] == ESC)
        return length > 1 || whole ? 1 : 0;
    if (bytes[1] == '[')
        return read_csi(bytes, length, whole, input);
    if (memchr("]P_^X", bytes[1], 5) != NULL)
        return read_string(bytes, length, whole, input);
    for (size_t i = 0; bytes[1] == 'O' && length > 2 && i < COUNT_OF(letters); i++)
        if (letters[i].final == bytes[2]) {
            set_key(input, letters[i].code, letters[i].number, 1);
            return 3;
        }
    if (bytes[1] == 'O' && length == 2 && !whole)
        return 0;
    size_t used = read_character(bytes + 1, length - 1, whole, input);
    input->key.modifiers |= KEY_ALT;
    return used > 0 ? used + 1 : 0;
}

size_t input_read(const char *bytes, size_t length, bool whole, struct input *input)
{
    *input = (struct input){0};
    if (length == 0)
        return 0;
    return bytes[0] == ESC ? read_escape(bytes, length, whole, input)
                           : read_character(bytes, length, whole, input);
}
