/*
 * A recording as pictures: which rows of the screen changed when, for the page's player, which
 * draws rows of text and needs no terminal of its own. Rows that come back (an iteration ends where
 * it began) are kept once, so that a recording of a megabyte becomes a tenth of it.
 *
 * Order of calls: frames_new, replay with frames_listener, frames_write, frames_free.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "driver/replay.h"
#include "result/recording.h"

struct frames;

extern const struct replay_listener frames_listener; /* its context is a struct frames */

/* No more than about so many bytes in no more than so many pictures are wanted, those of the
 * beginning; 0: all there are. */
struct frames *frames_new(size_t bytes, size_t pictures);
void frames_free(struct frames *frames);

/* As many pictures as about `budget` bytes hold, the first ones, or the last ones where `tail`:
 *   {"styles": [[foreground, background, flags], ...], "lines": [[style, "text", ...], ...],
 *    "labels": ["press E", ...], "frames": [[seconds, [row, line, ...]], ...],
 *    "marks": [[seconds, label], ...]}
 * Colours and flags are those of driver/emulator.h. It is fit for a data block (html_json_text). */
struct recording_part frames_write(const struct frames *frames, bool tail, size_t budget,
                                   struct buffer *out);
