#include "driver/emulator.h"

#include <stdlib.h>
#include <string.h>
#include <vterm.h>

#include "base/memory.h"
#include "base/strings.h"

/* One cell holds a character and five marks (VTERM_MAX_CHARS_PER_CELL). */
#define MARKS_MAX (VTERM_MAX_CHARS_PER_CELL - 1)
#define CELL_BYTES (VTERM_MAX_CHARS_PER_CELL * 4)
/* libvterm keeps a call's text decoded on its stack. */
#define TEXT_CALL_BYTES 4096u

/* What libvterm has in the second cell of a wide character. */
#define SECOND_HALF UINT32_MAX

struct emulator {
    VTerm *vterm;
    VTermState *state;
    VTermScreen *screen;
    int rows;
    int columns;
    bool damaged;
    bool keeps_styles;
    bool *drawn;            /* by row */
    VTermPos text_end;      /* the cursor after the last character that was drawn */
    bool at_margin;         /* ... which did not move it */
    int marks;              /* drawn on that character so far */
    char last_character[4]; /* for REP */
    size_t last_length;
    struct buffer *output; /* where libvterm's bytes go; NULL: nowhere */
    char *cells;           /* room for a row's text */
};

static void *allocate(size_t size, void *context)
{
    (void)context;
    return memory_array(1, size);
}

static void release(void *pointer, void *context)
{
    (void)context;
    free(pointer);
}

static int note_damage(VTermRect rect, void *context)
{
    struct emulator *emulator = context;
    emulator->damaged = true;
    for (int row = rect.start_row; row < rect.end_row && row < emulator->rows; row++)
        emulator->drawn[row] = true;
    return 1;
}

/* Replies to queries are not libvterm's business: only keys have a buffer to go to. */
static void take_output(const char *bytes, size_t length, void *context)
{
    struct emulator *emulator = context;
    if (emulator->output != NULL)
        buffer_append(emulator->output, bytes, length);
}

struct emulator *emulator_new(int rows, int columns)
{
    static VTermAllocatorFunctions functions = {.malloc = allocate, .free = release};
    static const VTermScreenCallbacks callbacks = {.damage = note_damage};
    struct emulator *emulator = memory_new(struct emulator);
    emulator->rows = rows;
    emulator->columns = columns;
    emulator->text_end.row = -1;
    emulator->cells = memory_array((size_t)columns, CELL_BYTES);
    emulator->drawn = memory_array((size_t)rows, sizeof *emulator->drawn);
    emulator->vterm = vterm_new_with_allocator(rows, columns, &functions, NULL);
    vterm_set_utf8(emulator->vterm, 1);
    vterm_output_set_callback(emulator->vterm, take_output, emulator);
    emulator->state = vterm_obtain_state(emulator->vterm);
    emulator->screen = vterm_obtain_screen(emulator->vterm);
    vterm_screen_enable_altscreen(emulator->screen, 1);
    vterm_screen_set_callbacks(emulator->screen, &callbacks, emulator);
    vterm_screen_set_damage_merge(emulator->screen, VTERM_DAMAGE_SCREEN);
    vterm_screen_reset(emulator->screen, 1);
    emulator_take_damage(emulator);
    for (int row = 0; row < rows; row++)
        emulator->drawn[row] = true;
    return emulator;
}

void emulator_free(struct emulator *emulator)
{
    if (emulator == NULL)
        return;
    vterm_free(emulator->vterm);
    free(emulator->cells);
    free(emulator->drawn);
    free(emulator);
}

static void write_bytes(struct emulator *emulator, const char *bytes, size_t length)
{
    vterm_input_write(emulator->vterm, bytes, length);
}

static void write_text(struct emulator *emulator, const char *text)
{
    write_bytes(emulator, text, strlen(text));
}

/* At the margin the cursor stays where it is until the next character. To notice that, the last one
 * is drawn by itself when the run may reach the margin (no character has more cells than bytes). */
static void write_characters(struct emulator *emulator, const char *bytes, size_t length)
{
    VTermPos before;
    size_t last = length - 1;
    while (last > 0 && ((unsigned char)bytes[last] & 0xc0) == 0x80)
        last--;
    emulator->last_length = length - last;
    memcpy(emulator->last_character, bytes + last, length - last);
    vterm_state_get_cursorpos(emulator->state, &before);
    if (last > 0 && (size_t)before.col + length + 2 >= (size_t)emulator->columns) {
        write_bytes(emulator, bytes, last);
        bytes += last;
        length -= last;
        vterm_state_get_cursorpos(emulator->state, &before);
    }
    write_bytes(emulator, bytes, length);
    vterm_state_get_cursorpos(emulator->state, &emulator->text_end);
    emulator->at_margin = vterm_pos_cmp(before, emulator->text_end) == 0;
    emulator->marks = 0;
}

