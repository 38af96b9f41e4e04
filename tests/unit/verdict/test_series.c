/* How fast a loop went: what growth per iteration or minute is in an hour. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "verdict/series.h"

#include "series_builder.h"

static void assert_near(double value, double wanted)
{
    assert_true(fabs(value - wanted) < 1e-9);
}

/* `count` samples of the loop, so many seconds and iterations apart, after one at rest. */
static struct series loop(unsigned count, double seconds, unsigned iterations)
{
    struct series series = {.holders = holder_table_new()};
    build_sample(&series, PHASE_IDLE, 6, 1);
    for (unsigned i = 0; i < count; i++)
        build_sample(&series, PHASE_LOOP, 6 + i * iterations, 100 + i * seconds);
    build_sample(&series, PHASE_DRAIN, 6 + count * iterations, 5000);
    return series;
}

static void test_by_iterations(void **state)
{
    (void)state;
    struct series series = loop(21, 12, 2); /* an iteration in 6 s */
    struct pace pace = series_pace(&series);
    assert_near(pace.seconds, 240);
    assert_near(pace.iterations, 40);
    assert_near(pace.steps_per_hour, 600);
    assert_true(isnan(pace.iterations_per_step));
    series_free(&series);
}

static void test_by_minutes(void **state)
{
    (void)state;
    struct series series = loop(25, 4, 0);
    series.per_minute = true;
    struct pace pace = series_pace(&series);
    assert_near(pace.seconds, 96);
    assert_near(pace.steps_per_hour, 60);
    assert_true(isnan(pace.iterations_per_step));
    series_free(&series);
}

static void test_by_minutes_with_an_iteration_per_sample(void **state)
{
    (void)state;
    struct series series = loop(25, 5, 1);
    series.per_minute = true;
    struct pace pace = series_pace(&series);
    assert_near(pace.steps_per_hour, 60);
    assert_near(pace.iterations_per_step, 12);
    series_free(&series);
}

/* Nothing is made up of a loop with no time or no iterations in it. */
static void test_what_cannot_be_told(void **state)
{
    (void)state;
    const struct {
        unsigned count;
        double seconds;
        unsigned iterations;
        bool per_minute;
    } rows[] = {{0, 1, 1, false}, {1, 1, 1, false}, {1, 1, 1, true},
                {5, 0, 1, false}, {5, 0, 1, true},  {5, 1, 0, false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct series series = loop(rows[i].count, rows[i].seconds, rows[i].iterations);
        series.per_minute = rows[i].per_minute;
        struct pace pace = series_pace(&series);
        assert_true(isnan(pace.steps_per_hour));
        assert_true(isnan(pace.iterations_per_step));
        series_free(&series);
    }
}

static void add_rest(struct series *series, double at, double goroutines, double heap)
{
    build_sample(series, PHASE_DRAIN, 46, at);
    struct sample *sample = &series->samples[series->count - 1];
    sample->gauges[GAUGE_GOROUTINE] = goroutines;
    sample->gauges[GAUGE_HEAP_ALLOC] = heap;
}

/* It has settled when there is no more than at the end, but for one, some KiB, or a moment. */
static void test_how_long_it_takes_to_settle(void **state)
{
    (void)state;
    const struct {
        double goroutines[4], heap[4];
        double seconds;
    } rows[] = {
        {{60, 60, 60, 60}, {1e6, 1e6, 1e6, 1e6}, 1},
        {{61, 60, 61, 60}, {1e6, 1e6 + 60000, 1e6, 1e6}, 1},
        {{90, 60, 62, 60}, {1e6, 1e6, 1e6, 9e6}, 1},
        {{90, 90, 60, 60}, {1e6, 1e6, 1e6, 1e6}, 6},
        {{90, 60, 62, 62}, {1e6, 1e6, 1e6, 1e6}, 1},
        {{60, 60, 60, 60}, {2e6, 2e6, 2e6, 1e6}, 11},
        {{NAN, NAN, NAN, NAN}, {NAN, NAN, NAN, NAN}, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct series series = {.holders = holder_table_new()};
        build_sample(&series, PHASE_LOOP, 6, 100);
        build_sample(&series, PHASE_LOOP, 46, 120);
        assert_true(isnan(series_settling(&series)));
        for (unsigned j = 0; j < 4; j++)
            add_rest(&series, 121 + 5 * j, rows[i].goroutines[j], rows[i].heap[j]);
        build_sample(&series, PHASE_SECOND_DRAIN, 86, 300);
        assert_near(series_settling(&series), rows[i].seconds);
        assert_near(series_loop_end(&series), 120);
        series_free(&series);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_iterations),
        cmocka_unit_test(test_by_minutes),
        cmocka_unit_test(test_by_minutes_with_an_iteration_per_sample),
        cmocka_unit_test(test_what_cannot_be_told),
        cmocka_unit_test(test_how_long_it_takes_to_settle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
