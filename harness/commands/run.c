#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "commands/command.h"
#include "commands/duration.h"
#include "commands/print_result.h"
#include "commands/progress.h"
#include "commands/report_directory.h"
#include "commands/resume.h"
#include "commands/revision.h"
#include "commands/run_scenario.h"
#include "commands/schedule.h"
#include "commands/selection.h"
#include "commands/side_by_side.h"
#include "measure/guard.h"
#include "probes/procfs.h"
#include "report/format.h"
#include "report/result_json.h"
#include "report/text_layout.h"
#include "world/world.h"

/* One `leakgate run` on its way. */
struct suite {
    const struct arguments *arguments;
    struct selection selection;
    struct baseline **baselines;      /* one for each plan; NULL: none */
    struct baseline **baselines_here; /* the working tree's, where a revision's judge */
    struct revision *revision;        /* of --baseline-ref; NULL: none */
    struct string_list skipped;       /* one for each plan: why it is skipped, "": it is not */
    double timeout_scale;
    struct string_list whole; /* of a shard: all that were split */
    double *seconds;          /* one for each plan: how long it is expected to take */
    unsigned jobs;
    struct resume *resumes; /* one for each plan */
    bool *done;             /* one for each plan that ran side by side */
    struct suite_result *result;
};

static void suite_end(struct suite *suite)
{
    for (size_t i = 0; suite->baselines != NULL && i < suite->selection.count; i++) {
        baseline_free(suite->baselines[i]);
        baseline_free(suite->baselines_here[i]);
    }
    free(suite->baselines);
    free(suite->baselines_here);
    revision_close(suite->revision);
    string_list_free(&suite->skipped);
    string_list_free(&suite->whole);
    free(suite->seconds);
    free(suite->resumes);
    free(suite->done);
    selection_free(&suite->selection);
    suite_free(suite->result);
}

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
static int take_shard(struct suite *suite)
{
    struct shard shard = option_shard(suite->arguments);
    if (shard.of == 0)
        return EXIT_PASS;
    for (size_t i = 0; i < suite->selection.count; i++)
        string_list_add(&suite->whole, suite->selection.plans[i]->name);
    selection_keep_shard(suite->arguments, &suite->selection);
    if (suite->selection.count == 0)
        fprintf(stderr, "shard %u of %u is empty: there are %zu scenarios in all\n", shard.index,
                shard.of, suite->whole.count);
    return EXIT_PASS;
}

/* --for: of the scenarios that are paced by time. */
static bool set_durations(const struct suite *suite, struct lg_error *err)
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
        if (!measure_last(&plan->measure, for_ms, err))
            return lg_context(err, "%s: --for", plan->name);
        any = true;
    }
    return any ||
           lg_fail(err, LG_ERROR_INPUT, 0,
                   "--for is for scenarios that are paced by time (measure: every, for), and "
                   "none of those chosen is");
}

static int load_scenarios(struct suite *suite)
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
    return take_shard(suite);
}

static char *reason_to_skip(const struct plan *plan)
{
    _cleanup_strings_ struct string_list tools = {0};
    struct buffer reason = BUFFER_INIT(SIZE_MAX);
    if (plan->without != NULL)
        return memory_copy_text(plan->without);
    world_missing_tools(plan, &tools);
    for (size_t i = 0; i < tools.count; i++)
        buffer_format(&reason, "%s%s", i > 0 ? ", " : "not on this machine: ", tools.items[i]);
    return buffer_take(&reason);
}

/* Of scenarios that will be skipped, a missing program or baseline is no matter. */
static void find_skipped(struct suite *suite)
{
    for (size_t i = 0; i < suite->selection.count; i++)
        string_list_take(&suite->skipped, reason_to_skip(suite->selection.plans[i]));
}

static bool is_skipped(const struct suite *suite, size_t index)
{
    return suite->skipped.items[index][0] != '\0';
}

static void put_option(struct buffer *out, const char *name, const char *value)
{
    _cleanup_free_ char *quoted = shell_quoted(value);
    buffer_format(out, "%s--%s %s", out->length > 0 ? " " : "", name, quoted);
}

