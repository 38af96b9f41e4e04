/*
 * A struct as a JSON object, by a table of which member stands under which key. Writing, reading
 * and freeing go by the same table, so a key stands once, and how a member is written follows from
 * its type. Only for the files of this room.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strings.h"
#include "journal/record.h"
#include "verdict/baseline.h"

enum field_kind {
    FIELD_TEXT,
    FIELD_NUMBER,
    FIELD_INTEGER,
    FIELD_FLAG,
    FIELD_TEXTS,
    FIELD_JSON,
    FIELD_BASELINE,
    FIELD_PHASE,
    FIELD_GAUGE,
    FIELD_CLASS,
    FIELD_WHY,
    FIELD_PLACES,
    FIELD_OBJECT /* a struct within the struct; there is one where its first member is there */
};

struct field {
    const char *key; /* NULL ends a table */
    enum field_kind kind;
    size_t offset;
    bool always;               /* where there is nothing, null or an empty array is written */
    const struct field *inner; /* FIELD_OBJECT, FIELD_PLACES: its table */
};

/* A row of a table, whose key is the member's name; one with .always or .inner. */
#define FIELD(type, member) FIELD_WITH(type, member, .always = false)
#define FIELD_WITH(type, member, ...)                                                              \
    {                                                                                              \
        .key = #member, .kind = FIELD_KIND(((type *)0)->member), .offset = offsetof(type, member), \
        __VA_ARGS__                                                                                \
    }
#define FIELD_KIND(lvalue)                                                                         \
    _Generic((lvalue), const char * : FIELD_TEXT, double : FIELD_NUMBER, int64_t : FIELD_INTEGER,  \
             bool : FIELD_FLAG, struct string_list : FIELD_TEXTS, json_t * : FIELD_JSON,           \
             const struct baseline * : FIELD_BASELINE, enum phase : FIELD_PHASE,                   \
             enum gauge : FIELD_GAUGE, enum lg_error_class : FIELD_CLASS,                          \
             enum screen_why : FIELD_WHY, struct journal_places : FIELD_PLACES,                    \
             default : FIELD_OBJECT)

/* Puts the members into an object. */
void fields_write(const struct field *table, const void *members, json_t *object);
/* Fills the members, all of them: what is not there, or is of another type, is absent. Only a
 * baseline can be wrong; `source` is what the error names. What was filled is to be freed then as
 * well. */
bool fields_read(const struct field *table, const json_t *object, void *members, const char *source,
                 struct lg_error *err);
void fields_free(const struct field *table, void *members);
