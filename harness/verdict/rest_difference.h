/*
 * What differs between two samples at rest: of one run, or of two. Every gauge that is no rate, and
 * each holder, known by its key. Nothing is judged.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "verdict/ledger.h"

/* The ledger must outlive what is made of it. */
struct rest {
    const struct ledger *ledger;
    size_t column;
};
/* A run's first sample at rest and its last, of what it has of idle, loop and drains, in this
 * order; false where it has none. */
bool rests_of_run(const struct ledger *ledger, struct rest *first, struct rest *last);

struct held {
    double before, after; /* NAN: not read */
};

struct holder_difference {
    enum gauge gauge;
    const char *key;
    struct held count, bytes;           /* bytes: of heap stacks alone */
    const struct holder_table *holders; /* in which one of this key stands */
    uint32_t example;                   /* under this number */
};

struct rest_difference {
    struct held totals[GAUGE_COUNT];
    struct holder_difference *items; /* what differs: counts that grew, by gauge; what the heap
                                        gained; what became less, by gauge. The largest first, by
                                        bytes, then by count; then by key */
    size_t count, capacity;
};
void rest_difference_make(struct rest before, struct rest after,
                          struct rest_difference *difference);
void rest_difference_free(struct rest_difference *difference);
#define _cleanup_rest_difference_ __attribute__((cleanup(rest_difference_free)))