/* The options that make the run what it is, so that the report can say how to play it again. */
static char *options_again(const struct arguments *arguments, bool with_revision)
{
    static const enum option kept[] = {OPTION_SCENARIOS, OPTION_BASELINES, OPTION_TARGET,
                                       OPTION_PROGRAM,   OPTION_CONTROL,   OPTION_ITERATIONS,
                                       OPTION_FOR};
    struct buffer out = BUFFER_INIT(SIZE_MAX);
    struct load_options options = load_options_of(arguments);
    for (size_t i = 0; i < option_table_count; i++) {
        const struct option_info *info = &option_table[i];
        const char *value =
            option_given(arguments, info->option) ? option_text(arguments, info->option) : NULL;
        if (info->option == OPTION_PROGRAM)
            value = options.program;
        for (size_t j = 0; value != NULL && j < sizeof kept / sizeof *kept; j++)
            if (info->option == kept[j])
                put_option(&out, info->name, value);
    }
    if (with_revision && option_given(arguments, OPTION_BASELINE_REF))
        put_option(&out, "baseline-ref", option_text(arguments, OPTION_BASELINE_REF));
    if (option_given(arguments, OPTION_NO_BASELINES))
        buffer_format(&out, "%s--no-baselines", out.length > 0 ? " " : "");
    if (option_given(arguments, OPTION_NO_CONFIRM))
        buffer_format(&out, "%s--no-confirm", out.length > 0 ? " " : "");
    return buffer_take(&out);
}

/* What names a plan's scenario to `leakgate run`: its name, or its file elsewhere. */
static char *operand_of(const struct suite *suite, const struct plan *plan)
{
    const char *directory = option_text(suite->arguments, OPTION_SCENARIOS);
    _cleanup_free_ char *file = memory_format("%s.yaml", plan->name);
    _cleanup_free_ char *path = path_join(directory, file);
    return memory_copy_text(strcmp(path, plan->file) == 0 ? plan->name : plan->file);
}

/* The two commands that measure a scenario without its baseline and store what was measured. */
static void print_how_to_accept(const struct suite *suite, const struct plan *plan)
{
    const struct arguments *arguments = suite->arguments;
    _cleanup_free_ char *operand = operand_of(suite, plan);
    _cleanup_free_ char *quoted = shell_quoted(operand);
    _cleanup_free_ char *again = options_again(arguments, false);
    _cleanup_buffer_ struct buffer accept = BUFFER_INIT(SIZE_MAX);
    buffer_text(&accept, plan->name);
    if (option_given(arguments, OPTION_REPORT))
        put_option(&accept, "from", option_text(arguments, OPTION_REPORT));
    if (option_given(arguments, OPTION_BASELINES))
        put_option(&accept, "baselines", option_text(arguments, OPTION_BASELINES));
    fprintf(stderr, "  leakgate run %s --no-baselines%s%s", quoted, *again != '\0' ? " " : "",
            again);
    if (option_given(arguments, OPTION_REPORT)) {
        _cleanup_free_ char *report = shell_quoted(option_text(arguments, OPTION_REPORT));
        fprintf(stderr, " --report %s", report);
    }
    fprintf(stderr, "\n  leakgate accept %s\n", buffer_string(&accept));
}

static int other_plan(const struct suite *suite, const struct plan *plan, const char *path)
{
    fprintf(stderr,
            "leakgate: %s is the baseline of another plan: %s or its target file has changed since "
            "it was accepted.\nMeasure it anew, and accept what you find right:\n",
            path, plan->file);
    print_how_to_accept(suite, plan);
    return EXIT_INPUT;
}

static int no_baseline(const struct suite *suite, const struct plan *plan, const char *path)
{
    fprintf(stderr, "leakgate: %s has no baseline %s. To make one from a run:\n", plan->name, path);
    print_how_to_accept(suite, plan);
    return EXIT_NOTHING_JUDGED;
}

