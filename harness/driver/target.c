#include "driver/target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "driver/target_private.h"

enum {
    READ_BYTES = 65536,
    /* Reads in one round of the loop: a flood must not keep the loop from its deadlines. */
    READS_PER_ROUND = 16,
    /* The trace of a crash with a thousand goroutines, whose beginning is wanted. */
    ERRORS_TAIL_BYTES = 512 * 1024,
    OUTGOING_BYTES = 1024 * 1024
};

/* Writes what the pty takes now, and watches for when it takes more. */
static void send_outgoing(struct target *target)
{
    size_t sent = 0;
    while (target->terminal_open && sent < target->outgoing.length) {
        ssize_t put = write(target->process.master, target->outgoing.data + sent,
                            target->outgoing.length - sent);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            break;
        sent += (size_t)put;
    }
    buffer_drop(&target->outgoing, sent);
    uint32_t events = EPOLLIN | (target->outgoing.length > 0 ? (uint32_t)EPOLLOUT : 0);
    if (target->terminal_open)
        (void)!loop_change(target->loop, target->process.master, events, NULL);
}

bool target_send(struct target *target, const char *bytes, size_t length, struct lg_error *err)
{
    if (!target->terminal_open)
        return target_fail_ended(target, "before it could be sent input", err);
    if (!buffer_append_limited(&target->outgoing, bytes, length))
        return lg_fail(err, LG_ERROR_TARGET, 0, "the target does not read its terminal");
    send_outgoing(target);
    return true;
}

void target_read(struct target *target)
{
    char bytes[READ_BYTES];
    for (int i = 0; i < READS_PER_ROUND && target->terminal_open; i++) {
        ssize_t got = read(target->process.master, bytes, sizeof bytes);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EAGAIN)
            break;
        /* EIO is how a pty says that its other side has been closed. */
        if (got <= 0) {
            loop_unwatch(target->loop, target->process.master);
            target->terminal_open = false;
            break;
        }
        target->last_output = clock_now();
        target->output_bytes += (size_t)got;
        recording_output(target->recording, bytes, (size_t)got);
        const struct target_options *options = &target->options;
        terminal_feed(target->terminal, bytes, (size_t)got,
                      options->output != NULL ? NULL : &target->outgoing);
        if (options->output != NULL)
            options->output(options->context, bytes, (size_t)got);
    }
}

static void on_terminal(void *context, uint32_t events)
{
    struct target *target = context;
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
        target_read(target);
    send_outgoing(target);
}

/* False when there is nothing more for now. */
static bool read_errors(struct target *target)
{
    char bytes[READ_BYTES];
    ssize_t got = target->errors >= 0 ? read(target->errors, bytes, sizeof bytes) : -1;
    if (target->errors < 0 || (got < 0 && (errno == EAGAIN || errno == EINTR)))
        return false;
    if (got <= 0) {
        loop_unwatch(target->loop, target->errors);
        close(take_fd(target->errors));
        return false;
    }
    size_t room = LIMIT_STDERR_BYTES - target->errors_kept;
    size_t kept = (size_t)got < room ? (size_t)got : room;
    if (file_write_all(target->errors_file, bytes, kept, NULL))
        target->errors_kept += kept;

    /* The last ERRORS_TAIL_BYTES stay. The front is cut once per that many bytes, so that a flood
     * costs little. */
    struct buffer *tail = &target->errors_tail;
    if (tail->length + (size_t)got > tail->maximum)
        buffer_drop(tail, tail->length - ERRORS_TAIL_BYTES);
    buffer_append(tail, bytes, (size_t)got);
    return true;
}

static void on_errors(void *context, uint32_t events)
{
    (void)events;
    read_errors(context);
}

/* The last words of a crash may still be in the pipe when its end is noticed. The number of reads
 * is limited: what the target left behind may write on for ever. */
bool target_has_ended(void *context)
{
    struct target *target = context;
    if (target->process.reaped || !process_reap(&target->process))
        return target->process.reaped;
    for (int i = 0; i < READS_PER_ROUND && read_errors(target); i++)
        continue;
    return true;
}

static void on_end(void *context, uint32_t events)
{
    struct target *target = context;
    (void)events;
    if (target_has_ended(target))
        loop_unwatch(target->loop, target->process.pidfd);
}

/* Standard error goes through a pipe that the loop drains, not straight into a file, so that a
 * target that floods it cannot fill the disk. */
