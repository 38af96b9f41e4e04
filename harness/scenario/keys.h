/*
 * The table of keys: every key of scenario, target and project files with its type, default, limits
 * and one sentence about it. The loader checks by it (scenario/check.h), and the JSON Schemas and
 * docs/reference.md are made from it (schema.c, reference.c), so the three cannot disagree: a new
 * key or step is one row here and the code that uses it.
 *
 * A key_table is a mapping with known keys. A value_type says which forms a value may take: at most
 * one scalar form of text, one list, one mapping, so the form written decides what it is checked
 * against. A text_rule says what a text must look like.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "scenario/node.h"
#include "scenario/value.h"

struct text_rule {
    const char *name;    /* of the definition in the schema; NULL: written out where it is used */
    const char *pattern; /* read alike by Python, ECMAScript and PCRE2; or NULL */
    const char *hint; /* end of the sentence when the pattern or the words refuse: "must be ..." */
    const char *doc;  /* for the reference: how such a text is written; NULL: nothing to say */
    unsigned least;   /* characters */
    unsigned most;    /* bytes; 0: no limit of its own */
    const char *const *words;    /* the only ones allowed, NULL-terminated; NULL: any */
    const char *const *reserved; /* refused, NULL-terminated; NULL: none */
    bool expands;                /* ${...} in it is replaced */
    bool takes_rounds;           /* "${NAME}" of a loop alone stands for each of its values */
    bool no_variables;           /* ... but by no variable of the scenario */
    bool region;                 /* must be the name of a region */
    /* What a regular expression cannot say; NULL: nothing. */
    bool (*accepts)(const char *text, struct refusal *refusal);
};

enum value_form {
    FORM_TEXT = 1,
    FORM_INTEGER = 2,
    FORM_FLAG = 4,
    FORM_NULL = 8,
    FORM_LIST = 16,
    FORM_TABLE = 32, /* a mapping with the keys of `table` */
    FORM_MAP = 64,   /* a mapping of any names to `item` */
    FORM_ANY = 128   /* a mapping of anything, as in JSON */
};

struct key_table;

struct value_type {
    unsigned forms;     /* of enum value_form */
    const char *phrase; /* "a key or a list of keys": for messages and the reference */
    const struct text_rule *text;
    int64_t minimum; /* FORM_INTEGER */
    int64_t maximum;
    const struct value_type *item; /* of the list, or values of the map */
    unsigned least_items;          /* of the list */
    const struct text_rule *map_key;
    const struct key_table *table;
};

struct key_row {
    const char *name;
    const struct value_type *type;
    bool required;
    const char *default_text; /* as it would be written in YAML without quotes; NULL: none */
    const char *doc;          /* Markdown, for the reference, and the schema's description */
    const char *example;      /* YAML of the value, for steps; NULL: none */
};

enum rule_kind {
    RULE_END,
    RULE_EXACTLY_ONE,  /* of the keys stands there */
    RULE_AT_LEAST_ONE, /* of the keys stands there */
    RULE_TOGETHER,     /* all of the keys or none */
    RULE_EXCLUDES,     /* the first key excludes each of the others */
    RULE_NEEDS,        /* the first key needs each of the others */
    RULE_GOES_WITH,    /* the first key goes with exactly one of the others, and they with it */
    RULE_ITERATES      /* `iteration` with at least one step, unless measure has `every` */
};

struct key_rule {
    enum rule_kind kind;
    const char *keys[10]; /* NULL-terminated */
};

/* What the check does beyond the rows and rules. */
enum table_kind {
    TABLE_PLAIN,
    TABLE_STEP,
    TABLE_LOOP,        /* `as` is a name within `steps` */
    TABLE_FILES,       /* ${n} and ${line} are known in it */
    TABLE_FOR_SCENARIO /* its names are a scenario's, and are checked where it is put in */
};

struct key_table {
    const char *name;  /* of the definition in the schema, and the heading's anchor */
    const char *title; /* heading in the reference */
    const char *doc;
    const char *phrase; /* "a step": for messages; NULL: the name */
    const struct key_row *rows;
    size_t count;
    const struct key_rule *rules; /* ended by RULE_END; NULL: none */
    bool exactly_one;             /* a mapping with one key, which names what it is */
    bool removable; /* null as a value, also in a map, removes what an extended file sets */
    enum table_kind kind;
};

