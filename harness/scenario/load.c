#include "scenario/load.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "scenario/build.h"
#include "scenario/check.h"
#include "scenario/keys.h"
#include "scenario/yaml.h"

/* In env a null says that the variable is unset; it is not removed by merging. */
static const char keep_null_in[] = "env";

static char *name_of(const char *file)
{
    const char *base = path_base(file);
    size_t length = strlen(base);
    if (text_ends(base, ".yaml"))
        length -= strlen(".yaml");
    return memory_copy_range(base, length);
}

static bool is_path(const char *target)
{
    return strchr(target, '/') != NULL || text_ends(target, ".yaml");
}

/* NAME -> SCENARIOS/targets/NAME.yaml; a path is taken from `directory` (NULL: as it is). */
static char *target_path(const char *target, const char *directory,
                         const struct load_options *options)
{
    if (is_path(target))
        return directory != NULL ? path_join(directory, target) : memory_copy_text(target);
    return memory_format("%s/targets/%s.yaml", options->scenarios, target);
}

static char *directory_of(const char *file)
{
    const char *slash = strrchr(file, '/');
    return slash != NULL ? memory_copy_range(file, (size_t)(slash - file)) : memory_copy_text(".");
}

/* Reads one file; its name is kept in `names` for the marks. NULL when anything was diagnosed. */
static struct node *read_checked(const char *file, const struct key_table *table,
                                 struct string_list *names, struct diagnostics *problems)
{
    const struct check_names any = {0};
    size_t before = problems->count;
    string_list_add(names, file);
    _cleanup_node_ struct node *root = yaml_read_file(names->items[names->count - 1], problems);
    if (root == NULL || !check_version(root, problems))
        return NULL;
    check_file(root, table, &any, problems);
    return problems->count == before ? take_pointer(root) : NULL;
}

static struct node *read_target(const char *file, const struct load_options *options,
                                struct string_list *names, unsigned depth,
                                struct diagnostics *problems);

static struct node *extend(struct node *own, const char *file, const struct load_options *options,
                           struct string_list *names, unsigned depth, struct diagnostics *problems)
{
    const struct node *extends = node_find(own, "extends");
    if (depth >= LIMIT_EXTENDS_DEPTH) {
        diagnose_at(problems, extends->where, "more than %u target files extend one another",
                    LIMIT_EXTENDS_DEPTH);
        return NULL;
    }
    _cleanup_free_ char *directory = directory_of(file);
    _cleanup_free_ char *path = target_path(extends->text, directory, options);
    if (string_list_contains(names, path)) {
        diagnose_at(problems, extends->where, "%s extends itself", path);
        return NULL;
    }
    _cleanup_node_ struct node *base = read_target(path, options, names, depth + 1, problems);
    if (base == NULL)
        return NULL;
    node_remove(own, "extends");
    node_merge(base, own, keep_null_in);
    return take_pointer(base);
}

/* A target file with all that it extends merged under it. */
static struct node *read_target(const char *file, const struct load_options *options,
                                struct string_list *names, unsigned depth,
                                struct diagnostics *problems)
{
    _cleanup_node_ struct node *own = read_checked(file, &target_table, names, problems);
    if (own == NULL || node_find(own, "extends") == NULL)
        return take_pointer(own);
    return extend(own, file, options, names, depth, problems);
}

/* The merged whole: what is required of it, and the names that texts use. */
static bool check_whole(const struct node *scenario, const struct node *target,
                        struct diagnostics *problems)
{
    size_t before = problems->count;
    _cleanup_strings_ struct string_list projects = {0};
    _cleanup_strings_ struct string_list variables = {0};
    _cleanup_strings_ struct string_list regions = {0};
    list_names(scenario, target, &projects, &variables, &regions);
    const struct check_names names = {
        .projects = &projects, .variables = &variables, .regions = &regions};
    const struct check_names target_names = {.projects = &projects, .regions = &regions};
    if (scenario != NULL)
        check_file(scenario, &scenario_table, &names, problems);
    check_file(target, &target_table, &target_names, problems);
    const struct node *config = node_find(target, "config");
    if (config != NULL && node_find(config, "path") == NULL)
        diagnose_at(problems, config->where, "config has no path");
    return problems->count == before;
}

static void load_files(struct plan *plan, const struct load_options *options,
                       struct diagnostics *problems)
{
    _cleanup_node_ struct node *scenario =
        read_checked(plan->file, &scenario_table, &plan->file_names, problems);
    const char *named = node_text(node_find(scenario, "target"));
    if (options->target != NULL)
        named = options->target;
    if (named == NULL)
        return;
    plan->target.file = target_path(named, NULL, options);
    plan->target.name = name_of(plan->target.file);
    _cleanup_node_ struct node *target =
        read_target(plan->target.file, options, &plan->file_names, 0, problems);
    if (scenario != NULL && target != NULL && check_whole(scenario, target, problems))
        build_plan(plan, scenario, target, options);
}

struct plan *plan_load(const char *file, const struct load_options *options,
                       struct diagnostics *problems)
{
    size_t before = problems->count;
    _cleanup_plan_ struct plan *plan = memory_new(struct plan);
    plan->file = memory_copy_text(file);
    plan->name = name_of(file);
    load_files(plan, options, problems);
    return problems->count == before ? take_pointer(plan) : NULL;
}

bool target_file_check(const char *file, const struct load_options *options,
                       struct diagnostics *problems)
{
    size_t before = problems->count;
    _cleanup_strings_ struct string_list names = {0};
    _cleanup_node_ struct node *target = read_target(file, options, &names, 0, problems);
    if (target != NULL)
        check_whole(NULL, target, problems);
    return problems->count == before;
}
