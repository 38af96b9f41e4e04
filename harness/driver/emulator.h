/*
 * The screen itself: libvterm, given only what it is safe with.
 *
 * By its source, libvterm 0.1.4 (and in part 0.3.3) fails on hostile or merely rare output: it
 * writes over the end of its 16 control sequence parameters; a C1 character moves its cursor out of
 * the screen; REP after a character of no width makes it loop for ever; it draws a combining mark
 * in the next row when its base stands at the margin, and takes quadratic time over endless marks;
 * it takes only the first number of DECSET; it reads CSI s as DECSLRM. So only listed sequences are
 * passed on, those that move, erase, insert or delete text, with clipped numbers. Colours are left
 * out while a target runs, because no wait asks for them (a replay of its recording does:
 * emulator_keep_styles); likewise left and right margins, double-width lines and the charsets
 * beyond line drawing.
 *
 * The screen depends on what was drawn alone, not on how it was cut into calls.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "scenario/key_name.h"
#include "driver/scanner.h"

struct emulator;

/* DEC private modes that change how text is drawn or keys are encoded. */
enum emulator_mode {
    EMULATOR_APPLICATION_CURSOR = 1,
    EMULATOR_ORIGIN = 6,
    EMULATOR_WRAP = 7,
    EMULATOR_ALTERNATE = 1047,
    EMULATOR_SAVE_CURSOR = 1048,
    EMULATOR_ALTERNATE_AND_CURSOR = 1049
};

/* At least 1 row and 2 columns, which a wide character needs. Ends the process without memory. */
struct emulator *emulator_new(int rows, int columns);
void emulator_free(struct emulator *emulator);

/* Valid UTF-8, whole characters, no controls. */
void emulator_text(struct emulator *emulator, const char *bytes, size_t length);
void emulator_control(struct emulator *emulator, char control);
void emulator_escape(struct emulator *emulator, char intermediate, char final);
void emulator_csi(struct emulator *emulator, const struct csi *csi);
/* Modes that are not in enum emulator_mode are ignored. */
void emulator_set_mode(struct emulator *emulator, int mode, bool on);
void emulator_set_insert(struct emulator *emulator, bool on); /* IRM */
void emulator_move_cursor(struct emulator *emulator, int row, int column);
void emulator_soft_reset(struct emulator *emulator); /* DECSTR */

void emulator_cursor(const struct emulator *emulator, int *row, int *column); /* from 0 */
/* Has any cell been drawn since this was last asked? */
bool emulator_take_damage(struct emulator *emulator);

/* The cells of one row from first to last (inclusive, inside the screen) as UTF-8, appended; blanks
 * at the end may be missing. */
void emulator_cells(const struct emulator *emulator, int row, int first, int last,
                    struct buffer *out);

/* How a cell looks. A colour is COLOUR_DEFAULT, a number of the palette (0 to 255), or COLOUR_RGB
 * with 0xrrggbb. */
enum { COLOUR_DEFAULT = -1, COLOUR_RGB = 1 << 24 };
enum style_flag {
    STYLE_BOLD = 1,
    STYLE_ITALIC = 2,
    STYLE_UNDERLINE = 4,
    STYLE_REVERSE = 8,
    STYLE_STRIKE = 16
};
struct cell_style {
    int foreground;
    int background;
    unsigned flags; /* enum style_flag */
};

/* From now on colours and the like are kept. */
void emulator_keep_styles(struct emulator *emulator);
/* The cells from `column` on that look the same, as UTF-8, appended. Returns the column after them.
 */
int emulator_run(const struct emulator *emulator, int row, int column, struct cell_style *style,
                 struct buffer *out);
/* Has the row been drawn on since this was last asked? True at first. Up to date after
 * emulator_take_damage. */
bool emulator_take_row(struct emulator *emulator, int row);

/* One cell: a space when blank, nothing when it is the second half of a wide character. */
void emulator_cell(const struct emulator *emulator, int row, int column, struct buffer *out);

/* libvterm's encoding of a key that is no character, with modifiers (enum key_modifier). */
void emulator_key(struct emulator *emulator, enum key_code code, unsigned function_number,
                  unsigned modifiers, struct buffer *bytes);
