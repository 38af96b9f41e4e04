/* Files -> plan: what each key becomes, defaults, merging, extends, and the hash. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/memory.h"
#include "scenario/keys.h"
#include "scenario/load.h"

#define CORPUS TEST_SOURCE_DIR "/tests/corpus"

#define HEAD "version: 1\ntitle: A title\ntarget: demo\n"
#define BODY "iteration:\n  - press: j\n"

static const struct load_options corpus_options = {.scenarios = CORPUS};

static struct plan *load_fine(const char *file, const struct load_options *options)
{
    struct diagnostics problems = {0};
    struct plan *plan = plan_load(file, options, &problems);
    if (plan == NULL)
        fail_msg("%s", problems.count > 0 ? problems.lines.items[0] : "refused without a word");
    assert_int_equal(problems.count, 0);
    diagnostics_free(&problems);
    return plan;
}

/* A scenario of this text, with the targets of the corpus. */
static struct plan *load_text(const char *text)
{
    char path[] = "/tmp/leakgate-test-load-XXXXXX.yaml";
    struct lg_error err = {0};
    int fd = mkstemps(path, strlen(".yaml"));
    assert_true(fd >= 0);
    assert_true(file_write_all(fd, text, strlen(text), &err));
    close(fd);
    struct plan *plan = load_fine(path, &corpus_options);
    unlink(path);
    return plan;
}

static struct plan *load_every_key(void)
{
    return load_fine(CORPUS "/scenarios/good/every-key.yaml", &corpus_options);
}

static void assert_texts(const struct string_list *texts, const char *joined)
{
    _cleanup_buffer_ struct buffer text = BUFFER_INIT(4096);
    for (size_t i = 0; i < texts->count; i++)
        buffer_format(&text, "%s%s", i > 0 ? "|" : "", texts->items[i]);
    assert_string_equal(buffer_string(&text), joined);
}

static void assert_range(struct range range, int first, int last)
{
    assert_int_equal(range.first, first);
    assert_int_equal(range.last, last);
}

static const char *variable_of(const struct variable_list *variables, const char *name)
{
    for (size_t i = 0; i < variables->count; i++)
        if (strcmp(variables->items[i].name, name) == 0)
            return variables->items[i].value != NULL ? variables->items[i].value : "(unset)";
    return "(missing)";
}

static const struct file_plan *file_of(const struct plan *plan, const char *path)
{
    static const struct file_plan none = {0};
    for (size_t i = 0; i < plan->world.files.count; i++)
        if (strcmp(plan->world.files.items[i].path, path) == 0)
            return &plan->world.files.items[i];
    fail_msg("no file %s", path);
    return &none;
}

static void test_defaults(void **state)
{
    (void)state;
    _cleanup_plan_ struct plan *plan = load_text(HEAD BODY);
    assert_int_equal(plan->measure.warmup, 6);
    assert_int_equal(plan->measure.idle_samples, 6);
    assert_int_equal(plan->measure.idle_ms, 5000);
    assert_int_equal(plan->measure.samples, 21);
    assert_int_equal(plan->measure.iterations_per_sample, 2);
    assert_int_equal(plan->measure.loop_ms, LOOP_LEAST_MS);
    assert_int_equal(plan->measure.every_ms, 0);
    assert_int_equal(plan->measure.for_ms, 0);
    assert_int_equal(plan->measure.drain_ms, DEADLINE_DRAIN_MS);
    assert_int_equal(plan->measure.heap_rate, 512);
    assert_int_equal(plan->measure.round_trip_ms, DEADLINE_ROUND_TRIP_MS);
    assert_int_equal(plan->measure.leave_out.count, 0);
    assert_int_equal(plan->setup.count, 0);
    assert_int_equal(plan->iteration.count, 1);
    assert_int_equal(plan->iteration.items[0].timeout_ms, -1);
    assert_texts(&plan->world.projects, "p1");
}

