/* A run from its start to its end; what is measured in between is in phases.c. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/pidfd.h"
#include "measure/identify.h"
#include "measure/run_private.h"
#include "measure/stop_signals.h"
#include "driver/process.h"
#include "driver/world_steps.h"
#include "probes/procfs.h"

enum {
    STDERR_TAIL_LINES = 50,
    /* What a target that is stuck may take to open its pprof port. */
    OPEN_MS = 2000
};

double run_seconds(const struct run *run)
{
    return run->started != 0 ? (double)(clock_now() - run->started) / (double)NS_PER_SECOND : 0;
}

static void on_step(void *context, const struct step_report *report)
{
    struct run *run = context;
    run_write_step(run, report);
    if (run->options->show)
        run_write_screen(run, SCREEN_STEP, report->step->source);
}

static void on_snapshot(void *context, const char *name, const struct string_list *rows)
{
    run_write_rows(context, SCREEN_SNAPSHOT, name, rows);
}

static void on_signal(void *context, uint32_t events)
{
    struct run *run = context;
    struct signalfd_siginfo info;
    (void)events;
    while (read(run->signals, &info, sizeof info) == (ssize_t)sizeof info)
        if (loop_stopped(run->loop) == 0)
            loop_stop(run->loop, (int)info.ssi_signo);
}

static void on_deadline(void *context, uint32_t events)
{
    struct run *run = context;
    (void)events;
    run->over_time = true;
    loop_unwatch(run->loop, run->timer);
    loop_stop(run->loop, SIGALRM);
}

/* Steps have deadlines of their own; the timer is for a scenario of thousands of slow ones. */
static bool watch_signals_and_deadline(struct run *run, struct lg_error *err)
{
    if (!stop_signals_block(err))
        return false;
    run->signals = stop_signals_open(err);
    if (run->signals < 0 || !loop_watch(run->loop, run->signals, EPOLLIN, on_signal, run, err))
        return false;
    double scale = run->options->timeout_scale > 0 ? run->options->timeout_scale : 1;
    int64_t ms = (int64_t)(DEADLINE_SCENARIO_MS * scale) + run->plan->measure.for_ms +
                 run->plan->measure.drain_ms;
    struct itimerspec when = {.it_value = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * NS_PER_MS}};
    run->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (run->timer < 0 || timerfd_settime(run->timer, 0, &when, NULL) != 0)
        return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot set a timer");
    return loop_watch(run->loop, run->timer, EPOLLIN, on_deadline, run, err);
}

static bool check_inotify(struct lg_error *err)
{
    unsigned free_instances = inotify_instances_free(RUN_INOTIFY_INSTANCES);
    if (free_instances >= RUN_INOTIFY_INSTANCES)
        return true;
    return lg_fail(err, LG_ERROR_INVALID, 0,
                   "only %u inotify instances are free for this user, %d are needed: a leak of "
                   "watchers would be cut off (see fs.inotify.max_user_instances)",
                   free_instances, RUN_INOTIFY_INSTANCES);
}

static bool begin(struct run *run, struct lg_error *err)
{
    run->program = world_find_program(run->plan, err);
    if (run->program == NULL || !watch_signals_and_deadline(run, err) || !check_inotify(err))
        return false;
    run->world = world_make(run->plan, run->options->world_root, err);
    struct step_context context = {.loop = run->loop,
                                   .world = run->world,
                                   .timeout_scale = run->options->timeout_scale,
                                   .default_ms = DEADLINE_STEP_MS};
    if (run->world == NULL || !world_steps_play(&context, &run->plan->prepare, on_step, run, err))
        return false;
    _cleanup_free_ char *recording = path_join(run->options->directory, RECORDING_FILE);
    _cleanup_free_ char *errors = path_join(run->options->directory, STDERR_FILE);
    struct target_options options = {.program = run->program,
                                     .recording_path = recording,
                                     .stderr_path = errors,
                                     .timeout_scale = run->options->timeout_scale,
                                     .listener = on_step,
                                     .context = run,
                                     .snapshot = on_snapshot};
    if (run->options->terminal != NULL) {
        options.output = run_by_hand_output;
        if (!run_open_by_hand(run, err))
            return false;
    }
    run->version_line = identify_version(run->loop, run->world, run->program);
    run->target = target_start(run->loop, run->plan, run->world, &options, err);
    if (run->target == NULL)
        return false;
    run->started = run->target->started;
    return target_ready(run->target, err);
}

