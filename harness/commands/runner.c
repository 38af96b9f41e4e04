/*
 * The process that runs one scenario: its attempts one after the other, each under a guard, to a
 * verdict. With a control build, each attempt is preceded by one of the control, whose growth and
 * levels it is judged by: the two builds run in turns, so that a machine that changes in between is
 * seen by both.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/memory.h"
#include "commands/channel.h"
#include "commands/command.h"
#include "commands/report_directory.h"
#include "commands/suite_run.h"
#include "journal/run_files.h"
#include "measure/guard.h"
#include "measure/run.h"
#include "result/attempts.h"
#include "result/evidence.h"
#include "result/result_json.h"
#include "verdict/judge.h"
#include "verdict/locate.h"
#include "world/world.h"

/* Ends with its process: nothing is freed. */
struct scenario_run {
    const struct arguments *arguments;
    struct run_options options; /* plan, baseline and what else is the same in every attempt */
    struct scenario_result *result;
    const char *report;                     /* its directory */
    int writer;                             /* to leakgate, see channel.h */
    int signal;                             /* by which the user stopped it; 0: none */
    int64_t sighted;                        /* when the screening had seen growth */
    struct baseline *control;               /* what the last attempt of the control build showed */
    struct string_list control_left_behind; /* what outlived that */
    char *control_version;
};

/* Without a journal of its own there is only the error to go by. */
static void fail(struct scenario_run *run, const struct lg_error *err)
{
    run->result->verdict = err->class == LG_ERROR_NEED        ? VERDICT_SKIPPED
                           : err->class == LG_ERROR_INVALID   ? VERDICT_INVALID
                           : err->class == LG_ERROR_CANCELLED ? VERDICT_STOPPED
                                                              : VERDICT_FAILED;
    scenario_explain(run->result, err->class, err->text);
}

/* One attempt to its journal. False and an error when there is none to be judged. */
static bool run_attempt(struct scenario_run *run, const struct plan *plan, enum attempt attempt,
                        struct lg_error *err)
{
    struct scenario_result *result = run->result;
    _cleanup_free_ char *directory = attempt_directory(run->report, result->name, attempt);
    _cleanup_free_ char *journal = path_join(directory, JOURNAL_FILE);
    if (!directory_make(directory, 0755, err))
        return false;
    _cleanup_free_ char *world = world_new_root(err);
    if (world == NULL)
        return false;
    json_t *message = json_object();
    json_put(message, "attempt", json_integer(attempt));
    json_put(message, "journal", json_text(journal));
    json_put(message, "world", json_text(world));
    channel_write(run->writer, message);
    struct run_options options = run->options;
    options.plan = plan;
    options.world_root = world;
    options.directory = directory;
    options.attempt = attempt;
    struct guard_result guarded = {0};
    int64_t start = clock_now();
    bool done = guard_run(&options, option_given(run->arguments, OPTION_KEEP_WORLD), &guarded, err);
    result->seconds += clock_seconds_since(start);
    run->signal = guarded.cancelled_by;
    if (guarded.world_kept || access(world, F_OK) == 0)
        string_list_add(&result->worlds, world);
    string_list_add_all(&result->killed, &guarded.killed);
    string_list_free(&guarded.killed);
    return done;
}

/* --- The control build --- */

/* What the control showed becomes the baseline. A control that could not be measured leaves nothing
 * to judge by. */
