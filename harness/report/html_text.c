#include "report/html_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/strings.h"
#include "report/text_layout.h"

static void put_escaped(struct buffer *out, const char *text)
{
    static const char *const entities[] = {
        ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;"};
    while (*text != '\0') {
        size_t plain = strcspn(text, "&<>\"'");
        buffer_append(out, text, plain);
        text += plain;
        if (*text != '\0')
            buffer_text(out, entities[(unsigned char)*text++]);
    }
}

void html_text(struct buffer *out, const char *text)
{
    _cleanup_free_ char *harmless = text_harmless(text_or(text, ""), false);
    _cleanup_free_ char *cut = text_shortened(harmless, LIMIT_PAGE_TEXT_BYTES + strlen("…"));
    put_escaped(out, cut);
}

void html_lines(struct buffer *out, const char *text)
{
    _cleanup_free_ char *harmless = text_harmless(text, true);
    put_escaped(out, harmless);
}

void html_format(struct buffer *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    for (size_t length; *format != '\0'; format += length) {
        char conversion[16], number[64];
        va_list one;
        length = strcspn(format, "%");
        buffer_append(out, format, length);
        if (length > 0)
            continue;
        length = 1 + strcspn(format + 1, "sdufg%") + 1;
        if (text_starts(format, "%s")) {
            html_text(out, va_arg(args, const char *));
            continue;
        }
        snprintf(conversion, sizeof conversion, "%.*s", (int)length, format);
        va_copy(one, args);
        vsnprintf(number, sizeof number, conversion, one);
        va_end(one);
        buffer_text(out, number);
        if (strpbrk(conversion, "fg") != NULL)
            (void)va_arg(args, double);
        else if (strchr(conversion, 'z') != NULL)
            (void)va_arg(args, size_t);
        else if (strpbrk(conversion, "du") != NULL)
            (void)va_arg(args, int);
    }
    va_end(args);
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

void html_link(struct buffer *out, const char *path, const char *text)
{
    buffer_text(out, "<a href=\"");
    html_path(out, path);
    html_format(out, "\">%s</a>", text);
}

void html_table(struct buffer *out, const char *label, const char *class,
                const char *const *columns)
{
    buffer_format(
        out, "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"%s\"><table", label);
    if (class != NULL)
        buffer_format(out, " class=\"%s\"", class);
    buffer_text(out, "><thead><tr>");
    for (; *columns != NULL; columns++)
        buffer_format(out, "<th scope=\"col\">%s</th>", *columns);
    buffer_text(out, "</tr></thead><tbody>\n");
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
