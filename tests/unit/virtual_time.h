/*
 * Time that passes only while the event loop waits: the monotonic clock stands still otherwise, and
 * a wait of ten seconds takes none. What happens meanwhile is put on the calendar by the test.
 *
 * A program that includes this (in one file) has it for everything in it: its own clock_gettime and
 * epoll_wait take the place of the C library's.
 */
#ifndef LEAKGATE_TESTS_VIRTUAL_TIME_H
#define LEAKGATE_TESTS_VIRTUAL_TIME_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"

#define VIRTUAL_START (INT64_C(1000) * NS_PER_SECOND)

struct happening {
    int64_t at;
    void (*happen)(const char *text);
    const char *text;
};

static struct {
    int64_t now;
    int64_t end;   /* who waits longer than this waits for ever */
    int64_t slept; /* by the machine, which that clock leaves out */
    struct happening calendar[64];
    size_t count;
    size_t done;
    void (*before_wait)(void); /* called whenever the loop is about to wait; may be NULL */
} virtual_time = {.now = VIRTUAL_START};

static inline void virtual_time_begin(void)
{
    virtual_time.now = VIRTUAL_START;
    virtual_time.end = VIRTUAL_START + 3600 * NS_PER_SECOND;
    virtual_time.slept = 0;
    virtual_time.count = virtual_time.done = 0;
    virtual_time.before_wait = NULL;
}

static inline int64_t virtual_ms(void)
{
    return (virtual_time.now - VIRTUAL_START) / NS_PER_MS;
}

static inline void virtual_pass(int64_t ms)
{
    virtual_time.now += ms * NS_PER_MS;
}

/* Calls happen(text) `ms` after the beginning; to be told in the order in which they happen. */
static inline void at_ms(int64_t ms, void (*happen)(const char *text), const char *text)
{
    assert_true(virtual_time.count < sizeof virtual_time.calendar / sizeof(struct happening));
    virtual_time.calendar[virtual_time.count++] =
        (struct happening){VIRTUAL_START + ms * NS_PER_MS, happen, text};
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    if (clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME)
        return (int)syscall(SYS_clock_gettime, clock, now);
    int64_t moment = virtual_time.now + (clock == CLOCK_BOOTTIME ? virtual_time.slept : 0);
    now->tv_sec = moment / NS_PER_SECOND;
    now->tv_nsec = moment % NS_PER_SECOND;
    return 0;
}

int epoll_wait(int epoll, struct epoll_event *events, int most, int timeout)
{
    if (virtual_time.before_wait != NULL)
        virtual_time.before_wait();
    int ready = epoll_pwait(epoll, events, most, 0, NULL);
    if (ready != 0)
        return ready;
    int64_t until = virtual_time.now + timeout * NS_PER_MS;
    const struct happening *next = &virtual_time.calendar[virtual_time.done];
    if (virtual_time.done < virtual_time.count && next->at <= until) {
        virtual_time.now = next->at > virtual_time.now ? next->at : virtual_time.now;
        virtual_time.done++;
        next->happen(next->text);
        return 0;
    }
    virtual_time.now = until;
    if (virtual_time.now > virtual_time.end)
        fail_msg("somebody waits for ever");
    return 0;
}

#endif
