/* A scenario that is written comes back the same when it is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "scenario/load.h"
#include "scenario/write.h"

#include "load_text.h"

/* As a person writes them. */
static const char *const written[] = {
    "press: j",
    "press: \"2\"",
    "press: [j, Enter]",
    "press: {keys: Down, repeat: 3}",
    "press: \"\\\"\"",
    "press: \"\\\\\"",
    "press: \"~\"",
    "press: \"y\"",
    "chord: [Escape]",
    "chord: [Escape, q]",
    "type: \"p2\\n\"",
    "type: \"$${HOME} is: 'it' # no\"",
    "type: \"true\"",
    "type: \"No\"",
    "type: \" \"",
    "type: \"a \"",
    "mouse: {action: click, text: README.md}",
    "mouse: {action: wheel-down, text: \"+ .git\", repeat: 3}",
    "resize: 120x40",
    "wait: {text: Switch Project}",
    "wait: {text: [one, \"t: wo\"], gone: three, regex: \"^a\\\\d$\", title: it, rows: \"1..-2\"}",
    "wait: {text: one, region: part, fresh: true, timeout: 3s}",
    "wait: {text: \"\\x1f é\", rows: 3}",
    "settle: {quiet: 300ms}",
    "snapshot: before",
    "sleep: 2s",
};

static void test_what_is_written_is_read_as_the_same_steps(void **state)
{
    (void)state;
    _cleanup_buffer_ struct buffer text = {0}, again = {0};
    buffer_text(&text,
                "version: 1\ntitle: \"A: title\"\ntarget: demo\ntags: [one, two]\nneeds: [git]\n"
                "vars:\n  name: \"not-kept 1\"\nworld:\n  projects: [p1, p2]\n"
                "regions:\n  part: {rows: 1, columns: 3..-1}\nsetup:\n  - type: \"${name}\"\n"
                "iteration:\n");
    for (size_t i = 0; i < COUNT_OF(written); i++)
        buffer_format(&text, "  - %s\n", written[i]);
    buffer_text(&text, "measure: {leave_out: [part]}\n");
    struct plan *plan = load_text(buffer_string(&text));
    struct variable name = {.name = (char *)"name", .value = (char *)"not-kept 1"};
    struct scenario_draft draft = {.title = plan->title,
                                   .target = plan->target.name,
                                   .tags = plan->tags,
                                   .needs = plan->needs,
                                   .projects = plan->world.projects,
                                   .vars = {&name, 1},
                                   .regions = plan_region(plan, "part"),
                                   .region_count = 1,
                                   .setup = plan->setup,
                                   .iteration = plan->iteration};
    scenario_write(&draft, &again);
    struct plan *same = load_text(buffer_string(&again));
    assert_int_equal(same->iteration.count, plan->iteration.count);
    for (size_t i = 0; i < plan->iteration.count; i++)
        assert_string_equal(same->iteration.items[i].source, plan->iteration.items[i].source);
    assert_string_equal(same->setup.items[0].source, plan->setup.items[0].source);
    assert_string_equal(same->hash, plan->hash);
    assert_string_equal(same->title, "A: title");
    assert_int_equal(same->tags.count, 2);
    plan_free(plan);
    plan_free(same);
}

static void test_a_short_scenario_is_as_short_as_a_person_writes_it(void **state)
{
    (void)state;
    struct string_list keys = {0}, texts = {0};
    string_list_add(&keys, "@");
    string_list_add(&texts, "Switch Project");
    struct step steps[] = {
        {.kind = STEP_PRESS, .keys = keys, .repeat = 1, .timeout_ms = -1},
        {.kind = STEP_WAIT, .wait = {.text = texts}, .timeout_ms = -1},
        {.kind = STEP_SETTLE, .timeout_ms = -1},
    };
    struct scenario_draft draft = {
        .title = "It opens", .target = "demo", .iteration = {.items = steps, .count = 3}};
    _cleanup_buffer_ struct buffer yaml = {0};
    scenario_write(&draft, &yaml);
    assert_string_equal(buffer_string(&yaml),
                        "version: 1\ntitle: It opens\ntarget: demo\niteration:\n"
                        "  - press: \"@\"\n"
                        "  - wait: {text: Switch Project}\n"
                        "  - settle: {}\n");
    string_list_free(&keys);
    string_list_free(&texts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_written_is_read_as_the_same_steps),
        cmocka_unit_test(test_a_short_scenario_is_as_short_as_a_person_writes_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
