/* Which baseline each scenario of a run is judged by. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "commands/command.h"
#include "commands/suite_run.h"
#include "result/baseline_difference.h"
#include "result/exit_status.h"

/* The two commands that measure a scenario without its baseline and store what was measured. */
static void print_how_to_accept(const struct suite_run *suite, size_t index)
{
    const struct arguments *arguments = suite->arguments;
    const struct scenario_result *scenario = &suite->result->scenarios[index];
    _cleanup_free_ char *quoted = shell_quoted(scenario->operand);
    _cleanup_free_ char *again = suite_options_again(arguments, false);
    _cleanup_buffer_ struct buffer run = {0}, accept = {0};
    buffer_format(&run, "%s --no-baselines%s%s", quoted, *again != '\0' ? " " : "", again);
    buffer_text(&accept, scenario->name);
    if (option_given(arguments, OPTION_REPORT)) {
        append_option(&run, "report", option_text(arguments, OPTION_REPORT));
        append_option(&accept, "from", option_text(arguments, OPTION_REPORT));
    }
    if (option_given(arguments, OPTION_BASELINES))
        append_option(&accept, "baselines", option_text(arguments, OPTION_BASELINES));
    fprintf(stderr, "  leakgate run %s\n  leakgate accept %s\n", buffer_string(&run),
            buffer_string(&accept));
}

/* The working tree's, which has to fit the plan in any case: a change of the scenario brings its
 * new baseline. */
static int load_baseline_here(struct suite_run *suite, size_t index, const char *path,
                              struct baseline **baseline)
{
    const struct plan *plan = suite->selection.plans[index];
    struct lg_error err = {0};
    if (access(path, F_OK) != 0) {
        if (!option_given(suite->arguments, OPTION_REQUIRE_BASELINE))
            return EXIT_PASS;
        fprintf(stderr, "leakgate: %s has no baseline %s. To make one from a run:\n", plan->name,
                path);
        print_how_to_accept(suite, index);
        return EXIT_NOTHING_JUDGED;
    }
    *baseline = baseline_read(path, &err);
    if (*baseline == NULL)
        return complain(&err);
    if (strcmp((*baseline)->plan_hash, plan->hash) == 0)
        return EXIT_PASS;
    fprintf(stderr,
            "leakgate: %s is the baseline of another plan: %s or its target file has changed since "
            "it was accepted.\nMeasure it again, and accept what is right:\n",
            path, plan->file);
    print_how_to_accept(suite, index);
    return EXIT_INPUT;
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
    int status = load_baseline_here(suite, index, path, &suite->baselines_here[index]);
    struct baseline *with =
        option_given(suite->arguments, OPTION_ALLOW_NEW_EXCEPTIONS)
            ? baseline_with_new_exceptions(suite->baselines[index], suite->baselines_here[index],
                                           &suite->approved[index])
            : NULL;
    if (with != NULL) {
        baseline_free(suite->baselines[index]);
        suite->baselines[index] = with;
    }
    return status;
}

/* Runs are judged by a control, by a revision's baselines, or by those of the working tree. */
static bool open_revision(struct suite_run *suite, struct lg_error *err)
{
    static const enum option others[] = {OPTION_BASELINE_REF, OPTION_REQUIRE_BASELINE,
                                         OPTION_ITERATIONS};
    const struct arguments *arguments = suite->arguments;
    const char *name = option_text(arguments, OPTION_BASELINE_REF);
    for (size_t i = 0; i < COUNT_OF(others); i++)
        if (option_given(arguments, OPTION_CONTROL) && option_given(arguments, others[i]))
            return lg_fail(err, LG_ERROR_INPUT, 0, "--control and --%s cannot be used together",
                           option_name(others[i]));
    if (name == NULL)
        return !option_given(arguments, OPTION_ALLOW_NEW_EXCEPTIONS) ||
               lg_fail(err, LG_ERROR_INPUT, 0,
                       "--allow-new-exceptions is for --baseline-ref: without it the working "
                       "tree's exceptions count in any case");
    if (option_given(arguments, OPTION_NO_BASELINES))
        return lg_fail(err, LG_ERROR_INPUT, 0,
                       "--baseline-ref and --no-baselines cannot be used together");
    suite->revision = revision_open(option_text(arguments, OPTION_BASELINES), name, err);
    suite->result->revision = memory_copy_text(name);
    return suite->revision != NULL;
}

int suite_load_baselines(struct suite_run *suite)
{
    const struct arguments *arguments = suite->arguments;
    size_t count = suite->selection.count;
    int status = EXIT_PASS;
    struct lg_error err = {0};
    suite->baselines = memory_array(count, sizeof *suite->baselines);
    suite->baselines_here = memory_array(count, sizeof *suite->baselines_here);
    suite->approved = memory_array(count, sizeof *suite->approved);
    if (!open_revision(suite, &err))
        return complain(&err);
    for (size_t i = 0; i < count; i++) {
        struct quarantine_plan *quarantine = &suite->selection.plans[i]->quarantine;
        struct scenario_result *scenario = &suite->result->scenarios[i];
        if (arguments->command == COMMAND_BISECT) { /* what is forgiven is what one bisects */
            cleanup_free(&quarantine->reason);
            cleanup_free(&quarantine->until);
        }
        if (suite->revision != NULL)
            revision_hold_back_quarantine(suite->revision, suite->selection.plans[i]);
        scenario->quarantine_reason = memory_copy_text(quarantine->reason);
        scenario->quarantine_until = memory_copy_text(quarantine->until);
    }
    if (option_given(arguments, OPTION_NO_BASELINES) || option_given(arguments, OPTION_CONTROL) ||
        option_given(arguments, OPTION_ITERATIONS))
        return EXIT_PASS;
    for (size_t i = 0; i < count; i++)
        if (!suite_is_skipped(suite, i))
            status = worse_status(status, load_baseline(suite, i));
    return status;
}
