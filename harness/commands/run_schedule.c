/* How many scenarios run at a time, in which order, and how long it will take. */
#include <stdio.h>

#include "base/memory.h"
#include "commands/duration.h"
#include "commands/suite_run.h"
#include "commands/schedule.h"
#include "measure/run.h"
#include "probes/procfs.h"

static size_t count_to_run(const struct suite_run *suite)
{
    size_t count = 0;
    for (size_t i = 0; i < suite->selection.count; i++)
        count += !suite_is_skipped(suite, i);
    return count;
}

size_t suite_order(const struct suite_run *suite, size_t *numbers)
{
    size_t count = 0;
    _cleanup_free_ size_t *order = memory_array(suite->selection.count, sizeof *order);
    _cleanup_free_ struct schedule_item *items =
        memory_array(suite->selection.count, sizeof *items);
    for (size_t i = 0; i < suite->selection.count; i++) {
        order[i] = i;
        items[i] = (struct schedule_item){.name = suite->selection.plans[i]->name,
                                          .seconds = suite->seconds[i]};
    }
    if (suite->jobs > 1)
        schedule_longest_first(items, suite->selection.count, order);
    for (size_t i = 0; i < suite->selection.count; i++)
        if (!suite_is_skipped(suite, order[i]))
            numbers[count++] = order[i];
    return count;
}

/* Each worker asks for its instances when it starts. With less for all of them one would find too
 * few because of another. */
static unsigned jobs_that_fit(unsigned jobs)
{
    unsigned wanted = jobs * RUN_INOTIFY_INSTANCES;
    unsigned fit = jobs > 1 ? inotify_instances_free(wanted) / RUN_INOTIFY_INSTANCES : jobs;
    if (fit >= jobs)
        return jobs;
    fit = fit > 0 ? fit : 1;
    fprintf(stderr,
            "leakgate: warning: only %u instead of %u side by side: each wants %d inotify "
            "instances (see fs.inotify.max_user_instances)\n",
            fit, jobs, RUN_INOTIFY_INSTANCES);
    return fit;
}

/* What is shown step by step is read in its order. */
static bool is_for_authors(const struct arguments *arguments)
{
    return option_given(arguments, OPTION_SHOW) || option_given(arguments, OPTION_ITERATIONS);
}

void suite_choose_jobs(struct suite_run *suite)
{
    size_t count = count_to_run(suite);
    unsigned jobs = option_given(suite->arguments, OPTION_JOBS)
                        ? option_number(suite->arguments, OPTION_JOBS)
                    : is_for_authors(suite->arguments) ? 1
                                                       : jobs_by_default();
    if (jobs > count)
        jobs = count > 0 ? (unsigned)count : 1;
    suite->jobs = jobs_that_fit(jobs);
}

void suite_expect_durations(struct suite_run *suite)
{
    /* Played scenarios are not measured, and the time of a measured run says nothing of them. */
    bool measured = !option_given(suite->arguments, OPTION_ITERATIONS);
    suite->seconds = memory_array(suite->selection.count + 1, sizeof *suite->seconds);
    for (size_t i = 0; measured && i < suite->selection.count; i++) {
        const struct plan *plan = suite->selection.plans[i];
        suite->seconds[i] = scenario_duration(suite->arguments, plan).seconds;
        if (option_given(suite->arguments, OPTION_CONTROL))
            suite->seconds[i] *= 2;
    }
}

void suite_print_estimate(const struct suite_run *suite)
{
    size_t count = count_to_run(suite);
    if (count == 0 || option_given(suite->arguments, OPTION_ITERATIONS))
        return;
    _cleanup_free_ size_t *order = memory_array(suite->selection.count, sizeof *order);
    _cleanup_free_ double *seconds = memory_array(count, sizeof *seconds);
    _cleanup_free_ double *free_in = memory_array(suite->jobs, sizeof *free_in);
    suite_order(suite, order);
    for (size_t i = 0; i < count; i++)
        seconds[i] = suite->seconds[order[i]];
    double span = schedule_span(seconds, count, free_in, suite->jobs);
    _cleanup_free_ char *text = duration_describe(count, span, suite->jobs);
    fprintf(stderr, "%s\n", text);
}
