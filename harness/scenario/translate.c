#include "scenario/translate.h"

#include <stdlib.h>

#include "base/memory.h"

/* The kinds of words, by the keys under which they are translated. */
static const char *const kinds[] = {"texts", "regexes", "keys", "before"};

struct translator {
    const struct node *common; /* `translate` */
    const struct node *own;    /* what it has for this scenario alone; NULL: nothing */
    struct translation_uses *uses;
    bool changed;
};

/* What replaces the word; NULL: it stays. The scenario's own entry goes before the one for all. */
static const struct node *translation_of(struct translator *translator, const char *kind,
                                         const struct node *word)
{
    const struct node *sources[] = {translator->own, translator->common};
    for (size_t i = 0; i < 2 && node_text(word) != NULL; i++) {
        const struct node_entry *entry = node_entry(node_find(sources[i], kind), word->text);
        if (entry == NULL)
            continue;
        struct translation_uses *uses = translator->uses;
        if (uses != NULL && text_equal(entry->where.file, uses->file))
            array_append(uses->places, uses->count, uses->capacity, entry->where);
        translator->changed = true;
        return entry->value;
    }
    return NULL;
}

static void append_copies(struct node *list, const struct node *words)
{
    if (words->kind != NODE_LIST)
        node_append(list, node_copy(words));
    for (size_t i = 0; words->kind == NODE_LIST && i < words->count; i++)
        node_append(list, node_copy(words->entries[i].value));
}

/* The words, one or a list; what is translated by several becomes part of the list. */
static void translate_words(struct translator *translator, const char *kind, struct node **words)
{
    struct node *old = *words, *new = NULL;
    const struct node *whole = translation_of(translator, kind, old);
    if (whole != NULL)
        new = node_copy(whole);
    else if (old->kind == NODE_LIST)
        new = node_new(NODE_LIST, old->where);
    else
        return;
    for (size_t i = 0; old->kind == NODE_LIST && i < old->count; i++) {
        const struct node *other = translation_of(translator, kind, old->entries[i].value);
        append_copies(new, other != NULL ? other : old->entries[i].value);
    }
    node_free(old);
    *words = new;
}

/* The steps that hold words of the target, under which keys, and of which kind they are; a step
 * that is no mapping has words of its first kind. */
static const struct {
    const char *step, *key, *kind;
} word_places[] = {{"press", "keys", "keys"},  {"chord", "keys", "keys"},
                   {"wait", "text", "texts"},  {"wait", "gone", "texts"},
                   {"wait", "title", "texts"}, {"wait", "regex", "regexes"},
                   {"mouse", "text", "texts"}};

static void translate_steps(struct translator *translator, struct node *steps);

static void translate_step(struct translator *translator, struct node_entry *step)
{
    if (text_equal(step->key, "loop"))
        translate_steps(translator, node_entry(step->value, "steps")->value);
    for (size_t i = 0; i < COUNT_OF(word_places); i++) {
        struct node *mapping = step->value;
        if (!text_equal(step->key, word_places[i].step))
            continue;
        if (mapping->kind != NODE_MAPPING) {
            translate_words(translator, word_places[i].kind, &step->value);
            return;
        }
        for (size_t e = 0; e < mapping->count; e++)
            if (text_equal(mapping->entries[e].key, word_places[i].key))
                translate_words(translator, word_places[i].kind, &mapping->entries[e].value);
    }
}

/* The steps that the target needs before a wait for one of these words. */
static const struct node *steps_before(struct translator *translator, const struct node *words)
{
    const struct node *steps = translation_of(translator, "before", words);
    size_t count = words != NULL && words->kind == NODE_LIST ? words->count : 0;
    for (size_t i = 0; steps == NULL && i < count; i++)
        steps = translation_of(translator, "before", words->entries[i].value);
    return steps;
}

static void append_before(struct translator *translator, struct node *steps,
                          const struct node *wait)
{
    static const char *const wordings[] = {"text", "gone", "title", "regex"};
    const struct node *before = steps_before(translator, wait);
    for (size_t i = 0; before == NULL && i < COUNT_OF(wordings); i++)
        before = steps_before(translator, node_find(wait, wordings[i]));
    if (before != NULL)
        append_copies(steps, before);
}

