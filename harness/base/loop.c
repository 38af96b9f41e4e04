#include "base/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <uthash.h>

#include "base/clock.h"
#include "base/memory.h"

enum { EVENTS_PER_ROUND = 32 };

struct watch {
    int fd;
    loop_watcher *watcher;
    void *context;
    UT_hash_handle hh;
};

struct loop {
    int epoll;
    CURLM *transfers;
    struct watch *watches;
    int stopped;
};

struct loop *loop_new(struct lg_error *err)
{
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0) {
        lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot make an epoll set");
        return NULL;
    }
    struct loop *loop = memory_new(struct loop);
    loop->epoll = epoll;
    return loop;
}

void loop_free(struct loop *loop)
{
    if (loop == NULL)
        return;
    struct watch *watch, *next;
    HASH_ITER(hh, loop->watches, watch, next)
    {
        /* NOLINTNEXTLINE: `next` was read before `watch` is freed. */
        HASH_DEL(loop->watches, watch);
        free(watch);
    }
    if (loop->transfers != NULL)
        curl_multi_cleanup(loop->transfers);
    close(loop->epoll);
    free(loop);
}

bool loop_watch(struct loop *loop, int fd, uint32_t events, loop_watcher *watcher, void *context,
                struct lg_error *err)
{
    struct epoll_event event = {.events = events, .data.fd = fd};
    if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
        return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot watch descriptor %d", fd);
    struct watch *watch = memory_new(struct watch);
    *watch = (struct watch){.fd = fd, .watcher = watcher, .context = context};
    HASH_ADD_INT(loop->watches, fd, watch);
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
    struct watch *watch = NULL;
    HASH_FIND_INT(loop->watches, &fd, watch);
    if (watch == NULL)
        return;
    epoll_ctl(loop->epoll, EPOLL_CTL_DEL, fd, NULL);
    HASH_DEL(loop->watches, watch);
    free(watch);
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
        struct watch *watch = NULL;
        /* Looked up anew for each event: an earlier watcher of this round may have removed it. */
        HASH_FIND_INT(loop->watches, &events[i].data.fd, watch);
        if (watch != NULL)
            watch->watcher(watch->context, events[i].events);
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

static int wait_ms(int64_t deadline, loop_alarm *alarm, void *context)
{
    int64_t until = alarm != NULL ? alarm(context) : CLOCK_NEVER;
    int ms = clock_remaining_ms(until < deadline ? until : deadline);
    /* curl_multi_poll knows no "for ever". */
    return ms < 0 || ms > 60000 ? 60000 : ms;
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
        int timeout = wait_ms(deadline, alarm, context);
        bool handled =
            loop->transfers != NULL ? transfer(loop, timeout, err) : dispatch(loop, timeout, err);
        if (!handled)
            return LOOP_FAILED;
    }
}

enum loop_result loop_rest(struct loop *loop, int64_t ms, struct lg_error *err)
{
    enum loop_result result = loop_run_until(loop, NULL, NULL, NULL, clock_deadline(ms), err);
    return result == LOOP_DEADLINE ? LOOP_DONE : result;
}
