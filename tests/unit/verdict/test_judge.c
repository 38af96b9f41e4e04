/* From a series and a baseline to findings and a verdict, on runs made up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <stdio.h>

#include "base/buffer.h"
#include "base/strings.h"
#include "series_builder.h"
#include "verdict/judge.h"

static double steady(int iteration, int rested, int level)
{
    (void)iteration, (void)rested;
    return level;
}
/* `percent` per 100 iterations. */
static double leaks(int iteration, int rested, int percent)
{
    (void)rested;
    return 3 + iteration * percent / 100;
}
static double gone_after(int iteration, int rested, int seconds)
{
    return 3 + (rested >= seconds ? 0 : 3 * iteration);
}
/* Two of three go at rest. */
static double partly_gone(int iteration, int rested, int seconds)
{
    return 3 + (rested >= seconds ? 1 : 3) * iteration;
}
/* Down, and up again: once by chance, or for good. */
static double comes_back(int iteration, int rested, int from)
{
    return 3 + (rested > 0 && rested < from ? 0 : iteration);
}
static double high_once(int iteration, int rested, int at)
{
    return rested == 0 ? 3 + iteration : 3 + 4 * (rested == at);
}
static double flips(int iteration, int rested, int phase)
{
    (void)rested;
    return 1 + (iteration / 2 + phase) % 2;
}
static double falls(int iteration, int rested, int level)
{
    (void)rested;
    return level - iteration;
}
static double holds_every_third(int iteration, int rested, int phase)
{
    (void)rested;
    return 1 + (iteration + phase) / 12;
}
static double bytes_leak(int iteration, int rested, int each)
{
    (void)rested;
    return 6e6 + (double)iteration * each;
}

static struct run_facts facts_of_today(void)
{
    return (struct run_facts){.rate_asked = 512,
                              .rate_found = 512,
                              .today = "2026-11-20",
                              .plan_hash = "0123456789abcdef",
                              .go_version = "go1.26.8",
                              .platform = "linux/amd64"};
}

static struct series ordinary(unsigned drain_samples)
{
    struct series series = build_series(LOOP_SAMPLES, drain_samples);
    add_text(&series, GAUGE_FD, "pipe", steady, 20);
    add_function(&series, GAUGE_GOROUTINE, "main.main", steady, 26, 0);
    return series;
}

static struct judgement *judge_today(const struct series *series, const struct baseline *baseline)
{
    struct run_facts facts = facts_of_today();
    return judge(series, baseline, &facts);
}

static void end(struct series *series, struct judgement *judgement)
{
    judgement_free(judgement);
    series_free(series);
}

static struct baseline *with_exception(enum gauge gauge, char *holder, double allowed,
                                       char *expires)
{
    struct baseline *baseline = baseline_new();
    baseline_except(baseline, &(struct baseline_exception){.gauge = gauge,
                                                           .holder = holder,
                                                           .allowed = allowed,
                                                           .reason = "meant",
                                                           .expires = expires});
    return baseline;
}

static void a_quiet_run_passes_and_says_what_it_could_see(void **state)
{
    (void)state;
    struct series series = ordinary(0);
    struct judgement *judgement = judge_today(&series, NULL);
    assert_int_equal(judgement->verdict, VERDICT_PASS);
    assert_int_equal(judgement->count, 0);
    assert_null(judgement->reason);
    assert_true(fabs(judgement->smallest[GAUGE_FD] - 5.0 / 36) < 1e-9);
    assert_true(fabs(judgement->smallest[GAUGE_GOROUTINE] - 5.0 / 36) < 1e-9);
    /* 2.2 of 6 allocations are sampled at a rate of 512: 6 (1 - exp(-233.9 / 512)) = 2.2. */
    assert_true(fabs(judgement->smallest[GAUGE_HEAP_STACK] - 233.86) < 0.01);
    assert_true(isnan(judgement->smallest[GAUGE_THREAD]));
    assert_true(judgement->levels[GAUGE_FD] == 20 && judgement->levels[GAUGE_GOROUTINE] == 26);
    assert_true(isnan(judgement->levels[GAUGE_RSS]));
    assert_false(judge_grew(&series, NULL, ""));
    assert_false(judge_grew(&series, NULL, ""));
    end(&series, judgement);
}

static void one_descriptor_per_iteration_is_a_leak_with_its_culprit(void **state)
{
    (void)state;
    struct series series = ordinary(0);
    add_text(&series, GAUGE_FD, "anon_inode:[eventpoll]", leaks, 100);
    struct judgement *judgement = judge_today(&series, NULL);
    assert_int_equal(judgement->verdict, VERDICT_LEAK);
    assert_int_equal(judgement->count, 1); /* the total is not a second one */
    const struct finding *finding = &judgement->findings[0];
    assert_int_equal(finding->kind, FINDING_GROWTH);
    assert_int_equal(finding->gauge, GAUGE_FD);
    assert_string_equal(finding->holder, "anon_inode:[eventpoll]");
    assert_true(finding->per_iteration == 1.0 && finding->iterations == 36);
    assert_true(finding->from == 5 && finding->to == 41);
    assert_null(finding->text);
    assert_true(judge_grew(&series, NULL, ""));
    end(&series, judgement);
}

/* Two builds of the same closure are one holder. */
static void holders_of_one_key_are_added_up(void **state)
{
    (void)state;
    struct series series = ordinary(0);
    add_function(&series, GAUGE_GOROUTINE, "main.run.listen.func1", holds_every_third, 0, 0);
    add_function(&series, GAUGE_GOROUTINE, "main.(*app).run.listen.func7", holds_every_third, 4, 0);
    add_function(&series, GAUGE_GOROUTINE, "main.listen.func2", holds_every_third, 8, 0);
    struct judgement *judgement = judge_today(&series, NULL);
    assert_int_equal(judgement->verdict, VERDICT_LEAK);
    assert_int_equal(judgement->count, 1);
    assert_string_equal(judgement->findings[0].holder, "main.listen.func");
    assert_string_equal(judgement->findings[0].example, "main.run.listen.func1");
    end(&series, judgement);
}

/* None of the three by itself, but all together: the gauge is the finding, and names them. */
static void a_total_that_no_holder_explains_names_the_contributors(void **state)
{
    (void)state;
    struct series series = ordinary(0);
    add_function(&series, GAUGE_GOROUTINE, "main.a", holds_every_third, 0, 0);
    add_function(&series, GAUGE_GOROUTINE, "main.b", holds_every_third, 4, 0);
    add_function(&series, GAUGE_GOROUTINE, "main.c", holds_every_third, 8, 0);
    struct judgement *judgement = judge_today(&series, NULL);
    assert_int_equal(judgement->verdict, VERDICT_LEAK);
    assert_int_equal(judgement->count, 1);
    assert_null(judgement->findings[0].holder);
    assert_int_equal(judgement->findings[0].gauge, GAUGE_GOROUTINE);
    assert_non_null(strstr(judgement->findings[0].text, "main.a +"));
    assert_non_null(strstr(judgement->findings[0].text, "main.c +"));
    assert_null(strstr(judgement->findings[0].text, "main.main"));
    end(&series, judgement);
}

