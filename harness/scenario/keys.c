#include "scenario/keys.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

const struct key_row *key_row(const struct key_table *table, const char *name)
{
    for (size_t i = 0; i < table->count; i++)
        if (strcmp(table->rows[i].name, name) == 0)
            return &table->rows[i];
    return NULL;
}

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
    _cleanup_node_ struct node *node = node_scalar(text, true, (struct mark){0});
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
