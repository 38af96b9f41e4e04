/* `leakgate run` from its arguments to its exit status; its parts are in suite_run.h. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "commands/command.h"
#include "commands/complain.h"
#include "commands/duration.h"
#include "commands/pool.h"
#include "commands/print_result.h"
#include "commands/suite_run.h"
#include "report/format.h"
#include "result/exit_status.h"
#include "world/world.h"

static bool read_timeout_scale(double *scale, struct lg_error *err)
{
    const char *text = getenv("LEAKGATE_TIMEOUT_SCALE");
    char *end = NULL;
    *scale = 1;
    if (text == NULL || *text == '\0')
        return true;
    double value = strtod(text, &end);
    if (*end != '\0' || !isfinite(value) || value < 0.1 || value > 100)
        return lg_fail(err, LG_ERROR_INPUT, 0,
                       "LEAKGATE_TIMEOUT_SCALE is \"%s\", not a number from 0.1 to 100", text);
    *scale = value;
    return true;
}

/* An empty part is a part all the same: who splits a suite by a fixed number must not fail when it
 * has fewer scenarios. */
static void take_shard(struct suite_run *suite)
{
    struct shard shard = option_shard(suite->arguments);
    if (shard.of == 0)
        return;
    for (size_t i = 0; i < suite->selection.count; i++)
        string_list_add(&suite->whole, suite->selection.plans[i]->name);
    selection_keep_shard(suite->arguments, &suite->selection);
    if (suite->selection.count == 0)
        fprintf(stderr, "shard %u of %u is empty: there are %zu scenarios in all\n", shard.index,
                shard.of, suite->whole.count);
}

/* --for: of the scenarios that are paced by time. A shard may have none of them, and neither what
 * is played again of a suite that has some. */
static bool set_durations(const struct suite_run *suite, struct lg_error *err)
{
    int64_t for_ms = option_duration(suite->arguments, OPTION_FOR);
    bool any = false;
    if (for_ms == 0)
        return true;
    if (option_given(suite->arguments, OPTION_ITERATIONS))
        return lg_fail(err, LG_ERROR_INPUT, 0, "--for and --iterations exclude each other");
    for (size_t i = 0; i < suite->selection.count; i++) {
        struct plan *plan = suite->selection.plans[i];
        if (plan->measure.every_ms == 0)
            continue;
        if (!measure_set_length(&plan->measure, for_ms, err))
            return lg_context(err, "%s: --for", plan->name);
        any = true;
    }
    if (!any)
        fputs("leakgate: warning: --for is for scenarios that are paced by time (measure: every, "
              "for), and none of those chosen is\n",
              stderr);
    return true;
}

static int load_scenarios(struct suite_run *suite)
{
    struct lg_error err = {0};
    _cleanup_strings_ struct string_list files = {0};
    struct diagnostics problems = {0};
    struct load_options options = load_options_of(suite->arguments);
    if (!read_timeout_scale(&suite->timeout_scale, &err) ||
        !selection_files(suite->arguments, &files, &err))
        return complain(&err);
    bool fine = selection_load(suite->arguments, &files, &options, &suite->selection, &problems);
    print_diagnostics(&problems);
    diagnostics_free(&problems);
    if (!fine)
        return EXIT_INPUT;
    if (suite->selection.count == 0) {
        print_no_scenario(suite->arguments);
        return EXIT_NOTHING_JUDGED;
    }
    if (!set_durations(suite, &err))
        return complain(&err);
    take_shard(suite);
    return EXIT_PASS;
}

static char *reason_to_skip(const struct plan *plan)
{
    _cleanup_strings_ struct string_list tools = {0};
    struct buffer reason = {0};
    if (plan->without != NULL)
        return memory_copy_text(plan->without);
    world_missing_tools(plan, &tools);
    for (size_t i = 0; i < tools.count; i++)
        buffer_format(&reason, "%s%s", i > 0 ? ", " : "not on this machine: ", tools.items[i]);
    return buffer_take(&reason);
}

/* Of a scenario that is skipped, a missing program or baseline does not matter. */
static void find_skipped(struct suite_run *suite)
{
    for (size_t i = 0; i < suite->selection.count; i++)
        string_list_take(&suite->skipped, reason_to_skip(suite->selection.plans[i]));
}

static int report_all(const struct suite_run *suite)
{
    struct suite_result *result = suite->result;
    struct lg_error err = {0};
    int status = suite_exit_status(result);
    bool written = write_reports(result, &err);
    bool printed = print_report(
        result, option_given(suite->arguments, OPTION_JSON) ? "json" : "text", NULL, &err);
    if (!written || !printed)
        return result->signal != 0 ? status : worse_status(complain(&err), status);
    for (size_t i = 0; i < result->count; i++)
        if (result->only_leaks_fail && result->scenarios[i].problem == LG_ERROR_INVALID)
            fprintf(stderr, "leakgate: warning: %s is %s; --fail-on leak lets it pass\n",
                    result->scenarios[i].name, verdict_name(result->scenarios[i].verdict));
    return status;
}

static void add_scenario(struct suite_run *suite, size_t index)
{
    const struct plan *plan = suite->selection.plans[index];
    struct scenario_result *scenario =
        suite_add(suite->result, plan->name, plan->file, plan->title);
    free(scenario->operand);
    scenario->operand = suite_operand(suite, plan);
    scenario->without = plan->without != NULL;
    scenario->quarantine_reason = memory_copy_text(plan->quarantine.reason);
    scenario->quarantine_until = memory_copy_text(plan->quarantine.until);
    snprintf(scenario->today, sizeof scenario->today, "%.10s", suite->result->date);
    scenario->plan_difference = memory_copy_text(suite->plan_differences[index]);
    if (suite_is_skipped(suite, index))
        scenario_skip(scenario, suite->skipped.items[index]);
}

static void make_result(struct suite_run *suite)
{
    const struct arguments *arguments = suite->arguments;
    struct shard shard = option_shard(arguments);
    _cleanup_free_ char *options = suite_options_again(arguments, true);
    suite->result = suite_new(option_text(arguments, OPTION_REPORT),
                              option_text(arguments, OPTION_BASELINES), options);
    suite->result->only_leaks_fail = strcmp(option_text(arguments, OPTION_FAIL_ON), "leak") == 0;
    suite->result->require_all = option_given(arguments, OPTION_REQUIRE_ALL);
    if (suite->revision != NULL)
        suite->result->revision = memory_copy_text(revision_name(suite->revision));
    string_list_add_all(&suite->result->missing, &suite->missing);
    suite->result->shard = shard.index;
    suite->result->shards = shard.of;
    string_list_add_all(&suite->result->whole, &suite->whole);
    for (size_t i = 0; i < suite->selection.count; i++)
        add_scenario(suite, i);
}

static int run_suite(struct suite_run *suite)
{
    int status = load_scenarios(suite);
    if (status != EXIT_PASS)
        return status;
    find_skipped(suite);
    status = suite_load_baselines(suite);
    if (status == EXIT_PASS)
        status = suite_check_machine(suite);
    if (status != EXIT_PASS)
        return status;
    suite_compare_plans(suite);
    make_result(suite);
    suite_choose_jobs(suite);
    suite_expect_durations(suite);
    suite_print_estimate(suite);
    struct lg_error err = {0};
    if (!pool_run(suite, &err))
        status = complain(&err);
    int reported = report_all(suite);
    return suite->result->signal != 0 ? reported : worse_status(status, reported);
}

int command_run(const struct arguments *arguments)
{
    struct suite_run suite = {.arguments = arguments};
    int status = run_suite(&suite);
    suite_run_free(&suite);
    return status;
}
