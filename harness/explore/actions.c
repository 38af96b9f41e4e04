#include "explore/actions.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/buffer.h"
#include "base/memory.h"

enum { CLICKS_MOST = 24, NAMED_MOST = 40, WORD_LEAST = 3 };

static const char click[] = "click ";
static const char resize[] = "resize ";

/* --- Which --- */

static const char *const named_keys[] = {"Enter",    "Tab",    "Escape",    "Down",  "Up",
                                         "Right",    "Left",   "Space",     "End",   "Home",
                                         "PageDown", "PageUp", "Backspace", "Delete"};
static const char printable[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "?/,.@#:;[]{}<>=+-_!*$%^&|\\'\"`~()";

/* As programs write keys in a footer, and the language's name of each. */
static const struct {
    const char *written, *name;
} spellings[] = {
    {"enter", "Enter"},
    {"tab", "Tab"},
    {"esc", "Escape"},
    {"escape", "Escape"},
    {"space", "Space"},
    {"up", "Up"},
    {"down", "Down"},
    {"left", "Left"},
    {"right", "Right"},
    {"pgup", "PageUp"},
    {"pgdn", "PageDown"},
    {"home", "Home"},
    {"end", "End"},
    {"del", "Delete"},
    {"bksp", "Backspace"},
    {"return", "Enter"},
    {"shift+tab", "Shift-Tab"},
};

/* "ctrl+s", "^s", "C-s"; "" where the word is none. */
static void control_key(const char *word, size_t length, char name[16])
{
    static const char *const prefixes[] = {"ctrl+", "Ctrl+", "ctrl-", "Ctrl-", "C-", "^"};
    name[0] = '\0';
    for (size_t i = 0; i < COUNT_OF(prefixes); i++) {
        size_t prefix = strlen(prefixes[i]);
        if (length == prefix + 1 && strncmp(word, prefixes[i], prefix) == 0 &&
            isalpha((unsigned char)word[prefix]))
            snprintf(name, 16, "Ctrl-%c", tolower((unsigned char)word[prefix]));
    }
}

static void add_named(const char *word, size_t length, struct string_list *actions)
{
    char name[16];
    if (length == 1 && isgraph((unsigned char)*word))
        snprintf(name, sizeof name, "%c", *word);
    else
        control_key(word, length, name);
    for (size_t i = 0; i < COUNT_OF(spellings) && name[0] == '\0'; i++)
        if (strlen(spellings[i].written) == length &&
            strncasecmp(spellings[i].written, word, length) == 0)
            snprintf(name, sizeof name, "%s", spellings[i].name);
    if (name[0] != '\0')
        string_list_add_once(actions, name);
}

/* Words that may be keys: a footer's "q quit", a help's "[?]  help", "a/b". */
static void add_named_in(const char *row, struct string_list *actions)
{
    static const char blanks[] = " []()|,:";
    for (const char *at = row; *at != '\0' && actions->count < NAMED_MOST;) {
        size_t length = strcspn(at, blanks);
        size_t slash = length > 1 ? strcspn(at, "/") : length;
        if (slash > 0 && slash < length) { /* "j/k" */
            add_named(at, slash, actions);
            add_named(at + slash + 1, length - slash - 1, actions);
        } else if (length > 0) {
            add_named(at, length, actions);
        }
        at += length;
        at += strspn(at, blanks);
    }
}

/* The words of the first and the last rows: tabs and buttons stand there. */
static void add_clicks(const struct string_list *rows, struct string_list *actions)
{
    size_t clicks = 0;
    for (size_t i = 0; i < rows->count; i++) {
        if (i >= 3 && i + 3 < rows->count)
            continue;
        for (const char *at = rows->items[i]; *at != '\0';) {
            size_t length = 0;
            while (isalpha((unsigned char)at[length]))
                length++;
            if (length >= WORD_LEAST && clicks++ < CLICKS_MOST) {
                _cleanup_free_ char *action = memory_format("%s%.*s", click, (int)length, at);
                string_list_add_once(actions, action);
            }
            at += length > 0 ? length : 1;
        }
    }
}

static int by_hash(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

/* The alphabet in an order that the seed makes: 8 bits of the hash give way to the place. */
static void add_alphabet(unsigned seed, struct string_list *actions)
{
    enum { LETTERS = sizeof printable - 1 };
    uint64_t order[LETTERS];
    for (size_t i = 0; i < LETTERS; i++)
        order[i] = (XXH64(&i, sizeof i, seed) & ~0xffULL) | i;
    qsort(order, LETTERS, sizeof *order, by_hash);
    for (size_t i = 0; i < LETTERS; i++) {
        char key[2] = {printable[order[i] & 0xff], '\0'};
        string_list_add_once(actions, key);
    }
    for (char letter = 'a'; letter <= 'z'; letter++) {
        char key[8];
        snprintf(key, sizeof key, "Ctrl-%c", letter);
        /* Enter, Tab and Backspace by another name; what suspends or ends a program. */
        if (strchr("hijmcz", letter) == NULL)
            string_list_add_once(actions, key);
    }
}

size_t actions_of(const struct string_list *rows, bool mouse, unsigned seed,
                  struct string_list *actions)
{
    for (size_t i = rows->count; i-- > 0;) /* footers are at the end */
        add_named_in(rows->items[i], actions);
    size_t named = actions->count;
    for (char digit = '1'; digit <= '9'; digit++) /* tabs */
        string_list_add_once(actions, (char[]){digit, '\0'});
    for (size_t i = 0; i < COUNT_OF(named_keys); i++)
        string_list_add_once(actions, named_keys[i]);
    add_alphabet(seed, actions);
    if (mouse)
        add_clicks(rows, actions);
    string_list_add(actions, "resize 120x30");
    return named;
}

/* --- Back --- */

static const char *const reverses[][2] = {
    {"Down", "Up"},       {"Right", "Left"},    {"PageDown", "PageUp"},
    {"End", "Home"},      {"j", "k"},           {"l", "h"},
    {"G", "g"},           {"n", "N"},           {"]", "["},
    {"}", "{"},           {"+", "-"},           {">", "<"},
    {"Tab", "Shift-Tab"}, {"Ctrl-d", "Ctrl-u"}, {"Ctrl-f", "Ctrl-b"},
    {"Ctrl-n", "Ctrl-p"},
};

void actions_back(const char *action, int columns, int rows, struct string_list *backs)
{
    if (text_starts(action, resize)) {
        string_list_take(backs, memory_format("%s%dx%d", resize, columns, rows));
        return;
    }
    for (size_t i = 0; i < COUNT_OF(reverses); i++)
        for (size_t side = 0; side < 2; side++)
            if (strcmp(action, reverses[i][side]) == 0)
                string_list_add_once(backs, reverses[i][1 - side]);
    string_list_add_once(backs, "Escape");
    string_list_add_once(backs, action);
}

/* --- Doing it --- */

struct step action_step(const char *action)
{
    struct step step = {
        .kind = STEP_PRESS, .timeout_ms = -1, .repeat = 1, .source = memory_copy_text(action)};
    if (text_starts(action, click)) {
        step.kind = STEP_MOUSE;
        step.mouse.text = memory_copy_text(action + strlen(click));
    } else if (text_starts(action, resize)) {
        step.kind = STEP_RESIZE;
        (void)!sscanf(action + strlen(resize), "%dx%d", &step.columns, &step.rows);
    } else {
        string_list_add(&step.keys, action);
    }
    return step;
}

void action_step_free(struct step *step)
{
    free_all(step->source, step->mouse.text);
    string_list_free(&step->keys);
}
