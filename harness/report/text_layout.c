#include "report/text_layout.h"

#include <string.h>
#include <wchar.h>

#include "base/memory.h"
#include "base/strings.h"

/* Columns of the character at `text`, and its length in bytes; bad UTF-8 is one byte and column. */
static size_t character_columns(const char *text, size_t *length)
{
    wchar_t character = 0;
    mbstate_t state = {0};
    *length = utf8_length(text, strlen(text));
    if (*length == 0) {
        *length = 1;
        return 1;
    }
    size_t got = mbrtowc(&character, text, *length, &state);
    int columns = got == *length ? wcwidth(character) : -1;
    return columns >= 0 ? (size_t)columns : 1;
}

size_t text_columns(const char *text)
{
    size_t columns = 0;
    for (size_t length; *text != '\0'; text += length)
        columns += character_columns(text, &length);
    return columns;
}

void text_pad(struct buffer *out, const char *text, size_t columns)
{
    size_t taken = text_columns(text);
    buffer_format(out, "%s%*s", text, taken < columns ? (int)(columns - taken) : 0, "");
}

char *text_cut(const char *text, size_t columns)
{
    if (text_columns(text) <= columns)
        return memory_copy_text(text);
    size_t taken = 0;
    const char *end = text;
    for (size_t length; *end != '\0'; end += length) {
        size_t wide = character_columns(end, &length);
        if (taken + wide + 1 > columns)
            break;
        taken += wide;
    }
    return memory_format("%.*s%s", (int)(end - text), text, columns > 0 ? "…" : "");
}

char *text_shortened(const char *text, size_t bytes)
{
    static const char sign[] = "…";
    if (strlen(text) <= bytes)
        return memory_copy_text(text);
    size_t kept = bytes > strlen(sign) ? bytes - strlen(sign) : 0;
    while (kept > 0 && ((unsigned char)text[kept] & 0xc0) == 0x80)
        kept--;
    return memory_format("%.*s%s", (int)kept, text, sign);
}

void text_wrap(struct buffer *out, const char *text, size_t column, size_t indent, size_t width)
{
    bool at_start = true;
    while (*text != '\0') {
        size_t length = strcspn(text, " ");
        _cleanup_free_ char *word = memory_copy_range(text, length);
        size_t columns = text_columns(word);
        if (!at_start && column + 1 + columns > width) {
            buffer_format(out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (!at_start) {
            buffer_char(out, ' ');
            column++;
        }
        buffer_text(out, word);
        column += columns;
        at_start = false;
        text += length;
        text += *text == ' ';
    }
}

char *processes_describe(const struct string_list *processes)
{
    struct buffer out = {0};
    for (size_t i = 0; i < processes->count; i++) {
        const char *process = processes->items[i];
        size_t length = text_process_name(process), before = 0, count = 0;
        for (size_t j = 0; j < processes->count; j++) {
            bool same = text_same_process(processes->items[j], process);
            before += same && j < i;
            count += same;
        }
        if (before > 0)
            continue;
        buffer_text(&out, out.length > 0 ? ", " : "");
        if (count == 1 || process[length] == '\0')
            buffer_text(&out, process);
        else
            buffer_format(&out, "%.*s (%zu of them, the first %.*s)", (int)length, process, count,
                          (int)strcspn(process + length + 2, ")"), process + length + 2);
    }
    return buffer_take(&out);
}
