/*
 * The room that text takes: display width, padding, cutting and wrapping; and rows of numbers as
 * text.
 * Texts that are measured in columns are harmless already (text_harmless).
 */
#pragma once

#include <stddef.h>

#include "base/buffer.h"
#include "base/strings.h"

/* Columns that the text takes; a character without a width counts as one. */
size_t text_columns(const char *text);
/* The text and blanks up to `columns`; a longer text is not cut. */
void text_pad(struct buffer *out, const char *text, size_t columns);
/* The text cut to `columns` with "…" as its last; the caller frees it. */
char *text_cut(const char *text, size_t columns);
/* The text, or as much of it as fits in so many bytes with "…" at its end; never half a character.
 * The caller frees it. */
char *text_shortened(const char *text, size_t bytes);
/* The lines that are not empty, harmless and indented, at most `most` of them; a tab stays one
 * where `tabs`. Returns how many there are in all. */
size_t text_lines(struct buffer *out, const char *text, size_t indent, size_t most, bool tabs);
/* The text from column `column` on, broken at blanks before `width`, lines after the first
 * indented; a word longer than a line is not broken, so that it can be copied. No newline at the
 * end. */
void text_wrap(struct buffer *out, const char *text, size_t column, size_t indent, size_t width);

/* Rows of so many cells (at most TABLE_COLUMNS), as columns two blanks apart. */
enum { TABLE_COLUMNS = 16 };
void text_table(struct buffer *out, const struct string_list *cells, size_t columns);

/* "▁▂▃▅▆▇": what of the values is finite, neighbours put together where there are more than 40.
 * NULL where there are fewer than two. The caller frees it. */
char *sparkline(const double *values, size_t count);

/* Processes given as "NAME (PID)", each name once, in the order in which they come: "sh (12),
 * sleep (3 of them, the first 14)". The caller frees it. */
char *processes_describe(const struct string_list *processes);