/* What is alive after the target's end; what is just ending gets a moment. Processes that are not
 * our children end without an event for us, so this asks again. */
static void find_left_behind(struct run *run, struct string_list *names)
{
    sessions_end(run->loop, run->world);
    int64_t deadline = clock_deadline(DEADLINE_LEFT_BEHIND_MS);
    do {
        string_list_free(names);
        process_descendants_alive(0, names);
        if (names->count == 0)
            return;
        loop_rest(run->loop, 20, NULL);
    } while (clock_now() < deadline && loop_stopped(run->loop) == 0);
}

/* Measured in whole, a target that is too busy to quit is judged by what it burns. That it did not
 * quit is a finding beside that; it is ended with the run. */
static bool is_too_busy(struct run *run, const struct lg_error *problem)
{
    run->end.too_busy_to_quit = run->target->too_busy && problem->class == LG_ERROR_TARGET &&
                                run->options->play_iterations == 0 &&
                                !target_has_ended(run->target);
    if (!run->end.too_busy_to_quit)
        return false;
    sessions_end(run->loop, run->world);
    string_list_take(&run->end.left_behind, memory_format("%s (%d)", run->plan->target.name,
                                                          (int)run->target->process.pid));
    return true;
}

static bool quit(struct run *run, struct lg_error *err)
{
    if (!run_enter_phase(run, PHASE_QUIT, 0, err))
        return false;
    run_write_screen(run, SCREEN_FINAL, "");
    struct lg_error problem = {0};
    if (!target_quit(run->target, &problem)) {
        if (is_too_busy(run, &problem))
            return true;
        *err = problem;
        return false;
    }
    world_sessions_left(run->loop, run->world, &run->end.sessions_left);
    find_left_behind(run, &run->end.left_behind);
    world_counts_files_left(&run->world_counts, run->world, &run->end.files_left);
    return true;
}

static bool save_screen(struct run *run, struct lg_error *err)
{
    if (run->target == NULL)
        return true;
    _cleanup_strings_ struct string_list rows = {0};
    _cleanup_buffer_ struct buffer text = {0};
    _cleanup_free_ char *path = path_join(run->options->directory, SCREEN_FILE);
    terminal_text(run->target->terminal, &rows);
    for (size_t i = 0; i < rows.count; i++)
        buffer_format(&text, "%s\n", rows.items[i]);
    return file_write_atomic(path, buffer_string(&text), text.length, err);
}

/* Where every goroutine stands: at the end of what was measured, and when the target no longer does
 * what is expected of it. */
static void save_goroutines(struct run *run)
{
    if (run->target == NULL || run->by_hand != NULL || loop_stopped(run->loop) != 0 ||
        target_has_ended(run->target) ||
        (run->probe == NULL && !run_open_probe(run, OPEN_MS, NULL)))
        return;
    if (probe_pprof(run->probe) != NULL)
        evidence_take_goroutines(&run->evidence, probe_pprof(run->probe));
}

/* The target may end by what is done to it: it is not asked to quit. */
static bool act_instead(struct run *run, const struct run_instead *instead, struct lg_error *err)
{
    bool fine = run_open_probe(run, DEADLINE_PPROF_MS, err) &&
                instead->act(instead->context, run->target, run->probe, err);
    sessions_end(run->loop, run->world);
    return fine;
}

