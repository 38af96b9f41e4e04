/*
 * The one table of gauges. It drives the probes, the judge, the reports and docs/reference.md: a
 * new gauge is one row here and one function that reads it.
 */
#pragma once

#include <stdbool.h>

enum gauge {
    GAUGE_FD,
    GAUGE_GOROUTINE,
    GAUGE_THREAD,
    GAUGE_INOTIFY_WATCH,
    GAUGE_HEAP_ALLOC,
    GAUGE_HEAP_OBJECTS,
    GAUGE_RSS,
    GAUGE_CHILD,
    GAUGE_ZOMBIE,
    GAUGE_CPU,
    GAUGE_SPAWN,
    GAUGE_OUTPUT,
    GAUGE_FD_BEFORE_GC, /* shown: what only a collection closes */
    GAUGE_HEAP_INUSE,   /* shown */
    GAUGE_HEAP_STACK,   /* no number of its own: the heap's allocation stacks, each a holder */
    GAUGE_STATE_FILE,
    GAUGE_SESSION,
    GAUGE_RSS_PEAK,
    GAUGE_CPU_WAIT,
    GAUGE_GOROUTINE_LEAK, /* read at the end alone, in the samples of PHASE_QUIT */
    GAUGE_COUNT
};

enum gauge_unit { UNIT_COUNT, UNIT_BYTES, UNIT_SECONDS };

enum gauge_rule {
    RULE_FLOOR, /* counts: floors of blocks */
    RULE_SLOPE, /* heap total: Theil-Sen */
    RULE_STACK, /* heap stacks: floors, on objects or bytes */
    RULE_NONE,  /* none may be there */
    RULE_RATE,  /* the rate at rest, after the loop against before it */
    RULE_SHOWN  /* never gated by growth */
};

struct gauge_info {
    const char *name; /* in YAML, JSON, output and docs */
    enum gauge_unit unit;
    enum gauge_rule rule;
    bool has_holders;
    bool cumulative; /* only ever rises by nature (cpu, spawn, output): its rate is what counts */
    const char *holder; /* what its holders are, for the docs */
    const char *text;   /* what it is, one sentence for the docs */
};

const struct gauge_info *gauge_info(enum gauge gauge);
/* What it is where nothing forces a collection, as in a watch. */
const char *gauge_uncollected_text(enum gauge gauge);
/* GAUGE_COUNT when there is none of that name. */
enum gauge gauge_by_name(const char *name);
