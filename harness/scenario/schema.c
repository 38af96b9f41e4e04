#include "scenario/schema.h"

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "scenario/load.h"
#include "scenario/node.h"

static json_t *type_schema(json_t *definitions, const struct value_type *type,
                           const struct key_row *row);

static json_t *words_json(const char *const *words)
{
    json_t *array = json_array();
    for (; *words != NULL; words++)
        json_push(array, json_text(*words));
    return array;
}

/* {key: value} */
static json_t *single(const char *key, json_t *value)
{
    json_t *object = json_object();
    json_put(object, key, value);
    return object;
}

static json_t *reference_to(const char *name)
{
    _cleanup_free_ char *pointer = memory_format("#/$defs/%s", name);
    return single("$ref", json_text(pointer));
}

static json_t *text_rule_schema(const struct text_rule *rule)
{
    json_t *schema = single("type", json_text("string"));
    if (rule->least > 0)
        json_put(schema, "minLength", json_integer(rule->least));
    if (rule->most > 0)
        json_put(schema, "maxLength", json_integer(rule->most));
    if (rule->pattern != NULL)
        json_put(schema, "pattern", json_text(rule->pattern));
    if (rule->words != NULL)
        json_put(schema, "enum", words_json(rule->words));
    if (rule->reserved != NULL)
        json_put(schema, "not", single("enum", words_json(rule->reserved)));
    if (rule->doc != NULL)
        json_put(schema, "description", json_text(rule->doc));
    return schema;
}

static json_t *text_schema(json_t *definitions, const struct text_rule *rule)
{
    if (rule->name == NULL)
        return text_rule_schema(rule);
    const json_t *known = json_object_get(definitions, rule->name);
    /* Rules that share a name differ in what only the loader sees; one of them is explained. */
    if (known == NULL || (rule->doc != NULL && json_object_get(known, "description") == NULL))
        json_put(definitions, rule->name, text_rule_schema(rule));
    return reference_to(rule->name);
}

static json_t *integer_schema(const struct value_type *type, const struct key_row *row)
{
    bool own = row != NULL && (row->minimum != 0 || row->maximum != 0);
    int64_t minimum = own ? row->minimum : type->minimum;
    int64_t maximum = own ? row->maximum : type->maximum;
    if (minimum == maximum)
        return single("const", json_integer(minimum));
    json_t *schema = single("type", json_text("integer"));
    json_put(schema, "minimum", json_integer(minimum));
    json_put(schema, "maximum", json_integer(maximum));
    return schema;
}

static json_t *list_schema(json_t *definitions, const struct value_type *type)
{
    json_t *schema = single("type", json_text("array"));
    json_put(schema, "items", type_schema(definitions, type->item, NULL));
    if (type->least_items > 0)
        json_put(schema, "minItems", json_integer(type->least_items));
    return schema;
}

static json_t *or_null(json_t *schema)
{
    json_t *choices = json_array();
    json_push(choices, schema);
    json_push(choices, single("type", json_text("null")));
    return single("anyOf", choices);
}

static json_t *map_schema(json_t *definitions, const struct value_type *type)
{
    json_t *schema = single("type", json_text("object"));
    json_t *item = type_schema(definitions, type->item, NULL);
    json_put(schema, "propertyNames", text_schema(definitions, type->map_key));
    json_put(schema, "additionalProperties", type->removable ? or_null(item) : item);
    return schema;
}

static json_t *table_schema(json_t *definitions, const struct key_table *table);

static json_t *table_reference(json_t *definitions, const struct key_table *table)
{
    if (json_object_get(definitions, table->name) == NULL) {
        /* Held by its name first, so that a table that contains itself would end. */
        json_put(definitions, table->name, json_true());
        json_put(definitions, table->name, table_schema(definitions, table));
    }
    return reference_to(table->name);
}

static json_t *type_schema(json_t *definitions, const struct value_type *type,
                           const struct key_row *row)
{
    json_t *choices = json_array();
    if (type->forms & FORM_TEXT)
        json_push(choices, text_schema(definitions, type->text));
    if (type->forms & FORM_INTEGER)
        json_push(choices, integer_schema(type, row));
    if (type->forms & FORM_FLAG)
        json_push(choices, single("type", json_text("boolean")));
    if (type->forms & FORM_LIST)
        json_push(choices, list_schema(definitions, type));
    if (type->forms & FORM_TABLE)
        json_push(choices, table_reference(definitions, type->table));
    if (type->forms & FORM_MAP)
        json_push(choices, map_schema(definitions, type));
    if (type->forms & FORM_ANY)
        json_push(choices, single("type", json_text("object")));
    if (type->forms & FORM_NULL)
        json_push(choices, single("type", json_text("null")));
    if (json_array_size(choices) > 1)
        return single("anyOf", choices);
    json_t *only = json_incref(json_array_get(choices, 0));
    json_decref(choices);
    return only;
}

static json_t *default_json(const char *text)
{
    struct mark nowhere = {0};
    _cleanup_node_ struct node *node = node_scalar(text, true, nowhere);
    return node_json(node);
}

