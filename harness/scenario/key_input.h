/*
 * What a terminal sends, read back: bytes to keys, turns of the wheel, clicks and pasted text. The
 * reverse of what terminal_encode_key and terminal_encode_mouse (driver/terminal.h) write, and of
 * what terminals send to a program that has asked for the kitty protocol or modifyOtherKeys. Pure.
 */
#pragma once

#include "scenario/key_name.h"
#include "scenario/plan.h"

enum input_kind {
    INPUT_KEY,
    INPUT_MOUSE, /* a click of the left button, or the wheel */
    INPUT_PASTE,
    INPUT_ANSWER, /* to a query of the program, or news of the terminal's own: nobody typed it */
    INPUT_OTHER   /* what no step can say: drags, other buttons. Releases and moves are answers */
};

struct input {
    enum input_kind kind;
    struct key key;
    enum mouse_action mouse;
    int row, column;   /* of the mouse, from 0 */
    const char *paste; /* points into the bytes, not NUL-terminated ... */
    size_t paste_length;
};

/* The first input of the bytes: returns how many are its own. 0 where more have to come; with
 * `whole`, none will, and a lone Escape is that key. */
size_t input_read(const char *bytes, size_t length, bool whole, struct input *input);
