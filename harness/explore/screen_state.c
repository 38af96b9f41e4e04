#include "explore/screen_state.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/buffer.h"
#include "base/memory.h"

void screen_state_free(struct screen_state *state)
{
    string_list_free(&state->rows);
    free(state->marks);
    *state = (struct screen_state){0};
}

static size_t character_length(const char *at)
{
    size_t length = utf8_expected((unsigned char)*at);
    return *at == '\0' ? 0 : length > 0 && length <= strlen(at) ? length : 1;
}

static bool is_braille(const char *at, size_t length)
{
    return length == 3 && (unsigned char)at[0] == 0xE2 && (unsigned char)at[1] >= 0xA0 &&
           (unsigned char)at[1] <= 0xA3;
}

static bool is_of_word(const char *at, size_t length)
{
    return length == 1 ? isalnum((unsigned char)*at) : length > 1 && !is_braille(at, length);
}

static void fold_word(struct buffer *out, const char *word, size_t length)
{
    const size_t hash_letters = 7;
    bool digit = false, hexadecimal = length >= hash_letters;
    for (size_t i = 0; i < length; i++) {
        digit = digit || isdigit((unsigned char)word[i]);
        hexadecimal = hexadecimal && isxdigit((unsigned char)word[i]);
    }
    if (digit || hexadecimal)
        buffer_char(out, '#');
    else
        buffer_append(out, word, length);
}

char *row_folded(const char *row)
{
    struct buffer out = {0};
    bool blanks = false;
    for (const char *at = row; *at != '\0';) {
        const char *word = at;
        size_t length = character_length(at);
        for (; is_of_word(at, length); length = character_length(at))
            at += length;
        bool blank = at == word && (*at == ' ' || is_braille(at, length));
        if (blanks && !blank && out.length > 0)
            buffer_char(&out, ' ');
        blanks = blank;
        if (at > word) {
            fold_word(&out, word, (size_t)(at - word));
            continue;
        }
        if (!blank)
            buffer_append(&out, at, length);
        at += length;
    }
    return buffer_take(&out);
}

/* The colours in their order and not their columns, which move with a number's digits. */
static uint64_t styles_of(const struct terminal *terminal, int row)
{
    uint64_t hash = 0;
    struct cell_style last = {0};
    for (int column = 0; column < terminal->columns;) {
        struct cell_style style = {0};
        _cleanup_buffer_ struct buffer text = {0};
        column = emulator_run(terminal->emulator, row, column, &style, &text);
        bool blank = strspn(buffer_string(&text), " ") == text.length;
        if (blank && style.background == COLOUR_DEFAULT && (style.flags & STYLE_REVERSE) == 0)
            continue;
        if (memcmp(&style, &last, sizeof style) != 0)
            hash = XXH64(&style, sizeof style, hash);
        last = style;
    }
    return hash;
}

void screen_state_read(const struct terminal *terminal, const bool *restless,
                       struct screen_state *state)
{
    size_t count = (size_t)terminal->rows;
    *state = (struct screen_state){.marks = memory_array(count, sizeof *state->marks)};
    terminal_text(terminal, &state->rows);
    for (size_t i = 0; i < count; i++) {
        if (restless != NULL && restless[i])
            continue;
        _cleanup_free_ char *folded = row_folded(state->rows.items[i]);
        state->marks[i] = XXH64(folded, strlen(folded), 0) ^ styles_of(terminal, (int)i);
    }
    state->id = XXH64(state->marks, count * sizeof *state->marks, (uint64_t)terminal->columns);
}
