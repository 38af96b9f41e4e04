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

static void only_what_is_there_is_named(void **state)
{
    _cleanup_free_ char *nothing = evidence_describe(*state, "tabs");
    assert_string_equal(nothing, "");
    put(*state, "tabs", "screen.txt");
    put(*state, "tabs", "heap-first.pb.gz");
    _cleanup_free_ char *two = evidence_describe(*state, "tabs");
    assert_string_equal(two, "screen, profiles");
}

static char *comparison_of(const char *report, char *name, enum finding_kind kind, enum gauge gauge)
{
    struct finding findings[] = {{.kind = FINDING_BACKLOG, .gauge = GAUGE_HEAP_STACK},
                                 {.kind = kind, .gauge = gauge}};
    struct judgement judgement = {.findings = findings, .count = 2};
    struct scenario_result scenario = {.name = name, .judgement = &judgement};
    return evidence_comparison(report, &scenario);
}

static void the_profiles_of_what_grew_are_compared(void **state)
{
    char name[] = "it's";
    put(*state, name, "heap-first.pb.gz");
    assert_null(comparison_of(*state, name, FINDING_GROWTH, GAUGE_FD));
    put(*state, name, "heap-last.pb.gz");
    assert_null(comparison_of(*state, name, FINDING_GROWTH, GAUGE_GOROUTINE));
    _cleanup_free_ char *wanted =
        memory_format("go tool pprof -top -base '%s/it'\\''s/heap-first.pb.gz' "
                      "'%s/it'\\''s/heap-last.pb.gz'",
                      (char *)*state, (char *)*state);
    _cleanup_free_ char *of_fd = comparison_of(*state, name, FINDING_GROWTH, GAUGE_FD);
    assert_string_equal(of_fd, wanted);

    put(*state, name, "goroutine-first.pb.gz");
    put(*state, name, "goroutine-last.pb.gz");
    _cleanup_free_ char *goroutines = comparison_of(*state, name, FINDING_GROWTH, GAUGE_GOROUTINE);
    assert_non_null(strstr(goroutines, "-cum -base"));
    assert_non_null(strstr(goroutines, "goroutine-last.pb.gz"));
    _cleanup_free_ char *still_fd = comparison_of(*state, name, FINDING_GROWTH, GAUGE_FD);
    assert_string_equal(still_fd, wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_red_runs_keep_is_forgotten_in_all_runs, make_directory,
                                        remove_directory),
        cmocka_unit_test_setup_teardown(only_what_is_there_is_named, make_directory,
                                        remove_directory),
        cmocka_unit_test_setup_teardown(the_profiles_of_what_grew_are_compared, make_directory,
                                        remove_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
