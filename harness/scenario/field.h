/* Values of a checked mapping, with the default of the table of keys where the key is missing. */
#ifndef LEAKGATE_SCENARIO_FIELD_H
#define LEAKGATE_SCENARIO_FIELD_H

#include "scenario/keys.h"
#include "scenario/node.h"
#include "scenario/plan.h"

/* `mapping` may be NULL: then every value is its default. */
int64_t field_integer(const struct node *mapping, const struct key_table *table, const char *key);
int64_t field_duration(const struct node *mapping, const struct key_table *table, const char *key);
struct range field_range(const struct node *mapping, const struct key_table *table,
                         const char *key);
bool field_flag(const struct node *mapping, const struct key_table *table, const char *key);
/* A copy that the caller frees; NULL when the key is missing and has no default. */
char *field_text(const struct node *mapping, const struct key_table *table, const char *key);

/* The keys of a file in a mapping, or its text alone; all but its path and place. */
struct file_plan field_file(const struct node *value, const struct key_table *table);

#endif
