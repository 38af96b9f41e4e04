#include "driver/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/pidfd.h"

/* Why the program was not started. The text is a constant: forked, the child has the same one at
 * the same address. */
struct start_failure {
    const char *text;
    int errnum;
};

/* What the child needs between fork and exec, all of it opened by the parent. */
struct child {
    const struct process_options *options;
    pid_t parent;
    int terminal;   /* the pty's slave; -1: none */
    int sources[3]; /* of standard input, output and error */
    int report;     /* a start_failure is written there; closed by exec */
};

/* --- In the child: only async-signal-safe calls, and no way out but exec and _exit. --- */

static void __attribute__((noreturn)) child_fail(const struct child *child, const char *text)
{
    struct start_failure failure = {.text = text, .errnum = errno};
    ssize_t written = write(child->report, &failure, sizeof failure);
    (void)written;
    _exit(127);
}

/* First all are moved above 0, 1 and 2, which any of them may be when leakgate was started without
 * standard descriptors. */
static void child_arrange_descriptors(struct child *child)
{
    static const char problem[] = "cannot arrange its descriptors";
    int report = fcntl(child->report, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (report < 0)
        child_fail(child, problem);
    child->report = report;
    for (int i = 0; i < 3; i++)
        child->sources[i] = fcntl(child->sources[i], F_DUPFD, STDERR_FILENO + 1);
    for (int i = 0; i < 3; i++)
        if (child->sources[i] < 0 || dup2(child->sources[i], i) < 0)
            child_fail(child, problem);
    const int kept = STDERR_FILENO + 1;
    if (report != kept && dup3(report, kept, O_CLOEXEC) < 0)
        child_fail(child, problem);
    child->report = kept;
    if (close_range((unsigned)kept + 1, ~0U, 0) != 0)
        child_fail(child, problem);
}

/* Errors are those of SIGKILL, SIGSTOP and the two that the C library keeps for itself. */
static void child_reset_signals(void)
{
    struct sigaction standard = {.sa_handler = SIG_DFL};
    sigset_t none;
    for (int signal = 1; signal <= SIGRTMAX; signal++)
        sigaction(signal, &standard, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void __attribute__((noreturn)) child_run(struct child *child)
{
    const struct process_options *options = child->options;
    if (setsid() < 0)
        child_fail(child, "cannot make a session");
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        child_fail(child, "cannot ask to die with the parent");
    /* The parent may have died before the request. */
    if (getppid() != child->parent)
        _exit(127);
    if (child->terminal >= 0 && ioctl(child->terminal, TIOCSCTTY, 0) != 0)
        child_fail(child, "cannot make the pty its controlling terminal");
    child_arrange_descriptors(child);
    child_reset_signals();
    umask(022);
    if (options->directory != NULL && chdir(options->directory) != 0)
        child_fail(child, "cannot enter its directory");
    const struct rlimit bytes = {options->file_bytes, options->file_bytes};
    if (options->file_bytes > 0 && setrlimit(RLIMIT_FSIZE, &bytes) != 0)
        child_fail(child, "cannot limit what it writes");
    execve(options->program, options->argv, options->environment);
    child_fail(child, "cannot execute it");
}

/* --- In the parent. --- */

/*
 * TIOCGPTPEER opens the slave without its path, which another mount of devpts may not have. Tabs
 * expanded by the line discipline (TAB3) keep programs from using tabs to move the cursor, so a
 * recording shows the same everywhere; IUTF8 is what terminals set.
 */
static bool terminal_open(const struct process_options *options, int *master_out, int *slave_out,
                          struct lg_error *err)
{
    struct winsize size = {.ws_row = (unsigned short)options->rows,
                           .ws_col = (unsigned short)options->columns};
    struct termios modes;
    _cleanup_close_ int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0 || unlockpt(master) != 0)
        return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot open a pseudo-terminal");
    _cleanup_close_ int slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    bool set = slave >= 0 && ioctl(slave, TIOCSWINSZ, &size) == 0 && tcgetattr(slave, &modes) == 0;
    if (set) {
        modes.c_oflag = (modes.c_oflag & ~(tcflag_t)TABDLY) | TAB3;
        modes.c_iflag |= IUTF8;
    }
    if (!set || tcsetattr(slave, TCSANOW, &modes) != 0 ||
        fcntl(master, F_SETFL, O_RDWR | O_NONBLOCK) != 0)
        return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot set up a pseudo-terminal");
    *master_out = take_fd(master);
    *slave_out = take_fd(slave);
    return true;
}

/* Signals are held back over the fork, so that no handler of leakgate's runs in the child. */
static pid_t fork_child(struct child *child)
{
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    pid_t pid = fork();
    if (pid == 0)
        child_run(child);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return pid;
}

/* True when the pipe was closed with nothing written: by exec. */
static bool await_exec(int report, struct start_failure *failure)
{
    struct pollfd readable = {.fd = report, .events = POLLIN};
    int64_t deadline = clock_deadline(DEADLINE_STEP_MS);
    int ready;
    do
        ready = poll(&readable, 1, clock_remaining_ms(deadline));
    while (ready < 0 && errno == EINTR);
    *failure = (struct start_failure){.text = "cannot execute it", .errnum = ETIMEDOUT};
    return ready > 0 && read(report, failure, sizeof *failure) == 0;
}

bool process_start(const struct process_options *options, struct process *process,
                   struct lg_error *err)
{
    _cleanup_close_ int master = -1, slave = -1;
    _cleanup_close_ int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    int ends[2] = {-1, -1};
    if (nothing < 0 || pipe2(ends, O_CLOEXEC) != 0)
        return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot start %s", options->program);
    _cleanup_close_ int report = ends[0];
    _cleanup_close_ int report_end = ends[1];
    if (options->pty && !terminal_open(options, &master, &slave, err))
        return false;

    int error = options->standard_error >= 0 ? options->standard_error : nothing;
    struct child child = {
        .options = options,
        .parent = getpid(),
        .terminal = slave,
        .sources = {options->pty ? slave : nothing, options->pty ? slave : error, error},
        .report = report_end};
    struct process begun = {.pid = fork_child(&child), .pidfd = -1, .master = -1};
    if (begun.pid < 0)
        return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot start %s", options->program);
    close(take_fd(report_end));
    cleanup_close(&slave);

    struct start_failure failure;
    begun.pidfd = pidfd_open(begun.pid, 0);
    if (begun.pidfd < 0) {
        failure = (struct start_failure){.text = "cannot make a session", .errnum = errno};
    } else if (await_exec(report, &failure)) {
        begun.master = take_fd(master);
        *process = begun;
        return true;
    }
    process_end(&begun, 0);
    return lg_fail(err, LG_ERROR_TARGET, failure.errnum, "cannot start %s: %s", options->program,
                   failure.text);
}

bool process_reap(struct process *process)
{
    if (process->reaped || process->pid <= 0)
        return process->reaped;
    int status = 0;
    pid_t reaped = waitpid(process->pid, &status, WNOHANG);
    /* process_end_descendants, which reaps every child, was faster. */
    if (reaped < 0 && errno == ECHILD) {
        status = SIGKILL;
        reaped = process->pid;
    }
    if (reaped != process->pid)
        return false;
    process->status = status;
    process->reaped = true;
    return true;
}

double process_cpu_seconds(const struct process *process)
{
    _cleanup_free_ pid_t *pids = NULL;
    size_t count = 0;
    struct proc_stat stat;
    double seconds = process_stat(process->pid, &stat) ? stat.cpu_seconds : 0;
    (void)!proc_descendants("/proc", process->pid, &pids, &count, NULL);
    for (size_t i = 0; i < count; i++)
        seconds += process_stat(pids[i], &stat) ? stat.cpu_seconds : 0;
    return seconds;
}

void process_describe(int wait_status, char *text, size_t size)
{
    if (WIFEXITED(wait_status))
        snprintf(text, size, "exit status %d", WEXITSTATUS(wait_status));
    else if (WIFSIGNALED(wait_status))
        snprintf(text, size, "killed by signal %d (%s)", WTERMSIG(wait_status),
                 strsignal(WTERMSIG(wait_status)));
    else
        snprintf(text, size, "wait status 0x%x", (unsigned)wait_status);
}

/* Without a pidfd (no descriptor was left) there is nothing to wait on. */
static bool await_end(struct process *process, int64_t ms)
{
    if (process->pidfd >= 0)
        pidfd_await(process->pidfd, clock_deadline(ms));
    return process_reap(process);
}

void process_end(struct process *process, int64_t grace_ms)
{
    bool running = process->pid > 0 && !process_reap(process);
    if (running && grace_ms > 0)
        kill(-process->pid, SIGTERM);
    /* Releases a target that is blocked in writing to the pty, and sends SIGHUP to its session. */
    cleanup_close(&process->master);
    if (running && !(grace_ms > 0 && await_end(process, grace_ms))) {
        /* It is not reaped, so its number and its group's are no one else's. */
        kill(-process->pid, SIGKILL);
        kill(process->pid, SIGKILL);
        await_end(process, DEADLINE_KILL_MS);
    }
    cleanup_close(&process->pidfd);
}

/* Asked of the slave: of the master FIONREAD is about the other direction. */
size_t process_unread(const struct process *process)
{
    _cleanup_close_ int slave = ioctl(process->master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    int unread = 0;
    return slave >= 0 && ioctl(slave, FIONREAD, &unread) == 0 && unread > 0 ? (size_t)unread : 0;
}

bool process_resize(const struct process *process, int rows, int columns, struct lg_error *err)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    return ioctl(process->master, TIOCSWINSZ, &size) == 0 ||
           lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot resize the terminal to %dx%d", columns,
                   rows);
}

bool process_become_subreaper(struct lg_error *err)
{
    return prctl(PR_SET_CHILD_SUBREAPER, 1) == 0 ||
           lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot become the reaper of descendants");
}
