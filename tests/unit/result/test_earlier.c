/* Findings against those of another report: what is the same, and how it stands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/memory.h"
#include "result/earlier.h"
#include "verdict/judgement.h"

/* "{...}, ..." of the other report's findings. */
static json_t *earlier_of(const char *findings)
{
    struct lg_error err = {0};
    _cleanup_free_ char *text = memory_format(
        "{\"target\": \"app\", \"plan_hash\": \"0123456789abcdef\", \"findings\": [%s]}", findings);
    json_t *earlier = json_parse(text, strlen(text), "test", &err);
    assert_non_null(earlier);
    return earlier;
}

/* One finding of now against those of then. */
static void compare(const char *then, struct finding now, const char *text, const char *gone)
{
    struct run_record record = {.header = {.target = (char *)"app"}};
    struct judgement judgement = {.findings = &now, .count = 1};
    struct scenario_result scenario = {.verdict = VERDICT_LEAK,
                                       .record = &record,
                                       .judgement = &judgement,
                                       .earlier = earlier_of(then)};
    strcpy(record.facts.plan_hash, "0123456789abcdef");
    scenario_compare(&scenario);
    _cleanup_free_ char *standing = standing_text(&scenario, &now);
    if (text == NULL)
        assert_null(standing);
    else
        assert_string_equal(standing, text);
    assert_int_equal(scenario.gone.count, gone != NULL);
    if (gone != NULL)
        assert_string_equal(scenario.gone.items[0], gone);
    string_list_free(&scenario.gone);
    json_decref(scenario.earlier);
}

#define GROWTH(gauge_, holder_, pace)                                                              \
    (struct finding)                                                                               \
    {                                                                                              \
        .kind = FINDING_GROWTH, .gauge = gauge_, .holder = (char *)holder_, .per_iteration = pace  \
    }

static const char one_pipe[] = "{\"kind\": \"growth\", \"gauge\": \"fd\", \"holder\": \"pipe\", "
                               "\"per_iteration\": 1}";