/* The working tree's, which has to fit the plan in any case: a change of the scenario brings its
 * new baseline. */
static int load_baseline_here(struct suite *suite, size_t index, const char *path,
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

static int load_baseline(struct suite *suite, size_t index)
{
    struct plan *plan = suite->selection.plans[index];
    const char *directory = option_text(suite->arguments, OPTION_BASELINES);
    _cleanup_free_ char *path = baseline_path(directory, plan->target.name, plan->name);
    struct lg_error err = {0};
    if (suite->revision == NULL)
        return load_baseline_here(suite, index, path, &suite->baselines[index]);
    revision_hold_back_quarantine(suite->revision, plan);
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

static int open_revision(struct suite *suite)
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

static int load_baselines(struct suite *suite)
{
    int status = open_revision(suite);
    suite->baselines = memory_array(suite->selection.count, sizeof *suite->baselines);
    suite->baselines_here = memory_array(suite->selection.count, sizeof *suite->baselines_here);
    if (status != EXIT_PASS)
        return status;
    for (size_t i = 0; suite->arguments->command == COMMAND_BISECT && i < suite->selection.count;
         i++)
        lift_quarantine(suite->selection.plans[i]);
    if (option_given(suite->arguments, OPTION_NO_BASELINES) ||
        option_given(suite->arguments, OPTION_CONTROL) ||
        option_given(suite->arguments, OPTION_ITERATIONS))
        return EXIT_PASS;
    for (size_t i = 0; i < suite->selection.count; i++)
        if (!is_skipped(suite, i))
            status = worse_status(status, load_baseline(suite, i));
    return status;
}

static bool find_program(const struct plan *plan, struct lg_error *err)
{
    _cleanup_free_ char *program = world_find_program(plan, err);
    if (program != NULL)
        return true;
    fprintf(stderr,
            "leakgate: %s\nName the program by --program PATH or LEAKGATE_PROGRAM, or put "
            "it on PATH.\n",
            err->text);
    return false;
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
                   "--control wants the path of a program (./old or /tmp/old), not \"%s\"",
                   control);
}

/* What would make a run that cannot be gone on with. */
static bool check_resume(const struct arguments *arguments, struct lg_error *err)
{
    static const enum option others[] = {OPTION_CONTROL, OPTION_ITERATIONS};
    if (!option_given(arguments, OPTION_RESUME))
        return true;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (option_given(arguments, others[i]))
            return lg_fail(err, LG_ERROR_INPUT, 0, "--resume and --%s exclude each other",
                           option_name(others[i]));
    return resume_check_directory(option_text(arguments, OPTION_REPORT), err);
}

static bool find_resumes(struct suite *suite, struct lg_error *err)
{
    suite->resumes = memory_array(suite->selection.count + 1, sizeof *suite->resumes);
    if (!option_given(suite->arguments, OPTION_RESUME))
        return true;
    for (size_t i = 0; i < suite->selection.count; i++) {
        struct resumed resumed = {.directory = option_text(suite->arguments, OPTION_REPORT),
                                  .plan = suite->selection.plans[i],
                                  .baseline = suite->baselines[i],
                                  .baseline_here = suite->baselines_here[i]};
        if (!is_skipped(suite, i) && !resume_find(&resumed, &suite->resumes[i], err))
            return false;
    }
    return true;
}

/* All that can be known to be wrong before anything has started. */
static int check_machine(struct suite *suite)
{
    const char *directory = option_text(suite->arguments, OPTION_REPORT);
    struct lg_error err = {0};
    if (!find_control(suite->arguments, &err) || !check_resume(suite->arguments, &err))
        return complain(&err);
    for (size_t i = 0; i < suite->selection.count; i++)
        if (!is_skipped(suite, i) && !find_program(suite->selection.plans[i], &err))
            return (int)lg_exit_status(err.class);
    for (size_t i = 0; i < suite->selection.count; i++)
        if (!evidence_directory_check(directory, suite->selection.plans[i]->name, &err))
            return complain(&err);
    if (!find_resumes(suite, &err))
        return complain(&err);
    if (!report_directory_prepare(directory, &err) || !guard_take_signals(&err))
        return complain(&err);
    return EXIT_PASS;
}

static struct scenario_result *add_scenario(struct suite *suite, const struct plan *plan)
{
    struct scenario_result *scenario =
        suite_add(suite->result, plan->name, plan->file, plan->title);
    free(scenario->operand);
    scenario->operand = operand_of(suite, plan);
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
                    .play_iterations = option_number(arguments, OPTION_ITERATIONS),
                    .show = option_given(arguments, OPTION_SHOW),
                    .timeout_scale = suite->timeout_scale},
        .suite = suite->result,
        .result = &suite->result->scenarios[index],
        .progress = progress,
        .resume = suite->resumes[index],
    };
    run_scenario(&run);
    progress_end(progress, run.result);
}

