/*
 * profile.proto (github.com/google/pprof, proto/profile.proto), gzip or plain, decoded in bounded
 * memory into holdings.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "probes/sample.h"

struct profile_facts {
    int64_t
        period; /* heap: the real sampling rate in bytes; the target can ignore what was asked */
    size_t samples;
    uint64_t total; /* of the values */
    uint64_t bytes; /* heap */
};

/* Adds one holding per distinct stack to holdings (value and bytes summed; stacks that hold
 * nothing are left out): for GAUGE_GOROUTINE and GAUGE_GOROUTINE_LEAK the count, for
 * GAUGE_HEAP_STACK inuse_objects and inuse_space, found by the names of the profile's sample types.
 * Stacks that belong to the fetch itself (net/http.(*conn).serve with runtime/pprof above it) are
 * left out of goroutines and counted in no gauge. class LG_ERROR_TARGET on anything that is no such
 * profile. */
LG_CHECKED bool profile_decode(const char *bytes, size_t length, enum gauge gauge,
                               struct holder_table *table, struct holding_list *holdings,
                               struct profile_facts *facts, struct lg_error *err);
