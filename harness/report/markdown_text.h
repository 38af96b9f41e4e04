/*
 * Any text inside Markdown as GitHub and GitLab show it: as text, whatever is in it.
 *
 * What means something is written as a character reference, which is never taken for markup
 * (CommonMark, "Entity and numeric character references"), inside HTML as well. What those sites do
 * to the text of the finished page (mentions, references to issues, formulas) is kept apart
 * by an element that says nothing.
 */
#pragma once

#include "base/buffer.h"

/* Of each text at most so many bytes are shown. */
/* As running text; line breaks become blanks. Also for the start of a line. */
void markdown_text(struct buffer *out, const char *text, size_t most);
/* As code. */
void markdown_code(struct buffer *out, const char *text, size_t most);
/* Markdown with texts in it: `%s`, which is code, and %s. There are no other conversions. */
void markdown_format(struct buffer *out, size_t most, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* As a block of its own, lines kept; nothing where there is no text. */
void markdown_block(struct buffer *out, const char *language, const char *text, size_t most);