/* As deep as loops are, which the check limits. */
static void translate_steps(struct translator *translator, struct node *steps)
{
    struct node_entry *written = steps->entries;
    size_t count = steps->count;
    steps->entries = NULL;
    steps->count = steps->capacity = 0;
    for (size_t i = 0; i < count; i++) {
        struct node *step = written[i].value;
        append_before(translator, steps, node_find(step, "wait"));
        translate_step(translator, &step->entries[0]);
        node_append(steps, step);
    }
    free(written);
}

struct node *translate_scenario(const struct node *scenario, const char *name,
                                const struct node *target, struct translation_uses *uses)
{
    static const char *const lists[] = {"setup", "iteration"};
    static const char *const parts[] = {"regions", "world",     "prepare",
                                        "setup",   "iteration", "measure"};
    const struct node *common = node_find(target, "translate");
    struct translator translator = {
        .common = common, .own = node_find(node_find(common, "scenarios"), name), .uses = uses};
    if (common == NULL)
        return NULL;
    _cleanup_node_ struct node *copy = node_copy(scenario);
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        const struct node_entry *steps = node_entry(copy, lists[i]);
        if (steps != NULL && node_find(translator.own, lists[i]) == NULL) /* else replaced below */
            translate_steps(&translator, steps->value);
    }
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        const struct node_entry *part = node_entry(translator.own, parts[i]);
        if (part == NULL)
            continue;
        _cleanup_node_ struct node *over = node_new(NODE_MAPPING, part->where);
        node_put(over, part->key, part->where, node_copy(part->value));
        node_merge(copy, over, NULL);
        translator.changed = true;
    }
    return translator.changed ? take_pointer(copy) : NULL;
}

void translation_check_names(const struct node *target, const char *file,
                             const struct string_list *scenarios, struct diagnostics *problems)
{
    const struct node *places[] = {node_find(node_find(target, "translate"), "scenarios"),
                                   node_find(target, "without")};
    for (size_t place = 0; place < COUNT_OF(places); place++)
        for (size_t i = 0; places[place] != NULL && i < places[place]->count; i++) {
            const struct node_entry *entry = &places[place]->entries[i];
            if (!text_equal(entry->where.file, file) || string_list_contains(scenarios, entry->key))
                continue;
            _cleanup_free_ char *advice =
                did_you_mean(entry->key, (const char *const *)scenarios->items, scenarios->count);
            diagnose(problems, entry->where, "there is no scenario \"%.80s\"%s", entry->key,
                     advice);
        }
}

static void check_words(const struct node *words, const struct translation_uses *uses,
                        const char *of, struct diagnostics *problems)
{
    for (size_t i = 0; words != NULL && i < words->count; i++) {
        const struct node_entry *entry = &words->entries[i];
        bool used = false;
        for (size_t use = 0; use < uses->count && !used; use++)
            used = uses->places[use].line == entry->where.line &&
                   uses->places[use].column == entry->where.column;
        if (!used && text_equal(entry->where.file, uses->file))
            diagnose(problems, entry->where, "\"%.80s\" translates nothing: it is not in %s",
                     entry->key, of);
    }
}

void translation_check_uses(const struct node *target, const struct translation_uses *uses,
                            struct diagnostics *problems)
{
    const struct node *common = node_find(target, "translate");
    const struct node *scenarios = node_find(common, "scenarios");
    for (size_t kind = 0; kind < COUNT_OF(kinds); kind++) {
        check_words(node_find(common, kinds[kind]), uses, "any scenario", problems);
        for (size_t i = 0; scenarios != NULL && i < scenarios->count; i++) {
            _cleanup_free_ char *of = memory_format("the scenario %s", scenarios->entries[i].key);
            check_words(node_find(scenarios->entries[i].value, kinds[kind]), uses, of, problems);
        }
    }
}
