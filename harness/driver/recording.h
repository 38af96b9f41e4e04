/*
 * The target's raw output as an asciinema recording, format version 2
 * (docs.asciinema.org/manual/asciicast/v2): a header line, then [seconds, "o", text], [seconds,
 * "m", label] and [seconds, "r", "COLSxROWS"]. Of a flood the first LIMIT_RECORDING_FIRST_BYTES and
 * the last LIMIT_RECORDING_LAST_BYTES are kept, with a marker between them that says how much is
 * missing; the last part is in memory until the recording is closed. UTF-8 sequences split over
 * reads are joined; invalid bytes become U+FFFD. NUL, which does nothing on a terminal and which
 * many JSON readers refuse, is left out.
 */
#pragma once

#include <stddef.h>

#include "base/error.h"

struct recording;

/* The file is made at once and appended to, so that a crash keeps what was recorded. `title` may be
 * NULL. */
struct recording *recording_open(const char *path, int rows, int columns, const char *title,
                                 struct lg_error *err);
void recording_output(struct recording *recording, const char *bytes, size_t length);
void recording_marker(struct recording *recording, const char *label);
void recording_resize(struct recording *recording, int rows, int columns);
/* Writes what is held back and closes. Errors of any write (ENOSPC) are reported here. NULL is
 * fine. */
bool recording_close(struct recording *recording, struct lg_error *err);
