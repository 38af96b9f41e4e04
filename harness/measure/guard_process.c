#include "measure/guard_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/pidfd.h"
#include "driver/process.h"
#include "measure/stop_signals.h"
#include "world/world.h"

struct guard {
    const struct guard_start *start;
    int signals;
    int worker; /* pidfd */
    pid_t worker_pid;
    int worker_status; /* -1 while it is not known */
    bool ended;        /* the worker */
    bool alone;        /* the runner is gone */
    bool asked;        /* the worker was asked to stop */
    bool killing;
    bool overdue;
    int64_t deadline; /* of what is awaited now: the run, the orderly end, the death */
    bool world_made;
    bool world_kept;
    struct string_list killed;
    struct lg_error problem;
};

/* Descriptors of leakgate's that a guard or worker held open would keep others waiting: a reader of
 * its standard output, of a channel. Standard error stays, for the last words of a crash. */
static void keep_only(int one, int other)
{
    int low = one < other ? one : other;
    int high = one < other ? other : one;
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup2(nothing, STDIN_FILENO);
    dup2(nothing, STDOUT_FILENO);
    if (low > STDERR_FILENO + 1)
        close_range(STDERR_FILENO + 1, (unsigned)low - 1, 0);
    if (high > low + 1)
        close_range((unsigned)low + 1, (unsigned)high - 1, 0);
    close_range((unsigned)high + 1, ~0U, 0);
}

/* Signals stay blocked: the worker opens a signalfd of its own. */
static void __attribute__((noreturn)) worker_serve(const struct guard *guard, pid_t parent)
{
    struct lg_error err = {0};
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent ||
        !process_become_subreaper(&err))
        _exit(EXIT_INTERNAL);
    close_range(STDERR_FILENO + 1, ~0U, 0);
    _exit(run_worker(guard->start->options));
}

static bool worker_start(struct guard *guard)
{
    pid_t parent = getpid();
    guard->worker_pid = fork();
    if (guard->worker_pid == 0)
        worker_serve(guard, parent);
    if (guard->worker_pid < 0)
        return lg_fail(&guard->problem, LG_ERROR_INTERNAL, errno, "cannot start the worker");
    guard->worker = pidfd_open(guard->worker_pid, 0);
    /* Past the worker's own deadline for the scenario, by what its orderly end may take: a worker
     * that is still there hangs. */
    const struct run_options *options = guard->start->options;
    double scale = options->timeout_scale > 0 ? options->timeout_scale : 1;
    guard->deadline =
        clock_deadline((int64_t)(DEADLINE_SCENARIO_MS * scale) + options->plan->measure.for_ms +
                       options->plan->measure.drain_ms + 2 * DEADLINE_TEARDOWN_MS);
    return guard->worker >= 0 ||
           lg_fail(&guard->problem, LG_ERROR_INTERNAL, errno, "cannot watch the worker");
}

static bool prepare(struct guard *guard)
{
    signal(SIGPIPE, SIG_IGN);
    setsid();
    keep_only(guard->start->runner, guard->start->report);
    guard->signals = stop_signals_open(&guard->problem);
    if (guard->signals < 0 || !process_become_subreaper(&guard->problem))
        return false;
    /* Here and not in the runner, which could be killed before there is a guard to remove it. */
    guard->world_made = world_claim(guard->start->options->world_root, &guard->problem);
    return guard->world_made;
}

static void worker_kill(struct guard *guard)
{
    guard->killing = true;
    pidfd_send_signal(guard->worker, SIGKILL, NULL, 0);
    guard->deadline = clock_deadline(DEADLINE_KILL_MS);
}

static void worker_ask(struct guard *guard)
{
    pidfd_send_signal(guard->worker, SIGTERM, NULL, 0);
    guard->deadline = clock_deadline(DEADLINE_WORKER_STOP_MS);
}

/* The runner sends SIGQUIT when the user has lost patience. */
static void on_signal(struct guard *guard)
{
    struct signalfd_siginfo info;
    while (read(guard->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGQUIT) {
            guard->asked = true;
            worker_kill(guard);
        } else if (!guard->asked && !guard->killing) {
            guard->asked = true;
            worker_ask(guard);
        }
    }
}

/* A run that is overdue, a worker that was asked and did not stop, one that SIGKILL cannot end. */
static void on_deadline(struct guard *guard)
{
    if (guard->killing) {
        lg_fail(&guard->problem, LG_ERROR_INTERNAL, 0, "the worker cannot be ended");
        guard->ended = true;
    } else if (guard->asked || guard->overdue) {
        worker_kill(guard);
    } else {
        guard->overdue = true;
        worker_ask(guard);
    }
}

static void watch(struct guard *guard)
{
    enum { WORKER, RUNNER, SIGNALS, WATCHED };
    struct pollfd watched[WATCHED] = {
        [WORKER] = {.fd = guard->worker, .events = POLLIN},
        [RUNNER] = {.fd = guard->start->runner, .events = POLLIN},
        [SIGNALS] = {.fd = guard->signals, .events = POLLIN},
    };
    while (!guard->ended) {
        int ready = poll(watched, WATCHED, clock_remaining_ms(guard->deadline));
        if (ready > 0 && watched[WORKER].revents != 0) {
            int status;
            if (waitpid(guard->worker_pid, &status, WNOHANG) == guard->worker_pid)
                guard->worker_status = status;
            guard->ended = true;
        } else if (ready > 0 && watched[RUNNER].revents != 0) {
            guard->alone = true;
            watched[RUNNER].fd = -1;
            worker_kill(guard);
        } else if (ready > 0) {
            on_signal(guard);
        } else if (ready == 0) {
            on_deadline(guard);
        }
    }
}

static void leave_world(struct guard *guard)
{
    struct lg_error err = {0};
    if (!guard->world_made)
        return;
    bool passed = WIFEXITED(guard->worker_status) && WEXITSTATUS(guard->worker_status) == EXIT_PASS;
    /* Evidence is of use to someone who is still there and did not lose interest. */
    guard->world_kept = guard->start->keep_world || (!passed && !guard->alone && !guard->asked);
    if (guard->world_kept || directory_remove(guard->start->options->world_root, &err))
        return;
    guard->world_kept = true;
    if (guard->problem.class == LG_ERROR_NONE)
        guard->problem = err;
}

static void report(const struct guard *guard)
{
    _cleanup_json_ json_t *report = json_object();
    json_put(report, "killed", json_texts(&guard->killed));
    json_put(report, "worker_status", json_integer(guard->worker_status));
    json_put(report, "overdue", json_boolean(guard->overdue));
    json_put(report, "world_kept", json_boolean(guard->world_kept));
    json_put(report, "problem", json_text(guard->problem.text));
    _cleanup_free_ char *text = json_one_line(report);
    /* Who is not there to read it needs no report. */
    (void)!file_write_all(guard->start->report, text, strlen(text), NULL);
}

void guard_serve(const struct guard_start *start)
{
    struct guard guard = {.start = start, .signals = -1, .worker = -1, .worker_status = -1};
    if (prepare(&guard) && worker_start(&guard))
        watch(&guard);
    if (!process_end_descendants(0, 0, clock_deadline(DEADLINE_KILL_MS), &guard.killed) &&
        guard.problem.class == LG_ERROR_NONE)
        lg_fail(&guard.problem, LG_ERROR_INTERNAL, 0, "processes of the run cannot be ended");
    leave_world(&guard);
    report(&guard);
    _exit(guard.problem.class == LG_ERROR_NONE ? EXIT_PASS : EXIT_INTERNAL);
}
