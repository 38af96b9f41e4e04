/* The files of a scenario's runs in a report's directory of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "result/evidence.h"

#include "../temporary_directory.h"

static char *path_of(const char *report, const char *run, const char *file)
{
    _cleanup_free_ char *directory = path_join(report, run);
    return path_join(directory, file);
}

static void put(const char *report, const char *run, const char *file)
{
    _cleanup_free_ char *directory = path_join(report, run);
    _cleanup_free_ char *path = path_join(directory, file);
    assert_true(directory_make(directory, 0755, NULL));
    assert_true(file_write_atomic(path, "x", 1, NULL));
}

static bool exists(const char *report, const char *run, const char *file)
{
    _cleanup_free_ char *path = path_of(report, run, file);
    return access(path, F_OK) == 0;
}

static void what_red_runs_keep_is_forgotten_in_all_runs(void **state)
{
    static const char *const runs[] = {"tabs",        "tabs/again",   "tabs/third",
                                       "tabs/locate", "tabs/control", "tabs/control-again"};
    static const char *const red[] = {"heap-first.pb.gz", "heap-last.pb.gz",
                                      "goroutine-first.pb.gz", "goroutine-last.pb.gz",
                                      "goroutines.txt"};
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        put(*state, runs[i], "journal.jsonl");
        put(*state, runs[i], "screen.txt");
        for (size_t j = 0; j < sizeof red / sizeof *red; j++)
            put(*state, runs[i], red[j]);
    }
    put(*state, "other", "heap-first.pb.gz");
    struct lg_error err = {0};
    assert_true(evidence_forget(*state, "tabs", &err));
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        assert_true(exists(*state, runs[i], "journal.jsonl"));
        assert_true(exists(*state, runs[i], "screen.txt"));
        for (size_t j = 0; j < sizeof red / sizeof *red; j++)
            assert_false(exists(*state, runs[i], red[j]));
    }
    assert_true(exists(*state, "other", "heap-first.pb.gz"));
    assert_true(evidence_forget(*state, "tabs", &err));
    assert_true(evidence_forget(*state, "never-run", &err));
}

static void files_are_found_as_they_are(void **state)
{
    struct suite_result *suite = suite_new(*state, "", "");
    const struct scenario_result *tabs = suite_add(suite, "tabs", "tabs.yaml", NULL);
    const struct forge forge = {0};
    suite_find_files(suite, &forge);
    assert_int_equal(tabs->files.count, 0);
    put(*state, "tabs", "screen.txt");
    put(*state, "tabs", "heap-first.pb.gz");
    put(*state, "tabs", ".hidden");
    put(*state, "tabs/again", "stderr.txt");
    put(*state, "tabs/control", "journal.jsonl");
    suite_find_files(suite, &forge);
    suite_find_files(suite, &forge);
    assert_int_equal(tabs->files.count, 2);
    assert_string_equal(tabs->files.items[0], "heap-first.pb.gz");
    assert_string_equal(tabs->files.items[1], "screen.txt");
    assert_int_equal(tabs->control_files.count, 1);
    assert_string_equal(tabs->control_files.items[0], "journal.jsonl");
    suite_free(suite);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_red_runs_keep_is_forgotten_in_all_runs, make_directory,
                                        remove_directory),
        cmocka_unit_test_setup_teardown(files_are_found_as_they_are, make_directory,
                                        remove_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