static bool take_control(struct scenario_run *run, enum attempt attempt, struct lg_error *err)
{
    _cleanup_free_ char *directory = attempt_directory(run->report, run->result->name, attempt);
    _cleanup_free_ char *journal = path_join(directory, JOURNAL_FILE);
    struct run_record *record = run_record_read(journal, err);
    if (record == NULL) {
        err->class = LG_ERROR_INTERNAL;
        return false;
    }
    enum lg_error_class problem = run_record_problem(record);
    if (problem == LG_ERROR_NONE) {
        baseline_free(run->control);
        run->control = baseline_of_control(&record->series, &record->facts);
        run->options.baseline = run->control;
        const char *version = text_or(record->target.version, "");
        const char *go = text_or(record->target.go, "");
        free(run->control_version);
        run->control_version = memory_format("%s%s(%s)", version, *version != '\0' ? " " : "",
                                             *go != '\0' ? go : "no Go program");
        string_list_free(&run->control_left_behind);
        string_list_add_all(&run->control_left_behind, &record->end.left_behind);
        run->options.control_version = run->control_version;
        run->options.control_left_behind = &run->control_left_behind;
    } else {
        lg_fail(err, problem, 0, "of the control build: %s", record->facts.problem);
    }
    run_record_free(record);
    return problem == LG_ERROR_NONE;
}

/* True when there is no control, or it was measured. */
static bool run_control(struct scenario_run *run, enum attempt attempt, struct lg_error *err)
{
    static const enum attempt controls[ATTEMPT_COUNT] = {
        [ATTEMPT_SCREENING] = ATTEMPT_CONTROL,
        [ATTEMPT_AGAIN] = ATTEMPT_CONTROL_AGAIN,
        [ATTEMPT_THIRD] = ATTEMPT_CONTROL_THIRD,
    };
    enum attempt control = controls[attempt];
    const char *program = option_text(run->arguments, OPTION_CONTROL);
    if (program == NULL)
        return true;
    struct plan plan = *run->options.plan; /* the same, but of another program */
    struct string_list *command = &plan.target.command;
    _cleanup_free_ char **words = memory_array(command->count + 1, sizeof *words);
    memcpy(words, command->items, command->count * sizeof *words);
    words[0] = (char *)program;
    command->items = words;
    /* The control is judged by nothing: what drains is what grows. */
    run->options.baseline = NULL;
    run->options.control_version = NULL;
    run->options.control_left_behind = NULL;
    bool done = run_attempt(run, &plan, control, err);
    if (!done || !take_control(run, control, err))
        return false;
    return run->signal == 0 ||
           lg_fail(err, LG_ERROR_CANCELLED, 0, "stopped by signal %d", run->signal);
}

/* --- The budget --- */

static int64_t budget_left_ms(const struct scenario_run *run)
{
    return option_duration(run->arguments, OPTION_BUDGET) -
           (clock_now() - run->sighted) / NS_PER_MS;
}

/* How long the program took in the screening to be where its iterations are measured. */
static double warm_up_seconds(const struct series *series)
{
    for (size_t i = 0; i < series->count; i++)
        if (series->samples[i].phase == PHASE_IDLE || series->samples[i].phase == PHASE_LOOP)
            return series->samples[i].at;
    return 0;
}

/* --- The attempts --- */

/* Every allocation counted; all else is the same plan. */
static void run_locating(struct scenario_run *run)
{
    struct lg_error err = {0};
    int64_t left_ms = budget_left_ms(run);
    double needed_ms = 1000 * LOCATING_SLOWDOWN * warm_up_seconds(&run->result->record->series);
    if ((double)left_ms < needed_ms) {
        string_list_add(&run->result->left_out, "the locating run");
        return;
    }
    struct plan plan = *run->options.plan;
    plan.measure.heap_rate = 1;
    run->options.timeout_scale *= LOCATING_SLOWDOWN;
    run->options.locating = locating_of(run->result->judgement, left_ms);
    if (run_attempt(run, &plan, ATTEMPT_LOCATE, &err))
        scenario_locate(run->result, run->report);
    else
        complain(&err);
}

/* Where the user stops the run, what was seen so far stands, as it does when the report is read
 * again. */
