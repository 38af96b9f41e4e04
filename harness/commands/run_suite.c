/* The scenarios of a run, one after the other or side by side. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "commands/command.h"
#include "commands/progress.h"
#include "commands/run_private.h"
#include "commands/run_scenario.h"
#include "commands/side_by_side.h"
#include "report/result_json.h"

static struct scenario_result *add_scenario(struct suite *suite, const struct plan *plan)
{
    struct scenario_result *scenario =
        suite_add(suite->result, plan->name, plan->file, plan->title);
    free(scenario->operand);
    scenario->operand = suite_operand(suite, plan);
    return scenario;
}

/* The places where --show prints. */
static FILE *screens_of(const struct suite *suite)
{
    bool as_json = option_given(suite->arguments, OPTION_JSON);
    if (!option_given(suite->arguments, OPTION_SHOW))
        return NULL;
    return as_json ? stderr : stdout;
}

static void run_one(struct suite *suite, size_t index, struct progress *progress)
{
    const struct arguments *arguments = suite->arguments;
    struct scenario_run run = {
        .arguments = arguments,
        .options = {.plan = suite->selection.plans[index],
                    .baseline = suite->baselines[index],
                    .baseline_revision =
                        suite->revision != NULL ? revision_name(suite->revision) : NULL,
                    .baseline_commit =
                        suite->revision != NULL ? revision_commit(suite->revision) : NULL,
                    .baseline_here = suite->baselines_here[index],
                    .plan_difference = suite->plan_differences[index],
                    .play_iterations = option_number(arguments, OPTION_ITERATIONS),
                    .show = option_given(arguments, OPTION_SHOW),
                    .reproduce = suite->result->options,
                    .baselines = suite->result->baselines,
                    .timeout_scale = suite->timeout_scale},
        .suite = suite->result,
        .result = &suite->result->scenarios[index],
        .progress = progress,
    };
    run_scenario(&run);
    progress_end(progress, run.result);
}

static void run_in_turn(struct suite *suite)
{
    for (size_t i = 0; i < suite->selection.count; i++) {
        struct progress progress;
        if (suite_is_skipped(suite, i))
            continue;
        if (suite->result->signal != 0) {
            scenario_skip(&suite->result->scenarios[i], "not run: the run was stopped");
            continue;
        }
        progress_start(&progress, suite->selection.plans[i], i + 1, suite->selection.count,
                       screens_of(suite));
        run_one(suite, i, &progress);
    }
}

/* In a process of its own, which has a copy of the suite. */
static json_t *run_apart(void *context, size_t index, int channel)
{
    struct suite *suite = context;
    struct progress progress;
    progress_start_apart(&progress, suite->selection.plans[index], screens_of(suite), channel);
    run_one(suite, index, &progress);
    json_t *result = scenario_to_json(&suite->result->scenarios[index]);
    json_put(result, "signal", json_integer(suite->result->signal));
    return result;
}

static void fail_scenario(struct scenario_result *scenario, char *why)
{
    scenario->verdict = VERDICT_FAILED;
    scenario->problem = LG_ERROR_INTERNAL;
    free(scenario->reason);
    scenario->reason = why;
}

/* The verdict is made here, from the journals, as `leakgate report` makes it. */
static void take_result(void *context, size_t index, const json_t *result, const char *why)
{
    struct suite *suite = context;
    struct scenario_result *scenario = &suite->result->scenarios[index];
    suite->done[index] = true;
    if (result == NULL) {
        fail_scenario(scenario, memory_copy_text(why));
        return;
    }
    scenario_read(scenario, suite->result->directory, result);
    if (suite->result->signal == 0)
        suite->result->signal = (int)json_get_integer(result, "signal", 0);
}

/* Not begun, and not skipped for a reason of its own. What leakgate could not begin is no skip: a
 * report without it must not be green. */
static void tell_not_run(struct suite *suite, const struct lg_error *err)
{
    bool stopped = suite->result->signal != 0;
    for (size_t i = 0; i < suite->selection.count; i++) {
        struct scenario_result *scenario = &suite->result->scenarios[i];
        if (suite_is_skipped(suite, i) || suite->done[i])
            continue;
        if (stopped)
            scenario_skip(scenario, "not run: the run was stopped");
        else
            fail_scenario(scenario, memory_format("not run: %s", err->text));
    }
}

static int run_side_by_side(struct suite *suite)
{
    size_t count = suite->selection.count;
    _cleanup_free_ const char **names = memory_array(count, sizeof *names);
    _cleanup_free_ size_t *order = memory_array(count, sizeof *order);
    struct lg_error err = {0};
    int signal = 0;
    suite->done = memory_array(count, sizeof *suite->done);
    struct side_by_side work = {.jobs = suite->jobs,
                                .order = order,
                                .count = suite_order(suite, names, order),
                                .names = names,
                                .seconds = suite->seconds,
                                .screens = screens_of(suite),
                                .context = suite,
                                .run = run_apart,
                                .done = take_result};
    bool fine = side_by_side_run(&work, &signal, &err);
    if (signal != 0)
        suite->result->signal = signal;
    tell_not_run(suite, &err);
    return fine ? EXIT_PASS : complain(&err);
}

static void add_scenarios(struct suite *suite)
{
    for (size_t i = 0; i < suite->selection.count; i++) {
        struct scenario_result *scenario = add_scenario(suite, suite->selection.plans[i]);
        const struct quarantine_plan *quarantine = &suite->selection.plans[i]->quarantine;
        scenario->without = suite->selection.plans[i]->without != NULL;
        scenario->quarantine_reason = memory_copy_text(quarantine->reason);
        scenario->quarantine_until = memory_copy_text(quarantine->until);
        snprintf(scenario->today, sizeof scenario->today, "%.10s", suite->result->date);
        scenario->plan_difference = memory_copy_text(suite->plan_differences[i]);
        if (suite_is_skipped(suite, i))
            scenario_skip(scenario, suite->skipped.items[i]);
    }
}

int suite_run_all(struct suite *suite)
{
    int status = EXIT_PASS;
    int64_t start = clock_now();
    add_scenarios(suite);
    if (suite->jobs > 1)
        status = run_side_by_side(suite);
    else
        run_in_turn(suite);
    suite->result->seconds = clock_seconds_since(start);
    return status;
}

/* --- How many at a time, and how long it will take --- */
