#include "scenario/load.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "scenario/build.h"
#include "scenario/check.h"
#include "scenario/keys.h"
#include "scenario/node.h"
#include "scenario/target_file.h"
#include "scenario/translate.h"
#include "scenario/value.h"
#include "scenario/yaml.h"

/* All that is read for one plan, before the plan is made of it. */
struct loading {
    struct diagnostics *problems;
    char *scenarios;               /* the directory */
    struct string_list file_names; /* what marks point to; the plan's in the end */
    struct node *scenario;
    char *target_path;
    struct target_files target;
    struct string_list projects, variables, regions; /* names that texts may use */
};

#define _cleanup_loading_ __attribute__((cleanup(loading_free)))

static void loading_free(struct loading *loading)
{
    free(loading->scenarios);
    string_list_free(&loading->file_names);
    node_free(loading->scenario);
    free(loading->target_path);
    target_files_free(&loading->target);
    string_list_free(&loading->projects);
    string_list_free(&loading->variables);
    string_list_free(&loading->regions);
}

/* The directory of scenarios is the one given, or the one that the file lies in. */
static void loading_begin(struct loading *loading, const char *file,
                          const struct load_options *options, struct diagnostics *problems)
{
    size_t length = (size_t)(path_base(file) - file);
    loading->problems = problems;
    loading->scenarios = options->scenarios != NULL ? memory_copy_text(options->scenarios)
                         : length > 0               ? memory_copy_range(file, length)
                                                    : memory_copy_text(".");
    loading->target = (struct target_files){.scenarios = loading->scenarios,
                                            .source = options->source,
                                            .file_names = &loading->file_names,
                                            .problems = problems};
}

static void read_target(struct loading *loading, const struct load_options *options)
{
    const struct node *own = node_find(loading->scenario, "target");
    /* check_file diagnoses what is no name. */
    bool named = node_text(own) != NULL && node_scalar_type(own) == SCALAR_TEXT &&
                 path_is_inside(own->text) && strchr(own->text, '/') == NULL;
    if (options->target != NULL) {
        loading->target_path = target_file_path(options->target, loading->scenarios, "");
        target_files_read(&loading->target, loading->target_path, NULL);
    } else if (named) {
        _cleanup_free_ char *file = memory_format("targets/%s.yaml", own->text);
        loading->target_path = path_join(loading->scenarios, file);
        target_files_read(&loading->target, loading->target_path, &own->where);
    }
}

static void gather_names(struct loading *loading)
{
    const struct node *own = node_find(node_find(loading->scenario, "world"), "projects");
    node_texts(own != NULL ? own : node_find(loading->target.merged, "projects"),
               &loading->projects);
    node_keys(node_find(loading->scenario, "vars"), &loading->variables);
    node_keys(node_find(loading->target.merged, "regions"), &loading->regions);
    node_keys(node_find(loading->scenario, "regions"), &loading->regions);
}

static struct check_names scenario_names(const struct loading *loading)
{
    const struct node *own = node_find(node_find(loading->scenario, "world"), "projects");
    bool known = own != NULL ? own->kind == NODE_LIST : loading->target.complete;
    return (struct check_names){.projects = known ? &loading->projects : NULL,
                                .variables = &loading->variables,
                                .regions = loading->target.complete ? &loading->regions : NULL};
}

static void check_all(const struct loading *loading)
{
    struct check_names names = scenario_names(loading);
    /* While the scenario is wrong, a project that the target file misses in it is no error there.
     */
    if (loading->scenario == NULL ||
        !check_file(loading->scenario, &scenario_table, &names, loading->problems))
        names.projects = NULL;
    names.variables = &(struct string_list){0};
    target_files_check(&loading->target, &names);
}

/* What the target file puts into the scenario is checked there, with the marks of the target file.
 */
static void translate(struct loading *loading, const char *name, struct translation_uses *uses)
{
    struct node *other = translate_scenario(loading->scenario, name, loading->target.merged, uses);
    if (other == NULL)
        return;
    node_free(loading->scenario);
    loading->scenario = other;
    gather_names(loading);
    struct check_names names = scenario_names(loading);
    check_file(loading->scenario, &scenario_table, &names, loading->problems);
}

/* What only the merged files can show; `scenario` may be NULL. */
static void check_merged(const struct node *scenario, const struct node *merged,
                         struct diagnostics *problems)
{
    if (node_find(merged, "command") == NULL)
        diagnose(problems, merged->where, "no command, neither here nor in what this extends");
    const struct node_entry *config = node_entry(merged, "config");
    const struct node_entry *own = node_entry(node_find(scenario, "world"), "config");
    if (config != NULL && node_find(config->value, "path") == NULL)
        diagnose(problems, config->where, "config has no path");
    if (own != NULL && config == NULL)
        diagnose(problems, own->where,
                 "the target file has no config that this could be merged into");
}