static void what_a_culprit_does_not_explain_is_reported_as_the_rest(void **state)
{
    (void)state;
    struct series series = ordinary(0);
    add_text(&series, GAUGE_FD, "socket:unix", leaks, 100);
    for (size_t i = 0; i < series.count; i++) /* half as many again, by no holder at all */
        series.samples[i].gauges[GAUGE_FD] += loop_iteration(&series.samples[i]) / 2;
    struct judgement *judgement = judge_today(&series, NULL);
    assert_int_equal(judgement->count, 2);
    assert_string_equal(judgement->findings[0].holder, "socket:unix");
    assert_null(judgement->findings[1].holder);
    assert_true(judgement->findings[1].per_iteration == 0.5);
    end(&series, judgement);
}

static void stacks_that_flip_are_no_finding(void **state)
{
    (void)state;
    struct series series = ordinary(0);
    add_function(&series, GAUGE_GOROUTINE, "main.read", flips, 0, 0);
    add_function(&series, GAUGE_GOROUTINE, "main.wait", flips, 1, 0);
    struct judgement *judgement = judge_today(&series, NULL);
    assert_int_equal(judgement->verdict, VERDICT_PASS);
    assert_int_equal(judgement->count, 0);
    end(&series, judgement);
}

static void what_is_gone_at_rest_is_a_backlog(void **state)
{
    (void)state;
    struct series series = ordinary(12);
    add_function(&series, GAUGE_GOROUTINE, "main.tick.func1", gone_after, 40, 0);
    struct judgement *judgement = judge_today(&series, NULL);
    assert_int_equal(judgement->verdict, VERDICT_PASS);
    assert_int_equal(judgement->count, 1);
    assert_int_equal(judgement->findings[0].kind, FINDING_BACKLOG);
    assert_true(judgement->findings[0].per_iteration == 3.0);
    assert_true(judgement->findings[0].drained_after == 40);
    assert_non_null(strstr(judgement->findings[0].text, "all gone 40 s after the loop"));
    assert_false(judge_grew(&series, NULL, ""));
    end(&series, judgement);
}

static void the_worker_drains_until_it_is_gone(void **state)
{
    (void)state;
    for (unsigned drain = 0; drain <= 8; drain++) {
        struct series series = ordinary(drain);
        add_function(&series, GAUGE_GOROUTINE, "main.tick.func1", gone_after, 40, 0);
        assert_int_equal(!judge_grew(&series, NULL, ""), drain == 8);
        assert_int_equal(judge_grew(&series, NULL, ""), drain < 8);
        series_free(&series);
    }
}

static void what_is_partly_gone_is_a_leak(void **state)
{
    (void)state;
    struct series series = ordinary(12);
    add_function(&series, GAUGE_GOROUTINE, "main.tick.func1", partly_gone, 40, 0);
    struct judgement *judgement = judge_today(&series, NULL);
    assert_int_equal(judgement->verdict, VERDICT_LEAK);
    assert_int_equal(judgement->findings[0].kind, FINDING_GROWTH);
    assert_string_equal(judgement->findings[0].text, "after 60 s at rest 42 of 108 are left");
    end(&series, judgement);
}

static void what_comes_back_has_not_drained(void **state)
{
    (void)state;
    struct series series = ordinary(8);
    add_function(&series, GAUGE_GOROUTINE, "main.f", comes_back, 30, 0);
    struct judgement *judgement = judge_today(&series, NULL);
    assert_int_equal(judgement->findings[0].kind, FINDING_GROWTH);
    end(&series, judgement);
}

/* A git child in the very last sample is no reason to call 40 goroutines a leak. */
static void one_reading_that_is_high_by_chance_is_forgiven(void **state)
{
    (void)state;
    struct series series = build_series(LOOP_SAMPLES, 4);
    add_text(&series, GAUGE_FD, "pipe", high_once, 20);
    struct judgement *judgement = judge_today(&series, NULL);
    assert_int_equal(judgement->findings[0].kind, FINDING_BACKLOG);
    assert_true(judgement->findings[0].drained_after == 5);
    end(&series, judgement);
}

static void an_allowed_growth_is_shown_and_its_total_is_quiet(void **state)
{
    (void)state;
    struct series series = ordinary(0);
    add_text(&series, GAUGE_FD, "socket:unix", leaks, 100);
    _cleanup_baseline_ struct baseline *baseline =
        with_exception(GAUGE_FD, "socket:unix", 1.0, "2027-01-31");
    struct judgement *judgement = judge_today(&series, baseline);
    assert_int_equal(judgement->verdict, VERDICT_PASS);
    assert_int_equal(judgement->count, 1);
    assert_int_equal(judgement->findings[0].kind, FINDING_ALLOWED);
    assert_true(judgement->findings[0].allowed == 1.0);
    assert_string_equal(judgement->findings[0].text, "meant");
    assert_false(judge_grew(&series, baseline, ""));
    end(&series, judgement);
}

static void more_than_is_allowed_is_a_leak(void **state)
{
    (void)state;
    struct series series = ordinary(0);
    add_text(&series, GAUGE_FD, "socket:unix", leaks, 200);
    _cleanup_baseline_ struct baseline *baseline =
        with_exception(GAUGE_FD, "socket:unix", 1.0, NULL);
    struct judgement *judgement = judge_today(&series, baseline);
    assert_int_equal(judgement->verdict, VERDICT_LEAK);
    assert_int_equal(judgement->count, 1);
    assert_true(judgement->findings[0].per_iteration == 2.0);
    end(&series, judgement);
}

/* An exception does not lend its room to others. */
static void another_holder_grows_behind_an_exception(void **state)
{
    (void)state;
    struct series series = ordinary(0);
    add_text(&series, GAUGE_FD, "socket:unix", leaks, 20);
    add_text(&series, GAUGE_FD, "socket:tcp", leaks, 50);
    _cleanup_baseline_ struct baseline *baseline =
        with_exception(GAUGE_FD, "socket:unix", 1.0, NULL);
    struct judgement *judgement = judge_today(&series, baseline);
    assert_int_equal(judgement->verdict, VERDICT_LEAK);
    assert_string_equal(judgement->findings[0].holder, "socket:tcp");
    end(&series, judgement);
}

