#include "report/html_text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/strings.h"

static const char *entity_of(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

static void put_escaped(struct buffer *out, const char *text)
{
    while (*text != '\0') {
        size_t plain = strcspn(text, "&<>\"'");
        buffer_append(out, text, plain);
        text += plain;
        if (*text != '\0')
            buffer_text(out, entity_of(*text++));
    }
}

/* Whole characters of what was made harmless, at most LIMIT_PAGE_TEXT_BYTES. */
static void cut(char *text)
{
    size_t length = LIMIT_PAGE_TEXT_BYTES;
    if (strlen(text) <= length)
        return;
    while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
        length--;
    strcpy(text + length, strlen(text + length) >= sizeof "…" ? "…" : "");
}

void html_text(struct buffer *out, const char *text)
{
    _cleanup_free_ char *harmless = text_harmless(text != NULL ? text : "", false);
    cut(harmless);
    put_escaped(out, harmless);
}

void html_lines(struct buffer *out, const char *text)
{
    _cleanup_free_ char *harmless = text_harmless(text, true);
    put_escaped(out, harmless);
}

void html_format(struct buffer *out, const char *format, ...)
{
    va_list args;
    char *text = NULL;
    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        memory_exhausted();
    va_end(args);
    html_text(out, text);
    cleanup_free(&text);
}

void html_code(struct buffer *out, const char *text)
{
    buffer_text(out, "<code>");
    html_text(out, text);
    buffer_text(out, "</code>");
}

void html_path(struct buffer *out, const char *path)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-.~/";
    buffer_text(out, "./");
    for (; *path != '\0'; path++) {
        if (strchr(plain, *path) != NULL)
            buffer_char(out, *path);
        else
            buffer_format(out, "%%%02X", (unsigned)(unsigned char)*path);
    }
}

void html_json_text(struct buffer *out, const char *text)
{
    _cleanup_free_ char *harmless = text_harmless(text, false);
    buffer_char(out, '"');
    for (const char *c = harmless; *c != '\0';) {
        size_t plain = strcspn(c, "\"\\<>&");
        buffer_append(out, c, plain);
        c += plain;
        if (*c != '\0')
            buffer_format(out, "\\u%04x", (unsigned)(unsigned char)*c++);
    }
    buffer_char(out, '"');
}

/* Where the path's element that ends before `end` begins. */
static size_t element_start(const char *name, size_t end)
{
    while (end > 0 && name[end - 1] != '/')
        end--;
    return end;
}

const char *html_short_function(const char *name)
{
    /* A path's slashes stand before the first bracket: "a/b.(*T[c/d.E]).f". */
    size_t start = element_start(name, strcspn(name, "(["));
    size_t digits = name[start] == 'v' ? strspn(name + start + 1, "0123456789") : 0;
    /* Of "a/b/v2.f" the version alone would say nothing. */
    if (start > 0 && digits > 0 && name[start + 1 + digits] == '.')
        start = element_start(name, start - 1);
    return name + start;
}
