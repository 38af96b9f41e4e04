#include "base/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"

enum { EVENTS_PER_ROUND = 32 };

struct watch {
    loop_watcher *watcher; /* NULL: the descriptor is not watched */
    void *context;
};

struct loop {
    int epoll;
    CURLM *transfers;
    struct watch *watches; /* by descriptor */
    size_t watch_capacity;
    int stopped;
};

struct loop *loop_new(struct lg_error *err)
{
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0)
        return lg_fail_null(err, LG_ERROR_INTERNAL, errno, "cannot make an epoll set");
    struct loop *loop = memory_new(struct loop);
    loop->epoll = epoll;
    return loop;
}

void loop_free(struct loop *loop)
{
    if (loop == NULL)
        return;
    if (loop->transfers != NULL)
        curl_multi_cleanup(loop->transfers);
    free(loop->watches);
    close(loop->epoll);
    free(loop);
}

bool loop_watch(struct loop *loop, int fd, uint32_t events, loop_watcher *watcher, void *context,
                struct lg_error *err)
{
    struct epoll_event event = {.events = events, .data.fd = fd};
    if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
        return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot watch descriptor %d", fd);
    loop->watches =
        memory_grow(loop->watches, &loop->watch_capacity, (size_t)fd + 1, sizeof *loop->watches);
    loop->watches[fd] = (struct watch){watcher, context};
    return true;
}

bool loop_change(struct loop *loop, int fd, uint32_t events, struct lg_error *err)
{
    struct epoll_event event = {.events = events, .data.fd = fd};
    if (epoll_ctl(loop->epoll, EPOLL_CTL_MOD, fd, &event) != 0)
        return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot watch descriptor %d", fd);
    return true;
}

void loop_unwatch(struct loop *loop, int fd)
{
    if (fd < 0 || (size_t)fd >= loop->watch_capacity || loop->watches[fd].watcher == NULL)
        return;
    epoll_ctl(loop->epoll, EPOLL_CTL_DEL, fd, NULL);
    loop->watches[fd] = (struct watch){0};
}

CURLM *loop_transfers(struct loop *loop, struct lg_error *err)
{
    if (loop->transfers == NULL)
        loop->transfers = curl_multi_init();
    if (loop->transfers == NULL)
        lg_fail(err, LG_ERROR_INTERNAL, 0, "cannot make a libcurl multi handle");
    return loop->transfers;
}

void loop_stop(struct loop *loop, int why)
{
    loop->stopped = why;
}

int loop_stopped(const struct loop *loop)
{
    return loop->stopped;
}

void loop_resume(struct loop *loop)
{
    loop->stopped = 0;
}

static bool dispatch(struct loop *loop, int timeout, struct lg_error *err)
{
    struct epoll_event events[EVENTS_PER_ROUND];
    int count = epoll_wait(loop->epoll, events, EVENTS_PER_ROUND, timeout);
    if (count < 0 && errno != EINTR)
        return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot wait for events");
    for (int i = 0; i < count; i++) {
        /* Looked up anew for each event: an earlier watcher of this round may have removed it. */
        const struct watch watch = loop->watches[events[i].data.fd];
        if (watch.watcher != NULL)
            watch.watcher(watch.context, events[i].events);
    }
    return true;
}

static bool transfer(struct loop *loop, int timeout, struct lg_error *err)
{
    struct curl_waitfd extra = {.fd = loop->epoll, .events = CURL_WAIT_POLLIN};
    int running = 0;
    CURLMcode code = curl_multi_poll(loop->transfers, &extra, 1, timeout, NULL);
    if (code == CURLM_OK)
        code = curl_multi_perform(loop->transfers, &running);
    if (code != CURLM_OK)
        return lg_fail(err, LG_ERROR_INTERNAL, 0, "libcurl: %s", curl_multi_strerror(code));
    return dispatch(loop, 0, err);
}

enum loop_result loop_run_until(struct loop *loop, loop_condition *condition, loop_alarm *alarm,
                                void *context, int64_t deadline, struct lg_error *err)
{
    for (;;) {
        if (loop->stopped != 0)
            return LOOP_STOPPED;
        if (condition != NULL && condition(context))
            return LOOP_DONE;
        if (deadline != CLOCK_NEVER && clock_now() >= deadline)
            return LOOP_DEADLINE;
        int64_t until = alarm != NULL ? alarm(context) : CLOCK_NEVER;
        int ms = clock_remaining_ms(until < deadline ? until : deadline);
        if (ms < 0 || ms > 60000) /* curl_multi_poll knows no "for ever" */
            ms = 60000;
        if (!(loop->transfers != NULL ? transfer(loop, ms, err) : dispatch(loop, ms, err)))
            return LOOP_FAILED;
    }
}

enum loop_result loop_rest(struct loop *loop, int64_t ms, struct lg_error *err)
{
    enum loop_result result = loop_run_until(loop, NULL, NULL, NULL, clock_deadline(ms), err);
    return result == LOOP_DEADLINE ? LOOP_DONE : result;
}
