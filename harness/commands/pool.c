/*
 * The scenarios of a run, one or several at a time, each in a process of its own between leakgate
 * and its guard:
 *
 *     leakgate -> runner -> guard -> worker -> target      for each scenario that runs
 *
 * The runner is the only parent of what it started, and ends all of that. It has a session of its
 * own, for a terminal's Ctrl-C goes to leakgate, which passes each signal on; it dies with leakgate
 * (PR_SET_PDEATHSIG), and its guard then ends the run.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/pidfd.h"
#include "commands/channel.h"
#include "commands/progress.h"
#include "commands/schedule.h"
#include "commands/suite_run.h"
#include "driver/process.h"
#include "measure/stop_signals.h"
#include "result/result_json.h"

enum { TICK_MS = 200 };

/* As many as there are jobs. */
struct slot {
    pid_t pid;
    int process; /* pidfd; -1: nothing runs here */
    struct channel channel;
    size_t number; /* of the scenario */
    int64_t began;
    char *world; /* of the last attempt that began */
    json_t *result;
};

struct pool {
    struct suite_run *suite;
    struct slot *slots;
    struct pollfd *watched;
    size_t next; /* of the suite's order */
    bool *done;  /* by number: it ran, or its runner was lost */
    struct progress progress;
    int signals;
    int signal;       /* the first one; 0: none */
    int64_t deadline; /* after a signal: for all runners to have ended */
    struct lg_error *err;
    bool failed;
    struct string_list worlds; /* of runners that were lost */
};

static struct plan *plan_of(const struct pool *pool, size_t number)
{
    return pool->suite->selection.plans[number];
}

/* --- Beginning --- */

static bool start_runner(struct pool *pool, struct slot *slot, size_t number)
{
    int writer;
    pid_t self = getpid();
    if (!channel_open(&slot->channel, &writer, pool->err))
        return false;
    fflush(NULL); /* or both would write what is buffered */
    slot->pid = fork();
    if (slot->pid == 0)
        runner_serve(pool->suite, number, writer, self);
    int error = errno;
    close(writer);
    slot->process = slot->pid > 0 ? pidfd_open(slot->pid, 0) : -1;
    if (slot->process < 0) {
        channel_close(&slot->channel);
        return lg_fail(pool->err, LG_ERROR_INTERNAL, slot->pid < 0 ? error : errno,
                       "cannot start a process for %s", plan_of(pool, number)->name);
    }
    slot->number = number;
    slot->began = clock_now();
    return true;
}

static void start_runners(struct pool *pool)
{
    for (unsigned i = 0; i < pool->suite->jobs; i++) {
        if (pool->slots[i].process >= 0 || pool->next == pool->suite->order_count ||
            pool->signal != 0 || pool->failed)
            continue;
        size_t number = pool->suite->order[pool->next++];
        if (start_runner(pool, &pool->slots[i], number))
            progress_begin(&pool->progress, i, plan_of(pool, number),
                           pool->suite->expected[number]);
        else
            pool->failed = true;
    }
}

/* --- What a runner says --- */

static void read_channel(struct pool *pool, unsigned index)
{
    struct slot *slot = &pool->slots[index];
    json_t *message;
    while ((message = channel_read(&slot->channel)) != NULL) {
        json_t *result = json_object_get(message, "result");
        const char *world = json_get_text(message, "world", NULL);
        if (world != NULL) {
            free(slot->world);
            slot->world = memory_copy_text(world);
            progress_attempt(&pool->progress, index,
                             (enum attempt)json_get_integer(message, "attempt", 0),
                             json_get_text(message, "journal", ""));
        } else if (json_is_object(result)) {
            json_decref(slot->result);
            slot->result = json_incref(result);
        }
        json_decref(message);
    }
}

