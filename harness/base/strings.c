#include "base/strings.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/buffer.h"
#include "base/memory.h"

void string_list_take(struct string_list *list, char *text)
{
    list->items = memory_grow(list->items, &list->capacity, list->count + 2, sizeof(char *));
    list->items[list->count++] = text;
    list->items[list->count] = NULL;
}

void string_list_add(struct string_list *list, const char *text)
{
    string_list_take(list, memory_copy_text(text));
}

void string_list_add_once(struct string_list *list, const char *text)
{
    if (!string_list_contains(list, text))
        string_list_add(list, text);
}

void string_list_add_all(struct string_list *list, const struct string_list *others)
{
    for (size_t i = 0; i < others->count; i++)
        string_list_add(list, others->items[i]);
}

bool string_list_contains(const struct string_list *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], text) == 0)
            return true;
    return false;
}

static int compare_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void string_list_sort(struct string_list *list)
{
    if (list->count > 1)
        qsort(list->items, list->count, sizeof(char *), compare_text);
}

void string_list_free(struct string_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
    *list = (struct string_list){0};
}

bool text_equal(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    return strcmp(a, b) == 0;
}

bool text_starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool text_ends(const char *text, const char *suffix)
{
    size_t length = strlen(text);
    size_t tail = strlen(suffix);
    return length >= tail && strcmp(text + length - tail, suffix) == 0;
}

bool text_is_one_of(const char *text, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strcmp(text, *words) == 0)
            return true;
    return false;
}

size_t text_process_name(const char *process)
{
    const char *bracket = strrchr(process, '(');
    return bracket != NULL && bracket > process ? (size_t)(bracket - process) - 1 : strlen(process);
}

bool text_same_process(const char *a, const char *b)
{
    size_t length = text_process_name(a);
    return length == text_process_name(b) && strncmp(a, b, length) == 0;
}

/* Optimal string alignment (Levenshtein's distance in which two letters that changed places count
 * once), with three rows of the table. */
static size_t edit_distance(const char *a, const char *b)
{
    size_t width = strlen(b) + 1;
    _cleanup_free_ size_t *table = memory_array(3 * width, sizeof *table);
    size_t *row = table, *above = table + width, *second = table + 2 * width;
    for (size_t j = 0; j < width; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        size_t *oldest = second;
        second = above;
        above = row;
        row = oldest;
        row[0] = i;
        for (size_t j = 1; j < width; j++) {
            size_t least = above[j - 1] + (a[i - 1] != b[j - 1]);
            least = above[j] + 1 < least ? above[j] + 1 : least;
            least = row[j - 1] + 1 < least ? row[j - 1] + 1 : least;
            bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            row[j] = swapped && second[j - 2] + 1 < least ? second[j - 2] + 1 : least;
        }
    }
    return row[width - 1];
}

const char *text_nearest(const char *word, const char *const *candidates, size_t count)
{
    const char *nearest = NULL;
    size_t best = SIZE_MAX;
    size_t length = strlen(word);
    if (length > 64)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        size_t longer = strlen(candidates[i]) > length ? strlen(candidates[i]) : length;
        size_t allowed = longer / 3 > 1 ? longer / 3 : 1;
        size_t distance = edit_distance(word, candidates[i]);
        if (distance <= allowed && distance < best) {
            best = distance;
            nearest = candidates[i];
        }
    }
    return nearest;
}

size_t utf8_expected(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first < 0xc2 || first > 0xf4)
        return 0;
    return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

size_t utf8_length(const char *text, size_t available)
{
    if (available == 0)
        return 0;
    const unsigned char *bytes = (const unsigned char *)text;
    size_t length = utf8_expected(bytes[0]);
    if (length == 0 || length > available)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (bytes[0] == 0xe0 && bytes[1] < 0xa0) || (bytes[0] == 0xf0 && bytes[1] < 0x90);
    bool surrogate = bytes[0] == 0xed && bytes[1] > 0x9f;
    bool too_large = bytes[0] == 0xf4 && bytes[1] > 0x8f;
    return overlong || surrogate || too_large ? 0 : length;
}

