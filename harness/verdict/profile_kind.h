/* Of what kind a profile is: the values of each sample, and how often they were taken. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "probes/profile_wire.h"

struct profile_kind {
    char **types;
    char **units; /* one for each type */
    size_t count;
    char *period_type, *period_unit;
    int64_t period;
};

void profile_kind_read(const struct profile_tables *tables, struct profile_kind *kind);
void profile_kind_free(struct profile_kind *kind);

/* "inuse_objects, inuse_space"; the caller frees it. */
char *profile_kind_names(const struct profile_kind *kind);
/* The number of a type; -1: there is none. */
int profile_kind_type(const struct profile_kind *kind, const char *name);
/* Of "inuse_space" that of "inuse_objects", and the reverse. */
int profile_kind_twin(const struct profile_kind *kind, const char *type);

/* The same types, units and rate; else LG_ERROR_INPUT says what differs. */
LG_CHECKED bool profile_kinds_are_alike(const struct profile_kind *after,
                                        const struct profile_kind *before, struct lg_error *err);
