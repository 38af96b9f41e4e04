#include "report/markdown_text.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/strings.h"
#include "report/text_layout.h"

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (unsigned char)c >= 0x80;
}

static bool is_markup(const char *start, const char *c)
{
    switch (*c) {
    case '_': /* within a word it is no emphasis */
        return c == start || !is_word(c[-1]) || !is_word(c[1]);
    case '.': /* of an address */
        return c - start >= 3 && strncasecmp(c - 3, "www", 3) == 0;
    case ':': /* of an address, or of an emoji's name */
        return c[1] != ' ' && c[1] != '\0';
    default: /* at the start of a line some begin a list, a heading or a quotation */
        return strchr("&<`|*~[]\\", *c) != NULL ||
               (c == start && (strchr("-+=>", *c) != NULL || (*c >= '0' && *c <= '9')));
    }
}

/* `apart` are the characters that those sites act on; around an element that says nothing they are
 * not found together with what stands beside them. */
static void put_escaped(struct buffer *out, const char *text, const char *apart)
{
    for (const char *c = text; *c != '\0'; c++) {
        unsigned code = (unsigned char)*c;
        if (*c == '\n' || *c == '\t')
            buffer_char(out, ' ');
        else if (strchr(apart, *c) != NULL)
            buffer_format(out, "<span>&#%u;</span>", code);
        else if (is_markup(text, c))
            buffer_format(out, "&#%u;", code);
        else
            buffer_char(out, *c);
    }
}

void markdown_text(struct buffer *out, const char *text, size_t most)
{
    _cleanup_free_ char *cut = text_shortened(text, most);
    _cleanup_free_ char *harmless = text_harmless(cut, true);
    put_escaped(out, harmless + strspn(harmless, " \t\n"), "@#$");
}

void markdown_code(struct buffer *out, const char *text, size_t most)
{
    _cleanup_free_ char *cut = text_shortened(text, most);
    _cleanup_free_ char *harmless = text_harmless(cut, true);
    buffer_text(out, "<code>");
    put_escaped(out, harmless, "@$");
    buffer_text(out, "</code>");
}

void markdown_format(struct buffer *out, size_t most, const char *format, ...)
{
    va_list texts;
    va_start(texts, format);
    while (*format != '\0') {
        if (text_starts(format, "`%s`")) {
            markdown_code(out, va_arg(texts, const char *), most);
            format += strlen("`%s`");
        } else if (text_starts(format, "%s")) {
            markdown_text(out, va_arg(texts, const char *), most);
            format += strlen("%s");
        } else {
            buffer_char(out, *format++);
        }
    }
    va_end(texts);
}

/* A fence longer than any run of its character in the text. */
static char *fence_of(const char *text)
{
    struct buffer fence = {0};
    buffer_text(&fence, "```");
    for (const char *c = text; *c != '\0';) {
        size_t run = strspn(c, "`");
        while (fence.length <= run)
            buffer_char(&fence, '`');
        c += run > 0 ? run : 1;
    }
    return buffer_take(&fence);
}

void markdown_block(struct buffer *out, const char *language, const char *text, size_t most)
{
    _cleanup_free_ char *cut = text_shortened(text, most);
    _cleanup_free_ char *harmless = text_harmless(cut, true);
    _cleanup_free_ char *fence = fence_of(harmless);
    if (harmless[strspn(harmless, " \n")] != '\0')
        buffer_format(out, "%s%s\n%s%s%s\n\n", fence, language, harmless,
                      text_ends(harmless, "\n") ? "" : "\n", fence);
}