static void a_gauge_may_be_allowed_to_grow(void **state)
{
    (void)state;
    struct series series = ordinary(0);
    add_text(&series, GAUGE_FD, "socket:unix", leaks, 100);
    _cleanup_baseline_ struct baseline *baseline = baseline_new();
    baseline->gauges[GAUGE_FD].present = true;
    baseline->gauges[GAUGE_FD].allowed = 1;
    struct judgement *judgement = judge_today(&series, baseline);
    assert_int_equal(judgement->verdict, VERDICT_PASS);
    assert_int_equal(judgement->count, 1);
    assert_int_equal(judgement->findings[0].kind, FINDING_ALLOWED);
    assert_null(judgement->findings[0].holder);
    judgement_free(judgement);
    add_text(&series, GAUGE_FD, "socket:udp", leaks, 100); /* each alone is, both are not */
    judgement = judge_today(&series, baseline);
    assert_int_equal(judgement->verdict, VERDICT_LEAK);
    assert_null(judgement->findings[0].holder);
    assert_non_null(strstr(judgement->findings[0].text, "socket:udp +40"));
    end(&series, judgement);
}

/* Of a holder with an exception the larger allowance holds, not both. */
static void allowances_do_not_add_up(void **state)
{
    (void)state;
    struct series series = ordinary(0);
    add_text(&series, GAUGE_FD, "socket:unix", leaks, 100);
    _cleanup_baseline_ struct baseline *baseline =
        with_exception(GAUGE_FD, "socket:unix", 0.6, NULL);
    baseline->gauges[GAUGE_FD].present = true;
    baseline->gauges[GAUGE_FD].allowed = 0.5;
    struct judgement *judgement = judge_today(&series, baseline);
    assert_int_equal(judgement->verdict, VERDICT_LEAK);
    assert_string_equal(judgement->findings[0].holder, "socket:unix");
    assert_true(judgement->findings[0].allowed == 0.6);
    end(&series, judgement);
}

static void allowances_of_bytes_do_not_add_up(void **state)
{
    (void)state;
    struct series series = ordinary(0);
    add_function(&series, GAUGE_HEAP_STACK, "main.keep", leaks, 100, 2000);
    _cleanup_baseline_ struct baseline *baseline = baseline_new();
    baseline_except(baseline, &(struct baseline_exception){.gauge = GAUGE_HEAP_STACK,
                                                           .holder = "main.keep",
                                                           .allowed = 1,
                                                           .allowed_bytes = 1200,
                                                           .reason = "meant"});
    baseline->gauges[GAUGE_HEAP_STACK].present = true;
    baseline->gauges[GAUGE_HEAP_STACK].allowed = 900;
    struct judgement *judgement = judge_today(&series, baseline);
    assert_int_equal(judgement->verdict, VERDICT_LEAK);
    assert_string_equal(judgement->findings[0].holder, "main.keep");
    assert_true(judgement->findings[0].allowed == 1200);
    end(&series, judgement);
}

static const struct {
    const char *expires;
    enum finding_kind kind;
    enum verdict verdict;
} dates[] = {
    {"2026-11-19", FINDING_EXCEPTION_EXPIRED, VERDICT_LEAK},
    {"2026-11-20", FINDING_EXCEPTION_EXPIRING, VERDICT_PASS}, /* its last day */
    {"2026-12-04", FINDING_EXCEPTION_EXPIRING, VERDICT_PASS},
    {"2026-12-05", FINDING_KIND_COUNT, VERDICT_PASS},
};

static bool has_kind(const struct judgement *judgement, enum finding_kind kind)
{
    for (size_t i = 0; i < judgement->count; i++)
        if (judgement->findings[i].kind == kind)
            return true;
    return false;
}

static void exceptions_expire(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        struct series series = ordinary(0);
        add_text(&series, GAUGE_FD, "socket:unix", leaks, 100);
        _cleanup_baseline_ struct baseline *baseline =
            with_exception(GAUGE_FD, "socket:unix", 1.0, (char *)dates[i].expires);
        struct judgement *judgement = judge_today(&series, baseline);
        assert_int_equal(judgement->verdict, dates[i].verdict);
        for (int kind = FINDING_EXCEPTION_EXPIRED; kind <= FINDING_EXCEPTION_EXPIRING; kind++)
            assert_int_equal(has_kind(judgement, (enum finding_kind)kind),
                             (enum finding_kind)kind == dates[i].kind);
        /* And the growth is judged as if the exception were not there. */
        assert_int_equal(has_kind(judgement, FINDING_GROWTH), dates[i].verdict == VERDICT_LEAK);
        end(&series, judgement);
    }
}

static const struct {
    int percent; /* of growth per iteration left; -1: no such holder */
    double allowed;
    bool unused;
    const char *text;
} uses[] = {
    {100, 3.0, true, "3.00 per iteration are allowed, 1.00 are left"},
    {100, 1.0, false, NULL},
    {100, 1.9, false, NULL},
    {0, 1.0, true, "nothing uses it any more: it can be removed"},
    {-1, 1.0, true, "nothing uses it any more: it can be removed"},
};

static void exceptions_that_are_wider_than_what_is_left_are_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof uses / sizeof uses[0]; i++) {
        struct series series = ordinary(0);
        if (uses[i].percent >= 0)
            add_text(&series, GAUGE_FD, "socket:unix", leaks, uses[i].percent);
        _cleanup_baseline_ struct baseline *baseline =
            with_exception(GAUGE_FD, "socket:unix", uses[i].allowed, NULL);
        struct judgement *judgement = judge_today(&series, baseline);
        assert_int_equal(judgement->verdict, VERDICT_PASS);
        assert_int_equal(has_kind(judgement, FINDING_EXCEPTION_UNUSED), uses[i].unused);
        if (uses[i].unused)
            assert_string_equal(judgement->findings[0].text, uses[i].text);
        end(&series, judgement);
    }
}

static void an_unused_exception_of_another_go_version_says_so(void **state)
{
    (void)state;
    struct series series = ordinary(0);
    _cleanup_baseline_ struct baseline *baseline =
        with_exception(GAUGE_GOROUTINE, "main.gone.func", 1, NULL);
    snprintf(baseline->go_version, sizeof baseline->go_version, "go1.27.0");
    struct judgement *judgement = judge_today(&series, baseline);
    assert_non_null(strstr(judgement->findings[0].text, "made with go1.27.0, this is go1.26.8"));
    end(&series, judgement);
}

static struct baseline *with_allowed_gauge(enum gauge gauge, double allowed, char *expires)
{
    struct baseline *baseline = baseline_new();
    baseline_put_gauge(baseline, gauge,
                       &(struct baseline_gauge){.present = true,
                                                .allowed = allowed,
                                                .level = NAN,
                                                .tolerance = NAN,
                                                .reason = "borne",
                                                .expires = expires});
    return baseline;
}