/* Who says how many are played is not given more. */
static void test_iterations_that_are_given_stay(void **state)
{
    (void)state;
    _cleanup_plan_ struct plan *plan = load_text(HEAD BODY "measure: {iterations_per_sample: 2}\n");
    assert_int_equal(plan->measure.iterations_per_sample, 2);
    assert_int_equal(plan->measure.loop_ms, 0);
}

/* What the reference says where the code has a constant of its own. */
static void test_documented_defaults_are_those_of_the_code(void **state)
{
    (void)state;
    static const struct {
        const struct key_table *table;
        const char *key;
        int64_t ms;
    } cases[] = {
        {&run_table, "timeout", DEADLINE_STEP_MS},
        {&wait_table, "timeout", DEADLINE_STEP_MS},
        {&settle_table, "timeout", DEADLINE_STEP_MS},
        {&settle_table, "quiet", SETTLE_QUIET_MS},
        {&ready_table, "timeout", DEADLINE_READY_MS},
        {&quit_table, "timeout", DEADLINE_QUIT_MS},
        {&measure_table, "drain", DEADLINE_DRAIN_MS},
        {&measure_table, "round_trip", DEADLINE_ROUND_TRIP_MS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *seconds = key_row(cases[i].table, cases[i].key)->default_text;
        int64_t unit = strstr(seconds, "ms") != NULL ? 1 : 1000;
        assert_int_equal(strtol(seconds, NULL, 10) * unit, cases[i].ms);
    }
}

static void test_target_defaults(void **state)
{
    (void)state;
    const struct load_options options = {.scenarios = CORPUS, .target = "bare"};
    _cleanup_plan_ struct plan *plan = load_fine(CORPUS "/scenarios/good/smallest.yaml", &options);
    const struct target_plan *target = &plan->target;
    assert_string_equal(target->name, "bare");
    assert_texts(&target->command, "bare");
    assert_int_equal(target->version.count, 0);
    assert_string_equal(target->term, "xterm-256color");
    assert_int_equal(target->columns, 200);
    assert_int_equal(target->rows, 50);
    assert_range(target->wait_rows, 0, -1);
    assert_int_equal(target->ready_ms, DEADLINE_READY_MS);
    assert_int_equal(target->quit_ms, DEADLINE_QUIT_MS);
    assert_int_equal(target->quit_status, 0);
    assert_int_equal(target->ready.count + target->quit.count, 0);
    assert_null(plan->world.config);
    assert_null(plan->world.config_path);
    assert_int_equal(plan->world.projects.count, 0);
}

/* No rate is asked for of a heap that is not there, and a baseline of it fits no other. */
static void test_a_target_without_pprof(void **state)
{
    (void)state;
    const struct load_options with = {.scenarios = CORPUS, .target = CORPUS "/targets/demo.yaml"};
    const struct load_options without = {.scenarios = CORPUS,
                                         .target = CORPUS "/targets/good/without-pprof.yaml"};
    const char *file = CORPUS "/scenarios/good/smallest.yaml";
    _cleanup_plan_ struct plan *plan = load_fine(file, &without);
    _cleanup_plan_ struct plan *other = load_fine(file, &with);
    assert_true(plan->target.without_pprof);
    assert_false(other->target.without_pprof);
    assert_int_equal(plan->measure.heap_rate, 0);
    assert_int_equal(other->measure.heap_rate, 512);
    assert_string_not_equal(plan->hash, other->hash);
}

static void test_head(void **state)
{
    (void)state;
    _cleanup_plan_ struct plan *plan = load_every_key();
    assert_string_equal(plan->name, "every-key");
    assert_string_equal(plan->file, CORPUS "/scenarios/good/every-key.yaml");
    assert_string_equal(plan->title, "Every key: once");
    assert_texts(&plan->tags, "smoke|all-keys");
    assert_texts(&plan->needs, "git|tmux");
    assert_string_equal(plan->quarantine.reason, "the list loses a row");
    assert_string_equal(plan->quarantine.until, "2027-01-31");
    assert_string_equal(variable_of(&plan->vars, "greeting"), "hello");
    assert_string_equal(variable_of(&plan->vars, "log"), "${world}/run/log");
}

static void test_world(void **state)
{
    (void)state;
    _cleanup_plan_ struct plan *plan = load_every_key();
    const struct world_plan *world = &plan->world;
    assert_texts(&world->projects, "p1|p2");
    assert_texts(&world->tools, "awk|git|ps|sed|tmux");
    assert_string_equal(variable_of(&world->env, "EDITOR"), "${world}/bin/editor");
    assert_string_equal(variable_of(&world->env, "DEMO_HOME"), "${world}/home");
    assert_string_equal(variable_of(&world->env, "DEMO_COLOR"), "(unset)");
    assert_string_equal(variable_of(&world->env, "DEMO_PROFILE"), "(unset)");
    for (size_t i = 1; i < world->env.count; i++)
        assert_true(strcmp(world->env.items[i - 1].name, world->env.items[i].name) < 0);

    assert_int_equal(world->files.count, 7);
    assert_int_equal(file_of(plan, "run/${slug}-${n}.txt")->copies, 3);
    assert_int_equal(file_of(plan, "run/${slug}-${n}.txt")->lines, 20);
    assert_int_equal(file_of(plan, "run/big")->size, 64 * 1024);
    assert_int_equal(file_of(plan, "run/big")->copies, 0);
    assert_null(file_of(plan, "run/big")->text);
    assert_int_equal(file_of(plan, "run/bytes")->size, 500);
    assert_string_equal(file_of(plan, "p1/notes.txt")->text, "from the scenario\n");
    assert_int_equal(file_of(plan, "p1/notes.txt")->mode, 0644);
    assert_string_equal(file_of(plan, "home/.demorc")->text, "theme = plain\n");
    assert_string_equal(file_of(plan, "p2/a/b.txt")->text, "${greeting}, $${greeting}");
    assert_int_equal(file_of(plan, "bin/editor")->mode, 0755);
    assert_int_equal(file_of(plan, "bin/editor")->where.line, 23);

    _cleanup_free_ char *config = json_one_line(world->config);
    assert_string_equal(world->config_path, "cfg/config.json");
    assert_string_equal(config, "{\"flags\":{\"beta\":true,\"limits\":[1,2.5,null,\"3\"]},"
                                "\"projects\":[\"${project.p1}\"],"
                                "\"ui\":{\"clock\":true,\"theme\":\"dark\",\"version\":\"1\","
                                "\"width\":80}}");
}

static void test_regions(void **state)
{
    (void)state;
    _cleanup_plan_ struct plan *plan = load_every_key();
    assert_int_equal(plan->region_count, 3);
    assert_range(plan_region(plan, "header")->rows, 0, 0);
    assert_range(plan_region(plan, "header")->columns, 0, -1);
    assert_range(plan_region(plan, "list")->rows, 2, -3);
    /* The scenario's replaces the target's of that name as a whole. */
    assert_range(plan_region(plan, "clock")->rows, 0, -1);
    assert_range(plan_region(plan, "clock")->columns, -10, -1);
    assert_null(plan_region(plan, "footer"));
}

static void test_every_step(void **state)
{
    (void)state;
    static const char *const sources[] = {
        "press \"j\" \"Down\" repeat 3",
        "press \"Ctrl-n\" \"Alt-Shift-Up\" \"Ctrl-\\\\\" \"F12\" \"é\" \"Space\" \"#\"",
        "chord \"Escape\" \"q\"",
        "type \"${greeting} ${i}\"",
        "mouse wheel-down \"notes.txt\" repeat 5",
        "mouse click \"notes.txt\"",
        "run sh \"echo ${i} >> ${log}\"",
        "run \"git\" \"status\" \"\"",
        "run sh \"exit 3\" directory \"p2\" status 3",
        "run \"git\" \"log\"",
        "resize 100x30",
        "wait text \"a\" text \"b ${i}\" gone \"c\" rows -1",
        "wait regex \"^\\\\s*total: \\\\d+$\" region list fresh",
        "wait title \"demo\"",
        "wait file \"run/log\"",
        "wait file \"run/log\" lines \"${i}\" holding \"done\"",
        "wait file \"run/${i}\" lines 2",
        "settle 100ms",
        "settle 50ms",
        "snapshot \"after ${i}\"",
        "sleep 10ms",
        "write \"run/log\" append",
        "write \"p1/x/${n}.txt\" copies 5",
        "remove \"run/log\"",
        "remove \"home/a\" \"p1/x/?.txt\"",
        "remove \"run/nothing\"",
    };
    enum { COUNT = sizeof sources / sizeof *sources, ROUNDS = 3, STEPS_OF_A_ROUND = 1 + 2 + 2 * 3 };
    _cleanup_plan_ struct plan *plan = load_every_key();
    assert_int_equal(plan->iteration.count, COUNT + ROUNDS * STEPS_OF_A_ROUND);
    for (size_t i = 0; i < COUNT; i++) {
        const struct step *step = &plan->iteration.items[i];
        assert_string_equal(step->source, sources[i]);
        assert_int_equal(step->where.line, 40 + i);
        assert_int_equal(step->where.column, 5);
        assert_string_equal(step->where.file, plan->file);
    }
    assert_string_equal(plan->setup.items[1].source, "wait text \"Files\"");
    assert_int_equal(plan->prepare.count, 2 + 2);
    assert_string_equal(plan->prepare.items[3].source, "remove \"home/a/*-2\"");
}

static void test_what_is_input(void **state)
{
    (void)state;
    static const bool input[STEP_KIND_COUNT] = {
        [STEP_PRESS] = true, [STEP_CHORD] = true,  [STEP_TYPE] = true,  [STEP_MOUSE] = true,
        [STEP_RUN] = true,   [STEP_RESIZE] = true, [STEP_WRITE] = true, [STEP_REMOVE] = true,
    };
    for (enum step_kind kind = 0; kind < STEP_KIND_COUNT; kind++)
        assert_int_equal(step_is_input(&(struct step){.kind = kind}), input[kind]);
}

static void test_fields_of_steps(void **state)
{
    (void)state;
    _cleanup_plan_ struct plan *plan = load_every_key();
    const struct step *steps = plan->iteration.items;
    assert_texts(&steps[0].keys, "j|Down");
    assert_int_equal(steps[0].repeat, 3);
    assert_int_equal(steps[1].repeat, 1);
    assert_int_equal(steps[4].mouse.action, MOUSE_WHEEL_DOWN);
    assert_int_equal(steps[4].repeat, 5);
    assert_int_equal(steps[5].mouse.action, MOUSE_CLICK);
    assert_string_equal(steps[5].mouse.text, "notes.txt");
    assert_string_equal(steps[6].run.script, "echo ${i} >> ${log}");
    assert_null(steps[7].run.script);
    assert_int_equal(steps[7].run.argv.count, 3);
    assert_int_equal(steps[8].run.status, 3);
    assert_int_equal(steps[8].timeout_ms, 20000);
    assert_null(steps[9].run.directory); /* ${world} is where commands run */
    assert_int_equal(steps[10].columns, 100);
    assert_int_equal(steps[10].rows, 30);
    assert_true(steps[11].wait.has_rows);
    assert_range(steps[11].wait.rows, -1, -1);
    assert_false(steps[12].wait.has_rows);
    assert_ptr_equal(steps[12].wait.region, plan_region(plan, "list"));
    assert_int_equal(steps[12].timeout_ms, 500);
    assert_int_equal(steps[14].wait.file_lines, -1);
    assert_string_equal(steps[15].wait.file_lines_text, "${i}");
    assert_int_equal(steps[16].wait.file_lines, 2);
    assert_int_equal(steps[18].timeout_ms, 2000);
    assert_int_equal(steps[20].ms, 10);
    assert_texts(&plan->target.quit.items[1].wait.gone, "Demo");
}

static void test_measure(void **state)
{
    (void)state;
    _cleanup_plan_ struct plan *plan = load_every_key();
    assert_int_equal(plan->measure.warmup, 4);
    assert_int_equal(plan->measure.idle_samples, 5);
    assert_int_equal(plan->measure.idle_ms, 3000);
    assert_int_equal(plan->measure.samples, 7);
    assert_int_equal(plan->measure.iterations_per_sample, 1);
    assert_int_equal(plan->measure.drain_ms, 60000);
    assert_int_equal(plan->measure.heap_rate, 1);
    assert_texts(&plan->measure.leave_out, "clock|header");
}

static void test_paced_by_time(void **state)
{
    (void)state;
    _cleanup_plan_ struct plan *idle =
        load_fine(CORPUS "/scenarios/good/paced.yaml", &corpus_options);
    assert_int_equal(idle->measure.every_ms, 5000);
    assert_int_equal(idle->measure.for_ms, 120000);
    assert_int_equal(idle->measure.samples, 24);
    assert_int_equal(idle->measure.iterations_per_sample, 0);
    assert_int_equal(idle->measure.warmup, 0);
    assert_int_equal(idle->measure.idle_samples, 0);
    assert_int_equal(idle->iteration.count, 0);
    _cleanup_plan_ struct plan *busy =
        load_fine(CORPUS "/scenarios/good/paced-and-busy.yaml", &corpus_options);
    assert_int_equal(busy->measure.warmup, 2);
    assert_int_equal(busy->measure.idle_samples, 3);
    assert_int_equal(busy->iteration.count, 2);
}

static void test_a_target_that_extends(void **state)
{
    (void)state;
    const struct load_options options = {.scenarios = CORPUS,
                                         .target = CORPUS "/targets/good/grandchild.yaml"};
    _cleanup_plan_ struct plan *plan = load_fine(CORPUS "/scenarios/good/smallest.yaml", &options);
    const struct target_plan *target = &plan->target;
    assert_string_equal(target->name, "grandchild");
    assert_texts(&target->command, "demo-next|${project.p2}");
    assert_texts(&target->version, "-version");
    assert_int_equal(target->columns, 100);
    assert_int_equal(target->rows, 50);
    assert_string_equal(target->term, "xterm-256color");
    assert_range(target->wait_rows, 1, -2);
    assert_int_equal(target->ready.count, 1);
    assert_int_equal(target->quit.count, 2);
    assert_int_equal(target->quit_status, 3);
    assert_int_equal(target->quit_ms, 2000);
    assert_int_equal(target->survivors.count, 0);
    assert_texts(&target->state, "${world}/home|${world}/cfg");
    assert_texts(&plan->world.projects, "p1|p2");
    assert_null(plan_region(plan, "clock"));
    assert_range(plan_region(plan, "footer")->rows, -1, -1);
    assert_int_equal(plan->world.files.count, 2);
    assert_int_equal(file_of(plan, "bin/helper")->mode, 0755);
    /* Each file unsets what it extends, and sets again what that has unset. */
    assert_string_equal(variable_of(&plan->world.env, "DEMO_COLOR"), "(unset)");
    assert_string_equal(variable_of(&plan->world.env, "DEMO_PROFILE"), "fast");
    assert_string_equal(variable_of(&plan->world.env, "DEMO_HOME"), "${world}/elsewhere");
    _cleanup_free_ char *config = json_one_line(plan->world.config);
    assert_string_equal(config, "{\"projects\":[\"${project.p1}\"],\"ui\":{\"clock\":false,"
                                "\"scale\":1.5,\"theme\":\"dark\",\"version\":\"1\","
                                "\"width\":80}}");
    /* What comes from an extended file is marked there. */
    assert_string_equal(path_base(target->ready.items[0].where.file), "demo.yaml");
    assert_int_equal(target->ready.items[0].where.line, 28);
}

static void test_options_replace_target_and_program(void **state)
{
    (void)state;
    struct load_options options = {.scenarios = CORPUS, .program = "/opt/demo"};
    _cleanup_plan_ struct plan *plan = load_every_key();
    _cleanup_plan_ struct plan *other =
        load_fine(CORPUS "/scenarios/good/every-key.yaml", &options);
    assert_string_equal(plan->target.command.items[0], "demo");
    assert_string_equal(other->target.command.items[0], "/opt/demo");
    assert_string_equal(other->target.command.items[1], plan->target.command.items[1]);
    assert_string_equal(other->hash, plan->hash);
    options = (struct load_options){.scenarios = CORPUS, .target = "nowhere/x.yaml"};
    struct diagnostics problems = {0};
    assert_null(plan_load(CORPUS "/scenarios/good/smallest.yaml", &options, &problems));
    assert_string_equal(problems.lines.items[0], "nowhere/x.yaml:1:1: cannot read this target "
                                                 "file: No such file or directory");
    diagnostics_free(&problems);
}

static void test_problems_of_all_files_and_once(void **state)
{
    (void)state;
    const struct load_options options = {.scenarios = CORPUS,
                                         .target = CORPUS "/targets/bad/unknown-key.yaml"};
    struct diagnostics problems = {0};
    assert_null(plan_load(CORPUS "/scenarios/bad/rules.yaml", &options, &problems));
    assert_int_equal(problems.count, 5 + 2);
    assert_null(plan_load(CORPUS "/scenarios/bad/no-mapping.yaml", &options, &problems));
    assert_int_equal(problems.count, 5 + 2 + 1);
    diagnostics_free(&problems);
}

static void test_problems_are_counted_over_the_limit(void **state)
{
    (void)state;
    struct diagnostics problems = {0};
    for (unsigned i = 0; i < LIMIT_YAML_DIAGNOSTICS + 5; i++)
        diagnose(&problems, (struct mark){"f", i, 1}, "wrong");
    assert_int_equal(problems.lines.count, LIMIT_YAML_DIAGNOSTICS);
    assert_int_equal(problems.count, LIMIT_YAML_DIAGNOSTICS + 5);
    diagnostics_free(&problems);
    assert_int_equal(problems.count, 0);
}

static void test_document(void **state)
{
    (void)state;
    _cleanup_plan_ struct plan *plan = load_text(HEAD "tags: [a]\n" BODY);
    const json_t *scenario = json_object_get(plan->document, "scenario");
    const json_t *target = json_object_get(plan->document, "target");
    assert_string_equal(json_get_text(scenario, "title", ""), "A title");
    assert_int_equal(json_array_size(json_object_get(scenario, "tags")), 1);
    assert_int_equal(json_array_size(json_object_get(target, "command")), 4);
}

static char *hash_of(const char *text)
{
    _cleanup_plan_ struct plan *plan = load_text(text);
    assert_int_equal(strlen(plan->hash), 16);
    assert_int_equal(strspn(plan->hash, "0123456789abcdef"), 16);
    return memory_copy_text(plan->hash);
}

static void test_what_leaves_the_hash_alone(void **state)
{
    (void)state;
    static const char *const same[] = {
        "# a comment\n\n" HEAD BODY,
        "version: 1\ntitle: Another\ntarget: demo\n" BODY,
        HEAD "tags: [smoke]\nneeds: [git]\n" BODY,
        BODY HEAD, /* another order */
        "{version: 1, title: A, target: demo, iteration: [{'press': 'j'}]}",
        HEAD BODY "measure: {samples: 21, drain: 75s}\n", /* defaults written down */
        HEAD BODY "measure: {drain: 75000ms}\n",
    };
    _cleanup_free_ char *hash = hash_of(HEAD BODY);
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        _cleanup_free_ char *other = hash_of(same[i]);
        if (strcmp(hash, other) != 0)
            fail_msg("the hash changes with: %s", same[i]);
    }
}

