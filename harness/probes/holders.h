/*
 * Holders, interned: what a gauge is broken down by. A holder is a pair of gauge and raw name: a
 * text (kind and path of an fd, a child's name) or a stack of function names from the leaf. Numbers
 * are dense from 0 and stay what they are for the table's life, so samples and the journal name
 * holders by number. Names are raw here; the judge normalises them (verdict/holder_key.h), so that
 * a change of the rule can be judged again on a stored journal.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "probes/gauge.h"

struct holder {
    enum gauge gauge;
    const char *text;          /* NULL for a stack */
    const uint32_t *functions; /* numbers of functions, leaf first; NULL for a text */
    uint32_t depth;
};

struct holder_table;

struct holder_table *holder_table_new(void);
void holder_table_free(struct holder_table *table);

uint32_t holder_table_function(struct holder_table *table, const char *name, size_t length);
uint32_t holder_table_text(struct holder_table *table, enum gauge gauge, const char *text);
uint32_t holder_table_stack(struct holder_table *table, enum gauge gauge, const uint32_t *functions,
                            uint32_t depth);

/* What is known of their source, as it was met first; what was set before stays. A function's file;
 * of a stack the line of each of its functions, 0 where it is not known. */
void holder_table_set_file(struct holder_table *table, uint32_t function, const char *file,
                           size_t length);
void holder_table_set_lines(struct holder_table *table, uint32_t stack, const uint32_t *lines);
const char *holder_table_file(const struct holder_table *table, uint32_t function); /* NULL */
const uint32_t *holder_table_lines(const struct holder_table *table, uint32_t stack); /* NULL */

/* Bytes of memory it takes, for who must bound what a target can make it hold. */
size_t holder_table_bytes(const struct holder_table *table);
size_t holder_table_count(const struct holder_table *table);
size_t holder_table_function_count(const struct holder_table *table);
/* Valid until the table changes. */
struct holder holder_table_get(const struct holder_table *table, uint32_t number);
const char *holder_table_function_name(const struct holder_table *table, uint32_t number);
