#include "commands/side_by_side.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/pidfd.h"
#include "commands/board.h"
#include "commands/schedule.h"
#include "measure/guard_process.h"
#include "driver/process.h"

enum { TICK_MS = 200, RUNNER_LOST = 70 };

struct slot {
    pid_t pid;
    int process; /* pidfd; -1: nothing runs here */
    int channel; /* -1: it has said all */
    size_t number;
    int64_t began;
    double left;     /* seconds of its attempt, as it said last; negative: it did not */
    int64_t said_at; /* when that was */
    struct buffer unread;
    char *world; /* of its attempt, as it said last */
    json_t *result;
};

struct office {
    const struct side_by_side *work;
    struct slot *slots;
    struct pollfd *watched;
    struct board board;
    size_t next; /* of the order */
    int signals;
    int signal;
    int64_t deadline; /* after a signal: for all runners to have ended */
    struct lg_error *err;
    bool failed;
    struct string_list worlds; /* of runners that were lost */
};

/* --- A runner --- */

static void __attribute__((noreturn))
runner_serve(const struct side_by_side *work, size_t number, int channel, pid_t parent)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
        _exit(RUNNER_LOST);
    setsid();
    /* Who ends while it is spoken to ends this process as well, but not before its guard has been
     * told by that. */
    signal(SIGPIPE, SIG_IGN);
    json_t *result = json_object();
    json_put(result, "result", work->run(work->context, number, channel));
    _cleanup_free_ char *line = json_one_line(result);
    _cleanup_free_ char *ended = memory_format("%s\n", line);
    bool told = file_write_all(channel, ended, strlen(ended), NULL);
    fflush(stderr);
    _exit(told ? EXIT_PASS : RUNNER_LOST);
}

static bool open_channel(int ends[2], struct lg_error *err)
{
    if (pipe2(ends, O_CLOEXEC) != 0)
        return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot make a pipe");
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    return true;
}

static bool start_runner(struct office *office, struct slot *slot, size_t number)
{
    int ends[2];
    pid_t self = getpid();
    if (!open_channel(ends, office->err))
        return false;
    fflush(NULL); /* or both would write what is buffered */
    slot->pid = fork();
    if (slot->pid == 0)
        runner_serve(office->work, number, ends[1], self);
    int error = errno;
    close(ends[1]);
    slot->process = slot->pid > 0 ? pidfd_make(slot->pid) : -1;
    if (slot->process < 0) {
        close(ends[0]);
        return lg_fail(office->err, LG_ERROR_INTERNAL, slot->pid < 0 ? error : errno,
                       "cannot start a process for %s", office->work->names[number]);
    }
    slot->channel = ends[0];
    slot->number = number;
    slot->began = slot->said_at = clock_now();
    slot->left = -1;
    slot->unread = BUFFER_INIT(LIMIT_JOURNAL_LINE);
    return true;
}

/* --- What they say --- */

static void take_line(struct office *office, struct slot *slot, const char *line, size_t length)
{
    unsigned place = (unsigned)(slot - office->slots);
    _cleanup_json_ json_t *said = json_parse(line, length, "a runner", NULL);
    const char *text;
    if ((text = json_get_text(said, "line", NULL)) != NULL) {
        board_say(&office->board, place, text);
        slot->left = json_get_number(said, "left", -1);
        slot->said_at = clock_now();
    } else if ((text = json_get_text(said, "attempt", NULL)) != NULL) {
        board_attempt(&office->board, place, text);
    } else if ((text = json_get_text(said, "world", NULL)) != NULL) {
        free(slot->world);
        slot->world = memory_copy_text(text);
    } else if ((text = json_get_text(said, "screen", NULL)) != NULL) {
        board_screen(&office->board, text);
    } else if (json_is_object(json_object_get(said, "result"))) {
        json_decref(slot->result);
        slot->result = json_incref(json_object_get(said, "result"));
    }
}

