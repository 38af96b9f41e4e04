/* Which baseline each scenario of a run is judged by. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "commands/complain.h"
#include "commands/suite_run.h"
#include "report/text_layout.h"

/* The two commands that measure a scenario without its baseline and store what was measured. */
static void print_how_to_accept(const struct suite_run *suite, const struct plan *plan)
{
    const struct arguments *arguments = suite->arguments;
    _cleanup_free_ char *operand = suite_operand(suite, plan);
    _cleanup_free_ char *quoted = shell_quoted(operand);
    _cleanup_free_ char *again = suite_options_again(arguments, false);
    _cleanup_buffer_ struct buffer accept = {0};
    buffer_text(&accept, plan->name);
    if (option_given(arguments, OPTION_REPORT))
        append_option(&accept, "from", option_text(arguments, OPTION_REPORT));
    if (option_given(arguments, OPTION_BASELINES))
        append_option(&accept, "baselines", option_text(arguments, OPTION_BASELINES));
    fprintf(stderr, "  leakgate run %s --no-baselines%s%s", quoted, *again != '\0' ? " " : "",
            again);
    if (option_given(arguments, OPTION_REPORT)) {
        _cleanup_free_ char *report = shell_quoted(option_text(arguments, OPTION_REPORT));
        fprintf(stderr, " --report %s", report);
    }
    fprintf(stderr, "\n  leakgate accept %s\n", buffer_string(&accept));
}

static int other_plan(const struct suite_run *suite, const struct plan *plan, const char *path)
{
    fprintf(stderr,
            "leakgate: %s is the baseline of another plan: %s or its target file has changed since "
            "it was accepted.\nMeasure it anew, and accept what you find right:\n",
            path, plan->file);
    print_how_to_accept(suite, plan);
    return EXIT_INPUT;
}

static int no_baseline(const struct suite_run *suite, const struct plan *plan, const char *path)
{
    fprintf(stderr, "leakgate: %s has no baseline %s. To make one from a run:\n", plan->name, path);
    print_how_to_accept(suite, plan);
    return EXIT_NOTHING_JUDGED;
}

/* The working tree's, which has to fit the plan in any case: a change of the scenario brings its
 * new baseline. */
static int load_baseline_here(struct suite_run *suite, size_t index, const char *path,
                              struct baseline **baseline)
{
    const struct plan *plan = suite->selection.plans[index];
    struct lg_error err = {0};
    if (access(path, F_OK) != 0)
        return option_given(suite->arguments, OPTION_REQUIRE_BASELINE)
                   ? no_baseline(suite, plan, path)
                   : EXIT_PASS;
    *baseline = baseline_read(path, &err);
    if (*baseline == NULL)
        return complain(&err);
    if (strcmp((*baseline)->plan_hash, plan->hash) != 0)
        return other_plan(suite, plan, path);
    return EXIT_PASS;
}

/* What is known and forgiven is what one bisects. */
static void lift_quarantine(struct plan *plan)
{
    free(plan->quarantine.reason);
    free(plan->quarantine.until);
    plan->quarantine = (struct quarantine_plan){0};
}

static int load_baseline(struct suite_run *suite, size_t index)
{
    struct plan *plan = suite->selection.plans[index];
    const char *directory = option_text(suite->arguments, OPTION_BASELINES);
    _cleanup_free_ char *path = baseline_path(directory, plan->target.name, plan->name);
    struct lg_error err = {0};
    if (suite->revision == NULL)
        return load_baseline_here(suite, index, path, &suite->baselines[index]);
    if (!revision_baseline(suite->revision, path, &suite->baselines[index], &err))
        return complain(&err);
    return load_baseline_here(suite, index, path, &suite->baselines_here[index]);
}

/* What would judge by two things at once. */
static bool check_judges(const struct arguments *arguments, struct lg_error *err)
{
    static const enum option others[] = {OPTION_BASELINE_REF, OPTION_REQUIRE_BASELINE,
                                         OPTION_ITERATIONS};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (option_given(arguments, OPTION_CONTROL) && option_given(arguments, others[i]))
            return lg_fail(err, LG_ERROR_INPUT, 0, "--control and --%s exclude each other",
                           option_name(others[i]));
    return true;
}

static int open_revision(struct suite_run *suite)
{
    const char *name = option_text(suite->arguments, OPTION_BASELINE_REF);
    struct lg_error err = {0};
    if (!check_judges(suite->arguments, &err))
        return complain(&err);
    if (name == NULL)
        return EXIT_PASS;
    if (option_given(suite->arguments, OPTION_NO_BASELINES))
        lg_fail(&err, LG_ERROR_INPUT, 0, "--baseline-ref and --no-baselines exclude each other");
    else
        suite->revision =
            revision_open(option_text(suite->arguments, OPTION_BASELINES), name, &err);
    return suite->revision != NULL ? EXIT_PASS : complain(&err);
}

int suite_load_baselines(struct suite_run *suite)
{
    int status = open_revision(suite);
    suite->baselines = memory_array(suite->selection.count, sizeof *suite->baselines);
    suite->baselines_here = memory_array(suite->selection.count, sizeof *suite->baselines_here);
    if (status != EXIT_PASS)
        return status;
    for (size_t i = 0; suite->arguments->command == COMMAND_BISECT && i < suite->selection.count;
         i++)
        lift_quarantine(suite->selection.plans[i]);
    for (size_t i = 0; suite->revision != NULL && i < suite->selection.count; i++)
        revision_hold_back_quarantine(suite->revision, suite->selection.plans[i]);
    if (option_given(suite->arguments, OPTION_NO_BASELINES) ||
        option_given(suite->arguments, OPTION_CONTROL) ||
        option_given(suite->arguments, OPTION_ITERATIONS))
        return EXIT_PASS;
    for (size_t i = 0; i < suite->selection.count; i++)
        if (!suite_is_skipped(suite, i))
            status = worse_status(status, load_baseline(suite, i));
    return status;
}
