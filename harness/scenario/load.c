#include "scenario/load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "scenario/build.h"
#include "scenario/check.h"
#include "scenario/keys.h"
#include "scenario/translate.h"
#include "scenario/value.h"

/* All that is read for one plan, before the plan is made of it. */
struct loading {
    const struct load_options *options;
    struct diagnostics *problems;
    char *scenarios;               /* the directory, which has targets/ */
    struct string_list file_names; /* what marks point to; the plan's in the end */
    struct node *scenario;
    char *target_path;
    struct node *files[LIMIT_EXTENDS_DEPTH + 1]; /* the target file, then what each one extends */
    size_t file_count;
    bool complete; /* nothing of the chain is missing */
    /* One mapping of all target files, the extended ones first, without `extends`. Files that are
     * no mapping are left out. */
    struct node *target;
    struct string_list projects, variables, regions; /* names that texts may use */
};

#define _cleanup_loading_ __attribute__((cleanup(loading_free)))

static void loading_free(struct loading *loading)
{
    free(loading->scenarios);
    string_list_free(&loading->file_names);
    node_free(loading->scenario);
    free(loading->target_path);
    for (size_t i = 0; i < loading->file_count; i++)
        node_free(loading->files[i]);
    node_free(loading->target);
    string_list_free(&loading->projects);
    string_list_free(&loading->variables);
    string_list_free(&loading->regions);
}

static char *directory_of(const char *path)
{
    return memory_copy_range(path, (size_t)(path_base(path) - path));
}

/* The directory of scenarios is the one given, or the one that the file lies in. */
static struct loading loading_begin(const char *file, const struct load_options *options,
                                    struct diagnostics *problems)
{
    struct loading loading = {.options = options, .problems = problems};
    if (options->scenarios != NULL)
        loading.scenarios = memory_copy_text(options->scenarios);
    else
        loading.scenarios = path_base(file) > file ? directory_of(file) : memory_copy_text(".");
    return loading;
}

/* The path of a target: NAME.yaml in the directory `beside`, where it is there, else
 * targets/NAME.yaml below `scenarios`; or, for a word with a '/' or ".yaml", that path from `here`
 * ("" for the working directory). */
static char *target_file_path(const char *word, const char *scenarios, const char *here,
                              const char *beside)
{
    if (strchr(word, '/') != NULL || text_ends(word, ".yaml"))
        return path_join(here, word);
    if (beside != NULL) {
        _cleanup_free_ char *near = memory_format("%s%s%s.yaml", beside, *beside ? "/" : "", word);
        if (access(near, F_OK) == 0)
            return take_pointer(near);
    }
    _cleanup_free_ char *file = memory_format("targets/%s.yaml", word);
    return path_join(scenarios, file);
}

/* `asked` is NULL where the command line named the file: the message then stands at that file. */
static void report_missing(const char *path, const struct mark *asked, int errnum,
                           struct diagnostics *problems)
{
    struct mark where = asked != NULL ? *asked : (struct mark){path, 1, 1};
    _cleanup_strings_ struct string_list names = {0};
    _cleanup_free_ char *name = yaml_name(path);
    _cleanup_free_ char *directory = directory_of(path);
    yaml_names(directory[0] != '\0' ? directory : ".", &names);
    const char *nearest = text_nearest(name, (const char *const *)names.items, names.count);
    if (nearest != NULL)
        diagnose(problems, where, "there is no target file \"%s\"; did you mean \"%s\"?", name,
                 nearest);
    else if (asked == NULL)
        diagnose(problems, where, "cannot read this target file: %s", strerror(errnum));
    else
        diagnose(problems, where, "cannot read the target file %s: %s", path, strerror(errnum));
}

/* May the next file be read? If not, that is diagnosed where the file is asked for. */
static bool may_read(const struct loading *loading, struct stat *seen, const char *path,
                     const struct mark *asked)
{
    struct stat *status = &seen[loading->file_count];
    errno = 0;
    if (loading->options->source == NULL &&
        (stat(path, status) != 0 || !S_ISREG(status->st_mode))) {
        report_missing(path, asked, errno != 0 ? errno : EINVAL, loading->problems);
        return false;
    }
    if (asked == NULL)
        return true;
    for (size_t i = 0; loading->options->source == NULL && i < loading->file_count; i++) {
        if (seen[i].st_dev != status->st_dev || seen[i].st_ino != status->st_ino)
            continue;
        diagnose(loading->problems, *asked, "%s extends itself", path_base(path));
        return false;
    }
    if (loading->file_count <= LIMIT_EXTENDS_DEPTH)
        return true;
    diagnose(loading->problems, *asked, "more files extend one another than the limit of %u",
             LIMIT_EXTENDS_DEPTH);
    return false;
}

/* False where a file is missing or its `extends` is wrong, which the check diagnoses. */
static bool read_chain(struct loading *loading, const char *file, const struct mark *asked)
{
    struct stat seen[LIMIT_EXTENDS_DEPTH + 2] = {0}; /* of the files so far, and of the next */
    _cleanup_free_ char *path = memory_copy_text(file);
    for (;;) {
        if (!may_read(loading, seen, path, asked))
            return false;
        string_list_add(&loading->file_names, path);
        const char *name = loading->file_names.items[loading->file_names.count - 1];
        struct node *root = yaml_read_file(name, loading->options->source, loading->problems);
        if (root == NULL)
            return false;
        loading->files[loading->file_count++] = root;
        const struct node *extends = node_find(root, "extends");
        if (extends == NULL || node_is_null(extends))
            return true;
        const char *word = node_text(extends);
        if (word == NULL || node_scalar_type(extends) != SCALAR_TEXT || word[0] == '\0')
            return false;
        _cleanup_free_ char *here = directory_of(name);
        free(path);
        path = target_file_path(word, loading->scenarios, here,
                                loading->options->source == NULL ? here : NULL);
        asked = &extends->where;
    }
}