static void test_how_a_growth_stands(void **state)
{
    (void)state;
    static const struct {
        double pace;
        const char *text;
    } cases[] = {
        {1.0, "as before: +1.00 per iteration then"}, {1.24, "as before: +1.00 per iteration then"},
        {1.26, "worse: +1.00 per iteration then"},    {0.76, "as before: +1.00 per iteration then"},
        {0.74, "better: +1.00 per iteration then"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        compare(one_pipe, GROWTH(GAUGE_FD, "pipe", cases[i].pace), cases[i].text, NULL);
    compare("", GROWTH(GAUGE_FD, "pipe", 1), "new", NULL);
    compare(one_pipe, GROWTH(GAUGE_FD, "/dev/null", 1), "new", "fd pipe: +1.00 per iteration then");
    /* The same holder of another gauge is another one. */
    compare(one_pipe, GROWTH(GAUGE_CHILD, "pipe", 1), "new", "fd pipe: +1.00 per iteration then");
}

static void test_of_heap_stacks_bytes_are_compared(void **state)
{
    (void)state;
    static const char then[] =
        "{\"kind\": \"growth\", \"gauge\": \"heap_stack\", \"holder\": \"f\", "
        "\"per_iteration\": 1, \"bytes_per_iteration\": 512}";
    struct finding now = GROWTH(GAUGE_HEAP_STACK, "f", 1);
    now.bytes_per_iteration = 256;
    compare(then, now, "better: +512 B per iteration then", NULL);
    now.bytes_per_iteration = 600;
    compare(then, now, "as before: +512 B per iteration then", NULL);
}

/* As when a leak is confirmed; but the figures of a total and of a holder say nothing of each
 * other.
 */
static void test_a_total_is_the_same_as_its_holders(void **state)
{
    (void)state;
    static const char both[] =
        "{\"kind\": \"growth\", \"gauge\": \"fd\", \"per_iteration\": 5}, "
        "{\"kind\": \"growth\", \"gauge\": \"fd\", \"holder\": \"pipe\", \"per_iteration\": 1}";
    compare("{\"kind\": \"growth\", \"gauge\": \"fd\", \"per_iteration\": 5}",
            GROWTH(GAUGE_FD, "pipe", 1), "as before", NULL);
    compare(both, GROWTH(GAUGE_FD, "pipe", 1), "as before: +1.00 per iteration then", NULL);
    compare(both, GROWTH(GAUGE_FD, NULL, 5), "as before: +5.00 per iteration then", NULL);
}

static void test_what_it_was_called_then(void **state)
{
    (void)state;
    static const struct {
        const char *kind, *text;
    } cases[] = {
        {"allowed", "as before: +1.00 per iteration then, allowed"},
        {"filled", "as before: +1.00 per iteration then, filled"},
        {"unconfirmed", "as before: +1.00 per iteration then, unconfirmed"},
        {"companion", "as before: +1.00 per iteration then, companion"},
        {"backlog", "new"},
        {"exception_unused", "new"},
        {"of a later version", "new"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        _cleanup_free_ char *then = memory_format(
            "{\"kind\": \"%s\", \"gauge\": \"fd\", \"holder\": \"pipe\", \"per_iteration\": 1}",
            cases[i].kind);
        compare(then, GROWTH(GAUGE_FD, "pipe", 1), cases[i].text, NULL);
    }
    /* What is allowed now is not gone. */
    struct finding allowed = GROWTH(GAUGE_FD, "pipe", 1);
    allowed.kind = FINDING_ALLOWED;
    compare(one_pipe, allowed, NULL, NULL);
    /* A leak that drains now is. */
    struct finding backlog = GROWTH(GAUGE_FD, "pipe", 1);
    backlog.kind = FINDING_BACKLOG;
    compare(one_pipe, backlog, "new", "fd pipe: +1.00 per iteration then");
}

static void test_levels_and_processes(void **state)
{
    (void)state;
    struct finding level = {.kind = FINDING_LEVEL, .gauge = GAUGE_FD, .from = 25, .to = 40};
    compare("{\"kind\": \"level\", \"gauge\": \"fd\", \"to\": 41}", level, "as before: 41 then",
            NULL);
    compare("{\"kind\": \"level\", \"gauge\": \"fd\", \"to\": 60}", level, "better: 60 then", NULL);
    compare("{\"kind\": \"level\", \"gauge\": \"fd\", \"to\": 30}", level, "worse: 30 then", NULL);
    struct finding left = {
        .kind = FINDING_LEFT_BEHIND, .gauge = GAUGE_COUNT, .holder = (char *)"sleep (8)"};
    compare("{\"kind\": \"level\", \"gauge\": \"?\", \"to\": 30}", level, "new", "");
    compare("{\"kind\": \"left_behind\", \"holder\": \"sleep (7)\"}", left, "as before", NULL);
}

static void assert_not_compared(struct scenario_result *scenario, const char *expected)
{
    scenario_compare(scenario);
    const char *why = scenario_not_compared(scenario);
    if (expected == NULL)
        assert_null(why);
    else
        assert_string_equal(why, expected);
    assert_int_equal(scenario->judgement->findings[0].standing,
                     expected == NULL ? STANDING_SAME : STANDING_UNKNOWN);
    assert_int_equal(scenario->gone.count, 0);
}

static void test_nothing_is_guessed(void **state)
{
    (void)state;
    struct finding now = GROWTH(GAUGE_FD, "pipe", 1);
    struct judgement judgement = {.findings = &now, .count = 1};
    struct run_record record = {.header = {.target = (char *)"app"}};
    struct scenario_result scenario = {.verdict = VERDICT_LEAK,
                                       .record = &record,
                                       .judgement = &judgement,
                                       .earlier = earlier_of(one_pipe)};
    strcpy(record.facts.plan_hash, "0123456789abcdef");
    assert_not_compared(&scenario, NULL);
    record.header.target = (char *)"other";
    assert_not_compared(&scenario, "it was a run of another target then");
    record.header.target = (char *)"app";
    strcpy(record.facts.plan_hash, "fedcba9876543210");
    assert_not_compared(&scenario, "it was another plan then");
    json_put(scenario.earlier, "problem", json_text("it was not run then"));
    assert_not_compared(&scenario, "it was not run then");
    json_decref(scenario.earlier);
    /* What says nothing about leaks says of none that it is gone. */
    scenario.earlier = earlier_of(one_pipe);
    strcpy(record.facts.plan_hash, "0123456789abcdef");
    now.holder = (char *)"/dev/null";
    scenario.verdict = VERDICT_INVALID;
    scenario_compare(&scenario);
    assert_int_equal(now.standing, STANDING_NEW);
    assert_int_equal(scenario.gone.count, 0);
    json_decref(scenario.earlier);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_how_a_growth_stands),
        cmocka_unit_test(test_of_heap_stacks_bytes_are_compared),
        cmocka_unit_test(test_a_total_is_the_same_as_its_holders),
        cmocka_unit_test(test_what_it_was_called_then),
        cmocka_unit_test(test_levels_and_processes),
        cmocka_unit_test(test_nothing_is_guessed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
