#include "scenario/node.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/json.h"

struct node *node_new(enum node_kind kind, struct mark where)
{
    struct node *node = memory_new(struct node);
    node->kind = kind;
    node->where = where;
    return node;
}

struct node *node_scalar(const char *text, bool plain, struct mark where)
{
    struct node *node = node_new(NODE_SCALAR, where);
    node->text = memory_copy_text(text);
    node->plain = plain;
    return node;
}

struct node *node_copy(const struct node *node)
{
    struct node *copy = node_new(node->kind, node->where);
    copy->plain = node->plain;
    copy->verbatim = node->verbatim;
    copy->text = memory_copy_text(node->text);
    for (size_t i = 0; i < node->count; i++) {
        struct node_entry *entry = array_add(copy->entries, copy->count, copy->capacity);
        *entry = node->entries[i];
        entry->key = memory_copy_text(entry->key);
        entry->value = node_copy(entry->value);
    }
    return copy;
}

void node_free(struct node *node)
{
    if (node == NULL)
        return;
    for (size_t i = 0; i < node->count; i++) {
        free(node->entries[i].key);
        node_free(node->entries[i].value);
    }
    free(node->entries);
    free(node->text);
    free(node);
}

void node_append(struct node *list, struct node *item)
{
    array_add(list->entries, list->count, list->capacity)->value = item;
}

static size_t entry_index(const struct node *mapping, const char *key, uint64_t hash)
{
    for (size_t i = 0; i < mapping->count; i++)
        if (mapping->entries[i].key_hash == hash && strcmp(mapping->entries[i].key, key) == 0)
            return i;
    return mapping->count;
}

void node_put(struct node *mapping, const char *key, struct mark where, struct node *value)
{
    uint64_t hash = XXH64(key, strlen(key), 0);
    size_t index = entry_index(mapping, key, hash);
    if (index < mapping->count) {
        node_free(mapping->entries[index].value);
        mapping->entries[index].value = value;
        mapping->entries[index].where = where;
        return;
    }
    array_append(
        mapping->entries, mapping->count, mapping->capacity,
        (struct node_entry){
            .key = memory_copy_text(key), .key_hash = hash, .where = where, .value = value});
}

void node_remove(struct node *mapping, const char *key)
{
    size_t index = entry_index(mapping, key, XXH64(key, strlen(key), 0));
    if (index == mapping->count)
        return;
    free(mapping->entries[index].key);
    node_free(mapping->entries[index].value);
    memmove(mapping->entries + index, mapping->entries + index + 1,
            (mapping->count - index - 1) * sizeof *mapping->entries);
    mapping->count--;
}

const struct node_entry *node_entry(const struct node *mapping, const char *key)
{
    if (mapping == NULL || mapping->kind != NODE_MAPPING)
        return NULL;
    size_t index = entry_index(mapping, key, XXH64(key, strlen(key), 0));
    return index < mapping->count ? &mapping->entries[index] : NULL;
}

const struct node *node_find(const struct node *mapping, const char *key)
{
    const struct node_entry *entry = node_entry(mapping, key);
    return entry != NULL ? entry->value : NULL;
}

const char *node_text(const struct node *node)
{
    return node != NULL && node->kind == NODE_SCALAR ? node->text : NULL;
}

void node_texts(const struct node *node, struct string_list *texts)
{
    if (node_text(node) != NULL)
        string_list_add(texts, node_text(node));
    for (size_t i = 0; node != NULL && node->kind == NODE_LIST && i < node->count; i++)
        if (node_text(node->entries[i].value) != NULL)
            string_list_add(texts, node_text(node->entries[i].value));
}

void node_new_texts(const struct node *node, struct string_list *texts)
{
    _cleanup_strings_ struct string_list all = {0};
    node_texts(node, &all);
    for (size_t i = 0; i < all.count; i++)
        string_list_add_once(texts, all.items[i]);
}

void node_keys(const struct node *node, struct string_list *keys)
{
    for (size_t i = 0; node != NULL && node->kind == NODE_MAPPING && i < node->count; i++)
        string_list_add(keys, node->entries[i].key);
}

static bool is_integer(const char *text)
{
    static const char digits[] = "0123456789";
    if (text[0] == '0' && text[1] == 'o')
        return text[2] != '\0' && text[2 + strspn(text + 2, "01234567")] == '\0';
    if (text[0] == '0' && text[1] == 'x')
        return text[2] != '\0' && text[2 + strspn(text + 2, "0123456789abcdefABCDEF")] == '\0';
    text += *text == '-' || *text == '+';
    return *text != '\0' && text[strspn(text, digits)] == '\0';
}

