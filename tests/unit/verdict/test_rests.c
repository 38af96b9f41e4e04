/* What remains at rest is the leak, and a second loop tells what grows from what fills up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "series_builder.h"
#include "verdict/confirm.h"
#include "verdict/judge.h"

static const struct run_facts facts = {.rate_asked = 512, .rate_found = 512, .today = "2026-11-20"};

enum { DRAIN_SAMPLES = 14, LOOP_ITERATIONS = 2 * LOOP_SAMPLES };

struct judged {
    struct series series;
    struct judgement *judgement;
};

static struct judged judge_two_loops(enum gauge gauge, build_value *value, int parameter,
                                     unsigned bytes_each)
{
    struct judged it = {.series = build_two_loops(DRAIN_SAMPLES)};
    add_function(&it.series, gauge, "main.listen", value, parameter, bytes_each);
    it.judgement = judge(&it.series, NULL, &facts);
    return it;
}

static void end(struct judged *it)
{
    judgement_free(it->judgement);
    series_free(&it->series);
}

static const struct finding *only_finding(const struct judged *it, enum finding_kind kind)
{
    assert_int_equal(it->judgement->count, 1);
    assert_int_equal(it->judgement->findings[0].kind, kind);
    return &it->judgement->findings[0];
}

/* Listeners that are awake, and so elsewhere, while the loop runs. */
static double seen_at_rest(int iteration, int rested, int unused)
{
    (void)unused;
    return rested > 0 || iteration == 0 ? 12 + iteration : 0;
}

static double seen_in_the_loop(int iteration, int rested, int unused)
{
    (void)unused;
    return rested > 0 || iteration == 0 ? 0 : 12 + iteration;
}

static void what_sleeps_only_at_rest_is_found_there(void **state)
{
    (void)state;
    struct judged it = {.series = build_two_loops(DRAIN_SAMPLES)};
    add_function(&it.series, GAUGE_GOROUTINE, "main.listen", seen_at_rest, 0, 0);
    add_function(&it.series, GAUGE_GOROUTINE, "main.send", seen_in_the_loop, 0, 0);
    it.judgement = judge(&it.series, NULL, &facts);
    /* And no backlog of those that it was held by meanwhile: they are not gone. */
    const struct finding *finding = only_finding(&it, FINDING_GROWTH);
    assert_string_equal(finding->holder, "main.listen");
    assert_float_equal(finding->per_iteration, 1, 1e-9);
    assert_float_equal(finding->from, 12, 1e-9);
    assert_float_equal(finding->to, 12 + 2 * LOOP_ITERATIONS, 1e-9);
    assert_true(finding->repeats);
    assert_true(leak_is_certain(it.judgement));
    const struct judgement *runs[] = {it.judgement};
    assert_false(confirmation_wants_run(runs, 1));
    end(&it);
}

/* When the rest before the loop begins, they are still busy with the warm-up. */
static void what_falls_asleep_in_the_first_rest_counts_from_its_end(void **state)
{
    (void)state;
    struct judged it = {.series = build_two_loops(DRAIN_SAMPLES)};
    add_function(&it.series, GAUGE_GOROUTINE, "main.listen", seen_at_rest, 0, 0);
    it.series.samples[0].holdings.items[0].value = 0;
    it.judgement = judge(&it.series, NULL, &facts);
    const struct finding *finding = only_finding(&it, FINDING_GROWTH);
    assert_float_equal(finding->from, 12, 1e-9);
    assert_float_equal(finding->per_iteration, 1, 1e-9);
    assert_true(finding->repeats);
    end(&it);
}

/* Twelve are there when the loop begins, of which six came by the pace where none was at the start.
 */
