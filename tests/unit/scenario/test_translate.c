/* One scenario on two targets: what `translate` and `without` make of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <string.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/memory.h"
#include "scenario/load.h"

#define NEW "version: 1\ncommand: [demo]\nprojects: [p1]\nregions: {top: {rows: 0}}\n"
#define OLD "version: 1\nextends: new\n"
#define HEAD "version: 1\ntitle: A title\ntarget: new\n"
#define BODY "iteration:\n  - press: j\n  - wait: here\n"

/* A directory with scenarios and their targets, made anew for each test. */
struct place {
    char directory[64];
    struct load_options options;
};

static void put(const struct place *place, const char *name, const char *text)
{
    struct lg_error err = {0};
    _cleanup_free_ char *path = path_join(place->directory, name);
    assert_true(file_write_atomic(path, text, strlen(text), &err));
}

static struct place make_place(const char *old)
{
    struct place place = {.directory = "/tmp/leakgate-test-translate-XXXXXX"};
    struct lg_error err = {0};
    assert_non_null(mkdtemp(place.directory));
    _cleanup_free_ char *targets = path_join(place.directory, "targets");
    assert_true(directory_make(targets, 0755, &err));
    put(&place, "targets/new.yaml", NEW);
    put(&place, "targets/old.yaml", old);
    return place;
}

static void remove_place(const struct place *place)
{
    struct lg_error err = {0};
    assert_true(directory_remove(place->directory, &err));
}

static struct plan *try_load(const struct place *place, const char *target,
                             struct diagnostics *problems)
{
    struct load_options options = {.scenarios = place->directory, .target = target};
    _cleanup_free_ char *path = path_join(place->directory, "s.yaml");
    return plan_load(path, &options, problems);
}

static struct plan *load(const struct place *place, const char *target)
{
    struct diagnostics problems = {0};
    struct plan *plan = try_load(place, target, &problems);
    if (plan == NULL)
        fail_msg("%s", problems.count > 0 ? problems.lines.items[0] : "refused without a word");
    diagnostics_free(&problems);
    return plan;
}

static struct plan *load_pair(const char *old, const char *scenario)
{
    struct place place = make_place(old);
    put(&place, "s.yaml", scenario);
    struct plan *plan = load(&place, "old");
    remove_place(&place);
    return plan;
}

static void assert_steps(const struct step_list *steps, const char *const *sources)
{
    for (size_t i = 0; i < steps->count; i++) {
        assert_non_null(sources[i]);
        assert_string_equal(steps->items[i].source, sources[i]);
    }
    assert_null(sources[steps->count]);
}

static void test_words(void **state)
{
    (void)state;
    static const char *const setup[] = {"press \"n\" \"Enter\"", "press \"j\"", NULL};
    static const char *const iteration[] = {
        "press \"x\" \"n\" \"Enter\" \"x\"",
        "press \"!\" repeat 3",
        "chord \"n\" \"Enter\" \"!\"",
        "wait text \"there\"",
        "wait text \"there\" text \"beside ${i}\" gone \"here and now\"",
        "wait text \"one\" text \"two\" text \"stays\" regex \"^old${i}$\" title \"there\"",
        "mouse click \"there\"",
        "type \"here\"",
        "press \"!\"",
        "wait text \"r1 was\"",
        "press \"!\"",
        "wait text \"r2 was\"",
        NULL,
    };
    _cleanup_plan_ struct plan *plan = load_pair(
        OLD "translate:\n"
            "  texts: {here: there, \"beside\": \"beside ${i}\", both: [one, two],\n"
            "          \"${r} is\": \"${r} was\"}\n"
            "  regexes: {\"^new$\": \"^old${i}$\"}\n"
            "  keys: {Ctrl-n: [n, Enter], \",\": \"!\"}\n",
        HEAD "setup: [{press: Ctrl-n}, {press: j}]\n"
             "iteration:\n"
             "  - press: [x, Ctrl-n, x]\n"
             "  - press: {keys: \",\", repeat: 3}\n"
             "  - chord: [Ctrl-n, \",\"]\n"
             "  - wait: here\n"
             "  - wait: {text: [here, beside], gone: here and now}\n"
             "  - wait: {text: [both, stays], regex: \"^new$\", title: here}\n"
             "  - mouse: {text: here}\n"
             "  - type: here\n"
             "  - loop: {over: [r1, r2], as: r, steps: [press: \",\", wait: \"${r} is\"]}\n");
    assert_steps(&plan->setup, setup);
    assert_steps(&plan->iteration, iteration);
    assert_int_equal(plan->iteration.items[0].where.line, 6);
}

static void test_what_holds_for_one_scenario_goes_before(void **state)
{
    (void)state;
    static const char *const iteration[] = {"press \"J\"", "wait text \"mine\"", NULL};
    _cleanup_plan_ struct plan *plan =
        load_pair(OLD "translate:\n"
                      "  texts: {here: everyone's}\n"
                      "  keys: {j: J}\n"
                      "  scenarios:\n"
                      "    s: {texts: {here: mine}}\n"
                      "    other: {texts: {here: another's}, keys: {j: k}}\n",
                  HEAD BODY);
    assert_steps(&plan->iteration, iteration);
}

