#include "commands/selection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

void files_with_suffix(const char *directory, const char *suffix, struct string_list *paths)
{
    _cleanup_strings_ struct string_list names = {0};
    directory_list(directory, suffix, &names);
    for (size_t i = 0; i < names.count; i++)
        string_list_take(paths, path_join(directory, names.items[i]));
}

static bool add_operand(const char *operand, const char *directory, struct string_list *files,
                        struct lg_error *err)
{
    if (text_ends(operand, ".yaml") || strchr(operand, '/') != NULL) {
        if (access(operand, R_OK) != 0)
            return lg_fail(err, LG_ERROR_INPUT, 0, "there is no file %s that can be read", operand);
        string_list_add(files, operand);
        return true;
    }
    _cleanup_free_ char *file = memory_format("%s.yaml", operand);
    _cleanup_free_ char *path = path_join(directory, file);
    if (access(path, R_OK) == 0) {
        string_list_take(files, take_pointer(path));
        return true;
    }
    _cleanup_strings_ struct string_list names = {0};
    yaml_names(directory, &names);
    const char *nearest = text_nearest(operand, (const char *const *)names.items, names.count);
    if (nearest == NULL)
        return lg_fail(err, LG_ERROR_INPUT, 0,
                       "there is no scenario \"%s\" in %s; see leakgate list", operand, directory);
    return lg_fail(err, LG_ERROR_INPUT, 0, "there is no scenario \"%s\" in %s; did you mean %s?",
                   operand, directory, nearest);
}

bool selection_files(const struct arguments *arguments, struct string_list *files,
                     struct lg_error *err)
{
    const char *directory = option_text(arguments, OPTION_SCENARIOS);
    if (arguments->operands.count == 0) {
        files_with_suffix(directory, ".yaml", files);
        return true;
    }
    for (size_t i = 0; i < arguments->operands.count; i++)
        if (!add_operand(arguments->operands.items[i], directory, files, err))
            return false;
    return true;
}

bool selection_asks_for(const struct arguments *arguments, const struct plan *plan)
{
    const struct string_list *tags = option_list(arguments, OPTION_TAG);
    for (size_t i = 0; i < tags->count; i++)
        if (string_list_contains(&plan->tags, tags->items[i]))
            return true;
    bool runs = arguments->command == COMMAND_RUN || arguments->command == COMMAND_BISECT;
    return tags->count == 0 && (!runs || !plan->on_request || arguments->operands.count > 0);
}

/* Reports are kept by name. */
static bool is_new_name(const struct selection *selection, const struct plan *plan,
                        struct diagnostics *problems)
{
    for (size_t i = 0; i < selection->count; i++) {
        if (strcmp(selection->plans[i]->name, plan->name) != 0)
            continue;
        diagnose(problems, (struct mark){plan->file, 1, 1},
                 "a scenario named \"%s\" is already chosen: %s", plan->name,
                 selection->plans[i]->file);
        return false;
    }
    return true;
}

/* Nothing is said where a file is wrong: its tags are not known. */
static void check_tags(const struct arguments *arguments, const struct string_list *known,
                       struct diagnostics *problems)
{
    const struct string_list *asked = option_list(arguments, OPTION_TAG);
    for (size_t i = 0; i < asked->count && problems->count == 0; i++) {
        const char *tag = asked->items[i];
        if (string_list_contains(known, tag))
            continue;
        const char *nearest = text_nearest(tag, (const char *const *)known->items, known->count);
        string_list_take(&problems->lines,
                         memory_format("leakgate: no scenario %s the tag \"%s\"%s%s%s",
                                       arguments->operands.count > 0 ? "named has" : "has", tag,
                                       nearest != NULL ? "; did you mean " : "; see leakgate list",
                                       nearest != NULL ? nearest : "", nearest != NULL ? "?" : ""));
        problems->count++;
        return;
    }
}

bool selection_load(const struct arguments *arguments, const struct string_list *files,
                    struct selection *selection, struct diagnostics *problems)
{
    struct load_options options = load_options_of(arguments);
    _cleanup_strings_ struct string_list known = {0};
    for (size_t i = 0; i < files->count; i++) {
        _cleanup_plan_ struct plan *plan = plan_load(files->items[i], &options, problems);
        if (plan != NULL)
            string_list_add_all(&known, &plan->tags);
        if (plan == NULL || !selection_asks_for(arguments, plan) ||
            !is_new_name(selection, plan, problems))
            continue;
        array_append(selection->plans, selection->count, selection->capacity, take_pointer(plan));
    }
    if (files->count > 0)
        check_tags(arguments, &known, problems);
    return problems->count == 0;
}

void selection_free(struct selection *selection)
{
    for (size_t i = 0; i < selection->count; i++)
        plan_free(selection->plans[i]);
    free(selection->plans);
    *selection = (struct selection){0};
}

void print_no_scenario(const struct arguments *arguments)
{
    const char *directory = option_text(arguments, OPTION_SCENARIOS);
    if (access(directory, R_OK) != 0)
        fprintf(stderr, "leakgate: there is no directory %s here; --scenarios names another\n",
                directory);
    else
        fprintf(stderr, "leakgate: there is no scenario in %s\n", directory);
}

struct load_options load_options_of(const struct arguments *arguments)
{
    return (struct load_options){
        .scenarios = option_text(arguments, OPTION_SCENARIOS),
        .target = option_text(arguments, OPTION_TARGET),
        .program = option_text(arguments, OPTION_PROGRAM),
    };
}

char *baseline_path(const char *baselines, const char *target, const char *scenario)
{
    _cleanup_free_ char *directory = path_join(baselines, target);
    _cleanup_free_ char *file = memory_format("%s.json", scenario);
    return path_join(directory, file);
}

struct baseline *baseline_of_plan(const struct arguments *arguments, const struct plan *plan,
                                  struct lg_error *err)
{
    _cleanup_free_ char *path =
        baseline_path(option_text(arguments, OPTION_BASELINES), plan->target.name, plan->name);
    return access(path, F_OK) == 0 ? baseline_read(path, err) : NULL;
}