/* The verdict is made here, from the journals, as `leakgate report` makes it. */
static void finish_runner(struct pool *pool, unsigned index)
{
    struct slot *slot = &pool->slots[index];
    struct suite_result *suite = pool->suite->result;
    struct scenario_result *scenario = &suite->scenarios[slot->number];
    read_channel(pool, index);
    progress_finish(&pool->progress, index, json_get_text(slot->result, "verdict", "lost"),
                    json_get_number(slot->result, "seconds", clock_seconds_since(slot->began)));
    int status = 0;
    char how[128] = "nobody knows how";
    if (waitpid(slot->pid, &status, 0) == slot->pid)
        process_describe(status, how, sizeof how);
    pool->done[slot->number] = true;
    if (slot->result != NULL) {
        scenario_read(scenario, suite->directory, slot->result);
        if (suite->signal == 0)
            suite->signal = (int)json_get_integer(slot->result, "signal", 0);
    } else {
        _cleanup_free_ char *reason =
            memory_format("leakgate's process for it ended before it was done: %s", how);
        scenario->verdict = VERDICT_FAILED;
        scenario_explain(scenario, LG_ERROR_INTERNAL, reason);
        if (slot->world != NULL)
            string_list_add(&pool->worlds, slot->world);
    }
    free(slot->world);
    cleanup_close(&slot->process);
    channel_close(&slot->channel);
    json_decref(slot->result);
    *slot = (struct slot){.process = -1, .channel = {.fd = -1}};
}

/* --- Waiting --- */

static bool any_runs(const struct pool *pool)
{
    for (unsigned i = 0; i < pool->suite->jobs; i++)
        if (pool->slots[i].process >= 0)
            return true;
    return false;
}

static void signal_all(const struct pool *pool, int number)
{
    for (unsigned i = 0; i < pool->suite->jobs; i++)
        if (pool->slots[i].process >= 0)
            pidfd_send_signal(pool->slots[i].process, number, NULL, 0);
}

/* Each is passed on as it came, also the second one of an impatient user. A runner has its own
 * deadlines; one that hangs is killed a moment after them, and its guard ends what is left. */
