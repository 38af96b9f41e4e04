/* A recording as the page plays it: pictures/recordings.h makes it, report/html.c puts it into the
 * page. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

/* What part of it there are pictures of, in seconds since its start. */
struct recording_part {
    double from, to;
    bool from_start, to_end;
    size_t count; /* pictures; 0: nothing was drawn */
};

enum recording_state {
    RECORDING_DRAWN,
    RECORDING_REFUSED, /* it is none, and why */
    RECORDING_CRASHED, /* who drew it did not survive it, or took too long */
    RECORDING_NO_ROOM  /* those before it took what the page has for them */
};

struct recording {
    enum recording_state state;
    char *file; /* as seen from the report's directory */
    bool tail;  /* its end is what matters */
    struct recording_part part;
    double seconds; /* of all of it */
    bool cut;       /* not all of the file was read */
    char *problem;
    struct buffer pictures; /* see pictures/frames.h */
};

void recording_free(struct recording *recording); /* NULL is fine */
