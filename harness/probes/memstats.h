/* runtime.MemStats as pprof prints them behind the text of the heap (heap?debug=1). */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "probes/pprof.h"

/* Bytes and numbers; NAN where a runtime does not print one. */
struct memstats {
    double heap_alloc, heap_objects; /* garbage that is not collected yet counts */
    double heap_sys, heap_idle, heap_inuse, heap_released;
    double stack_inuse, sys;
    double collections, forced_collections;
};

/* Source: writeHeapInternal in Go's runtime/pprof, a line for each figure at the end of the text.
 * False where there are no such lines. */
bool memstats_parse(const char *text, struct memstats *stats);

/* Asks for them. It costs the process more than all other profiles together: the text of every
 * stack stands before them. LG_ERROR_TARGET where there are none, and as pprof_fetch. */
LG_CHECKED bool memstats_fetch(struct pprof *pprof, struct memstats *stats, struct lg_error *err);
