/*
 * The lines that heap?debug=1 prints of runtime.MemStats, picked out while the text streams by.
 * Source of the format: writeHeapInternal in Go's runtime/pprof. The first line ends in "@ heap/N"
 * with N twice the sampling rate; the figures stand at the end, "# Name = value". The rows between
 * are most of the text (11 MB at rate 512) and are skipped unread.
 */
#ifndef LEAKGATE_PROBES_MEMSTATS_H
#define LEAKGATE_PROBES_MEMSTATS_H

#include <stdbool.h>
#include <stddef.h>

#include "probes/pprof.h"

enum {
    MEMSTATS_LINE_BYTES = 256
}; /* longer lines (PauseNs) hold nothing of interest behind that */

struct memstats_reader {
    struct memstats memstats;
    unsigned seen; /* bits, one for each of the four */
    size_t lines;  /* that ended so far */
    char line[MEMSTATS_LINE_BYTES];
    size_t length; /* of the line so far, also where it is longer than is kept */
};

/* A pprof_sink; the context is a zeroed struct memstats_reader. Pieces may be cut anywhere. */
bool memstats_receive(void *context, const char *bytes, size_t length);

#endif
