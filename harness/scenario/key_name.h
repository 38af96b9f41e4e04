/*
 * Names of keys as scenarios write them: one printable character ("@", "2", "é"), or a name
 * (Enter, Escape, Tab, Backspace, Delete, Insert, Space, Up, Down, Left, Right, Home, End, PageUp,
 * PageDown, F1..F12), each with modifiers before it: Ctrl-, Alt-, Shift- ("Ctrl-n", "Alt-Shift-Up",
 * "Ctrl-\\").
 */
#ifndef LEAKGATE_SCENARIO_KEY_NAME_H
#define LEAKGATE_SCENARIO_KEY_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

struct key {
    enum key_code code;
    uint32_t character; /* Unicode code point, or the function key's number */
    unsigned modifiers;
};

/* False when it is no key's name; *nearest is then a name to suggest, or NULL. */
bool key_parse(const char *name, struct key *key, const char **nearest);

#endif
