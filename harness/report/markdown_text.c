#include "report/markdown_text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/strings.h"

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (unsigned char)c >= 0x80;
}

/* At the start of a line these begin a list, a heading or a quotation. */
static bool begins_block(char c)
{
    return strchr("-+=>", c) != NULL || (c >= '0' && c <= '9');
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
    default:
        return strchr("&<`|*~[]\\", *c) != NULL || (c == start && begins_block(*c));
    }
}

static void put_reference(struct buffer *out, char c)
{
    buffer_format(out, "&#%u;", (unsigned)(unsigned char)c);
}

/* So that it is not found together with what stands beside it. */
static void put_apart(struct buffer *out, char c)
{
    buffer_text(out, "<span>");
    put_reference(out, c);
    buffer_text(out, "</span>");
}

void markdown_text(struct buffer *out, const char *text)
{
    _cleanup_free_ char *harmless = text_harmless(text, true);
    const char *start = harmless + strspn(harmless, " \t\n");
    for (const char *c = start; *c != '\0'; c++) {
        if (*c == '\n' || *c == '\t')
            buffer_char(out, ' ');
        else if (*c == '@' || *c == '#' || *c == '$')
            put_apart(out, *c);
        else if (is_markup(start, c))
            put_reference(out, *c);
        else
            buffer_char(out, *c);
    }
}

void markdown_code(struct buffer *out, const char *text)
{
    _cleanup_free_ char *harmless = text_harmless(text, true);
    buffer_text(out, "<code>");
    for (const char *c = harmless; *c != '\0'; c++) {
        if (*c == '\n' || *c == '\t')
            buffer_char(out, ' ');
        else if (*c == '@' || *c == '$')
            put_apart(out, *c);
        else if (is_markup(harmless, c))
            put_reference(out, *c);
        else
            buffer_char(out, *c);
    }
    buffer_text(out, "</code>");
}

/* A fence longer than any run of its character in the text. */
static size_t fence_length(const char *text)
{
    size_t longest = 2;
    for (const char *c = text; *c != '\0';) {
        size_t run = strspn(c, "`");
        longest = run > longest ? run : longest;
        c += run > 0 ? run : 1;
    }
    return longest + 1;
}

static void put_fence(struct buffer *out, size_t length)
{
    for (size_t i = 0; i < length; i++)
        buffer_char(out, '`');
}

void markdown_block(struct buffer *out, const char *language, const char *text)
{
    _cleanup_free_ char *harmless = text_harmless(text, true);
    size_t length = fence_length(harmless);
    if (harmless[strspn(harmless, " \n")] == '\0')
        return;
    put_fence(out, length);
    buffer_format(out, "%s\n%s%s", language, harmless, text_ends(harmless, "\n") ? "" : "\n");
    put_fence(out, length);
    buffer_text(out, "\n\n");
}
