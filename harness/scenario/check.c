#define PCRE2_CODE_UNIT_WIDTH 8

#include "scenario/check.h"

#include <inttypes.h>
#include <math.h>
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/limits.h"
#include "base/memory.h"
#include "scenario/loops.h"
#include "scenario/rules.h"
#include "scenario/value.h"

struct checker {
    const struct check_names *names;
    struct diagnostics *problems;
    bool in_iteration;
    bool in_loop;
};

/* What a value is called in messages, and the row whose limits hold for it. */
struct place {
    const char *name;
    const struct key_row *row; /* NULL: a part of a value */
    bool is_item;
};

static void check_value(const struct checker *checker, const struct node *node,
                        const struct value_type *type, struct place place);

static bool text_matches(const char *pattern, const char *text)
{
    int code = 0;
    PCRE2_SIZE offset = 0;
    pcre2_code *compiled = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
                                         PCRE2_UTF | PCRE2_DOLLAR_ENDONLY, &code, &offset, NULL);
    if (compiled == NULL)
        abort(); /* a pattern of our own table */
    pcre2_match_data *match = pcre2_match_data_create_from_pattern(compiled, NULL);
    if (match == NULL)
        memory_exhausted();
    int found = pcre2_match(compiled, (PCRE2_SPTR)text, strlen(text), 0, 0, match, NULL);
    pcre2_match_data_free(match);
    pcre2_code_free(compiled);
    return found >= 0;
}

static bool is_word_of(const char *text, const char *const *words)
{
    for (; words != NULL && *words != NULL; words++)
        if (strcmp(text, *words) == 0)
            return true;
    return false;
}

static size_t word_count(const char *const *words)
{
    size_t count = 0;
    while (words[count] != NULL)
        count++;
    return count;
}

static void refuse_word(const struct checker *checker, const struct text_rule *rule,
                        const char *text, struct mark where, const char *name)
{
    _cleanup_buffer_ struct buffer words = {0};
    for (size_t i = 0; rule->words[i] != NULL; i++)
        buffer_format(&words, "%s%s", i > 0 ? ", " : "", rule->words[i]);
    const char *nearest = text_nearest(text, rule->words, word_count(rule->words));
    if (nearest != NULL)
        diagnose_at(checker->problems, where, "unknown %s \"%.80s\"; did you mean \"%s\"?", name,
                    text, nearest);
    else
        diagnose_at(checker->problems, where, "%s must be one of %s, not \"%.80s\"", name,
                    buffer_string(&words), text);
}

static void check_region_name(const struct checker *checker, const char *text, struct mark where)
{
    const struct string_list *regions = checker->names->regions;
    if (regions == NULL || string_list_contains(regions, text))
        return;
    const char *nearest = text_nearest(text, (const char *const *)regions->items, regions->count);
    if (nearest != NULL)
        diagnose_at(checker->problems, where, "unknown region \"%.80s\"; did you mean \"%s\"?",
                    text, nearest);
    else
        diagnose_at(checker->problems, where, "unknown region \"%.80s\"", text);
}

/* What the rule says about the text's own shape. */
static bool text_is_shaped(const struct checker *checker, const struct text_rule *rule,
                           const char *text, struct mark where, const char *name)
{
    if (rule->words != NULL && !is_word_of(text, rule->words))
        refuse_word(checker, rule, text, where, name);
    else if (is_word_of(text, rule->reserved))
        diagnose_at(checker->problems, where, "%s \"%s\" is taken: choose another name", name,
                    text);
    else if (rule->least > 0 && text[0] == '\0')
        diagnose_at(checker->problems, where, "%s must not be empty", name);
    else if (rule->most > 0 && strlen(text) > rule->most)
        diagnose_at(checker->problems, where, "%s is longer than the limit of %u bytes", name,
                    rule->most);
    else if (rule->pattern != NULL && !text_matches(rule->pattern, text))
        diagnose_at(checker->problems, where, "%s \"%.80s\" %s", name, text,
                    rule->hint != NULL ? rule->hint : "is not written as it should be");
    else
        return true;
    return false;
}

/* The loop of a text that is its "${NAME}" and nothing else. */
static const struct node *loop_meant(const struct checker *checker, const char *text)
{
    for (const struct check_local *local = checker->names->locals; local != NULL;
         local = local->outer) {
        _cleanup_free_ char *reference = memory_format("${%s}", local->name);
        if (text_equal(reference, text))
            return local->loop;
    }
    return NULL;
}

