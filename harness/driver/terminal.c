#include "driver/terminal.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/strings.h"

#define ESC "\x1b"
#define ST "\x1b\\"
#define SYNCHRONIZED_UPDATE 2026
/* Pixels of a cell, as reported to the target. */
#define CELL_WIDTH 8
#define CELL_HEIGHT 16
#define X10_LAST 222 /* 223 from 1, plus 32, is 255 */

static void take_text(void *context, const char *bytes, size_t length)
{
    struct terminal *terminal = context;
    emulator_text(terminal->emulator, bytes, length);
}

static void take_control(void *context, char control)
{
    struct terminal *terminal = context;
    emulator_control(terminal->emulator, control);
}

/* Counts what was drawn since the last complete frame, unless it is still being drawn. */
static void count_drawing(struct terminal *terminal)
{
    if (terminal->modes.in_update)
        return;
    bool drew = emulator_take_damage(terminal->emulator);
    if (drew || terminal->title_changed)
        terminal->frames++;
    terminal->title_changed = false;
}

static void end_update(struct terminal *terminal)
{
    if (!terminal->modes.in_update)
        return;
    terminal->modes.in_update = false;
    terminal->title_changed = false;
    emulator_take_damage(terminal->emulator);
    terminal->frames++;
}

static void take_escape(void *context, char intermediate, char final)
{
    struct terminal *terminal = context;
    if (intermediate == 0 && final == 'c') {
        end_update(terminal);
        terminal->modes = (struct terminal_modes){0};
    }
    emulator_escape(terminal->emulator, intermediate, final);
}

static void set_private_mode(struct terminal *terminal, int mode, bool on)
{
    struct terminal_modes *modes = &terminal->modes;
    switch (mode) {
    case EMULATOR_APPLICATION_CURSOR:
        modes->application_cursor = on;
        break;
    case EMULATOR_WRAP:
        modes->no_wrap = !on;
        break;
    case 47:
        mode = EMULATOR_ALTERNATE;
        modes->alternate = on;
        break;
    case EMULATOR_ALTERNATE:
    case EMULATOR_ALTERNATE_AND_CURSOR:
        modes->alternate = on;
        break;
    case 1000:
    case 1002:
    case 1003:
        modes->mouse = on ? mode : 0;
        break;
    case 1006:
        modes->mouse_sgr = on;
        break;
    case SYNCHRONIZED_UPDATE:
        if (on)
            count_drawing(terminal);
        else
            end_update(terminal);
        modes->in_update = on;
        break;
    default:
        break;
    }
    emulator_set_mode(terminal->emulator, mode, on);
}

static void set_modes(struct terminal *terminal, const struct csi *csi)
{
    bool on = csi->final == 'h';
    for (size_t i = 0; i < csi->count; i++) {
        if (csi->leader == '?') {
            set_private_mode(terminal, csi->parameters[i], on);
        } else if (csi->parameters[i] == 4) {
            terminal->modes.insert = on;
            emulator_set_insert(terminal->emulator, on);
        }
    }
}

/*
 * Queries. Each is answered exactly once, here and never by libvterm, whole or not at all.
 *
 * The answers keep a Bubble Tea or termenv program from waiting and from changing its behaviour:
 * synchronized updates are supported, everything else that could switch the key encoding or the
 * width of characters is not, and other queries are not answered: the kitty keyboard's (CSI ? u),
 * XTVERSION (CSI > q), secondary and tertiary device attributes. Colour queries (OSC 10, 11) are
 * answered with the terminator they came with, as xterm does; all other strings end with ST.
 */

/* A control sequence's leader, intermediate and final character as one value. */
#define QUERY(leader, intermediate, final) ((leader) << 16 | (intermediate) << 8 | (final))

