/* pprof over HTTP: one connection for everything, and servers that misbehave. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "base/limits.h"
#include "base/loop.h"
#include "base/memory.h"
#include "probes/pprof.h"

#include "http_server.h"

struct fixture {
    struct http_server server;
    struct loop *loop;
    struct pprof *pprof;
    int asks[2];    /* the server writes a byte, the loop's watcher reads it ... */
    int answers[2]; /* ... and answers here */
    struct lg_error err;
};

static bool flood(int connection, const char *head, const char *piece)
{
    bool sent = http_text(connection, head);
    while (sent)
        sent = http_text(connection, piece);
    return false;
}

/* Answers only once the client's loop has seen to another descriptor. */
static bool answer_when_drained(struct fixture *fixture, int connection)
{
    char byte = 'x';
    return write(fixture->asks[1], &byte, 1) == 1 && read(fixture->answers[0], &byte, 1) == 1 &&
           http_answer(connection, "200 OK", "drained", 7);
}

static bool answer(void *context, int connection, const char *path)
{
    if (strcmp(path, "ok") == 0)
        return http_answer(connection, "200 OK", "hello", 5);
    if (strcmp(path, "missing") == 0)
        return http_answer(connection, "404 Not Found", "Unknown profile\nmore\n", 21);
    if (strcmp(path, "evil") == 0)
        return http_answer(connection, "500 No", "a\x1b[2Jb\n", 7);
    if (strcmp(path, "moved") == 0)
        return http_text(connection, "HTTP/1.1 302 Found\r\nLocation: /debug/pprof/ok\r\n"
                                     "Content-Length: 0\r\n\r\n");
    if (strcmp(path, "close") == 0)
        return http_text(connection, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello") && false;
    if (strcmp(path, "short") == 0)
        return http_text(connection, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhi") && false;
    if (strcmp(path, "garbage") == 0)
        return http_text(connection, "SSH-2.0-x\r\n") && false;
    if (strcmp(path, "drain") == 0)
        return answer_when_drained(context, connection);
    if (strcmp(path, "headers") == 0)
        return flood(connection, "HTTP/1.1 200 OK\r\n", "X-More: and more and more and more\r\n");
    if (strcmp(path, "endless") == 0) {
        static char piece[65536 + 16];
        snprintf(piece, sizeof piece, "10000\r\n%065536d\r\n", 0);
        return flood(connection, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", piece);
    }
    if (strcmp(path, "slow") == 0)
        http_text(connection, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nh");
    http_wait(connection);
    return false;
}

static int setup(void **state)
{
    struct fixture *fixture = memory_new(struct fixture);
    fixture->server.answer = answer;
    fixture->server.context = fixture;
    assert_int_equal(pipe(fixture->asks), 0);
    assert_int_equal(pipe(fixture->answers), 0);
    assert_true(http_start(&fixture->server));
    fixture->loop = loop_new(&fixture->err);
    fixture->pprof = pprof_new(fixture->loop, fixture->server.port, false, &fixture->err);
    assert_non_null(fixture->pprof);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    pprof_free(fixture->pprof);
    loop_free(fixture->loop);
    http_stop(&fixture->server);
    for (unsigned i = 0; i < 2; i++) {
        close(fixture->asks[i]);
        close(fixture->answers[i]);
    }
    free(fixture);
    return 0;
}

static void fetches(struct fixture *fixture, const char *path, const char *expected)
{
    _cleanup_buffer_ struct buffer body = BUFFER_INIT(1024);
    if (!pprof_fetch(fixture->pprof, path, &body, &fixture->err))
        fail_msg("%s", fixture->err.text);
    assert_string_equal(buffer_string(&body), expected);
}

static void fails(struct fixture *fixture, const char *path, const char *why)
{
    _cleanup_buffer_ struct buffer body = BUFFER_INIT(LIMIT_HTTP_BODY_BYTES + 1);
    fixture->err = (struct lg_error){0};
    assert_false(pprof_fetch(fixture->pprof, path, &body, &fixture->err));
    assert_int_equal(fixture->err.class, LG_ERROR_TARGET);
    if (strstr(fixture->err.text, why) == NULL)
        fail_msg("'%s' does not say '%s'", fixture->err.text, why);
}

static void one_connection_serves_every_fetch(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(pprof_connections(fixture->pprof), 0);
    assert_int_equal(atomic_load(&fixture->server.connections), 0);
    for (unsigned i = 0; i < 20; i++)
        fetches(fixture, "ok", "hello");
    fails(fixture, "missing", "HTTP status 404");
    fetches(fixture, "ok", "hello");
    assert_int_equal(pprof_connections(fixture->pprof), 1);
    assert_int_equal(atomic_load(&fixture->server.connections), 1);
    assert_int_equal(atomic_load(&fixture->server.requests), 22);
}

static void a_connection_that_was_lost_is_counted(void **state)
{
    struct fixture *fixture = *state;
    fetches(fixture, "close", "hello");
    fetches(fixture, "ok", "hello");
    assert_int_equal(pprof_connections(fixture->pprof), 2);
}

static void a_connection_may_be_asked_not_to_stay(void **state)
{
    struct fixture *fixture = *state;
    pprof_set_keep_alive(fixture->pprof, false);
    fetches(fixture, "ok", "hello");
    fetches(fixture, "ok", "hello");
    assert_int_equal(atomic_load(&fixture->server.connections), 2);
}

static void a_proxy_in_the_environment_is_ignored(void **state)
{
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
    fetches(*state, "ok", "hello");
    unsetenv("http_proxy");
    unsetenv("ALL_PROXY");
}

static void an_answer_other_than_200_says_why(void **state)
{
    struct fixture *fixture = *state;
    fails(fixture, "missing", "HTTP status 404: Unknown profile");
    assert_null(strchr(fixture->err.text, '\n'));
    fails(fixture, "evil", "HTTP status 500: a");
    assert_null(strchr(fixture->err.text, '\x1b'));
}

static void a_redirect_is_not_followed(void **state)
{
    struct fixture *fixture = *state;
    fails(fixture, "moved", "HTTP status 302");
    assert_int_equal(atomic_load(&fixture->server.requests), 1);
}

static void an_endless_body_is_cut(void **state)
{
    fails(*state, "endless", "larger than the limit of 67108864 bytes");
}

static void endless_headers_are_cut(void **state)
{
    fails(*state, "headers", "headers are larger than the limit of 65536 bytes");
    fetches(*state, "ok", "hello");
}

static void a_buffers_own_maximum_counts_too(void **state)
{
    struct fixture *fixture = *state;
    _cleanup_buffer_ struct buffer body = BUFFER_INIT(4);
    assert_false(pprof_fetch(fixture->pprof, "ok", &body, &fixture->err));
    assert_non_null(strstr(fixture->err.text, "larger than the limit of 4 bytes"));
}

static void who_is_slow_or_silent_is_given_up(void **state)
{
    struct fixture *fixture = *state;
    pprof_set_timeout(fixture->pprof, 100);
    fails(fixture, "slow", "imeout");
    fails(fixture, "silent", "imeout");
    pprof_set_timeout(fixture->pprof, LIMIT_HTTP_TOTAL_MS);
    fetches(fixture, "ok", "hello");
}

static void a_body_cut_short_or_no_http_is_an_error(void **state)
{
    fails(*state, "short", "pprof http://127.0.0.1:");
    fails(*state, "garbage", "pprof http://127.0.0.1:");
}

static void a_port_where_nobody_listens_is_an_error(void **state)
{
    struct fixture *fixture = *state;
    unsigned short port = 0;
    close(http_listen(&port));
    struct pprof *nobody = pprof_new(fixture->loop, port, false, &fixture->err);
    _cleanup_buffer_ struct buffer body = BUFFER_INIT(64);
    assert_false(pprof_fetch(nobody, "ok", &body, &fixture->err));
    assert_int_equal(fixture->err.class, LG_ERROR_TARGET);
    pprof_free(nobody);
}

/* A socket at [::] is asked at ::1, and where that does not answer at 127.0.0.1. */
static void where_ipv6_does_not_answer_ipv4_is_asked(void **state)
{
    struct fixture *fixture = *state;
    pprof_free(fixture->pprof);
    fixture->pprof = pprof_new(fixture->loop, fixture->server.port, true, &fixture->err);
    fetches(fixture, "ok", "hello");
}

static void a_stopped_loop_cancels(void **state)
{
    struct fixture *fixture = *state;
    _cleanup_buffer_ struct buffer body = BUFFER_INIT(64);
    loop_stop(fixture->loop, SIGINT);
    assert_false(pprof_fetch(fixture->pprof, "ok", &body, &fixture->err));
    assert_int_equal(fixture->err.class, LG_ERROR_CANCELLED);
    loop_resume(fixture->loop);
    fetches(fixture, "ok", "hello");
}

static void drain(void *context, uint32_t events)
{
    struct fixture *fixture = context;
    char byte;
    (void)events;
    assert_int_equal(read(fixture->asks[0], &byte, 1), 1);
    assert_int_equal(write(fixture->answers[1], &byte, 1), 1);
}

static void the_loop_goes_on_while_a_profile_is_fetched(void **state)
{
    struct fixture *fixture = *state;
    assert_true(
        loop_watch(fixture->loop, fixture->asks[0], EPOLLIN, drain, fixture, &fixture->err));
    fetches(fixture, "drain", "drained");
}

#define with_server(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_server(one_connection_serves_every_fetch),
        with_server(a_connection_that_was_lost_is_counted),
        with_server(a_connection_may_be_asked_not_to_stay),
        with_server(a_proxy_in_the_environment_is_ignored),
        with_server(an_answer_other_than_200_says_why),
        with_server(a_redirect_is_not_followed),
        with_server(an_endless_body_is_cut),
        with_server(endless_headers_are_cut),
        with_server(a_buffers_own_maximum_counts_too),
        with_server(who_is_slow_or_silent_is_given_up),
        with_server(a_body_cut_short_or_no_http_is_an_error),
        with_server(a_port_where_nobody_listens_is_an_error),
        with_server(where_ipv6_does_not_answer_ipv4_is_asked),
        with_server(a_stopped_loop_cancels),
        with_server(the_loop_goes_on_while_a_profile_is_fetched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