static void an_allowed_gauge_says_why_and_expires(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        struct series series = ordinary(0);
        add_text(&series, GAUGE_FD, "socket:unix", leaks, 50);
        add_text(&series, GAUGE_FD, "socket:tcp", leaks, 50);
        _cleanup_baseline_ struct baseline *baseline =
            with_allowed_gauge(GAUGE_FD, 1.0, (char *)dates[i].expires);
        struct judgement *judgement = judge_today(&series, baseline);
        assert_int_equal(judgement->verdict, dates[i].verdict);
        for (int kind = FINDING_EXCEPTION_EXPIRED; kind <= FINDING_EXCEPTION_EXPIRING; kind++)
            assert_int_equal(has_kind(judgement, (enum finding_kind)kind),
                             (enum finding_kind)kind == dates[i].kind);
        const struct finding *last = &judgement->findings[judgement->count - 1];
        if (dates[i].verdict == VERDICT_PASS) {
            assert_int_equal(last->kind, FINDING_ALLOWED);
            assert_non_null(strstr(last->text, "borne"));
        }
        end(&series, judgement);
    }
}

/* The worker drains what the judge will judge. */
static void an_expired_exception_is_drained(void **state)
{
    (void)state;
    struct series series = ordinary(0);
    add_text(&series, GAUGE_FD, "socket:unix", leaks, 100);
    _cleanup_baseline_ struct baseline *baseline =
        with_exception(GAUGE_FD, "socket:unix", 1.0, "2026-11-19");
    assert_true(judge_grew(&series, baseline, "2026-11-20"));
    assert_true(judge_grew(&series, baseline, "2026-11-20"));
    assert_false(judge_grew(&series, baseline, "2026-11-19"));
    _cleanup_baseline_ struct baseline *gauge = with_allowed_gauge(GAUGE_FD, 1.0, "2026-11-19");
    assert_true(judge_grew(&series, gauge, "2026-11-20"));
    assert_false(judge_grew(&series, gauge, "2026-11-19"));
    series_free(&series);
}

static const struct {
    int percent; /* of growth per iteration left, in each of two holders */
    double allowed;
    const char *text; /* NULL: nothing is said */
} gauge_uses[] = {
    {50, 3.0, "3.00 per iteration are allowed, 1.00 are left"},
    {50, 1.0, NULL},
    {0, 1.0, "nothing uses it any more: it can be removed"},
};

static void a_gauge_that_allows_more_than_is_left_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof gauge_uses / sizeof gauge_uses[0]; i++) {
        struct series series = ordinary(0);
        add_text(&series, GAUGE_FD, "socket:unix", leaks, gauge_uses[i].percent);
        add_text(&series, GAUGE_FD, "socket:tcp", leaks, gauge_uses[i].percent);
        _cleanup_baseline_ struct baseline *baseline =
            with_allowed_gauge(GAUGE_FD, gauge_uses[i].allowed, NULL);
        struct judgement *judgement = judge_today(&series, baseline);
        assert_int_equal(judgement->verdict, VERDICT_PASS);
        assert_int_equal(has_kind(judgement, FINDING_EXCEPTION_UNUSED), gauge_uses[i].text != NULL);
        if (gauge_uses[i].text != NULL) {
            assert_null(judgement->findings[0].holder);
            assert_string_equal(judgement->findings[0].text, gauge_uses[i].text);
        }
        end(&series, judgement);
    }
}

static const struct {
    double objects, bytes; /* allowed; 1 object of 1,024 B is left */
    const char *text;
} stack_uses[] = {
    {1, 1024, NULL},
    {3, 1024, "3.00 per iteration are allowed, 1.00 are left"},
    {1, 4096, "4096 B per iteration are allowed, 1024 B are left"},
};

static void heap_stacks_are_tightened_in_bytes_too(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof stack_uses / sizeof stack_uses[0]; i++) {
        struct series series = ordinary(0);
        add_function(&series, GAUGE_HEAP_STACK, "main.keep", leaks, 100, 1024);
        _cleanup_baseline_ struct baseline *baseline = baseline_new();
        baseline_except(baseline, &(struct baseline_exception){
                                      .gauge = GAUGE_HEAP_STACK,
                                      .holder = "main.keep",
                                      .allowed = stack_uses[i].objects,
                                      .allowed_bytes = stack_uses[i].bytes,
                                      .reason = "meant",
                                  });
        struct judgement *judgement = judge_today(&series, baseline);
        assert_int_equal(judgement->verdict, VERDICT_PASS);
        assert_int_equal(has_kind(judgement, FINDING_EXCEPTION_UNUSED), stack_uses[i].text != NULL);
        if (stack_uses[i].text != NULL)
            assert_string_equal(judgement->findings[0].text, stack_uses[i].text);
        end(&series, judgement);
    }
    struct series series = ordinary(0);
    add_function(&series, GAUGE_HEAP_STACK, "main.keep", leaks, 100, 1024);
    _cleanup_baseline_ struct baseline *wide = with_allowed_gauge(GAUGE_HEAP_STACK, 4096, NULL);
    struct judgement *judgement = judge_today(&series, wide);
    assert_int_equal(judgement->verdict, VERDICT_PASS);
    assert_string_equal(judgement->findings[0].text,
                        "4096 B per iteration are allowed, 1024 B are left");
    end(&series, judgement);
}

/* What is over and gone can go; what is over and still grows is told by its growth. */
static void an_expired_exception_that_nothing_uses_can_be_removed(void **state)
{
    (void)state;
    for (int percent = 0; percent <= 100; percent += 100) {
        struct series series = ordinary(0);
        add_text(&series, GAUGE_FD, "socket:unix", leaks, percent);
        _cleanup_baseline_ struct baseline *baseline =
            with_exception(GAUGE_FD, "socket:unix", 3.0, "2026-11-19");
        struct judgement *judgement = judge_today(&series, baseline);
        assert_int_equal(judgement->verdict, VERDICT_LEAK);
        assert_true(has_kind(judgement, FINDING_EXCEPTION_EXPIRED));
        assert_int_equal(has_kind(judgement, FINDING_EXCEPTION_UNUSED), percent == 0);
        end(&series, judgement);
    }
}

static const struct {
    const char *go, *platform;
    bool compared;
} builds[] = {
    {"go1.26.8", "linux/amd64", true},  {"go1.26.6", "linux/amd64", true},
    {"go1.26", "linux/amd64", true},    {"go1.2.8", "linux/amd64", false},
    {"go1.27.0", "linux/amd64", false}, {"go1.27rc1", "linux/amd64", false},
    {"go1.26.8", "linux/arm64", false}, {"", "", true},
    {"devel +1", "linux/amd64", false},
};

