/*
 * The terminal that the target believes it talks to: a scanner in front of a libvterm screen.
 *
 * It answers the queries in the output (byte for byte, also when one is split over reads), takes
 * out APC, PM and SOS strings (libvterm 0.1.4 draws their bodies), follows synchronized updates
 * (DECSET 2026), mouse modes and the title, and counts frames. It never writes to a descriptor:
 * replies are appended to a buffer that the owner sends.
 *
 * A wait may look at complete frames only: modes.in_update says that one is being drawn. Real
 * terminals end an update by themselves when it takes too long (150 ms to 1 s). This one does not,
 * because a half-drawn screen must not satisfy a wait: a target that stops in the middle of a frame
 * runs into the deadline of the wait, or is noticed when it ends.
 *
 * The screen, the title, the modes and the replies depend on the bytes alone, never on how they
 * were cut into feeds; the number of frames does.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "scenario/key_name.h"
#include "scenario/plan.h"
#include "driver/emulator.h"
#include "driver/scanner.h"

/* Others only read it: rows, columns, in_update, title, frames, and the cells of the emulator. */
struct terminal {
    struct emulator *emulator;
    int rows, columns;
    struct scanner scanner;
    /* What the target has asked its terminal for, as far as input and frames depend on it. */
    struct terminal_modes {
        bool in_update;          /* DECSET 2026: a frame is being drawn */
        int mouse;               /* DECSET 1000, 1002 or 1003, whichever came last; 0: no mouse */
        bool mouse_sgr;          /* DECSET 1006 */
        bool application_cursor; /* DECCKM */
        bool no_wrap;            /* DECAWM reset */
        bool insert;             /* IRM */
        bool alternate;          /* the alternate screen */
    } modes;
    char *title; /* "" at first. Nothing in it can act on a terminal (text_harmless) */
    bool title_changed;
    bool keeps_styles;
    /* Complete frames so far: ends of synchronized updates, and, outside of them, feeds that drew
     * or changed the title. */
    uint64_t frames;
    struct buffer *replies; /* of the feed under way */
};

/* 1 to LIMIT_TERMINAL_ROWS rows and 2 to LIMIT_TERMINAL_COLUMNS columns; else LG_ERROR_INPUT. */
struct terminal *terminal_new(int rows, int columns, struct lg_error *err);
void terminal_free(struct terminal *terminal);

/* Output of the target. Replies to queries in it are appended to `replies`. */
void terminal_feed(struct terminal *terminal, const char *bytes, size_t length,
                   struct buffer *replies);
/* A new, blank emulator of that size (libvterm 0.1.4 crashes on a resize with a saved cursor
 * outside); the target redraws. Modes, title, cursor and a sequence under way are kept. */
bool terminal_resize(struct terminal *terminal, int rows, int columns, struct lg_error *err);

/* One row as UTF-8 text, trailing blanks cut; the second cell of a wide character is skipped. */
void terminal_row_text(const struct terminal *terminal, int row, struct buffer *out);
/* The same for the columns of a range (already resolved, inclusive). */
void terminal_part_text(const struct terminal *terminal, int row, int first, int last,
                        struct buffer *out);
/* For a replay (driver/replay.h): from now on colours are kept (emulator_run). */
void terminal_keep_styles(struct terminal *terminal);
/* The whole screen, one string per row; the caller frees the list. */
void terminal_text(const struct terminal *terminal, struct string_list *rows);

/*
 * Input as a terminal sends it in its current modes, appended to `bytes`, in the encoding that
 * every program understands: xterm's without modifyOtherKeys and without the kitty protocol. A
 * target may ask for those; nothing acknowledges them, so it must expect this one.
 */
/* Modifiers that the encoding cannot say are left out: Ctrl-Enter is Enter. */
void terminal_encode_key(struct terminal *terminal, struct key key, struct buffer *bytes);
/* A click is press and release. row and column from 0. LG_ERROR_TARGET when the target has not
 * asked for the mouse, the cell is not on the screen, or the X10 encoding (without mode 1006) ends
 * before it, at 223. */
bool terminal_encode_mouse(struct terminal *terminal, enum mouse_action action, int button, int row,
                           int column, struct buffer *bytes, struct lg_error *err);