static void check_pace(const struct node *measure, struct diagnostics *problems)
{
    const struct node *every = node_find(measure, "every");
    const struct node *duration = node_find(measure, "for");
    if (every == NULL || duration == NULL)
        return;
    int64_t every_ms = 0, for_ms = 0;
    duration_parse(node_text(every), &every_ms);
    duration_parse(node_text(duration), &for_ms);
    if (every_ms < LIMIT_EVERY_LEAST_MS)
        diagnose(problems, every->where, "every must be at least %d ms", LIMIT_EVERY_LEAST_MS);
    else if (for_ms / every_ms < LIMIT_SAMPLES_LEAST)
        diagnose(problems, duration->where, "for must be at least %d times as long as every",
                 LIMIT_SAMPLES_LEAST);
    else if (for_ms / every_ms > LIMIT_SAMPLES)
        diagnose(problems, duration->where, "for and every make more than %d samples",
                 LIMIT_SAMPLES);
}

struct plan *plan_load(const char *file, const struct load_options *options,
                       struct diagnostics *problems)
{
    size_t before = problems->count;
    _cleanup_loading_ struct loading loading = {0};
    loading_begin(&loading, file, options, problems);
    string_list_add(&loading.file_names, file);
    loading.scenario = yaml_read_file(loading.file_names.items[0], options->source, problems);
    if (!check_version(loading.scenario, problems))
        return NULL;
    read_target(&loading, options);
    gather_names(&loading);
    check_all(&loading);
    if (problems->count == before && loading.target.complete) {
        _cleanup_free_ char *name = yaml_name(file);
        translate(&loading, name, options->uses);
        check_merged(loading.scenario, loading.target.merged, problems);
        check_pace(node_find(loading.scenario, "measure"), problems);
    }
    if (problems->count != before || !loading.target.complete)
        return NULL;
    struct plan *plan =
        plan_build(file, loading.scenario, loading.target_path, loading.target.merged);
    if (options->program != NULL) {
        free(plan->target.command.items[0]);
        plan->target.command.items[0] = memory_copy_text(options->program);
    }
    plan->file_names = loading.file_names;
    loading.file_names = (struct string_list){0};
    return plan;
}

bool target_file_check(const char *file, const struct load_options *options,
                       struct diagnostics *problems)
{
    size_t before = problems->count;
    _cleanup_loading_ struct loading loading = {0};
    loading_begin(&loading, file, options, problems);
    target_files_read(&loading.target, file, NULL);
    gather_names(&loading);
    /* Scenarios may name other projects than the file's own. */
    struct check_names names = {.projects = loading.projects.count > 0 ? &loading.projects : NULL,
                                .variables = &(struct string_list){0},
                                .regions = loading.target.complete ? &loading.regions : NULL};
    target_files_check(&loading.target, &names);
    if (problems->count == before && loading.target.complete)
        check_merged(NULL, loading.target.merged, problems);
    return problems->count == before;
}

void target_file_check_translation(const char *file, const struct string_list *scenarios,
                                   const struct load_options *options, struct diagnostics *problems)
{
    struct diagnostics ignored = {0};
    struct translation_uses uses = {.file = file};
    struct load_options with_target = {
        .scenarios = options->scenarios, .target = file, .uses = &uses};
    _cleanup_free_ char *own = memory_format("%s:", file);
    _cleanup_strings_ struct string_list names = {0};
    _cleanup_loading_ struct loading loading = {0};
    loading_begin(&loading, file, options, &ignored);
    target_files_read(&loading.target, file, NULL);
    bool all_are_fine = loading.target.complete;
    for (size_t i = 0; i < scenarios->count; i++) {
        struct diagnostics all = {0};
        _cleanup_plan_ struct plan *plan = plan_load(scenarios->items[i], &with_target, &all);
        all_are_fine = all_are_fine && plan != NULL;
        string_list_take(&names, yaml_name(scenarios->items[i]));
        /* Errors of the target file itself; the scenarios are checked by themselves. */
        for (size_t line = 0; line < all.lines.count; line++)
            if (text_starts(all.lines.items[line], own) &&
                !string_list_contains(&problems->lines, all.lines.items[line])) {
                string_list_add(&problems->lines, all.lines.items[line]);
                problems->count++;
            }
        diagnostics_free(&all);
    }
    translation_check_names(loading.target.merged, file, &names, problems);
    /* A scenario that cannot be read may use what seems unused. */
    if (all_are_fine)
        translation_check_uses(loading.target.merged, &uses, problems);
    free(uses.places);
    diagnostics_free(&ignored);
}

char *text_quarantine_until(const char *text, size_t length)
{
    struct diagnostics ignored = {0};
    _cleanup_node_ struct node *scenario = yaml_read(text, length, "", &ignored);
    diagnostics_free(&ignored);
    const struct node *until = node_find(node_find(scenario, "quarantine"), "until");
    return until != NULL ? memory_copy_text(node_text(until)) : NULL;
}
