/* What a changed scenario file means: less is found, more, or it cannot be told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "report/plan_difference.h"
#include "scenario/load.h"

static const char target_text[] = "version: 1\n"
                                  "command: [app]\n"
                                  "terminal: {term: xterm, columns: 80, rows: 24}\n"
                                  "state: [\"${world}/state\"]\n"
                                  "survivors: []\n"
                                  "regions: {foot: {rows: -1, columns: 0..-1}}\n";
static const char scenario_text[] = "version: 1\n"
                                    "title: A scenario\n"
                                    "target: app\n"
                                    "tags: [gate, smoke]\n"
                                    "regions: {clock: {rows: 0, columns: 0..9}}\n"
                                    "setup:\n"
                                    "  - press: s\n"
                                    "iteration:\n"
                                    "  - loop: {times: 3, as: n, steps: [{press: \"${n}\"}]}\n"
                                    "  - press: \"1\"\n"
                                    "  - wait: {text: [Git main, Recent Commits]}\n"
                                    "  - press: {keys: j, repeat: 5}\n"
                                    "  - settle: {quiet: 200ms}\n"
                                    "measure: {samples: 42, iterations_per_sample: 2, leave_out: "
                                    "[clock]}\n";

/* What the loader reads instead of files. */
struct texts {
    const char *scenario;
    const char *target;
};

static bool read_text(void *context, const char *path, struct buffer *out, struct lg_error *err)
{
    const struct texts *texts = context;
    (void)err;
    buffer_text(out, strstr(path, "targets/") != NULL ? texts->target : texts->scenario);
    return true;
}

static struct plan *load(const char *scenario, const char *target)
{
    struct texts texts = {scenario, target};
    struct file_source source = {read_text, &texts};
    struct load_options options = {.scenarios = "scenarios", .source = &source};
    struct diagnostics problems = {0};
    struct plan *plan = plan_load("scenarios/s.yaml", &options, &problems);
    if (plan == NULL)
        fail_msg("%s\n%s", problems.lines.items[0], scenario);
    diagnostics_free(&problems);
    return plan;
}

