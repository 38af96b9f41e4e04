/* Levels and rates at rest, and tools by tool. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/strings.h"
#include "verdict/judge.h"

#include "series_builder.h"

static const struct run_facts facts = {.rate_asked = 512, .rate_found = 512, .today = "2026-11-20"};

static const struct finding *level_finding(const struct judgement *judgement, enum gauge gauge)
{
    for (size_t i = 0; i < judgement->count; i++)
        if (judgement->findings[i].kind == FINDING_LEVEL && judgement->findings[i].gauge == gauge)
            return &judgement->findings[i];
    return NULL;
}

/* A run in which the gauge stands at `level`; of what only ever rises, it rises by so much a
 * second. */
static struct series series_at(enum gauge gauge, double level)
{
    struct series series = build_series(LOOP_SAMPLES, 0);
    for (size_t i = 0; i < series.count; i++)
        series.samples[i].gauges[gauge] =
            gauge_info(gauge)->cumulative ? level * series.samples[i].at : level;
    return series;
}

static struct judgement *judge_level(enum gauge gauge, double level, double stored)
{
    struct series series = series_at(gauge, level);
    struct baseline *baseline = baseline_new();
    baseline->gauges[gauge].present = !isnan(stored);
    baseline->gauges[gauge].level = stored;
    struct judgement *judgement = judge(&series, baseline, &facts);
    baseline_free(baseline);
    series_free(&series);
    return judgement;
}

