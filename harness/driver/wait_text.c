#include "driver/wait_text.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "driver/screen.h"
#include "scenario/write.h"

enum {
    MOST_WORDS = 6,
    MOST_COLUMNS = 40,
    BEST_COLUMNS = 10, /* "Quit" stands in many places, a sentence is cut off on some screens */
    LEAST_LETTERS = 3,
    MOST_BELOW = 8,
    HASH_LENGTH = 7 /* hexadecimal digits that are the short form of a commit's hash, or more */
};

/* --- Pieces and words --- */

/* Box drawing, blocks and shades. */
static bool is_frame(const char *text, size_t length)
{
    uint32_t character = length > 1 ? utf8_character(text, length) : 0;
    return character >= 0x2500 && character <= 0x259f;
}

static size_t character_at(const char *text)
{
    size_t length = utf8_length(text, strlen(text));
    return length > 0 ? length : 1;
}

int row_columns(const char *text, size_t length)
{
    int columns = 0;
    for (size_t at = 0, bytes; at < length; at += bytes) {
        bytes = utf8_length(text + at, length - at);
        columns += (int)utf8_columns(bytes > 1 ? utf8_character(text + at, bytes)
                                               : (unsigned char)text[at]);
        bytes = bytes > 0 ? bytes : 1;
    }
    return columns;
}

bool row_piece(const char *row, size_t from, size_t *start, size_t *length)
{
    size_t at = from;
    while (row[at] == ' ' || (row[at] != '\0' && is_frame(row + at, character_at(row + at))))
        at += character_at(row + at);
    *start = at;
    while (row[at] != '\0' && !(row[at] == ' ' && (row[at + 1] == ' ' || row[at + 1] == '\0'))) {
        size_t next = row[at] == ' ' ? at + 1 : at;
        if (is_frame(row + next, character_at(row + next)))
            break;
        at += character_at(row + at);
    }
    *length = at - *start;
    return *length > 0;
}

/* --- Candidates --- */

static bool is_hash(const char *word, size_t length)
{
    size_t digits = 0;
    for (size_t i = 0; i < length; i++) {
        if (!isxdigit((unsigned char)word[i]))
            return false;
        digits += isdigit((unsigned char)word[i]) != 0;
    }
    return length >= HASH_LENGTH && digits > 0;
}

/* What each font draws as it likes. */
static bool is_private(uint32_t character)
{
    return (character >= 0xe000 && character <= 0xf8ff) || character >= 0xf0000;
}

/* How far a text is from a short clear one; INT_MAX: it is none. Digits change, and so does where a
 * text is cut off; a whole piece is easier to read than a part of it. */
static int unclearness(const char *text, size_t length, bool whole)
{
    int letters = 0, digits = 0, signs = 0, columns = 0;
    for (size_t at = 0; at < length;) {
        size_t bytes = character_at(text + at);
        uint32_t character = bytes > 1 ? utf8_character(text + at, bytes) : (unsigned char)text[at];
        columns += (int)utf8_columns(character);
        if (character == 0x2026 || is_private(character))
            return INT_MAX;
        if (character < 0x80 ? isalpha((int)character) != 0
                             : (character >= 0xc0 && character < 0x2000) || character >= 0x3040)
            letters++;
        else if (character < 0x80 && isdigit((int)character))
            digits++;
        else
            signs += character != ' ';
        at += bytes;
    }
    for (size_t at = 0, word; at < length; at += word + 1) {
        word = strcspn(text + at, " ");
        if (is_hash(text + at, word < length - at ? word : length - at))
            return INT_MAX;
    }
    if (letters < LEAST_LETTERS || columns > MOST_COLUMNS)
        return INT_MAX;
    int length_off = columns < BEST_COLUMNS ? 2 * (BEST_COLUMNS - columns) : columns - BEST_COLUMNS;
    return length_off + 40 * (digits > 0) + 3 * signs - (whole ? 12 : 0);
}

bool rows_contain(const struct string_list *rows, struct range range, const char *text)
{
    int first, last;
    if (!range_resolve(range, (int)rows->count, &first, &last))
        return false;
    for (int row = first; row <= last; row++)
        if (strstr(rows->items[row], text) != NULL)
            return true;
    return false;
}

static bool tells(const struct screen_change *changes, size_t count, struct range rows,
                  const char *text)
{
    for (size_t i = 0; i < count; i++)
        if (rows_contain(changes[i].before, rows, text) ||
            !rows_contain(changes[i].after, rows, text))
            return false;
    return true;
}