static void test_regions_and_world_of_one_scenario(void **state)
{
    (void)state;
    _cleanup_plan_ struct plan *plan = load_pair(
        OLD "config: {path: c.json, value: {a: 1, b: 1}}\n"
            "translate:\n"
            "  scenarios:\n"
            "    s:\n"
            "      regions: {age: {rows: 7}, more: {rows: 8}}\n"
            "      world: {config: {b: 3}, env: {A: \"${mine}\"},\n"
            "              files: {p2/b.txt: b}}\n",
        HEAD "vars: {mine: text}\n"
             "regions: {age: {rows: 5}}\n"
             "world: {projects: [p2], config: {b: 2, c: 2}, files: {p2/a.txt: a}}\n" BODY);
    assert_int_equal(plan_region(plan, "age")->rows.first, 7);
    assert_int_equal(plan_region(plan, "more")->rows.first, 8);
    assert_int_equal(json_integer_value(json_object_get(plan->world.config, "a")), 1);
    assert_int_equal(json_integer_value(json_object_get(plan->world.config, "b")), 3);
    assert_int_equal(json_integer_value(json_object_get(plan->world.config, "c")), 2);
    assert_int_equal(plan->world.files.count, 2);
    assert_string_equal(plan->world.env.items[0].value, "${mine}");
}

static void test_steps_before_a_wait(void **state)
{
    (void)state;
    static const char *const iteration[] = {
        "press \"j\"",       "wait text \"there\"",
        "press \"j\"",       "wait text \"more\" text \"there\"",
        "press \"r\"",       "settle 100ms",
        "wait regex \"a+\"", NULL,
    };
    _cleanup_plan_ struct plan *plan =
        load_pair(OLD "translate:\n"
                      "  texts: {here: there}\n"
                      "  keys: {r: R, x: j}\n"
                      "  scenarios:\n"
                      "    s: {before: {here: [{press: j}], a+: [{press: r}, {settle: {}}]}}\n",
                  HEAD "iteration:\n"
                       "  - wait: here\n"
                       "  - wait: {text: [more, here]}\n"
                       "  - wait: {regex: a+}\n");
    assert_steps(&plan->iteration, iteration);
}

static void test_other_steps_of_one_scenario(void **state)
{
    (void)state;
    static const char *const setup[] = {"press \"k\"", NULL};
    static const char *const iteration[] = {"press \"j\"", "wait text \"${i}\"", NULL};
    _cleanup_plan_ struct plan *plan =
        load_pair(OLD "translate:\n"
                      "  keys: {j: k}\n"
                      "  scenarios:\n"
                      "    s:\n"
                      "      iteration: [{press: j}, {wait: \"${i}\"}]\n"
                      "      measure: {warmup: 3}\n",
                  HEAD "setup: [{press: j}]\nmeasure: {idle: 3}\n" BODY);
    assert_steps(&plan->setup, setup);
    assert_steps(&plan->iteration, iteration);
    assert_int_equal(plan->measure.warmup, 3);
    assert_int_equal(plan->measure.idle_samples, 3);
}

static void test_without(void **state)
{
    (void)state;
    _cleanup_plan_ struct plan *one = load_pair(OLD "without: {s: it came later}\n", HEAD BODY);
    _cleanup_plan_ struct plan *other = load_pair(OLD "without: {t: it came later}\n", HEAD BODY);
    assert_string_equal(one->without, "it came later");
    assert_null(other->without);
}

static void test_what_extends_changes_and_removes(void **state)
{
    (void)state;
    static const char *const iteration[] = {"press \"j\"", "wait text \"older\"", NULL};
    struct place place = make_place(OLD "translate: {texts: {here: old}, keys: {j: J}}\n"
                                        "without: {s: it came later}\n");
    put(&place, "targets/older.yaml",
        "version: 1\nextends: old\ntranslate: {texts: {here: older}, keys: {j: null}}\n"
        "without: {s: null}\n");
    put(&place, "s.yaml", HEAD BODY);
    _cleanup_plan_ struct plan *plan = load(&place, "older");
    assert_steps(&plan->iteration, iteration);
    assert_null(plan->without);
    remove_place(&place);
}

static void test_only_plans_that_change_have_another_hash(void **state)
{
    (void)state;
    struct place place =
        make_place(OLD "translate: {keys: {x: y}, scenarios: {s: {keys: {z: y}}}}\n"
                       "without: {t: it came later}\n");
    put(&place, "targets/changed.yaml", OLD "translate: {keys: {j: y}}\n");
    put(&place, "s.yaml", HEAD BODY);
    _cleanup_plan_ struct plan *new = load(&place, "new");
    _cleanup_plan_ struct plan *old = load(&place, "old");
    _cleanup_plan_ struct plan *changed = load(&place, "changed");
    assert_string_equal(new->hash, old->hash);
    assert_string_not_equal(new->hash, changed->hash);
    put(&place, "s.yaml", HEAD "iteration:\n  - press: y\n  - wait: here\n");
    _cleanup_plan_ struct plan *written = load(&place, "new");
    assert_string_equal(written->hash, changed->hash);
    remove_place(&place);
}

