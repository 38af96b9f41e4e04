#include "commands/suite_run.h"

#include <sched.h>
#include <stdio.h>

#include "base/memory.h"
#include "commands/schedule.h"
#include "measure/run.h"
#include "probes/procfs.h"

void suite_run_free(struct suite_run *suite)
{
    for (size_t i = 0; suite->baselines != NULL && i < suite->selection.count; i++) {
        baseline_free(suite->baselines[i]);
        baseline_free(suite->baselines_here[i]);
        string_list_free(&suite->approved[i]);
    }
    free_all(suite->baselines, suite->baselines_here, suite->approved, suite->expected,
             suite->order);
    revision_close(suite->revision);
    selection_free(&suite->selection);
    suite_free(suite->result);
}

bool suite_is_skipped(const struct suite_run *suite, size_t index)
{
    return suite->result->scenarios[index].verdict == VERDICT_SKIPPED;
}

/* --- How to run it again --- */

void append_option(struct buffer *out, const char *name, const char *value)
{
    _cleanup_free_ char *quoted = shell_quoted(value);
    buffer_format(out, "%s--%s%s%s", out->length > 0 ? " " : "", name, *value != '\0' ? " " : "",
                  *value != '\0' ? quoted : "");
}

char *suite_options_again(const struct arguments *arguments, bool with_revision)
{
    static const enum option kept[] = {OPTION_SCENARIOS,
                                       OPTION_BASELINES,
                                       OPTION_TARGET,
                                       OPTION_PROGRAM,
                                       OPTION_CONTROL,
                                       OPTION_ITERATIONS,
                                       OPTION_FOR,
                                       OPTION_TIMES,
                                       OPTION_BASELINE_REF,
                                       OPTION_NO_BASELINES,
                                       OPTION_NO_CONFIRM,
                                       OPTION_BUDGET,
                                       OPTION_ALLOW_NEW_EXCEPTIONS};
    struct buffer out = {0};
    for (size_t i = 0; i < COUNT_OF(kept); i++) {
        const char *value =
            option_given(arguments, kept[i]) ? option_text(arguments, kept[i]) : NULL;
        bool of_revision = kept[i] == OPTION_BASELINE_REF || kept[i] == OPTION_ALLOW_NEW_EXCEPTIONS;
        if (value != NULL && (with_revision || !of_revision))
            append_option(&out, option_name(kept[i]), value);
    }
    return buffer_take(&out);
}

/* --- How many run at a time, in which order, and how long it will take --- */

static unsigned choose_jobs(const struct suite_run *suite)
{
    /* What is shown step by step is read in its order. */
    bool is_for_authors = option_given(suite->arguments, OPTION_SHOW) ||
                          option_given(suite->arguments, OPTION_ITERATIONS);
    /* Three for two cores: a run mostly waits, for its screen, for rest and for timers. Measured on
     * the suite of 16 for pull requests; docs/design.md has the table. */
    cpu_set_t usable;
    int cores = sched_getaffinity(0, sizeof usable, &usable) == 0 ? CPU_COUNT(&usable) : 1;
    unsigned jobs = is_for_authors || cores == 1 ? 1 : (unsigned)(cores * 3 / 2);
    if (option_given(suite->arguments, OPTION_JOBS))
        jobs = option_number(suite->arguments, OPTION_JOBS);
    if (jobs > suite->order_count)
        jobs = (unsigned)suite->order_count;
    if (jobs <= 1)
        return 1;
    /* Each worker asks for its instances when it starts. With less for all of them one would find
     * too few because of another. */
    unsigned fit = inotify_instances_free(jobs * RUN_INOTIFY_INSTANCES) / RUN_INOTIFY_INSTANCES;
    if (fit >= jobs)
        return jobs;
    fit = fit > 0 ? fit : 1;
    fprintf(stderr,
            "leakgate: warning: only %u instead of %u side by side: each needs %d inotify "
            "instances (see fs.inotify.max_user_instances)\n",
            fit, jobs, RUN_INOTIFY_INSTANCES);
    return fit;
}

void suite_schedule(struct suite_run *suite)
{
    size_t count = suite->selection.count;
    _cleanup_free_ struct schedule_item *items = memory_array(count, sizeof *items);
    _cleanup_free_ size_t *longest = memory_array(count, sizeof *longest);
    _cleanup_free_ double *seconds = memory_array(count, sizeof *seconds);
    suite->order = memory_array(count, sizeof *suite->order);
    suite->expected = memory_array(count, sizeof *suite->expected);
    /* Played scenarios are not measured, and the time of a measured run says nothing of them. */
    bool played = option_given(suite->arguments, OPTION_ITERATIONS);
    unsigned times = option_number(suite->arguments, OPTION_TIMES);
    for (size_t i = 0; i < count; i++) {
        const struct plan *plan = suite->selection.plans[i];
        struct duration *expected = &suite->expected[i];
        if (!played)
            *expected = scenario_duration(suite->arguments, plan);
        expected->seconds *= option_given(suite->arguments, OPTION_CONTROL)   ? 2
                             : measure_has_rests(&plan->measure) && times > 0 ? times
                                                                              : 1;
        items[i] = (struct schedule_item){.name = plan->name, .seconds = expected->seconds};
        longest[i] = i;
        suite->order_count += !suite_is_skipped(suite, i);
    }
    suite->jobs = choose_jobs(suite);
    if (suite->jobs > 1)
        schedule_longest_first(items, count, longest);
    for (size_t i = 0, next = 0; i < count; i++)
        if (!suite_is_skipped(suite, longest[i])) {
            seconds[next] = suite->expected[longest[i]].seconds;
            suite->order[next++] = longest[i];
        }
    if (suite->order_count == 0 || played)
        return;
    _cleanup_free_ double *free_in = memory_array(suite->jobs, sizeof *free_in);
    double span = schedule_span(seconds, suite->order_count, free_in, suite->jobs);
    _cleanup_free_ char *text = duration_describe(suite->order_count, span, suite->jobs);
    bool confirms = !option_given(suite->arguments, OPTION_NO_CONFIRM);
    double budget = (double)option_duration(suite->arguments, OPTION_BUDGET) / 1000;
    fprintf(stderr, "%s%s%s%s\n", text, confirms ? "; up to " : "",
            confirms ? about_text(budget).text : "",
            confirms ? " more for a scenario that leaks" : "");
}