static json_t *row_schema(json_t *definitions, const struct key_table *table,
                          const struct key_row *row)
{
    json_t *schema = type_schema(definitions, row->type, row);
    if (table->removable && !row->required)
        schema = or_null(schema);
    json_put(schema, "description", json_text(row->doc));
    if (row->default_text != NULL)
        json_put(schema, "default", default_json(row->default_text));
    return schema;
}

static json_t *required(const char *key)
{
    json_t *keys = json_array();
    json_push(keys, json_text(key));
    return single("required", keys);
}

/* {oneOf or anyOf: each of the keys required} */
static json_t *choice_schema(const struct key_rule *rule)
{
    json_t *choices = json_array();
    for (size_t i = 0; rule->keys[i] != NULL; i++)
        json_push(choices, required(rule->keys[i]));
    return single(rule->kind == RULE_EXACTLY_ONE ? "oneOf" : "anyOf", choices);
}

static json_t *together_schema(const struct key_rule *rule)
{
    json_t *needs = json_object();
    for (size_t i = 0; rule->keys[i] != NULL; i++)
        json_put(needs, rule->keys[i], words_json(rule->keys));
    return single("dependentRequired", needs);
}

static json_t *excludes_schema(const struct key_rule *rule)
{
    json_t *others = json_array();
    for (size_t i = 1; rule->keys[i] != NULL; i++)
        json_push(others, required(rule->keys[i]));
    json_t *both = required(rule->keys[0]);
    json_put(both, "anyOf", others);
    return single("not", both);
}

/* {oneOf: none of them, or the first with each of the others} */
static json_t *goes_with_schema(const struct key_rule *rule)
{
    json_t *choices = json_array();
    json_t *any = json_array();
    for (size_t i = 0; rule->keys[i] != NULL; i++)
        json_push(any, required(rule->keys[i]));
    json_push(choices, single("not", single("anyOf", any)));
    for (size_t i = 1; rule->keys[i] != NULL; i++) {
        json_t *both = json_array();
        json_push(both, json_text(rule->keys[0]));
        json_push(both, json_text(rule->keys[i]));
        json_push(choices, single("required", both));
    }
    return single("oneOf", choices);
}

static json_t *iterates_schema(const struct key_rule *rule)
{
    json_t *iterates = required(rule->keys[0]);
    json_t *paced = required(rule->keys[1]);
    json_put(iterates, "properties", single(rule->keys[0], single("minItems", json_integer(1))));
    json_put(paced, "properties", single(rule->keys[1], required(rule->keys[2])));
    json_t *choices = json_array();
    json_push(choices, iterates);
    json_push(choices, paced);
    return single("anyOf", choices);
}

static json_t *rule_schema(const struct key_rule *rule)
{
    switch (rule->kind) {
    case RULE_EXACTLY_ONE:
    case RULE_AT_LEAST_ONE:
        return choice_schema(rule);
    case RULE_TOGETHER:
        return together_schema(rule);
    case RULE_EXCLUDES:
        return excludes_schema(rule);
    case RULE_GOES_WITH:
        return goes_with_schema(rule);
    case RULE_ITERATES:
        return iterates_schema(rule);
    case RULE_END:
        break;
    }
    return json_true();
}

static void put_rules(json_t *schema, const struct key_rule *rule)
{
    json_t *all = json_array();
    for (; rule != NULL && rule->kind != RULE_END; rule++)
        json_push(all, rule_schema(rule));
    if (json_array_size(all) > 0)
        json_put(schema, "allOf", all);
    else
        json_decref(all);
}

static json_t *table_schema(json_t *definitions, const struct key_table *table)
{
    json_t *schema = single("type", json_text("object"));
    json_t *properties = json_object();
    json_t *needed = json_array();
    for (size_t i = 0; i < table->count; i++) {
        const struct key_row *row = &table->rows[i];
        json_put(properties, row->name, row_schema(definitions, table, row));
        if (row->required)
            json_push(needed, json_text(row->name));
    }
    json_put(schema, "description", json_text(table->doc));
    json_put(schema, "properties", properties);
    json_put(schema, "additionalProperties", json_false());
    json_put(schema, "required", needed);
    if (table->exactly_one) {
        json_put(schema, "minProperties", json_integer(1));
        json_put(schema, "maxProperties", json_integer(1));
    }
    put_rules(schema, table->rules);
    return schema;
}

json_t *schema_of(const struct key_table *table, const char *title)
{
    json_t *definitions = json_object();
    json_t *schema = table_schema(definitions, table);
    json_put(schema, "$schema", json_text("https://json-schema.org/draft/2020-12/schema"));
    json_put(schema, "title", json_text(title));
    json_put(schema, "$defs", definitions);
    return schema;
}

json_t *schema_make(void)
{
    return schema_of(&scenario_table, "leakgate scenario");
}

json_t *target_schema_make(void)
{
    return schema_of(&target_table, "leakgate target file");
}
