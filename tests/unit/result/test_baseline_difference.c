/* What a changed baseline means: more passes, less, or it cannot be told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/memory.h"
#include "result/baseline_difference.h"

/* NULL for NULL; `text` is what stands between the braces of a baseline, with ' for ". */
static struct baseline *load(const char *text)
{
    if (text == NULL)
        return NULL;
    struct lg_error err = {0};
    _cleanup_free_ char *json = memory_format(
        "{'version': 1, 'plan': '0123456789abcdef', 'go': 'go1.26.8', 'platform': 'linux/amd64', "
        "%s%s%s%s}",
        strstr(text, "'gauges'") == NULL ? "'gauges': {}, " : "",
        strstr(text, "'exceptions'") == NULL ? "'exceptions': []" : "",
        strstr(text, "'exceptions'") == NULL && *text != '\0' ? ", " : "", text);
    for (char *c = json; *c != '\0'; c++)
        *c = *c == '\'' ? '"' : *c;
    _cleanup_json_ json_t *value = json_parse(json, strlen(json), "test", &err);
    struct baseline *baseline = value != NULL ? baseline_from_json(value, "test", &err) : NULL;
    if (baseline == NULL)
        fail_msg("%s: %s", json, err.text);
    return baseline;
}

static void compare(const char *old, const char *new, struct change_list *changes)
{
    _cleanup_baseline_ struct baseline *was = load(old);
    _cleanup_baseline_ struct baseline *now = load(new);
    baseline_changes(was, now, changes);
}

#define FD(fields) "'gauges': {'fd': {" fields "}}"
#define EXCEPT(fields)                                                                             \
    "'exceptions': [{'gauge': 'fd', 'holder': 'pipe', 'reason': 'why', " fields "}]"
#define TOOLS(fields) "'tools': {" fields "}"