static bool whole_run(struct run *run, struct lg_error *err)
{
    const struct run_options *options = run->options;
    if (!begin(run, err) || !target_play(run->target, &run->plan->setup, 0, err))
        return false;
    if (options->instead != NULL)
        return act_instead(run, options->instead, err);
    if (options->terminal != NULL)
        return run_by_hand(run, err);
    bool done = options->play_iterations > 0         ? run_play(run, err)
                : options->attempt == ATTEMPT_LOCATE ? run_locate(run, err)
                                                     : run_measure(run, err);
    if (!done)
        return false;
    if (options->play_iterations == 0)
        save_goroutines(run);
    return save_screen(run, err) && quit(run, err);
}

static bool record_problem(struct run *run, const struct lg_error *problem, struct lg_error *err)
{
    _cleanup_free_ char *tail =
        run->target != NULL ? target_stderr_tail(run->target, STDERR_TAIL_LINES) : NULL;
    run_write_screen(run, SCREEN_FAILED, problem->where);
    save_goroutines(run);
    return save_screen(run, err) && run_write_failure(run, problem, text_or(tail, ""), err);
}

static void release(struct run *run)
{
    run->series.holders = NULL; /* the probe's */
    series_free(&run->series);
    world_counts_free(&run->world_counts);
    probe_close(run->probe);
    run_close_by_hand(run);
    target_free(run->target);
    world_free(run->world);
    loop_free(run->loop);
    cleanup_close(&run->signals);
    cleanup_close(&run->timer);
    string_list_free(&run->reference);
    string_list_free(&run->end.left_behind);
    string_list_free(&run->end.files_left.names);
    string_list_free(&run->end.sessions_left.names);
    free(run->goroutineleak);
    free(run->program);
    free(run->version_line);
}

/* The journal could not be written: this is the one thing that is said elsewhere. */
static int say_internal(const struct lg_error *err)
{
    dprintf(STDERR_FILENO, "leakgate: %s\n", err->text);
    return EXIT_INTERNAL;
}

static unsigned total_iterations(const struct run_options *options)
{
    const struct measure_plan *measure = &options->plan->measure;
    if (options->play_iterations > 0)
        return options->play_iterations;
    if (options->attempt == ATTEMPT_LOCATE)
        return measure->warmup + options->locating.iterations;
    if (measure->every_ms > 0)
        return measure->samples;
    return measure->warmup + (measure->samples - 1) * measure->iterations_per_sample;
}

int run_worker(const struct run_options *options)
{
    struct lg_error err = {0};
    struct lg_error problem = {0};
    struct run run = {.options = options,
                      .plan = options->plan,
                      .signals = -1,
                      .timer = -1,
                      .end = {.files_left = {.count = JOURNAL_ABSENT},
                              .sessions_left = {.count = JOURNAL_ABSENT}},
                      .iterations_total = total_iterations(options)};
    _cleanup_free_ char *path = path_join(options->directory, JOURNAL_FILE);
    evidence_begin(&run.evidence, options->directory);
    run.loop = loop_new(&err);
    run.journal = run.loop != NULL ? journal_create(path, &err) : NULL;
    if (run.journal == NULL)
        return say_internal(&err);
    bool written = run_write_header(&run, &err);
    if (options->plan->measure.every_ms > 0) { /* see run_take_sample */
        file_sync_name(path);
        file_sync_name(options->directory);
    }
    if (written && !whole_run(&run, &problem)) {
        if (run.over_time)
            lg_fail(&problem, LG_ERROR_TARGET, 0, "the scenario took longer than its limit");
        written = record_problem(&run, &problem, &err);
    }
    loop_resume(run.loop);
    written = written && (run.target == NULL || target_finish(run.target, &err)) &&
              run_write_end(&run, &err);
    release(&run);
    written = journal_close(run.journal, &err) && written;
    written = evidence_publish(&run.evidence, written ? &err : NULL) && written;
    evidence_end(&run.evidence);
    if (run.journal_problem.class != LG_ERROR_NONE)
        return say_internal(&run.journal_problem);
    if (!written || problem.class == LG_ERROR_INTERNAL)
        return say_internal(written ? &problem : &err);
    return problem.class == LG_ERROR_TARGET ? EXIT_TARGET_FAILED : EXIT_PASS;
}
