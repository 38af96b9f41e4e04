#include "scenario/check.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/limits.h"
#include "base/memory.h"
#include "scenario/loops.h"
#include "scenario/value.h"

/* What a value is called in messages. */
struct place {
    const char *name;
    bool is_item;
    bool removable; /* in a map: null removes an entry */
};

static void check_value(const struct checker *checker, const struct node *node,
                        const struct value_type *type, struct place place);

static void check_integer(const struct checker *checker, const struct node *node,
                          const struct value_type *type, struct place place)
{
    int64_t value = 0;
    if (node_integer(node, &value) && value >= type->minimum && value <= type->maximum)
        return;
    if (type->minimum == type->maximum)
        diagnose(checker->problems, node->where, "%s must be %" PRId64 ", not %s", place.name,
                 type->minimum, node->text);
    else
        diagnose(checker->problems, node->where,
                 "%s must be from %" PRId64 " to %" PRId64 ", not %.40s", place.name, type->minimum,
                 type->maximum, node->text);
}

static void refuse_type(const struct checker *checker, const struct node *node,
                        const struct value_type *type, struct place place)
{
    const char *item = place.is_item ? "an item of " : "";
    if (node->kind == NODE_SCALAR && node->plain && node->text[0] == '\0') {
        diagnose(checker->problems, node->where, "%s%s must be %s, but nothing is written", item,
                 place.name, type->phrase);
        return;
    }
    bool wants_text = (type->forms & FORM_TEXT) != 0;
    struct node bare = {.kind = NODE_SCALAR, .text = node->text, .plain = true};
    enum scalar_type scalar = node->kind == NODE_SCALAR ? node_scalar_type(node) : SCALAR_NULL;
    _cleanup_free_ char *advice = NULL;
    if (scalar == SCALAR_INTEGER && wants_text && type->text == &duration_rule)
        advice = memory_format("; add a unit: %ss", node->text);
    else if (wants_text && scalar != SCALAR_NULL && scalar != SCALAR_TEXT)
        advice = memory_format("; put it in quotes: \"%s\"", node->text);
    else if (scalar == SCALAR_TEXT && !node->plain &&
             (type->forms & (FORM_INTEGER | FORM_FLAG)) != 0 &&
             node_scalar_type(&bare) != SCALAR_TEXT)
        advice = memory_copy_text("; take the quotes away");
    diagnose(checker->problems, node->where, "%s%s must be %s, not %s%s", item, place.name,
             type->phrase, node_describe(node), text_or(advice, ""));
}

static void check_list(const struct checker *checker, const struct node *node,
                       const struct value_type *type, struct place place)
{
    if (node->count < type->least_items)
        diagnose(checker->problems, node->where, "%s must not be empty", place.name);
    bool are_steps = type->item->table != NULL && type->item->table->kind == TABLE_STEP;
    if (are_steps && !checker->in_loop)
        loops_check(node, checker->problems);
    for (size_t i = 0; i < node->count; i++)
        check_value(checker, node->entries[i].value, type->item,
                    (struct place){.name = place.name, .is_item = true});
}

static bool is_known(const struct checker *checker, const char *name)
{
    const struct string_list *variables = checker->names.variables;
    return local_find(checker, name) != NULL ||
           (variables != NULL && string_list_contains(variables, name));
}

/* Diagnoses a key that makes the name known, when it stands for something else already. */
static void check_is_new(const struct checker *checker, const struct node *node, const char *key,
                         const char *name)
{
    const struct node_entry *entry = node_entry(node, key);
    if (entry != NULL && is_known(checker, name))
        diagnose(checker->problems, entry->where,
                 "%s makes ${%s}, which stands for something else here: give that another name",
                 key, name);
}

