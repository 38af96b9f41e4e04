/*
 * Stacks that are left out of judging, each for a reason: they are the runtime's or the
 * measurement's own, and grow without a leak of the target. docs/reference.md shows the list.
 */
#ifndef LEAKGATE_VERDICT_LEFT_OUT_H
#define LEAKGATE_VERDICT_LEFT_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/holders.h"

enum left_out_where {
    LEFT_OUT_LEAF,     /* only among the runtime's frames that the stack begins with, for the
                          allocator's come first: mallocgc < newobject < malg */
    LEFT_OUT_ANYWHERE, /* of the stack */
    LEFT_OUT_STANDARD, /* anywhere, and only where no frame is outside the standard library */
};

struct left_out_entry {
    enum gauge gauge;
    enum left_out_where where;
    const char *name; /* a function; with a dot at its end any function of a package */
    const char *reason;
};

const struct left_out_entry *left_out_entries(size_t *count);

/* Is the stack left out by an entry of the list? */
bool left_out(const struct holder_table *table, struct holder holder);

bool left_out_is_runtime(const char *function);
/* How many frames from the leaf on are the runtime's. */
uint32_t left_out_runtime_frames(const struct holder_table *table, struct holder holder);

#endif