static void reply_to_csi(const struct terminal *terminal, const struct csi *csi)
{
    struct buffer *replies = terminal->replies;
    int rows = terminal->rows, columns = terminal->columns, row, column;
    int query = QUERY(csi->leader, csi->intermediate, csi->final);
    int first = csi_parameter(csi, 0, 0);
    int second = csi_parameter(csi, 1, 0);
    int state = terminal->modes.in_update ? 1 : 2;
    if (csi->count > 3 || csi_parameter(csi, 2, 0) != 0)
        return;
    if (query == QUERY('?', 0, 'S') && first == 1 && second == 1)
        buffer_text(replies, ESC "[?1;0;256S"); /* XTSMGRAPHICS: colour registers */
    if (second != 0)
        return;
    switch (query) {
    case QUERY('?', '$', 'p'): /* DECRQM, private modes: 1 set, 2 reset, 0 not known */
        buffer_format(replies, ESC "[?%d;%d$y", first, first == SYNCHRONIZED_UPDATE ? state : 0);
        break;
    case QUERY(0, '$', 'p'): /* DECRQM, ANSI modes */
        buffer_format(replies, ESC "[%d;0$y", first);
        break;
    case QUERY(0, 0, 'c'): /* DA1: VT220 with colour */
        if (first == 0)
            buffer_text(replies, ESC "[?62;22c");
        break;
    case QUERY(0, 0, 'n'):
        if (first == 5) /* DSR: no malfunction */
            buffer_text(replies, ESC "[0n");
        if (first == 6) { /* CPR */
            emulator_cursor(terminal->emulator, &row, &column);
            buffer_format(replies, ESC "[%d;%dR", row + 1, column + 1);
        }
        break;
    case QUERY(0, 0, 't'): /* XTWINOPS: pixels of the screen, of a cell; rows and columns */
        if (first == 14)
            buffer_format(replies, ESC "[4;%d;%dt", rows * CELL_HEIGHT, columns * CELL_WIDTH);
        else if (first == 16)
            buffer_format(replies, ESC "[6;%d;%dt", CELL_HEIGHT, CELL_WIDTH);
        else if (first == 18)
            buffer_format(replies, ESC "[8;%d;%dt", rows, columns);
        break;
    default:
        break;
    }
}

/* What a key of a kitty graphics command ("Gi=42,s=1,a=q;...") is set to, or "". */
static const char *graphics_value(const char *command, char key)
{
    const char *end = command + strcspn(command, ";");
    for (const char *at = command + 1; at < end; at += strcspn(at, ",;") + 1)
        if (at[0] == key && at[1] == '=')
            return at + 2;
    return "";
}

/* By kitty's graphics protocol the terminal answers commands that have an id, in the last chunk,
 * unless they delete or ask for quiet. Returns the id to answer, or 0. */
static unsigned long graphics_query(const struct control_string *string)
{
    const char *command = string->text;
    if (command[0] != 'G' || graphics_value(command, 'a')[0] == 'd' ||
        strtoul(graphics_value(command, 'q'), NULL, 10) != 0 ||
        strtoul(graphics_value(command, 'm'), NULL, 10) != 0)
        return 0;
    unsigned long id = strtoul(graphics_value(command, 'i'), NULL, 10);
    return id <= UINT32_MAX ? id : 0;
}

static void reply_to_string(const struct control_string *string, struct buffer *replies)
{
    const char *terminator = string->bell ? "\a" : ST;
    bool osc = string->kind == STRING_OSC;
    if (osc && strcmp(string->text, "10;?") == 0) {
        buffer_format(replies, ESC "]10;rgb:ffff/ffff/ffff%s", terminator);
    } else if (osc && strcmp(string->text, "11;?") == 0) {
        buffer_format(replies, ESC "]11;rgb:0000/0000/0000%s", terminator);
    } else if (osc && strcmp(string->text, "1337;ReportCellSize") == 0) {
        buffer_format(replies, ESC "]1337;ReportCellSize=%d;%d" ST, CELL_HEIGHT, CELL_WIDTH);
    } else if (string->kind == STRING_APC) {
        unsigned long id = graphics_query(string);
        if (id != 0)
            buffer_format(replies, ESC "_Gi=%lu;OK" ST, id);
    }
}

