/* One cause, one finding: what comes with a goroutine that leaks, and what only comes beside it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/strings.h"
#include "series_builder.h"
#include "verdict/judge.h"
#include "verdict/program_functions.h"

enum { MOST_FRAMES = 6, DRAIN_SAMPLES = 20, EACH_BYTES = 4096 };

static char module[] = "example.com/app";
static const struct run_facts facts = {.rate_asked = 512, .rate_found = 512, .today = "2026-11-20"};

/* `percent` per 100 iterations. */
static double leaks(int iteration, int rested, int percent)
{
    (void)rested;
    return 10 + iteration * percent / 100.0;
}

static double gone_after(int iteration, int rested, int seconds)
{
    return 3 + (rested >= seconds ? 0 : iteration);
}

struct stack {
    const char *frames[MOST_FRAMES];
};

static void add_stack(struct series *series, enum gauge gauge, const struct stack *stack,
                      build_value *value, int parameter, unsigned bytes)
{
    uint32_t functions[MOST_FRAMES], depth = 0;
    for (; depth < MOST_FRAMES && stack->frames[depth] != NULL; depth++)
        functions[depth] = holder_table_function(series->holders, stack->frames[depth],
                                                 strlen(stack->frames[depth]));
    add_holdings(series, holder_table_stack(series->holders, gauge, functions, depth), value,
                 parameter, bytes);
}

static struct series series_of_app(void)
{
    struct series series = build_series(LOOP_SAMPLES, DRAIN_SAMPLES);
    series.module = memory_copy_text(module);
    return series;
}

static const struct finding *finding_of(const struct judgement *judgement, enum gauge gauge)
{
    for (size_t i = 0; i < judgement->count; i++)
        if (judgement->findings[i].gauge == gauge)
            return &judgement->findings[i];
    return NULL;
}

#define TICK                                                                                       \
    {                                                                                              \
        {                                                                                          \
            "runtime.gopark", "runtime.chanrecv1", "charm.land/bubbletea/v2.Tick.func1"            \
        }                                                                                          \
    }
#define WATCH                                                                                      \
    {                                                                                              \
        {                                                                                          \
            "time.Sleep", "example.com/app/watch.(*Watcher).run",                                  \
                "example.com/app/watch.New.gowrap1"                                                \
        }                                                                                          \
    }
#define IN_UPDATE                                                                                  \
    {                                                                                              \
        {                                                                                          \
            "runtime.gopark", "main.(*model).Update.func1"                                         \
        }                                                                                          \
    }
#define COMMAND                                                                                    \
    {                                                                                              \
        {                                                                                          \
            "sync.(*Mutex).Lock", "main.(*model).load.func1",                                      \
                "charm.land/bubbletea/v2.(*Program).handleCommands.func1"                          \
        }                                                                                          \
    }

