/*
 * The result of a run as text for a person at a terminal or in a log. Every text that comes from
 * the target or from files is made harmless first.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "result/result.h"

struct console_style {
    bool colour;
    bool verbose; /* also of what passed all there is to say */
    size_t width; /* columns, CONSOLE_WIDTH_LEAST or more */
};
/* Where there is no terminal, and on a narrow one. */
enum { CONSOLE_WIDTH = 100, CONSOLE_WIDTH_LEAST = 40 };

void console_report(const struct suite_result *suite, struct console_style style,
                    struct buffer *out);
/* All that it says of one scenario, without colour, for other formats. The caller frees it. */
char *console_block(const struct suite_result *suite, const struct scenario_result *scenario);
