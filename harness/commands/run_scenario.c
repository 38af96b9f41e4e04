#include "commands/run_scenario.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/memory.h"
#include "commands/command.h"
#include "commands/report_directory.h"
#include "measure/guard.h"
#include "report/attempts.h"
#include "report/evidence.h"
#include "report/judging.h"
#include "verdict/control.h"
#include "verdict/locate.h"
#include "world/world.h"

/* Without a journal of its own there is only the error to go by. */
static void fail(struct scenario_run *run, const struct lg_error *err)
{
    struct scenario_result *result = run->result;
    if (err->class == LG_ERROR_NEED) {
        scenario_skip(result, err->text);
        return;
    }
    result->verdict = err->class == LG_ERROR_INVALID ? VERDICT_INVALID : VERDICT_FAILED;
    result->problem = err->class;
    free(result->reason);
    result->reason = memory_copy_text(err->text);
}

/* Under the guard, with the progress shown. */
static bool guard_attempt(struct scenario_run *run, const struct run_options *options,
                          struct lg_error *err)
{
    struct scenario_result *result = run->result;
    bool keep = option_given(run->arguments, OPTION_KEEP_WORLD);
    struct guard_result guarded = {0};
    int64_t start = clock_now();
    bool done = guard_run(options, keep, progress_tick, run->progress, &guarded, err);
    result->seconds += clock_seconds_since(start);
    run->suite->signal = guarded.cancelled_by;
    if (guarded.world_kept || access(options->world_root, F_OK) == 0)
        string_list_add(&result->worlds, options->world_root);
    string_list_add_all(&result->killed, &guarded.killed);
    string_list_free(&guarded.killed);
    return done;
}

/* Where the attempt's files go; made here. NULL and an error when it cannot be. */
static char *make_directory(const struct scenario_run *run, enum attempt attempt,
                            struct lg_error *err)
{
    const char *report = option_text(run->arguments, OPTION_REPORT);
    _cleanup_free_ char *directory = attempt_directory(report, run->result->name, attempt);
    return directory_make(directory, 0755, err) ? take_pointer(directory) : NULL;
}

/* Runs one attempt to its journal in `directory`. False and an error when there is none to be
 * judged. */
static bool run_in(struct scenario_run *run, const struct plan *plan, enum attempt attempt,
                   const char *directory, struct lg_error *err)
{
    _cleanup_free_ char *world = world_new_root(err);
    if (world == NULL)
        return false;
    _cleanup_free_ char *journal = path_join(directory, JOURNAL_FILE);
    struct run_options options = run->options;
    options.plan = plan;
    options.world_root = world;
    options.directory = directory;
    options.attempt = attempt;
    progress_attempt(run->progress, attempt, journal);
    progress_world(run->progress, world);
    bool done = guard_attempt(run, &options, err);
    progress_attempt_end(run->progress);
    return done;
}

static bool run_attempt(struct scenario_run *run, const struct plan *plan, enum attempt attempt,
                        struct lg_error *err)
{
    _cleanup_free_ char *directory = make_directory(run, attempt, err);
    return directory != NULL && run_in(run, plan, attempt, directory, err);
}

/* --- The control build --- */

/* The same plan with another program; its argv is freed by the caller. */
static struct plan plan_of_control(const struct scenario_run *run, const char *program)
{
    struct plan plan = *run->options.plan;
    struct string_list *command = &plan.target.command;
    char **items = memory_array(command->count + 1, sizeof *items);
    memcpy(items, command->items, command->count * sizeof *items);
    items[0] = (char *)program;
    command->items = items;
    return plan;
}

static void take_control_version(struct scenario_run *run, const struct run_record *record)
{
    const char *version = text_or(record->target.version, "");
    const char *go = text_or(record->target.go, "");
    free(run->control_version);
    run->control_version = memory_format("%s%s(%s)", version, *version != '\0' ? " " : "",
                                         *go != '\0' ? go : "no Go program");
}

/* What the control showed becomes the baseline. A control that could not be measured leaves nothing
 * to judge by. */