static void run_in_turn(struct suite *suite)
{
    for (size_t i = 0; i < suite->selection.count; i++) {
        struct progress progress;
        if (is_skipped(suite, i))
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

/* --- Side by side --- */

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

/* The verdict is made here, from the journals, as `leakgate report` makes it. */
static void take_result(void *context, size_t index, const json_t *result, const char *why)
{
    struct suite *suite = context;
    struct scenario_result *scenario = &suite->result->scenarios[index];
    suite->done[index] = true;
    if (result == NULL) {
        scenario->verdict = VERDICT_FAILED;
        scenario->problem = LG_ERROR_INTERNAL;
        free(scenario->reason);
        scenario->reason = memory_copy_text(why);
        return;
    }
    scenario_read(scenario, suite->result->directory, result);
    if (suite->result->signal == 0)
        suite->result->signal = (int)json_get_integer(result, "signal", 0);
}

static size_t gather_work(const struct suite *suite, const char **names, size_t *numbers)
{
    size_t count = 0;
    _cleanup_free_ size_t *order = memory_array(suite->selection.count, sizeof *order);
    _cleanup_free_ struct schedule_item *items =
        memory_array(suite->selection.count, sizeof *items);
    for (size_t i = 0; i < suite->selection.count; i++) {
        names[i] = suite->selection.plans[i]->name;
        items[i] = (struct schedule_item){.name = names[i], .seconds = suite->seconds[i]};
    }
    schedule_longest_first(items, suite->selection.count, order);
    for (size_t i = 0; i < suite->selection.count; i++)
        if (!is_skipped(suite, order[i]))
            numbers[count++] = order[i];
    return count;
}

/* Not begun, and not skipped for a reason of its own. */
static void tell_not_run(struct suite *suite)
{
    bool stopped = suite->result->signal != 0;
    for (size_t i = 0; i < suite->selection.count; i++)
        if (!is_skipped(suite, i) && !suite->done[i])
            scenario_skip(&suite->result->scenarios[i],
                          stopped ? "not run: the run was stopped" : "not run");
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
                                .count = gather_work(suite, names, order),
                                .names = names,
                                .seconds = suite->seconds,
                                .screens = screens_of(suite),
                                .context = suite,
                                .run = run_apart,
                                .done = take_result};
    bool fine = side_by_side_run(&work, &signal, &err);
    if (signal != 0)
        suite->result->signal = signal;
    tell_not_run(suite);
    return fine ? EXIT_PASS : complain(&err);
}

static void add_scenarios(struct suite *suite)
{
    for (size_t i = 0; i < suite->selection.count; i++) {
        struct scenario_result *scenario = add_scenario(suite, suite->selection.plans[i]);
        scenario->without = suite->selection.plans[i]->without != NULL;
        if (is_skipped(suite, i))
            scenario_skip(scenario, suite->skipped.items[i]);
    }
}

static int run_all(struct suite *suite)
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

static size_t count_to_run(const struct suite *suite)
{
    size_t count = 0;
    for (size_t i = 0; i < suite->selection.count; i++)
        count += !is_skipped(suite, i);
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

static void choose_jobs(struct suite *suite)
{
    size_t count = count_to_run(suite);
    unsigned jobs = option_given(suite->arguments, OPTION_JOBS)
                        ? option_number(suite->arguments, OPTION_JOBS)
                        : jobs_by_default();
    if (jobs > count)
        jobs = count > 0 ? (unsigned)count : 1;
    suite->jobs = jobs_that_fit(jobs);
}

static void expect_durations(struct suite *suite)
{
    /* Played scenarios are not measured, and the time of a measured run says nothing of them. */
    bool measured = !option_given(suite->arguments, OPTION_ITERATIONS);
    suite->seconds = memory_array(suite->selection.count + 1, sizeof *suite->seconds);
    for (size_t i = 0; measured && i < suite->selection.count; i++) {
        const struct plan *plan = suite->selection.plans[i];
        const struct resume *resume = &suite->resumes[i];
        suite->seconds[i] = scenario_duration(suite->arguments, plan).seconds;
        if (resume->kind == RESUME_SEGMENT)
            suite->seconds[i] -= (double)(plan->measure.for_ms - resume->rest_ms) / 1000;
        if (resume->kind == RESUME_KEPT || suite->seconds[i] < 0)
            suite->seconds[i] = 0;
        if (option_given(suite->arguments, OPTION_CONTROL))
            suite->seconds[i] *= 2;
    }
}

static void print_what_comes(const struct suite *suite)
{
    size_t count = count_to_run(suite);
    if (count == 0 || option_given(suite->arguments, OPTION_ITERATIONS))
        return;
    _cleanup_free_ const char **names = memory_array(suite->selection.count, sizeof *names);
    _cleanup_free_ size_t *order = memory_array(suite->selection.count, sizeof *order);
    _cleanup_free_ double *seconds = memory_array(count, sizeof *seconds);
    _cleanup_free_ double *free_in = memory_array(suite->jobs, sizeof *free_in);
    gather_work(suite, names, order);
    for (size_t i = 0; i < count; i++)
        seconds[i] = suite->seconds[order[i]];
    double span = schedule_span(seconds, count, free_in, suite->jobs);
    if (span <= 0) /* all of them ended before (--resume) */
        return;
    _cleanup_free_ char *text = duration_describe(count, span, suite->jobs);
    fprintf(stderr, "%s\n", text);
}

static int report_all(const struct suite *suite)
{
    const struct suite_result *result = suite->result;
    struct lg_error err = {0};
    int status = suite_exit_status(result);
    bool written = report_formats_write(result, &err);
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

static void make_result(struct suite *suite)
{
    const struct arguments *arguments = suite->arguments;
    struct shard shard = option_shard(arguments);
    _cleanup_free_ char *options = options_again(arguments, true);
    suite->result = suite_new(option_text(arguments, OPTION_REPORT),
                              option_text(arguments, OPTION_BASELINES), options);
    suite->result->only_leaks_fail = strcmp(option_text(arguments, OPTION_FAIL_ON), "leak") == 0;
    suite->result->require_all = option_given(arguments, OPTION_REQUIRE_ALL);
    suite->result->shard = shard.index;
    suite->result->shards = shard.of;
    for (size_t i = 0; i < suite->whole.count; i++)
        string_list_add(&suite->result->whole, suite->whole.items[i]);
}

static int run_suite(struct suite *suite)
{
    int status = load_scenarios(suite);
    if (status != EXIT_PASS)
        return status;
    find_skipped(suite);
    status = load_baselines(suite);
    if (status == EXIT_PASS)
        status = check_machine(suite);
    if (status != EXIT_PASS)
        return status;
    make_result(suite);
    choose_jobs(suite);
    expect_durations(suite);
    print_what_comes(suite);
    status = run_all(suite);
    int reported = report_all(suite);
    return suite->result->signal != 0 ? reported : worse_status(status, reported);
}

int command_run(const struct arguments *arguments)
{
    struct suite suite = {.arguments = arguments};
    int status = run_suite(&suite);
    suite_end(&suite);
    return status;
}
