#include "commands/board.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/strings.h"
#include "report/console.h"
#include "report/text_layout.h"

enum { REDRAW_MS = 200, ROWS_USUAL = 24 };

void board_start(struct board *board, unsigned slots, size_t of, FILE *screens)
{
    *board = (struct board){
        .terminal = isatty(STDERR_FILENO) == 1,
        .screens = screens,
        .rows = memory_array(slots, sizeof *board->rows),
        .slots = slots,
        .of = of,
    };
}

void board_begin(struct board *board, unsigned slot, const char *name)
{
    board->rows[slot].name = memory_copy_text(name);
    board->rows[slot].line = memory_format("%s: start", name);
}

void board_say(struct board *board, unsigned slot, const char *line)
{
    free(board->rows[slot].line);
    board->rows[slot].line = memory_copy_text(line);
}

static void erase(struct board *board)
{
    if (board->drawn > 0)
        fprintf(stderr, "\r\033[%zuA\033[J", board->drawn);
    board->drawn = 0;
}

void board_attempt(struct board *board, unsigned slot, const char *attempt)
{
    if (!board->terminal)
        fprintf(stderr, "%s: %s ...\n", board->rows[slot].name, attempt);
}

void board_screen(struct board *board, const char *screen)
{
    erase(board);
    fflush(stderr);
    fputs(screen, board->screens);
    fflush(board->screens);
}

void board_finish(struct board *board, unsigned slot, const char *verdict, double seconds)
{
    struct board_row *row = &board->rows[slot];
    char took[64];
    clock_describe((int64_t)(seconds * 1e9), took, sizeof took);
    erase(board);
    fprintf(stderr, "[%zu/%zu] %s %s (%s)\n", ++board->finished, board->of, row->name, verdict,
            took);
    free(row->name);
    free(row->line);
    *row = (struct board_row){0};
}

/* A block that is higher than the terminal could not be drawn over. */
static size_t lines_at_most(void)
{
    struct winsize size = {0};
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0)
        size.ws_row = ROWS_USUAL;
    return size.ws_row > 1 ? size.ws_row - 1U : 1;
}

static void draw_line(struct board *board, const char *line, size_t width)
{
    _cleanup_free_ char *harmless = text_harmless(line, false);
    _cleanup_free_ char *cut = text_cut(harmless, width - 1);
    fprintf(stderr, "%s\n", cut);
    board->drawn++;
}

void board_draw(struct board *board, double left)
{
    if (!board->terminal || clock_now() - board->last_drawn < REDRAW_MS * NS_PER_MS)
        return;
    struct console_style style = console_style_of(STDERR_FILENO);
    size_t most = lines_at_most();
    bool in_minutes = left >= 90;
    _cleanup_free_ char *all =
        memory_format("%zu of %zu done, about %.0f %s left", board->finished, board->of,
                      in_minutes ? left / 60 : left, in_minutes ? "min" : "s");
    erase(board);
    for (unsigned i = 0; i < board->slots && board->drawn + 1 < most; i++)
        if (board->rows[i].name != NULL)
            draw_line(board, board->rows[i].line, style.width);
    draw_line(board, all, style.width);
    fflush(stderr);
    board->last_drawn = clock_now();
}

void board_end(struct board *board)
{
    erase(board);
    fflush(stderr);
    for (unsigned i = 0; i < board->slots; i++) {
        free(board->rows[i].name);
        free(board->rows[i].line);
    }
    free(board->rows);
}