static bool take_control(struct scenario_run *run, const char *journal, struct lg_error *err)
{
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
        take_control_version(run, record);
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

static enum attempt control_of(enum attempt attempt)
{
    switch (attempt) {
    case ATTEMPT_SCREENING:
        return ATTEMPT_CONTROL;
    case ATTEMPT_AGAIN:
        return ATTEMPT_CONTROL_AGAIN;
    case ATTEMPT_THIRD:
        return ATTEMPT_CONTROL_THIRD;
    case ATTEMPT_LOCATE:
    case ATTEMPT_CONTROL:
    case ATTEMPT_CONTROL_AGAIN:
    case ATTEMPT_CONTROL_THIRD:
    case ATTEMPT_COUNT:
        break;
    }
    return ATTEMPT_COUNT;
}

/* True when there is no control, or it was measured. */
static bool run_control(struct scenario_run *run, enum attempt attempt, struct lg_error *err)
{
    const char *program = option_text(run->arguments, OPTION_CONTROL);
    if (program == NULL)
        return true;
    const char *report = option_text(run->arguments, OPTION_REPORT);
    struct plan plan = plan_of_control(run, program);
    /* The control is judged by nothing: what drains is what grows. */
    run->options.baseline = NULL;
    run->options.control_version = NULL;
    run->options.control_left_behind = NULL;
    bool done = run_attempt(run, &plan, control_of(attempt), err);
    free(plan.target.command.items);
    if (!done)
        return false;
    _cleanup_free_ char *directory =
        attempt_directory(report, run->result->name, control_of(attempt));
    _cleanup_free_ char *journal = path_join(directory, JOURNAL_FILE);
    if (!take_control(run, journal, err))
        return false;
    return run->suite->signal == 0 ||
           lg_fail(err, LG_ERROR_CANCELLED, 0, "stopped by signal %d", run->suite->signal);
}

/* --- The attempts --- */

/* Every allocation counted; all else is the same plan. */
static void run_locating(struct scenario_run *run)
{
    struct lg_error err = {0};
    struct plan plan = *run->options.plan;
    plan.measure.heap_rate = 1;
    run->options.timeout_scale *= LOCATING_SLOWDOWN;
    run->options.locating_iterations = locating_iterations(run->result->judgement);
    if (run_attempt(run, &plan, ATTEMPT_LOCATE, &err))
        scenario_locate(run->result, option_text(run->arguments, OPTION_REPORT));
    else
        complain(&err);
}

/* An attempt that cannot be made leaves nothing to confirm by, and one run alone is no verdict. */
static bool lose(struct scenario_run *run, struct lg_error *err)
{
    lg_context(err, "the growth that was seen could not be confirmed");
    fail(run, err);
    run->result->lost = true;
    return false;
}

/* One attempt more. False when there is to be no other: where the user stopped the run, what was
 * seen so far stands, as it does when the report is read again. */
static bool run_confirming(struct scenario_run *run, enum attempt attempt)
{
    struct lg_error err = {0};
    if (!run_control(run, attempt, &err) || !run_attempt(run, run->options.plan, attempt, &err))
        return run->suite->signal == 0 && lose(run, &err);
    return scenario_take(run->result, option_text(run->arguments, OPTION_REPORT), attempt);
}

/* Confirms what the screening found, and finds where it grows; see verdict/confirm.h. */
static void run_further(struct scenario_run *run)
{
    enum attempt next;
    while (run->suite->signal == 0 && (next = scenario_wants(run->result)) != ATTEMPT_COUNT)
        if (!run_confirming(run, next))
            break;
    if (run->result->verdict == VERDICT_FAILED)
        return;
    scenario_conclude(run->result);
    bool bisects = run->arguments->command == COMMAND_BISECT; /* which asks for the verdict alone */
    if (run->suite->signal == 0 && !bisects && scenario_wants_location(run->result))
        run_locating(run);
}

static void run_attempts(struct scenario_run *run)
{
    const char *report = option_text(run->arguments, OPTION_REPORT);
    struct lg_error err = {0};
    _cleanup_free_ char *directory = evidence_directory_make(report, run->result->name, &err);
    if (directory == NULL || !run_control(run, ATTEMPT_SCREENING, &err) ||
        !run_attempt(run, run->options.plan, ATTEMPT_SCREENING, &err)) {
        fail(run, &err);
        return;
    }
    scenario_screen(run->result, report);
    if (!option_given(run->arguments, OPTION_NO_CONFIRM))
        run_further(run);
}

/* What was kept in case it is red. */
static void forget_evidence(const struct scenario_run *run)
{
    const char *report = option_text(run->arguments, OPTION_REPORT);
    struct lg_error err = {0};
    if (run->result->verdict != VERDICT_PASS && run->result->verdict != VERDICT_SKIPPED)
        return;
    if (!evidence_forget(report, run->result->name, &err))
        complain(&err);
}

void run_scenario(struct scenario_run *run)
{
    run_attempts(run);
    forget_evidence(run);
    baseline_free(run->control);
    free(run->control_version);
    string_list_free(&run->control_left_behind);
    run->control = NULL;
    run->control_version = NULL;
}