static void what_came_in_the_warm_up_is_said(void **state)
{
    (void)state;
    static const struct {
        unsigned at_start;
        const char *said;
    } cases[] = {{0, "12 more came before, in the warm-up"},
                 {4, "8 more came before, in the warm-up"},
                 {5, NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct judged it = {.series = build_two_loops(DRAIN_SAMPLES)};
        add_function(&it.series, GAUGE_GOROUTINE, "main.listen", seen_at_rest, 0, 0);
        add_start(&it.series, GAUGE_GOROUTINE, cases[i].at_start);
        holding_list_add(&it.series.samples[0].holdings, (struct holding){0, cases[i].at_start, 0});
        it.judgement = judge(&it.series, NULL, &facts);
        const char *text = only_finding(&it, FINDING_GROWTH)->text;
        if (cases[i].said != NULL)
            assert_non_null(strstr(text, cases[i].said));
        else
            assert_null(strstr(text, "warm-up"));
        end(&it);
    }
}

/* Faster at first, as in a loop that gets slower itself; at a second pace once it is played again.
 */
static double saturates(int iteration, int rested, int second_pace)
{
    (void)rested;
    double first = 40 * (1 - exp(-iteration / 10.0));
    return floor(iteration <= LOOP_ITERATIONS
                     ? 20 + first
                     : 20 + 39 + second_pace * (iteration - LOOP_ITERATIONS) / 10.0);
}

static void what_slows_down_is_a_leak_of_counts(void **state)
{
    (void)state;
    struct judged it = judge_two_loops(GAUGE_GOROUTINE, saturates, 3, 0);
    const struct finding *finding = only_finding(&it, FINDING_GROWTH);
    assert_non_null(strstr(finding->text, "added 12 more, at 31 % of the pace: it slows down"));
    assert_false(finding->repeats);
    const struct judgement *runs[] = {it.judgement};
    assert_true(confirmation_wants_run(runs, 1));
    end(&it);
    it = judge_two_loops(GAUGE_GOROUTINE, saturates, 9, 0);
    only_finding(&it, FINDING_GROWTH);
    end(&it);
}

static void what_comes_no_more_has_filled_up(void **state)
{
    (void)state;
    struct judged it = judge_two_loops(GAUGE_GOROUTINE, saturates, 0, 0);
    const struct finding *finding = only_finding(&it, FINDING_FILLED);
    assert_non_null(strstr(finding->text, "a second loop of 42 iterations added 0 more"));
    assert_float_equal(finding->per_iteration, 39.0 / LOOP_ITERATIONS, 1e-9);
    assert_int_equal(it.judgement->verdict, VERDICT_PASS);
    end(&it);
}

/* A straight line in the first loop, and a pace per ten iterations in the second. */
static double straight_then(int iteration, int rested, int second_pace)
{
    (void)rested;
    int first = iteration < LOOP_ITERATIONS ? iteration : LOOP_ITERATIONS;
    return 20 + first + second_pace * (iteration - first) / 10.0;
}

static void a_straight_line_that_ends_has_filled_up(void **state)
{
    (void)state;
    struct judged it = judge_two_loops(GAUGE_GOROUTINE, straight_then, 0, 0);
    only_finding(&it, FINDING_FILLED);
    end(&it);
    it = judge_two_loops(GAUGE_HEAP_STACK, straight_then, 0, 4096);
    only_finding(&it, FINDING_FILLED);
    end(&it);
}

/* Chains of timers that are started by each iteration, and end by chance in one. */
static void what_the_second_loop_takes_away_has_not_filled_up(void **state)
{
    (void)state;
    struct judged it = judge_two_loops(GAUGE_GOROUTINE, straight_then, -4, 0);
    const struct finding *finding = only_finding(&it, FINDING_GROWTH);
    assert_float_equal(finding->per_iteration, 1, 1e-9);
    assert_float_equal(finding->to, 20 + LOOP_ITERATIONS, 1e-9);
    assert_non_null(strstr(finding->text, "a second loop of 42 iterations took 17 away again"));
    const struct judgement *runs[] = {it.judgement};
    assert_true(confirmation_wants_run(runs, 1));
    end(&it);
    /* All of it: timers that are as long as the rest. */
    it = judge_two_loops(GAUGE_GOROUTINE, straight_then, -10, 0);
    only_finding(&it, FINDING_FILLED);
    end(&it);
    /* A companion that is the same twice, of a total that is not. */
    it = (struct judged){.series = build_two_loops(DRAIN_SAMPLES)};
    add_function(&it.series, GAUGE_GOROUTINE, "main.listen", straight_then, -4, 0);
    add_function(&it.series, GAUGE_GOROUTINE, "main.wait", straight_then, 0, 0);
    it.judgement = judge(&it.series, NULL, &facts);
    assert_int_equal(it.judgement->count, 2);
    assert_int_equal(it.judgement->findings[0].kind, FINDING_GROWTH);
    assert_int_equal(it.judgement->findings[1].kind, FINDING_GROWTH);
    end(&it);
    /* As many as after the warm-up, but none at the start. */
    it = (struct judged){.series = build_two_loops(DRAIN_SAMPLES)};
    add_function(&it.series, GAUGE_GOROUTINE, "main.listen", straight_then, -10, 0);
    add_start(&it.series, GAUGE_GOROUTINE, 0);
    it.judgement = judge(&it.series, NULL, &facts);
    only_finding(&it, FINDING_GROWTH);
    end(&it);
}

/* What is stored as filling up may do so again, but by a quarter more. */
static void what_is_known_to_fill_up_is_compared(void **state)
{
    (void)state;
    static const struct {
        double stored; /* 42 is what it fills up to */
        enum finding_kind kind;
        enum verdict verdict;
    } cases[] = {{0, FINDING_FILLED, VERDICT_PASS},
                 {42, FINDING_ALLOWED, VERDICT_PASS},
                 {34, FINDING_ALLOWED, VERDICT_PASS},
                 {33, FINDING_LEVEL, VERDICT_LEAK}};
    struct judged it = judge_two_loops(GAUGE_GOROUTINE, straight_then, 0, 0);
    assert_float_equal(it.judgement->retained[GAUGE_GOROUTINE], LOOP_ITERATIONS, 1e-9);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        _cleanup_baseline_ struct baseline *baseline = baseline_new();
        baseline->gauges[GAUGE_GOROUTINE].retained = cases[i].stored;
        struct judgement *judgement = judge(&it.series, baseline, &facts);
        assert_int_equal(judgement->findings[0].kind, cases[i].kind);
        assert_int_equal(judgement->verdict, cases[i].verdict);
        judgement_free(judgement);
    }
    end(&it);
}