static const struct {
    const char *name;
    struct stack goroutine, heap;
    int percent; /* objects per 100 iterations, where 100 goroutines come */
    bool is_companion;
} cases[] = {
    {"the timer that it waits for, as many as the profile believes",
     TICK,
     {{"time.NewTimer", "charm.land/bubbletea/v2.Tick", "main.poll"}},
     365,
     true},
    {"a timer of another function",
     TICK,
     {{"time.NewTimer", "charm.land/bubbletea/v2.Every", "main.poll"}},
     100,
     false},
    {"a library's closure", TICK, {{"charm.land/bubbletea/v2.Tick", "main.poll"}}, 100, true},
    {"what its function makes for it",
     WATCH,
     {{"example.com/app/watch.New", "main.(*model).Update", "charm.land/bubbletea/v2.run"}},
     100,
     true},
    {"three things of one stack",
     WATCH,
     {{"example.com/app/watch.New", "main.(*model).Update", "charm.land/bubbletea/v2.run"}},
     300,
     true},
    {"too many for each",
     WATCH,
     {{"example.com/app/watch.New", "main.(*model).Update", "charm.land/bubbletea/v2.run"}},
     600,
     false},
    {"too few for each",
     WATCH,
     {{"example.com/app/watch.New", "main.(*model).Update", "charm.land/bubbletea/v2.run"}},
     50,
     false},
    {"made further in",
     WATCH,
     {{"bytes.growSlice", "example.com/app/watch.buffer", "example.com/app/watch.New",
       "main.(*model).Update"}},
     100,
     true},
    {"a second leak at the same pace",
     WATCH,
     {{"example.com/app/cache.Put", "main.(*model).Update", "charm.land/bubbletea/v2.run"}},
     100,
     false},
    {"a module whose name begins like it",
     {{"runtime.gopark", "example.com/apples.run"}},
     {{"example.com/app.run", "example.com/apples.run", "main.main"}},
     100,
     false},
    {"a second leak below the function that the framework calls",
     IN_UPDATE,
     {{"main.put", "main.(*model).Update", "charm.land/bubbletea/v2.run"}},
     100,
     false},
    {"what that function makes itself",
     IN_UPDATE,
     {{"context.WithCancel", "main.(*model).Update", "charm.land/bubbletea/v2.run"}},
     100,
     true},
    {"what the goroutine's own code has made",
     COMMAND,
     {{"os.ReadFile", "main.read", "main.(*model).load.func1",
       "charm.land/bubbletea/v2.(*Program).handleCommands.func1"}},
     100,
     true},
    {"another command of the same scheduler",
     COMMAND,
     {{"os.ReadFile", "main.(*model).save.func1",
       "charm.land/bubbletea/v2.(*Program).handleCommands.func1"}},
     100,
     false},
};

static void a_heap_stack_is_a_companion_by_what_it_has_in_common(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct series series = series_of_app();
        add_stack(&series, GAUGE_GOROUTINE, &cases[i].goroutine, leaks, 100, 0);
        add_stack(&series, GAUGE_HEAP_STACK, &cases[i].heap, leaks, cases[i].percent, EACH_BYTES);
        struct judgement *judgement = judge(&series, NULL, &facts);
        const struct finding *goroutines = finding_of(judgement, GAUGE_GOROUTINE);
        const struct finding *heap = finding_of(judgement, GAUGE_HEAP_STACK);
        assert_true(judgement->count == 2 && goroutines != NULL && heap != NULL);
        if (cases[i].is_companion != (heap->kind == FINDING_COMPANION))
            fail_msg("%s", cases[i].name);
        if (cases[i].is_companion)
            assert_string_equal(heap->companion_of, goroutines->holder);
        else
            assert_int_equal(heap->kind, FINDING_GROWTH);
        judgement_free(judgement);
        series_free(&series);
    }
}

static const struct stack watch = WATCH;
static const struct stack made = {{"example.com/app/watch.New", "main.(*model).Update"}};
static const char watch_key[] = "time.Sleep < example.com/app/watch.(*Watcher).run < "
                                "example.com/app/watch.New.gowrap";

/* Objects of 140 B are seen as some four each at the usual rate. */
static void chance_is_allowed_for_where_the_heap_is_sampled(void **state)
{
    (void)state;
    for (int sampled = 0; sampled < 2; sampled++) {
        struct series series = series_of_app();
        series.heap_rate = sampled == 1 ? 512 : 1;
        add_stack(&series, GAUGE_GOROUTINE, &watch, leaks, 100, 0);
        add_stack(&series, GAUGE_HEAP_STACK, &made, leaks, 55, 140);
        struct judgement *judgement = judge(&series, NULL, &facts);
        const struct finding *heap = finding_of(judgement, GAUGE_HEAP_STACK);
        assert_non_null(heap);
        assert_int_equal(heap->kind, sampled == 1 ? FINDING_COMPANION : FINDING_GROWTH);
        judgement_free(judgement);
        series_free(&series);
    }
}

static struct judgement *judge_with_exception(const struct series *series, double allowed)
{
    _cleanup_baseline_ struct baseline *baseline = baseline_new();
    struct baseline_exception exception = {.gauge = GAUGE_GOROUTINE,
                                           .holder = (char *)watch_key,
                                           .allowed = allowed,
                                           .reason = (char *)"known"};
    baseline_except(baseline, &exception);
    return judge(series, baseline, &facts);
}