static void a_level_is_compared_within_its_tolerance(void **state)
{
    (void)state;
    const struct {
        enum gauge gauge;
        double found, stored;
        bool off;
    } cases[] = {
        {GAUGE_CPU, 0.97, 0.02, true},
        {GAUGE_CPU, 0.11, 0.02, false},
        {GAUGE_SPAWN, 100, 0.1, true},
        {GAUGE_SPAWN, 2, 0.1, false},
        {GAUGE_OUTPUT, 5000, 0, true},
        {GAUGE_OUTPUT, 250, 0, false},
        {GAUGE_OUTPUT, 5000, 4500, false},
        {GAUGE_THREAD, 20, 10, false},
        {GAUGE_THREAD, 21, 10, true},
        {GAUGE_THREAD, 59, 40, false},
        {GAUGE_HEAP_ALLOC, 8e6, 6e6, false},
        {GAUGE_HEAP_ALLOC, 9e6, 6e6, true},
        {GAUGE_HEAP_ALLOC, 49e6, 40e6, false},
        {GAUGE_HEAP_ALLOC, 51e6, 40e6, true},
        {GAUGE_STATE_FILE, 12, 10, false},
        {GAUGE_STATE_FILE, 13, 10, true},
        {GAUGE_SESSION, 3, 0, true},
        {GAUGE_ZOMBIE, 3, 0, true},
        {GAUGE_RSS, 9e9, 6e6, false},
        {GAUGE_HEAP_INUSE, 9e9, 6e6, false},
        {GAUGE_FD, 5, 25, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct judgement *judgement = judge_level(cases[i].gauge, cases[i].found, cases[i].stored);
        const struct finding *finding = level_finding(judgement, cases[i].gauge);
        if ((finding != NULL) != cases[i].off)
            fail_msg("case %zu: %s %g", i, gauge_info(cases[i].gauge)->name, cases[i].found);
        assert_int_equal(judgement->verdict, cases[i].off ? VERDICT_LEAK : VERDICT_PASS);
        judgement_free(judgement);
    }
}

/* What an action takes and gives back: 64 MiB in one of the loop's samples. */
static void a_peak_is_that_of_the_loop(void **state)
{
    (void)state;
    const double mebi = 1024 * 1024;
    for (unsigned at = 0; at < 3; at++) {
        struct series series = series_at(GAUGE_RSS_PEAK, 40 * mebi);
        /* At rest, in the loop's first sample, which tells of the rest before it, and in the loop.
         */
        series.samples[IDLE_SAMPLES - 1 + at].gauges[GAUGE_RSS_PEAK] = 104 * mebi;
        _cleanup_baseline_ struct baseline *baseline = baseline_new();
        baseline->gauges[GAUGE_RSS_PEAK] =
            (struct baseline_gauge){.present = true, .level = 40 * mebi, .tolerance = NAN};
        struct judgement *judgement = judge(&series, baseline, &facts);
        const struct finding *finding = level_finding(judgement, GAUGE_RSS_PEAK);
        assert_true((finding != NULL) == (at == 2));
        if (finding != NULL)
            assert_non_null(strstr(finding->text, "104.00 MiB at its peak, 64.00 MiB more than"));
        judgement_free(judgement);
        series_free(&series);
    }
}

static void a_stored_tolerance_counts(void **state)
{
    (void)state;
    struct series series = series_at(GAUGE_THREAD, 13);
    _cleanup_baseline_ struct baseline *baseline = baseline_new();
    baseline->gauges[GAUGE_THREAD] =
        (struct baseline_gauge){.present = true, .level = 10, .tolerance = 2};
    struct judgement *judgement = judge(&series, baseline, &facts);
    const struct finding *finding = level_finding(judgement, GAUGE_THREAD);
    assert_non_null(finding);
    assert_string_equal(finding->text,
                        "13 at rest, 3 more than the baseline's 10, where 2 more are tolerated");
    judgement_free(judgement);
    series_free(&series);
}

/* Processor time that could not be told is no pass. */
static void what_could_not_be_read_is_no_pass(void **state)
{
    (void)state;
    struct series series = series_at(GAUGE_CPU, 0.05);
    for (size_t i = 0; i < series.count; i++)
        series.samples[i].took = 1.95; /* of the 2 s between two idle samples */
    struct judgement *judgement = judge(&series, NULL, &facts);
    assert_int_equal(judgement->verdict, VERDICT_INCONCLUSIVE);
    assert_non_null(strstr(judgement->reason, "give it a longer `idle_for`"));
    judgement_free(judgement);
    series_free(&series);
}

/* It gets a third of a core, and waits for the rest: it spins, or the machine is too busy to tell.
 */
static void what_waits_for_a_processor_is_no_pass(void **state)
{
    (void)state;
    static const struct {
        double got, waited;
        enum verdict verdict;
    } cases[] = {{0.3, 0.7, VERDICT_INCONCLUSIVE},
                 {0.05, 0.5, VERDICT_PASS},
                 {0.45, 0.44, VERDICT_PASS},
                 {0.9, 0.1, VERDICT_LEAK}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct series series = series_at(GAUGE_CPU, cases[i].got);
        for (size_t j = 0; j < series.count; j++)
            series.samples[j].gauges[GAUGE_CPU_WAIT] = cases[i].waited * series.samples[j].at;
        struct judgement *judgement = judge(&series, NULL, &facts);
        assert_int_equal(judgement->verdict, cases[i].verdict);
        judgement_free(judgement);
        series_free(&series);
    }
}

/* Where no level is stored, what is a fault in any program is told all the same. */
static void what_no_program_does_at_rest_needs_no_baseline(void **state)
{
    (void)state;
    const struct {
        enum gauge gauge;
        double found;
        bool off;
    } cases[] = {
        {GAUGE_CPU, 0.97, true},        {GAUGE_CPU, 0.4, false},      {GAUGE_SPAWN, 11, true},
        {GAUGE_SPAWN, 9, false},        {GAUGE_OUTPUT, 100000, true}, {GAUGE_OUTPUT, 60000, false},
        {GAUGE_HEAP_ALLOC, 9e9, false}, {GAUGE_FD, 9000, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct series series = series_at(cases[i].gauge, cases[i].found);
        struct judgement *without = judge(&series, NULL, &facts);
        struct judgement *unknown = judge_level(cases[i].gauge, cases[i].found, NAN);
        const struct finding *finding = level_finding(without, cases[i].gauge);
        assert_true((finding != NULL) == cases[i].off);
        assert_true((level_finding(unknown, cases[i].gauge) != NULL) == cases[i].off);
        assert_true(finding == NULL || strstr(finding->text, "no level is stored") != NULL);
        judgement_free(without);
        judgement_free(unknown);
        series_free(&series);
    }
}

/* A stored level is what counts, be it as high as it is. */
static void a_stored_level_outranks_what_is_a_fault_elsewhere(void **state)
{
    (void)state;
    struct judgement *judgement = judge_level(GAUGE_CPU, 1.0, 0.95);
    assert_null(level_finding(judgement, GAUGE_CPU));
    judgement_free(judgement);
}

/* The time in which it was sampled is no rest: the cpu gauge leaves out what was burned in it. */
static void cores_are_counted_between_the_samples(void **state)
{
    (void)state;
    const struct {
        double took, cores;
    } cases[] = {{0, 0.3}, {0.5, 0.4}, {1, 0.6}, {1.95, NAN}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct series series = series_at(GAUGE_CPU, 0.3);
        for (size_t j = 0; j < series.count; j++)
            series.samples[j].took = cases[i].took;
        struct judgement *judgement = judge(&series, NULL, &facts);
        double cores = judgement->levels[GAUGE_CPU];
        if (isnan(cases[i].cores) ? !isnan(cores) : fabs(cores - cases[i].cores) > 1e-9)
            fail_msg("%g s each: %g cores", cases[i].took, cores);
        judgement_free(judgement);
        series_free(&series);
    }
}

/* Paced by time and without an idle phase: its loop is rest only where nothing was played in it. */
static void work_is_not_taken_for_rest(void **state)
{
    (void)state;
    for (int plays = 0; plays < 2; plays++) {
        struct series series = series_at(GAUGE_CPU, 0.9);
        series.per_minute = true;
        for (size_t i = 0; i < series.count; i++) {
            series.samples[i].phase = i < IDLE_SAMPLES ? PHASE_WARMUP : PHASE_LOOP;
            series.samples[i].iteration = plays ? (unsigned)i : 0;
        }
        struct judgement *judgement = judge(&series, NULL, &facts);
        assert_true(judgement->levels[GAUGE_CPU] > 0.89);
        assert_true((level_finding(judgement, GAUGE_CPU) != NULL) == !plays);
        judgement_free(judgement);
        series_free(&series);
    }
}

/* Paced by time, a known growth moves the median with the length of the loop, and not the level. */
static void a_level_is_the_same_after_any_time_of_growth(void **state)
{
    (void)state;
    for (unsigned length = LOOP_SAMPLES; length <= 4 * LOOP_SAMPLES; length += LOOP_SAMPLES) {
        struct series series = build_series(length, 0);
        series.per_minute = true;
        for (size_t i = 0; i < series.count; i++) {
            series.samples[i].phase = i < IDLE_SAMPLES ? PHASE_WARMUP : PHASE_LOOP;
            if (i >= IDLE_SAMPLES)
                series.samples[i].gauges[GAUGE_FD] = 25 + (double)(i - IDLE_SAMPLES);
        }
        struct judgement *judgement = judge(&series, NULL, &facts);
        assert_true(judgement->levels[GAUGE_FD] == 25);
        assert_true(judgement->levels[GAUGE_INOTIFY_WATCH] == 7);
        judgement_free(judgement);
        series_free(&series);
    }
}

/* Where it begins late, the line through it would be under nothing at the start; and a backlog that
 * fills is told by its beginning, however long it is looked at. */
static void a_level_is_of_the_beginning_and_never_negative(void **state)
{
    (void)state;
    for (unsigned length = LOOP_SAMPLES; length <= 8 * LOOP_SAMPLES; length += LOOP_SAMPLES) {
        struct series series = build_series(length, 0);
        series.per_minute = true;
        for (size_t i = 0; i < series.count; i++) {
            double at = (double)i - IDLE_SAMPLES;
            series.samples[i].phase = i < IDLE_SAMPLES ? PHASE_WARMUP : PHASE_LOOP;
            series.samples[i].gauges[GAUGE_STATE_FILE] = at < 12 ? 0 : at - 11;
            series.samples[i].gauges[GAUGE_GOROUTINE] = 14 + 2.5 * fmin(at, 15);
        }
        struct judgement *judgement = judge(&series, NULL, &facts);
        assert_true(judgement->levels[GAUGE_STATE_FILE] == 0);
        assert_true(judgement->levels[GAUGE_GOROUTINE] < 20);
        judgement_free(judgement);
        series_free(&series);
    }
}

/* git: 3 per iteration and one every 5 s whatever is done; ps: only at the start. */
static struct series series_with_tools(void)
{
    struct series series = build_series(LOOP_SAMPLES, 0);
    uint32_t git = holder_table_text(series.holders, GAUGE_SPAWN, "git");
    uint32_t ps = holder_table_text(series.holders, GAUGE_SPAWN, "ps");
    for (size_t i = 0; i < series.count; i++) {
        struct sample *sample = &series.samples[i];
        unsigned started = 60 + 3 * (unsigned)loop_iteration(sample) + (unsigned)(sample->at / 5);
        sample->gauges[GAUGE_SPAWN] = started + 1;
        holding_list_add(&sample->holdings, (struct holding){git, started, 0});
        holding_list_add(&sample->holdings, (struct holding){ps, 1, 0});
    }
    return series;
}

static void tools_are_counted_at_rest_and_by_iterations(void **state)
{
    (void)state;
    struct series series = series_with_tools();
    struct judgement *judgement = judge(&series, NULL, &facts);
    assert_int_equal(judgement->tool_count, 2);
    assert_string_equal(judgement->tools[0].name, "git");
    assert_true(judgement->tools[0].per_second == 0.2);
    assert_true(fabs(judgement->tools[0].per_iteration - 3) < 0.01);
    assert_string_equal(judgement->tools[1].name, "ps");
    assert_true(judgement->tools[1].per_iteration == 0);
    assert_true(judgement->counts_tools);
    assert_int_equal(judgement->verdict, VERDICT_PASS);
    judgement_free(judgement);
    series.per_minute = true;
    judgement = judge(&series, NULL, &facts);
    assert_true(isnan(judgement->tools[0].per_iteration));
    assert_false(judgement->counts_tools);
    judgement_free(judgement);
    series_free(&series);
}

static void a_tool_that_is_started_more_often_is_told(void **state)
{
    (void)state;
    const struct {
        const char *known;
        double stored, tolerance;
        bool off;
    } cases[] = {
        /* 20 s in 40 iterations, 10 s at rest: one start at rest is 0.05 per iteration. */
        {"git", 1.95, NAN, false}, {"git", 2.1, NAN, false}, {"git", 1.85, NAN, true},
        {"git", 1.9, 1.5, false},  {"git", 2.9, 0, true},    {"git", 30, NAN, false},
        {"ps", 3, NAN, true}, /* it does not know git: that counts from 0 */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct series series = series_with_tools();
        _cleanup_baseline_ struct baseline *baseline = baseline_new();
        baseline_add_tool(baseline, &(struct baseline_tool){.name = (char *)cases[i].known,
                                                            .per_iteration = cases[i].stored,
                                                            .tolerance = cases[i].tolerance});
        struct judgement *judgement = judge(&series, baseline, &facts);
        const struct finding *finding = level_finding(judgement, GAUGE_SPAWN);
        if ((finding != NULL) != cases[i].off)
            fail_msg("case %zu", i);
        assert_true(finding == NULL || strcmp(finding->holder, "git") == 0);
        assert_int_equal(judgement->verdict, cases[i].off ? VERDICT_LEAK : VERDICT_PASS);
        judgement_free(judgement);
        series_free(&series);
    }
}

/* One that was made before tools were counted says nothing of them. */
static void a_baseline_without_tools_compares_none(void **state)
{
    (void)state;
    struct series series = series_with_tools();
    _cleanup_baseline_ struct baseline *baseline = baseline_new();
    struct judgement *judgement = judge(&series, baseline, &facts);
    assert_int_equal(judgement->verdict, VERDICT_PASS);
    judgement_free(judgement);
    baseline->has_tools = true;
    judgement = judge(&series, baseline, &facts);
    assert_int_equal(judgement->verdict, VERDICT_LEAK);
    judgement_free(judgement);
    series_free(&series);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_level_is_compared_within_its_tolerance),
        cmocka_unit_test(a_peak_is_that_of_the_loop),
        cmocka_unit_test(a_stored_tolerance_counts),
        cmocka_unit_test(what_could_not_be_read_is_no_pass),
        cmocka_unit_test(what_waits_for_a_processor_is_no_pass),
        cmocka_unit_test(what_no_program_does_at_rest_needs_no_baseline),
        cmocka_unit_test(a_stored_level_outranks_what_is_a_fault_elsewhere),
        cmocka_unit_test(cores_are_counted_between_the_samples),
        cmocka_unit_test(work_is_not_taken_for_rest),
        cmocka_unit_test(a_level_is_the_same_after_any_time_of_growth),
        cmocka_unit_test(a_level_is_of_the_beginning_and_never_negative),
        cmocka_unit_test(tools_are_counted_at_rest_and_by_iterations),
        cmocka_unit_test(a_tool_that_is_started_more_often_is_told),
        cmocka_unit_test(a_baseline_without_tools_compares_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
