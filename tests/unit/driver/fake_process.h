/*
 * A process that does what the test says: driver/process.c with a socket in place of a
 * pseudo-terminal. With tests/unit/virtual_time.h nothing takes time.
 */
#pragma once

#include "../virtual_time.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "driver/process.h"

static struct {
    int terminal;          /* the process's side of it */
    int errors;            /* its standard error */
    int ended;             /* eventfd */
    int status;            /* a wait status, once it has ended */
    int64_t reads_from_ms; /* it reads no input before */
    int64_t busy_until_ms; /* it uses one core until then */
    int rows, columns;     /* as told last */
    struct buffer input;   /* all that was sent: "MS:BYTES " for each write, ESC as ^ */
} fake_process;

static inline void note_input(void)
{
    char bytes[4096];
    ssize_t got;
    while ((got = recv(fake_process.terminal, bytes, sizeof bytes, MSG_DONTWAIT)) > 0) {
        buffer_format(&fake_process.input, "%lld:", (long long)virtual_ms());
        for (ssize_t i = 0; i < got; i++)
            buffer_char(&fake_process.input, bytes[i] == '\x1b' ? '^'
                                             : bytes[i] == '\r' ? '$'
                                                                : bytes[i]);
        buffer_char(&fake_process.input, ' ');
    }
}

static inline void fake_process_begin(void)
{
    virtual_time_begin();
    virtual_time.before_wait = note_input;
    fake_process.terminal = fake_process.errors = fake_process.ended = -1;
    fake_process.status = 0;
    fake_process.reads_from_ms = 0;
    fake_process.busy_until_ms = 0;
    fake_process.input = BUFFER_INIT(65536);
}

/* The process draws. */
static inline void draw(const char *text)
{
    ssize_t put = write(fake_process.terminal, text, strlen(text));
    assert_int_equal(put, strlen(text));
}

static inline void write_error(const char *text)
{
    ssize_t put = write(fake_process.errors, text, strlen(text));
    assert_int_equal(put, strlen(text));
}

/* It ends: with the exit status that the text says. */
static inline void end_with(const char *status)
{
    uint64_t one = 1;
    fake_process.status = atoi(status) << 8;
    assert_int_equal(write(fake_process.ended, &one, sizeof one), sizeof one);
}

double process_cpu_seconds(const struct process *process)
{
    (void)process;
    int64_t ms = virtual_ms();
    return (double)(ms < fake_process.busy_until_ms ? ms : fake_process.busy_until_ms) / 1000;
}

static inline void hang_up_terminal(const char *unused)
{
    (void)unused;
    close(fake_process.terminal);
    fake_process.terminal = -1;
}

bool process_start(const struct process_options *options, struct process *process,
                   struct lg_error *err)
{
    (void)err;
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends), 0);
    fake_process.terminal = ends[0];
    fake_process.ended = eventfd(0, EFD_NONBLOCK);
    fake_process.errors = fcntl(options->standard_error, F_DUPFD_CLOEXEC, 0);
    fake_process.rows = options->rows;
    fake_process.columns = options->columns;
    *process = (struct process){.pid = 4711, .pidfd = fake_process.ended, .master = ends[1]};
    return true;
}

bool process_reap(struct process *process)
{
    uint64_t ended;
    if (!process->reaped && read(process->pidfd, &ended, sizeof ended) == sizeof ended) {
        process->reaped = true;
        process->status = fake_process.status;
    }
    return process->reaped;
}

void process_describe(int wait_status, char *text, size_t size)
{
    snprintf(text, size, "exit status %d", wait_status >> 8);
}

void process_end(struct process *process, int64_t grace_ms)
{
    (void)grace_ms;
    note_input();
    close(process->pidfd);
    close(process->master);
    if (fake_process.terminal >= 0)
        close(fake_process.terminal);
    close(fake_process.errors);
}

size_t process_unread(const struct process *process)
{
    (void)process;
    return virtual_ms() < fake_process.reads_from_ms ? 1 : 0;
}

bool process_resize(const struct process *process, int rows, int columns, struct lg_error *err)
{
    (void)process;
    (void)err;
    fake_process.rows = rows;
    fake_process.columns = columns;
    return true;
}
