/* Where in the iteration it grows, by a locating run's series. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "verdict/locate.h"
#include "verdict/series.h"

enum { STEPS = 4, ITERATIONS = 8 };

static const char *const steps[STEPS] = {"press a", "wait A", "press b", "run c"};
static const char *const where[STEPS] = {"s.yaml:1:5", "s.yaml:2:5", "s.yaml:3:5", "s.yaml:4:5"};
/* The wait belongs to the press before it. */
static const unsigned inputs[STEPS] = {1, 1, 3, 4};
static const struct iteration_steps iteration = {steps, where, inputs, STEPS};

/* What a holder gains in each iteration after step 2, 3 and 4, in bytes or in number. */
struct gains {
    int after[STEPS + 1];
};

static void append(struct series *series, unsigned done, unsigned step, uint32_t holder,
                   unsigned value, bool bytes)
{
    struct sample sample = {.phase = PHASE_LOOP, .iteration = done, .step = step};
    for (int gauge = 0; gauge < GAUGE_COUNT; gauge++)
        sample.gauges[gauge] = 0;
    sample.gauges[GAUGE_FD] = sample.gauges[GAUGE_ZOMBIE] = value;
    holding_list_add(&sample.holdings,
                     (struct holding){holder, bytes ? value / 16 : value, bytes ? value : 0});
    series_append(series, &sample);
}

static struct series series_of(enum gauge gauge, struct gains gains, unsigned from)
{
    struct series series = {.holders = holder_table_new()};
    uint32_t function = holder_table_function(series.holders, "main.keep", strlen("main.keep"));
    uint32_t holder = gauge == GAUGE_HEAP_STACK
                          ? holder_table_stack(series.holders, gauge, &function, 1)
                          : holder_table_text(series.holders, gauge, "pipe");
    unsigned value = from;
    append(&series, 6, 0, holder, value, gauge == GAUGE_HEAP_STACK);
    for (unsigned i = 0; i < ITERATIONS; i++)
        for (unsigned step = 2; step <= STEPS; step++) {
            value = (unsigned)((int)value + gains.after[step]);
            append(&series, 6 + i + (step == STEPS), step, holder, value,
                   gauge == GAUGE_HEAP_STACK);
        }
    return series;
}

static struct judgement *judgement_of(enum gauge gauge, const char *holder)
{
    struct judgement *judgement = memory_new(struct judgement);
    judgement->verdict = VERDICT_LEAK;
    judgement->findings = memory_new(struct finding);
    judgement->count = 1;
    judgement->findings[0] = (struct finding){.kind = FINDING_GROWTH,
                                              .gauge = gauge,
                                              .holder = memory_copy_text(holder),
                                              .per_iteration = 1};
    return judgement;
}

static struct finding *located(struct judgement *judgement, enum gauge gauge, struct gains gains,
                               unsigned from)
{
    struct series series = series_of(gauge, gains, from);
    locate(judgement, &series, &iteration);
    series_free(&series);
    return &judgement->findings[0];
}

static void test_growth_belongs_to_the_input_before_the_wait(void **state)
{
    (void)state;
    struct judgement *judgement = judgement_of(GAUGE_FD, "pipe");
    struct finding *finding = located(judgement, GAUGE_FD, (struct gains){{0, 0, 1, 0, 0}}, 5);
    assert_int_equal(finding->place_count, 1);
    assert_string_equal(finding->places[0].step, "press a");
    assert_string_equal(finding->places[0].where, "s.yaml:1:5");
    assert_true(finding->located);
    assert_float_equal(finding->places[0].per_iteration, 1, 1e-9);
    assert_float_equal(finding->exact, 1, 1e-9);
    judgement_free(judgement);
}

/* Three are opened, two closed again: it grows where they are opened. */
static void test_what_is_partly_given_back_grows_where_it_was_taken(void **state)
{
    (void)state;
    struct judgement *judgement = judgement_of(GAUGE_FD, "pipe");
    struct finding *finding = located(judgement, GAUGE_FD, (struct gains){{0, 0, 0, 3, -2}}, 5);
    assert_int_equal(finding->place_count, 1);
    assert_string_equal(finding->places[0].step, "press b");
    assert_float_equal(finding->exact, 1, 1e-9);
    judgement_free(judgement);
}

static void test_two_places_stand_with_the_larger_first(void **state)
{
    (void)state;
    struct judgement *judgement = judgement_of(GAUGE_FD, "pipe");
    struct finding *finding = located(judgement, GAUGE_FD, (struct gains){{0, 0, 1, 0, 2}}, 5);
    assert_int_equal(finding->place_count, 2);
    assert_string_equal(finding->places[0].step, "run c");
    assert_string_equal(finding->places[1].step, "press a");
    judgement_free(judgement);
}