static const struct {
    enum change_effect effect;
    const char *old, *new, *text; /* text NULL: nothing changed */
} rows[] = {
    {CHANGE_NEUTRAL, FD("'level': 10"), FD("'level': 10"), NULL},
    {CHANGE_WEAKER, FD("'allowed': 0"), FD("'allowed': 0.5"),
     "fd allowed per iteration: 0 -> 0.50"},
    {CHANGE_STRICTER, FD("'allowed': 0.5"), FD("'allowed': 0"),
     "fd allowed per iteration: 0.50 -> 0"},
    /* Ten descriptors, of which two more are tolerated. */
    {CHANGE_NEUTRAL, FD("'level': 10"), FD("'level': 12"), "fd at rest: 10 -> 12"},
    {CHANGE_NEUTRAL, "'gauges': {'cpu': {'level': 0.07}}", "'gauges': {'cpu': {'level': 0.072}}",
     NULL},
    {CHANGE_WEAKER, FD("'allowed': 0.5"), FD("'allowed': 0.501"),
     "fd allowed per iteration: 0.50 -> 0.50"},
    {CHANGE_WEAKER, FD("'level': 10"), FD("'level': 13"), "fd at rest: 10 -> 13"},
    {CHANGE_NEUTRAL, FD("'level': 10"), FD("'level': 8"), "fd at rest: 10 -> 8"},
    {CHANGE_STRICTER, FD("'level': 10"), FD("'level': 7"), "fd at rest: 10 -> 7"},
    {CHANGE_WEAKER, FD("'level': 10"), FD(""), "fd at rest: 10 -> none"},
    {CHANGE_STRICTER, FD(""), FD("'level': 10"), "fd at rest: none -> 10"},
    {CHANGE_WEAKER, FD("'level': 10"), FD("'level': 10, 'tolerance': 3"),
     "fd tolerance: none -> 3"},
    {CHANGE_WEAKER, FD("'level': 10"), FD("'level': 10, 'tolerance': 3, 'why': 'late'"),
     "fd tolerance: none -> 3: late"},
    {CHANGE_NEUTRAL, FD("'level': 10, 'tolerance': 3, 'why': 'late'"),
     FD("'level': 10, 'tolerance': 3, 'why': 'early'"), "fd tolerance, why: late -> early"},
    {CHANGE_STRICTER, FD("'level': 10"), FD("'level': 10, 'tolerance': 1"),
     "fd tolerance: none -> 1"},
    {CHANGE_WEAKER, FD("'level': 10, 'tolerance': 1"), FD("'level': 10"),
     "fd tolerance: 1 -> none"},
    /* The growth of RSS is shown, and its level is not judged either. */
    {CHANGE_NEUTRAL, "'gauges': {'rss': {'level': 10}}", "'gauges': {'rss': {'level': 1000}}",
     "rss at rest: 10 B -> 1000 B"},
    /* 0.5 cores are a fault in any program, unless a stored level says otherwise. */
    {CHANGE_WEAKER, "'gauges': {}", "'gauges': {'cpu': {'level': 0.7}}",
     "cpu per second at rest: none -> 0.70 s"},
    {CHANGE_STRICTER, "'gauges': {}", "'gauges': {'cpu': {'level': 0.1}}",
     "cpu per second at rest: none -> 0.10 s"},
    {CHANGE_WEAKER, "'gauges': {'cpu': {'level': 0.1}}", "'gauges': {}",
     "cpu per second at rest: 0.10 s -> none"},
    {CHANGE_WEAKER, "'exceptions': []", EXCEPT("'allowed': 1"),
     "exception fd pipe: none -> 1.00 per iteration: why"},
    {CHANGE_STRICTER, EXCEPT("'allowed': 1"), "'exceptions': []",
     "exception fd pipe: 1.00 per iteration -> none"},
    {CHANGE_WEAKER, EXCEPT("'allowed': 1"), EXCEPT("'allowed': 2"),
     "exception fd pipe: 1.00 per iteration -> 2.00 per iteration: why"},
    {CHANGE_WEAKER, EXCEPT("'allowed': 1, 'expires': '2027-01-31'"),
     EXCEPT("'allowed': 1, 'expires': '2027-02-01'"),
     "exception fd pipe: 1.00 per iteration until 2027-01-31 -> 1.00 per iteration until "
     "2027-02-01: why"},
    {CHANGE_WEAKER, EXCEPT("'allowed': 1, 'expires': '2027-01-31'"), EXCEPT("'allowed': 1"),
     "exception fd pipe: 1.00 per iteration until 2027-01-31 -> 1.00 per iteration: why"},
    {CHANGE_STRICTER, EXCEPT("'allowed': 1"), EXCEPT("'allowed': 1, 'expires': '2027-01-31'"),
     "exception fd pipe: 1.00 per iteration -> 1.00 per iteration until 2027-01-31: why"},
    /* Less of it, but for longer: whoever reads it has to decide. */
    {CHANGE_WEAKER, EXCEPT("'allowed': 2, 'expires': '2027-01-31'"), EXCEPT("'allowed': 1"),
     "exception fd pipe: 2.00 per iteration until 2027-01-31 -> 1.00 per iteration: why"},
    {CHANGE_NEUTRAL, EXCEPT("'allowed': 1"),
     EXCEPT("'allowed': 1, 'issue': 'https://example.org/1'"),
     "exception fd pipe: 1.00 per iteration -> 1.00 per iteration: why (https://example.org/1)"},
    {CHANGE_WEAKER, FD("'allowed': 1, 'reason': 'a', 'expires': '2027-01-31'"),
     FD("'allowed': 1, 'reason': 'a'"), "fd allowed: until 2027-01-31 -> for ever: a"},
    {CHANGE_NEUTRAL, FD("'allowed': 1, 'reason': 'a'"), FD("'allowed': 1, 'reason': 'b'"),
     "fd allowed: for ever -> for ever: b"},
    /* Five starts of git, of which one more is tolerated; what is not named counts from 0. */
    {CHANGE_WEAKER, TOOLS("'git': {'per_iteration': 5}"), TOOLS("'git': {'per_iteration': 6.5}"),
     "spawn git per iteration: 5.00 -> 6.50"},
    {CHANGE_NEUTRAL, TOOLS("'git': {'per_iteration': 5}"), TOOLS("'git': {'per_iteration': 5.5}"),
     "spawn git per iteration: 5.00 -> 5.50"},
    {CHANGE_STRICTER, TOOLS("'git': {'per_iteration': 5}"), TOOLS("'git': {'per_iteration': 3.5}"),
     "spawn git per iteration: 5.00 -> 3.50"},
    {CHANGE_WEAKER, TOOLS("'git': {'per_iteration': 5}"),
     TOOLS("'git': {'per_iteration': 5, 'tolerance': 4}"), "spawn git tolerance: none -> 4.00"},
    {CHANGE_NEUTRAL, TOOLS("'git': {'per_iteration': 5, 'tolerance': 4}"),
     TOOLS("'git': {'per_iteration': 5, 'tolerance': 4, 'why': 'late'}"),
     "spawn git tolerance, why: none -> late"},
    {CHANGE_WEAKER, TOOLS(""), TOOLS("'git': {'per_iteration': 5}"),
     "spawn git per iteration: none -> 5.00"},
    {CHANGE_STRICTER, TOOLS("'git': {'per_iteration': 5}"), TOOLS(""),
     "spawn git per iteration: 5.00 -> none"},
    {CHANGE_WEAKER, TOOLS("'git': {'per_iteration': 5}"), "",
     "spawn git per iteration: 5.00 -> none"},
    {CHANGE_STRICTER, "", TOOLS("'git': {'per_iteration': 5}"),
     "spawn git per iteration: none -> 5.00"},
    /* All of it. */
    {CHANGE_WEAKER, FD("'level': 10"), NULL, "baseline: levels of 1 gauge, 0 exceptions -> none"},
    {CHANGE_STRICTER, NULL, FD("'level': 10"), "baseline: none -> levels of 1 gauge, 0 exceptions"},
    {CHANGE_STRICTER, EXCEPT("'allowed': 1"), NULL,
     "baseline: levels of 0 gauges, 1 exception -> none"},
};