static char *replaced(const char *text, const char *old, const char *new)
{
    const char *at = strstr(text, old);
    if (at == NULL)
        fail_msg("no \"%s\"", old);
    return memory_format("%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
}

static void compare(const char *scenario, const char *target, struct change_list *changes)
{
    _cleanup_plan_ struct plan *old = load(scenario_text, target_text);
    _cleanup_plan_ struct plan *new = load(scenario, target);
    plan_changes(old, new, changes);
}

/* One change, with this effect and wording. */
static void assert_change(const struct change_list *changes, enum change_effect effect,
                          const char *wanted)
{
    for (size_t i = 0; i < changes->count; i++) {
        _cleanup_free_ char *text = change_text(&changes->items[i]);
        if (strcmp(text, wanted) != 0)
            continue;
        assert_string_equal(change_effect_name(changes->items[i].effect),
                            change_effect_name(effect));
        assert_int_equal(change_list_count(changes, CHANGE_WEAKER), effect == CHANGE_WEAKER);
        return;
    }
    for (size_t i = 0; i < changes->count; i++) {
        _cleanup_free_ char *text = change_text(&changes->items[i]);
        print_error("%s\n", text);
    }
    fail_msg("there is no \"%s\"", wanted);
}

static void every_change_has_its_effect(void **state)
{
    (void)state;
    static const struct {
        enum change_effect effect;
        const char *old, *new, *text;
    } rows[] = {
        {CHANGE_WEAKER, "samples: 42", "samples: 21", "samples: 42 -> 21"},
        {CHANGE_STRICTER, "samples: 42", "samples: 63", "samples: 42 -> 63"},
        {CHANGE_WEAKER, "_sample: 2", "_sample: 1", "iterations of the loop: 84 -> 42"},
        {CHANGE_STRICTER, "_sample: 2", "_sample: 3", "iterations of the loop: 84 -> 126"},
        {CHANGE_STRICTER, "samples: 42, iterations_per_sample: 2",
         "samples: 84, iterations_per_sample: 1", "samples: 42 -> 84"},
        {CHANGE_NEUTRAL, "samples: 42", "samples: 42, warmup: 2",
         "iterations of the warm-up: 6 -> 2"},
        {CHANGE_WEAKER, "samples: 42", "samples: 42, idle: 2", "samples at rest: 6 -> 2"},
        {CHANGE_WEAKER, "samples: 42", "samples: 42, idle_for: 2s", "time at rest: 10s -> 2s"},
        {CHANGE_WEAKER, "samples: 42", "samples: 42, drain: 5m", "longest drain: 75s -> 5m"},
        {CHANGE_STRICTER, "samples: 42", "samples: 42, drain: 1m", "longest drain: 75s -> 1m"},
        {CHANGE_WEAKER, "samples: 42", "samples: 42, heap_rate: 4096", "heap rate: 512 -> 4096"},
        {CHANGE_WEAKER, "samples: 42", "samples: 42, round_trip: 1m",
         "longest round trip: 5s -> 1m"},
        {CHANGE_WEAKER, "samples: 42, iterations_per_sample: 2",
         "every: 2s, for: 84s, idle: 6, warmup: 6", "paced by: iterations -> time"},
        {CHANGE_WEAKER, "[clock]", "[clock, foot]",
         "left out of the round trip: none -> foot (rows -1, columns 0..-1)"},
        {CHANGE_STRICTER, "[clock]", "[]",
         "left out of the round trip: clock (rows 0, columns 0..9) -> none"},
        {CHANGE_WEAKER, "0..9", "0..-1",
         "left out of the round trip: clock (rows 0, columns 0..9) -> clock (rows 0, columns "
         "0..-1)"},
        {CHANGE_WEAKER, "rows: 0, columns: 0..9", "rows: 3, columns: 0..9",
         "left out of the round trip: clock (rows 0, columns 0..9) -> clock (rows 3, columns "
         "0..9)"},
        {CHANGE_STRICTER, "0..9", "-80..4",
         "left out of the round trip: clock (rows 0, columns 0..9) -> clock (rows 0, columns "
         "-80..4)"},
        {CHANGE_WEAKER, "[Git main, Recent Commits]", "Git main",
         "iteration: wait text \"Git main\" text \"Recent Commits\" -> wait text \"Git main\""},
        {CHANGE_STRICTER, "Recent Commits]", "Recent Commits, x]",
         "iteration: wait text \"Git main\" text \"Recent Commits\" -> wait text \"Git main\" text "
         "\"Recent Commits\" text \"x\""},
        {CHANGE_NEUTRAL, "Recent Commits]", "Old Commits]",
         "iteration: wait text \"Git main\" text \"Recent Commits\" -> wait text \"Git main\" text "
         "\"Old Commits\""},
        {CHANGE_WEAKER, "  - wait: {text: [Git main, Recent Commits]}\n", "  - sleep: 1s\n",
         "iteration: wait text \"Git main\" text \"Recent Commits\" -> none"},
        {CHANGE_WEAKER, "  - press: \"1\"\n", "", "iteration: press \"1\" -> none"},
        {CHANGE_NEUTRAL, "press: \"1\"", "press: \"2\"", "iteration: press \"1\" -> press \"2\""},
        {CHANGE_WEAKER, "repeat: 5", "repeat: 2",
         "iteration: press \"j\" repeat 5 -> press \"j\" repeat 2"},
        {CHANGE_STRICTER, "repeat: 5", "repeat: 9",
         "iteration: press \"j\" repeat 5 -> press \"j\" repeat 9"},
        {CHANGE_WEAKER, "times: 3", "times: 1", "iteration: press \"${n}\", in 2 rounds -> none"},
        {CHANGE_NEUTRAL, "times: 3", "times: 5", "iteration: none -> press \"${n}\", in 2 rounds"},
        {CHANGE_NEUTRAL, "  - settle: {quiet: 200ms}\n", "", "iteration: settle 200ms -> none"},
        {CHANGE_WEAKER, "  - press: s\n", "  - sleep: 1s\n", "setup: press \"s\" -> none"},
        {CHANGE_WEAKER, "[gate, smoke]", "[smoke]", "tag: gate -> none"},
        {CHANGE_STRICTER, "[gate, smoke]", "[gate, smoke, x]", "tag: none -> x"},
        {CHANGE_WEAKER, "tags:", "needs: [git]\ntags:", "needs: none -> git"},
        {CHANGE_WEAKER, "tags:", "on_request: true\ntags:", "run: always -> on request"},
        {CHANGE_WEAKER, "tags:", "quarantine: {reason: why, until: 2999-12-31}\ntags:",
         "quarantine: none -> until 2999-12-31: why"},
        {CHANGE_NEUTRAL, "tags:", "vars: {a: b}\ntags:", "vars: none -> changed"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        _cleanup_changes_ struct change_list changes = {0};
        _cleanup_free_ char *scenario = replaced(scenario_text, rows[i].old, rows[i].new);
        compare(scenario, target_text, &changes);
        assert_change(&changes, rows[i].effect, rows[i].text);
    }
}

static void the_target_file_counts_as_well(void **state)
{
    (void)state;
    static const struct {
        const char *old, *new, *text;
    } rows[] = {
        {"survivors: []", "survivors: [{tmux: \"${world}/tm\"}]",
         "may outlive the target: none -> ${world}/tm"},
        {"state: [\"${world}/state\"]", "state: []", "state directory: ${world}/state -> none"},
        {"regions:", "without: {s: it has none}\nregions:",
         "the target has nothing for it: none -> it has none"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        _cleanup_changes_ struct change_list changes = {0};
        _cleanup_free_ char *target = replaced(target_text, rows[i].old, rows[i].new);
        compare(scenario_text, target, &changes);
        assert_change(&changes, CHANGE_WEAKER, rows[i].text);
    }
}

static void a_quarantine_that_lasts_longer(void **state)
{
    (void)state;
    _cleanup_free_ char *first =
        replaced(scenario_text, "tags:", "quarantine: {reason: why, until: 2998-12-31}\ntags:");
    _cleanup_free_ char *second = replaced(first, "2998", "2999");
    _cleanup_plan_ struct plan *old = load(first, target_text);
    _cleanup_plan_ struct plan *new = load(second, target_text);
    _cleanup_changes_ struct change_list longer = {0};
    _cleanup_changes_ struct change_list shorter = {0};
    plan_changes(old, new, &longer);
    assert_change(&longer, CHANGE_WEAKER, "quarantine: until 2998-12-31 -> until 2999-12-31: why");
    plan_changes(new, old, &shorter);
    assert_change(&shorter, CHANGE_STRICTER,
                  "quarantine: until 2999-12-31 -> until 2998-12-31: why");
}

static void the_same_and_none(void **state)
{
    (void)state;
    _cleanup_changes_ struct change_list changes = {0};
    _cleanup_free_ char *title = replaced(scenario_text, "A scenario", "Another title");
    compare(scenario_text, target_text, &changes);
    compare(title, target_text, &changes);
    assert_int_equal(changes.count, 0);
    _cleanup_plan_ struct plan *plan = load(scenario_text, target_text);
    plan_changes(plan, NULL, &changes);
    assert_change(&changes, CHANGE_WEAKER, "scenario: A scenario -> none");
    _cleanup_changes_ struct change_list added = {0};
    plan_changes(NULL, plan, &added);
    assert_change(&added, CHANGE_STRICTER, "scenario: none -> A scenario");
}

static void steps_that_moved(void **state)
{
    (void)state;
    /* What stands elsewhere now is gone from here, and new there: done as often as before. */
    _cleanup_free_ char *without = replaced(scenario_text, "  - press: \"1\"\n", "");
    _cleanup_free_ char *moved = replaced(without, "  - settle", "  - press: \"1\"\n  - settle");
    _cleanup_changes_ struct change_list changes = {0};
    compare(moved, target_text, &changes);
    assert_int_equal(changes.count, 2);
    assert_change(&changes, CHANGE_NEUTRAL, "iteration: press \"1\" -> none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_change_has_its_effect),
        cmocka_unit_test(the_target_file_counts_as_well),
        cmocka_unit_test(a_quarantine_that_lasts_longer),
        cmocka_unit_test(the_same_and_none),
        cmocka_unit_test(steps_that_moved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