/* Of a heap that slows down, as of a cache that fills ever more seldom, a person is only told. */
static void a_heap_that_slows_down_is_a_warning(void **state)
{
    (void)state;
    struct judged it = judge_two_loops(GAUGE_HEAP_STACK, straight_then, 3, 4096);
    assert_non_null(strstr(only_finding(&it, FINDING_FILLED)->text, "more, at 29 % of the pace"));
    end(&it);
    /* Objects that come one by one come so again. */
    it = judge_two_loops(GAUGE_HEAP_STACK, straight_then, 7, 4096);
    only_finding(&it, FINDING_FILLED);
    end(&it);
    it = judge_two_loops(GAUGE_HEAP_STACK, straight_then, 8, 4096);
    const struct finding *finding = only_finding(&it, FINDING_GROWTH);
    assert_non_null(strstr(finding->text, "more, at 79 % of the pace: it slows down"));
    end(&it);
    it = judge_two_loops(GAUGE_HEAP_STACK, straight_then, 10, 4096);
    assert_null(strstr(only_finding(&it, FINDING_GROWTH)->text, "of the pace"));
    end(&it);
    /* A slice's next larger array may be yet to come. */
    it = (struct judged){.series = build_two_loops(DRAIN_SAMPLES)};
    add_function(&it.series, GAUGE_HEAP_STACK, "main.listen", straight_then, 6, 4096);
    for (size_t i = 0; i < it.series.count; i++)
        it.series.samples[i].holdings.items[0].value = 1;
    it.judgement = judge(&it.series, NULL, &facts);
    finding = only_finding(&it, FINDING_GROWTH);
    assert_null(strstr(finding->text, "of the pace"));
    end(&it);
}

static double one_in(int iteration, int rested, int iterations)
{
    (void)rested;
    return 20 + iteration / iterations;
}

static void a_rare_count_is_confirmed_in_another_process(void **state)
{
    (void)state;
    struct judged it = judge_two_loops(GAUGE_GOROUTINE, one_in, 5, 0);
    assert_false(only_finding(&it, FINDING_GROWTH)->repeats);
    end(&it);
    it = judge_two_loops(GAUGE_GOROUTINE, one_in, 2, 0);
    assert_true(only_finding(&it, FINDING_GROWTH)->repeats);
    end(&it);
}

static void what_is_allowed_may_come_twice(void **state)
{
    (void)state;
    struct judged it = {.series = build_two_loops(DRAIN_SAMPLES)};
    add_function(&it.series, GAUGE_GOROUTINE, "main.listen", seen_at_rest, 0, 0);
    _cleanup_baseline_ struct baseline *baseline = baseline_new();
    struct baseline_exception exception = {
        .gauge = GAUGE_GOROUTINE, .holder = "main.listen", .allowed = 1, .reason = "known"};
    baseline_except(baseline, &exception);
    it.judgement = judge(&it.series, baseline, &facts);
    assert_int_equal(it.judgement->verdict, VERDICT_PASS);
    assert_true(judgement_has(it.judgement, FINDING_ALLOWED));
    end(&it);
}

/* Between 20 and 24 at any time. */
static double restless(int iteration, int rested, int unused)
{
    (void)unused;
    return 20 + (iteration * 7 + rested * 3) % 5;
}

