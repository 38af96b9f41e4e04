#include "measure/guard.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/pidfd.h"
#include "driver/process.h"
#include "measure/guard_process.h"
#include "measure/stop_signals.h"

/* The runner's view of a run. */
struct watch {
    const struct guard_start *start;
    struct guard_result *result;
    int guard; /* pidfd */
    int signals;
    int64_t deadline; /* after a signal: for the guard to have ended */
};

static void on_signal(struct watch *watch)
{
    struct signalfd_siginfo info;
    while (read(watch->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        int number = (int)info.ssi_signo;
        if (watch->result->cancelled_by == 0) {
            watch->result->cancelled_by = number;
            pidfd_send_signal(watch->guard, SIGTERM, NULL, 0);
            watch->deadline = clock_deadline(DEADLINE_TEARDOWN_MS);
        } else if (watch->result->cancelled_by == number) {
            pidfd_send_signal(watch->guard, SIGQUIT, NULL, 0);
        }
    }
}

/* Waits until the guard has ended, and kills it when it does not end in time. */
static void await_guard(struct watch *watch)
{
    enum { GUARD, SIGNALS, WATCHED };
    struct pollfd watched[WATCHED] = {
        [GUARD] = {.fd = watch->guard, .events = POLLIN},
        [SIGNALS] = {.fd = watch->signals, .events = POLLIN},
    };
    for (;;) {
        int ready = poll(watched, WATCHED, clock_remaining_ms(watch->deadline));
        if (ready > 0 && watched[GUARD].revents != 0)
            return;
        if (ready > 0)
            on_signal(watch);
        if (clock_now() >= watch->deadline) {
            pidfd_send_signal(watch->guard, SIGKILL, NULL, 0);
            watch->deadline = clock_deadline(DEADLINE_KILL_MS);
        }
    }
}

/* The guard died without a word: what it would have done is done here. Its worker dies with it, and
 * what was below them is given to the runner, the next subreaper. */
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
    struct guard_result *result = watch->result;
    bool ended = process_end_descendants(0, 0, clock_deadline(DEADLINE_KILL_MS), &result->killed);
    struct stat status;
    size_t size = fstat(watch->start->report, &status) == 0 ? (size_t)status.st_size : 0;
    _cleanup_free_ char *text = memory_array(size + 1, 1);
    bool got = size > 0 && pread(watch->start->report, text, size, 0) == (ssize_t)size;
    _cleanup_json_ json_t *report = got ? json_parse(text, size, "the guard's report", NULL) : NULL;
    if (report == NULL)
        return replace_guard(watch, err);
    json_get_texts(json_object_get(report, "killed"), &result->killed);
    result->worker_status = (int)json_get_integer(report, "worker_status", -1);
    result->overdue = json_get_flag(report, "overdue", false);
    result->world_kept = json_get_flag(report, "world_kept", false);
    const char *problem = json_get_text(report, "problem", "");
    if (problem[0] != '\0')
        return lg_fail(err, LG_ERROR_INTERNAL, 0, "%s", problem);
    return ended || lg_fail(err, LG_ERROR_INTERNAL, 0, "processes of the run cannot be ended");
}

static bool start_guard(struct watch *watch, struct lg_error *err)
{
    if (!process_become_subreaper(err))
        return false;
    watch->signals = stop_signals_open(err);
    if (watch->signals < 0)
        return false;
    pid_t pid = fork();
    if (pid == 0)
        guard_serve(watch->start);
    watch->guard = pid > 0 ? pidfd_open(pid, 0) : -1;
    if (watch->guard >= 0)
        return true;
    lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot start the guard of the run");
    process_end_descendants(0, 0, clock_deadline(DEADLINE_KILL_MS), NULL);
    return false;
}

bool guard_run(const struct run_options *options, bool keep_world, struct guard_result *result,
               struct lg_error *err)
{
    *result = (struct guard_result){.worker_status = -1, .world_kept = true};
    /* Out of the way of standard input, output and error, which the guard replaces. */
    _cleanup_close_ int runner = file_above_standard(pidfd_open(getpid(), 0));
    _cleanup_close_ int report = file_above_standard(memfd_create("report", MFD_CLOEXEC));
    if (runner < 0 || report < 0)
        return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot start the guard of the run");
    struct guard_start start = {
        .options = options, .keep_world = keep_world, .runner = runner, .report = report};
    struct watch watch = {
        .start = &start, .result = result, .guard = -1, .signals = -1, .deadline = CLOCK_NEVER};
    bool ran = start_guard(&watch, err);
    if (ran) {
        await_guard(&watch);
        ran = conclude(&watch, err);
    } else {
        result->world_kept = keep_world || !directory_remove(options->world_root, NULL);
    }
    cleanup_close(&watch.guard);
    cleanup_close(&watch.signals);
    return ran;
}