static void test_what_changes_the_hash(void **state)
{
    (void)state;
    static const char *const others[] = {
        HEAD BODY,
        HEAD "iteration:\n  - press: k\n",
        HEAD BODY "  - press: j\n",
        HEAD BODY "setup: [press: j]\n",
        HEAD BODY "measure: {samples: 22}\n",
        HEAD BODY "measure: {heap_rate: 1}\n",
        HEAD BODY "measure: {leave_out: [clock]}\n",
        HEAD BODY "vars: {a: b}\n",
        HEAD BODY "regions: {a: {rows: 1}}\n",
        HEAD BODY "world: {files: {a: b}}\n",
        HEAD BODY "world: {config: {a: 1}}\n",
        HEAD BODY "world: {config: {a: \"1\"}}\n",
        HEAD BODY "world: {projects: [p1, p2]}\n",
        ("version: 1\ntitle: A\ntarget: bare\n" BODY),
    };
    enum { COUNT = sizeof others / sizeof *others };
    char *hashes[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        hashes[i] = hash_of(others[i]);
        for (size_t j = 0; j < i; j++)
            if (strcmp(hashes[i], hashes[j]) == 0)
                fail_msg("the same hash: %s and %s", others[i], others[j]);
    }
    for (size_t i = 0; i < COUNT; i++)
        free(hashes[i]);
}

