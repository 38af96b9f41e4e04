/* `leakgate diff-baseline`: what a pull request changes in baselines and scenarios. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "commands/command.h"
#include "commands/comparison.h"
#include "commands/selection.h"
#include "result/baseline_difference.h"
#include "report/difference.h"

struct comparing {
    const struct arguments *arguments;
    struct revision *revision;
    struct load_options options;
    struct comparison plans;
    struct difference difference;
};

/* --- Scenarios --- */

static void compare_scenario(struct comparing *comparing, const char *name,
                             struct diagnostics *problems)
{
    _cleanup_free_ char *base = memory_format("%s.yaml", name);
    _cleanup_free_ char *file =
        path_join(option_text(comparing->arguments, OPTION_SCENARIOS), base);
    bool here = access(file, F_OK) == 0, is_new = false;
    _cleanup_plan_ struct plan *plan =
        here ? plan_load(file, &comparing->options, problems)
             : revision_plan(comparing->revision, file, &comparing->options);
    if (here && plan == NULL)
        return;
    /* The target that it has here, else the one it had. */
    struct scenario_difference *item =
        difference_of(&comparing->difference, plan != NULL ? plan->target.name : "?", name);
    if (here)
        item->plan_difference =
            plan_difference(&comparing->plans, comparing->revision, plan, &is_new);
    item->plan = !here                           ? PLAN_GONE
                 : is_new                        ? PLAN_NEW
                 : item->plan_difference != NULL ? PLAN_DIFFERS
                                                 : PLAN_SAME;
}

/* Those of the directory itself, here and there, by name. Scenarios from elsewhere are no part of
 * the change. */
static int compare_scenarios(struct comparing *comparing)
{
    const char *directory = option_text(comparing->arguments, OPTION_SCENARIOS);
    _cleanup_free_ char *inside = path_join(directory, "x");
    _cleanup_strings_ struct string_list names = {0};
    struct diagnostics problems = {0};
    struct lg_error err = {0};
    if (!revision_knows(comparing->revision, inside))
        return EXIT_PASS;
    yaml_names(directory, &names);
    if (!revision_scenarios(comparing->revision, directory, &names, &err))
        return complain(&err);
    string_list_sort(&names);
    for (size_t i = 0; i < names.count; i++)
        compare_scenario(comparing, names.items[i], &problems);
    int status = problems.count > 0 ? EXIT_INPUT : EXIT_PASS;
    complain_of_all(&problems);
    return status;
}

/* --- Baselines --- */

/* Of DIRECTORY/TARGET/SCENARIO.json; what lies elsewhere is no baseline. */
static bool compare_baseline(struct comparing *comparing, const char *directory, const char *path,
                             struct lg_error *err)
{
    _cleanup_baseline_ struct baseline *old = NULL;
    _cleanup_baseline_ struct baseline *new = NULL;
    _cleanup_free_ char *prefix = path_join(directory, "");
    const char *name = path + strlen(prefix);
    const char *slash = strchr(name, '/');
    if (slash == NULL || slash == name || strchr(slash + 1, '/') != NULL)
        return true;
    if (access(path, F_OK) == 0 && (new = baseline_read(path, err)) == NULL)
        return false;
    if (!revision_baseline(comparing->revision, path, &old, err))
        return false;
    _cleanup_free_ char *target = memory_copy_range(name, (size_t)(slash - name));
    _cleanup_free_ char *scenario =
        memory_copy_range(slash + 1, strlen(slash + 1) - strlen(".json"));
    struct scenario_difference *item = difference_of(&comparing->difference, target, scenario);
    baseline_changes(old, new, &item->baseline);
    return true;
}

static bool compare_baselines(struct comparing *comparing, struct lg_error *err)
{
    const char *directory = option_text(comparing->arguments, OPTION_BASELINES);
    _cleanup_strings_ struct string_list targets = {0}, paths = {0};
    files_with_suffix(directory, "", &targets);
    for (size_t i = 0; i < targets.count; i++)
        files_with_suffix(targets.items[i], ".json", &paths);
    if (!revision_list(comparing->revision, directory, ".json", &paths, err))
        return false;
    if (paths.count == 0 && option_given(comparing->arguments, OPTION_BASELINES))
        return lg_fail(err, LG_ERROR_INPUT, 0, "there is no baseline in %s, neither here nor at %s",
                       directory, comparing->revision->name);
    for (size_t i = 0; i < paths.count; i++)
        if (!compare_baseline(comparing, directory, paths.items[i], err))
            return false;
    return true;
}

/* --- All of it --- */

static bool print(const struct comparing *comparing, struct lg_error *err)
{
    _cleanup_buffer_ struct buffer out = {0};
    const char *format = option_given(comparing->arguments, OPTION_JSON)
                             ? "json"
                             : option_text(comparing->arguments, OPTION_FORMAT);
    if (strcmp(format, "json") == 0) {
        _cleanup_json_ json_t *json = difference_to_json(&comparing->difference);
        _cleanup_free_ char *text = json_pretty(json);
        buffer_text(&out, text);
    } else if (strcmp(format, "markdown") == 0) {
        difference_markdown(&comparing->difference, &out);
    } else {
        difference_text(&comparing->difference, &out);
    }
    const char *file = option_text(comparing->arguments, OPTION_OUTPUT);
    if (file != NULL)
        return file_write_atomic(file, buffer_string(&out), out.length, err);
    fwrite(buffer_string(&out), 1, out.length, stdout);
    return true;
}

static int compare_all(struct comparing *comparing)
{
    const struct string_list *operands = &comparing->arguments->operands;
    const char *directory = option_text(comparing->arguments, OPTION_BASELINES);
    struct lg_error err = {0};
    if (operands->count > 1)
        lg_fail(&err, LG_ERROR_INPUT, 0, "diff-baseline takes one revision");
    else
        comparing->revision = operands->count == 1
                                  ? revision_open(directory, operands->items[0], &err)
                                  : revision_open_base(directory, &err);
    if (comparing->revision == NULL)
        return complain(&err);
    comparing->difference.revision = comparing->revision->name;
    comparing->difference.commit = comparing->revision->commit;
    int status = compare_scenarios(comparing);
    if (status != EXIT_PASS)
        return status;
    if (!compare_baselines(comparing, &err))
        return complain(&err);
    difference_sort(&comparing->difference);
    if (!print(comparing, &err))
        return complain(&err);
    bool fails = option_given(comparing->arguments, OPTION_FAIL_ON);
    return fails && difference_is_weaker(&comparing->difference) ? EXIT_LEAK : EXIT_PASS;
}

int command_diff_baseline(const struct arguments *arguments)
{
    struct comparing comparing = {.arguments = arguments, .options = load_options_of(arguments)};
    int status = compare_all(&comparing);
    comparison_free(&comparing.plans);
    revision_close(comparing.revision);
    difference_free(&comparing.difference);
    return status;
}
