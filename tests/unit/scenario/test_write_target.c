/* What init is told, what it guesses from texts, and that the files it writes are read back. */
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
#include "scenario/project.h"
#include "scenario/write_target.h"

static char *joined(const struct string_list *words)
{
    _cleanup_buffer_ struct buffer text = {0};
    for (size_t i = 0; i < words->count; i++)
        buffer_format(&text, "%s%s", i > 0 ? "|" : "", words->items[i]);
    return memory_copy_text(buffer_string(&text));
}

static void assert_words(const struct string_list *words, const char *expected)
{
    _cleanup_free_ char *text = joined(words);
    assert_string_equal(text, expected);
}

static void how_pprof_is_opened(void **state)
{
    (void)state;
    static const struct {
        const char *word, *variable, *value, *flags;
        bool understood, none;
    } cases[] = {
        {"none", NULL, NULL, "", true, true},
        {"always", NULL, NULL, "", true, false},
        {"APP_PPROF=0", "APP_PPROF", "0", "", true, false},
        {"A1=127.0.0.1:0", "A1", "127.0.0.1:0", "", true, false},
        {"--pprof=127.0.0.1:0 -v", NULL, NULL, "--pprof=127.0.0.1:0|-v", true, false},
        {"1A=0", NULL, NULL, "", false, false},
        {"=0", NULL, NULL, "", false, false},
        {"6060", NULL, NULL, "", false, false},
        {"", NULL, NULL, "", false, false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct target_draft draft = {0};
        /* What was said before is gone. */
        assert_true(target_draft_take_pprof(&draft, "--old"));
        bool understood = target_draft_take_pprof(&draft, cases[i].word);
        assert_int_equal(understood, cases[i].understood);
        if (understood) {
            assert_int_equal(draft.without_pprof, cases[i].none);
            assert_string_equal(text_or(draft.variable, "-"), text_or(cases[i].variable, "-"));
            assert_string_equal(text_or(draft.value, "-"), text_or(cases[i].value, "-"));
            assert_words(&draft.flags, cases[i].flags);
        }
        target_draft_free(&draft);
    }
}

static void keys_that_end_it(void **state)
{
    (void)state;
    struct target_draft draft = {0};
    char *wrong = NULL;
    assert_true(target_draft_take_quit(&draft, " Escape  : q Enter", &wrong));
    assert_words(&draft.quit, "Escape|:|q|Enter");
    free(wrong);
    assert_false(target_draft_take_quit(&draft, "q Return", &wrong));
    assert_string_equal(wrong, "Return");
    free(wrong);
    assert_false(target_draft_take_quit(&draft, "  ", &wrong));
    free(wrong);
    target_draft_free(&draft);
}

static void rows_that_change(void **state)
{
    (void)state;
    char *first[] = {"a", "12:00", "b", "x", "y", "z"},
         *second[] = {"a", "12:01", "b", "x", "Y", "Z"},
         *third[] = {"a", "12:01", "b", "X", "y", "z"};
    const struct string_list screens[] = {{first, 6, 6}, {second, 6, 6}, {third, 6, 6}};
    struct target_draft draft = {0};
    target_draft_take_changes(&draft, screens, COUNT_OF(screens));
    assert_int_equal(draft.region_count, 2);
    assert_string_equal(draft.regions[0].name, "changes-1");
    assert_int_equal(draft.regions[0].rows.first, 1);
    assert_int_equal(draft.regions[0].rows.last, 1);
    assert_int_equal(draft.regions[1].rows.first, 3);
    assert_int_equal(draft.regions[1].rows.last, 5);
    target_draft_free(&draft);
    target_draft_take_changes(&draft, screens, 1);
    assert_int_equal(draft.region_count, 0);
}

static void the_flag_that_help_tells(void **state)
{
    (void)state;
    static const struct {
        const char *help, *flag;
    } cases[] = {
        {"Flags:\n  -v, --version   the version\n"
         "      --enable-profiling   on http://localhost:6060/debug/pprof/\n",
         "--enable-profiling"},
        {"  -profile  serve it on http port 6060\n", "-profile"},
        {"  --profile-cpu=FILE  a profile\n  -p, --pprof ADDRESS  serve pprof there\n", "--pprof"},
        {"pprof is served always\n", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        _cleanup_free_ char *flag = pprof_flag_of_help(cases[i].help);
        assert_string_equal(text_or(flag, "-"), text_or(cases[i].flag, "-"));
    }
}

static void the_variable_that_a_program_names(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *variable;
    } cases[] = {
        {"loadedMYAPP_PPROFnot set", "MYAPP_PPROF"},
        {"xMYAPP_PPROFUNKNOWN", "MYAPP_PPROF"},
        {"x MY_APP_PPROF_PORT y", "MY_APP_PPROF_PORT"},
        {"_PPROF alone, then NOW_PPROF", "NOW_PPROF"},
        {"net/http/pprof.Index", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        _cleanup_free_ char *name =
            pprof_variable_of_program(cases[i].bytes, strlen(cases[i].bytes));
        assert_string_equal(text_or(name, "-"), text_or(cases[i].variable, "-"));
    }
}

/* --- The files --- */

static char *directory;

static void put(const char *path, void (*write)(const struct target_draft *, struct buffer *),
                const struct target_draft *draft)
{
    _cleanup_buffer_ struct buffer text = {0};
    _cleanup_free_ char *full = path_join(directory, path);
    write(draft, &text);
    assert_true(file_write_atomic(full, buffer_string(&text), text.length, NULL));
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    char path[] = "/tmp/leakgate-test-init-XXXXXX";
    struct target_draft draft = {.name = memory_copy_text("my.app"),
                                 .program = memory_copy_text("bin/my.app"),
                                 .build = memory_copy_text("go build -o bin/my.app ./cmd/it && :"),
                                 .ready = memory_copy_text("Total: ${x} \"5\""),
                                 .status = 130};
    char *clocks[] = {"a", "b"}, *others[] = {"a", "c"};
    const struct string_list screens[] = {{clocks, 2, 2}, {others, 2, 2}};
    char *wrong = NULL;
    words_add(&draft.command, "my.app -n ${project.p1}");
    assert_true(target_draft_take_pprof(&draft, "MY_PPROF=yes"));
    assert_true(target_draft_take_quit(&draft, ": q Enter", &wrong));
    target_draft_take_changes(&draft, screens, 2);
    draft.heap_rate = 524288;
    free(wrong);
    directory = mkdtemp(path);
    _cleanup_free_ char *targets = path_join(directory, "targets"),
                        *scenario = path_join(directory, "idle.yaml"),
                        *file = path_join(directory, "leakgate.yaml");
    assert_true(directory_make(targets, 0700, NULL));
    put("targets/my.app.yaml", target_write, &draft);
    put("idle.yaml", idle_write, &draft);
    put("leakgate.yaml", project_write, &draft);

    struct diagnostics problems = {0};
    const struct load_options options = {.scenarios = directory};
    _cleanup_plan_ struct plan *plan = plan_load(scenario, &options, &problems);
    if (plan == NULL)
        fail_msg("%s", problems.lines.items[0]);
    assert_words(&plan->target.command, "my.app|-n|${project.p1}");
    assert_words(&plan->world.projects, "p1");
    assert_words(&plan->world.tools, "git");
    assert_string_equal(plan->world.env.items[0].name, "MY_PPROF");
    assert_string_equal(plan->world.env.items[0].value, "yes");
    assert_false(plan->target.without_pprof);
    assert_int_equal(plan->target.quit_status, 130);
    assert_int_equal(plan->target.quit.count, 5);
    assert_words(&plan->target.ready.items[0].wait.text, "Total: $${x} \"5\"");
    assert_words(&plan->measure.leave_out, "changes-1");
    assert_int_equal(plan->measure.samples, 24);
    assert_int_equal(plan->measure.heap_rate, 524288);
    struct project *project = project_read(file, &problems);
    assert_non_null(project);
    assert_true(text_ends(project->program, "bin/my.app"));
    assert_string_equal(project->build, draft.build);
    project_free(project);

    /* The least that there can be. */
    plan_free(take_pointer(plan));
    assert_true(target_draft_take_pprof(&draft, "none"));
    free(take_pointer(draft.ready));
    string_list_free(&draft.quit);
    target_draft_drop_changes(&draft);
    put("targets/my.app.yaml", target_write, &draft);
    put("idle.yaml", idle_write, &draft);
    plan = plan_load(scenario, &options, &problems);
    if (plan == NULL)
        fail_msg("%s", problems.lines.items[0]);
    assert_true(plan->target.without_pprof);
    assert_int_equal(plan->target.quit.count, 0);
    assert_int_equal(plan->measure.leave_out.count, 0);
    target_draft_free(&draft);
    assert_true(directory_remove(directory, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(how_pprof_is_opened),
        cmocka_unit_test(keys_that_end_it),
        cmocka_unit_test(rows_that_change),
        cmocka_unit_test(the_flag_that_help_tells),
        cmocka_unit_test(the_variable_that_a_program_names),
        cmocka_unit_test(what_is_written_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
