/*
 * The one event loop of a run.
 *
 * Everything a worker waits for is a descriptor in one epoll set (the pty, the child's pidfd, a
 * signalfd, an inotify descriptor) or a transfer of one libcurl multi handle. The epoll descriptor
 * is handed to curl_multi_poll as its one extra descriptor: curl drops POLLHUP and POLLERR of extra
 * descriptors, so a closed terminal would spin there, but an epoll set with a hang-up in it is
 * simply readable.
 *
 * Order of calls: loop_new; loop_watch for each descriptor; loop_run_until again and again;
 * loop_free, which closes nothing that it was given.
 */
#pragma once

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct loop;

/* `events` are EPOLLIN and so on. A watcher may unwatch itself or others and close its descriptor
 * after it has done so. */
typedef void loop_watcher(void *context, uint32_t events);
/* Asked after every round of events: is what is awaited true now? */
typedef bool loop_condition(void *context);
/* Asked before each wait: the moment at which the condition must be asked again although nothing
 * happened (a quiet period that ends), or CLOCK_NEVER. May be NULL. */
typedef int64_t loop_alarm(void *context);

enum loop_result { LOOP_DONE, LOOP_DEADLINE, LOOP_STOPPED, LOOP_FAILED };

LG_CHECKED struct loop *loop_new(struct lg_error *err);
void loop_free(struct loop *loop);

/* The watcher and its context must outlive the watch. */
LG_CHECKED bool loop_watch(struct loop *loop, int fd, uint32_t events, loop_watcher *watcher,
                           void *context, struct lg_error *err);
LG_CHECKED bool loop_change(struct loop *loop, int fd, uint32_t events, struct lg_error *err);
void loop_unwatch(struct loop *loop, int fd);

/* The multi handle for transfers, made on first use and owned by the loop. After every round
 * `loop_run_until` has called curl_multi_perform; who added an easy handle reads its message. */
LG_CHECKED CURLM *loop_transfers(struct loop *loop, struct lg_error *err);

/* Asks every loop_run_until under way or to come to end with LOOP_STOPPED and `why` (a signal
 * number). loop_stopped returns it, 0 while not stopped; loop_resume lets the loop run again, for
 * an orderly teardown after a signal. */
void loop_stop(struct loop *loop, int why);
int loop_stopped(const struct loop *loop);
void loop_resume(struct loop *loop);

/* Handles events until condition(context) is true (LOOP_DONE; asked first before any wait), the
 * deadline (clock_now's scale) has passed, the loop was stopped, or the system failed (err). */
enum loop_result loop_run_until(struct loop *loop, loop_condition *condition, loop_alarm *alarm,
                                void *context, int64_t deadline, struct lg_error *err);
/* Handles events for that long. */
enum loop_result loop_rest(struct loop *loop, int64_t ms, struct lg_error *err);