static bool start_process(struct target *target, struct lg_error *err)
{
    const char *path = target->options.stderr_path;
    const struct target_plan *plan = &target->plan->target;
    _cleanup_strings_ struct string_list argv = {0};
    int ends[2];
    target->errors_file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (target->errors_file < 0)
        return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot write %s", path);
    if (pipe2(ends, O_CLOEXEC) != 0)
        return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot make a pipe");
    target->errors = ends[0];
    _cleanup_close_ int write_end = ends[1];
    fcntl(target->errors, F_SETFL, O_NONBLOCK);
    if (!expand_list(target->world, &plan->command, 0, &argv, err))
        return false;
    struct process_options options = {
        .program = target->options.program,
        .argv = argv.items,
        .environment = target->world->environment.items,
        .directory = target->world->root,
        .rows = plan->rows,
        .columns = plan->columns,
        .standard_error = write_end,
        .pty = true,
    };
    target->started = clock_now();
    return process_start(&options, &target->process, err);
}

static bool watch_descriptors(struct target *target, struct lg_error *err)
{
    if (!loop_watch(target->loop, target->process.master, EPOLLIN, on_terminal, target, err))
        return false;
    target->terminal_open = true;
    return loop_watch(target->loop, target->process.pidfd, EPOLLIN, on_end, target, err) &&
           loop_watch(target->loop, target->errors, EPOLLIN, on_errors, target, err);
}

struct target *target_start(struct loop *loop, const struct plan *plan, struct world *world,
                            const struct target_options *options, struct lg_error *err)
{
    int rows = plan->target.rows, columns = plan->target.columns;
    struct target *target = memory_new(struct target);
    *target = (struct target){.loop = loop,
                              .plan = plan,
                              .world = world,
                              .options = *options,
                              .steps = {.loop = loop,
                                        .world = world,
                                        .timeout_scale = options->timeout_scale,
                                        .default_ms = DEADLINE_STEP_MS},
                              .process = {.pid = -1, .pidfd = -1, .master = -1},
                              .terminal = terminal_new(rows, columns, err),
                              .outgoing = BUFFER_INIT(OUTGOING_BYTES),
                              .errors = -1,
                              .errors_file = -1,
                              .errors_tail = BUFFER_INIT(ERRORS_TAIL_BYTES * 2)};
    if (target->terminal != NULL)
        target->recording = recording_open(options->recording_path, rows, columns, plan->name, err);
    if (target->recording != NULL && start_process(target, err) && watch_descriptors(target, err))
        return target;
    target_free(target);
    return NULL;
}

void target_free(struct target *target)
{
    if (target == NULL)
        return;
    if (target->process.pid > 0) {
        if (target->terminal_open)
            loop_unwatch(target->loop, target->process.master);
        loop_unwatch(target->loop, target->process.pidfd);
        process_end(&target->process, 0);
    }
    if (target->errors >= 0)
        loop_unwatch(target->loop, target->errors);
    cleanup_close(&target->errors);
    cleanup_close(&target->errors_file);
    recording_close(target->recording, NULL);
    terminal_free(target->terminal);
    buffer_free(&target->outgoing);
    buffer_free(&target->errors_tail);
    free(target);
}

bool target_finish(struct target *target, struct lg_error *err)
{
    return recording_close(take_pointer(target->recording), err);
}

bool target_fail_ended(struct target *target, const char *doing, struct lg_error *err)
{
    char how[128];
    if (!target_has_ended(target))
        return lg_fail(err, LG_ERROR_TARGET, 0, "the target closed its terminal %s", doing);
    process_describe(target->process.status, how, sizeof how);
    return lg_fail(err, LG_ERROR_TARGET, 0, "the target ended (%s) %s", how, doing);
}

char *target_stderr_tail(const struct target *target, unsigned lines)
{
    const char *text = buffer_string(&target->errors_tail);
    const char *last = text + target->errors_tail.length;
    unsigned seen = 0;
    if (last > text && last[-1] == '\n')
        last--;
    while (last > text && (last[-1] != '\n' || ++seen < lines))
        last--;

    /* Where the Go runtime begins to say why it gives up: long before the end when it prints every
     * goroutine. */
    const char *crash = NULL;
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (text_starts(line, "panic: ") || text_starts(line, "fatal error: "))
            crash = line;
    }
    if (crash == NULL || crash >= last)
        return memory_copy_text(last);
    const char *end = crash;
    while (lines-- > 0)
        end += strcspn(end, "\n") + 1;
    return memory_copy_range(crash, (size_t)(end - crash));
}
