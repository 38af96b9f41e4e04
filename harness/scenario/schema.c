/* JSON Schema (2020-12) of scenario, target and project files, from the table of keys: what an
 * editor completes and underlines. It sees no duplicate keys, unknown names or files; the loader
 * does. */
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "scenario/keys.h"

static json_t *table_schema(json_t *definitions, const struct key_table *table);

static json_t *words_json(const char *const *words)
{
    json_t *array = json_array();
    for (; *words != NULL; words++)
        json_push(array, json_text(*words));
    return array;
}

static json_t *reference_to(const char *name)
{
    return json_pack("{s:s+}", "$ref", "#/$defs/", name);
}

static json_t *or_null(json_t *schema)
{
    return json_pack("{s:[o,{s:s}]}", "anyOf", schema, "type", "null");
}

static json_t *text_rule_schema(const struct text_rule *rule)
{
    json_t *schema = json_pack("{s:s,s:s*,s:s*}", "type", "string", "pattern", rule->pattern,
                               "description", rule->doc);
    if (rule->least > 0)
        json_put(schema, "minLength", json_integer(rule->least));
    if (rule->most > 0)
        json_put(schema, "maxLength", json_integer(rule->most));
    if (rule->words != NULL)
        json_put(schema, "enum", words_json(rule->words));
    if (rule->reserved != NULL)
        json_put(schema, "not", json_pack("{s:o}", "enum", words_json(rule->reserved)));
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

static json_t *integer_schema(const struct value_type *type)
{
    if (type->minimum == type->maximum)
        return json_pack("{s:I}", "const", (json_int_t)type->minimum);
    return json_pack("{s:s,s:I,s:I}", "type", "integer", "minimum", (json_int_t)type->minimum,
                     "maximum", (json_int_t)type->maximum);
}

static json_t *table_reference(json_t *definitions, const struct key_table *table)
{
    if (json_object_get(definitions, table->name) == NULL) {
        /* Held by its name first, so that a table that contains itself would end. */
        json_put(definitions, table->name, json_true());
        json_put(definitions, table->name, table_schema(definitions, table));
    }
    return reference_to(table->name);
}

/* `removable`: null may stand for an entry of a map. */
static json_t *type_schema(json_t *definitions, const struct value_type *type, bool removable)
{
    json_t *choices = json_array();
    if (type->forms & FORM_TEXT)
        json_push(choices, text_schema(definitions, type->text));
    if (type->forms & FORM_INTEGER)
        json_push(choices, integer_schema(type));
    if (type->forms & FORM_FLAG)
        json_push(choices, json_pack("{s:s}", "type", "boolean"));
    if (type->forms & FORM_LIST) {
        json_t *items = type_schema(definitions, type->item, false);
        json_t *list = json_pack("{s:s,s:o}", "type", "array", "items", items);
        if (type->least_items > 0)
            json_put(list, "minItems", json_integer(type->least_items));
        json_push(choices, list);
    }
    if (type->forms & FORM_TABLE)
        json_push(choices, table_reference(definitions, type->table));
    if (type->forms & FORM_MAP) {
        json_t *item = type_schema(definitions, type->item, false);
        if (removable && !(type->item->forms & FORM_NULL))
            item = or_null(item);
        json_push(choices,
                  json_pack("{s:s,s:o,s:o}", "type", "object", "propertyNames",
                            text_schema(definitions, type->map_key), "additionalProperties", item));
    }
    if (type->forms & FORM_ANY)
        json_push(choices, json_pack("{s:s}", "type", "object"));
    if (type->forms & FORM_NULL)
        json_push(choices, json_pack("{s:s}", "type", "null"));
    if (json_array_size(choices) > 1)
        return json_pack("{s:o}", "anyOf", choices);
    json_t *only = json_incref(json_array_get(choices, 0));
    json_decref(choices);
    return only;
}

/* A list of schemas, each of which requires one of the keys. */
static json_t *each_required(const char *const *keys)
{
    json_t *all = json_array();
    for (; *keys != NULL; keys++)
        json_push(all, json_pack("{s:[s]}", "required", *keys));
    return all;
}

static json_t *rule_schema(const struct key_rule *rule)
{
    const char *const *keys = rule->keys;
    json_t *parts = NULL;
    switch (rule->kind) {
    case RULE_EXACTLY_ONE:
        return json_pack("{s:o}", "oneOf", each_required(keys));
    case RULE_AT_LEAST_ONE:
        return json_pack("{s:o}", "anyOf", each_required(keys));
    case RULE_TOGETHER:
        parts = json_object();
        for (size_t i = 0; keys[i] != NULL; i++)
            json_put(parts, keys[i], words_json(keys));
        return json_pack("{s:o}", "dependentRequired", parts);
    case RULE_EXCLUDES:
        return json_pack("{s:{s:[s],s:o}}", "not", "required", keys[0], "anyOf",
                         each_required(keys + 1));
    case RULE_NEEDS:
        return json_pack("{s:{s:o}}", "dependentRequired", keys[0], words_json(keys + 1));
    case RULE_GOES_WITH: /* none of them, or the first with each of the others */
        parts = json_pack("[{s:{s:o}}]", "not", "anyOf", each_required(keys));
        for (size_t i = 1; keys[i] != NULL; i++)
            json_push(parts, json_pack("{s:[s,s]}", "required", keys[0], keys[i]));
        return json_pack("{s:o}", "oneOf", parts);
    case RULE_ITERATES:
        return json_pack("{s:[{s:[s],s:{s:{s:i}}},{s:[s],s:{s:{s:[s]}}}]}", "anyOf", "required",
                         keys[0], "properties", keys[0], "minItems", 1, "required", keys[1],
                         "properties", keys[1], "required", keys[2]);
    case RULE_END:
        break;
    }
    return json_true();
}

static json_t *table_schema(json_t *definitions, const struct key_table *table)
{
    json_t *properties = json_object();
    json_t *needed = json_array();
    for (size_t i = 0; i < table->count; i++) {
        const struct key_row *row = &table->rows[i];
        json_t *value = type_schema(definitions, row->type, table->removable);
        if (row->required)
            json_push(needed, json_text(row->name));
        else if (table->removable)
            value = or_null(value);
        json_put(value, "description", json_text(row->doc));
        if (row->default_text != NULL) {
            _cleanup_node_ struct node *node =
                node_scalar(row->default_text, true, (struct mark){.file = ""});
            json_put(value, "default", node_json(node));
        }
        json_put(properties, row->name, value);
    }
    json_t *schema =
        json_pack("{s:s,s:s,s:o,s:b,s:o}", "type", "object", "description", table->doc,
                  "properties", properties, "additionalProperties", false, "required", needed);
    if (table->exactly_one) {
        json_put(schema, "minProperties", json_integer(1));
        json_put(schema, "maxProperties", json_integer(1));
    }
    if (table->rules != NULL) {
        json_t *all = json_array();
        for (const struct key_rule *rule = table->rules; rule->kind != RULE_END; rule++)
            json_push(all, rule_schema(rule));
        json_put(schema, "allOf", all);
    }
    return schema;
}

json_t *schema_make(const char *kind)
{
    static const struct {
        const char *kind, *title;
        const struct key_table *table;
    } kinds[] = {{"scenario", "leakgate scenario", &scenario_table},
                 {"target", "leakgate target file", &target_table},
                 {"project", "leakgate project file", &project_table}};
    size_t i = 0;
    while (i < COUNT_OF(kinds) && strcmp(kinds[i].kind, kind) != 0)
        i++;
    if (i == COUNT_OF(kinds))
        return NULL;
    json_t *definitions = json_object();
    json_t *schema = table_schema(definitions, kinds[i].table);
    json_put(schema, "$schema", json_text("https://json-schema.org/draft/2020-12/schema"));
    json_put(schema, "$id", json_pack("s++", "urn:leakgate:", kind, ":1"));
    json_put(schema, "title", json_text(kinds[i].title));
    json_put(schema, "$defs", definitions);
    return schema;
}