static void check_rounds(const struct checker *checker, const struct text_rule *rule,
                         const struct node *loop, struct mark where, const char *name)
{
    for (size_t round = 0; round < loop_rounds(loop); round++) {
        struct refusal refusal = {0};
        _cleanup_free_ char *value = loop_value(loop, round);
        struct mark place = node_find(loop, "over") != NULL ? loop_value_place(loop, round) : where;
        if (rule->accepts(value, &refusal))
            continue;
        diagnose_at(checker->problems, place, "%s \"%.80s\" %s", name, value, refusal.text);
        return;
    }
}

static void check_text(const struct checker *checker, const struct text_rule *rule,
                       const char *text, struct mark where, bool verbatim_plain_or_quoted,
                       bool plain, const char *name)
{
    /* A key has its own words for what is wrong, better than its pattern's. */
    bool own_words = rule->accepts != NULL && rule->hint == NULL && rule->pattern != NULL;
    struct refusal refusal = {0};
    const struct node *loop = rule->takes_rounds ? loop_meant(checker, text) : NULL;
    if (loop != NULL) {
        check_rounds(checker, rule, loop, where, name);
        return;
    }
    if (!own_words && !text_is_shaped(checker, rule, text, where, name))
        return;
    if (rule->accepts != NULL && !rule->accepts(text, &refusal)) {
        if (refusal.located && verbatim_plain_or_quoted)
            where.column += refusal.offset + (plain ? 0 : 1);
        diagnose_at(checker->problems, where, "%s \"%.80s\" %s", name, text, refusal.text);
        return;
    }
    static const struct string_list none = {0};
    struct check_names names = *checker->names;
    if (rule->no_variables)
        names.variables = &none;
    if (rule->expands)
        check_references(text, where, &names, checker->in_iteration, checker->problems);
    if (rule->names == NAMES_REGION)
        check_region_name(checker, text, where);
}

static void check_integer(const struct checker *checker, const struct node *node,
                          const struct value_type *type, struct place place)
{
    bool own = place.row != NULL && (place.row->minimum != 0 || place.row->maximum != 0);
    int64_t minimum = own ? place.row->minimum : type->minimum;
    int64_t maximum = own ? place.row->maximum : type->maximum;
    int64_t value = 0;
    if (node_integer(node, &value) && value >= minimum && value <= maximum)
        return;
    if (minimum == maximum)
        diagnose_at(checker->problems, node->where, "%s must be %" PRId64 ", not %s", place.name,
                    minimum, node->text);
    else
        diagnose_at(checker->problems, node->where,
                    "%s must be from %" PRId64 " to %" PRId64 ", not %.40s", place.name, minimum,
                    maximum, node->text);
}

/* What to do about a value of the wrong type, where that can be said. */
static char *wrong_type_advice(const struct node *node, const struct value_type *type)
{
    if (node->kind != NODE_SCALAR)
        return memory_copy_text("");
    enum scalar_type scalar = node_scalar_type(node);
    bool wants_text = (type->forms & FORM_TEXT) != 0;
    struct node bare = {.kind = NODE_SCALAR, .text = node->text, .plain = true};
    if (scalar == SCALAR_INTEGER && wants_text && type->text == &duration_rule)
        return memory_format("; add a unit: %ss", node->text);
    if (wants_text && scalar != SCALAR_NULL && scalar != SCALAR_TEXT)
        return memory_format("; put it in quotes: \"%s\"", node->text);
    if (scalar == SCALAR_TEXT && !node->plain && (type->forms & (FORM_INTEGER | FORM_FLAG)) != 0 &&
        node_scalar_type(&bare) != SCALAR_TEXT)
        return memory_copy_text("; take the quotes away");
    return memory_copy_text("");
}

static void refuse_type(const struct checker *checker, const struct node *node,
                        const struct value_type *type, struct place place)
{
    _cleanup_free_ char *advice = wrong_type_advice(node, type);
    const char *item = place.is_item ? "an item of " : "";
    if (node->kind == NODE_SCALAR && node->plain && node->text[0] == '\0')
        diagnose_at(checker->problems, node->where, "%s%s must be %s, but nothing is written", item,
                    place.name, type->phrase);
    else
        diagnose_at(checker->problems, node->where, "%s%s must be %s, not %s%s", item, place.name,
                    type->phrase, node_describe(node), advice);
}

