/*
 * Text put into a page so that it stays text. Every text that comes from the target or from files
 * goes through one of these: it is made harmless (text_harmless: no controls, no bidirectional
 * overrides, valid UTF-8), cut at LIMIT_PAGE_TEXT_BYTES, and escaped for the place where it stands.
 */
#ifndef LEAKGATE_REPORT_HTML_TEXT_H
#define LEAKGATE_REPORT_HTML_TEXT_H

#include <stdbool.h>

#include "base/buffer.h"

/* For the text of an element and for an attribute's value in double quotes. */
void html_text(struct buffer *out, const char *text);
/* The same, whole, with its newlines, for <pre>. */
void html_lines(struct buffer *out, const char *text);
/* Text made from a format, escaped as html_text does; the format is trusted, but escaped too. */
void html_format(struct buffer *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* <code>text</code> */
void html_code(struct buffer *out, const char *text);
/* A relative address of a file of the report's directory, percent-encoded: it can name no scheme
 * and no host. */
void html_path(struct buffer *out, const char *path);
/* A JSON string with its quotes, for a data block: nothing in it ends a <script>. */
void html_json_text(struct buffer *out, const char *text);

/* A function's name as "plugin.(*Plugin).poll", "bubbletea/v2.Tick": without the path before the
 * package's name. Points into name. */
const char *html_short_function(const char *name);

#endif
