/*
 * What the terminal answers to queries. Each is answered exactly once, by this and never by
 * libvterm.
 *
 * The answers keep a Bubble Tea or termenv program from waiting and from changing its behaviour:
 * synchronized updates are supported, everything else that could switch the key encoding or the
 * width of characters is not, and other queries are not answered: the kitty keyboard's (CSI ? u),
 * XTVERSION (CSI > q), secondary and tertiary device attributes. Colour
 * queries (OSC 10, 11) are answered with the terminator they came with, as xterm does; all other
 * strings end with ST.
 */
#ifndef LEAKGATE_DRIVER_REPLIES_H
#define LEAKGATE_DRIVER_REPLIES_H

#include <stdbool.h>

#include "base/buffer.h"
#include "driver/scanner.h"

/* Pixels of a cell, as told to the target. */
#define REPLY_CELL_WIDTH 8
#define REPLY_CELL_HEIGHT 16

/* What answers depend on. */
struct reply_facts {
    int rows, columns;
    int cursor_row, cursor_column; /* from 0 */
    bool in_update;                /* DECSET 2026 is on */
};

/* Appends the answer to `replies`, whole or not at all; nothing when it is not a query. */
void reply_to_csi(const struct csi *csi, const struct reply_facts *facts, struct buffer *replies);
void reply_to_string(const struct control_string *string, struct buffer *replies);

#endif