/* What is put in is checked where it comes to stand, and told where it is written. */
static void test_wrong_words_are_told_in_the_target_file(void **state)
{
    (void)state;
    struct place place = make_place(OLD "translate:\n"
                                        "  texts:\n"
                                        "    here: \"${nothing}\"\n"
                                        "    click: [one, two]\n");
    struct diagnostics problems = {0};
    put(&place, "s.yaml", HEAD BODY "  - mouse: {text: click}\n");
    assert_null(try_load(&place, "old", &problems));
    assert_int_equal(problems.lines.count, 2);
    assert_non_null(strstr(problems.lines.items[0], "targets/old.yaml:5:11: unknown reference"));
    assert_non_null(
        strstr(problems.lines.items[1], "targets/old.yaml:6:12: text must be text, not a list"));
    diagnostics_free(&problems);
    remove_place(&place);
}

static char *checked(const struct place *place, const char *target)
{
    struct diagnostics problems = {0};
    struct string_list scenarios = {0};
    struct load_options options = {.scenarios = place->directory};
    struct buffer text = BUFFER_INIT(1 << 16);
    _cleanup_free_ char *file = path_join(place->directory, target);
    string_list_take(&scenarios, path_join(place->directory, "s.yaml"));
    string_list_take(&scenarios, path_join(place->directory, "t.yaml"));
    assert_true(target_file_check(file, &options, &problems));
    target_file_check_translation(file, &scenarios, &options, &problems);
    for (size_t i = 0; i < problems.lines.count; i++)
        buffer_format(&text, "%s\n", strstr(problems.lines.items[i], "targets/"));
    diagnostics_free(&problems);
    string_list_free(&scenarios);
    return buffer_take(&text);
}

static void test_what_translates_nothing_is_told(void **state)
{
    (void)state;
    struct place place = make_place(OLD "translate:\n"
                                        "  texts: {here: there, nowhere: there}\n"
                                        "  keys: {z: x}\n"
                                        "  regexes: {a: b}\n"
                                        "  scenarios:\n"
                                        "    t: {keys: {j: J, k: K, n: N},\n"
                                        "        setup: [{press: x}]}\n"
                                        "    tt: {keys: {j: J}}\n"
                                        "without: {elsewhere: it came later}\n");
    put(&place, "targets/older.yaml", "version: 1\nextends: old\ntranslate: {keys: {j: J}}\n");
    put(&place, "s.yaml", HEAD BODY);
    put(&place, "t.yaml", HEAD "setup: [{press: n}]\n" BODY);
    _cleanup_free_ char *old = checked(&place, "targets/old.yaml");
    assert_string_equal(
        old, "targets/old.yaml:10:5: there is no scenario \"tt\"; did you mean \"t\"?\n"
             "targets/old.yaml:11:11: there is no scenario \"elsewhere\"\n"
             "targets/old.yaml:4:24: \"nowhere\" translates nothing: it is not in any scenario\n"
             "targets/old.yaml:6:13: \"a\" translates nothing: it is not in any scenario\n"
             "targets/old.yaml:5:10: \"z\" translates nothing: it is not in any scenario\n"
             "targets/old.yaml:8:22: \"k\" translates nothing: it is not in the scenario t\n"
             "targets/old.yaml:8:28: \"n\" translates nothing: it is not in the scenario t\n"
             "targets/old.yaml:10:17: \"j\" translates nothing: it is not in the scenario tt\n");
    _cleanup_free_ char *older = checked(&place, "targets/older.yaml");
    assert_string_equal(older, "");
    /* A scenario that cannot be read may be the one that has the text. */
    put(&place, "s.yaml", "version: 1\n");
    _cleanup_free_ char *unsure = checked(&place, "targets/old.yaml");
    assert_null(strstr(unsure, "translates nothing"));
    assert_non_null(strstr(unsure, "there is no scenario"));
    remove_place(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_what_holds_for_one_scenario_goes_before),
        cmocka_unit_test(test_regions_and_world_of_one_scenario),
        cmocka_unit_test(test_steps_before_a_wait),
        cmocka_unit_test(test_other_steps_of_one_scenario),
        cmocka_unit_test(test_without),
        cmocka_unit_test(test_what_extends_changes_and_removes),
        cmocka_unit_test(test_only_plans_that_change_have_another_hash),
        cmocka_unit_test(test_wrong_words_are_told_in_the_target_file),
        cmocka_unit_test(test_what_translates_nothing_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