static void one_exception_covers_them(void **state)
{
    (void)state;
    struct series series = series_of_app();
    add_stack(&series, GAUGE_GOROUTINE, &watch, leaks, 100, 0);
    add_stack(&series, GAUGE_HEAP_STACK, &made, leaks, 100, EACH_BYTES);
    struct judgement *judgement = judge_with_exception(&series, 1);
    assert_int_equal(judgement->verdict, VERDICT_PASS);
    assert_int_equal(finding_of(judgement, GAUGE_HEAP_STACK)->kind, FINDING_COMPANION);
    judgement_free(judgement);
    /* And not a second leak beside them. */
    const struct stack other = {{"main.put", "main.(*model).Update"}};
    add_stack(&series, GAUGE_HEAP_STACK, &other, leaks, 100, EACH_BYTES);
    judgement = judge_with_exception(&series, 1);
    assert_int_equal(judgement->verdict, VERDICT_LEAK);
    assert_string_equal(judgement->findings[0].function, "main.put");
    judgement_free(judgement);
    series_free(&series);
}

static void what_stays_is_no_companion_of_what_drained(void **state)
{
    (void)state;
    struct series series = series_of_app();
    add_stack(&series, GAUGE_GOROUTINE, &watch, gone_after, 30, 0);
    add_stack(&series, GAUGE_HEAP_STACK, &made, leaks, 100, EACH_BYTES);
    struct judgement *judgement = judge(&series, NULL, &facts);
    assert_int_equal(finding_of(judgement, GAUGE_GOROUTINE)->kind, FINDING_BACKLOG);
    assert_int_equal(finding_of(judgement, GAUGE_HEAP_STACK)->kind, FINDING_GROWTH);
    judgement_free(judgement);
    series_free(&series);
}

/* A batch of commands waits for each of them. */
static void who_waits_for_goroutines_is_their_companion(void **state)
{
    (void)state;
    const struct stack waits = {{"sync.(*WaitGroup).Wait", "tea.(*Program).batch"}};
    const struct stack elsewhere = {{"sync.(*WaitGroup).Wait", "tea.(*Program).other"}};
    const struct stack ticks = {{"runtime.gopark", "tea.Tick.func1", "tea.(*Program).batch.func2"}};
    const struct stack made_for_it = {{"tea.(*Program).batch", "tea.run"}};
    const struct {
        const struct stack *stack;
        int percent;
        bool is_companion;
    } others[] = {
        {&waits, 100, true}, {&waits, 50, true}, {&waits, 200, false}, {&elsewhere, 100, false}};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct series series = series_of_app();
        free(series.module);
        series.module = memory_copy_text("tea");
        add_stack(&series, GAUGE_GOROUTINE, others[i].stack, leaks, others[i].percent, 0);
        add_stack(&series, GAUGE_GOROUTINE, &ticks, leaks, 100, 0);
        add_stack(&series, GAUGE_HEAP_STACK, &made_for_it, leaks, others[i].percent, EACH_BYTES);
        struct judgement *judgement = judge(&series, NULL, &facts);
        size_t companions = 0, fails = 0;
        for (size_t j = 0; j < judgement->count; j++) {
            const struct finding *finding = &judgement->findings[j];
            companions += finding->kind == FINDING_COMPANION;
            fails += finding->kind == FINDING_GROWTH;
            if (others[i].is_companion && finding->kind == FINDING_COMPANION)
                assert_string_equal(finding->companion_of,
                                    "tea.Tick.func < tea.(*Program).batch.func");
        }
        assert_int_equal(fails, others[i].is_companion ? 1 : 2);
        assert_int_equal(companions, 3 - fails);
        judgement_free(judgement);
        series_free(&series);
    }
}