static void on_signal(struct pool *pool)
{
    struct signalfd_siginfo info;
    while (read(pool->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        signal_all(pool, (int)info.ssi_signo);
        if (pool->signal != 0)
            continue;
        pool->signal = (int)info.ssi_signo;
        pool->deadline = clock_deadline(DEADLINE_TEARDOWN_MS + DEADLINE_KILL_MS);
    }
}

/* Signals, and the process and the channel of each slot. */
static void wait_for_events(struct pool *pool)
{
    struct pollfd *watched = pool->watched;
    int64_t tick = clock_deadline(TICK_MS);
    nfds_t count = 0;
    watched[count++] = (struct pollfd){.fd = pool->signals, .events = POLLIN};
    for (unsigned i = 0; i < pool->suite->jobs; i++) {
        watched[count++] = (struct pollfd){.fd = pool->slots[i].process, .events = POLLIN};
        watched[count++] = (struct pollfd){.fd = pool->slots[i].channel.fd, .events = POLLIN};
    }
    int ready =
        poll(watched, count, clock_remaining_ms(tick < pool->deadline ? tick : pool->deadline));
    if (ready > 0 && watched[0].revents != 0)
        on_signal(pool);
    for (unsigned i = 0; ready > 0 && i < pool->suite->jobs; i++) {
        if (watched[2 + 2 * i].revents != 0)
            read_channel(pool, i);
        if (watched[1 + 2 * i].revents != 0)
            finish_runner(pool, i);
    }
    if (clock_now() >= pool->deadline) {
        signal_all(pool, SIGKILL);
        pool->deadline = clock_deadline(DEADLINE_KILL_MS);
    }
}

static double seconds_left(const struct pool *pool)
{
    const struct suite_run *suite = pool->suite;
    if (option_given(suite->arguments, OPTION_ITERATIONS)) /* how long these take is not known */
        return 0;
    size_t pending = pool->signal == 0 ? suite->order_count - pool->next : 0;
    _cleanup_free_ double *seconds = memory_array(pending + 1, sizeof *seconds);
    _cleanup_free_ double *free_in = memory_array(suite->jobs, sizeof *free_in);
    for (unsigned i = 0; i < suite->jobs; i++)
        free_in[i] = progress_seconds_left(&pool->progress, i);
    for (size_t i = 0; i < pending; i++)
        seconds[i] = suite->expected[suite->order[pool->next + i]].seconds;
    return schedule_span(seconds, pending, free_in, suite->jobs);
}

/* --- All of them --- */

/* A runner that was killed leaves its guard to this process, which ends its run in time by itself;
 * a request to end does it no harm. Where the guard was killed as well, what is left is ended here.
 */
static bool end_orphans(struct pool *pool)
{
    int64_t deadline = clock_deadline(DEADLINE_TEARDOWN_MS + DEADLINE_KILL_MS);
    if (!process_end_descendants(0, DEADLINE_TEARDOWN_MS, deadline, NULL))
        return lg_fail(pool->err, LG_ERROR_INTERNAL, 0, "processes of the run cannot be ended");
    for (size_t i = 0; i < pool->worlds.count; i++)
        if (!directory_remove(pool->worlds.items[i], pool->err))
            return false;
    return true;
}

static bool work_through(struct pool *pool)
{
    pool->signals = stop_signals_open(pool->err);
    if (pool->signals < 0 || !process_become_subreaper(pool->err))
        return false;
    start_runners(pool);
    while (any_runs(pool)) {
        progress_update(&pool->progress, seconds_left(pool));
        wait_for_events(pool);
        start_runners(pool);
    }
    return end_orphans(pool) && !pool->failed;
}

/* What has not begun, and is not skipped for a reason of its own. What leakgate could not begin is
 * no skip: a report without it must not be green. */
static void explain_not_run(struct pool *pool)
{
    struct suite_result *suite = pool->suite->result;
    if (pool->signal != 0)
        suite->signal = pool->signal;
    for (size_t i = 0; i < suite->count; i++) {
        if (suite_is_skipped(pool->suite, i) || pool->done[i])
            continue;
        if (suite->signal != 0) {
            scenario_skip(&suite->scenarios[i], "not run: the run was stopped");
            continue;
        }
        _cleanup_free_ char *reason = memory_format("not run: %s", pool->err->text);
        suite->scenarios[i].verdict = VERDICT_FAILED;
        scenario_explain(&suite->scenarios[i], LG_ERROR_INTERNAL, reason);
    }
}

bool pool_run(struct suite_run *suite, struct lg_error *err)
{
    FILE *screens = option_given(suite->arguments, OPTION_JSON) ? stderr : stdout;
    unsigned jobs = suite->jobs;
    int64_t start = clock_now();
    struct pool pool = {.suite = suite,
                        .slots = memory_array(jobs, sizeof *pool.slots),
                        .watched = memory_array(1 + 2 * jobs, sizeof *pool.watched),
                        .done = memory_array(suite->selection.count, sizeof *pool.done),
                        .signals = -1,
                        .deadline = CLOCK_NEVER,
                        .err = err};
    for (unsigned i = 0; i < jobs; i++)
        pool.slots[i] = (struct slot){.process = -1, .channel = {.fd = -1}};
    progress_start(&pool.progress, jobs, suite->order_count,
                   option_duration(suite->arguments, OPTION_BUDGET),
                   option_given(suite->arguments, OPTION_SHOW) ? screens : NULL);
    bool fine = work_through(&pool);
    progress_end(&pool.progress);
    explain_not_run(&pool);
    suite->result->seconds = clock_seconds_since(start);
    cleanup_close(&pool.signals);
    string_list_free(&pool.worlds);
    free_all(pool.slots, pool.watched, pool.done);
    return fine;
}
