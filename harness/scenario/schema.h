/*
 * JSON Schema (2020-12) of scenario and target files, from the table of keys: what an editor
 * completes and underlines. It sees no duplicate keys, unknown names or files; the loader does.
 */
#ifndef LEAKGATE_SCENARIO_SCHEMA_H
#define LEAKGATE_SCENARIO_SCHEMA_H

#include <jansson.h>

#include "scenario/keys.h"

/* The schema of a file whose root is `table`; the caller owns the reference. schema_make and
 * target_schema_make (scenario/load.h) are this for the two kinds of files. */
json_t *schema_of(const struct key_table *table, const char *title);

#endif
