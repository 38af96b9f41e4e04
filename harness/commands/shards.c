#include "commands/shards.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"

void shards_free(struct shards *shards)
{
    for (size_t i = 0; i < shards->count; i++)
        suite_free(shards->reports[i]);
    free(shards->reports);
    *shards = (struct shards){0};
}

/* --- Do they belong together? --- */

static bool differ(const struct suite_result *a, const struct suite_result *b, const char *what,
                   const char *of_a, const char *of_b, struct lg_error *err)
{
    return lg_fail(err, LG_ERROR_INPUT, 0,
                   "%s and %s are not of one suite: %s is \"%s\" in the one, \"%s\" in the other",
                   a->directory, b->directory, what, of_a, of_b);
}

static bool same_options(const struct suite_result *a, const struct suite_result *b,
                         struct lg_error *err)
{
    static const char *const given[] = {"not given", "given"};
    const struct {
        const char *name, *of_a, *of_b;
    } options[] = {
        {"what they were run with", a->options, b->options},
        {"--baselines", a->baselines, b->baselines},
        {"--fail-on leak", given[a->only_leaks_fail], given[b->only_leaks_fail]},
        {"--require-all", given[a->require_all], given[b->require_all]},
    };
    for (size_t i = 0; i < COUNT_OF(options); i++)
        if (strcmp(options[i].of_a, options[i].of_b) != 0)
            return differ(a, b, options[i].name, options[i].of_a, options[i].of_b, err);
    return true;
}

static bool same_suite(const struct suite_result *a, const struct suite_result *b,
                       struct lg_error *err)
{
    if ((a->shards == 0) != (b->shards == 0))
        return lg_fail(err, LG_ERROR_INPUT, 0, "%s is a shard, and %s is not: they are not merged",
                       a->shards > 0 ? a->directory : b->directory,
                       a->shards > 0 ? b->directory : a->directory);
    if (a->shards != b->shards)
        return lg_fail(err, LG_ERROR_INPUT, 0,
                       "%s and %s are not of one suite: shard %u of %u, and %u of %u", a->directory,
                       b->directory, a->shard, a->shards, b->shard, b->shards);
    if (a->shards == 0)
        return true;
    bool same = a->whole.count == b->whole.count;
    for (size_t i = 0; same && i < a->whole.count; i++)
        same = strcmp(a->whole.items[i], b->whole.items[i]) == 0;
    if (!same)
        return lg_fail(err, LG_ERROR_INPUT, 0,
                       "%s and %s are not of one suite: what was divided are %zu scenarios in the "
                       "one, other %zu in the other",
                       a->directory, b->directory, a->whole.count, b->whole.count);
    return a->shard != b->shard ||
           lg_fail(err, LG_ERROR_INPUT, 0, "shard %u of %u is there twice: %s and %s", a->shard,
                   a->shards, a->directory, b->directory);
}

/* "v1.3.0 go1.26.8 linux/amd64"; the caller frees it. */
static char *build_of(const struct journal_target *target)
{
    return memory_format("%s %s %s", text_or(target->version, ""), text_or(target->go, ""),
                         text_or(target->platform, ""));
}

/* Of runs that came to measure; each report has one build of a target. */
static bool same_builds(const struct suite_result *a, const struct suite_result *b,
                        struct lg_error *err)
{
    for (size_t i = 0; i < a->count; i++)
        for (size_t j = 0; j < b->count; j++) {
            const struct run_record *one = a->scenarios[i].record, *other = b->scenarios[j].record;
            if (one == NULL || other == NULL || !one->sampled || !other->sampled ||
                !text_equal(one->header.target, other->header.target))
                continue;
            _cleanup_free_ char *build = build_of(&one->target);
            _cleanup_free_ char *build_there = build_of(&other->target);
            if (strcmp(build, build_there) != 0)
                return differ(a, b, text_or(one->header.target, ""), build, build_there, err);
            break;
        }
    return true;
}

static bool disjoint(const struct suite_result *a, const struct suite_result *b,
                     struct lg_error *err)
{
    for (size_t i = 0; i < a->count; i++)
        for (size_t j = 0; j < b->count; j++)
            if (strcmp(a->scenarios[i].name, b->scenarios[j].name) == 0)
                return lg_fail(err, LG_ERROR_INPUT, 0,
                               "the scenario %s is there twice: in %s and in %s",
                               a->scenarios[i].name, a->directory, b->directory);
    return true;
}

/* Each name once, and of a shard each one of the suite's. */
static bool check_names(const struct suite_result *report, struct lg_error *err)
{
    for (size_t i = 0; i < report->count; i++) {
        const char *name = report->scenarios[i].name;
        if (report->shards > 0 && !string_list_contains(&report->whole, name))
            return lg_fail(err, LG_ERROR_INPUT, 0, "%s: the scenario %s is none of its suite",
                           report->directory, name);
        for (size_t j = 0; j < i; j++)
            if (strcmp(report->scenarios[j].name, name) == 0)
                return lg_fail(err, LG_ERROR_INPUT, 0, "%s: the scenario %s is there twice",
                               report->directory, name);
    }
    for (size_t i = 0; i < report->whole.count; i++) {
        const char *name = report->whole.items[i];
        if (!path_is_inside(name) || strchr(name, '/') != NULL)
            return lg_fail(err, LG_ERROR_INPUT, 0, "%s: \"%s\" is not the name of a scenario",
                           report->directory, name);
    }
    return report->shards == 0 || (report->shard >= 1 && report->shard <= report->shards) ||
           lg_fail(err, LG_ERROR_INPUT, 0, "%s: there is no shard %u of %u", report->directory,
                   report->shard, report->shards);
}