static void take_lines(struct office *office, struct slot *slot)
{
    const char *start = buffer_string(&slot->unread);
    const char *end;
    while ((end = strchr(start, '\n')) != NULL) {
        take_line(office, slot, start, (size_t)(end - start));
        start = end + 1;
    }
    _cleanup_free_ char *rest = memory_copy_text(start);
    buffer_clear(&slot->unread);
    buffer_text(&slot->unread, rest);
}

static void read_channel(struct office *office, struct slot *slot)
{
    char bytes[65536];
    ssize_t got;
    if (slot->channel < 0)
        return;
    while ((got = read(slot->channel, bytes, sizeof bytes)) > 0)
        buffer_append(&slot->unread, bytes, (size_t)got);
    take_lines(office, slot);
    if (got == 0)
        cleanup_close(&slot->channel);
}

/* --- Its end --- */

static char *describe_end(const struct slot *slot)
{
    int status = 0;
    char how[128] = "it is not known how";
    if (waitpid(slot->pid, &status, 0) == slot->pid)
        process_describe(status, how, sizeof how);
    return memory_format("leakgate's process for it ended before it was done: %s", how);
}

static void finish(struct office *office, struct slot *slot)
{
    read_channel(office, slot);
    _cleanup_free_ char *why = describe_end(slot);
    board_finish(&office->board, (unsigned)(slot - office->slots),
                 json_get_text(slot->result, "verdict", "lost"),
                 json_get_number(slot->result, "seconds", clock_seconds_since(slot->began)));
    office->work->done(office->work->context, slot->number, slot->result, why);
    if (slot->result == NULL && slot->world != NULL)
        string_list_add(&office->worlds, slot->world);
    free(slot->world);
    slot->world = NULL;
    cleanup_close(&slot->process);
    cleanup_close(&slot->channel);
    buffer_free(&slot->unread);
    json_decref(slot->result);
    slot->result = NULL;
}

/* --- All of them --- */

static void start_what_can(struct office *office)
{
    for (unsigned i = 0; i < office->work->jobs; i++) {
        struct slot *slot = &office->slots[i];
        if (slot->process >= 0 || office->next == office->work->count || office->signal != 0 ||
            office->failed)
            continue;
        size_t number = office->work->order[office->next++];
        if (start_runner(office, slot, number))
            board_begin(&office->board, i, office->work->names[number]);
        else
            office->failed = true;
    }
}

static bool any_runs(const struct office *office)
{
    for (unsigned i = 0; i < office->work->jobs; i++)
        if (office->slots[i].process >= 0)
            return true;
    return false;
}

static void signal_all(const struct office *office, int number)
{
    for (unsigned i = 0; i < office->work->jobs; i++)
        if (office->slots[i].process >= 0)
            pidfd_signal(office->slots[i].process, number);
}

/* Each is passed on as it came, also the second one of an impatient user. A runner has its own
 * deadlines; one that hangs is killed a moment after them, and its guard ends the rest. */
