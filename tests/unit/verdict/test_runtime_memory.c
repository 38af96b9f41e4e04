/* What the runtime keeps for goroutines that are gone is no leak; what is kept beside it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "series_builder.h"
#include "verdict/judge.h"
#include "verdict/ledger.h"
#include "verdict/runtime_memory.h"

/* Three waiting goroutines per iteration, all gone 10 s after the loop. */
static double timers_in_flight(int iteration, int rested, int unused)
{
    (void)unused;
    return 3 + (rested >= 10 ? 0 : 3 * iteration);
}
/* A sudog for each of them, which stays. */
static double sudogs(int iteration, int rested, int each)
{
    (void)rested;
    return 3 + 3 * iteration * each;
}
static double one_each(int iteration, int rested, int unused)
{
    (void)rested, (void)unused;
    return 1 + iteration;
}
/* A loop that waits again and again takes new sudogs while others hold theirs. */
static double pooled_sudogs(int iteration, int rested, int unused)
{
    (void)rested, (void)unused;
    return 3 + iteration;
}
/* More than a scheduler hands on. */
static double many_of_that_size(int iteration, int rested, int unused)
{
    (void)rested, (void)unused;
    return 3 + 4 * iteration;
}
static double waits(int iteration, int rested, int count)
{
    (void)iteration, (void)rested;
    return count;
}

static struct judgement *judge_today(const struct series *series)
{
    struct run_facts facts = {.rate_asked = 512, .rate_found = 512, .today = "2026-11-20"};
    return judge(series, NULL, &facts);
}

static size_t count_of(const struct judgement *judgement, enum finding_kind kind, enum gauge gauge)
{
    size_t count = 0;
    for (size_t i = 0; i < judgement->count; i++)
        count += judgement->findings[i].kind == kind && judgement->findings[i].gauge == gauge;
    return count;
}

static void sudogs_of_a_backlog_are_no_leak(void **state)
{
    (void)state;
    struct series series = build_series(LOOP_SAMPLES, 6);
    add_function(&series, GAUGE_GOROUTINE, "main.wait", timers_in_flight, 0, 0);
    add_function(&series, GAUGE_HEAP_STACK, "main.wait", sudogs, 1, 112);
    struct judgement *judgement = judge_today(&series);
    assert_int_equal(judgement->verdict, VERDICT_PASS);
    assert_int_equal(count_of(judgement, FINDING_BACKLOG, GAUGE_GOROUTINE), 1);
    assert_int_equal(count_of(judgement, FINDING_GROWTH, GAUGE_HEAP_STACK), 0);
    judgement_free(judgement);
    series_free(&series);
}

static void a_leak_where_a_goroutine_waits_is_still_seen(void **state)
{
    (void)state;
    struct series series = build_series(LOOP_SAMPLES, 0);
    add_function(&series, GAUGE_GOROUTINE, "main.wait", waits, 2, 0);
    add_function(&series, GAUGE_HEAP_STACK, "main.wait", one_each, 0, 1024);
    struct judgement *judgement = judge_today(&series);
    assert_int_equal(judgement->verdict, VERDICT_LEAK);
    assert_int_equal(count_of(judgement, FINDING_GROWTH, GAUGE_HEAP_STACK), 1);
    assert_string_equal(judgement->findings[0].holder, "main.wait");
    judgement_free(judgement);
    series_free(&series);
}

static void a_leak_beside_a_backlog_is_still_seen(void **state)
{
    (void)state;
    struct series series = build_series(LOOP_SAMPLES, 6);
    add_function(&series, GAUGE_GOROUTINE, "main.wait", timers_in_flight, 0, 0);
    add_function(&series, GAUGE_HEAP_STACK, "main.keep", one_each, 0, 1024);
    struct judgement *judgement = judge_today(&series);
    assert_int_equal(judgement->verdict, VERDICT_LEAK);
    assert_int_equal(count_of(judgement, FINDING_GROWTH, GAUGE_HEAP_STACK), 1);
    judgement_free(judgement);
    series_free(&series);
}

/* The heap's total, with a g and a sudog for each goroutine there ever was and `leak` bytes per
 * iteration. */
static void set_heap_total(struct series *series, double leak)
{
    double most = 0;
    for (size_t i = 0; i < series->count; i++) {
        struct sample *sample = &series->samples[i];
        most = fmax(most, sample->gauges[GAUGE_GOROUTINE]);
        sample->gauges[GAUGE_HEAP_ALLOC] = 6e6 + (448 + 112) * most + leak * loop_iteration(sample);
    }
}

static void the_heap_total_is_judged_without_what_goroutines_left(void **state)
{
    (void)state;
    const struct {
        double leak;
        enum verdict expected;
    } cases[] = {{0, VERDICT_PASS}, {4096, VERDICT_LEAK}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct series series = build_series(LOOP_SAMPLES, 6);
        add_function(&series, GAUGE_GOROUTINE, "main.wait", timers_in_flight, 0, 0);
        add_function(&series, GAUGE_HEAP_STACK, "runtime.malg", sudogs, 1, 448);
        set_heap_total(&series, cases[i].leak);
        struct judgement *judgement = judge_today(&series);
        assert_int_equal(judgement->verdict, cases[i].expected);
        judgement_free(judgement);
        series_free(&series);
    }
}