uint32_t utf8_character(const char *text, size_t length)
{
    static const unsigned char first_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t character = (unsigned char)text[0] & first_bits[length];
    for (size_t i = 1; i < length; i++)
        character = character << 6 | ((unsigned char)text[i] & 0x3f);
    return character;
}

/* Not by the C library, whose tables are files that a program linked for any Linux may not find. */
unsigned utf8_columns(uint32_t character)
{
    utf8proc_int32_t code = (utf8proc_int32_t)character;
    utf8proc_category_t category = utf8proc_category(code);
    if (character >= 0x1160 && character <= 0x11ff) /* the later parts of a Hangul syllable */
        return 0;
    if (category == UTF8PROC_CATEGORY_CN || category == UTF8PROC_CATEGORY_CC)
        return 1;
    return (unsigned)utf8proc_charwidth(code);
}

/* U+0080..U+009F, and the controls that reorder text on screen: U+061C, U+200E, U+200F,
 * U+202A..U+202E, U+2066..U+2069 (UAX #9). */
static bool acts_on_terminal(const char *text, size_t length)
{
    const unsigned char *b = (const unsigned char *)text;
    if (length == 1)
        return b[0] < 0x20 || b[0] == 0x7f;
    if (length == 2)
        return (b[0] == 0xc2 && b[1] < 0xa0) || (b[0] == 0xd8 && b[1] == 0x9c);
    if (length == 3 && b[0] == 0xe2 && b[1] == 0x80)
        return b[2] == 0x8e || b[2] == 0x8f || (b[2] >= 0xaa && b[2] <= 0xae);
    return length == 3 && b[0] == 0xe2 && b[1] == 0x81 && b[2] >= 0xa6 && b[2] <= 0xa9;
}

static bool is_letter(char character)
{
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
}

/* GitHub's runner obeys "::command" after whatever .NET takes for blanks at the start of a line,
 * and
 * "##[command]" anywhere (actions/runner, ActionCommand.cs); Azure's obeys "##vso[command]". A text
 * may be put at the start of a line, so only "::" within a word, as in "std::sort", is sure. */
static bool is_command(const char *text, char before)
{
    bool within = is_letter(before) || before == '_' || (before >= '0' && before <= '9');
    if (text[0] == ':' && text[1] == ':')
        return !within && is_letter(text[2]);
    return text[0] == '#' && text[1] == '#' && (text[2] == '[' || is_letter(text[2]));
}

char *text_harmless(const char *text, bool keep_newlines)
{
    struct buffer out = {0};
    size_t available = strlen(text);
    char before = '\0';
    buffer_append(&out, "", 0);
    while (available > 0) {
        /* What nobody obeys, whatever stands around it: most of any text. */
        size_t plain = 0;
        while (text[plain] >= ' ' && text[plain] <= '~' && text[plain] != ':' && text[plain] != '#')
            plain++;
        if (plain > 0) {
            buffer_append(&out, text, plain);
            before = text[plain - 1];
            text += plain;
            available -= plain;
            continue;
        }
        size_t length = utf8_length(text, available);
        bool kept = keep_newlines && (text[0] == '\n' || text[0] == '\t');
        if (length > 0 && (kept || !acts_on_terminal(text, length)))
            buffer_append(&out, text, length);
        else
            buffer_text(&out, "\xef\xbf\xbd");
        if (is_command(text, before))
            buffer_char(&out, ' ');
        length = length > 0 ? length : 1;
        before = *text;
        text += length;
        available -= length;
    }
    return buffer_take(&out);
}

char *shell_quoted(const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-./:=@%+,";
    if (*text != '\0' && text[strspn(text, plain)] == '\0')
        return memory_copy_text(text);
    struct buffer quoted = {0};
    buffer_char(&quoted, '\'');
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            buffer_text(&quoted, "'\\''");
        else
            buffer_char(&quoted, *text);
    }
    buffer_char(&quoted, '\'');
    return buffer_take(&quoted);
}