static void run_confirmations(struct scenario_run *run)
{
    enum attempt next;
    int64_t took_ms = 0;
    while (run->signal == 0 && (next = scenario_wants(run->result)) != ATTEMPT_COUNT) {
        if (next >= ATTEMPT_TIMES && run->result->attempt_count == run->options.times)
            return;
        struct lg_error err = {0};
        int64_t left_ms = budget_left_ms(run);
        if (next == ATTEMPT_THIRD && left_ms < took_ms) {
            string_list_add(&run->result->left_out, "the third attempt");
            return;
        }
        bool ran = run_control(run, next, &err) && run_attempt(run, run->options.plan, next, &err);
        if (!ran && run->signal == 0) { /* one run alone is no verdict */
            lg_context(&err, "the growth that was seen could not be confirmed");
            fail(run, &err);
            run->result->lost = true;
        }
        if (!ran || !scenario_take(run->result, run->report, next))
            return;
        took_ms = left_ms - budget_left_ms(run);
    }
}

/* The screening, what confirms it, and where it grows; see verdict/confirm.h. The screening has
 * shown how long the rests of the others need to be. */
static void run_attempts(struct scenario_run *run)
{
    struct lg_error err = {0};
    if (!evidence_directory_make(run->report, run->result->name, &err) ||
        !run_control(run, ATTEMPT_SCREENING, &err) ||
        !run_attempt(run, run->options.plan, ATTEMPT_SCREENING, &err)) {
        fail(run, &err);
        return;
    }
    scenario_screen(run->result, run->report);
    if (option_given(run->arguments, OPTION_NO_CONFIRM))
        return;
    const struct run_record *record = run->result->record;
    struct plan plan = *run->options.plan;
    run->sighted = clock_now();
    if (record != NULL) {
        double since = record->end.at - series_loop_end(&record->series);
        run->sighted -= since > 0 ? (int64_t)(since * (double)NS_PER_SECOND) : 0;
        plan.measure.drain_ms = run_rest_needed(&plan, &record->series);
    }
    run->options.plan = &plan;
    run_confirmations(run);
    if (run->result->verdict == VERDICT_FAILED)
        return;
    scenario_conclude(run->result);
    bool bisects = run->arguments->command == COMMAND_BISECT; /* which asks for the verdict alone */
    if (run->signal == 0 && !bisects && scenario_wants_location(run->result))
        run_locating(run);
}

void runner_serve(struct suite_run *suite, size_t number, int writer, pid_t parent)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
        _exit(EXIT_INTERNAL);
    setsid();
    /* A leakgate that ends ends this process as well; a write to it must not do so before. */
    signal(SIGPIPE, SIG_IGN);
    const struct arguments *arguments = suite->arguments;
    const struct revision *revision = suite->revision;
    struct scenario_run run = {
        .arguments = arguments,
        .options = {.plan = suite->selection.plans[number],
                    .baseline = suite->baselines[number],
                    .baseline_revision = revision != NULL ? revision->name : NULL,
                    .baseline_commit = revision != NULL ? revision->commit : NULL,
                    .baseline_here = suite->baselines_here[number],
                    .approved = &suite->approved[number],
                    .plan_difference = suite->result->scenarios[number].plan_difference,
                    .times = measure_has_rests(&suite->selection.plans[number]->measure)
                                 ? option_number(arguments, OPTION_TIMES)
                                 : 0,
                    .play_iterations = option_number(arguments, OPTION_ITERATIONS),
                    .show = option_given(arguments, OPTION_SHOW),
                    .reproduce = suite->result->options,
                    .baselines = suite->result->baselines,
                    .timeout_scale = suite->timeout_scale},
        .result = &suite->result->scenarios[number],
        .report = option_text(arguments, OPTION_REPORT),
        .writer = writer,
    };
    run_attempts(&run);
    struct lg_error err = {0};
    enum verdict verdict = run.result->verdict;
    if ((verdict == VERDICT_PASS || verdict == VERDICT_SKIPPED) &&
        !evidence_forget(run.report, run.result->name, &err))
        complain(&err);
    json_t *result = scenario_to_json(run.result);
    json_put(result, "signal", json_integer(run.signal));
    json_t *message = json_object();
    json_put(message, "result", result);
    bool said = channel_write(writer, message);
    fflush(stderr);
    _exit(said ? EXIT_PASS : EXIT_INTERNAL);
}