/* A batch within a batch was started by the function in which it waits. */
static void who_waits_is_no_companion_of_itself(void **state)
{
    (void)state;
    const struct stack nested = {
        {"sync.(*WaitGroup).Wait", "tea.(*Program).batch", "tea.(*Program).batch.func2"}};
    const struct stack ticks = {{"runtime.gopark", "tea.Tick.func1", "tea.(*Program).batch.func2"}};
    static const int percents[] = {0, 50, 100};
    for (size_t i = 0; i < sizeof percents / sizeof *percents; i++) {
        struct series series = series_of_app();
        add_stack(&series, GAUGE_GOROUTINE, &nested, leaks, 100, 0);
        if (percents[i] > 0)
            add_stack(&series, GAUGE_GOROUTINE, &ticks, leaks, percents[i], 0);
        struct judgement *judgement = judge(&series, NULL, &facts);
        const char *of = NULL;
        assert_int_equal(judgement->verdict, VERDICT_LEAK);
        for (size_t j = 0; j < judgement->count; j++)
            if (judgement->findings[j].kind == FINDING_COMPANION)
                of = judgement->findings[j].companion_of;
        if (percents[i] < 100)
            assert_null(of);
        else
            assert_string_equal(of, "tea.Tick.func < tea.(*Program).batch.func");
        judgement_free(judgement);
        series_free(&series);
    }
}

/* Each is too small to be a finding; together they would be. */
static void what_comes_with_goroutines_explains_the_heaps_total(void **state)
{
    (void)state;
    enum { STACKS = 40, BYTES = 32 };
    for (int beside = 0; beside < 2; beside++) {
        struct series series = series_of_app();
        add_stack(&series, GAUGE_GOROUTINE, &watch, leaks, 100, 0);
        set_gauge(&series, GAUGE_HEAP_ALLOC, leaks, 0);
        for (int i = 0; i < STACKS; i++) {
            char caller[64];
            snprintf(caller, sizeof caller, "main.caller%c%c", 'A' + i / 10, 'A' + i % 10);
            const struct stack small = {
                {beside == 1 ? "main.put" : "example.com/app/watch.New", caller}};
            add_stack(&series, GAUGE_HEAP_STACK, &small, leaks, 100, BYTES);
        }
        set_gauge(&series, GAUGE_HEAP_ALLOC, leaks, 100 * STACKS * BYTES);
        struct judgement *judgement = judge(&series, NULL, &facts);
        const struct finding *total = finding_of(judgement, GAUGE_HEAP_ALLOC);
        assert_int_equal(total != NULL, beside);
        judgement_free(judgement);
        series_free(&series);
    }
}

/* Seen by the sampled profile now and then. */
static double at_times(int iteration, int rested, int unused)
{
    (void)rested;
    (void)unused;
    return iteration > 0 && iteration % 8 == 0 ? 1 : 0;
}

static void a_keeper_is_told_by_who_calls_it(void **state)
{
    (void)state;
    const struct stack allocator = {{"bytes.Repeat", "main.load", "main.(*cache).fill",
                                     "main.(*model).show", "main.(*model).Update", "tea.run"}};
    const struct {
        struct stack stack;
        const char *in_common;
    } others[] = {
        {{{"main.keep", "main.(*cache).fill", "main.(*model).show"}},
         "main.(*cache).fill, with main.keep"},
        {{{"main.log", "main.(*model).show"}}, NULL},
        {{{"main.log", "main.(*model).Update", "tea.run"}}, NULL},
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct series series = series_of_app();
        add_stack(&series, GAUGE_HEAP_STACK, &allocator, leaks, 100, EACH_BYTES);
        add_stack(&series, GAUGE_HEAP_STACK, &others[i].stack, at_times, 0, 700);
        struct judgement *judgement = judge(&series, NULL, &facts);
        assert_int_equal(judgement->count, 1);
        assert_string_equal(judgement->findings[0].function, "main.load");
        if (!text_equal(judgement->findings[0].in_common, others[i].in_common))
            fail_msg("%zu: %s", i, text_or(judgement->findings[0].in_common, "NULL"));
        judgement_free(judgement);
        series_free(&series);
    }
}

