/* What the tests of the terminal share: short ways to feed one and to look at it. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "driver/terminal.h"

/* A NUL-terminated literal as bytes and length. */
#define BYTES(literal) (literal), sizeof(literal) - 1

static inline struct terminal *new_terminal(int rows, int columns)
{
    struct lg_error err = {0};
    struct terminal *terminal = terminal_new(rows, columns, &err);
    assert_non_null(terminal);
    return terminal;
}

static inline void feed(struct terminal *terminal, const char *text)
{
    terminal_feed(terminal, text, strlen(text), NULL);
}

static inline void assert_row(const struct terminal *terminal, int row, const char *expected)
{
    _cleanup_buffer_ struct buffer text = {0};
    terminal_row_text(terminal, row, &text);
    assert_string_equal(buffer_string(&text), expected);
}

/* The whole screen, rows ended by newlines; the caller frees it. */
static inline char *screen_of(const struct terminal *terminal)
{
    struct buffer text = {0};
    for (int row = 0; row < terminal->rows; row++) {
        terminal_row_text(terminal, row, &text);
        buffer_char(&text, '\n');
    }
    return buffer_take(&text);
}
