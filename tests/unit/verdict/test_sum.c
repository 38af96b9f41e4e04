/* Several processes added up: what a table of gains shows, and the findings of whole series. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "series_builder.h"
#include "verdict/judge.h"
#include "verdict/sum.h"

enum { LOOP_ITERATIONS = 2 * LOOP_SAMPLES };

static void the_sign_test(void **state)
{
    (void)state;
    assert_float_equal(sign_test(0, 0), 1, 1e-12);
    assert_float_equal(sign_test(4, 0), 1 / 16.0, 1e-12);
    assert_float_equal(sign_test(5, 0), 1 / 32.0, 1e-12);
    assert_float_equal(sign_test(0, 5), 1, 1e-12);
    assert_float_equal(sign_test(8, 1), 10 / 512.0, 1e-12);
    assert_float_equal(sign_test(5, 5), 638 / 1024.0, 1e-12);
}

/* The binomial distribution. */
static double at_least_five(size_t processes, double each)
{
    double fewer = 0, ways = 1;
    for (size_t shown = 0; shown < 5; shown++) {
        fewer += ways * pow(each, (double)shown) * pow(1 - each, (double)(processes - shown));
        ways *= (double)(processes - shown) / (double)(shown + 1);
    }
    return 1 - fewer;
}

static void the_smallest_that_is_found(void **state)
{
    (void)state;
    assert_true(isnan(sum_smallest(4, 40)));
    assert_true(isnan(sum_smallest(5, 0)));
    assert_true(isnan(sum_smallest(21, 40)));
    for (size_t processes = SUM_LEAST; processes <= SUM_MOST; processes++) {
        double each = 1 - exp(-40 * sum_smallest(processes, 40));
        assert_float_equal(pow(at_least_five(processes, each), 2), 0.95, 5e-3);
    }
}

/* What each process gains, a digit for each; '-' is one fewer, '.' a loop that was not played. */
struct row {
    const char *first, *second;
    double allowed;
    bool grows;
    const char *what;
};

static double gain_of(char digit)
{
    return digit == '.' ? NAN : digit == '-' ? -1 : digit - '0';
}

