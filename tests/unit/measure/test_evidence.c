/* The files that a run keeps for people, in a directory of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#include "base/limits.h"
#include "base/memory.h"
#include "measure/evidence.h"

static int make_directory(void **state)
{
    char *path = memory_copy_text("/tmp/leakgate-test-XXXXXX");
    *state = mkdtemp(path);
    return *state == NULL;
}

static int remove_directory(void **state)
{
    bool removed = directory_remove(*state, NULL);
    free(*state);
    return !removed;
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

    assert_true(evidence_remove(*state, NULL));
    assert_int_equal(rmdir(*state), 0);
    assert_true(evidence_remove(*state, NULL));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_first_and_the_last_of_each_are_kept, make_directory,
                                        remove_directory),
        cmocka_unit_test_setup_teardown(one_sample_is_no_pair, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(a_profile_over_the_limit_is_left_out, make_directory,
                                        remove_directory),
        cmocka_unit_test_setup_teardown(what_is_not_published_leaves_nothing, make_directory,
                                        remove_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