static void take_csi(void *context, const struct csi *csi)
{
    struct terminal *terminal = context;
    bool mode = csi->final == 'h' || csi->final == 'l';
    if (mode && csi->intermediate == 0 && (csi->leader == 0 || csi->leader == '?')) {
        set_modes(terminal, csi);
    } else if (csi->final == 'p' && csi->leader == 0 && csi->intermediate == '!') {
        terminal->modes.application_cursor = false;
        terminal->modes.no_wrap = false;
        terminal->modes.insert = false;
        emulator_soft_reset(terminal->emulator);
    } else if (terminal->replies != NULL) {
        reply_to_csi(terminal, csi);
    }
    emulator_csi(terminal->emulator, csi);
}

static void take_string(void *context, const struct control_string *string)
{
    struct terminal *terminal = context;
    bool sets_title = text_starts(string->text, "0;") || text_starts(string->text, "2;");
    if (string->kind == STRING_OSC && sets_title) {
        char *title = text_harmless(string->text + 2, false);
        if (strcmp(title, terminal->title) != 0)
            terminal->title_changed = true;
        free(terminal->title);
        terminal->title = title;
    } else if (terminal->replies != NULL) {
        reply_to_string(string, terminal->replies);
    }
}

static bool size_is_fine(int rows, int columns, struct lg_error *err)
{
    if (rows >= 1 && rows <= LIMIT_TERMINAL_ROWS && columns >= 2 &&
        columns <= LIMIT_TERMINAL_COLUMNS)
        return true;
    return lg_fail(err, LG_ERROR_INPUT, 0,
                   "a terminal of %d columns and %d rows is not within the limits of 2x1 and %dx%d",
                   columns, rows, LIMIT_TERMINAL_COLUMNS, LIMIT_TERMINAL_ROWS);
}

struct terminal *terminal_new(int rows, int columns, struct lg_error *err)
{
    static const struct scanner_listener listener = {.text = take_text,
                                                     .control = take_control,
                                                     .escape = take_escape,
                                                     .csi = take_csi,
                                                     .string = take_string};
    if (!size_is_fine(rows, columns, err))
        return NULL;
    struct terminal *terminal = memory_new(struct terminal);
    terminal->emulator = emulator_new(rows, columns);
    terminal->rows = rows;
    terminal->columns = columns;
    terminal->scanner.listener = &listener;
    terminal->scanner.context = terminal;
    terminal->title = memory_copy_text("");
    return terminal;
}

void terminal_free(struct terminal *terminal)
{
    if (terminal == NULL)
        return;
    emulator_free(terminal->emulator);
    free(terminal->title);
    free(terminal);
}

void terminal_feed(struct terminal *terminal, const char *bytes, size_t length,
                   struct buffer *replies)
{
    terminal->replies = replies;
    scanner_feed(&terminal->scanner, bytes, length);
    terminal->replies = NULL;
    count_drawing(terminal);
}

bool terminal_resize(struct terminal *terminal, int rows, int columns, struct lg_error *err)
{
    int row, column;
    if (!size_is_fine(rows, columns, err))
        return false;
    emulator_cursor(terminal->emulator, &row, &column);
    emulator_free(terminal->emulator);
    terminal->emulator = emulator_new(rows, columns);
    terminal->rows = rows;
    terminal->columns = columns;
    if (terminal->keeps_styles)
        emulator_keep_styles(terminal->emulator);
    const struct terminal_modes *modes = &terminal->modes;
    if (modes->alternate)
        emulator_set_mode(terminal->emulator, EMULATOR_ALTERNATE, true);
    if (modes->application_cursor)
        emulator_set_mode(terminal->emulator, EMULATOR_APPLICATION_CURSOR, true);
    if (modes->no_wrap)
        emulator_set_mode(terminal->emulator, EMULATOR_WRAP, false);
    if (modes->insert)
        emulator_set_insert(terminal->emulator, true);
    emulator_move_cursor(terminal->emulator, row, column);
    emulator_take_damage(terminal->emulator);
    return true;
}

