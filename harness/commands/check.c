#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "commands/command.h"
#include "commands/selection.h"
#include "verdict/baseline.h"

struct checking {
    const struct arguments *arguments;
    struct load_options options;
    struct diagnostics problems;
    size_t scenarios, targets, baselines, projects;
};

static void note_error(struct checking *checking, const struct lg_error *err)
{
    const char *where = err->where[0] != '\0' ? err->where : "leakgate";
    _cleanup_free_ char *line = memory_format("%s: %s", where, err->text);
    string_list_add(&checking->problems.lines, line);
    checking->problems.count++;
}

static void check_scenario(struct checking *checking, const char *path)
{
    _cleanup_plan_ struct plan *plan = plan_load(path, &checking->options, &checking->problems);
    checking->scenarios++;
    if (plan == NULL)
        return;
    _cleanup_baseline_ struct baseline *baseline =
        baseline_of_plan(checking->arguments, plan, NULL);
    _cleanup_free_ char *stored = baseline_path(option_text(checking->arguments, OPTION_BASELINES),
                                                plan->target.name, plan->name);
    if (baseline != NULL && strcmp(baseline->plan_hash, plan->hash) != 0)
        diagnose(&checking->problems, (struct mark){path, 1, 1},
                 "%s is the baseline of another plan; see leakgate accept --help", stored);
}

/* Target files live in a directory "targets"; one that lies elsewhere has keys that no scenario
 * has. Whether they are right is the loader's business. */
static bool is_target_file(const char *path)
{
    struct diagnostics ignored = {0};
    _cleanup_free_ char *real = realpath(path, NULL);
    if (real != NULL) {
        *strrchr(real, '/') = '\0';
        if (strcmp(path_base(real), "targets") == 0)
            return true;
    }
    _cleanup_node_ struct node *root = yaml_read_file(path, NULL, &ignored);
    diagnostics_free(&ignored);
    return (node_find(root, "extends") != NULL || node_find(root, "command") != NULL) &&
           node_find(root, "target") == NULL;
}

/* Where there are scenarios, what a target file says about them is held against them. */
static void check_target(struct checking *checking, const char *path)
{
    _cleanup_strings_ struct string_list scenarios = {0};
    checking->targets++;
    if (!target_file_check(path, &checking->options, &checking->problems))
        return;
    files_with_suffix(option_text(checking->arguments, OPTION_SCENARIOS), ".yaml", &scenarios);
    if (scenarios.count > 0)
        target_file_check_translation(path, &scenarios, &checking->options, &checking->problems);
}

static void check_file(struct checking *checking, const char *path)
{
    if (strcmp(path_base(path), PROJECT_FILE) == 0) {
        project_free(project_read(path, &checking->problems));
        checking->projects++;
    } else if (text_ends(path, ".json")) {
        struct lg_error err = {0};
        _cleanup_baseline_ struct baseline *baseline = baseline_read(path, &err);
        checking->baselines++;
        if (baseline == NULL)
            note_error(checking, &err);
    } else if (is_target_file(path)) {
        check_target(checking, path);
    } else {
        check_scenario(checking, path);
    }
}

static void check_files(struct checking *checking, const char *directory, const char *suffix)
{
    _cleanup_strings_ struct string_list paths = {0};
    files_with_suffix(directory, suffix, &paths);
    for (size_t i = 0; i < paths.count; i++)
        check_file(checking, paths.items[i]);
}

static void check_everything(struct checking *checking)
{
    const char *scenarios = option_text(checking->arguments, OPTION_SCENARIOS);
    const char *baselines = option_text(checking->arguments, OPTION_BASELINES);
    _cleanup_free_ char *targets = path_join(scenarios, "targets");
    _cleanup_strings_ struct string_list of_targets = {0};
    checking->projects += checking->arguments->project != NULL; /* it was read, and is fine */
    check_files(checking, targets, ".yaml");
    check_files(checking, scenarios, ".yaml");
    files_with_suffix(baselines, "", &of_targets);
    for (size_t i = 0; i < of_targets.count; i++)
        check_files(checking, of_targets.items[i], ".json");
}

static bool check_operands(struct checking *checking, struct lg_error *err)
{
    struct arguments named = *checking->arguments;
    for (size_t i = 0; i < checking->arguments->operands.count; i++) {
        const char *operand = checking->arguments->operands.items[i];
        if (access(operand, R_OK) == 0 && strchr(operand, '.') != NULL) {
            check_file(checking, operand);
            continue;
        }
        _cleanup_strings_ struct string_list files = {0};
        char *words[] = {checking->arguments->operands.items[i], NULL};
        named.operands = (struct string_list){.items = words, .count = 1};
        if (!selection_files(&named, &files, err))
            return false;
        check_file(checking, files.items[0]);
    }
    return true;
}

static void print_count(size_t count, const char *of, const char *after)
{
    printf("%zu %s%s%s", count, of, count == 1 ? "" : "s", after);
}

int command_check(const struct arguments *arguments)
{
    struct checking checking = {.arguments = arguments, .options = load_options_of(arguments)};
    struct lg_error err = {0};
    if (arguments->operands.count == 0)
        check_everything(&checking);
    else if (!check_operands(&checking, &err))
        note_error(&checking, &err);
    size_t problems = checking.problems.count;
    complain_of_all(&checking.problems);
    if (checking.projects > 0)
        print_count(checking.projects, "project file", ", ");
    print_count(checking.scenarios, "scenario", ", ");
    print_count(checking.targets, "target file", ", ");
    print_count(checking.baselines, "baseline", ": ");
    if (problems == 0)
        puts("fine");
    else
        print_count(problems, "problem", "\n");
    return problems == 0 ? EXIT_PASS : EXIT_INPUT;
}
