/* One process after the other, and when samples are due; a series is in watch_series.c. */
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/pidfd.h"
#include "measure/stop_signals.h"
#include "measure/watch_private.h"
#include "probes/find_process.h"

/* --- What is said --- */

void watch_say(struct watch *watch, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    _cleanup_free_ char *text = memory_format_list(format, args);
    va_end(args);
    watch->options->said(watch->options->context, text);
    if (watch->now != NULL)
        run_write_note(&watch->now->run, text, &watch->now->run.journal_problem);
}

/* --- Events --- */

/* A signal from the terminal has reached the child as well; one that was sent here is meant for it.
 */
static void on_signal(void *context, uint32_t events)
{
    struct watch *watch = context;
    struct signalfd_siginfo info;
    (void)events;
    while (read(watch->signals, &info, sizeof info) == (ssize_t)sizeof info)
        if (!watch->options->is_child)
            loop_stop(watch->loop, (int)info.ssi_signo);
        else if (info.ssi_code != SI_KERNEL)
            kill(watch->options->pid, (int)info.ssi_signo);
}

static void on_end(void *context, uint32_t events)
{
    struct watch *watch = context;
    (void)events;
    if (loop_stopped(watch->loop) == 0)
        loop_stop(watch->loop, SIGCHLD);
}

int watch_follow(struct watch *watch, pid_t pid)
{
    int process = pidfd_open(pid, 0);
    if (process >= 0 && loop_watch(watch->loop, process, EPOLLIN, on_end, watch, NULL))
        return process;
    cleanup_close(&process);
    return -1;
}

void watch_leave(struct watch *watch, int *process)
{
    if (*process >= 0)
        loop_unwatch(watch->loop, *process);
    cleanup_close(process);
    *process = -1;
}

bool watch_has_ended(int process)
{
    return process < 0 || pidfd_await(process, clock_now());
}

/* Neither is a rate: a series counts the time that both the program and leakgate could run. */
static void note_gap(struct watch *watch, int64_t due)
{
    const int64_t least = 2 * NS_PER_SECOND;
    int64_t slept = clock_slept() - watch->slept;
    int64_t late = clock_now() - due;
    char time[64];
    if (slept >= least) {
        watch->slept += slept;
        clock_describe(slept, time, sizeof time);
        watch_say(watch, "the machine was suspended for %s; the series continues", time);
    }
    if (late >= watch->options->every_ms * NS_PER_MS + least) {
        clock_describe(late, time, sizeof time);
        watch_say(watch, "leakgate was stopped for %s: samples are missing", time);
    }
}

static enum next watch_series(struct watch *watch, struct watched *now, struct lg_error *err)
{
    int64_t every = watch->options->every_ms * NS_PER_MS, due = clock_now();
    for (;;) {
        enum loop_result result = loop_run_until(watch->loop, NULL, NULL, NULL,
                                                 due <= watch->over ? due : watch->over, err);
        if (result == LOOP_FAILED)
            return WATCH_FAILED;
        if (loop_stopped(watch->loop) == SIGCHLD) {
            watch_say(watch, "process %d has ended after %u samples",
                      (int)probe_pid(now->run.probe), now->samples);
            return PROCESS_ENDED;
        }
        if (result == LOOP_STOPPED || due > watch->over)
            return WATCH_OVER;
        note_gap(watch, due);
        enum next next = watch_take_sample(watch, now, err);
        if (next != GOES_ON)
            return next;
        /* However long the samples take, half of the time is the program's. What was missed is not
         * made up for. */
        int64_t rested = clock_now() + every / 2;
        due = due + every > rested ? due + every : rested;
    }
}

/* --- One process after the other --- */

/* The youngest of the program's name; 0: there is none. */
static pid_t find_again(const char *program)
{
    struct process_wanted wanted = {.name = program};
    _cleanup_found_ struct found_processes found = {0};
    return find_processes("/proc", &wanted, &found, NULL) ? found.items[found.count - 1].pid : 0;
}

/* What is watched after the end of what was sampled: the same process, where that was a child of
 * it; or the next of the same name, which is waited for. False: the watch is over. */
static bool find_next(struct watch *watch)
{
    const char *program = watch->options->program;
    watch->is_fresh = true;
    loop_resume(watch->loop);
    if (!watch_has_ended(watch->process))
        return true;
    watch_leave(watch, &watch->process);
    if (program == NULL)
        return false;
    watch_say(watch, "waiting for the next %s", program);
    for (watch->pid = 0; watch->pid == 0;) {
        if (clock_now() >= watch->over || loop_rest(watch->loop, WATCH_LOOK_MS, NULL) != LOOP_DONE)
            return false;
        watch->pid = find_again(program);
    }
    watch->process = pidfd_open(watch->pid, 0);
    watch_say(watch, "%s was started again as process %d: a new series begins", program,
              (int)watch->pid);
    return true;
}

static bool begin_watch(struct watch *watch, struct lg_error *err)
{
    int64_t for_ms = watch->options->for_ms;
    watch->over = for_ms > 0 ? clock_deadline(for_ms) : CLOCK_NEVER;
    watch->loop = loop_new(err);
    watch->signals = watch->loop != NULL ? stop_signals_open(err) : -1;
    if (watch->signals < 0 ||
        !loop_watch(watch->loop, watch->signals, EPOLLIN, on_signal, watch, err))
        return false;
    /* What is sampled may be a process below it, and outlive it; but not for the user who waits. */
    watch->process =
        watch->options->is_child ? watch_follow(watch, watch->pid) : pidfd_open(watch->pid, 0);
    return true;
}

/* It was stopped, or the process ended just now. */
static enum next after_failed_begin(const struct watch *watch, unsigned series,
                                    struct lg_error *problem)
{
    int why = loop_stopped(watch->loop);
    if (why != 0 && why != SIGCHLD)
        return WATCH_OVER;
    if (why == SIGCHLD)
        lg_fail(problem, LG_ERROR_TARGET, 0, "process %d ended before it could be sampled",
                (int)watch->pid);
    return series > 0 && problem->class == LG_ERROR_TARGET ? PROCESS_ENDED : WATCH_FAILED;
}

bool watch(const struct watch_options *options, bool *flagged, struct lg_error *err)
{
    struct watch watch = {.options = options,
                          .pid = options->pid,
                          .signals = -1,
                          .process = -1,
                          .is_fresh = options->is_child};
    enum next next = begin_watch(&watch, err) ? SERIES_ENDS : WATCH_FAILED;
    for (unsigned series = 0; next == SERIES_ENDS || next == PROCESS_ENDED; series++) {
        struct watched *now = memory_new(struct watched);
        struct lg_error problem = {0};
        if (watch_begin_series(&watch, now, &problem))
            next = watch_series(&watch, now, &problem);
        else
            next = after_failed_begin(&watch, series, &problem);
        if (!watch_end_series(&watch, now, next != WATCH_FAILED ? &problem : NULL))
            next = WATCH_FAILED;
        free(now);
        if (next == WATCH_FAILED && err != NULL)
            *err = problem;
        if (next == PROCESS_ENDED && !find_next(&watch))
            next = WATCH_OVER;
    }
    /* It has the terminal, and signals are passed on, as long as it goes on. */
    if (options->is_child && !watch_has_ended(watch.process)) {
        loop_resume(watch.loop);
        loop_run_until(watch.loop, NULL, NULL, NULL, CLOCK_NEVER, NULL);
    }
    watch_leave(&watch, &watch.process);
    cleanup_close(&watch.signals);
    loop_free(watch.loop);
    *flagged = watch.flagged;
    return next != WATCH_FAILED;
}
