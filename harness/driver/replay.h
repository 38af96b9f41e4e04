/*
 * A recording (driver/recording.h) drawn again, for a report: the screen at each moment. Nothing
 * waits; the times are those in the file.
 *
 * The emulator is the one that the target was driven with, plus colours. Its input may be the very
 * output that crashed a worker, so callers run this in a process of its own
 * (pictures/recordings.c).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "driver/terminal.h"

struct replay_listener {
    /* Something was drawn; about one in REPLAY_FRAME_SECONDS at most, but always before a marker.
     * The rows that changed: emulator_take_row. False: nothing more is wanted. */
    bool (*frame)(void *context, double at, struct terminal *terminal);
    void (*marker)(void *context, double at, const char *label);
};

struct replay_end {
    double seconds; /* the time of the last event, also where it was stopped before */
    bool cut;       /* there is more in the file than `maximum` bytes, or than could be read */
};

/* Ten pictures a second show what a program does between two steps. */
#define REPLAY_FRAME_SECONDS 0.1

/* Draws at most `maximum` bytes of the file. False and LG_ERROR_INPUT when it is no recording. A
 * line that is no event ends it: a crash may leave such a last line. */
bool replay(const char *path, size_t maximum, const struct replay_listener *listener, void *context,
            struct replay_end *end, struct lg_error *err);