/* libvterm joins a mark to its base when the cursor still stands behind it, and otherwise draws the
 * mark over the cell under the cursor, or, at the margin, into the next row. */
static void write_mark(struct emulator *emulator, const char *bytes, size_t length)
{
    VTermPos cursor;
    vterm_state_get_cursorpos(emulator->state, &cursor);
    if (emulator->at_margin || emulator->marks == MARKS_MAX ||
        vterm_pos_cmp(cursor, emulator->text_end) != 0)
        return;
    emulator->marks++;
    write_bytes(emulator, bytes, length);
}

/* Latin, arrows, box drawing, symbols, private use: quickly seen to be no combining mark. */
static bool is_plain(uint32_t character)
{
    return character < 0x300 || (character >= 0x2190 && character <= 0x2bff) ||
           (character >= 0xe000 && character <= 0xf8ff);
}

/* How many bytes from here on can be drawn in one call: characters that stand for themselves,
 * ASCII ones first, because after others libvterm no longer applies the line drawing set. */
static size_t plain_run(const char *bytes, size_t length)
{
    size_t end = length < TEXT_CALL_BYTES ? length : TEXT_CALL_BYTES - 3;
    size_t at = 0;
    while (at < end && ((unsigned char)bytes[at] & 0x80) == 0)
        at++;
    while (at < end && ((unsigned char)bytes[at] & 0x80) != 0) {
        size_t step = utf8_length(bytes + at, length - at);
        if (!is_plain(utf8_character(bytes + at, step)))
            break;
        at += step;
    }
    return at;
}

void emulator_text(struct emulator *emulator, const char *bytes, size_t length)
{
    while (length > 0) {
        size_t run = plain_run(bytes, length);
        bool mark = false;
        if (run == 0) {
            run = utf8_length(bytes, length);
            mark = utf8_columns(utf8_character(bytes, run)) == 0;
        }
        (mark ? write_mark : write_characters)(emulator, bytes, run);
        bytes += run;
        length -= run;
    }
}

void emulator_control(struct emulator *emulator, char control)
{
    if (control >= '\b' && control <= '\x0f')
        write_bytes(emulator, &control, 1);
}

/* By hand: all that moves the cursor comes through here, and by printf a replay took a seventh
 * longer. */
static char *put_number(char *out, int number)
{
    char digits[8];
    int count = 0;
    do
        digits[count++] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    while (count > 0)
        *out++ = digits[--count];
    return out;
}

void emulator_set_mode(struct emulator *emulator, int mode, bool on)
{
    char bytes[16] = "\x1b[?";
    if (mode != EMULATOR_APPLICATION_CURSOR && mode != EMULATOR_ORIGIN && mode != EMULATOR_WRAP &&
        mode != EMULATOR_ALTERNATE && mode != EMULATOR_SAVE_CURSOR &&
        mode != EMULATOR_ALTERNATE_AND_CURSOR)
        return;
    char *out = put_number(bytes + 3, mode);
    *out++ = on ? 'h' : 'l';
    write_bytes(emulator, bytes, (size_t)(out - bytes));
}

void emulator_escape(struct emulator *emulator, char intermediate, char final)
{
    if (intermediate == 0 && final == 'c') {
        /* libvterm's own reset stays in the alternate screen's cells. */
        emulator_set_mode(emulator, EMULATOR_ALTERNATE, false);
        vterm_screen_reset(emulator->screen, 1);
        emulator->last_length = 0;
        emulator->text_end.row = -1;
    } else if (intermediate == 0 && strchr("78DEHM", final) != NULL) {
        write_bytes(emulator, (char[]){'\x1b', final}, 2);
    } else if (intermediate == '#' && final == '8') {
        write_text(emulator, "\x1b#8");
    } else if (intermediate == '(' || intermediate == ')') {
        write_bytes(emulator,
                    (char[]){'\x1b', intermediate, final == '0' || final == 'A' ? final : 'B'}, 3);
    }
}

/* No sequence that is passed on has more than two numbers. */
static void write_csi(struct emulator *emulator, const struct csi *csi)
{
    char bytes[24] = "\x1b[";
    char *out = bytes + 2;
    for (size_t i = 0; i < 2 && i < csi->count; i++) {
        if (i > 0)
            *out++ = ';';
        if (csi->parameters[i] != CSI_MISSING)
            out = put_number(out, csi->parameters[i]);
    }
    *out++ = csi->final;
    write_bytes(emulator, bytes, (size_t)(out - bytes));
}