static void check_copies(const struct checker *checker, const struct node *node, const char *path,
                         struct mark where)
{
    int64_t copies = 0;
    size_t bytes = 0;
    const struct node *number = node_find(node, "copies");
    const struct node *size = node_find(node, "size");
    check_is_new(checker, node, "copies", "n");
    check_is_new(checker, node, "line", "line");
    if (number == NULL || !node_integer(number, &copies) || copies < 1 ||
        copies > LIMIT_FILE_COPIES)
        return;
    if (copies > 1 && path != NULL && strstr(path, "${n}") == NULL)
        diagnose(checker->problems, where,
                 "the path of %" PRId64 " copies needs ${n}, which counts them", copies);
    if (node_text(size) != NULL && byte_size_parse(size->text, &bytes) &&
        (uint64_t)copies * bytes > LIMIT_WORLD_BYTES)
        diagnose(checker->problems, number->where,
                 "%" PRId64 " copies of this size are over the limit of %u MiB for all files",
                 copies, LIMIT_WORLD_BYTES / 1024 / 1024);
}

static void check_map(const struct checker *checker, const struct node *node,
                      const struct value_type *type, struct place place)
{
    bool are_files = type->item->table != NULL && type->item->table->kind == TABLE_FILES;
    for (size_t i = 0; i < node->count; i++) {
        const struct node_entry *entry = &node->entries[i];
        struct checker inner = *checker;
        struct check_local copy = {.name = "n", .outer = checker->names.locals};
        if (are_files && node_find(entry->value, "copies") != NULL)
            inner.names.locals = &copy; /* the path of copies knows their number */
        check_text(&inner, type->map_key, entry->key, entry->where, NULL, place.name);
        if (are_files && entry->value->kind == NODE_MAPPING)
            check_copies(checker, entry->value, entry->key, entry->where);
        if (place.removable && node_is_null(entry->value))
            continue;
        check_value(checker, entry->value, type->item, (struct place){.name = entry->key});
    }
}

/* JSON has neither infinities nor numbers of any size. */
static void check_any(const struct checker *checker, const struct node *node)
{
    for (size_t i = 0; i < node->count; i++)
        check_any(checker, node->entries[i].value);
    if (node->kind != NODE_SCALAR)
        return;
    int64_t integer = 0;
    enum scalar_type scalar = node_scalar_type(node);
    bool infinite = scalar == SCALAR_REAL &&
                    (strpbrk(node->text, "nN") != NULL || !isfinite(strtod(node->text, NULL)));
    if (infinite || (scalar == SCALAR_INTEGER && !node_integer(node, &integer)))
        diagnose(checker->problems, node->where, "JSON has no number %.40s", node->text);
    if (scalar == SCALAR_TEXT)
        check_references(checker, node->text, node->where);
}

static void refuse_key(const struct checker *checker, const struct key_table *table,
                       const struct node_entry *entry)
{
    _cleanup_free_ const char **names = memory_array(table->count, sizeof *names);
    for (size_t i = 0; i < table->count; i++)
        names[i] = table->rows[i].name;
    _cleanup_free_ char *advice = did_you_mean(entry->key, names, table->count);
    diagnose(checker->problems, entry->where, "unknown key \"%.80s\" in %s%s", entry->key,
             text_or(table->phrase, table->name), advice);
}

/* Makes the names known that hold in the value of one key: at most two more than around it. */
static void add_locals(struct checker *inner, struct check_local locals[2], const struct node *node,
                       const struct key_table *table, const char *key)
{
    bool counts = text_equal(key, "path") || text_equal(key, "text") || text_equal(key, "line");
    size_t count = 0;
    const char *name = node_text(node_find(node, "as"));
    if (table->kind == TABLE_FOR_SCENARIO)
        inner->names = (struct check_names){0};
    if (table->kind == TABLE_LOOP && text_equal(key, "steps") && name != NULL)
        locals[count++] = (struct check_local){.name = name, .loop = node};
    if (table->kind == TABLE_FILES && counts && node_find(node, "copies") != NULL)
        locals[count++] = (struct check_local){.name = "n"};
    if (table->kind == TABLE_FILES && text_equal(key, "line"))
        locals[count++] = (struct check_local){.name = "line"};
    for (size_t i = 0; i < count; i++) {
        locals[i].outer = inner->names.locals;
        inner->names.locals = &locals[i];
    }
}

