/* Who made the timers that goroutines wait for, on runs made up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/strings.h"
#include "series_builder.h"
#include "verdict/judge.h"

enum { MOST_FRAMES = 6 };

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

static void add_stack(struct series *series, enum gauge gauge,
                      const char *const frames[MOST_FRAMES], build_value *value, int parameter)
{
    uint32_t functions[MOST_FRAMES], depth = 0;
    for (; depth < MOST_FRAMES && frames[depth] != NULL; depth++)
        functions[depth] =
            holder_table_function(series->holders, frames[depth], strlen(frames[depth]));
    add_holdings(series, holder_table_stack(series->holders, gauge, functions, depth), value,
                 parameter, gauge == GAUGE_HEAP_STACK ? 112 : 0);
}

struct stack {
    const char *frames[MOST_FRAMES];
    int percent;
};

#define WAITING                                                                                    \
    {                                                                                              \
        "runtime.gopark", "runtime.chanrecv1", "tea.Tick.func1", "tea.(*Program).handle.func2"     \
    }

static const struct {
    const char *name;
    const char *goroutine[MOST_FRAMES];
    struct stack heap[5];
    const char *made_by; /* NULL: nobody is named */
} cases[] = {
    {"one owner: of a timer's objects one is the timer",
     WAITING,
     {{{"time.newTimer", "time.NewTimer", "tea.Tick", "app.(*Plugin).poll", "app.update"}, 100},
      {{"time.NewTimer", "tea.Tick", "app.(*Plugin).poll", "app.update"}, 250}},
     "timers made by app.(*Plugin).poll (+1.0 per iteration)"},
    {"three of four owners, the largest first; one's stacks are added up",
     WAITING,
     {{{"time.NewTimer", "tea.Tick", "app.small", "app.update"}, 20},
      {{"time.NewTimer", "tea.Tick", "app.large", "app.update"}, 50},
      {{"time.NewTimer", "tea.Tick", "app.large", "app.init"}, 50},
      {{"time.NewTimer", "tea.Tick", "app.middle", "app.update"}, 60},
      {{"time.NewTimer", "tea.Tick", "app.least", "app.update"}, 15}},
     "timers made by app.large (+0.5 per iteration), app.middle (+0.3 per iteration), app.small "
     "(+0.1 per iteration)"},
    {"as many as a sampled profile believes",
     WAITING,
     {{{"time.newTimer", "tea.Tick", "app.poll", "app.update"}, 365}},
     "timers made by app.poll (+1.0 per iteration)"},
    {"a timer with a function",
     {"runtime.gopark", "app.after.func1"},
     {{{"time.AfterFunc", "app.after", "app.(*Plugin).start"}, 100}},
     "timers made by app.(*Plugin).start (+1.0 per iteration)"},
    {"a ticker, inlined over the border of a package",
     {"runtime.gopark", "app.run.Every.func1 of tea"},
     {{{"time.NewTicker", "tea.Every", "app.run"}, 100}},
     "timers made by app.run (+1.0 per iteration)"},
    {"timers that become no more", WAITING, {{{"time.NewTimer", "tea.Tick", "app.poll"}, 0}}, NULL},
    {"as few as sampling shows", WAITING, {{{"time.NewTimer", "tea.Tick", "app.poll"}, 5}}, NULL},
    {"timers of another function",
     WAITING,
     {{{"time.NewTimer", "tea.Every", "app.poll"}, 100}},
     NULL},
    {"no timer", WAITING, {{{"tea.Tick", "app.poll"}, 100}}, NULL},
    {"nobody above", WAITING, {{{"time.NewTimer", "tea.Tick"}, 100}}, NULL},
    {"no closure: the goroutine names its owner itself",
     {"runtime.gopark", "tea.Tick", "app.poll"},
     {{{"time.NewTimer", "tea.Tick", "app.poll"}, 100}},
     NULL},
};

static const struct finding *goroutine_finding(const struct judgement *judgement)
{
    for (size_t i = 0; i < judgement->count; i++)
        if (judgement->findings[i].gauge == GAUGE_GOROUTINE &&
            judgement->findings[i].holder != NULL)
            return &judgement->findings[i];
    fail_msg("no goroutine grows");
    return NULL;
}

static void check_case(size_t number, build_value *value, int parameter, enum finding_kind kind)
{
    struct series series = build_series(LOOP_SAMPLES, 20);
    add_stack(&series, GAUGE_GOROUTINE, cases[number].goroutine, value, parameter);
    for (size_t i = 0; i < 5 && cases[number].heap[i].frames[0] != NULL; i++)
        add_stack(&series, GAUGE_HEAP_STACK, cases[number].heap[i].frames, leaks,
                  cases[number].heap[i].percent);
    struct run_facts facts = {.rate_asked = 512, .rate_found = 512};
    struct judgement *judgement = judge(&series, NULL, &facts);
    const struct finding *finding = goroutine_finding(judgement);
    assert_int_equal(finding->kind, kind);
    if (!text_equal(finding->made_by, cases[number].made_by))
        fail_msg("%s: %s", cases[number].name,
                 finding->made_by != NULL ? finding->made_by : "NULL");
    judgement_free(judgement);
    series_free(&series);
}

static void growing_goroutines_name_who_made_their_timers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_case(i, leaks, 100, FINDING_GROWTH);
}

static void a_backlog_names_them_as_well(void **state)
{
    (void)state;
    check_case(0, gone_after, 30, FINDING_BACKLOG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(growing_goroutines_name_who_made_their_timers),
        cmocka_unit_test(a_backlog_names_them_as_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
