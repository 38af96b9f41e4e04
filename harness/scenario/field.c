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

struct file_plan field_file(const struct node *value, const struct key_table *table)
{
    const struct node *detailed = value->kind == NODE_MAPPING ? value : NULL;
    const char *size = node_text(node_find(detailed, "size"));
    _cleanup_free_ char *mode = field_text(detailed, table, "mode");
    struct file_plan file = {
        .text = memory_copy_text(node_text(detailed != NULL ? node_find(value, "text") : value)),
        .line = memory_copy_text(node_text(node_find(detailed, "line"))),
        .lines = (unsigned)field_integer(detailed, table, "lines"),
        .copies = (unsigned)field_integer(detailed, table, "copies")};
    if (size != NULL)
        byte_size_parse(size, &file.size);
    mode_parse(mode, &file.mode);
    return file;
}
