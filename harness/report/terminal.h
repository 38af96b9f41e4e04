/*
 * The result of a run as text for a person at a terminal or in a log. Pure: everything comes from
 * the arguments. Every text that comes from the target or from files is made harmless first.
 */
#ifndef LEAKGATE_REPORT_TERMINAL_H
#define LEAKGATE_REPORT_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "report/result.h"

struct terminal_style {
    bool colour;
    size_t width; /* columns */
};

/* Colour where `fd` is a terminal and NO_COLOR is not set; its width, 100 where it is none. */
struct terminal_style terminal_style_of(int fd);

void terminal_report(const struct suite_result *suite, struct terminal_style style,
                     struct buffer *out);

/* A screen in a box, `indent` columns from the left, empty rows at its end left out, and of four or
 * more equal rows all but the first only counted. `rows` is an array of texts. */
void terminal_screen(const json_t *rows, const char *title, size_t indent, size_t width,
                     struct buffer *out);

#endif