static const struct {
    const char *key, *headline;
} headlines[] = {
    {"sync.(*Mutex).Lock < example.com/lib.Do < example.com/app/x.run.func",
     "example.com/app/x.run.func"},
    {"strings.Repeat < main.draw < example.com/app.view", "main.draw"},
    {"internal/poll.(*FD).Read < net/http.(*conn).serve", "net/http.(*conn).serve"},
    {"sync.(*WaitGroup).Wait < example.com/lib.Do < charm.land/bubbletea/v2.run",
     "example.com/lib.Do"},
    {"charm.land/bubbletea/v2.(*Program).Send < example.com/lib.Do", "example.com/lib.Do"},
    {"os/exec.(*Cmd).Wait < charm.land/bubbletea/v2.Tick.func",
     "charm.land/bubbletea/v2.Tick.func"},
    {"sync.runtime_Semacquire", "sync.runtime_Semacquire"},
};

static void a_stack_is_named_by_the_programs_own_function(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof headlines / sizeof *headlines; i++) {
        _cleanup_free_ char *headline = stack_headline(headlines[i].key, module);
        assert_string_equal(headline, headlines[i].headline);
    }
    _cleanup_free_ char *unknown =
        stack_headline("example.com/lib.Do < example.com/app.view", NULL);
    assert_string_equal(unknown, "example.com/lib.Do");
}

static void a_timer_is_named_by_who_asked_for_it(void **state)
{
    (void)state;
    const struct stack tick = TICK;
    const struct stack timer = {
        {"time.NewTimer", "charm.land/bubbletea/v2.Tick", "example.com/lib.schedule"}};
    struct series series = series_of_app();
    add_stack(&series, GAUGE_GOROUTINE, &tick, leaks, 100, 0);
    add_stack(&series, GAUGE_HEAP_STACK, &timer, leaks, 100, EACH_BYTES);
    struct judgement *judgement = judge(&series, NULL, &facts);
    assert_string_equal(judgement->findings[0].function, "example.com/lib.schedule");
    judgement_free(judgement);
    series_free(&series);
}

/* A cache keeps what another function allocated. */
static void what_allocator_and_keeper_have_in_common_is_named(void **state)
{
    (void)state;
    const struct stack stacks[] = {
        {{"strings.Repeat", "main.render", "main.(*view).show", "main.(*model).Update"}},
        {{"main.(*cache).put", "main.(*view).show", "main.(*model).Update"}},
        {{"main.record", "main.(*model).Update"}},
    };
    struct series series = series_of_app();
    for (size_t i = 0; i < 3; i++)
        add_stack(&series, GAUGE_HEAP_STACK, &stacks[i], leaks, 100, EACH_BYTES >> i);
    struct judgement *judgement = judge(&series, NULL, &facts);
    assert_int_equal(judgement->count, 3);
    assert_string_equal(judgement->findings[0].function, "main.render");
    assert_string_equal(judgement->findings[0].in_common,
                        "main.(*view).show, with main.(*cache).put");
    assert_string_equal(judgement->findings[1].in_common, "main.(*view).show, with main.render");
    assert_string_equal(judgement->findings[2].in_common,
                        "main.(*model).Update, with main.(*cache).put");
    judgement_free(judgement);
    series_free(&series);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_heap_stack_is_a_companion_by_what_it_has_in_common),
        cmocka_unit_test(chance_is_allowed_for_where_the_heap_is_sampled),
        cmocka_unit_test(one_exception_covers_them),
        cmocka_unit_test(what_stays_is_no_companion_of_what_drained),
        cmocka_unit_test(who_waits_for_goroutines_is_their_companion),
        cmocka_unit_test(who_waits_is_no_companion_of_itself),
        cmocka_unit_test(what_comes_with_goroutines_explains_the_heaps_total),
        cmocka_unit_test(a_stack_is_named_by_the_programs_own_function),
        cmocka_unit_test(a_timer_is_named_by_who_asked_for_it),
        cmocka_unit_test(what_allocator_and_keeper_have_in_common_is_named),
        cmocka_unit_test(a_keeper_is_told_by_who_calls_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