static void check_list(const struct checker *checker, const struct node *node,
                       const struct value_type *type, struct place place)
{
    if (node->count < type->least_items)
        diagnose_at(checker->problems, node->where, "%s must not be empty", place.name);
    bool are_steps = type->item->table != NULL && type->item->table->kind == TABLE_STEP;
    if (are_steps && !checker->in_loop)
        loops_check(node, checker->problems);
    for (size_t i = 0; i < node->count; i++)
        check_value(checker, node->items[i], type->item,
                    (struct place){.name = place.name, .is_item = true});
}

static bool is_known(const struct check_names *names, const char *name)
{
    for (const struct check_local *local = names->locals; local != NULL; local = local->outer)
        if (text_equal(local->name, name))
            return true;
    return names->variables != NULL && string_list_contains(names->variables, name);
}

/* The key that brings `name` with it, where that stands for something else already. */
static void check_is_new(const struct checker *checker, const struct node *node, const char *key,
                         const char *name)
{
    const struct node_entry *entry = node_entry(node, key);
    if (entry != NULL && is_known(checker->names, name))
        diagnose_at(checker->problems, entry->where,
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
        diagnose_at(checker->problems, where,
                    "the path of %" PRId64 " copies needs ${n}, which counts them", copies);
    if (node_text(size) != NULL && byte_size_parse(size->text, &bytes) &&
        (uint64_t)copies * bytes > LIMIT_WORLD_BYTES)
        diagnose_at(checker->problems, number->where,
                    "%" PRId64 " copies of this size are over the limit of %u MiB for all files",
                    copies, LIMIT_WORLD_BYTES / 1024 / 1024);
}

/* The path of a file in a mapping of files knows what the file brings with it. */
static void check_file_path(const struct checker *checker, const struct node_entry *entry,
                            const struct value_type *type, const char *name)
{
    struct checker inner = *checker;
    struct check_names names = *checker->names;
    struct check_local copy = {.name = "n", .outer = names.locals};
    bool copied = node_find(entry->value, "copies") != NULL;
    if (copied)
        names.locals = &copy;
    inner.names = &names;
    check_text(&inner, type->map_key, entry->key, entry->where, false, false, name);
    if (entry->value->kind == NODE_MAPPING)
        check_copies(checker, entry->value, entry->key, entry->where);
}

static void check_map(const struct checker *checker, const struct node *node,
                      const struct value_type *type, struct place place)
{
    for (size_t i = 0; i < node->count; i++) {
        const struct node_entry *entry = &node->entries[i];
        if (type->item->table != NULL && type->item->table->kind == TABLE_FILES)
            check_file_path(checker, entry, type, place.name);
        else
            check_text(checker, type->map_key, entry->key, entry->where, false, false, place.name);
        if (type->removable && node_is_null(entry->value))
            continue;
        check_value(checker, entry->value, type->item, (struct place){.name = entry->key});
    }
}

/* JSON has neither infinities nor numbers of any size. */
static void check_any(const struct checker *checker, const struct node *node)
{
    for (size_t i = 0; node->kind == NODE_LIST && i < node->count; i++)
        check_any(checker, node->items[i]);
    for (size_t i = 0; node->kind == NODE_MAPPING && i < node->count; i++)
        check_any(checker, node->entries[i].value);
    if (node->kind != NODE_SCALAR)
        return;
    int64_t integer = 0;
    enum scalar_type scalar = node_scalar_type(node);
    bool infinite = scalar == SCALAR_REAL &&
                    (strpbrk(node->text, "nN") != NULL || !isfinite(strtod(node->text, NULL)));
    if (infinite || (scalar == SCALAR_INTEGER && !node_integer(node, &integer)))
        diagnose_at(checker->problems, node->where, "JSON has no number %.40s", node->text);
    if (scalar == SCALAR_TEXT)
        check_references(node->text, node->where, checker->names, checker->in_iteration,
                         checker->problems);
}

static void refuse_key(const struct checker *checker, const struct key_table *table,
                       const struct node_entry *entry)
{
    _cleanup_free_ const char **names = memory_array(table->count, sizeof *names);
    for (size_t i = 0; i < table->count; i++)
        names[i] = table->rows[i].name;
    const char *nearest = text_nearest(entry->key, names, table->count);
    if (nearest != NULL)
        diagnose_at(checker->problems, entry->where,
                    "unknown key \"%.80s\" in %s; did you mean \"%s\"?", entry->key, table->phrase,
                    nearest);
    else
        diagnose_at(checker->problems, entry->where, "unknown key \"%.80s\" in %s", entry->key,
                    table->phrase);
}

/* The names that hold in the value of one key: at most two more than around it. */
struct scope {
    struct check_names names;
    struct check_local locals[2];
};

static void open_scope(struct scope *scope, const struct checker *checker, const struct node *node,
                       const struct key_table *table, const char *key)
{
    static const char *const counting[] = {"path", "text", "line", NULL};
    size_t count = 0;
    const char *name = node_text(node_find(node, "as"));
    scope->names = *checker->names;
    if (table->kind == TABLE_FOR_SCENARIO)
        scope->names = (struct check_names){0};
    if (table->kind == TABLE_LOOP && text_equal(key, "steps") && name != NULL)
        scope->locals[count++] = (struct check_local){.name = name, .loop = node};
    if (table->kind == TABLE_FILES && is_word_of(key, counting) &&
        node_find(node, "copies") != NULL)
        scope->locals[count++] = (struct check_local){.name = "n"};
    if (table->kind == TABLE_FILES && text_equal(key, "line"))
        scope->locals[count++] = (struct check_local){.name = "line"};
    for (size_t i = 0; i < count; i++) {
        scope->locals[i].outer = scope->names.locals;
        scope->names.locals = &scope->locals[i];
    }
}

/* What a table of its kind needs besides its keys. */
static void check_kind(const struct checker *checker, const struct node *node,
                       const struct key_table *table)
{
    const struct node *as = node_find(node, "as");
    const struct node *path = node_find(node, "path");
    if (table->kind == TABLE_LOOP && node_text(as) != NULL && is_known(checker->names, as->text))
        diagnose_at(checker->problems, as->where, "as \"%s\" is taken: choose another name",
                    as->text);
    if (table->kind == TABLE_FILES && key_row(table, "path") != NULL)
        check_copies(checker, node, node_text(path), path != NULL ? path->where : node->where);
}

static void check_table(const struct checker *checker, const struct node *node,
                        const struct key_table *table)
{
    bool holds_scenario = table == &scenario_table || table->kind == TABLE_FOR_SCENARIO;
    check_kind(checker, node, table);
    for (size_t i = 0; i < node->count; i++) {
        const struct node_entry *entry = &node->entries[i];
        const struct key_row *row = key_row(table, entry->key);
        struct checker inner = *checker;
        struct scope scope;
        if (row == NULL) {
            refuse_key(checker, table, entry);
            continue;
        }
        if (table->removable && !row->required && node_is_null(entry->value))
            continue;
        open_scope(&scope, checker, node, table, row->name);
        inner.names = &scope.names;
        inner.in_loop |= table->kind == TABLE_LOOP;
        inner.in_iteration |= holds_scenario && strcmp(row->name, "iteration") == 0;
        inner.in_iteration |= table->kind == TABLE_FOR_SCENARIO && strcmp(row->name, "before") == 0;
        check_value(&inner, entry->value, row->type, (struct place){.name = row->name, .row = row});
    }
    check_rules(node, table, checker->problems);
}

static unsigned form_of(const struct node *node)
{
    if (node->kind == NODE_LIST)
        return FORM_LIST;
    if (node->kind == NODE_MAPPING)
        return FORM_TABLE | FORM_MAP | FORM_ANY;
    switch (node_scalar_type(node)) {
    case SCALAR_NULL:
        return FORM_NULL;
    case SCALAR_FLAG:
        return FORM_FLAG;
    case SCALAR_INTEGER:
        return FORM_INTEGER;
    case SCALAR_REAL:
        return 0;
    case SCALAR_TEXT:
        break;
    }
    return FORM_TEXT;
}

static void check_value(const struct checker *checker, const struct node *node,
                        const struct value_type *type, struct place place)
{
    if (node->kind == NODE_BROKEN)
        return;
    unsigned form = form_of(node) & type->forms;
    if (form == FORM_TEXT)
        check_text(checker, type->text, node->text, node->where, node->verbatim, node->plain,
                   place.name);
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
    diagnose_at(problems, node->where,
                "version %" PRId64 " is not known: this leakgate reads version 1", version);
    return false;
}

bool check_file(const struct node *root, const struct key_table *table,
                const struct check_names *names, struct diagnostics *problems)
{
    size_t before = problems->count;
    struct checker checker = {.names = names, .problems = problems};
    if (root->kind == NODE_MAPPING)
        check_table(&checker, root, table);
    else if (root->kind != NODE_BROKEN)
        diagnose_at(problems, root->where, "%s must be a mapping of keys, not %s", table->phrase,
                    node_describe(root));
    return problems->count == before;
}
