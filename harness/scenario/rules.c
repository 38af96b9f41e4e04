#include "scenario/rules.h"

#include "base/buffer.h"
#include "base/memory.h"

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

/* How many of the keys stand there; *second is then the second of them. */
static size_t count_present(const struct node *mapping, const char *const *keys,
                            const struct node_entry **second)
{
    size_t count = 0;
    for (size_t i = 0; keys[i] != NULL; i++) {
        const struct node_entry *entry = node_entry(mapping, keys[i]);
        count += entry != NULL;
        if (entry != NULL && count == 2)
            *second = entry;
    }
    return count;
}

static void check_choice(const struct node *mapping, const struct key_table *table,
                         const struct key_rule *rule, struct diagnostics *problems)
{
    const struct node_entry *second = NULL;
    size_t count = count_present(mapping, rule->keys, &second);
    _cleanup_free_ char *names = join(rule->keys, " or ");
    if (count == 0)
        diagnose_at(problems, mapping->where, "%s needs %s", table->phrase, names);
    else if (second != NULL && rule->kind == RULE_EXACTLY_ONE)
        diagnose_at(problems, second->where, "%s takes only one of %s", table->phrase, names);
}

static void check_together(const struct node *mapping, const struct key_rule *rule,
                           struct diagnostics *problems)
{
    const struct node_entry *present = NULL;
    const char *missing = NULL;
    for (size_t i = 0; rule->keys[i] != NULL; i++) {
        const struct node_entry *entry = node_entry(mapping, rule->keys[i]);
        present = present != NULL ? present : entry;
        if (entry == NULL)
            missing = rule->keys[i];
    }
    _cleanup_free_ char *names = join(rule->keys, " and ");
    if (present != NULL && missing != NULL)
        diagnose_at(problems, present->where, "%s go together: %s is missing", names, missing);
}

static void check_excludes(const struct node *mapping, const struct key_rule *rule,
                           struct diagnostics *problems)
{
    for (size_t i = 1; node_find(mapping, rule->keys[0]) != NULL && rule->keys[i] != NULL; i++) {
        const struct node_entry *entry = node_entry(mapping, rule->keys[i]);
        if (entry != NULL)
            diagnose_at(problems, entry->where, "%s cannot stand beside %s", rule->keys[i],
                        rule->keys[0]);
    }
}

static void check_goes_with(const struct node *mapping, const struct key_table *table,
                            const struct key_rule *rule, struct diagnostics *problems)
{
    const struct node_entry *first = node_entry(mapping, rule->keys[0]);
    const struct node_entry *second = NULL;
    const struct node_entry *other = NULL;
    const char *const *others = rule->keys + 1;
    for (size_t i = 0; others[i] != NULL && other == NULL; i++)
        other = node_entry(mapping, others[i]);
    size_t count = count_present(mapping, others, &second);
    _cleanup_free_ char *names = join(others, " or ");
    if (first != NULL && count == 0)
        diagnose_at(problems, first->where, "%s needs %s", rule->keys[0], names);
    else if (first == NULL && count > 0)
        diagnose_at(problems, other->where, "%s needs %s", other->key, rule->keys[0]);
    else if (second != NULL)
        diagnose_at(problems, second->where, "%s takes only one of %s", table->phrase, names);
}

static void check_iterates(const struct node *mapping, const struct key_rule *rule,
                           struct diagnostics *problems)
{
    const struct node *steps = node_find(mapping, rule->keys[0]);
    const struct node *paced = node_find(node_find(mapping, rule->keys[1]), rule->keys[2]);
    bool empty = steps == NULL || (steps->kind == NODE_LIST && steps->count == 0);
    if (paced == NULL && empty)
        diagnose_at(problems, steps != NULL ? steps->where : mapping->where,
                    "%s needs at least one step, unless %s has %s", rule->keys[0], rule->keys[1],
                    rule->keys[2]);
}

static void check_rule(const struct node *mapping, const struct key_table *table,
                       const struct key_rule *rule, struct diagnostics *problems)
{
    switch (rule->kind) {
    case RULE_EXACTLY_ONE:
    case RULE_AT_LEAST_ONE:
        check_choice(mapping, table, rule, problems);
        break;
    case RULE_TOGETHER:
        check_together(mapping, rule, problems);
        break;
    case RULE_EXCLUDES:
        check_excludes(mapping, rule, problems);
        break;
    case RULE_GOES_WITH:
        check_goes_with(mapping, table, rule, problems);
        break;
    case RULE_ITERATES:
        check_iterates(mapping, rule, problems);
        break;
    case RULE_END:
        break;
    }
}

void check_rules(const struct node *mapping, const struct key_table *table,
                 struct diagnostics *problems)
{
    if (table->exactly_one && mapping->count == 0)
        diagnose_at(problems, mapping->where, "%s needs one key, such as %s", table->phrase,
                    table->rows[0].name);
    if (table->exactly_one && mapping->count > 1)
        diagnose_at(problems, mapping->entries[1].where,
                    "%s has only one key; \"%.80s\" begins another: put \"- \" before it",
                    table->phrase, mapping->entries[1].key);
    for (size_t i = 0; i < table->count; i++)
        if (table->rows[i].required && node_entry(mapping, table->rows[i].name) == NULL)
            diagnose_at(problems, mapping->where, "%s needs %s", table->phrase,
                        table->rows[i].name);
    for (const struct key_rule *rule = table->rules; rule != NULL && rule->kind != RULE_END; rule++)
        check_rule(mapping, table, rule, problems);
}