void terminal_part_text(const struct terminal *terminal, int row, int first, int last,
                        struct buffer *out)
{
    size_t before = out->length;
    emulator_cells(terminal->emulator, row, first, last, out);
    while (out->length > before && out->data[out->length - 1] == ' ')
        out->data[--out->length] = '\0';
}

void terminal_row_text(const struct terminal *terminal, int row, struct buffer *out)
{
    terminal_part_text(terminal, row, 0, terminal->columns - 1, out);
}

void terminal_keep_styles(struct terminal *terminal)
{
    terminal->keeps_styles = true;
    emulator_keep_styles(terminal->emulator);
}

void terminal_text(const struct terminal *terminal, struct string_list *rows)
{
    for (int row = 0; row < terminal->rows; row++) {
        struct buffer text = {0};
        terminal_row_text(terminal, row, &text);
        string_list_take(rows, buffer_take(&text));
    }
}

/* xterm's control characters (also its doubles on the digits, which VT220 keyboards had); -1 where
 * Ctrl changes nothing. */
static int control_character(uint32_t character)
{
    if ((character >= 'a' && character <= 'z') || (character >= '@' && character <= '_'))
        return (int)(character & 0x1f);
    if (character == ' ' || character == '2')
        return 0x00;
    if (character >= '3' && character <= '7')
        return (int)(character - '3' + 0x1b);
    if (character == '/')
        return 0x1f;
    return character == '8' || character == '?' ? 0x7f : -1;
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
        buffer_character(bytes, character);
}

void terminal_encode_key(struct terminal *terminal, struct key key, struct buffer *bytes)
{
    unsigned alt = key.modifiers & KEY_ALT;
    if (key.code == KEY_CHARACTER) {
        encode_character(key, bytes);
    } else if (key.code == KEY_ENTER) {
        /* Not by libvterm, which adds a newline in LNM and has CSI u for modifiers. */
        encode_character((struct key){.character = '\r', .modifiers = alt}, bytes);
    } else if (key.code == KEY_BACKSPACE && (key.modifiers & KEY_CTRL) != 0) {
        encode_character((struct key){.character = '\b', .modifiers = alt}, bytes);
    } else {
        unsigned modifiers = key.modifiers;
        if (key.code == KEY_BACKSPACE || key.code == KEY_ESCAPE)
            modifiers = alt;
        else if (key.code == KEY_TAB)
            modifiers &= KEY_ALT | KEY_SHIFT;
        emulator_key(terminal->emulator, key.code, key.character, modifiers, bytes);
    }
}

/* xterm's "Extended coordinates" (1006) and "Normal tracking mode". */
static void put_mouse(const struct terminal_modes *modes, int code, bool press, int row, int column,
                      struct buffer *bytes)
{
    if (modes->mouse_sgr)
        buffer_format(bytes, "\x1b[<%d;%d;%d%c", code, column + 1, row + 1, press ? 'M' : 'm');
    else
        buffer_format(bytes, "\x1b[M%c%c%c", 32 + (press ? code : 3), 33 + column, 33 + row);
}

bool terminal_encode_mouse(struct terminal *terminal, enum mouse_action action, int button, int row,
                           int column, struct buffer *bytes, struct lg_error *err)
{
    const struct terminal_modes *modes = &terminal->modes;
    int rows = terminal->rows, columns = terminal->columns;
    if (modes->mouse == 0)
        return lg_fail(err, LG_ERROR_TARGET, 0, "the target has not asked for the mouse");
    if (row < 0 || row >= rows || column < 0 || column >= columns)
        return lg_fail(err, LG_ERROR_TARGET, 0,
                       "row %d, column %d is outside the screen of %d rows and %d columns", row,
                       column, rows, columns);
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
