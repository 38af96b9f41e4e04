/* What is said of the files that runs leave, and what accept wants to be named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "report/next_steps.h"

static void only_what_is_there_is_named(void **state)
{
    (void)state;
    _cleanup_strings_ struct string_list files = {0};
    _cleanup_free_ char *nothing = evidence_describe(&files);
    assert_string_equal(nothing, "");
    string_list_add(&files, "heap-first.pb.gz");
    string_list_add(&files, "screen.txt");
    _cleanup_free_ char *two = evidence_describe(&files);
    assert_string_equal(two, "screen, profiles");
}

static char *comparison_of(const struct string_list *files, enum finding_kind kind,
                           enum gauge gauge)
{
    char name[] = "it's";
    struct finding findings[] = {{.kind = FINDING_BACKLOG, .gauge = GAUGE_HEAP_STACK},
                                 {.kind = kind, .gauge = gauge}};
    struct judgement judgement = {.findings = findings, .count = 2};
    struct scenario_result scenario = {.name = name, .judgement = &judgement, .files = *files};
    return evidence_comparison("r", &scenario);
}

static void the_profiles_of_what_grew_are_compared(void **state)
{
    (void)state;
    static const char wanted[] = "go tool pprof -top -base 'r/it'\\''s/heap-first.pb.gz' "
                                 "'r/it'\\''s/heap-last.pb.gz'";
    _cleanup_strings_ struct string_list files = {0};
    string_list_add(&files, "heap-first.pb.gz");
    assert_null(comparison_of(&files, FINDING_GROWTH, GAUGE_HEAP_STACK));
    string_list_add(&files, "heap-last.pb.gz");
    assert_null(comparison_of(&files, FINDING_GROWTH, GAUGE_GOROUTINE));
    _cleanup_free_ char *of_heap = comparison_of(&files, FINDING_GROWTH, GAUGE_HEAP_STACK);
    assert_string_equal(of_heap, wanted);
    assert_null(comparison_of(&files, FINDING_GROWTH, GAUGE_FD)); /* has no profile */

    string_list_add(&files, "goroutine-first.pb.gz");
    string_list_add(&files, "goroutine-last.pb.gz");
    _cleanup_free_ char *goroutines = comparison_of(&files, FINDING_GROWTH, GAUGE_GOROUTINE);
    assert_non_null(strstr(goroutines, "-cum -base"));
    assert_non_null(strstr(goroutines, "goroutine-last.pb.gz"));
    _cleanup_free_ char *still_heap = comparison_of(&files, FINDING_GROWTH, GAUGE_HEAP_ALLOC);
    assert_string_equal(still_heap, wanted);
}

static void what_accept_asks_for_is_numbered_once(void **state)
{
    (void)state;
    char one[] = "pipe", other[] = "a < b", function[] = "b";
    struct finding findings[] = {
        {.kind = FINDING_GROWTH, .gauge = GAUGE_FD, .holder = one},
        {.kind = FINDING_COMPANION, .gauge = GAUGE_HEAP_STACK, .holder = one},
        {.kind = FINDING_GROWTH, .gauge = GAUGE_GOROUTINE, .holder = other, .function = function},
        {.kind = FINDING_GROWTH, .gauge = GAUGE_GOROUTINE, .holder = other, .function = function},
        {.kind = FINDING_EXCEPTION_EXPIRED, .gauge = GAUGE_HEAP_ALLOC},
        {.kind = FINDING_GROWTH, .gauge = GAUGE_HEAP_ALLOC},
    };
    struct judgement judgement = {
        .verdict = VERDICT_LEAK, .findings = findings, .count = COUNT_OF(findings)};
    struct run_record record = {0};
    struct scenario_result scenario = {.judgement = &judgement, .record = &record};
    _cleanup_strings_ struct string_list keys = {0};
    holders_to_accept(&scenario, &keys);
    assert_int_equal(keys.count, 3);
    assert_string_equal(keys.items[0], "fd pipe");
    assert_string_equal(keys.items[1], "goroutine b");
    assert_string_equal(keys.items[2], "heap_alloc");

    _cleanup_strings_ struct string_list none = {0};
    record.facts.by_control = true;
    holders_to_accept(&scenario, &none);
    record.facts.by_control = false;
    judgement.verdict = VERDICT_FAILED;
    holders_to_accept(&scenario, &none);
    judgement.verdict = VERDICT_LEAK;
    findings[0].kind = FINDING_LEFT_BEHIND;
    holders_to_accept(&scenario, &none);
    assert_int_equal(none.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_is_there_is_named),
        cmocka_unit_test(the_profiles_of_what_grew_are_compared),
        cmocka_unit_test(what_accept_asks_for_is_numbered_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