/* A decimal as strtod reads it, but without blanks, hexadecimal digits and its own words for
 * infinity and NaN. */
static bool is_real(const char *text)
{
    static const char *const special[] = {".inf",  ".Inf",  ".INF",  "-.inf", "-.Inf",
                                          "-.INF", "+.inf", "+.Inf", "+.INF", ".nan",
                                          ".NaN",  ".NAN",  NULL};
    if (text_is_one_of(text, special))
        return true;
    char *end;
    strtod(text, &end);
    return end > text && *end == '\0' && strspn(text, "0123456789+-.eE") == (size_t)(end - text);
}

enum scalar_type node_scalar_type(const struct node *node)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
    static const char *const flags[] = {"true", "True", "TRUE", "false", "False", "FALSE", NULL};
    if (!node->plain)
        return SCALAR_TEXT;
    if (text_is_one_of(node->text, nulls))
        return SCALAR_NULL;
    if (text_is_one_of(node->text, flags))
        return SCALAR_FLAG;
    if (is_integer(node->text))
        return SCALAR_INTEGER;
    return is_real(node->text) ? SCALAR_REAL : SCALAR_TEXT;
}

bool node_is_null(const struct node *node)
{
    return node->kind == NODE_SCALAR && node_scalar_type(node) == SCALAR_NULL;
}

bool node_integer(const struct node *node, int64_t *value)
{
    if (node->kind != NODE_SCALAR || node_scalar_type(node) != SCALAR_INTEGER)
        return false;
    const char *text = node->text;
    int base = 10;
    if (text[0] == '0' && (text[1] == 'o' || text[1] == 'x')) {
        base = text[1] == 'o' ? 8 : 16;
        text += 2;
    }
    errno = 0;
    long long parsed = strtoll(text, NULL, base);
    if (errno != 0)
        return false;
    *value = parsed;
    return true;
}

const char *node_describe(const struct node *node)
{
    static const char *const scalars[] = {[SCALAR_TEXT] = "text",
                                          [SCALAR_NULL] = "null",
                                          [SCALAR_FLAG] = "true or false",
                                          [SCALAR_INTEGER] = "a number",
                                          [SCALAR_REAL] = "a decimal number"};
    if (node->kind != NODE_SCALAR)
        return node->kind == NODE_LIST ? "a list" : "a mapping";
    bool empty = node->plain && node->text[0] == '\0';
    return empty ? "nothing" : scalars[node_scalar_type(node)];
}

void node_merge(struct node *base, const struct node *over, const char *keep_null_in)
{
    for (size_t i = 0; i < over->count; i++) {
        const struct node_entry *entry = &over->entries[i];
        if (node_is_null(entry->value)) {
            node_remove(base, entry->key);
            continue;
        }
        if (entry->value->kind != NODE_MAPPING) {
            node_put(base, entry->key, entry->where, node_copy(entry->value));
            continue;
        }
        const struct node *known = node_find(base, entry->key);
        if (known == NULL || known->kind != NODE_MAPPING)
            node_put(base, entry->key, entry->where, node_new(NODE_MAPPING, entry->value->where));
        struct node *merged = node_entry(base, entry->key)->value;
        bool keeps_null = keep_null_in != NULL && strcmp(entry->key, keep_null_in) == 0;
        if (!keeps_null)
            node_merge(merged, entry->value, NULL);
        for (size_t own = 0; keeps_null && own < entry->value->count; own++) {
            const struct node_entry *kept = &entry->value->entries[own];
            node_put(merged, kept->key, kept->where, node_copy(kept->value));
        }
    }
}

static json_t *scalar_json(const struct node *node)
{
    int64_t integer = 0;
    switch (node_scalar_type(node)) {
    case SCALAR_NULL:
        return json_null();
    case SCALAR_FLAG:
        return json_boolean(node->text[0] == 't' || node->text[0] == 'T');
    case SCALAR_INTEGER:
        return node_integer(node, &integer) ? json_integer(integer)
                                            : json_number(strtod(node->text, NULL));
    case SCALAR_REAL:
        return json_number(strtod(node->text, NULL));
    case SCALAR_TEXT:
        break;
    }
    return json_text(node->text);
}

json_t *node_json(const struct node *node)
{
    if (node == NULL || node->kind == NODE_BROKEN)
        return json_null();
    if (node->kind == NODE_SCALAR)
        return scalar_json(node);
    json_t *value = node->kind == NODE_LIST ? json_array() : json_object();
    for (size_t i = 0; i < node->count; i++)
        if (node->kind == NODE_LIST)
            json_push(value, node_json(node->entries[i].value));
        else
            json_put(value, node->entries[i].key, node_json(node->entries[i].value));
    return value;
}
