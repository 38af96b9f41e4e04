/* What a run by --baseline-ref finds changed in the scenarios since the revision. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "commands/comparison.h"
#include "commands/suite_run.h"

static bool is_chosen(const struct suite_run *suite, const char *name)
{
    for (size_t i = 0; i < suite->selection.count; i++)
        if (strcmp(suite->selection.plans[i]->name, name) == 0)
            return true;
    return string_list_contains(&suite->whole, name);
}

/* Scenarios that would have been chosen at the revision, and are not here. Where the scenarios are
 * named, the names say what is run. */
static void find_missing(struct suite_run *suite, const struct load_options *options)
{
    const char *directory = option_text(suite->arguments, OPTION_SCENARIOS);
    _cleanup_strings_ struct string_list names = {0};
    struct lg_error ignored = {0};
    if (suite->arguments->operands.count > 0 ||
        !revision_scenarios(suite->revision, directory, &names, &ignored))
        return;
    for (size_t i = 0; i < names.count; i++) {
        if (is_chosen(suite, names.items[i]))
            continue;
        _cleanup_free_ char *base = memory_format("%s.yaml", names.items[i]);
        _cleanup_free_ char *file = path_join(directory, base);
        _cleanup_plan_ struct plan *old = revision_plan(suite->revision, file, options);
        bool gone = access(file, F_OK) != 0;
        if (old != NULL ? selection_asks_for(suite->arguments, old) : gone)
            string_list_take(
                &suite->missing,
                memory_format("scenario %s: %s", names.items[i],
                              gone ? "its file is gone"
                                   : "it is not chosen any more, by its tags or on_request"));
    }
}

void suite_compare_plans(struct suite_run *suite)
{
    struct load_options options = load_options_of(suite->arguments);
    struct comparison comparison = {0};
    bool is_new = false;
    suite->plan_differences =
        memory_array(suite->selection.count + 1, sizeof *suite->plan_differences);
    if (suite->revision == NULL)
        return;
    for (size_t i = 0; i < suite->selection.count; i++)
        suite->plan_differences[i] =
            plan_difference(&comparison, suite->revision, suite->selection.plans[i], &is_new);
    comparison_free(&comparison);
    find_missing(suite, &options);
}