/* "a, b or c". */
static char *join(const char *const *keys, const char *last)
{
    struct buffer text = {0};
    for (size_t i = 0; keys[i] != NULL; i++) {
        const char *between = keys[i + 1] == NULL ? last : ", ";
        buffer_format(&text, "%s%s", i > 0 ? between : "", keys[i]);
    }
    return buffer_take(&text);
}

/* The first and the second of the keys that stand in a mapping, and the last that does not. */
struct presence {
    const struct node_entry *first;
    const struct node_entry *second;
    const char *missing;
};

static struct presence presence_of(const struct node *mapping, const char *const *keys)
{
    struct presence there = {0};
    for (size_t i = 0; keys[i] != NULL; i++) {
        const struct node_entry *entry = node_entry(mapping, keys[i]);
        if (entry == NULL)
            there.missing = keys[i];
        else if (there.first == NULL)
            there.first = entry;
        else if (there.second == NULL)
            there.second = entry;
    }
    return there;
}

static void check_rule(const struct node *mapping, const struct key_table *table,
                       const struct key_rule *rule, struct diagnostics *problems)
{
    const char *const *keys = rule->keys;
    const char *phrase = text_or(table->phrase, table->name);
    const struct node_entry *head = node_entry(mapping, keys[0]);
    const struct node *steps = head != NULL ? head->value : NULL;
    bool goes_with = rule->kind == RULE_GOES_WITH;
    struct presence there = presence_of(mapping, goes_with ? keys + 1 : keys);
    _cleanup_free_ char *names =
        join(goes_with ? keys + 1 : keys, rule->kind == RULE_TOGETHER ? " and " : " or ");
    switch (rule->kind) {
    case RULE_EXACTLY_ONE:
    case RULE_AT_LEAST_ONE:
        if (there.first == NULL)
            diagnose(problems, mapping->where, "%s needs %s", phrase, names);
        else if (there.second != NULL && rule->kind == RULE_EXACTLY_ONE)
            diagnose(problems, there.second->where, "%s takes only one of %s", phrase, names);
        break;
    case RULE_TOGETHER:
        if (there.first != NULL && there.missing != NULL)
            diagnose(problems, there.first->where, "%s go together: %s is missing", names,
                     there.missing);
        break;
    case RULE_EXCLUDES:
        for (size_t i = 1; head != NULL && keys[i] != NULL; i++)
            if (node_entry(mapping, keys[i]) != NULL)
                diagnose(problems, node_entry(mapping, keys[i])->where, "%s cannot stand beside %s",
                         keys[i], keys[0]);
        break;
    case RULE_NEEDS:
        if (head != NULL && there.missing != NULL)
            diagnose(problems, head->where, "%s needs %s", keys[0], there.missing);
        break;
    case RULE_GOES_WITH:
        if (head != NULL && there.first == NULL)
            diagnose(problems, head->where, "%s needs %s", keys[0], names);
        else if (head == NULL && there.first != NULL)
            diagnose(problems, there.first->where, "%s needs %s", there.first->key, keys[0]);
        else if (there.second != NULL)
            diagnose(problems, there.second->where, "%s takes only one of %s", phrase, names);
        break;
    case RULE_ITERATES:
        if ((steps == NULL || (steps->kind == NODE_LIST && steps->count == 0)) &&
            node_find(node_find(mapping, keys[1]), keys[2]) == NULL)
            diagnose(problems, steps != NULL ? steps->where : mapping->where,
                     "%s needs at least one step, unless %s has %s", keys[0], keys[1], keys[2]);
        break;
    case RULE_END:
        break;
    }
}

static void check_rules(const struct node *mapping, const struct key_table *table,
                        struct diagnostics *problems)
{
    const char *phrase = text_or(table->phrase, table->name);
    if (table->exactly_one && mapping->count == 0)
        diagnose(problems, mapping->where, "%s needs one key, such as %s", phrase,
                 table->rows[0].name);
    if (table->exactly_one && mapping->count > 1)
        diagnose(problems, mapping->entries[1].where,
                 "%s has only one key; \"%.80s\" begins another: put \"- \" before it", phrase,
                 mapping->entries[1].key);
    for (size_t i = 0; i < table->count; i++)
        if (table->rows[i].required && node_entry(mapping, table->rows[i].name) == NULL)
            diagnose(problems, mapping->where, "%s needs %s", phrase, table->rows[i].name);
    for (const struct key_rule *rule = table->rules; rule != NULL && rule->kind != RULE_END; rule++)
        check_rule(mapping, table, rule, problems);
}

