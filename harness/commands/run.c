/* `leakgate run` from its arguments to its exit status; suite_run.h says where its parts are. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "commands/build_program.h"
#include "commands/command.h"
#include "commands/comparison.h"
#include "commands/find_reports.h"
#include "commands/print_result.h"
#include "commands/report_directory.h"
#include "commands/schedule.h"
#include "commands/suite_run.h"
#include "measure/stop_signals.h"
#include "report/format.h"
#include "result/exit_status.h"
#include "verdict/sum.h"
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

/* --for: of the scenarios that are paced by time. A shard may have none of them, and neither what
 * is played again of a suite that has some. */
static bool set_durations(const struct suite_run *suite, struct lg_error *err)
{
    int64_t for_ms = option_duration(suite->arguments, OPTION_FOR);
    bool any = false;
    if (for_ms == 0)
        return true;
    if (option_given(suite->arguments, OPTION_ITERATIONS))
        return lg_fail(err, LG_ERROR_INPUT, 0, "--for and --iterations cannot be used together");
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

/* --times: of the scenarios that have the rests whose differences it adds up. */
static bool check_times(const struct suite_run *suite, struct lg_error *err)
{
    static const enum option others[] = {OPTION_CONTROL, OPTION_FOR, OPTION_ITERATIONS,
                                         OPTION_NO_CONFIRM};
    unsigned times = option_number(suite->arguments, OPTION_TIMES);
    bool any = false;
    if (!option_given(suite->arguments, OPTION_TIMES))
        return true;
    if (times < SUM_LEAST || times > SUM_MOST)
        return lg_fail(err, LG_ERROR_INPUT, 0, "--times needs a number from %d to %d, not %u",
                       SUM_LEAST, SUM_MOST, times);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (option_given(suite->arguments, others[i]))
            return lg_fail(err, LG_ERROR_INPUT, 0, "--times and --%s cannot be used together",
                           option_name(others[i]));
    for (size_t i = 0; i < suite->selection.count; i++)
        any = any || measure_has_rests(&suite->selection.plans[i]->measure);
    if (!any)
        fputs("leakgate: warning: --times is for scenarios that count iterations and rest after "
              "them (measure: drain), and none of those chosen does\n",
              stderr);
    return true;
}

static int load_scenarios(struct suite_run *suite)
{
    struct lg_error err = {0};
    _cleanup_strings_ struct string_list files = {0};
    struct diagnostics problems = {0};
    if (!read_timeout_scale(&suite->timeout_scale, &err) ||
        !selection_files(suite->arguments, &files, &err))
        return complain(&err);
    bool fine = selection_load(suite->arguments, &files, &suite->selection, &problems);
    complain_of_all(&problems);
    if (!fine)
        return EXIT_INPUT;
    if (suite->selection.count == 0) {
        print_no_scenario(suite->arguments);
        return EXIT_NOTHING_JUDGED;
    }
    return check_times(suite, &err) && set_durations(suite, &err) ? EXIT_PASS : complain(&err);
}

/* An empty shard is one all the same: who splits a suite by a fixed number must not fail when it
 * has fewer scenarios. */
static void begin_result(struct suite_run *suite)
{
    const struct arguments *arguments = suite->arguments;
    struct selection *selection = &suite->selection;
    struct shard shard = option_shard(arguments);
    _cleanup_free_ char *options = suite_options_again(arguments, true);
    struct suite_result *result = suite_new(option_text(arguments, OPTION_REPORT),
                                            option_text(arguments, OPTION_BASELINES), options);
    suite->result = result;
    result->only_leaks_fail = strcmp(option_text(arguments, OPTION_FAIL_ON), "leak") == 0;
    result->source_url = memory_copy_text(option_text(arguments, OPTION_SOURCE_URL));
    result->require_all = option_given(arguments, OPTION_REQUIRE_ALL);
    result->shard = shard.index;
    result->shards = shard.of;
    for (size_t i = 0; shard.of > 0 && i < selection->count; i++)
        string_list_add(&result->whole, selection->plans[i]->name);
    selection_keep_shard(arguments, selection);
    if (selection->count == 0)
        fprintf(stderr, "shard %u of %u is empty: there are %zu scenarios in all\n", shard.index,
                shard.of, result->whole.count);
    for (size_t i = 0; i < selection->count; i++) {
        const struct plan *plan = selection->plans[i];
        struct scenario_result *scenario = suite_add(result, plan->name, plan->file, plan->title);
        _cleanup_free_ char *file = memory_format("%s.yaml", plan->name);
        _cleanup_free_ char *path = path_join(option_text(arguments, OPTION_SCENARIOS), file);
        if (strcmp(path, plan->file) != 0) {
            free(scenario->operand);
            scenario->operand = memory_copy_text(plan->file);
        }
        scenario->without = plan->without != NULL;
        snprintf(scenario->today, sizeof scenario->today, "%.10s", result->date);
    }
}

/* Of a scenario that is skipped, a missing program or baseline does not matter. */
static void find_skipped(struct suite_run *suite)
{
    for (size_t i = 0; i < suite->selection.count; i++) {
        const struct plan *plan = suite->selection.plans[i];
        _cleanup_strings_ struct string_list tools = {0};
        _cleanup_buffer_ struct buffer reason = {0};
        if (plan->without != NULL)
            buffer_text(&reason, plan->without);
        else
            world_missing_tools(plan, &tools);
        for (size_t t = 0; t < tools.count; t++)
            buffer_format(&reason, "%s%s", t > 0 ? ", " : "not on this machine: ", tools.items[t]);
        if (reason.length > 0)
            scenario_skip(&suite->result->scenarios[i], buffer_string(&reason));
    }
}

static bool is_chosen(const struct suite_run *suite, const char *name)
{
    for (size_t i = 0; i < suite->selection.count; i++)
        if (strcmp(suite->selection.plans[i]->name, name) == 0)
            return true;
    return string_list_contains(&suite->result->whole, name);
}

/* Scenarios that would have been chosen at the revision, and are not here. Where the scenarios are
 * named, the names say what is run. */
static void find_missing(struct suite_run *suite, const struct load_options *options)
{
    const char *directory = option_text(suite->arguments, OPTION_SCENARIOS);
    _cleanup_strings_ struct string_list names = {0};
    if (suite->arguments->operands.count > 0 ||
        !revision_scenarios(suite->revision, directory, &names, NULL))
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
                &suite->result->missing,
                memory_format("scenario %s: %s", names.items[i],
                              gone ? "its file is gone"
                                   : "it is not chosen any more, by its tags or on_request"));
    }
}