static void on_signal(struct office *office)
{
    struct signalfd_siginfo info;
    while (read(office->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        signal_all(office, (int)info.ssi_signo);
        if (office->signal != 0)
            continue;
        office->signal = (int)info.ssi_signo;
        office->deadline = clock_deadline(DEADLINE_TEARDOWN_MS + DEADLINE_KILL_MS);
    }
}

static double seconds_left(const struct office *office, size_t number, const struct slot *slot)
{
    if (slot == NULL)
        return office->work->seconds[number];
    double since = (double)(clock_now() - slot->said_at) / (double)NS_PER_SECOND;
    double left = slot->left >= 0
                      ? slot->left - since
                      : office->work->seconds[number] - clock_seconds_since(slot->began);
    return left > 1 ? left : 1;
}

static double all_left(const struct office *office)
{
    const struct side_by_side *work = office->work;
    size_t pending = office->signal == 0 ? work->count - office->next : 0;
    _cleanup_free_ double *seconds = memory_array(pending + 1, sizeof *seconds);
    _cleanup_free_ double *free_in = memory_array(work->jobs, sizeof *free_in);
    for (unsigned i = 0; i < work->jobs; i++)
        if (office->slots[i].process >= 0)
            free_in[i] = seconds_left(office, office->slots[i].number, &office->slots[i]);
    for (size_t i = 0; i < pending; i++)
        seconds[i] = seconds_left(office, work->order[office->next + i], NULL);
    return schedule_span(seconds, pending, free_in, work->jobs);
}

/* The descriptors that are waited for: the signals, then each slot's process and channel. */
static nfds_t gather(struct office *office)
{
    struct pollfd *watched = office->watched;
    nfds_t count = 0;
    watched[count++] = (struct pollfd){.fd = office->signals, .events = POLLIN};
    for (unsigned i = 0; i < office->work->jobs; i++) {
        watched[count++] = (struct pollfd){.fd = office->slots[i].process, .events = POLLIN};
        watched[count++] = (struct pollfd){.fd = office->slots[i].channel, .events = POLLIN};
    }
    return count;
}

static void wait_for_something(struct office *office)
{
    int64_t tick = clock_deadline(TICK_MS);
    nfds_t count = gather(office);
    int ready = poll(office->watched, count,
                     clock_remaining_ms(tick < office->deadline ? tick : office->deadline));
    if (ready > 0 && office->watched[0].revents != 0)
        on_signal(office);
    for (unsigned i = 0; ready > 0 && i < office->work->jobs; i++) {
        if (office->watched[2 + 2 * i].revents != 0)
            read_channel(office, &office->slots[i]);
        if (office->watched[1 + 2 * i].revents != 0)
            finish(office, &office->slots[i]);
    }
    if (clock_now() >= office->deadline) {
        signal_all(office, SIGKILL);
        office->deadline = clock_deadline(DEADLINE_KILL_MS);
    }
}

static void work_through(struct office *office)
{
    start_what_can(office);
    while (any_runs(office)) {
        wait_for_something(office);
        start_what_can(office);
        board_draw(&office->board, all_left(office));
    }
}

static bool open_office(struct office *office)
{
    sigset_t set;
    guard_signals(&set);
    office->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (office->signals < 0)
        return lg_fail(office->err, LG_ERROR_INTERNAL, errno, "cannot make a signalfd");
    return process_become_subreaper(office->err);
}

/* A runner that was killed leaves its guard to this process, which ends its run in time by itself;
 * a request to end does it no harm. Where the guard was killed as well, the rest is done here. */
static bool end_orphans(struct office *office)
{
    int64_t deadline = clock_deadline(DEADLINE_TEARDOWN_MS + DEADLINE_KILL_MS);
    if (!process_end_descendants(0, DEADLINE_TEARDOWN_MS, deadline, NULL))
        return lg_fail(office->err, LG_ERROR_INTERNAL, 0, "processes of the run cannot be ended");
    for (size_t i = 0; i < office->worlds.count; i++)
        if (!directory_remove(office->worlds.items[i], office->err))
            return false;
    return true;
}

bool side_by_side_run(const struct side_by_side *work, int *signal, struct lg_error *err)
{
    struct office office = {.work = work,
                            .slots = memory_array(work->jobs, sizeof *office.slots),
                            .watched = memory_array(1 + 2 * work->jobs, sizeof *office.watched),
                            .signals = -1,
                            .deadline = CLOCK_NEVER,
                            .err = err};
    for (unsigned i = 0; i < work->jobs; i++)
        office.slots[i] = (struct slot){.process = -1, .channel = -1};
    board_start(&office.board, work->jobs, work->count, work->screens);
    bool fine = open_office(&office);
    if (fine) {
        work_through(&office);
        fine = end_orphans(&office) && !office.failed;
    }
    board_end(&office.board);
    cleanup_close(&office.signals);
    string_list_free(&office.worlds);
    free(office.slots);
    free(office.watched);
    *signal = office.signal;
    return fine;
}
