/*
 * Names of keys as scenarios write them: one printable character ("@", "2", "é"), or a name
 * (Enter, Escape, Tab, Backspace, Delete, Insert, Space, Up, Down, Left, Right, Home, End, PageUp,
 * PageDown, F1..F12), each with modifiers before it: Ctrl-, Alt-, Shift- ("Ctrl-n", "Alt-Shift-Up",
 * "Ctrl-\\").
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"

enum key_modifier { KEY_SHIFT = 1, KEY_ALT = 2, KEY_CTRL = 4 };

enum key_code {
    KEY_CHARACTER,
    KEY_ENTER,
    KEY_ESCAPE,
    KEY_TAB,
    KEY_BACKSPACE,
    KEY_DELETE,
    KEY_INSERT,
    KEY_UP,
    KEY_DOWN,
    KEY_LEFT,
    KEY_RIGHT,
    KEY_HOME,
    KEY_END,
    KEY_PAGE_UP,
    KEY_PAGE_DOWN,
    KEY_FUNCTION /* number in `character` */
};

/* The named keys but F1 to F12. Space is the character ' '. */
#define KEY_NAMES(X)                                                                               \
    X("Enter", KEY_ENTER)                                                                          \
    X("Escape", KEY_ESCAPE)                                                                        \
    X("Tab", KEY_TAB)                                                                              \
    X("Backspace", KEY_BACKSPACE)                                                                  \
    X("Delete", KEY_DELETE)                                                                        \
    X("Insert", KEY_INSERT)                                                                        \
    X("Space", KEY_CHARACTER)                                                                      \
    X("Up", KEY_UP)                                                                                \
    X("Down", KEY_DOWN)                                                                            \
    X("Left", KEY_LEFT)                                                                            \
    X("Right", KEY_RIGHT)                                                                          \
    X("Home", KEY_HOME)                                                                            \
    X("End", KEY_END)                                                                              \
    X("PageUp", KEY_PAGE_UP)                                                                       \
    X("PageDown", KEY_PAGE_DOWN)

/* The names as a regular expression, for the schema; key_parse refuses a little more. */
#define KEY_NAME_AS_ALTERNATIVE(name, code) "|" name
#define KEY_NAME_PATTERN                                                                           \
    "^((Ctrl|Alt|Shift)-){0,3}(." KEY_NAMES(KEY_NAME_AS_ALTERNATIVE) "|F([1-9]|1[0-2]))$"

struct key {
    enum key_code code;
    uint32_t character; /* Unicode code point, or the function key's number */
    unsigned modifiers;
};

/* False when it is no key's name; *nearest is then a name to suggest, or NULL. */
bool key_parse(const char *name, struct key *key, const char **nearest);

/* The name that key_parse reads as this key, appended. */
void key_write(const struct key *key, struct buffer *name);