static void every_change_has_its_effect(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        _cleanup_changes_ struct change_list changes = {0};
        compare(rows[i].old, rows[i].new, &changes);
        if (changes.count != (rows[i].text != NULL))
            fail_msg("row %zu: %zu changes", i, changes.count);
        if (changes.count == 0)
            continue;
        _cleanup_free_ char *text = change_text(&changes.items[0]);
        assert_string_equal(text, rows[i].text);
        if (changes.items[0].effect != rows[i].effect)
            fail_msg("%s is %s", text, change_effect_name(changes.items[0].effect));
    }
}

static void a_new_baseline_is_told_by_its_allowances(void **state)
{
    static const char *const weaker[] = {"fd allowed per iteration: 0 -> 1: a",
                                         "exception fd pipe: none -> 2.00 per iteration: why"};
    (void)state;
    _cleanup_changes_ struct change_list changes = {0};
    size_t count = 0, stricter = 0;
    compare(NULL, FD("'level': 10, 'allowed': 1, 'reason': 'a'") ", " EXCEPT("'allowed': 2"),
            &changes);
    for (size_t i = 0; i < changes.count; i++) {
        stricter += changes.items[i].effect == CHANGE_STRICTER;
        if (changes.items[i].effect != CHANGE_WEAKER)
            continue;
        _cleanup_free_ char *text = change_text(&changes.items[i]);
        assert_true(count < 2);
        assert_string_equal(text, weaker[count++]);
    }
    assert_int_equal(count, 2);
    assert_int_equal(stricter, 1);
    compare(NULL, NULL, &changes);
}

/* Of a pull request's baseline that somebody approved. */
static void new_exceptions_count_and_nothing_else(void **state)
{
    (void)state;
    static const struct {
        const char *judging, *here, *with; /* with NULL: nothing counts */
    } cases[] = {
        {"", EXCEPT("'allowed': 1, 'expires': '2027-01-31'"),
         EXCEPT("'allowed': 1, 'expires': '2027-01-31'")},
        /* Neither levels nor tolerances, tools, or what a whole gauge may gain. */
        {FD("'level': 10"),
         FD("'level': 90, 'tolerance': 50, 'why': 'w', 'allowed': 3, 'reason': 'r'") ", " TOOLS(
             "'git': {'per_iteration': 5}") ", " EXCEPT("'allowed': 1, 'expires': '2027-01-31'"),
         FD("'level': 10") ", " EXCEPT("'allowed': 1, 'expires': '2027-01-31'")},
        {FD("'level': 10"), FD("'level': 90"), NULL},
        /* One that is wider, or lasts longer. */
        {EXCEPT("'allowed': 1"), EXCEPT("'allowed': 2, 'expires': '2027-01-31'"),
         EXCEPT("'allowed': 2, 'expires': '2027-01-31'")},
        {EXCEPT("'allowed': 1, 'expires': '2026-01-31'"),
         EXCEPT("'allowed': 1, 'expires': '2027-01-31'"),
         EXCEPT("'allowed': 1, 'expires': '2027-01-31'")},
        {EXCEPT("'allowed': 1"), EXCEPT("'allowed': 1"), NULL},
        {EXCEPT("'allowed': 2"), EXCEPT("'allowed': 1, 'expires': '2027-01-31'"), NULL},
        /* For ever is nothing to approve in passing. */
        {"", EXCEPT("'allowed': 1"), NULL},
        /* A revision without a baseline: the defaults, and what counts. */
        {NULL, FD("'level': 90") ", " EXCEPT("'allowed': 1, 'expires': '2027-01-31'"),
         EXCEPT("'allowed': 1, 'expires': '2027-01-31'")},
        {EXCEPT("'allowed': 1"), NULL, NULL},
        {NULL, NULL, NULL},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        _cleanup_baseline_ struct baseline *judging = load(cases[i].judging);
        _cleanup_baseline_ struct baseline *here = load(cases[i].here);
        _cleanup_baseline_ struct baseline *expected = load(cases[i].with);
        _cleanup_strings_ struct string_list lines = {0}, differences = {0};
        _cleanup_baseline_ struct baseline *with =
            baseline_with_new_exceptions(judging, here, &lines);
        if ((with == NULL) != (expected == NULL))
            fail_msg("case %zu: %s", i, with != NULL ? "something counts" : "nothing counts");
        assert_int_equal(lines.count, expected != NULL);
        if (with == NULL)
            continue;
        if (judging == NULL) /* what made it is not known */
            with->go_version[0] = with->platform[0] = expected->go_version[0] =
                expected->platform[0] = '\0';
        baseline_difference(expected, with, &differences);
        if (differences.count > 0)
            fail_msg("case %zu: %s", i, differences.items[0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_change_has_its_effect),
        cmocka_unit_test(a_new_baseline_is_told_by_its_allowances),
        cmocka_unit_test(new_exceptions_count_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