/* REP, ended at the margin as libvterm does; xterm's definition is the last graphic character. */
static void repeat_character(struct emulator *emulator, int count)
{
    VTermPos cursor;
    vterm_state_get_cursorpos(emulator->state, &cursor);
    int room = emulator->columns - cursor.col;
    size_t length = emulator->last_length;
    char character[4];
    memcpy(character, emulator->last_character, sizeof character);
    for (int i = 0; length > 0 && i < count && i < room; i++)
        emulator_text(emulator, character, length);
}

/* How many numbers an SGR attribute takes: "38;5;N" and "38;2;R;G;B" set a colour. */
static size_t sgr_length(const struct csi *csi, size_t at)
{
    enum { FOREGROUND = 38, BACKGROUND = 48, UNDERLINE = 58, PALETTE = 5, RGB = 2 };
    int attribute = csi_parameter(csi, at, 0);
    if (attribute != FOREGROUND && attribute != BACKGROUND && attribute != UNDERLINE)
        return 1;
    int kind = csi_parameter(csi, at + 1, 0);
    return kind == PALETTE ? 3 : kind == RGB ? 5 : 2;
}

/* One attribute a sequence, and only whole ones: libvterm 0.1.4 counts no further than 16 numbers.
 */
static void set_style(struct emulator *emulator, const struct csi *csi)
{
    enum { COLOUR_MAX = 255 };
    if (csi->count == 0)
        write_text(emulator, "\x1b[m");
    for (size_t at = 0, length; at < csi->count; at += length) {
        length = sgr_length(csi, at);
        if (length == 2 || at + length > csi->count)
            continue;
        char bytes[32] = "\x1b[";
        char *out = bytes + 2;
        for (size_t i = at; i < at + length; i++) {
            int number = csi_parameter(csi, i, 0);
            if (i > at)
                *out++ = ';';
            out = put_number(out, number > COLOUR_MAX ? COLOUR_MAX : number);
        }
        *out++ = 'm';
        write_bytes(emulator, bytes, (size_t)(out - bytes));
    }
}

void emulator_csi(struct emulator *emulator, const struct csi *csi)
{
    int first = csi_parameter(csi, 0, 0);
    bool selective_erase = csi->leader == '?' && (csi->final == 'J' || csi->final == 'K');
    if (csi->intermediate != 0 || (csi->leader != 0 && !selective_erase))
        return;
    if (selective_erase)
        write_csi(emulator, csi); /* nothing is ever protected */
    else if (csi->final == 'm' && emulator->keeps_styles)
        set_style(emulator, csi);
    else if (csi->final == 'b')
        repeat_character(emulator, first == 0 ? 1 : first);
    else if (csi->final == 's' && csi->count == 0)
        emulator_escape(emulator, 0, '7');
    else if (csi->final == 'u' && csi->count == 0)
        emulator_escape(emulator, 0, '8');
    else if (csi->final == 'T' ? csi->count <= 1
                               : strchr("@ABCDEFGHIJKLMPSXZ`adefgjkr", csi->final) != NULL)
        write_csi(emulator, csi);
}

void emulator_set_insert(struct emulator *emulator, bool on)
{
    write_text(emulator, on ? "\x1b[4h" : "\x1b[4l");
}

void emulator_move_cursor(struct emulator *emulator, int row, int column)
{
    write_csi(emulator,
              &(struct csi){.final = 'H', .parameters = {row + 1, column + 1}, .count = 2});
}

void emulator_soft_reset(struct emulator *emulator)
{
    vterm_state_reset(emulator->state, 0);
}

void emulator_cursor(const struct emulator *emulator, int *row, int *column)
{
    VTermPos cursor;
    vterm_state_get_cursorpos(emulator->state, &cursor);
    *row = cursor.row;
    *column = cursor.col;
}

bool emulator_take_damage(struct emulator *emulator)
{
    vterm_screen_flush_damage(emulator->screen);
    bool damaged = emulator->damaged;
    emulator->damaged = false;
    return damaged;
}

void emulator_cells(const struct emulator *emulator, int row, int first, int last,
                    struct buffer *out)
{
    VTermRect rect = {
        .start_row = row, .end_row = row + 1, .start_col = first, .end_col = last + 1};
    size_t room = (size_t)emulator->columns * CELL_BYTES;
    size_t length = vterm_screen_get_text(emulator->screen, emulator->cells, room, rect);
    buffer_append(out, emulator->cells, length < room ? length : room);
}

/* Nothing for the second half of a wide character. */
static void append_cell(const struct emulator *emulator, int row, int column,
                        const VTermScreenCell *cell, struct buffer *out)
{
    /* Of a blank cell libvterm fills the first place alone. */
    if (cell->chars[0] == 0)
        buffer_char(out, ' ');
    else if (cell->chars[0] < 0x80 && cell->chars[1] == 0)
        buffer_char(out, (char)cell->chars[0]);
    else if (cell->chars[0] != SECOND_HALF)
        emulator_cells(emulator, row, column, column, out);
}

