/* The event loop: conditions, deadlines, alarms, stops, hang-ups. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/loop.h"

struct watched {
    struct loop *loop;
    int fd;
    unsigned events;
    unsigned rounds;
    bool stop;
};

static void cleanup_loop(struct loop **loop)
{
    loop_free(*loop);
}
#define _cleanup_loop_ __attribute__((cleanup(cleanup_loop)))

static void on_event(void *context, uint32_t events)
{
    struct watched *watched = context;
    watched->events++;
    char byte;
    if ((events & EPOLLIN) == 0 || read(watched->fd, &byte, 1) <= 0)
        loop_unwatch(watched->loop, watched->fd);
    if (watched->stop)
        loop_stop(watched->loop, 15);
}

static bool has_event(void *context)
{
    struct watched *watched = context;
    watched->rounds++;
    return watched->events > 0;
}

static bool never(void *context)
{
    struct watched *watched = context;
    watched->rounds++;
    return false;
}

static bool third_round(void *context)
{
    return ++((struct watched *)context)->rounds == 3;
}

static int64_t at_once(void *context)
{
    (void)context;
    return clock_now();
}

static void a_condition_that_holds_is_asked_once_and_waits_for_nothing(void **state)
{
    (void)state;
    struct lg_error err = {0};
    _cleanup_loop_ struct loop *loop = loop_new(&err);
    struct watched watched = {.events = 1};
    assert_int_equal(loop_run_until(loop, has_event, NULL, &watched, 0, &err), LOOP_DONE);
    assert_int_equal(watched.rounds, 1);
}

static void an_event_wakes_the_loop(void **state)
{
    (void)state;
    struct lg_error err = {0};
    _cleanup_loop_ struct loop *loop = loop_new(&err);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct watched watched = {.loop = loop, .fd = ends[0]};
    assert_true(loop_watch(loop, ends[0], EPOLLIN, on_event, &watched, &err));
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_int_equal(loop_run_until(loop, has_event, NULL, &watched, CLOCK_NEVER, &err), LOOP_DONE);
    assert_int_equal(watched.rounds, 2); /* before the wait and after it: no polling in between */
    close(ends[0]);
    close(ends[1]);
}

static void a_hang_up_does_not_spin_also_with_transfers(void **state)
{
    (void)state;
    struct lg_error err = {0};
    _cleanup_loop_ struct loop *loop = loop_new(&err);
    assert_non_null(loop_transfers(loop, &err));
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct watched watched = {.loop = loop, .fd = ends[0]};
    assert_true(loop_watch(loop, ends[0], EPOLLIN, on_event, &watched, &err));
    close(ends[1]);
    assert_int_equal(loop_run_until(loop, never, NULL, &watched, clock_deadline(50), &err),
                     LOOP_DEADLINE);
    assert_int_equal(watched.events, 1);
    assert_in_range(watched.rounds, 2, 4);
    close(ends[0]);
}

static void an_alarm_has_the_condition_asked_again(void **state)
{
    (void)state;
    struct lg_error err = {0};
    _cleanup_loop_ struct loop *loop = loop_new(&err);
    struct watched watched = {0};
    assert_int_equal(loop_run_until(loop, third_round, at_once, &watched, CLOCK_NEVER, &err),
                     LOOP_DONE);
}

static void a_stop_ends_this_wait_and_the_next(void **state)
{
    (void)state;
    struct lg_error err = {0};
    _cleanup_loop_ struct loop *loop = loop_new(&err);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct watched watched = {.loop = loop, .fd = ends[0], .stop = true};
    assert_true(loop_watch(loop, ends[0], EPOLLIN, on_event, &watched, &err));
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_int_equal(loop_run_until(loop, never, NULL, &watched, CLOCK_NEVER, &err), LOOP_STOPPED);
    assert_int_equal(loop_rest(loop, 1000, &err), LOOP_STOPPED);
    assert_int_equal(loop_stopped(loop), 15);
    loop_resume(loop);
    assert_int_equal(loop_rest(loop, 0, &err), LOOP_DONE);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_condition_that_holds_is_asked_once_and_waits_for_nothing),
        cmocka_unit_test(an_event_wakes_the_loop),
        cmocka_unit_test(a_hang_up_does_not_spin_also_with_transfers),
        cmocka_unit_test(an_alarm_has_the_condition_asked_again),
        cmocka_unit_test(a_stop_ends_this_wait_and_the_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
