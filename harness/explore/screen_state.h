/*
 * A screen as a person knows it again: its text with what changes by itself folded, and the order
 * of its colours, which marks what is selected.
 *
 * Folded: words with a digit in them (clocks, counters, hashes), hexadecimal words of 7 and more,
 * spinners of braille dots, and runs of blanks. Left out: restless rows.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/strings.h"
#include "driver/terminal.h"

struct screen_state {
    uint64_t id;
    struct string_list rows; /* as they are shown */
    uint64_t *marks;         /* one for each row: its folded text and colours */
};
void screen_state_free(struct screen_state *state);
#define _cleanup_state_ __attribute__((cleanup(screen_state_free)))

/* The row with what changes by itself folded; the caller frees it. */
char *row_folded(const char *row);

/* What the terminal shows now, which keeps colours (terminal_keep_styles). `restless` has a flag
 * for each row; NULL: none is. */
void screen_state_read(const struct terminal *terminal, const bool *restless,
                       struct screen_state *state);
