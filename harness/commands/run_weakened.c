/* What a run by --baseline-ref finds weaker in the working tree than at the revision. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "commands/comparison.h"
#include "commands/run_private.h"
#include "report/baseline_difference.h"

static void compare_plan(struct suite *suite, struct comparison *comparison, size_t index)
{
    const struct plan *plan = suite->selection.plans[index];
    _cleanup_changes_ struct change_list changes = {0};
    comparison_scenario(comparison, plan->file, plan, &changes);
    baseline_changes(suite->baselines[index], suite->baselines_here[index], &changes);
    change_list_weaker(&changes, &suite->weakened[index]);
}

static bool is_chosen(const struct suite *suite, const char *name)
{
    for (size_t i = 0; i < suite->selection.count; i++)
        if (strcmp(suite->selection.plans[i]->name, name) == 0)
            return true;
    return string_list_contains(&suite->whole, name);
}

/* A scenario of the revision that would have been chosen there, and is not here. */
static void compare_missing(struct suite *suite, struct comparison *comparison, const char *file,
                            const char *name)
{
    bool outside = false, gone = access(file, F_OK) != 0;
    _cleanup_free_ char *problem = NULL;
    _cleanup_plan_ struct plan *old = comparison_plan(comparison, file, &outside, &problem);
    if (old != NULL ? !selection_asks_for(suite->arguments, old) : !gone)
        return;
    string_list_take(&suite->missing,
                     memory_format("scenario %s: %s", name,
                                   gone ? "its file is gone"
                                        : "it is not chosen any more, by its tags or on_request"));
}

/* Scenarios that are named say themselves what is run. */
static void find_missing(struct suite *suite, struct comparison *comparison)
{
    const char *directory = option_text(suite->arguments, OPTION_SCENARIOS);
    _cleanup_strings_ struct string_list files = {0};
    struct lg_error ignored = {0};
    _cleanup_free_ char *inside = path_join(directory, "x");
    if (suite->arguments->operands.count > 0 || !revision_knows(suite->revision, inside) ||
        !revision_list(suite->revision, directory, ".yaml", &files, &ignored))
        return;
    for (size_t i = 0; i < files.count; i++) {
        const char *base = path_base(files.items[i]);
        _cleanup_free_ char *here = path_join(directory, base);
        _cleanup_free_ char *name = memory_copy_range(base, strlen(base) - strlen(".yaml"));
        if (strcmp(here, files.items[i]) == 0 && !is_chosen(suite, name))
            compare_missing(suite, comparison, here, name);
    }
}

void suite_find_weakened(struct suite *suite)
{
    suite->weakened = memory_array(suite->selection.count + 1, sizeof *suite->weakened);
    if (suite->revision == NULL)
        return;
    struct load_options options = load_options_of(suite->arguments);
    struct comparison *comparison = comparison_open(suite->revision, &options);
    for (size_t i = 0; i < suite->selection.count; i++)
        compare_plan(suite, comparison, i);
    find_missing(suite, comparison);
    comparison_close(comparison);
}
