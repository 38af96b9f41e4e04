/*
 * Stacks that are not judged, each for a reason: they are the runtime's or the
 * measurement's own, and grow without a leak of the target. docs/reference.md shows the list.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/holders.h"

enum ignored_where {
    IGNORED_LEAF,     /* only among the runtime's frames that the stack begins with, for the
                          allocator's come first: mallocgc < newobject < malg */
    IGNORED_ANYWHERE, /* of the stack */
    IGNORED_STANDARD, /* anywhere, and only where no frame is outside the standard library */
};

struct ignored_stack {
    enum gauge gauge;
    enum ignored_where where;
    const char *name; /* a function; with a dot at its end any function of a package */
    const char *reason;
};

const struct ignored_stack *ignored_stacks_entries(size_t *count);

/* Is the stack one of the list? */
bool stack_is_ignored(const struct holder_table *table, struct holder holder);

bool ignored_stacks_is_runtime(const char *function);
bool ignored_stacks_is_standard(const char *function); /* of Go's standard library */
/* How many frames from the leaf on are the runtime's. */
uint32_t ignored_stacks_runtime_frames(const struct holder_table *table, struct holder holder);
