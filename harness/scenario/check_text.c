#define PCRE2_CODE_UNIT_WIDTH 8

#include "scenario/check.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/memory.h"
#include "scenario/expand.h"
#include "scenario/loops.h"
#include "scenario/value.h"

static const char project_prefix[] = "project.";
static const char *const always_known[] = {"world", "program", "now", "today", NULL};

const struct check_local *local_find(const struct checker *checker, const char *name)
{
    const struct check_local *local = checker->names.locals;
    while (local != NULL && !text_equal(local->name, name))
        local = local->outer;
    return local;
}

struct lookup {
    const struct checker *checker;
    char *unknown; /* the first name that is not known */
};

static bool look_up(void *context, const char *name, struct buffer *out)
{
    struct lookup *lookup = context;
    const struct check_names *names = &lookup->checker->names;
    int64_t ms;
    bool known = false;
    (void)out;
    if (text_is_one_of(name, always_known) || shifted_now_parse(name, &ms) ||
        local_find(lookup->checker, name) != NULL)
        known = true;
    else if (text_equal(name, "i"))
        known = lookup->checker->in_iteration;
    else if (text_starts(name, project_prefix))
        known = names->projects == NULL ||
                string_list_contains(names->projects, name + strlen(project_prefix));
    else
        known = names->variables == NULL || string_list_contains(names->variables, name);
    if (!known)
        lookup->unknown = memory_copy_text(name);
    return known;
}

static const char *nearest_reference(const struct check_names *names, const char *name,
                                     struct string_list *known)
{
    for (size_t i = 0; always_known[i] != NULL; i++)
        string_list_add(known, always_known[i]);
    for (const struct check_local *local = names->locals; local != NULL; local = local->outer)
        string_list_add(known, local->name);
    for (size_t i = 0; names->projects != NULL && i < names->projects->count; i++)
        string_list_take(known, memory_format("%s%s", project_prefix, names->projects->items[i]));
    for (size_t i = 0; names->variables != NULL && i < names->variables->count; i++)
        string_list_add(known, names->variables->items[i]);
    return text_nearest(name, (const char *const *)known->items, known->count);
}

void check_references(const struct checker *checker, const char *text, struct mark where)
{
    struct lookup lookup = {.checker = checker};
    struct lg_error err = {0};
    _cleanup_free_ char *expanded = expand(text, look_up, &lookup, &err);
    _cleanup_free_ char *unknown = lookup.unknown;
    struct diagnostics *problems = checker->problems;
    if (expanded != NULL)
        return;
    if (unknown == NULL) {
        diagnose(problems, where, "%s", err.text);
    } else if (text_equal(unknown, "i")) {
        diagnose(problems, where, "${i} is known only in iteration");
    } else if (text_starts(unknown, "now-") || text_starts(unknown, "now+")) {
        diagnose(problems, where,
                 "unknown reference ${%s}: what is added to now or taken from it is a duration "
                 "such as 90s",
                 unknown);
    } else if (text_equal(unknown, "n")) {
        diagnose(problems, where, "${n} is known only beside copies, or in a loop of that name");
    } else if (text_equal(unknown, "line")) {
        diagnose(problems, where, "${line} is known only in the line of a file");
    } else {
        _cleanup_strings_ struct string_list known = {0};
        const char *nearest = nearest_reference(&checker->names, unknown, &known);
        if (nearest != NULL)
            diagnose(problems, where, "unknown reference ${%s}; did you mean ${%s}?", unknown,
                     nearest);
        else
            diagnose(problems, where, "unknown reference ${%s}", unknown);
    }
}

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

static void refuse_word(const struct checker *checker, const struct text_rule *rule,
                        const char *text, struct mark where, const char *name)
{
    size_t count = 0;
    _cleanup_buffer_ struct buffer words = {0};
    for (; rule->words[count] != NULL; count++)
        buffer_format(&words, "%s%s", count > 0 ? ", " : "", rule->words[count]);
    const char *nearest = text_nearest(text, rule->words, count);
    if (nearest != NULL)
        diagnose(checker->problems, where, "unknown %s \"%.80s\"; did you mean \"%s\"?", name, text,
                 nearest);
    else
        diagnose(checker->problems, where, "%s must be one of %s, not \"%.80s\"", name,
                 buffer_string(&words), text);
}

/* What the rule says about the text's own shape. */
static bool text_is_shaped(const struct checker *checker, const struct text_rule *rule,
                           const char *text, struct mark where, const char *name)
{
    struct diagnostics *problems = checker->problems;
    if (rule->words != NULL && !text_is_one_of(text, rule->words))
        refuse_word(checker, rule, text, where, name);
    else if ((rule->reserved != NULL && text_is_one_of(text, rule->reserved)))
        diagnose(problems, where, "%s \"%s\" is taken: choose another name", name, text);
    else if (rule->least > 0 && text[0] == '\0')
        diagnose(problems, where, "%s must not be empty", name);
    else if (rule->most > 0 && strlen(text) > rule->most)
        diagnose(problems, where, "%s is longer than the limit of %u bytes", name, rule->most);
    else if (rule->pattern != NULL && !text_matches(rule->pattern, text))
        diagnose(problems, where, "%s \"%.80s\" %s", name, text,
                 text_or(rule->hint, "is not written as it should be"));
    else
        return true;
    return false;
}

/* The loop of a text that is its "${NAME}" and nothing else. */
static const struct node *loop_meant(const struct checker *checker, const char *text)
{
    if (!text_starts(text, "${") || !text_ends(text, "}"))
        return NULL;
    _cleanup_free_ char *name = memory_copy_range(text + 2, strlen(text) - 3);
    const struct check_local *local = local_find(checker, name);
    return local != NULL ? local->loop : NULL;
}

static void check_rounds(const struct checker *checker, const struct text_rule *rule,
                         const struct node *loop, struct mark where, const char *name)
{
    for (size_t round = 0; round < loop_rounds(loop); round++) {
        struct refusal refusal = {0};
        _cleanup_free_ char *value = loop_value(loop, round);
        if (rule->accepts(value, &refusal))
            continue;
        const struct node *over = node_find(loop, "over");
        diagnose(checker->problems, over != NULL ? over->entries[round].value->where : where,
                 "%s \"%.80s\" %s", name, value, refusal.text);
        return;
    }
}

void check_text(const struct checker *checker, const struct text_rule *rule, const char *text,
                struct mark where, const struct node *scalar, const char *name)
{
    static const struct string_list none = {0};
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
        if (refusal.located && scalar != NULL && scalar->verbatim)
            where.column += refusal.offset + (scalar->plain ? 0 : 1);
        diagnose(checker->problems, where, "%s \"%.80s\" %s", name, text, refusal.text);
        return;
    }
    struct checker inner = *checker;
    if (rule->no_variables)
        inner.names.variables = &none;
    if (rule->expands)
        check_references(&inner, text, where);
    const struct string_list *regions = rule->region ? checker->names.regions : NULL;
    if (regions == NULL || string_list_contains(regions, text))
        return;
    _cleanup_free_ char *advice =
        did_you_mean(text, (const char *const *)regions->items, regions->count);
    diagnose(checker->problems, where, "unknown region \"%.80s\"%s", text, advice);
}
