#include "driver/keys.h"

#include <string.h>

#define X10_LAST 222 /* 223 from 1, plus 32, is 255 */

/* xterm's control characters (also its doubles on the digits, which VT220 keyboards had); -1 where
 * Ctrl changes nothing. */
static int control_character(uint32_t character)
{
    if ((character >= 'a' && character <= 'z') || (character >= '@' && character <= '_'))
        return (int)(character & 0x1f);
    switch (character) {
    case ' ':
    case '2':
        return 0x00;
    case '3':
        return 0x1b;
    case '4':
        return 0x1c;
    case '5':
        return 0x1d;
    case '6':
        return 0x1e;
    case '7':
    case '/':
        return 0x1f;
    case '8':
    case '?':
        return 0x7f;
    default:
        return -1;
    }
}

static void put_utf8(uint32_t character, struct buffer *bytes)
{
    if (character < 0x80) {
        buffer_char(bytes, (char)character);
        return;
    }
    unsigned continuations = character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
    static const unsigned char marks[] = {0, 0xc0, 0xe0, 0xf0};
    buffer_char(bytes, (char)(marks[continuations] | character >> (6 * continuations)));
    while (continuations-- > 0)
        buffer_char(bytes, (char)(0x80 | (character >> (6 * continuations) & 0x3f)));
}

static void encode_character(struct key key, struct buffer *bytes)
{
    uint32_t character = key.character;
    if ((key.modifiers & KEY_SHIFT) != 0 && character >= 'a' && character <= 'z')
        character = character - 'a' + 'A';
    int control = (key.modifiers & KEY_CTRL) != 0 ? control_character(character) : -1;
    if ((key.modifiers & KEY_ALT) != 0)
        buffer_char(bytes, '\x1b');
    if (control >= 0)
        buffer_char(bytes, (char)control);
    else
        put_utf8(character, bytes);
}

void key_encode(struct emulator *emulator, struct key key, struct buffer *bytes)
{
    unsigned modifiers = key.modifiers;
    switch (key.code) {
    case KEY_CHARACTER:
        encode_character(key, bytes);
        return;
    case KEY_ENTER:
        /* Not by libvterm, which adds a newline in LNM and has CSI u for modifiers. */
        encode_character((struct key){.character = '\r', .modifiers = modifiers & KEY_ALT}, bytes);
        return;
    case KEY_BACKSPACE:
        if ((modifiers & KEY_CTRL) != 0) {
            encode_character((struct key){.character = '\b', .modifiers = modifiers & KEY_ALT},
                             bytes);
            return;
        }
        modifiers &= KEY_ALT;
        break;
    case KEY_ESCAPE:
        modifiers &= KEY_ALT;
        break;
    case KEY_TAB:
        modifiers &= KEY_ALT | KEY_SHIFT;
        break;
    case KEY_DELETE:
    case KEY_INSERT:
    case KEY_UP:
    case KEY_DOWN:
    case KEY_LEFT:
    case KEY_RIGHT:
    case KEY_HOME:
    case KEY_END:
    case KEY_PAGE_UP:
    case KEY_PAGE_DOWN:
    case KEY_FUNCTION:
        break;
    }
    emulator_key(emulator, key.code, key.character, modifiers, bytes);
}

void paste_encode(const struct modes *modes, const char *text, struct buffer *bytes)
{
    if (modes->paste)
        buffer_text(bytes, "\x1b[200~");
    for (const char *at = text; *at != '\0'; at++) {
        bool pair = at[0] == '\r' && at[1] == '\n';
        if (!pair)
            buffer_char(bytes, *at == '\n' ? '\r' : *at);
    }
    if (modes->paste)
        buffer_text(bytes, "\x1b[201~");
}

/* xterm's "Extended coordinates" (1006) and "Normal tracking mode". */
static void put_mouse(const struct modes *modes, int code, bool press, int row, int column,
                      struct buffer *bytes)
{
    if (modes->mouse_sgr)
        buffer_format(bytes, "\x1b[<%d;%d;%d%c", code, column + 1, row + 1, press ? 'M' : 'm');
    else
        buffer_format(bytes, "\x1b[M%c%c%c", 32 + (press ? code : 3), 33 + column, 33 + row);
}

bool mouse_encode(const struct modes *modes, const struct emulator *emulator,
                  enum mouse_action action, int button, int row, int column, struct buffer *bytes,
                  struct lg_error *err)
{
    if (modes->mouse == 0)
        return lg_fail(err, LG_ERROR_TARGET, 0, "the target has not asked for the mouse");
    if (row < 0 || row >= emulator_rows(emulator) || column < 0 ||
        column >= emulator_columns(emulator))
        return lg_fail(err, LG_ERROR_TARGET, 0,
                       "row %d, column %d is outside the screen of %d rows and %d columns", row,
                       column, emulator_rows(emulator), emulator_columns(emulator));
    if (!modes->mouse_sgr && (row > X10_LAST || column > X10_LAST))
        return lg_fail(err, LG_ERROR_TARGET, 0,
                       "row %d, column %d is past what the target's mouse encoding can say", row,
                       column);
    if (action == MOUSE_CLICK) {
        put_mouse(modes, button - 1, true, row, column, bytes);
        put_mouse(modes, button - 1, false, row, column, bytes);
    } else {
        put_mouse(modes, action == MOUSE_WHEEL_UP ? 64 : 65, true, row, column, bytes);
    }
    return true;
}
