/*
 * Ending what a run started. Everything below this process is found by /proc and ended by pidfd;
 * orphans are adopted by this process, a subreaper, and found in the next round.
 */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/pidfd.h"
#include "driver/process.h"

/* Each takes a descriptor; the end of one of them starts the next round. */
enum { AWAITED_AT_ONCE = 64 };
/* Between two rounds when there are children but none was listed: the kernel's lists may skip one
 * while its sibling ends (proc(5), "children"). */
enum { LOOK_AGAIN_MS = 10 };

struct pids {
    pid_t *items;
    size_t count;
    size_t capacity;
};

struct ending {
    pid_t self;
    pid_t spare;
    int signal;
    struct pids listed;    /* descendants found in this round, spared ones left out */
    struct pids signalled; /* got the signal already */
    struct pollfd awaited[AWAITED_AT_ONCE];
    size_t awaited_count;
    struct string_list *names;
};

static bool pids_contain(const struct pids *pids, pid_t pid)
{
    for (size_t i = 0; i < pids->count; i++)
        if (pids->items[i] == pid)
            return true;
    return false;
}

static void pids_add(struct pids *pids, pid_t pid)
{
    array_append(pids->items, pids->count, pids->capacity, pid);
}

static void name_add(struct string_list *names, const struct proc_stat *stat, pid_t pid)
{
    if (names == NULL || names->count >= LIMIT_PROCESS_NAMES)
        return;
    _cleanup_free_ char *name = text_harmless(stat->name, false);
    string_list_take(names, memory_format("%s (%d)", name, (int)pid));
}

bool process_stat(pid_t pid, struct proc_stat *stat)
{
    struct proc proc;
    if (!proc_open("/proc", pid, &proc, NULL))
        return false;
    bool read = proc_stat_read(&proc, stat, NULL);
    proc_close(&proc);
    return read;
}

/*
 * A pidfd of the descendant, or -1 when it is gone, spared, or another process by now. The number
 * may have been used again since it was listed, so the parent is read after the pidfd was opened:
 * if the process is alive when it is signalled, it is the one whose parent was read.
 */
static int descendant_open(struct ending *ending, pid_t pid, struct proc_stat *stat)
{
    if (pid == ending->spare)
        return -1;
    _cleanup_close_ int pidfd = pidfd_open(pid, 0);
    if (pidfd < 0 || !process_stat(pid, stat))
        return -1;
    if (stat->parent != ending->self && !pids_contain(&ending->listed, stat->parent))
        return -1;
    pids_add(&ending->listed, pid);
    return take_fd(pidfd);
}

static void send_signal(struct ending *ending, int pidfd, pid_t pid, const struct proc_stat *stat)
{
    bool first = !pids_contain(&ending->signalled, pid);
    if (first && ending->signalled.count < LIMIT_PROCESS_TREE) {
        pids_add(&ending->signalled, pid);
        if (ending->signal == SIGKILL)
            name_add(ending->names, stat, pid);
    }
    /* A second SIGTERM means something else to some programs. */
    if (first || ending->signal == SIGKILL)
        pidfd_send_signal(pidfd, ending->signal, NULL, 0);
}

/* Signals the descendant. True when it was alive: asked of the pidfd, not of its state, because a
 * process whose first thread has ended is shown as a zombie and runs on. */
static bool end_descendant(struct ending *ending, pid_t pid)
{
    struct proc_stat stat;
    _cleanup_close_ int pidfd = descendant_open(ending, pid, &stat);
    if (pidfd < 0)
        return false;
    if (pidfd_await(pidfd, 0)) {
        if (stat.parent == ending->self)
            waitpid(pid, NULL, WNOHANG);
        return false;
    }
    send_signal(ending, pidfd, pid, &stat);
    if (ending->awaited_count < AWAITED_AT_ONCE)
        ending->awaited[ending->awaited_count++] =
            (struct pollfd){.fd = take_fd(pidfd), .events = POLLIN};
    return true;
}

/* Without children there are no descendants: their orphans become children of a subreaper. */
static bool has_children(const struct ending *ending)
{
    if (ending->spare != 0)
        return false;
    pid_t reaped;
    do
        reaped = waitpid(-1, NULL, WNOHANG);
    while (reaped > 0);
    return reaped == 0;
}

/* True when none is left; false when some still are at the deadline. */
static bool end_all(struct ending *ending, int signal, int64_t deadline)
{
    ending->signal = signal;
    ending->signalled.count = 0;
    for (;;) {
        _cleanup_free_ pid_t *pids = NULL;
        size_t count = 0, alive = 0;
        ending->listed.count = 0;
        /* Of more than the limit, those up to it. */
        (void)!proc_descendants("/proc", ending->self, &pids, &count, NULL);
        for (size_t i = 0; i < count; i++)
            alive += end_descendant(ending, pids[i]);
        if (alive == 0 && !has_children(ending))
            return true;
        bool late = clock_now() >= deadline;
        int64_t again = ending->awaited_count == 0 ? clock_deadline(LOOK_AGAIN_MS) : CLOCK_NEVER;
        poll(ending->awaited, ending->awaited_count,
             clock_remaining_ms(late               ? 0
                                : again < deadline ? again
                                                   : deadline));
        while (ending->awaited_count > 0)
            close(ending->awaited[--ending->awaited_count].fd);
        if (late)
            return false;
    }
}

bool process_end_descendants(pid_t spare, int64_t grace_ms, int64_t deadline,
                             struct string_list *killed)
{
    struct ending ending = {.self = getpid(), .spare = spare, .names = killed};
    int64_t patience = clock_deadline(grace_ms);
    bool ended =
        grace_ms > 0 && end_all(&ending, SIGTERM, patience < deadline ? patience : deadline);
    if (!ended)
        ended = end_all(&ending, SIGKILL, deadline);
    free(ending.listed.items);
    free(ending.signalled.items);
    return ended;
}

void process_descendants_alive(pid_t spare, struct string_list *names)
{
    struct ending ending = {.self = getpid(), .spare = spare};
    _cleanup_free_ pid_t *pids = NULL;
    size_t count = 0;
    (void)!proc_descendants("/proc", ending.self, &pids, &count, NULL);
    for (size_t i = 0; i < count; i++) {
        struct proc_stat stat;
        _cleanup_close_ int pidfd = descendant_open(&ending, pids[i], &stat);
        if (pidfd >= 0 && !pidfd_await(pidfd, 0))
            name_add(names, &stat, pids[i]);
    }
    free(ending.listed.items);
}

void process_reap_adopted(pid_t own)
{
    for (;;) {
        siginfo_t ended = {0};
        if (waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) != 0 || ended.si_pid == 0 ||
            ended.si_pid == own || waitpid(ended.si_pid, NULL, WNOHANG) != ended.si_pid)
            return;
    }
}