/* What could be read is there also when the chain is not complete. `asked` is where `file` is
 * named, for the message when there is no such file; NULL: on the command line. */
static void read_target_files(struct loading *loading, const char *file, const struct mark *asked)
{
    loading->complete = read_chain(loading, file, asked);
    loading->target = node_new(NODE_MAPPING, loading->file_count > 0 ? loading->files[0]->where
                                                                     : (struct mark){"", 1, 1});
    for (size_t i = loading->file_count; i-- > 0;)
        if (loading->files[i]->kind == NODE_MAPPING)
            node_merge(loading->target, loading->files[i], "env");
    node_remove(loading->target, "extends");
}

static void read_target(struct loading *loading)
{
    const struct node *own = node_find(loading->scenario, "target");
    /* check_file diagnoses what is no name. */
    bool named = node_text(own) != NULL && node_scalar_type(own) == SCALAR_TEXT &&
                 path_is_inside(own->text) && strchr(own->text, '/') == NULL;
    if (loading->options->target != NULL) {
        loading->target_path =
            target_file_path(loading->options->target, loading->scenarios, "", NULL);
        read_target_files(loading, loading->target_path, NULL);
    } else if (named) {
        _cleanup_free_ char *directory = directory_of(own->where.file);
        _cleanup_free_ char *targets = path_join(directory, "targets");
        loading->target_path = target_file_path(own->text, loading->scenarios, directory,
                                                loading->options->source == NULL ? targets : NULL);
        read_target_files(loading, loading->target_path, &own->where);
    }
}

static void gather_names(struct loading *loading)
{
    const struct node *own = node_find(node_find(loading->scenario, "world"), "projects");
    node_texts(own != NULL ? own : node_find(loading->target, "projects"), &loading->projects);
    node_keys(node_find(loading->scenario, "vars"), &loading->variables);
    node_keys(node_find(loading->target, "regions"), &loading->regions);
    node_keys(node_find(loading->scenario, "regions"), &loading->regions);
}

static struct check_names scenario_names(const struct loading *loading)
{
    const struct node *own = node_find(node_find(loading->scenario, "world"), "projects");
    bool known = own != NULL ? own->kind == NODE_LIST : loading->complete;
    return (struct check_names){.projects = known ? &loading->projects : NULL,
                                .variables = &loading->variables,
                                .regions = loading->complete ? &loading->regions : NULL};
}

static void check_target_files(const struct loading *loading, const struct check_names *names)
{
    for (size_t i = 0; i < loading->file_count; i++)
        if (check_version(loading->files[i], loading->problems))
            check_file(loading->files[i], &target_table, names, loading->problems);
}

/* What the target file puts into the scenario is checked there, with the target file's marks. */
static void translate(struct loading *loading, const char *file)
{
    _cleanup_free_ char *name = yaml_name(file);
    struct node *other =
        translate_scenario(loading->scenario, name, loading->target, loading->options->uses);
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
    _cleanup_loading_ struct loading loading = loading_begin(file, options, problems);
    string_list_add(&loading.file_names, file);
    loading.scenario = yaml_read_file(loading.file_names.items[0], options->source, problems);
    if (!check_version(loading.scenario, problems))
        return NULL;
    read_target(&loading);
    gather_names(&loading);
    struct check_names names = scenario_names(&loading);
    /* While the scenario is wrong, a project that the target file misses in it is no error. */
    if (loading.scenario == NULL ||
        !check_file(loading.scenario, &scenario_table, &names, problems))
        names.projects = NULL;
    names.variables = &(struct string_list){0};
    check_target_files(&loading, &names);
    if (problems->count == before && loading.complete) {
        translate(&loading, file);
        check_merged(loading.scenario, loading.target, problems);
        check_pace(node_find(loading.scenario, "measure"), problems);
    }
    if (problems->count != before || !loading.complete)
        return NULL;
    struct plan *plan = plan_build(file, loading.scenario, loading.target_path, loading.target);
    if (options->program != NULL) {
        free(plan->target.command.items[0]);
        plan->target.command.items[0] = memory_copy_text(options->program);
    }
    plan->file_names = loading.file_names;
    loading.file_names = (struct string_list){0};
    return plan;
}

struct node *target_file_read(const char *file, const struct load_options *options,
                              struct diagnostics *problems)
{
    size_t before = problems->count;
    _cleanup_loading_ struct loading loading = loading_begin(file, options, problems);
    read_target_files(&loading, file, NULL);
    gather_names(&loading);
    /* Scenarios may name other projects than the file's own. */
    struct check_names names = {.projects = loading.projects.count > 0 ? &loading.projects : NULL,
                                .variables = &(struct string_list){0},
                                .regions = loading.complete ? &loading.regions : NULL};
    check_target_files(&loading, &names);
    if (problems->count == before && loading.complete)
        check_merged(NULL, loading.target, problems);
    return problems->count == before && loading.complete ? node_copy(loading.target) : NULL;
}

bool target_file_check(const char *file, const struct load_options *options,
                       struct diagnostics *problems)
{
    size_t before = problems->count;
    node_free(target_file_read(file, options, problems));
    return problems->count == before;
}

char *target_file_of(const char *word, const char *scenarios)
{
    return target_file_path(word, scenarios, "", NULL);
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
    _cleanup_loading_ struct loading loading = loading_begin(file, options, &ignored);
    read_target_files(&loading, file, NULL);
    bool all_are_fine = loading.complete;
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
    translation_check_names(loading.target, file, &names, problems);
    /* A scenario that cannot be read may use what seems unused. */
    if (all_are_fine)
        translation_check_uses(loading.target, &uses, problems);
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