static void check_table(const struct checker *checker, const struct node *node,
                        const struct key_table *table)
{
    bool holds_scenario = table == &scenario_table || table->kind == TABLE_FOR_SCENARIO;
    const struct node *as = node_find(node, "as");
    const struct node *path = node_find(node, "path");
    if (table->kind == TABLE_LOOP && node_text(as) != NULL && is_known(checker, as->text))
        diagnose(checker->problems, as->where, "as \"%s\" is taken: choose another name", as->text);
    if (table->kind == TABLE_FILES && key_row(table, "path") != NULL)
        check_copies(checker, node, node_text(path), path != NULL ? path->where : node->where);
    for (size_t i = 0; i < node->count; i++) {
        const struct node_entry *entry = &node->entries[i];
        const struct key_row *row = key_row(table, entry->key);
        struct checker inner = *checker;
        struct check_local locals[2];
        if (row == NULL) {
            refuse_key(checker, table, entry);
            continue;
        }
        if (table->removable && !row->required && node_is_null(entry->value))
            continue;
        add_locals(&inner, locals, node, table, row->name);
        inner.in_loop |= table->kind == TABLE_LOOP;
        inner.in_iteration |= holds_scenario && strcmp(row->name, "iteration") == 0;
        inner.in_iteration |= table->kind == TABLE_FOR_SCENARIO && strcmp(row->name, "before") == 0;
        check_value(&inner, entry->value, row->type,
                    (struct place){.name = row->name, .removable = table->removable});
    }
    check_rules(node, table, checker->problems);
}

static unsigned form_of(const struct node *node)
{
    static const unsigned forms[] = {[SCALAR_TEXT] = FORM_TEXT,
                                     [SCALAR_NULL] = FORM_NULL,
                                     [SCALAR_FLAG] = FORM_FLAG,
                                     [SCALAR_INTEGER] = FORM_INTEGER,
                                     [SCALAR_REAL] = 0};
    if (node->kind == NODE_LIST)
        return FORM_LIST;
    if (node->kind == NODE_MAPPING)
        return FORM_TABLE | FORM_MAP | FORM_ANY;
    return forms[node_scalar_type(node)];
}

static void check_value(const struct checker *checker, const struct node *node,
                        const struct value_type *type, struct place place)
{
    if (node->kind == NODE_BROKEN)
        return;
    unsigned form = form_of(node) & type->forms;
    if (form == FORM_TEXT)
        check_text(checker, type->text, node->text, node->where, node, place.name);
    else if (form == FORM_INTEGER)
        check_integer(checker, node, type, place);
    else if (form == FORM_LIST)
        check_list(checker, node, type, place);
    else if (form == FORM_MAP)
        check_map(checker, node, type, place);
    else if (form == FORM_TABLE)
        check_table(checker, node, type->table);
    else if (form == FORM_ANY)
        check_any(checker, node);
    else if (form == 0)
        refuse_type(checker, node, type, place);
}

bool check_version(const struct node *root, struct diagnostics *problems)
{
    int64_t version = 0;
    const struct node *node = node_find(root, "version");
    if (node == NULL || !node_integer(node, &version) || version == 1)
        return true;
    diagnose(problems, node->where,
             "version %" PRId64 " is not known: this leakgate reads version 1", version);
    return false;
}

bool check_file(const struct node *root, const struct key_table *table,
                const struct check_names *names, struct diagnostics *problems)
{
    size_t before = problems->count;
    struct checker checker = {.names = *names, .problems = problems};
    if (root->kind == NODE_MAPPING)
        check_table(&checker, root, table);
    else if (root->kind != NODE_BROKEN)
        diagnose(problems, root->where, "%s must be a mapping of keys, not %s",
                 text_or(table->phrase, table->name), node_describe(root));
    return problems->count == before;
}
