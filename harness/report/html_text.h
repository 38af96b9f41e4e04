/*
 * Text put into a page so that it stays text. Every text that comes from the target or from files
 * goes through one of these: it is made harmless (text_harmless: no controls, no bidirectional
 * overrides, valid UTF-8), cut at LIMIT_PAGE_TEXT_BYTES, and escaped for where it stands.
 */
#ifndef LEAKGATE_REPORT_HTML_TEXT_H
#define LEAKGATE_REPORT_HTML_TEXT_H

#include "base/buffer.h"

/* For the text of an element and for an attribute's value in double quotes. */
void html_text(struct buffer *out, const char *text);
/* The same, whole, with its newlines, for <pre>. */
void html_lines(struct buffer *out, const char *text);
/* Markup as in printf: the format goes into the page as it is, what a %s stands for as html_text
 * does it (NULL is ""). Of the other conversions those of double, int, unsigned and size_t. */
void html_format(struct buffer *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A relative address of a file of the report's directory, percent-encoded: it can name no scheme
 * and no host. */
void html_path(struct buffer *out, const char *path);
/* <a> to such a file. */
void html_link(struct buffer *out, const char *path, const char *text);
/* The start of a table up to its <tbody>. The texts are ours and go in as they are; `class` may be
 * NULL, and `columns` ends with NULL. */
void html_table(struct buffer *out, const char *label, const char *class,
                const char *const *columns);
/* A JSON string with its quotes, for a data block: nothing in it ends a <script>. */
void html_json_text(struct buffer *out, const char *text);

/* A function's name as "plugin.(*Plugin).poll", "bubbletea/v2.Tick": without the path before the
 * package's name. Points into name. */
const char *html_short_function(const char *name);

#endif
