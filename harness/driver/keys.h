/*
 * Input as a terminal sends it in the encoding that every program understands: xterm's without
 * modifyOtherKeys and without the kitty protocol. A target may ask for those; nothing acknowledges
 * them, so it must expect this one.
 */
#ifndef LEAKGATE_DRIVER_KEYS_H
#define LEAKGATE_DRIVER_KEYS_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "scenario/key_name.h"
#include "scenario/plan.h"
#include "driver/emulator.h"
#include "driver/modes.h"

/* Modifiers that the encoding cannot say are left out: Ctrl-Enter is Enter. */
void key_encode(struct emulator *emulator, struct key key, struct buffer *bytes);

/* Line ends become CR, as xterm pastes them. */
void paste_encode(const struct modes *modes, const char *text, struct buffer *bytes);

/* A click is press and release. row and column from 0. LG_ERROR_TARGET when the target has not
 * asked for the mouse, the cell is not on a screen of that size, or the X10 encoding (without mode
 * 1006) ends before it, at 223. */
bool mouse_encode(const struct modes *modes, const struct emulator *emulator,
                  enum mouse_action action, int button, int row, int column, struct buffer *bytes,
                  struct lg_error *err);

#endif
