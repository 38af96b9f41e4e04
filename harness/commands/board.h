/*
 * What a person sees on standard error while scenarios run side by side: on a terminal one line for
 * each that runs and one for all together, drawn anew, and above them those that have ended;
 * elsewhere a line when one has ended or needs another attempt.
 *
 * Order of calls: board_start; per slot board_begin, any of the others again and again,
 * board_finish; board_end.
 */
#ifndef LEAKGATE_COMMANDS_BOARD_H
#define LEAKGATE_COMMANDS_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct board_row {
    char *name; /* NULL: nothing runs in this slot */
    char *line; /* what it said last */
};

struct board {
    bool terminal; /* standard error is one */
    FILE *screens; /* where --show prints */
    struct board_row *rows;
    unsigned slots;
    size_t of;
    size_t finished;
    size_t drawn; /* lines that stand there now */
    int64_t last_drawn;
};

void board_start(struct board *board, unsigned slots, size_t of, FILE *screens);
void board_begin(struct board *board, unsigned slot, const char *name);
void board_say(struct board *board, unsigned slot, const char *line);
void board_attempt(struct board *board, unsigned slot, const char *attempt);
void board_screen(struct board *board, const char *screen);
void board_finish(struct board *board, unsigned slot, const char *verdict, double seconds);
/* Draws where it is a terminal, a few times a second. left: seconds for all that remains. */
void board_draw(struct board *board, double left);
void board_end(struct board *board);

#endif