/* What a row stands at after each step, from the start on, one line an iteration. */
static struct finding *located_at(struct judgement *judgement, const unsigned *values,
                                  unsigned iterations, int drained)
{
    struct series series = {.holders = holder_table_new()};
    uint32_t holder = holder_table_text(series.holders, GAUGE_FD, "pipe");
    append(&series, 6, 0, holder, *values++, false);
    for (unsigned i = 0; i < iterations; i++)
        for (unsigned step = 2; step <= STEPS; step++)
            append(&series, 6 + i + (step == STEPS), step, holder, *values++, false);
    if (drained >= 0) {
        append(&series, 6 + iterations, 0, holder, (unsigned)drained, false);
        series.samples[series.count - 1].phase = PHASE_DRAIN;
    }
    locate(judgement, &series, &iteration);
    series_free(&series);
    return &judgement->findings[0];
}

/* Sixteen timers come with the first step and end now here, now there; the last one keeps one. */
static void test_what_comes_and_goes_hides_no_step(void **state)
{
    (void)state;
    const unsigned values[] = {5, 21, 5, 6, 22, 22, 7, 7, 7, 8, 24, 8, 9};
    struct judgement *judgement = judgement_of(GAUGE_FD, "pipe");
    struct finding *finding = located_at(judgement, values, 4, -1);
    assert_int_equal(finding->place_count, 1);
    assert_string_equal(finding->places[0].step, "run c");
    assert_float_equal(finding->places[0].per_iteration, 1, 1e-9);
    judgement_free(judgement);
}

/* They always outlast the rest, and end anywhere. */
static void test_a_step_that_is_hidden_is_not_told(void **state)
{
    (void)state;
    const unsigned values[] = {5, 21, 5, 6, 22, 22, 7, 23, 7, 8, 24, 24, 9};
    struct judgement *judgement = judgement_of(GAUGE_FD, "pipe");
    struct finding *finding = located_at(judgement, values, 4, -1);
    assert_true(finding->located);
    assert_int_equal(finding->place_count, 0);
    assert_float_equal(finding->exact, 1, 1e-9);
    judgement_free(judgement);
}

/* Timers of a minute pile up at the first step: the loop ends before they do, the rest after. */
static void test_what_is_gone_after_the_rest_is_not_told(void **state)
{
    (void)state;
    const unsigned values[] = {5, 8, 8, 9, 12, 12, 13, 16, 16, 17, 20, 20, 21};
    struct judgement *judgement = judgement_of(GAUGE_FD, "pipe");
    struct finding *finding = located_at(judgement, values, 4, 9);
    assert_int_equal(finding->place_count, 0);
    assert_float_equal(finding->exact, 1, 1e-9);
    judgement_free(judgement);
}

/* What is awake for a moment has another stack then. */
static void test_what_is_away_for_a_moment_hides_no_step(void **state)
{
    (void)state;
    const unsigned values[] = {27, 27, 30, 23, 30, 33, 33, 33, 30, 36, 36, 39, 39, 33, 42, 42};
    struct judgement *judgement = judgement_of(GAUGE_FD, "pipe");
    struct finding *finding = located_at(judgement, values, 5, -1);
    assert_int_equal(finding->place_count, 1);
    assert_string_equal(finding->places[0].step, "press b");
    assert_float_equal(finding->places[0].per_iteration, 3, 1e-9);
    judgement_free(judgement);
}

/* One in four iterations: no step lets anything go. */
static void test_rare_growth_has_its_step(void **state)
{
    (void)state;
    const unsigned values[] = {5, 5, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 6,
                               6, 6, 6, 6, 7, 7, 7, 7, 7, 7, 7, 7};
    struct judgement *judgement = judgement_of(GAUGE_FD, "pipe");
    struct finding *finding = located_at(judgement, values, 8, -1);
    assert_int_equal(finding->place_count, 1);
    assert_string_equal(finding->places[0].step, "press b");
    assert_float_equal(finding->places[0].per_iteration, 0.25, 1e-9);
    judgement_free(judgement);
}

/* What a step lets go is of what came before it, also at the end of the iteration before. */
static void test_a_loss_is_of_what_came_last(void **state)
{
    (void)state;
    struct judgement *judgement = judgement_of(GAUGE_FD, "pipe");
    struct finding *finding = located(judgement, GAUGE_FD, (struct gains){{0, 0, -2, 1, 2}}, 5);
    assert_int_equal(finding->place_count, 1);
    assert_string_equal(finding->places[0].step, "press b");
    assert_float_equal(finding->places[0].per_iteration, 1, 1e-9);
    judgement_free(judgement);
}

/* A rate has no step. */
static void test_rates_are_not_located(void **state)
{
    (void)state;
    struct judgement *judgement = judgement_of(GAUGE_SPAWN, "git");
    assert_false(locating_helps(judgement));
    struct finding *finding = located(judgement, GAUGE_SPAWN, (struct gains){{0, 0, 1, 0, 0}}, 5);
    assert_false(finding->located);
    judgement_free(judgement);
}

static void test_heap_is_exact_in_objects_and_bytes(void **state)
{
    (void)state;
    struct judgement *judgement = judgement_of(GAUGE_HEAP_STACK, "main.keep");
    struct finding *finding =
        located(judgement, GAUGE_HEAP_STACK, (struct gains){{0, 0, 0, 48, 0}}, 160);
    assert_int_equal(finding->place_count, 1);
    assert_string_equal(finding->places[0].step, "press b");
    assert_float_equal(finding->exact, 3, 1e-9);
    assert_float_equal(finding->exact_bytes, 48, 1e-9);
    judgement_free(judgement);
}