/* What a run by --baseline-ref finds changed in the scenarios since the revision. */
static void compare_plans(struct suite_run *suite)
{
    struct load_options options = load_options_of(suite->arguments);
    struct comparison comparison = {0};
    bool is_new = false;
    if (suite->revision == NULL)
        return;
    for (size_t i = 0; i < suite->selection.count; i++)
        suite->result->scenarios[i].plan_difference =
            plan_difference(&comparison, suite->revision, suite->selection.plans[i], &is_new);
    comparison_free(&comparison);
    find_missing(suite, &options);
}

/* A path, for it stands beside the program that has the name. */
static bool find_control(const struct arguments *arguments, struct lg_error *err)
{
    const char *control = option_text(arguments, OPTION_CONTROL);
    struct stat status;
    if (control == NULL || (strchr(control, '/') != NULL && stat(control, &status) == 0 &&
                            S_ISREG(status.st_mode) && access(control, X_OK) == 0))
        return true;
    return lg_fail(err, LG_ERROR_INPUT, 0,
                   "--control needs the path of a program (./old or /tmp/old), not \"%s\"",
                   control);
}

/* All that can be known to be wrong before anything has started. */
static int check_machine(struct suite_run *suite)
{
    const char *directory = option_text(suite->arguments, OPTION_REPORT);
    struct lg_error err = {0};
    if (!find_control(suite->arguments, &err))
        return complain(&err);
    for (size_t i = 0; i < suite->selection.count; i++) {
        if (suite_is_skipped(suite, i))
            continue;
        _cleanup_free_ char *program = world_find_program(suite->selection.plans[i], &err);
        if (program != NULL)
            continue;
        fprintf(
            stderr,
            "leakgate: %s\nName the program by --program PATH or LEAKGATE_PROGRAM, or put it on "
            "PATH.\n",
            err.text);
        return (int)lg_exit_status(err.class);
    }
    for (size_t i = 0; i < suite->selection.count; i++)
        if (!evidence_directory_check(directory, suite->selection.plans[i]->name, &err))
            return complain(&err);
    if (!report_directory_prepare(directory, &err) || !stop_signals_block(&err))
        return complain(&err);
    return EXIT_PASS;
}

static int report_all(const struct suite_run *suite)
{
    struct suite_result *result = suite->result;
    struct lg_error err = {0};
    int status = suite_exit_status(result);
    bool written = write_reports(result, &err);
    bool printed =
        print_report(result, option_given(suite->arguments, OPTION_JSON) ? "json" : "text",
                     option_given(suite->arguments, OPTION_VERBOSE), NULL, &err);
    if (!written || !printed)
        return result->signal != 0 ? status : worse_status(complain(&err), status);
    for (size_t i = 0; i < result->count; i++)
        if (result->only_leaks_fail && result->scenarios[i].problem == LG_ERROR_INVALID)
            fprintf(stderr, "leakgate: warning: %s is %s; --fail-on leak lets it pass\n",
                    result->scenarios[i].name, verdict_name(result->scenarios[i].verdict));
    return status;
}

static int run_suite(struct suite_run *suite)
{
    struct lg_error err = {0};
    int status = load_scenarios(suite);
    if (status != EXIT_PASS)
        return status;
    begin_result(suite);
    if (!compare_with_report(suite->result, option_text(suite->arguments, OPTION_COMPARE), &err))
        return complain(&err);
    find_skipped(suite);
    status = suite_load_baselines(suite);
    if (status == EXIT_PASS)
        status = build_program(suite->arguments);
    if (status == EXIT_PASS)
        status = check_machine(suite);
    if (status != EXIT_PASS)
        return status;
    compare_plans(suite);
    suite_schedule(suite);
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