void emulator_keep_styles(struct emulator *emulator)
{
    emulator->keeps_styles = true;
    /* So that a row is known to be drawn on by itself. */
    vterm_screen_set_damage_merge(emulator->screen, VTERM_DAMAGE_ROW);
}

static int colour_of(const VTermColor *colour)
{
    if (VTERM_COLOR_IS_DEFAULT_FG(colour) || VTERM_COLOR_IS_DEFAULT_BG(colour))
        return COLOUR_DEFAULT;
    if (VTERM_COLOR_IS_INDEXED(colour))
        return colour->indexed.idx;
    return COLOUR_RGB | colour->rgb.red << 16 | colour->rgb.green << 8 | colour->rgb.blue;
}

static struct cell_style style_of(const VTermScreenCell *cell)
{
    unsigned flags = 0;
    flags |= cell->attrs.bold ? STYLE_BOLD : 0u;
    flags |= cell->attrs.italic ? STYLE_ITALIC : 0u;
    flags |= cell->attrs.underline ? STYLE_UNDERLINE : 0u;
    flags |= cell->attrs.reverse ? STYLE_REVERSE : 0u;
    flags |= cell->attrs.strike ? STYLE_STRIKE : 0u;
    return (struct cell_style){colour_of(&cell->fg), colour_of(&cell->bg), flags};
}

int emulator_run(const struct emulator *emulator, int row, int column, struct cell_style *style,
                 struct buffer *out)
{
    for (int first = column; column < emulator->columns; column++) {
        VTermScreenCell cell = {0};
        vterm_screen_get_cell(emulator->screen, (VTermPos){.row = row, .col = column}, &cell);
        struct cell_style own = style_of(&cell);
        if (column == first)
            *style = own;
        else if (cell.chars[0] != SECOND_HALF &&
                 (own.foreground != style->foreground || own.background != style->background ||
                  own.flags != style->flags))
            break;
        append_cell(emulator, row, column, &cell, out);
    }
    return column;
}

bool emulator_take_row(struct emulator *emulator, int row)
{
    bool drawn = emulator->drawn[row];
    emulator->drawn[row] = false;
    return drawn;
}

void emulator_cell(const struct emulator *emulator, int row, int column, struct buffer *out)
{
    VTermScreenCell cell;
    vterm_screen_get_cell(emulator->screen, (VTermPos){.row = row, .col = column}, &cell);
    append_cell(emulator, row, column, &cell, out);
}

void emulator_key(struct emulator *emulator, enum key_code code, unsigned function_number,
                  unsigned modifiers, struct buffer *bytes)
{
    static const VTermKey keys[] = {
        [KEY_CHARACTER] = VTERM_KEY_NONE,
        [KEY_ENTER] = VTERM_KEY_ENTER,
        [KEY_ESCAPE] = VTERM_KEY_ESCAPE,
        [KEY_TAB] = VTERM_KEY_TAB,
        [KEY_BACKSPACE] = VTERM_KEY_BACKSPACE,
        [KEY_DELETE] = VTERM_KEY_DEL,
        [KEY_INSERT] = VTERM_KEY_INS,
        [KEY_UP] = VTERM_KEY_UP,
        [KEY_DOWN] = VTERM_KEY_DOWN,
        [KEY_LEFT] = VTERM_KEY_LEFT,
        [KEY_RIGHT] = VTERM_KEY_RIGHT,
        [KEY_HOME] = VTERM_KEY_HOME,
        [KEY_END] = VTERM_KEY_END,
        [KEY_PAGE_UP] = VTERM_KEY_PAGEUP,
        [KEY_PAGE_DOWN] = VTERM_KEY_PAGEDOWN,
    };
    /* KEY_SHIFT, KEY_ALT and KEY_CTRL have the values of VTERM_MOD_*. */
    _Static_assert((int)KEY_SHIFT == VTERM_MOD_SHIFT && (int)KEY_ALT == VTERM_MOD_ALT &&
                       (int)KEY_CTRL == VTERM_MOD_CTRL,
                   "modifiers have libvterm's values");
    _Static_assert(COUNT_OF(keys) == KEY_FUNCTION, "every key but F1 to F12 is listed");
    VTermKey key =
        code == KEY_FUNCTION ? (VTermKey)VTERM_KEY_FUNCTION(function_number) : keys[code];
    emulator->output = bytes;
    vterm_keyboard_key(emulator->vterm, key, (VTermModifier)modifiers);
    emulator->output = NULL;
}