static void the_noise_of_the_rests_is_no_leak(void **state)
{
    (void)state;
    struct judged it = {.series = build_two_loops(DRAIN_SAMPLES)};
    add_function(&it.series, GAUGE_GOROUTINE, "main.listen", restless, 0, 0);
    for (unsigned i = 0; i < IDLE_SAMPLES; i++)
        it.series.samples[i].holdings.items[0].value = 20 + i % 5;
    it.judgement = judge(&it.series, NULL, &facts);
    assert_int_equal(it.judgement->verdict, VERDICT_PASS);
    assert_int_equal(it.judgement->count, 0);
    end(&it);
}

/* 20 in the loop, and so many in each sample at rest. */
static void judge_rests_of(const unsigned idle[IDLE_SAMPLES], unsigned drain, unsigned last,
                           size_t findings)
{
    struct judged it = {.series = build_two_loops(DRAIN_SAMPLES)};
    struct series *series = &it.series;
    uint32_t function = holder_table_function(series->holders, "main.listen", 11);
    uint32_t holder = holder_table_stack(series->holders, GAUGE_GOROUTINE, &function, 1);
    for (size_t i = 0; i < series->count; i++) {
        struct sample *sample = &series->samples[i];
        bool rests = sample->phase == PHASE_DRAIN || sample->phase == PHASE_SECOND_DRAIN;
        bool ends = sample->phase == PHASE_DRAIN && sample[1].phase != PHASE_DRAIN;
        uint32_t held = i < IDLE_SAMPLES ? idle[i] : !rests ? 20 : ends ? last : drain;
        holding_list_add(&sample->holdings, (struct holding){holder, held, 0});
        sample->gauges[GAUGE_GOROUTINE] = held;
    }
    it.judgement = judge(series, NULL, &facts);
    assert_int_equal(it.judgement->count, findings);
    end(&it);
}

static void what_the_rest_before_moves_by_counts(void **state)
{
    (void)state;
    const unsigned still[] = {20, 20, 20, 20, 20, 20}, restless[] = {20, 26, 20, 26, 20, 20};
    judge_rests_of(still, 27, 27, 1);
    judge_rests_of(restless, 27, 27, 0);
    /* One sample that is high by chance is not what is left. */
    judge_rests_of(still, 20, 60, 0);
}

/* Two for each iteration of the first loop, and one of the second. */
static double twice_then_once(int iteration, int rested, int unused)
{
    (void)rested, (void)unused;
    return 20 + iteration + (iteration < LOOP_ITERATIONS ? iteration : LOOP_ITERATIONS);
}

static void what_is_allowed_is_no_second_growth(void **state)
{
    (void)state;
    struct judged it = {.series = build_two_loops(DRAIN_SAMPLES)};
    add_function(&it.series, GAUGE_GOROUTINE, "main.listen", twice_then_once, 0, 0);
    _cleanup_baseline_ struct baseline *baseline = baseline_new();
    struct baseline_exception exception = {
        .gauge = GAUGE_GOROUTINE, .holder = "main.listen", .allowed = 1, .reason = "known"};
    baseline_except(baseline, &exception);
    it.judgement = judge(&it.series, baseline, &facts);
    only_finding(&it, FINDING_FILLED);
    end(&it);
}

static void another_pace_is_no_repetition(void **state)
{
    (void)state;
    struct judged it = judge_two_loops(GAUGE_GOROUTINE, straight_then, 6, 0);
    assert_false(only_finding(&it, FINDING_GROWTH)->repeats);
    end(&it);
    it = judge_two_loops(GAUGE_GOROUTINE, straight_then, 10, 0);
    assert_true(only_finding(&it, FINDING_GROWTH)->repeats);
    end(&it);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_rest_before_moves_by_counts),
        cmocka_unit_test(what_is_allowed_is_no_second_growth),
        cmocka_unit_test(another_pace_is_no_repetition),
        cmocka_unit_test(what_sleeps_only_at_rest_is_found_there),
        cmocka_unit_test(what_falls_asleep_in_the_first_rest_counts_from_its_end),
        cmocka_unit_test(what_came_in_the_warm_up_is_said),
        cmocka_unit_test(what_slows_down_is_a_leak_of_counts),
        cmocka_unit_test(what_comes_no_more_has_filled_up),
        cmocka_unit_test(a_straight_line_that_ends_has_filled_up),
        cmocka_unit_test(what_the_second_loop_takes_away_has_not_filled_up),
        cmocka_unit_test(what_is_known_to_fill_up_is_compared),
        cmocka_unit_test(a_heap_that_slows_down_is_a_warning),
        cmocka_unit_test(a_rare_count_is_confirmed_in_another_process),
        cmocka_unit_test(what_is_allowed_may_come_twice),
        cmocka_unit_test(the_noise_of_the_rests_is_no_leak),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