/* The order of steps, lists and keys pressed counts; the hash is stable from build to build. */
static void test_the_hash_is_the_same_everywhere(void **state)
{
    (void)state;
    _cleanup_plan_ struct plan *first = load_every_key();
    _cleanup_plan_ struct plan *second = load_every_key();
    assert_string_equal(first->hash, second->hash);
    _cleanup_free_ char *one = hash_of(HEAD "iteration: [press: [a, b]]\n");
    _cleanup_free_ char *other = hash_of(HEAD "iteration: [press: [b, a]]\n");
    assert_string_not_equal(one, other);
}

/* The examples of the reference are what users copy. */
static void test_examples_of_the_reference(void **state)
{
    (void)state;
    for (size_t i = 0; i < step_table.count; i++) {
        const struct key_row *row = &step_table.rows[i];
        assert_non_null(row->example);
        _cleanup_free_ char *text =
            memory_format("%siteration:\n  - %s: %s\n", HEAD, row->name, row->example);
        _cleanup_plan_ struct plan *plan = load_text(text);
        /* Of a loop there are its rounds. */
        enum step_kind kind = i == STEP_LOOP ? STEP_TYPE : (enum step_kind)i;
        assert_int_equal(plan->iteration.items[0].kind, kind);
        assert_string_equal(step_kind_name(plan->iteration.items[0].kind),
                            step_table.rows[kind].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_iterations_that_are_given_stay),
        cmocka_unit_test(test_documented_defaults_are_those_of_the_code),
        cmocka_unit_test(test_target_defaults),
        cmocka_unit_test(test_a_target_without_pprof),
        cmocka_unit_test(test_head),
        cmocka_unit_test(test_world),
        cmocka_unit_test(test_regions),
        cmocka_unit_test(test_every_step),
        cmocka_unit_test(test_what_is_input),
        cmocka_unit_test(test_fields_of_steps),
        cmocka_unit_test(test_measure),
        cmocka_unit_test(test_paced_by_time),
        cmocka_unit_test(test_a_target_that_extends),
        cmocka_unit_test(test_options_replace_target_and_program),
        cmocka_unit_test(test_problems_of_all_files_and_once),
        cmocka_unit_test(test_problems_are_counted_over_the_limit),
        cmocka_unit_test(test_document),
        cmocka_unit_test(test_what_leaves_the_hash_alone),
        cmocka_unit_test(test_what_changes_the_hash),
        cmocka_unit_test(test_the_hash_is_the_same_everywhere),
        cmocka_unit_test(test_examples_of_the_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