/* Memory at rest is the runtime's and the machine's; descriptors are compared all the same. */
static void memory_of_another_build_is_not_compared(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof builds / sizeof builds[0]; i++) {
        struct series series = ordinary(0);
        set_gauge(&series, GAUGE_HEAP_ALLOC, bytes_leak, 0);
        _cleanup_baseline_ struct baseline *baseline = baseline_new();
        snprintf(baseline->go_version, sizeof baseline->go_version, "%s", builds[i].go);
        snprintf(baseline->platform, sizeof baseline->platform, "%s", builds[i].platform);
        baseline->gauges[GAUGE_HEAP_ALLOC] =
            (struct baseline_gauge){.present = true, .level = 1e6, .tolerance = NAN};
        baseline->gauges[GAUGE_FD] =
            (struct baseline_gauge){.present = true, .level = 10, .tolerance = NAN};
        struct judgement *judgement = judge_today(&series, baseline);
        assert_true(has_kind(judgement, FINDING_LEVEL));
        assert_int_equal(has_kind(judgement, FINDING_NOT_COMPARED), !builds[i].compared);
        if (!builds[i].compared) {
            const struct finding *last = &judgement->findings[judgement->count - 1];
            assert_int_equal(last->gauge, GAUGE_HEAP_ALLOC);
            assert_non_null(strstr(last->text, "this is go1.26.8 linux/amd64"));
            for (size_t j = 0; j + 1 < judgement->count; j++)
                assert_int_equal(judgement->findings[j].gauge, GAUGE_FD);
        }
        end(&series, judgement);
    }
}

/* By another revision's file the allowances still judge: they are about holders. */
static void of_another_plan_the_allowances_judge_and_no_levels(void **state)
{
    (void)state;
    struct series series = ordinary(0);
    add_text(&series, GAUGE_FD, "socket:unix", leaks, 100);
    _cleanup_baseline_ struct baseline *baseline =
        with_exception(GAUGE_FD, "socket:unix", 1.0, NULL);
    snprintf(baseline->plan_hash, sizeof baseline->plan_hash, "fedcba9876543210");
    baseline->gauges[GAUGE_FD] =
        (struct baseline_gauge){.present = true, .level = 3, .tolerance = NAN};
    struct judgement *judgement = judge_today(&series, baseline);
    assert_int_equal(judgement->verdict, VERDICT_PASS);
    assert_true(has_kind(judgement, FINDING_ALLOWED));
    assert_true(has_kind(judgement, FINDING_NOT_COMPARED));
    end(&series, judgement);
}

static const struct {
    double level, tolerance;
    bool over, loose;
} levels[] = {
    {20, NAN, false, false}, {18, NAN, false, false},  {17, NAN, true, false},
    {19, 0, true, false},    {10, 10, false, false},   {40, NAN, false, true},
    {24, NAN, false, false}, {26, NAN, false, true},   {40, 10, false, false},
    {21, 0, false, true},    {NAN, NAN, false, false},
};

static void levels_at_rest_are_compared(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        struct series series = ordinary(0);
        _cleanup_baseline_ struct baseline *baseline = baseline_new();
        baseline->gauges[GAUGE_FD] = (struct baseline_gauge){
            .present = true, .level = levels[i].level, .tolerance = levels[i].tolerance};
        struct judgement *judgement = judge_today(&series, baseline);
        assert_int_equal(judgement->verdict, levels[i].over ? VERDICT_LEAK : VERDICT_PASS);
        assert_int_equal(has_kind(judgement, FINDING_LEVEL), levels[i].over);
        assert_int_equal(has_kind(judgement, FINDING_LEVEL_LOOSE), levels[i].loose);
        if (levels[i].over || levels[i].loose)
            assert_true(judgement->findings[0].from == levels[i].level &&
                        judgement->findings[0].to == 20);
        end(&series, judgement);
    }
}