static void sudogs_at_one_that_waits_again_and_again_are_no_leak(void **state)
{
    (void)state;
    struct series series = build_series(LOOP_SAMPLES, 6);
    add_function(&series, GAUGE_GOROUTINE, "main.render", waits, 1, 0);
    add_function(&series, GAUGE_HEAP_STACK, "main.render", pooled_sudogs, 0, 112);
    struct judgement *judgement = judge_today(&series);
    assert_int_equal(judgement->verdict, VERDICT_PASS);
    judgement_free(judgement);
    series_free(&series);
    /* Where nobody waits it is no sudog. */
    series = build_series(LOOP_SAMPLES, 6);
    add_function(&series, GAUGE_HEAP_STACK, "main.keep", many_of_that_size, 0, 112);
    judgement = judge_today(&series);
    assert_int_equal(judgement->verdict, VERDICT_LEAK);
    judgement_free(judgement);
    series_free(&series);
}

/* Nobody is seen to wait there: for moments only, or never. As few as a scheduler hands on are
 * sudogs; more, where there is a backlog of goroutines beside them. */
static void sudogs_where_nobody_is_seen_to_wait(void **state)
{
    (void)state;
    const struct {
        double (*objects)(int iteration, int rested, int parameter);
        bool backlog;
        enum verdict expected;
    } cases[] = {
        {pooled_sudogs, false, VERDICT_PASS},
        {pooled_sudogs, true, VERDICT_PASS},
        {many_of_that_size, false, VERDICT_LEAK},
        {many_of_that_size, true, VERDICT_PASS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct series series = build_series(LOOP_SAMPLES, 6);
        if (cases[i].backlog)
            add_function(&series, GAUGE_GOROUTINE, "main.wait", timers_in_flight, 0, 0);
        add_function(&series, GAUGE_HEAP_STACK, "main.send", cases[i].objects, 0, 112);
        struct judgement *judgement = judge_today(&series);
        assert_int_equal(judgement->verdict, cases[i].expected);
        judgement_free(judgement);
        series_free(&series);
    }
}

static void sudogs_at_another_that_waits_are_no_leak(void **state)
{
    (void)state;
    struct series series = build_series(LOOP_SAMPLES, 6);
    add_function(&series, GAUGE_GOROUTINE, "main.wait", timers_in_flight, 0, 0);
    add_function(&series, GAUGE_GOROUTINE, "main.render", waits, 1, 0);
    add_function(&series, GAUGE_HEAP_STACK, "main.render", pooled_sudogs, 0, 160);
    struct judgement *judgement = judge_today(&series);
    assert_int_equal(judgement->verdict, VERDICT_PASS);
    judgement_free(judgement);
    series_free(&series);
    /* Without the backlog there is nobody to hold them. */
    series = build_series(LOOP_SAMPLES, 6);
    add_function(&series, GAUGE_GOROUTINE, "main.render", waits, 1, 0);
    add_function(&series, GAUGE_HEAP_STACK, "main.render", pooled_sudogs, 0, 160);
    judgement = judge_today(&series);
    assert_int_equal(judgement->verdict, VERDICT_LEAK);
    judgement_free(judgement);
    series_free(&series);
}

/* A loop that waits keeps objects of a sudog's size, more than can be any. */
static double hundred_each(int iteration, int rested, int unused)
{
    (void)rested, (void)unused;
    return 3 + 100 * iteration;
}

static void what_a_waiting_loop_keeps_is_bounded(void **state)
{
    (void)state;
    struct series series = build_series(LOOP_SAMPLES, 0);
    add_function(&series, GAUGE_GOROUTINE, "main.poll", waits, 1, 0);
    add_function(&series, GAUGE_HEAP_STACK, "main.poll", hundred_each, 0, 96);
    struct judgement *judgement = judge_today(&series);
    assert_int_equal(judgement->verdict, VERDICT_LEAK);
    assert_int_equal(count_of(judgement, FINDING_GROWTH, GAUGE_HEAP_STACK), 1);
    judgement_free(judgement);
    series_free(&series);
}

/* Few in eight iterations, but these are looked at for what is known to leak. */
static void a_locating_run_leaves_nothing_out(void **state)
{
    (void)state;
    struct series series = build_series(LOOP_SAMPLES, 0);
    add_function(&series, GAUGE_HEAP_STACK, "main.keep", one_each, 0, 112);
    for (unsigned step = 0; step < 2; step++) {
        series.samples[series.count - 1].step = step;
        _cleanup_ledger_ struct ledger *ledger = ledger_new(&series);
        runtime_memory_correct(ledger);
        const struct account *account = ledger_account(ledger, GAUGE_HEAP_STACK, "main.keep");
        assert_true(account->values[ledger->columns - 1] == (step > 0 ? 43 : 0));
    }
    series_free(&series);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sudogs_of_a_backlog_are_no_leak),
        cmocka_unit_test(sudogs_at_one_that_waits_again_and_again_are_no_leak),
        cmocka_unit_test(sudogs_at_another_that_waits_are_no_leak),
        cmocka_unit_test(sudogs_where_nobody_is_seen_to_wait),
        cmocka_unit_test(a_leak_where_a_goroutine_waits_is_still_seen),
        cmocka_unit_test(a_leak_beside_a_backlog_is_still_seen),
        cmocka_unit_test(the_heap_total_is_judged_without_what_goroutines_left),
        cmocka_unit_test(what_a_waiting_loop_keeps_is_bounded),
        cmocka_unit_test(a_locating_run_leaves_nothing_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
