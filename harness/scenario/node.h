/*
 * What a YAML file says: a tree of scalars, lists and mappings, each with its place in the file.
 *
 * Made by yaml_read (scenario/yaml.h), checked by check_file (scenario/check.h), merged by
 * node_merge. Every node is owned by its parent, the root by the caller who read it; the file names
 * in marks must outlive the nodes.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"
#include "base/strings.h"
#include "scenario/diagnostics.h"

enum node_kind {
    NODE_SCALAR,
    NODE_LIST,
    NODE_MAPPING,
    NODE_BROKEN /* already diagnosed; stands where a value would be */
};

/* What a scalar is by the core schema of YAML 1.2, section 10.3.2; a quoted one is always text. */
enum scalar_type { SCALAR_TEXT, SCALAR_NULL, SCALAR_FLAG, SCALAR_INTEGER, SCALAR_REAL };

struct node;

/* Of a mapping or a list, whose entries have no key. */
struct node_entry {
    char *key;
    uint64_t key_hash; /* finding a key costs one comparison of numbers for each entry */
    struct mark where; /* of the key */
    struct node *value;
};

struct node {
    enum node_kind kind;
    struct mark where;
    bool plain;    /* scalar: written without quotes */
    bool verbatim; /* scalar: stands in one line exactly as in `text`, so columns can be counted */
    char *text;    /* scalar */
    struct node_entry *entries; /* list, mapping: in the order of the file */
    size_t count;
    size_t capacity;
};

struct node *node_new(enum node_kind kind, struct mark where);
struct node *node_scalar(const char *text, bool plain, struct mark where);
struct node *node_copy(const struct node *node);
void node_free(struct node *node); /* NULL is fine */
DEFINE_CLEANUP(node, struct node, node_free)
#define _cleanup_node_ __attribute__((cleanup(cleanup_node)))

/* Take ownership of the child. node_put replaces the value of a key that is there already. */
void node_append(struct node *list, struct node *item);
void node_put(struct node *mapping, const char *key, struct mark where, struct node *value);
void node_remove(struct node *mapping, const char *key);

/* NULL when there is no such key, or the node is NULL or no mapping. */
const struct node_entry *node_entry(const struct node *mapping, const char *key);
const struct node *node_find(const struct node *mapping, const char *key);
/* The text of a scalar, NULL for anything else. */
const char *node_text(const struct node *node);

/* Adds the texts of a list, or the one text; nothing for NULL. */
void node_texts(const struct node *node, struct string_list *texts);
/* The same without those that are there already. */
void node_new_texts(const struct node *node, struct string_list *texts);
/* Adds the keys of a mapping; nothing for anything else. */
void node_keys(const struct node *node, struct string_list *keys);

enum scalar_type node_scalar_type(const struct node *node);
bool node_is_null(const struct node *node);
/* False when the scalar is no integer or does not fit. */
bool node_integer(const struct node *node, int64_t *value);

/* "a number", "a list": what the node is, for messages. */
const char *node_describe(const struct node *node);

/* Merges a copy of `over` into `base` as JSON merge patch does (RFC 7396): mappings are merged
 * deep, null removes, anything else replaces. Values keep the marks of their own file. In a mapping
 * under the key `keep_null_in` (NULL: none) a null stays: there it is a value. */
void node_merge(struct node *base, const struct node *over, const char *keep_null_in);

/* The same data as JSON; scalars typed by the core schema. New reference. */
json_t *node_json(const struct node *node);
