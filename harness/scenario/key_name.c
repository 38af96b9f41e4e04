#include "scenario/key_name.h"

#include <string.h>

#include "base/memory.h"
#include "base/strings.h"

#define NAME_OF(name, code) name,
#define CODE_OF(name, code) code,

/* Those of KEY_NAMES, which alone have codes of their own, and the function keys. */
static const char *const names[] = {
    KEY_NAMES(NAME_OF) "F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10", "F11", "F12"};
static const enum key_code codes[] = {KEY_NAMES(CODE_OF)};

/* What other programs call these keys. */
static const struct {
    const char *word;
    const char *name;
} other_words[] = {
    {"Esc", "Escape"},     {"ESC", "Escape"},       {"Return", "Enter"}, {"CR", "Enter"},
    {"Del", "Delete"},     {"Ins", "Insert"},       {"BS", "Backspace"}, {"PgUp", "PageUp"},
    {"PgDn", "PageDown"},  {"Page_Up", "PageUp"},   {"ArrowUp", "Up"},   {"ArrowDown", "Down"},
    {"ArrowLeft", "Left"}, {"ArrowRight", "Right"}, {"ctrl", "Ctrl-"},   {"Ctrl", "Ctrl-"},
    {"Control", "Ctrl-"},  {"control", "Ctrl-"},    {"C", "Ctrl-"},      {"alt", "Alt-"},
    {"Alt", "Alt-"},       {"Meta", "Alt-"},        {"M", "Alt-"},       {"shift", "Shift-"},
    {"Shift", "Shift-"},   {"S", "Shift-"},
};

static const struct {
    const char *prefix;
    enum key_modifier modifier;
} prefixes[] = {{"Ctrl-", KEY_CTRL}, {"Alt-", KEY_ALT}, {"Shift-", KEY_SHIFT}};

/* Takes "Ctrl-" and the like off the front; the last character of a name is never a prefix's. False
 * when a modifier stands twice. */
static bool take_modifiers(const char **name, unsigned *modifiers)
{
    for (size_t i = 0; i < COUNT_OF(prefixes); i++) {
        size_t length = strlen(prefixes[i].prefix);
        if (!text_starts(*name, prefixes[i].prefix) || (*name)[length] == '\0')
            continue;
        if ((*modifiers & prefixes[i].modifier) != 0)
            return false;
        *modifiers |= prefixes[i].modifier;
        *name += length;
        return take_modifiers(name, modifiers);
    }
    return true;
}

/* The one character that the name is, or 0. */
static uint32_t single_character(const char *name)
{
    size_t length = utf8_length(name, strlen(name));
    if (length == 0 || name[length] != '\0')
        return 0;
    uint32_t character = utf8_character(name, length);
    bool control = character < 0x20 || (character >= 0x7f && character < 0xa0);
    return control ? 0 : character;
}

static bool find_name(const char *name, struct key *key)
{
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (strcmp(name, names[i]) == 0) {
            key->code = i < COUNT_OF(codes) ? codes[i] : KEY_FUNCTION;
            key->character = key->code == KEY_CHARACTER  ? ' '
                             : key->code == KEY_FUNCTION ? (uint32_t)(i - COUNT_OF(codes) + 1)
                                                         : 0;
            return true;
        }
    return false;
}

static const char *suggest(const char *name)
{
    /* "ctrl-n", "C-n" and "Ctrl+n": what stands before the sign is a modifier's name. */
    size_t word = strcspn(name, "-+");
    bool has_sign = word > 0 && name[word] != '\0' && name[word + 1] != '\0';
    for (size_t i = 0; i < COUNT_OF(other_words); i++) {
        bool modifier = text_ends(other_words[i].name, "-");
        size_t length = strlen(other_words[i].word);
        bool same = strncmp(name, other_words[i].word, length) == 0 &&
                    (modifier ? has_sign && word == length : name[length] == '\0');
        if (same)
            return other_words[i].name;
    }
    const char *nearest = text_nearest(name, names, COUNT_OF(codes));
    /* A two-letter word is within one edit of "Up" and of half of F1..F12: that helps nobody. */
    return nearest != NULL && strlen(name) > 2 ? nearest : NULL;
}

bool key_parse(const char *name, struct key *key, const char **nearest)
{
    struct key parsed = {0};
    const char *remaining = name;
    *nearest = NULL;
    if (!take_modifiers(&remaining, &parsed.modifiers))
        return false;
    parsed.character = single_character(remaining);
    if (parsed.character == 0 && !find_name(remaining, &parsed)) {
        *nearest = suggest(remaining);
        return false;
    }
    *key = parsed;
    return true;
}

void key_write(const struct key *key, struct buffer *name)
{
    for (size_t i = 0; i < COUNT_OF(prefixes); i++)
        if ((key->modifiers & prefixes[i].modifier) != 0)
            buffer_text(name, prefixes[i].prefix);
    if (key->code == KEY_CHARACTER && key->character != ' ') {
        buffer_character(name, key->character);
        return;
    }
    for (size_t i = 0; i < COUNT_OF(codes); i++)
        if (codes[i] == key->code)
            buffer_text(name, names[i]);
    if (key->code == KEY_FUNCTION)
        buffer_format(name, "F%u", key->character);
}