struct choice {
    const struct screen_change *changes;
    size_t count;
    struct range rows;
    char *best;
    int unclear; /* of the best; INT_MAX: there is none */
};

/* All runs of words in the piece. What is new begins with its title: a text counts as less clear
 * the further it is below. */
static void try_piece(struct choice *choice, const char *piece, size_t length, int below)
{
    for (size_t start = 0; start < length; start += strcspn(piece + start, " ") + 1) {
        size_t end = start;
        for (int words = 0; words < MOST_WORDS && end < length; words++) {
            end += strcspn(piece + end + (words > 0), " ") + (words > 0);
            end = end < length ? end : length;
            int unclear = unclearness(piece + start, end - start, start == 0 && end == length);
            if (unclear == INT_MAX || unclear + below >= choice->unclear)
                continue;
            _cleanup_free_ char *text = memory_copy_range(piece + start, end - start);
            if (!tells(choice->changes, choice->count, choice->rows, text))
                continue;
            free(choice->best);
            choice->best = take_pointer(text);
            choice->unclear = unclear + below;
        }
    }
}

char *wait_text_shown(const struct screen_change *changes, size_t count, struct range rows)
{
    struct choice choice = {changes, count, rows, NULL, INT_MAX};
    int first, last, below = 0;
    if (count == 0 || !range_resolve(rows, (int)changes->after->count, &first, &last))
        return NULL;
    for (int row = first; row <= last; row++) {
        const char *text = changes->after->items[row];
        size_t start, length;
        if (*text == '\0' || rows_contain(changes->before, rows, text))
            continue;
        for (size_t at = 0; row_piece(text, at, &start, &length); at = start + length)
            try_piece(&choice, text + start, length, below);
        below += below < MOST_BELOW;
    }
    return choice.best;
}

/* --- The wait --- */

static bool have_one_height(const struct screen_change *changes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (changes[i].before->count != changes->before->count ||
            changes[i].after->count != changes->before->count)
            return false;
    return true;
}

static char *text_gone(const struct screen_change *changes, size_t count, struct range rows)
{
    _cleanup_free_ struct screen_change *reversed = memory_array(count, sizeof *reversed);
    for (size_t i = 0; i < count; i++)
        reversed[i] = (struct screen_change){changes[i].after, changes[i].before};
    return wait_text_shown(reversed, count, rows);
}

static bool take_text(struct string_list *texts, char *text)
{
    if (text == NULL)
        return false;
    string_list_take(texts, text_as_template(text));
    free(text);
    return true;
}

bool wait_of_changes(const struct screen_change *changes, size_t count, struct range rows,
                     struct wait_plan *wait)
{
    int first, last;
    wait->file_lines = -1;
    if (count == 0 || !range_resolve(rows, (int)changes->after->count, &first, &last))
        return false;
    if (take_text(&wait->text, wait_text_shown(changes, count, rows)) ||
        take_text(&wait->gone, text_gone(changes, count, rows)))
        return true;
    for (int row = first; row <= last && have_one_height(changes, count); row++)
        if (take_text(&wait->text, wait_text_shown(changes, count, (struct range){row, row}))) {
            wait->has_rows = true;
            wait->rows = (struct range){row, row};
            return true;
        }
    return false;
}

bool wait_of_redraw(const struct screen_change *changes, size_t count, struct range rows,
                    struct wait_plan *wait)
{
    static const struct string_list nothing;
    _cleanup_free_ struct screen_change *drawn = memory_array(count, sizeof *drawn);
    for (size_t i = 0; i < count; i++)
        drawn[i] = (struct screen_change){&nothing, changes[i].after};
    wait->file_lines = -1;
    wait->fresh = take_text(&wait->text, wait_text_shown(drawn, count, rows));
    return wait->fresh;
}

bool wait_of_closing(const struct screen_change *changes, size_t count, struct range rows,
                     const struct opened *opened, struct wait_plan *wait)
{
    wait->file_lines = -1;
    if (opened->text == NULL || count == 0)
        return false;
    struct screen_change back = {opened->from, changes[count - 1].after};
    _cleanup_free_ char *news = wait_text_shown(&back, 1, rows);
    if (news != NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!rows_contain(changes[i].before, rows, opened->text) ||
            rows_contain(changes[i].after, rows, opened->text))
            return false;
    string_list_add(&wait->gone, opened->text);
    return true;
}

void opened_follow(struct opened *opened, const struct wait_plan *wait,
                   const struct string_list *before)
{
    if (wait->gone.count > 0)
        *opened = (struct opened){0};
    else if (wait->text.count > 0)
        *opened = (struct opened){wait->text.items[0], before};
}