bool shards_agree(const struct shards *shards, struct lg_error *err)
{
    for (size_t i = 0; i < shards->count; i++)
        if (!check_names(shards->reports[i], err))
            return false;
    for (size_t i = 0; i < shards->count; i++)
        for (size_t j = 0; j < i; j++) {
            const struct suite_result *a = shards->reports[j], *b = shards->reports[i];
            if (!same_suite(a, b, err) || !same_options(a, b, err) || !disjoint(a, b, err) ||
                !same_builds(a, b, err))
                return false;
        }
    return true;
}

/* --- As one --- */

static struct scenario_result *find_scenario(const struct shards *shards, const char *name,
                                             const char **directory)
{
    for (size_t i = 0; i < shards->count; i++)
        for (size_t j = 0; j < shards->reports[i]->count; j++) {
            struct scenario_result *scenario = &shards->reports[i]->scenarios[j];
            *directory = shards->reports[i]->directory;
            if (scenario->name != NULL && strcmp(scenario->name, name) == 0)
                return scenario;
        }
    return NULL;
}

/* "shard 2 of 3 is missing", for each; false when none is. */
static bool find_missing_shards(const struct shards *shards, struct string_list *problems)
{
    unsigned of = shards->reports[0]->shards;
    size_t before = problems->count;
    for (unsigned index = 1; index <= of; index++) {
        bool there = false;
        for (size_t i = 0; i < shards->count; i++)
            there = there || shards->reports[i]->shard == index;
        if (!there)
            string_list_take(problems, memory_format("shard %u of %u is missing", index, of));
    }
    return problems->count > before;
}

/* Its place in the report is kept, so that everybody who reads it sees that it is missing. */
static void add_missing(struct suite_result *suite, const char *name, bool shard_is_missing)
{
    struct scenario_result *scenario = suite_add(suite, name, "", NULL);
    scenario->verdict = VERDICT_FAILED;
    scenario_explain(scenario, LG_ERROR_INPUT,
                     shard_is_missing ? "no result: it is in no shard that is there"
                                      : "no result: no shard has one, though all are there");
    if (!shard_is_missing)
        string_list_take(&suite->problems,
                         memory_format("no shard has a result of the scenario %s", name));
}

/* They ran at the same time: it took as long as the longest, from when the first began. */
static void join_facts(const struct shards *shards, struct suite_result *suite)
{
    const struct suite_result *first = shards->reports[0];
    memcpy(suite->date, first->date, sizeof suite->date);
    suite->only_leaks_fail = first->only_leaks_fail;
    suite->require_all = first->require_all;
    for (size_t i = 0; i < shards->count; i++) {
        const struct suite_result *report = shards->reports[i];
        if (strcmp(report->date, suite->date) < 0)
            memcpy(suite->date, report->date, sizeof suite->date);
        if (report->seconds > suite->seconds)
            suite->seconds = report->seconds;
        if (suite->signal == 0)
            suite->signal = report->signal;
        if (suite->revision == NULL)
            suite->revision = memory_copy_text(report->revision);
        if (suite->compared_with == NULL)
            suite->compared_with = memory_copy_text(report->compared_with);
        for (size_t j = 0; j < report->missing.count; j++)
            string_list_add_once(&suite->missing, report->missing.items[j]);
        for (size_t j = 0; j < report->problems.count; j++)
            string_list_add_once(&suite->problems, report->problems.items[j]);
    }
}

struct suite_result *shards_join(struct shards *shards, const char *directory,
                                 struct string_list *from)
{
    const struct suite_result *first = shards->reports[0];
    struct suite_result *suite = suite_new(directory, first->baselines, first->options);
    _cleanup_strings_ struct string_list names = {0};
    join_facts(shards, suite);
    bool shard_is_missing = find_missing_shards(shards, &suite->problems);
    /* The suite that was divided, or all that is there. */
    if (first->shards > 0)
        string_list_add_all(&names, &first->whole);
    for (size_t i = 0; i < shards->count && first->shards == 0; i++)
        for (size_t j = 0; j < shards->reports[i]->count; j++)
            string_list_add(&names, shards->reports[i]->scenarios[j].name);
    for (size_t i = 0; i < names.count; i++) {
        const char *where = "";
        struct scenario_result *found = find_scenario(shards, names.items[i], &where);
        string_list_add(from, found != NULL && found->ran ? where : "");
        if (found == NULL)
            add_missing(suite, names.items[i], shard_is_missing);
        else
            suite_take(suite, found);
    }
    return suite;
}
