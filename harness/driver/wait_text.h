/*
 * What a wait can look for after an input, made from the screens before and after it: the text that
 * came, or went, each time that it was done. Pure: rows in, texts out. Rows are as
 * terminal_text gives them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/strings.h"
#include "scenario/plan.h"

/* The screen around an input, once: before it was sent, and when the program was done with it. */
struct screen_change {
    const struct string_list *before;
    const struct string_list *after;
};

/* The clearest text that every `after` shows within the rows and no `before` does: whole
 * words, preferably all that stands between two gaps or frames, preferably without digits. NULL
 * when there is none. The caller frees it. */
char *wait_text_shown(const struct screen_change *changes, size_t count, struct range rows);

/* The wait for such a text, in `rows` or in one of them (only of screens of one height); else for
 * one that is gone. `wait` is empty before; its text is a template. False when a wait has nothing
 * to look for. */
bool wait_of_changes(const struct screen_change *changes, size_t count, struct range rows,
                     struct wait_plan *wait);
/* The wait for a new frame that shows a text which is on each screen after the input: where an
 * input makes the program draw, and the texts stay as they were. */
bool wait_of_redraw(const struct screen_change *changes, size_t count, struct range rows,
                    struct wait_plan *wait);

/* What the last wait for a text saw come: it may be a dialog that a later input closes. */
struct opened {
    const char *text;               /* a template; NULL: nothing */
    const struct string_list *from; /* the screen before it */
};
/* The wait for that to be gone, where the screen came back and shows no text that it had not
 * before. */
bool wait_of_closing(const struct screen_change *changes, size_t count, struct range rows,
                     const struct opened *opened, struct wait_plan *wait);
/* After an input with this wait (without any: a wait of nothing), `before` which the screen was. */
void opened_follow(struct opened *opened, const struct wait_plan *wait,
                   const struct string_list *before);

/* The next piece of a row from the byte `from` on: what stands between two frames (box drawing) or
 * gaps (two blanks and more). False when there is none. */
bool row_piece(const char *row, size_t from, size_t *start, size_t *length);

/* How many columns the first bytes of a row take. */
int row_columns(const char *row, size_t length);

/* Does one of the rows, within the range, contain the text? */
bool rows_contain(const struct string_list *rows, struct range range, const char *text);