/* The rules of a key_table. */
#define RULES(...) ((const struct key_rule[]){__VA_ARGS__, {RULE_END, {NULL}}})
/* A value_type that only one row uses; a whole number, a mapping with the keys of a table, a text,
 * a list, a mapping of names; the fields of a text or a list of such texts. */
#define TYPE(forms_, phrase_, ...) (&(const struct value_type){forms_, phrase_, __VA_ARGS__})
#define INTEGER(minimum_, maximum_)                                                                \
    TYPE(FORM_INTEGER, "a whole number", .minimum = (minimum_), .maximum = (maximum_))
#define MAPPING_AS(phrase_, table_) TYPE(FORM_TABLE, phrase_, .table = &(table_))
#define MAPPING(table_) MAPPING_AS("a mapping", table_)
#define TEXT_AS(phrase_, rule_) TYPE(FORM_TEXT, phrase_, .text = &(rule_))
#define LIST_OF(phrase_, item_) TYPE(FORM_LIST, phrase_, .item = (item_))
#define LIST_OF_SOME(phrase_, item_) TYPE(FORM_LIST, phrase_, .item = (item_), .least_items = 1)
#define ONE_OR_LIST(rule_, item_) .text = &(rule_), .item = &(item_), .least_items = 1
#define MAP_OF(phrase_, item_, key_) TYPE(FORM_MAP, phrase_, .item = (item_), .map_key = &(key_))
/* A key_table with an array of rows; what else there is to say follows. */
#define TABLE(name_, title_, rows_, ...)                                                           \
    {                                                                                              \
        .name = name_, .title = title_, .rows = (rows_), .count = sizeof(rows_) / sizeof *(rows_), \
        __VA_ARGS__                                                                                \
    }

/* keys_scenario.c */
extern const struct key_table scenario_table, quarantine_table, variable_table, world_table,
    region_table, measure_table;
/* keys_target.c */
extern const struct key_table target_table, terminal_table, target_config_table, ready_table,
    quit_table, survivor_table, healthy_table, translate_table, translate_scenario_table;
/* keys_project.c */
extern const struct key_table project_table;
/* keys_steps.c; the rows of step_table are in the order of enum step_kind, prepare_step_table has
 * the steps that need no target. */
extern const struct key_table step_table, prepare_step_table, press_table, mouse_table, run_table,
    wait_table, wait_file_table, settle_table, write_table, world_file_table, remove_table,
    loop_table;
extern const char *const mouse_actions[]; /* in the order of enum mouse_action */
extern const struct value_type step_list_type, prepare_step_list_type, keys_type;

/* keys_values.c: what several tables share. */
extern const struct text_rule some_text_rule, template_rule, any_template_rule, name_rule,
    variable_rule, key_name_rule, duration_rule, size_rule, regex_rule, world_path_rule;
extern const struct value_type some_text_type, template_type, any_template_type, name_type,
    flag_type, date_type, duration_type, range_type, byte_size_type, mode_type, command_type,
    tag_list_type, tool_list_type, project_list_type, environment_type, file_map_type,
    region_map_type, plain_regex_type, any_mapping_type, world_path_type, world_directory_type,
    known_region_type;

/* Every text rule that the reference explains, in its order; NULL-terminated. */
extern const struct text_rule *const documented_rules[];

/* The row of a key; NULL: no such key. */
const struct key_row *key_row(const struct key_table *table, const char *name);

/* Values of a checked mapping, with the default of the table where the key is missing. `mapping`
 * may be NULL: then every value is its default. */
int64_t field_integer(const struct node *mapping, const struct key_table *table, const char *key);
int64_t field_duration(const struct node *mapping, const struct key_table *table, const char *key);
struct range field_range(const struct node *mapping, const struct key_table *table,
                         const char *key);
bool field_flag(const struct node *mapping, const struct key_table *table, const char *key);
/* A copy that the caller frees; NULL when the key is missing and has no default. */
char *field_text(const struct node *mapping, const struct key_table *table, const char *key);

/* The JSON Schema of the files of a kind: scenario, target or project; NULL: there is no such kind.
 * scenarios/schema.json, scenarios/targets/schema.json and scenarios/project.schema.json are they.
 * The caller owns the result. */
json_t *schema_make(const char *kind);
/* Appends docs/reference.md as far as it is of keys, by a template (reference_template.md); returns
 * what is left of that. */
const char *reference_put(struct buffer *out, const char *template);
