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
#include <stdint.h>

#include "probes/pprof.h"

struct memstats {
    double heap_alloc;
    double heap_inuse;
    double heap_objects;
    uint64_t collections; /* NumGC */
    bool complete;        /* all four were seen */
    unsigned long rate;   /* half of the header's N; 0 when not seen */
};
LG_CHECKED bool memstats_fetch(struct pprof *pprof, struct memstats *memstats,
                               struct lg_error *err);

/* Longer lines (PauseNs) hold nothing of interest behind that. */
enum { MEMSTATS_LINE_BYTES = 256 };

struct memstats_reader {
    struct memstats memstats;
    unsigned seen; /* bits, one for each of the four */
    size_t lines;  /* that ended so far */
    char line[MEMSTATS_LINE_BYTES];
    size_t length; /* of the line so far, as much of it as is kept */
};

/* A pprof_sink; the context is a zeroed struct memstats_reader. Pieces may be cut anywhere. */
bool memstats_receive(void *context, const char *bytes, size_t length);

#endif
