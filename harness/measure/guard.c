#include "measure/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/memory.h"
#include "journal/record.h"
#include "base/pidfd.h"
#include "measure/guard_process.h"
#include "driver/process.h"

enum { TICK_MS = 200 };

/* leakgate's view of a run. */
struct watch {
    const struct guard_start *start;
    guard_tick *tick;
    void *context;
    struct guard_result *result;
    pid_t pid; /* of the guard */
    int guard; /* pidfd */
    int signals;
    int changes;      /* inotify; -1: the timer has to do */
    int of_directory; /* watch that waits for the journal to appear; -1 when it is there */
    int64_t deadline; /* after a signal: for the guard to have ended */
};

bool guard_take_signals(struct lg_error *err)
{
    sigset_t set;
    guard_signals(&set);
    /* Ignored by whoever started leakgate, children would be reaped by themselves and their status
     * lost. */
    if (signal(SIGCHLD, SIG_DFL) == SIG_ERR || sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot block signals");
    return true;
}

/* --- The journal's growth --- */

static void changes_follow_journal(struct watch *watch)
{
    _cleanup_free_ char *journal = path_join(watch->start->options->directory, JOURNAL_FILE);
    if (inotify_add_watch(watch->changes, journal, IN_MODIFY) < 0)
        return;
    inotify_rm_watch(watch->changes, watch->of_directory);
    watch->of_directory = -1;
}

/* The directory is watched only until the journal is there: the recording in it grows with every
 * frame. It is watched first, so that a journal that appears in between is not missed. */
static void changes_open(struct watch *watch)
{
    watch->changes = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (watch->changes < 0)
        return;
    watch->of_directory =
        inotify_add_watch(watch->changes, watch->start->options->directory, IN_CREATE);
    changes_follow_journal(watch);
}

static void on_changes(struct watch *watch)
{
    char events[4096];
    while (read(watch->changes, events, sizeof events) > 0)
        continue;
    if (watch->of_directory >= 0)
        changes_follow_journal(watch);
}

/* --- Waiting for the guard --- */

static void on_signal(struct watch *watch)
{
    struct signalfd_siginfo info;
    while (read(watch->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        int number = (int)info.ssi_signo;
        if (watch->result->cancelled_by == 0) {
            watch->result->cancelled_by = number;
            pidfd_signal(watch->guard, SIGTERM);
            watch->deadline = clock_deadline(DEADLINE_TEARDOWN_MS);
        } else if (watch->result->cancelled_by == number) {
            pidfd_signal(watch->guard, SIGQUIT);
        }
    }
}

static int wait_ms(const struct watch *watch)
{
    int64_t next_tick = clock_deadline(TICK_MS);
    return clock_remaining_ms(next_tick < watch->deadline ? next_tick : watch->deadline);
}

/* Ticks until the guard has ended, killing it when it does not end in time. */
static void await_guard(struct watch *watch)
{
    enum { GUARD, SIGNALS, CHANGES, WATCHED };
    struct pollfd watched[WATCHED] = {
        [GUARD] = {.fd = watch->guard, .events = POLLIN},
        [SIGNALS] = {.fd = watch->signals, .events = POLLIN},
        [CHANGES] = {.fd = watch->changes, .events = POLLIN},
    };
    for (;;) {
        int ready = poll(watched, WATCHED, wait_ms(watch));
        if (ready > 0 && watched[GUARD].revents != 0)
            return;
        if (ready > 0 && watched[SIGNALS].revents != 0)
            on_signal(watch);
        if (ready > 0 && watched[CHANGES].revents != 0)
            on_changes(watch);
        if (clock_now() >= watch->deadline) {
            pidfd_signal(watch->guard, SIGKILL);
            watch->deadline = clock_deadline(DEADLINE_KILL_MS);
        }
        if (watch->tick != NULL)
            watch->tick(watch->context);
    }
}

/* --- Its report --- */

static json_t *report_read(int report)
{
    struct stat status;
    if (fstat(report, &status) != 0 || status.st_size <= 0)
        return NULL;
    size_t size = (size_t)status.st_size;
    _cleanup_free_ char *text = memory_array(size, 1);
    if (pread(report, text, size, 0) != (ssize_t)size)
        return NULL;
    return json_parse(text, size, "the guard's report", NULL);
}

static void report_take(const json_t *report, struct guard_result *result)
{
    const json_t *killed = json_object_get(report, "killed");
    for (size_t i = 0; i < json_array_size(killed); i++)
        string_list_add(&result->killed, json_string_value(json_array_get(killed, i)));
    result->worker_status = (int)json_get_integer(report, "worker_status", -1);
    result->overdue = json_get_flag(report, "overdue", false);
    result->world_kept = json_get_flag(report, "world_kept", false);
}

/* The guard died without a word: what it would have done is done here. Its worker dies with it, and
 * what was below them is given to leakgate, the next subreaper. */
static bool replace_guard(const struct watch *watch, struct lg_error *err)
{
    const char *world = watch->start->options->world_root;
    watch->result->world_kept = watch->start->keep_world || !directory_remove(world, err);
    if (watch->result->world_kept && !watch->start->keep_world)
        return false;
    return lg_fail(err, LG_ERROR_INTERNAL, 0, "the guard of the run was killed");
}

static bool conclude(const struct watch *watch, struct lg_error *err)
{
    bool ended =
        process_end_descendants(0, 0, clock_deadline(DEADLINE_KILL_MS), &watch->result->killed);
    _cleanup_json_ json_t *report = report_read(watch->start->report);
    if (report == NULL)
        return replace_guard(watch, err);
    report_take(report, watch->result);
    const char *problem = json_get_text(report, "problem", "");
    if (problem[0] != '\0')
        return lg_fail(err, LG_ERROR_INTERNAL, 0, "%s", problem);
    return ended || lg_fail(err, LG_ERROR_INTERNAL, 0, "processes of the run cannot be ended");
}

/* --- Starting it --- */

/* Out of the way of standard input, output and error, which the guard replaces. Closes fd. */
static int above_standard(int fd)
{
    _cleanup_close_ int low = fd;
    return low < 0 ? -1 : fcntl(low, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
}

static bool start_guard(struct watch *watch, struct lg_error *err)
{
    watch->pid = fork();
    if (watch->pid == 0)
        guard_serve(watch->start);
    watch->guard = watch->pid > 0 ? pidfd_make(watch->pid) : -1;
    if (watch->guard >= 0)
        return true;
    lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot start the guard of the run");
    process_end_descendants(0, 0, clock_deadline(DEADLINE_KILL_MS), NULL);
    return false;
}

static bool open_signals(struct watch *watch, struct lg_error *err)
{
    sigset_t set;
    guard_signals(&set);
    watch->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return watch->signals >= 0 || lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot make a signalfd");
}

static bool watch_run(struct watch *watch, struct lg_error *err)
{
    if (!process_become_subreaper(err) || !open_signals(watch, err) || !start_guard(watch, err)) {
        watch->result->world_kept =
            watch->start->keep_world || !directory_remove(watch->start->options->world_root, NULL);
        return false;
    }
    changes_open(watch);
    await_guard(watch);
    return conclude(watch, err);
}

bool guard_run(const struct run_options *options, bool keep_world, guard_tick *tick, void *context,
               struct guard_result *result, struct lg_error *err)
{
    *result = (struct guard_result){.worker_status = -1, .world_kept = true};
    _cleanup_close_ int leakgate = above_standard(pidfd_make(getpid()));
    _cleanup_close_ int report = above_standard(memfd_create("report", MFD_CLOEXEC));
    if (leakgate < 0 || report < 0)
        return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot start the guard of the run");
    struct guard_start start = {
        .options = options, .keep_world = keep_world, .leakgate = leakgate, .report = report};
    struct watch watch = {.start = &start,
                          .tick = tick,
                          .context = context,
                          .result = result,
                          .guard = -1,
                          .signals = -1,
                          .changes = -1,
                          .of_directory = -1,
                          .deadline = CLOCK_NEVER};
    bool ran = watch_run(&watch, err);
    cleanup_close(&watch.guard);
    cleanup_close(&watch.signals);
    cleanup_close(&watch.changes);
    return ran;
}
