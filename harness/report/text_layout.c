#include "report/text_layout.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"

/* Columns of the character at `text`, and its length in bytes; bad UTF-8 is one byte and column. */
static size_t character_columns(const char *text, size_t *length)
{
    *length = utf8_length(text, strlen(text));
    if (*length == 0) {
        *length = 1;
        return 1;
    }
    return utf8_columns(utf8_character(text, *length));
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

size_t text_lines(struct buffer *out, const char *text, size_t indent, size_t most, bool tabs)
{
    size_t count = 0;
    _cleanup_free_ char *kept = memory_copy_text(text);
    char *remaining = NULL;
    for (char *line = strtok_r(kept, "\n", &remaining); line != NULL;
         line = strtok_r(NULL, "\n", &remaining)) {
        _cleanup_free_ char *harmless = text_harmless(line, tabs);
        if (++count <= most)
            buffer_format(out, "%*s%s\n", (int)indent, "", harmless);
    }
    return count;
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

char *sparkline(const double *values, size_t count)
{
    enum { SPARKS_MOST = 40, SPARK_LEVELS = 8 };
    double means[SPARKS_MOST], least = INFINITY, most = -INFINITY;
    size_t finite = 0;
    struct buffer out = {0};
    _cleanup_free_ double *kept = memory_array(count + 1, sizeof *kept);
    for (size_t i = 0; i < count; i++)
        if (isfinite(values[i]))
            kept[finite++] = values[i];
    if (finite < 2)
        return NULL;
    size_t parts = finite < SPARKS_MOST ? finite : SPARKS_MOST;
    for (size_t part = 0; part < parts; part++) {
        size_t first = part * finite / parts, end = (part + 1) * finite / parts;
        double sum = 0;
        for (size_t i = first; i < end; i++)
            sum += kept[i];
        means[part] = sum / (double)(end - first);
        least = fmin(least, means[part]);
        most = fmax(most, means[part]);
    }
    for (size_t part = 0; part < parts; part++) {
        double share = most > least ? (means[part] - least) / (most - least) : 0;
        unsigned level = (unsigned)(share * (SPARK_LEVELS - 1) + 0.5);
        /* U+2581 LOWER ONE EIGHTH BLOCK to U+2588 FULL BLOCK. */
        buffer_append(&out, (const char[]){'\xe2', '\x96', (char)(0x81 + level)}, 3);
    }
    return buffer_take(&out);
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

void text_table(struct buffer *out, const struct string_list *cells, size_t columns)
{
    size_t widths[TABLE_COLUMNS] = {0};
    for (size_t i = 0; i < cells->count; i++) {
        size_t taken = text_columns(cells->items[i]);
        size_t *width = &widths[i % columns];
        *width = taken > *width ? taken : *width;
    }
    for (size_t i = 0; i < cells->count; i++) {
        bool last = i % columns == columns - 1;
        text_pad(out, cells->items[i], last ? 0 : widths[i % columns] + 2);
        if (last)
            buffer_char(out, '\n');
    }
}