static void heap_stacks_grow_in_objects_or_in_bytes(void **state)
{
    (void)state;
    static const struct {
        int percent;
        unsigned each;
        bool leak;
    } cases[] = {{100, 64, true}, {100, 36, false}, {20, 256, true}, {0, 1 << 20, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct series series = ordinary(0);
        add_function(&series, GAUGE_HEAP_STACK, "main.keep", leaks, cases[i].percent,
                     cases[i].each);
        struct judgement *judgement = judge_today(&series, NULL);
        assert_int_equal(judgement->verdict, cases[i].leak ? VERDICT_LEAK : VERDICT_PASS);
        end(&series, judgement);
    }
}

static double one_slice(int iteration, int rested, int parameter)
{
    (void)iteration, (void)rested;
    return parameter;
}

/* One object all the time, and its bytes double. */
static void a_slice_that_doubles_is_a_leak(void **state)
{
    (void)state;
    struct series series = ordinary(0);
    add_function(&series, GAUGE_HEAP_STACK, "main.remember", one_slice, 1, 1);
    for (size_t i = 0; i < series.count; i++) {
        struct sample *sample = &series.samples[i];
        uint64_t held = 65536;
        for (unsigned at = 8; at <= sample->iteration; at *= 2)
            held *= 2;
        sample->holdings.items[sample->holdings.count - 1].bytes = held;
    }
    struct judgement *judgement = judge_today(&series, NULL);
    assert_int_equal(judgement->verdict, VERDICT_LEAK);
    assert_int_equal(judgement->findings[0].gauge, GAUGE_HEAP_STACK);
    assert_true(judgement->findings[0].per_iteration == 0);
    assert_true(judgement->findings[0].bytes_per_iteration > 256);
    end(&series, judgement);
}

static void the_heap_total_is_quiet_when_a_stack_explains_it(void **state)
{
    (void)state;
    for (int explained = 0; explained <= 1; explained++) {
        struct series series = ordinary(0);
        set_gauge(&series, GAUGE_HEAP_ALLOC, bytes_leak, 4096);
        if (explained)
            add_function(&series, GAUGE_HEAP_STACK, "main.keep", leaks, 100, 4096);
        struct judgement *judgement = judge_today(&series, NULL);
        assert_int_equal(judgement->verdict, VERDICT_LEAK);
        assert_int_equal(judgement->count, 1);
        assert_int_equal(judgement->findings[0].gauge,
                         explained ? GAUGE_HEAP_STACK : GAUGE_HEAP_ALLOC);
        assert_true(judgement->findings[0].bytes_per_iteration == 4096);
        end(&series, judgement);
    }
}

static void worst_first(void **state)
{
    (void)state;
    struct series series = ordinary(10);
    add_text(&series, GAUGE_FD, "socket:tcp", leaks, 50);
    add_text(&series, GAUGE_FD, "socket:unix", leaks, 200);
    add_function(&series, GAUGE_GOROUTINE, "main.f", leaks, 100, 0);
    add_function(&series, GAUGE_GOROUTINE, "main.g", gone_after, 20, 0);
    add_function(&series, GAUGE_HEAP_STACK, "main.h", leaks, 100, 4096);
    struct string_list left = {0};
    string_list_add(&left, "tmux: server (712)");
    struct run_facts facts = facts_of_today();
    facts.left_behind = &left;
    struct judgement *judgement = judge(&series, NULL, &facts);
    static const char *const order[] = {"socket:unix",        "main.f", "socket:tcp", "main.h",
                                        "tmux: server (712)", "main.g"};
    assert_int_equal(judgement->count, 6);
    for (size_t i = 0; i < 6; i++)
        assert_string_equal(judgement->findings[i].holder, order[i]);
    assert_int_equal(judgement->findings[4].kind, FINDING_LEFT_BEHIND);
    assert_int_equal(judgement->findings[5].kind, FINDING_BACKLOG);
    string_list_free(&left);
    end(&series, judgement);
}

static void a_wrong_rate_is_invalid_whatever_grew(void **state)
{
    (void)state;
    struct series series = ordinary(0);
    add_text(&series, GAUGE_FD, "socket:unix", leaks, 100);
    add_function(&series, GAUGE_HEAP_STACK, "main.keep", leaks, 100, 4096);
    set_gauge(&series, GAUGE_HEAP_ALLOC, bytes_leak, 4096);
    struct run_facts facts = facts_of_today();
    facts.rate_found = 524288;
    struct judgement *judgement = judge(&series, NULL, &facts);
    assert_int_equal(judgement->verdict, VERDICT_INVALID);
    assert_string_equal(judgement->reason, "the heap profile's rate is 524288, 512 was asked for");
    /* Counts grew all the same; of the heap nothing is known. */
    assert_true(judgement_fails_by(judgement, GAUGE_FD));
    assert_false(judgement_fails_by(judgement, GAUGE_HEAP_STACK));
    assert_false(judgement_fails_by(judgement, GAUGE_HEAP_ALLOC));
    assert_true(isnan(judgement->levels[GAUGE_HEAP_ALLOC]));
    judgement_free(judgement);
    facts.rate_found = 0; /* unknown */
    judgement = judge(&series, NULL, &facts);
    assert_int_equal(judgement->verdict, VERDICT_LEAK);
    assert_true(judgement_fails_by(judgement, GAUGE_HEAP_STACK));
    end(&series, judgement);
}

static void too_few_samples_are_invalid(void **state)
{
    (void)state;
    struct series series = build_series(20, 0);
    struct judgement *judgement = judge_today(&series, NULL);
    assert_int_equal(judgement->verdict, VERDICT_INVALID);
    assert_string_equal(judgement->reason,
                        "the loop has 20 samples; growth is judged on 21 or more");
    end(&series, judgement);
}

static void iterations_that_do_not_advance_are_invalid(void **state)
{
    (void)state;
    struct series series = ordinary(0);
    series.samples[IDLE_SAMPLES + 5].iteration = series.samples[IDLE_SAMPLES + 4].iteration;
    struct judgement *judgement = judge_today(&series, NULL);
    assert_int_equal(judgement->verdict, VERDICT_INVALID);
    assert_string_equal(judgement->reason, "samples 5 and 6 of the loop are at the same iteration");
    end(&series, judgement);
}

static void what_the_worker_found_invalid_is_invalid(void **state)
{
    (void)state;
    struct series series = ordinary(0);
    struct run_facts facts = facts_of_today();
    facts.invalid = true;
    facts.problem = "the screen did not come back";
    struct judgement *judgement = judge(&series, NULL, &facts);
    assert_int_equal(judgement->verdict, VERDICT_INVALID);
    assert_string_equal(judgement->reason, "the screen did not come back");
    end(&series, judgement);
}

static void failed_outranks_all(void **state)
{
    (void)state;
    struct series series = build_series(4, 0);
    struct run_facts facts = facts_of_today();
    facts.failed = facts.invalid = true;
    facts.rate_found = 1;
    facts.problem = "a wait timed out";
    struct judgement *judgement = judge(&series, NULL, &facts);
    assert_int_equal(judgement->verdict, VERDICT_FAILED);
    assert_string_equal(judgement->reason, "a wait timed out");
    assert_int_equal(judgement->count, 0);
    end(&series, judgement);
}

/* It hung in its eighth sample's iteration: no floors, no rest. */
static void a_failed_run_says_what_grew_until_then(void **state)
{
    (void)state;
    struct series series = build_series(8, 0);
    add_text(&series, GAUGE_FD, "pipe", leaks, 100);
    struct run_facts facts = facts_of_today();
    facts.failed = true;
    struct judgement *judgement = judge(&series, NULL, &facts);
    assert_int_equal(judgement->verdict, VERDICT_FAILED);
    assert_int_equal(judgement->count, 1);
    assert_int_equal(judgement->findings[0].kind, FINDING_GROWTH);
    assert_string_equal(judgement->findings[0].holder, "pipe");
    assert_float_equal(judgement->findings[0].per_iteration, 1, 1e-9);
    assert_float_equal(judgement->findings[0].iterations, 14, 0);
    assert_non_null(strstr(judgement->findings[0].text, "until then, in 8 samples"));
    facts.stopped = true;
    judgement_free(judgement);
    judgement = judge(&series, NULL, &facts);
    assert_int_equal(judgement->verdict, VERDICT_STOPPED);
    end(&series, judgement);
}

static void an_empty_series_is_invalid_and_no_crash(void **state)
{
    (void)state;
    struct series series = {0};
    struct judgement *judgement = judge_today(&series, NULL);
    assert_int_equal(judgement->verdict, VERDICT_INVALID);
    assert_false(judge_grew(&series, NULL, ""));
    end(&series, judgement);
}

/* 40 that were still going away from the warm-up hide whatever is added meanwhile. */
static void noise_is_inconclusive_unless_something_leaks(void **state)
{
    (void)state;
    struct series series = ordinary(0);
    add_function(&series, GAUGE_GOROUTINE, "main.settles", falls, 60, 0);
    struct judgement *judgement = judge_today(&series, NULL);
    assert_int_equal(judgement->verdict, VERDICT_INCONCLUSIVE);
    assert_non_null(strstr(judgement->reason, "goroutine moves so much that"));
    judgement_free(judgement);
    add_text(&series, GAUGE_FD, "socket:unix", leaks, 100);
    judgement = judge_today(&series, NULL);
    assert_int_equal(judgement->verdict, VERDICT_LEAK);
    end(&series, judgement);
}

/* Timers of the warm-up run out while those of the loop come: 60 in flight, and at rest none. */
static double settles(int iteration, int rested, int level)
{
    return rested > 0 ? fmax(level - 40 - rested, 0) : level - iteration;
}

/* The ordinary run with a sample of its start, at which `held` goroutines were there. */
static struct series restless(unsigned drain_samples, double held)
{
    struct series series = ordinary(drain_samples);
    add_function(&series, GAUGE_GOROUTINE, "main.settles", settles, 60, 0);
    struct sample start = {.phase = PHASE_START, .at = 1};
    start.gauges[GAUGE_GOROUTINE] = held;
    series_append(&series, &start);
    struct sample last = series.samples[series.count - 1];
    memmove(&series.samples[1], &series.samples[0], (series.count - 1) * sizeof last);
    series.samples[0] = last;
    return series;
}

/* 26 at the start and 26 after a minute at rest: no more than two in 48 iterations can have stayed.
 */
static void what_is_there_at_rest_tells_what_noise_hides(void **state)
{
    (void)state;
    struct series series = restless(0, 26);
    assert_true(judge_grew(&series, NULL, "")); /* so it is to drain */
    series_free(&series);
    series = restless(12, 26);
    assert_false(judge_grew(&series, NULL, ""));
    struct judgement *judgement = judge_today(&series, NULL);
    assert_int_equal(judgement->verdict, VERDICT_PASS);
    assert_float_equal(judgement->smallest[GAUGE_GOROUTINE], 2.0 / 48, 1e-9);
    end(&series, judgement);
}

/* 80 more than at the start: more than one per iteration can have stayed. */
static void a_rest_that_holds_more_tells_nothing(void **state)
{
    (void)state;
    struct series series = restless(12, 26 - 80);
    assert_true(judge_grew(&series, NULL, ""));
    struct judgement *judgement = judge_today(&series, NULL);
    assert_int_equal(judgement->verdict, VERDICT_INCONCLUSIVE);
    end(&series, judgement);
}

/* One per second at rest and in the loop alike: the iterations have no part in it. */
static void what_rises_at_rest_alike_is_not_put_on_the_iterations(void **state)
{
    (void)state;
    struct series series = ordinary(0);
    for (size_t i = 0; i < series.count; i++)
        series.samples[i].gauges[GAUGE_INOTIFY_WATCH] = series.samples[i].at;
    struct judgement *judgement = judge_today(&series, NULL);
    assert_int_equal(judgement->verdict, VERDICT_INCONCLUSIVE);
    assert_int_equal(judgement->findings[0].gauge, GAUGE_INOTIFY_WATCH);
    judgement_free(judgement);
    for (size_t i = 0; i < series.count; i++) /* and one more per iteration */
        series.samples[i].gauges[GAUGE_INOTIFY_WATCH] += loop_iteration(&series.samples[i]);
    judgement = judge_today(&series, NULL);
    assert_int_equal(judgement->verdict, VERDICT_LEAK);
    assert_true(judgement->findings[0].per_iteration == 1.0);
    end(&series, judgement);
}

/* A child that comes and goes at rest is no drift, and excuses nothing. */
static void what_moves_at_rest_is_no_drift(void **state)
{
    (void)state;
    struct series series = ordinary(0);
    static const int at_rest[IDLE_SAMPLES] = {10, 13, 12, 12, 11, 14};
    for (size_t i = 0; i < series.count; i++)
        series.samples[i].gauges[GAUGE_INOTIFY_WATCH] =
            i < IDLE_SAMPLES ? at_rest[i] : 14 + loop_iteration(&series.samples[i]) / 4;
    struct judgement *judgement = judge_today(&series, NULL);
    assert_int_equal(judgement->verdict, VERDICT_LEAK);
    assert_null(judgement->findings[0].text);
    end(&series, judgement);
}

static void paced_by_time_growth_is_per_minute(void **state)
{
    (void)state;
    struct series series = {.holders = holder_table_new(), .per_minute = true};
    for (unsigned i = 0; i < 24; i++)
        build_sample(&series, PHASE_LOOP, 0, 60 + 5 * i);
    struct judgement *judgement = judge_today(&series, NULL);
    assert_int_equal(judgement->verdict, VERDICT_PASS);
    assert_true(judgement->levels[GAUGE_INOTIFY_WATCH] == 7); /* the loop is the rest */
    judgement_free(judgement);
    for (unsigned i = 0; i < 24; i++)
        series.samples[i].gauges[GAUGE_FD] = i;
    judgement = judge_today(&series, NULL);
    assert_int_equal(judgement->verdict, VERDICT_LEAK);
    assert_true(fabs(judgement->findings[0].per_iteration - 12) < 1e-9);
    end(&series, judgement);
}

/* Of a watch, a sample each minute: garbage counts in its heap. */
static struct series watched(unsigned minutes)
{
    struct series series = {.holders = holder_table_new(), .per_minute = true, .uncollected = true};
    for (unsigned i = 0; i <= minutes; i++)
        build_sample(&series, PHASE_LOOP, 0, 60 * i);
    return series;
}

static void a_heap_that_nobody_collects_is_judged_when_it_had_time_to_collect(void **state)
{
    (void)state;
    for (unsigned minutes = 27; minutes <= 28; minutes++) {
        struct series series = watched(minutes);
        for (unsigned i = 0; i < series.count; i++)
            series.samples[i].gauges[GAUGE_HEAP_ALLOC] = (4 << 20) + 5000 * i;
        struct judgement *judgement = judge_today(&series, NULL);
        assert_int_equal(judgement->verdict, minutes < 28 ? VERDICT_PASS : VERDICT_LEAK);
        end(&series, judgement);
    }
}

static double nothing(int iteration, int seconds, int parameter)
{
    (void)iteration;
    (void)seconds;
    (void)parameter;
    return 0;
}

static void a_stack_of_a_coarse_profile_takes_eight_samples(void **state)
{
    (void)state;
    const unsigned rate = 512 * 1024;
    for (unsigned each = 6; each <= 9; each += 3) {
        struct series series = watched(60);
        series.heap_rate = rate;
        add_function(&series, GAUGE_HEAP_STACK, "app.keep", nothing, 0, 0);
        for (unsigned i = 0; i < series.count; i++)
            holding_list_add(&series.samples[i].holdings,
                             (struct holding){0, 1 + i * each / 51, (1 + i * each / 51) * rate});
        struct judgement *judgement = judge_today(&series, NULL);
        assert_int_equal(judgement->verdict, each < 8 ? VERDICT_PASS : VERDICT_LEAK);
        end(&series, judgement);
    }
}

static char *describe(const struct judgement *judgement)
{
    struct buffer text = {0};
    buffer_format(&text, "%s %s\n", verdict_name(judgement->verdict),
                  judgement->reason != NULL ? judgement->reason : "-");
    for (size_t i = 0; i < judgement->count; i++) {
        const struct finding *f = &judgement->findings[i];
        buffer_format(&text, "%s %d %s %s %a %a %a %a %a %a %a %s\n", finding_kind_name(f->kind),
                      f->gauge, f->holder != NULL ? f->holder : "-",
                      f->example != NULL ? f->example : "-", f->per_iteration,
                      f->bytes_per_iteration, f->from, f->to, f->iterations, f->allowed,
                      f->drained_after, f->text != NULL ? f->text : "-");
    }
    for (size_t i = 0; i < GAUGE_COUNT; i++)
        buffer_format(&text, "%a %a\n", judgement->smallest[i], judgement->levels[i]);
    return buffer_take(&text);
}

/* Also when the holders were met in another order. */
static void the_same_input_gives_the_same_bytes(void **state)
{
    (void)state;
    char *texts[2];
    for (int i = 0; i < 2; i++) {
        struct series series = build_series(LOOP_SAMPLES, 3);
        if (i == 1)
            holder_table_text(series.holders, GAUGE_FD, "socket:unix");
        add_text(&series, GAUGE_FD, "pipe", leaks, 100);
        add_text(&series, GAUGE_FD, "socket:unix", leaks, 100);
        add_function(&series, GAUGE_GOROUTINE, "main.a", holds_every_third, 0, 0);
        _cleanup_baseline_ struct baseline *baseline =
            with_exception(GAUGE_CHILD, "git", 1, "2026-11-30");
        struct judgement *judgement = judge_today(&series, baseline);
        texts[i] = describe(judgement);
        end(&series, judgement);
    }
    assert_string_equal(texts[0], texts[1]);
    free(texts[0]);
    free(texts[1]);
}

static void names_and_fates_of_kinds(void **state)
{
    (void)state;
    for (int kind = 0; kind < FINDING_KIND_COUNT; kind++)
        assert_non_null(finding_kind_name((enum finding_kind)kind));
    for (int verdict = 0; verdict < VERDICT_COUNT; verdict++)
        assert_non_null(verdict_name((enum verdict)verdict));
    assert_true(finding_fails(FINDING_GROWTH) && finding_fails(FINDING_LEVEL) &&
                finding_fails(FINDING_LEFT_BEHIND) && finding_fails(FINDING_EXCEPTION_EXPIRED));
    assert_false(finding_fails(FINDING_BACKLOG) || finding_fails(FINDING_ALLOWED) ||
                 finding_fails(FINDING_EXCEPTION_UNUSED) || finding_fails(FINDING_LEVEL_LOOSE) ||
                 finding_fails(FINDING_NOT_COMPARED));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quiet_run_passes_and_says_what_it_could_see),
        cmocka_unit_test(one_descriptor_per_iteration_is_a_leak_with_its_culprit),
        cmocka_unit_test(holders_of_one_key_are_added_up),
        cmocka_unit_test(a_total_that_no_holder_explains_names_the_contributors),
        cmocka_unit_test(what_a_culprit_does_not_explain_is_reported_as_the_rest),
        cmocka_unit_test(stacks_that_flip_are_no_finding),
        cmocka_unit_test(what_is_gone_at_rest_is_a_backlog),
        cmocka_unit_test(the_worker_drains_until_it_is_gone),
        cmocka_unit_test(what_is_partly_gone_is_a_leak),
        cmocka_unit_test(what_comes_back_has_not_drained),
        cmocka_unit_test(one_reading_that_is_high_by_chance_is_forgiven),
        cmocka_unit_test(an_allowed_growth_is_shown_and_its_total_is_quiet),
        cmocka_unit_test(more_than_is_allowed_is_a_leak),
        cmocka_unit_test(another_holder_grows_behind_an_exception),
        cmocka_unit_test(a_gauge_may_be_allowed_to_grow),
        cmocka_unit_test(allowances_do_not_add_up),
        cmocka_unit_test(allowances_of_bytes_do_not_add_up),
        cmocka_unit_test(exceptions_expire),
        cmocka_unit_test(exceptions_that_are_wider_than_what_is_left_are_told),
        cmocka_unit_test(an_unused_exception_of_another_go_version_says_so),
        cmocka_unit_test(an_allowed_gauge_says_why_and_expires),
        cmocka_unit_test(an_expired_exception_is_drained),
        cmocka_unit_test(a_gauge_that_allows_more_than_is_left_is_told),
        cmocka_unit_test(heap_stacks_are_tightened_in_bytes_too),
        cmocka_unit_test(an_expired_exception_that_nothing_uses_can_be_removed),
        cmocka_unit_test(memory_of_another_build_is_not_compared),
        cmocka_unit_test(of_another_plan_the_allowances_judge_and_no_levels),
        cmocka_unit_test(levels_at_rest_are_compared),
        cmocka_unit_test(heap_stacks_grow_in_objects_or_in_bytes),
        cmocka_unit_test(a_slice_that_doubles_is_a_leak),
        cmocka_unit_test(the_heap_total_is_quiet_when_a_stack_explains_it),
        cmocka_unit_test(worst_first),
        cmocka_unit_test(a_wrong_rate_is_invalid_whatever_grew),
        cmocka_unit_test(too_few_samples_are_invalid),
        cmocka_unit_test(iterations_that_do_not_advance_are_invalid),
        cmocka_unit_test(what_the_worker_found_invalid_is_invalid),
        cmocka_unit_test(failed_outranks_all),
        cmocka_unit_test(a_failed_run_says_what_grew_until_then),
        cmocka_unit_test(an_empty_series_is_invalid_and_no_crash),
        cmocka_unit_test(noise_is_inconclusive_unless_something_leaks),
        cmocka_unit_test(what_is_there_at_rest_tells_what_noise_hides),
        cmocka_unit_test(a_rest_that_holds_more_tells_nothing),
        cmocka_unit_test(what_rises_at_rest_alike_is_not_put_on_the_iterations),
        cmocka_unit_test(what_moves_at_rest_is_no_drift),
        cmocka_unit_test(paced_by_time_growth_is_per_minute),
        cmocka_unit_test(a_heap_that_nobody_collects_is_judged_when_it_had_time_to_collect),
        cmocka_unit_test(a_stack_of_a_coarse_profile_takes_eight_samples),
        cmocka_unit_test(the_same_input_gives_the_same_bytes),
        cmocka_unit_test(names_and_fates_of_kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