/* The total of the heap is all stacks together, and those that keep rising are named. */
static void test_a_heap_total_names_its_stacks(void **state)
{
    (void)state;
    struct judgement *judgement = judgement_of(GAUGE_HEAP_ALLOC, NULL);
    struct finding *finding =
        located(judgement, GAUGE_HEAP_STACK, (struct gains){{0, 0, 0, 64, 0}}, 160);
    assert_int_equal(finding->place_count, 1);
    assert_string_equal(finding->places[0].step, "press b");
    assert_string_equal(finding->text, "every allocation counted, per iteration: main.keep +64 B");
    judgement_free(judgement);
}

/* A descriptor, and the stack that allocates what holds it. */
static void test_what_comes_with_each_is_named(void **state)
{
    (void)state;
    struct judgement *judgement = judgement_of(GAUGE_FD, NULL);
    struct finding *finding =
        located(judgement, GAUGE_HEAP_STACK, (struct gains){{0, 0, 0, 16, 0}}, 160);
    /* Gauges follow the bytes in this series: 16 of one for each object of the other. */
    assert_null(finding->text);
    judgement_free(judgement);
    judgement = judgement_of(GAUGE_FD, NULL);
    struct series series = series_of(GAUGE_HEAP_STACK, (struct gains){{0, 0, 0, 16, 0}}, 160);
    for (size_t i = 0; i < series.count; i++)
        series.samples[i].gauges[GAUGE_FD] = series.samples[i].holdings.items[0].value;
    locate(judgement, &series, &iteration);
    series_free(&series);
    assert_string_equal(judgement->findings[0].text, "with each comes an object of main.keep");
    judgement_free(judgement);
}

static void test_a_holder_that_does_not_come_again_is_left_alone(void **state)
{
    (void)state;
    struct judgement *judgement = judgement_of(GAUGE_FD, "socket");
    struct finding *finding = located(judgement, GAUGE_FD, (struct gains){{0, 0, 1, 0, 0}}, 5);
    assert_int_equal(finding->place_count, 0);
    assert_false(finding->located);
    judgement_free(judgement);
}

/* It is asked for at the end alone: the goroutines of the same stack tell. */
static void test_a_leaked_goroutine_is_where_its_goroutines_come(void **state)
{
    (void)state;
    struct judgement *judgement = judgement_of(GAUGE_GOROUTINE_LEAK, "pipe");
    struct finding *finding =
        located(judgement, GAUGE_GOROUTINE, (struct gains){{0, 0, 0, 1, 0}}, 5);
    assert_int_equal(finding->place_count, 1);
    assert_string_equal(finding->places[0].step, "press b");
    assert_true(finding->places[0].per_iteration == 1);
    judgement_free(judgement);
}

static void test_rare_growth_gets_more_iterations(void **state)
{
    (void)state;
    struct judgement *judgement = judgement_of(GAUGE_FD, "pipe");
    assert_true(locating_helps(judgement));
    assert_int_equal(locating_of(judgement, 1000).iterations, 6);
    assert_float_equal(locating_of(judgement, 1000).fds, 1, 1e-9);
    assert_float_equal(locating_of(judgement, 1000).goroutines, 0, 1e-9);
    judgement->findings[0].per_iteration = 0.2;
    assert_int_equal(locating_of(judgement, 1000).iterations, 20);
    judgement->findings[0].per_iteration = 0.01;
    assert_int_equal(locating_of(judgement, 1000).iterations, 24);
    judgement->findings[0].kind = FINDING_LEVEL;
    assert_false(locating_helps(judgement));
    judgement_free(judgement);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_growth_belongs_to_the_input_before_the_wait),
        cmocka_unit_test(test_what_is_partly_given_back_grows_where_it_was_taken),
        cmocka_unit_test(test_two_places_stand_with_the_larger_first),
        cmocka_unit_test(test_what_comes_and_goes_hides_no_step),
        cmocka_unit_test(test_a_step_that_is_hidden_is_not_told),
        cmocka_unit_test(test_what_is_gone_after_the_rest_is_not_told),
        cmocka_unit_test(test_what_is_away_for_a_moment_hides_no_step),
        cmocka_unit_test(test_rare_growth_has_its_step),
        cmocka_unit_test(test_a_loss_is_of_what_came_last),
        cmocka_unit_test(test_rates_are_not_located),
        cmocka_unit_test(test_heap_is_exact_in_objects_and_bytes),
        cmocka_unit_test(test_a_heap_total_names_its_stacks),
        cmocka_unit_test(test_what_comes_with_each_is_named),
        cmocka_unit_test(test_a_holder_that_does_not_come_again_is_left_alone),
        cmocka_unit_test(test_a_leaked_goroutine_is_where_its_goroutines_come),
        cmocka_unit_test(test_rare_growth_gets_more_iterations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