static void what_a_table_of_gains_shows(void **state)
{
    static const struct row rows[] = {
        {"11111", "11111", 0, true, "one in each loop of each process"},
        {"11110", "11111", 0, false, "four of five may be chance"},
        {"1111100000", "0000011111", 0, true, "rare, and five times in either loop"},
        {"11111", "00000", 0, false, "made on first use"},
        {"00000", "11111", 0, false, "made on first use, late"},
        {"1111111-1", "111111111", 0, true, "one of nine fell"},
        {"1111-1", "111111", 0, false, "one of six fell"},
        {"22222", "99999", 0, true, "began late in the first loop"},
        {"99999", "11111", 0, false, "fills up"},
        {"44444", "22222", 0, true, "slows down, by half"},
        {"11111", "....1", 0, false, "second loops are missing"},
        {"1111111.11", "1111111.11", 0, true, "one process has no rests"},
        {"44444", "44444", 0.1, false, "as allowed"},
        {"55555", "55555", 0.1, false, "allowed, with the scatter of a run"},
        {"99999", "99999", 0.1, true, "more than allowed"},
        {"", "", 0, false, "nothing"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rest_gains gains[10];
        size_t count = strlen(rows[i].first);
        for (size_t j = 0; j < count; j++)
            gains[j] = (struct rest_gains){
                .before = 3,
                .gain = {gain_of(rows[i].first[j]), gain_of(rows[i].second[j])},
                .iterations = {40, 40},
            };
        struct sum sum = sum_of(gains, count, rows[i].allowed);
        if (sum.grows != rows[i].grows)
            fail_msg("%s: %s", rows[i].what, sum.grows ? "grows" : "does not grow");
    }
}

static void what_is_added_up(void **state)
{
    (void)state;
    const struct rest_gains gains[] = {
        {.before = 3, .gain = {1, 2}, .iterations = {40, 46}},
        {.before = 5, .gain = {0, NAN}, .iterations = {40, 0}},
    };
    struct sum sum = sum_of(gains, 2, 0);
    assert_float_equal(sum.from, 8, 1e-12);
    assert_float_equal(sum.net, 3, 1e-12);
    assert_float_equal(sum.iterations, 126, 1e-12);
    assert_int_equal(sum.rose[0], 1);
    assert_int_equal(sum.rose[1], 1);
}

/* --- Whole series --- */

enum { PROCESSES = 5 };

static double one_in_25(int iteration, int rested, int before)
{
    (void)rested;
    return before + iteration / 25;
}

static double nothing(int iteration, int rested, int unused)
{
    (void)iteration, (void)rested, (void)unused;
    return 0;
}

static struct judgement *judge_processes(struct series *series, const struct baseline *baseline)
{
    static const struct run_facts facts = {
        .rate_asked = 512, .rate_found = 512, .today = "2026-11-20"};
    const struct series *processes[PROCESSES];
    for (size_t i = 0; i < PROCESSES; i++)
        processes[i] = &series[i];
    struct judgement *judgement = judge(&series[0], baseline, &facts);
    assert_int_equal(judgement->verdict, VERDICT_PASS);
    sum_judge(judgement, processes, PROCESSES, baseline, facts.today);
    return judgement;
}

static void end(struct judgement *judgement, struct series *series)
{
    judgement_free(judgement);
    for (size_t i = 0; i < PROCESSES; i++)
        series_free(&series[i]);
}

/* Two at the start and one more in 25 iterations, held in each process by the one that is named. */
static void hold_one_in_25(struct series *series, const char *const *names)
{
    for (size_t i = 0; i < PROCESSES; i++) {
        series[i] = build_two_loops(2);
        set_gauge(&series[i], GAUGE_FD, nothing, 0);
        add_text(&series[i], GAUGE_FD, names[i], one_in_25, 2);
    }
}

static const char *const pipes[PROCESSES] = {"pipe", "pipe", "pipe", "pipe", "pipe"};

/* A holder that is there from the start, and one that the first process never had; what they
 * explain is no growth of the total once more. */
static void holders_are_named_and_explain_the_total(void **state)
{
    struct series series[PROCESSES];
    (void)state;
    hold_one_in_25(series, pipes);
    struct judgement *judgement = judge_processes(series, NULL);
    assert_int_equal(judgement->verdict, VERDICT_LEAK);
    assert_int_equal(judgement->count, 1);
    const struct finding *finding = &judgement->findings[0];
    assert_int_equal(finding->kind, FINDING_GROWTH);
    assert_string_equal(finding->holder, "pipe");
    assert_int_equal(finding->processes, PROCESSES);
    assert_float_equal(finding->from, 2 * PROCESSES, 1e-9);
    assert_float_equal(finding->to, 5 * PROCESSES, 1e-9);
    assert_float_equal(finding->iterations, 2 * LOOP_ITERATIONS * PROCESSES, 1e-9);
    assert_float_equal(finding->per_iteration, 3.0 / (2 * LOOP_ITERATIONS), 1e-9);
    assert_non_null(strstr(finding->text, "rose in 5 of them in the first loop"));
    assert_float_equal(judgement->smallest[GAUGE_FD], sum_smallest(PROCESSES, LOOP_ITERATIONS - 2),
                       1e-9);
    end(judgement, series);
}

static void another_holder_in_each_is_a_growth_of_the_total(void **state)
{
    static const char *const names[PROCESSES] = {"a", "b", "c", "d", "e"};
    struct series series[PROCESSES];
    (void)state;
    hold_one_in_25(series, names);
    struct judgement *judgement = judge_processes(series, NULL);
    assert_int_equal(judgement->count, 1);
    assert_null(judgement->findings[0].holder);
    assert_float_equal(judgement->findings[0].from, 2 * PROCESSES, 1e-9);
    assert_float_equal(judgement->findings[0].to, 5 * PROCESSES, 1e-9);
    end(judgement, series);
}

static void an_exception_allows_its_holder(void **state)
{
    struct series series[PROCESSES];
    struct baseline *baseline = baseline_new();
    (void)state;
    baseline_except(baseline,
                    &(struct baseline_exception){
                        .gauge = GAUGE_FD, .holder = "pipe", .allowed = 0.04, .reason = "known"});
    hold_one_in_25(series, pipes);
    struct judgement *judgement = judge_processes(series, baseline);
    assert_int_equal(judgement->verdict, VERDICT_PASS);
    end(judgement, series);
    baseline_free(baseline);
}

static double early(int iteration, int rested, int before)
{
    (void)rested;
    return before + (iteration > 5);
}

static double late(int iteration, int rested, int before)
{
    (void)rested;
    return before + (iteration > LOOP_ITERATIONS);
}

static void a_rest_goes_on_while_it_is_higher(void **state)
{
    (void)state;
    static build_value *const values[] = {one_in_25, late, early, nothing};
    static const bool first[] = {true, false, true, false}, second[] = {true, true, false, false};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct series one = build_series(LOOP_SAMPLES, 2), both = build_two_loops(2);
        set_gauge(&one, GAUGE_FD, values[i], 2);
        set_gauge(&both, GAUGE_FD, values[i], 2);
        assert_int_equal(sum_is_unsettled(&one), first[i]);
        assert_int_equal(sum_is_unsettled(&both), second[i]);
        series_free(&one);
        series_free(&both);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sign_test),
        cmocka_unit_test(the_smallest_that_is_found),
        cmocka_unit_test(what_a_table_of_gains_shows),
        cmocka_unit_test(what_is_added_up),
        cmocka_unit_test(holders_are_named_and_explain_the_total),
        cmocka_unit_test(another_holder_in_each_is_a_growth_of_the_total),
        cmocka_unit_test(an_exception_allows_its_holder),
        cmocka_unit_test(a_rest_goes_on_while_it_is_higher),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
