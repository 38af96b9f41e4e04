/* The files that a run keeps for people, in a directory of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/memory.h"
#include "measure/evidence.h"

#include "../probes/http_server.h"

#include "../temporary_directory.h"

/* In place of the C library's: the clock runs at a fiftieth of its pace, so that a busy machine
 * answers within the two seconds that the goroutines are given. */
int clock_gettime(clockid_t clock, struct timespec *now)
{
    if (syscall(SYS_clock_gettime, clock, now) != 0)
        return -1;
    if (clock == CLOCK_MONOTONIC) {
        int64_t slow = (now->tv_sec * NS_PER_SECOND + now->tv_nsec) / 50;
        *now = (struct timespec){slow / NS_PER_SECOND, slow % NS_PER_SECOND};
    }
    return 0;
}

static void take(struct evidence *evidence, enum gauge gauge, const char *bytes)
{
    struct lg_error err = {0};
    assert_true(evidence_take_profile(evidence, gauge, bytes, strlen(bytes), &err));
}

/* wanted NULL: it is not there. */
static void assert_file(const char *directory, const char *name, const char *wanted)
{
    _cleanup_free_ char *path = path_join(directory, name);
    _cleanup_buffer_ struct buffer text = BUFFER_INIT(100);
    if (wanted == NULL) {
        assert_int_not_equal(access(path, F_OK), 0);
        return;
    }
    assert_true(file_read(path, &text, LG_ERROR_INPUT, NULL));
    assert_string_equal(buffer_string(&text), wanted);
}

static void the_first_and_the_last_of_each_are_kept(void **state)
{
    struct evidence evidence;
    evidence_begin(&evidence, *state);
    take(&evidence, GAUGE_HEAP_STACK, "heap 1");
    take(&evidence, GAUGE_GOROUTINE, "goroutines 1");
    take(&evidence, GAUGE_HEAP_STACK, "a longer heap 2");
    take(&evidence, GAUGE_GOROUTINE, "goroutines 2");
    take(&evidence, GAUGE_GOROUTINE_LEAK, "leaked");
    take(&evidence, GAUGE_HEAP_STACK, "heap 3");
    assert_file(*state, EVIDENCE_HEAP_FIRST, NULL);
    assert_true(evidence_publish(&evidence, NULL));
    evidence_end(&evidence);
    assert_file(*state, EVIDENCE_HEAP_FIRST, "heap 1");
    assert_file(*state, EVIDENCE_HEAP_LAST, "heap 3");
    assert_file(*state, EVIDENCE_GOROUTINE_FIRST, "goroutines 1");
    assert_file(*state, EVIDENCE_GOROUTINE_LAST, "goroutines 2");
    assert_false(evidence.left_out);
}

static void one_sample_is_no_pair(void **state)
{
    struct evidence evidence;
    evidence_begin(&evidence, *state);
    take(&evidence, GAUGE_HEAP_STACK, "heap 1");
    assert_true(evidence_publish(&evidence, NULL));
    evidence_end(&evidence);
    assert_file(*state, EVIDENCE_HEAP_FIRST, "heap 1");
    assert_file(*state, EVIDENCE_HEAP_LAST, NULL);
}

/* An earlier one would be taken for the last. */
static void a_profile_over_the_limit_is_left_out(void **state)
{
    struct evidence evidence;
    _cleanup_free_ char *large = memory_array(LIMIT_EVIDENCE_BYTES + 1, 1);
    evidence_begin(&evidence, *state);
    take(&evidence, GAUGE_HEAP_STACK, "heap 1");
    take(&evidence, GAUGE_HEAP_STACK, "heap 2");
    assert_false(evidence.left_out);
    assert_true(
        evidence_take_profile(&evidence, GAUGE_HEAP_STACK, large, LIMIT_EVIDENCE_BYTES + 1, NULL));
    assert_true(evidence.left_out);
    assert_true(evidence_publish(&evidence, NULL));
    evidence_end(&evidence);
    assert_file(*state, EVIDENCE_HEAP_FIRST, "heap 1");
    assert_file(*state, EVIDENCE_HEAP_LAST, NULL);
}

static void what_is_not_published_leaves_nothing(void **state)
{
    struct evidence evidence;
    evidence_begin(&evidence, *state);
    take(&evidence, GAUGE_HEAP_STACK, "heap 1");
    take(&evidence, GAUGE_HEAP_STACK, "heap 2");
    evidence_end(&evidence);
    assert_int_equal(rmdir(*state), 0);
}

/* "many": more text than is kept; anything else is not there. */
static bool answer(void *context, int connection, const char *path)
{
    static char line[] = "goroutine 7 [chan receive]:\n";
    const char *kind = context;
    if (strcmp(path, "goroutine?debug=2") != 0 || strcmp(kind, "none") == 0)
        return http_answer(connection, "404 Not Found", "", 0);
    if (strcmp(kind, "few") == 0)
        return http_answer(connection, "200 OK", line, strlen(line));
    size_t length = LIMIT_EVIDENCE_BYTES + 1000;
    char *body = memory_array(length, 1);
    for (size_t i = 0; i < length; i++)
        body[i] = line[i % (sizeof line - 1)];
    bool sent = http_answer(connection, "200 OK", body, length);
    free(body);
    return sent;
}

/* Takes them from a target of that kind; what is in the file then, NULL: there is none. */
static char *goroutines_of(const char *directory, char *kind)
{
    struct http_server server = {.answer = answer, .context = kind};
    struct lg_error err = {0};
    struct evidence evidence;
    assert_true(http_start(&server));
    struct loop *loop = loop_new(&err);
    struct pprof *pprof = pprof_new(loop, server.port, false, &err);
    evidence_begin(&evidence, directory);
    evidence_take_goroutines(&evidence, pprof);
    evidence_end(&evidence);
    pprof_free(pprof);
    loop_free(loop);
    http_stop(&server);
    _cleanup_free_ char *path = path_join(directory, EVIDENCE_GOROUTINES);
    struct buffer text = BUFFER_INIT(2 * LIMIT_EVIDENCE_BYTES);
    return file_read(path, &text, LG_ERROR_INPUT, NULL) ? buffer_take(&text) : NULL;
}

static void goroutines_are_kept_up_to_the_limit(void **state)
{
    assert_null(goroutines_of(*state, (char[]){"none"}));
    _cleanup_free_ char *few = goroutines_of(*state, (char[]){"few"});
    assert_string_equal(few, "goroutine 7 [chan receive]:\n");
    _cleanup_free_ char *many = goroutines_of(*state, (char[]){"many"});
    assert_non_null(many);
    static const char end[] = "\n[cut off: over the limit of 16777216 bytes]\n";
    assert_int_equal(strlen(many), LIMIT_EVIDENCE_BYTES + strlen(end));
    assert_string_equal(many + LIMIT_EVIDENCE_BYTES, end);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_first_and_the_last_of_each_are_kept, make_directory,
                                        remove_directory),
        cmocka_unit_test_setup_teardown(one_sample_is_no_pair, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(a_profile_over_the_limit_is_left_out, make_directory,
                                        remove_directory),
        cmocka_unit_test_setup_teardown(goroutines_are_kept_up_to_the_limit, make_directory,
                                        remove_directory),
        cmocka_unit_test_setup_teardown(what_is_not_published_leaves_nothing, make_directory,
                                        remove_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
