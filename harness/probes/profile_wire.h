/*
 * profile.proto as it lies in memory: the field numbers, and the tables that samples refer to.
 *
 * Source of the numbers: proto/profile.proto of github.com/google/pprof. Read with nanopb's stream
 * primitives and no generated code: two passes over one buffer, no copy of a string, and a bound on
 * every table, which descriptors would not give.
 *
 * Go writes the string table last and samples first, so profile_tables_read goes first and the
 * samples are a second pass (profile_samples_read). Numbers that refer to nothing are errors there,
 * in the pass that follows them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/limits.h"

enum {
    PROFILE_VALUES = 16, /* sample types; Go's profiles have 1 to 4 */
    PROFILE_LABELS = 64  /* of a sample; those after are passed over */
};

/* A piece of the profile's bytes. */
struct profile_string {
    const char *start;
    size_t length;
};

struct profile_function {
    uint64_t id;
    uint32_t name; /* numbers of strings, not yet checked */
    uint32_t file;
    uint32_t memory; /* the reader's own: 0 until it has met the function */
};

struct profile_line {
    uint64_t function; /* id */
    int64_t line;
};

struct profile_location {
    uint64_t id;
    uint64_t address;
    uint64_t mapping; /* id; 0: none */
    uint32_t first;   /* its lines, innermost first */
    uint32_t count;
};

/* A part of the address space, and the file that it shows. */
struct profile_mapping {
    uint64_t id;
    uint64_t start, limit, offset;
    uint64_t file, build_id; /* numbers of strings, not yet checked */
};

/* A type and its unit: numbers of strings, not yet checked. */
struct profile_type {
    uint64_t name, unit;
};

struct profile_tables {
    const char *bytes;
    size_t length;
    struct profile_type types[PROFILE_VALUES];
    size_t type_count;
    struct profile_type period_type;
    int64_t period;
    uint64_t default_type;             /* number of a string: the type that is shown first */
    uint64_t drop_frames, keep_frames; /* numbers of strings: regular expressions */
    struct profile_string *strings;
    size_t string_count, string_capacity;
    struct profile_function *functions; /* sorted by id */
    size_t function_count, function_capacity;
    struct profile_location *locations; /* sorted by id */
    size_t location_count, location_capacity;
    struct profile_mapping *mappings; /* sorted by id */
    size_t mapping_count, mapping_capacity;
    struct profile_line *lines;
    size_t line_count, line_capacity;
};

/* A key with a text, or with a number and its unit: numbers of strings, 0 where there is none. */
struct profile_label {
    uint64_t key, text, number, unit;
};

struct profile_sample {
    uint64_t locations[LIMIT_PROFILE_STACK]; /* ids, leaf first */
    size_t location_count;
    int64_t values[PROFILE_VALUES];
    size_t value_count;
    struct profile_label labels[PROFILE_LABELS];
    size_t label_count;
};

/* `bytes` must outlive the tables. class LG_ERROR_TARGET on anything that is no profile. */
LG_CHECKED bool profile_tables_read(const char *bytes, size_t length, struct profile_tables *tables,
                                    struct lg_error *err);
void profile_tables_free(struct profile_tables *tables);

/* The string, or an empty one where the number is too large. */
struct profile_string profile_string_at(const struct profile_tables *tables, uint64_t number);
/* NULL when there is none of that id. */
const struct profile_location *profile_location_by_id(const struct profile_tables *tables,
                                                      uint64_t id);
struct profile_function *profile_function_by_id(const struct profile_tables *tables, uint64_t id);
const struct profile_mapping *profile_mapping_by_id(const struct profile_tables *tables,
                                                    uint64_t id);
/* Which of a sample's values has this name, "inuse_space"; -1 for none. */
int profile_type_by_name(const struct profile_tables *tables, const char *name);

/* Called for each sample; false ends the reading, and *err is the callee's. */
typedef bool profile_sample_reader(void *context, const struct profile_sample *sample,
                                   struct lg_error *err);
LG_CHECKED bool profile_samples_read(const struct profile_tables *tables,
                                     profile_sample_reader *reader, void *context,
                                     struct lg_error *err);
