#include "scenario/field.h"

#include <stdlib.h>

#include "base/memory.h"
#include "scenario/value.h"

/* The value as it is written, or the default; NULL when there is neither. */
static const char *written(const struct node *mapping, const struct key_table *table,
                           const char *key)
{
    const char *text = node_text(node_find(mapping, key));
    const struct key_row *row = key_row(table, key);
    if (row == NULL)
        abort(); /* a key that the table does not know: the caller is wrong */
    return text != NULL ? text : row->default_text;
}

int64_t field_integer(const struct node *mapping, const struct key_table *table, const char *key)
{
    const char *text = written(mapping, table, key);
    if (text == NULL)
        return 0;
    int64_t value = 0;
    struct mark nowhere = {0};
    _cleanup_node_ struct node *node = node_scalar(text, true, nowhere);
    node_integer(node, &value);
    return value;
}

int64_t field_duration(const struct node *mapping, const struct key_table *table, const char *key)
{
    int64_t ms = 0;
    const char *text = written(mapping, table, key);
    if (text != NULL)
        duration_parse(text, &ms);
    return ms;
}

struct range field_range(const struct node *mapping, const struct key_table *table, const char *key)
{
    struct range range = {0};
    const char *text = written(mapping, table, key);
    if (text != NULL)
        range_parse(text, &range);
    return range;
}

bool field_flag(const struct node *mapping, const struct key_table *table, const char *key)
{
    const char *text = written(mapping, table, key);
    return text != NULL && (text[0] == 't' || text[0] == 'T');
}

char *field_text(const struct node *mapping, const struct key_table *table, const char *key)
{
    return memory_copy_text(written(mapping, table, key));
}

void node_texts(const struct node *node, struct string_list *texts)
{
    if (node == NULL)
        return;
    if (node_text(node) != NULL)
        string_list_add(texts, node_text(node));
    for (size_t i = 0; node->kind == NODE_LIST && i < node->count; i++)
        if (node_text(node->items[i]) != NULL)
            string_list_add(texts, node_text(node->items[i]));
}

void node_new_texts(const struct node *node, struct string_list *texts)
{
    _cleanup_strings_ struct string_list all = {0};
    node_texts(node, &all);
    for (size_t i = 0; i < all.count; i++)
        if (!string_list_contains(texts, all.items[i]))
            string_list_add(texts, all.items[i]);
}

void node_keys(const struct node *node, struct string_list *keys)
{
    for (size_t i = 0; node != NULL && node->kind == NODE_MAPPING && i < node->count; i++)
        string_list_add(keys, node->entries[i].key);
}
