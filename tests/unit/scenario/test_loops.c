/* Loops of steps, unrolled; and the hash of what stands in a file before that. */
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
#include "base/memory.h"
#include "scenario/expand.h"
#include "scenario/load.h"

#include "load_text.h"

#define HEAD "version: 1\ntitle: A title\ntarget: demo\n"

/* "source line:column written", a line each. */
static void assert_steps(const struct step_list *steps, const char *expected)
{
    _cleanup_buffer_ struct buffer text = BUFFER_INIT(65536);
    for (size_t i = 0; i < steps->count; i++) {
        const struct step *step = &steps->items[i];
        buffer_format(&text, "%s %u:%u", step->source, step->where.line, step->where.column);
        buffer_format(&text, step->written != NULL ? " %s\n" : "\n",
                      text_or(step->written, step->source));
    }
    assert_string_equal(buffer_string(&text), expected);
}

static void test_times_and_over(void **state)
{
    (void)state;
    _cleanup_plan_ struct plan *plan = load_text(HEAD "iteration:\n"
                                                      "  - press: k\n"
                                                      "  - loop:\n"
                                                      "      times: 2\n"
                                                      "      as: n\n"
                                                      "      steps:\n"
                                                      "        - type: \"${n} $${n} ${i}\"\n"
                                                      "        - press: j\n"
                                                      "  - loop:\n"
                                                      "      over: [\"2\", Enter]\n"
                                                      "      as: key\n"
                                                      "      steps: [press: \"${key}\"]\n");
    assert_steps(&plan->iteration, "press \"k\" 5:5\n"
                                   "type \"1 $${n} ${i}\" 10:11 type \"${n} $${n} ${i}\"\n"
                                   "press \"j\" 11:11 press \"j\"\n"
                                   "type \"2 $${n} ${i}\" 10:11 type \"${n} $${n} ${i}\"\n"
                                   "press \"j\" 11:11 press \"j\"\n"
                                   "press \"2\" 15:15 press \"${key}\"\n"
                                   "press \"Enter\" 15:15 press \"${key}\"\n");
}

static void test_loops_in_loops(void **state)
{
    (void)state;
    _cleanup_plan_ struct plan *plan =
        load_text(HEAD "vars: {v: x}\n"
                       "prepare:\n"
                       "  - loop: {over: [a, \"${v}\"], as: outer, steps: [\n"
                       "      loop: {over: [\"${outer}1\", 2], as: inner, steps: [\n"
                       "        run: [\"${outer}\", \"${inner}\"]]}]}\n"
                       "iteration: [press: j]\n");
    assert_steps(&plan->prepare, "run \"a\" \"a1\" 8:9 run \"${outer}\" \"${inner}\"\n"
                                 "run \"a\" \"2\" 8:9 run \"${outer}\" \"${inner}\"\n"
                                 "run \"${v}\" \"${v}1\" 8:9 run \"${outer}\" \"${inner}\"\n"
                                 "run \"${v}\" \"2\" 8:9 run \"${outer}\" \"${inner}\"\n");
}

static void test_copies_within_a_loop(void **state)
{
    (void)state;
    _cleanup_plan_ struct plan *plan = load_text(
        HEAD "iteration:\n"
             "  - loop: {times: 1, as: k, steps: [write: {path: \"${k}-${n}\", copies: 2, "
             "text: \"${k}\", line: \"${line}\", size: 2KiB, append: true}]}\n"
             "  - remove: {path: [a, b], missing: allowed}\n");
    const struct step *step = &plan->iteration.items[0];
    assert_int_equal(step->kind, STEP_WRITE);
    assert_string_equal(step->file.path, "1-${n}");
    assert_string_equal(step->file.text, "1");
    assert_string_equal(step->file.line, "${line}");
    assert_int_equal(step->file.size, 2048);
    assert_int_equal(step->file.copies, 2);
    assert_int_equal(step->file.mode, 0644);
    assert_true(step->file.append);
    assert_true(step_is_input(step));
    assert_true(plan->iteration.items[1].remove.missing_allowed);
    assert_int_equal(plan->iteration.items[1].remove.paths.count, 2);
}

static void test_a_number_of_a_wait_is_the_rounds(void **state)
{
    (void)state;
    _cleanup_plan_ struct plan *plan =
        load_text(HEAD "iteration:\n"
                       "  - loop: {times: 3, as: n, steps: [wait: {file: {path: run/x, lines: "
                       "\"${n}\"}}]}\n");
    assert_int_equal(plan->iteration.count, 3);
    assert_string_equal(plan->iteration.items[2].wait.file_lines_text, "3");
}

static void test_one_name_is_replaced(void **state)
{
    (void)state;
    static const struct {
        const char *template, *expected;
    } cases[] = {
        {"", ""},
        {"${n}", "7"},
        {"a${n}b${m}c${n}", "a7b${m}c7"},
        {"$${n}${n}", "$${n}7"},
        {"${n}${n}", "77"},
        {"${n} ${", "7 ${"},
        {"${nn} ${ n}", "${nn} ${ n}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        _cleanup_free_ char *text = expand_one(cases[i].template, "n", "7");
        assert_string_equal(text, cases[i].expected);
    }
}

static void assert_hashes_differ(const char *a, const char *b)
{
    _cleanup_plan_ struct plan *one = load_text(a);
    _cleanup_plan_ struct plan *other = load_text(b);
    assert_string_not_equal(one->hash, other->hash);
}

static void test_the_hash_has_what_is_written(void **state)
{
    (void)state;
    assert_hashes_differ(HEAD "iteration: [press: j]\n",
                         HEAD "prepare: [run: x]\niteration: [press: j]\n");
    assert_hashes_differ(HEAD "iteration: [loop: {times: 2, steps: [press: j]}]\n",
                         HEAD "iteration: [press: j, press: j]\n");
    assert_hashes_differ(HEAD "iteration: [loop: {times: 2, steps: [press: j]}]\n",
                         HEAD "iteration: [loop: {times: 3, steps: [press: j]}]\n");
    assert_hashes_differ(HEAD "iteration: [write: {path: x, text: a}]\n",
                         HEAD "iteration: [write: {path: x, text: b}]\n");
    assert_hashes_differ(HEAD "vars: {a: {text: x, replace: y, with: z}}\niteration: [press: j]\n",
                         HEAD "vars: {a: {text: x, replace: y, with: w}}\niteration: [press: j]\n");
}

/* Baselines in use hold it: what the language can say besides leaves other files alone. */
static void test_the_hash_of_a_file_without_is_what_it_was(void **state)
{
    (void)state;
    _cleanup_plan_ struct plan *plan = load_text(HEAD "iteration: [press: j]\n");
    assert_string_equal(plan->hash, "2c00a3e03b5bff81");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times_and_over),
        cmocka_unit_test(test_loops_in_loops),
        cmocka_unit_test(test_copies_within_a_loop),
        cmocka_unit_test(test_a_number_of_a_wait_is_the_rounds),
        cmocka_unit_test(test_one_name_is_replaced),
        cmocka_unit_test(test_the_hash_has_what_is_written),
        cmocka_unit_test(test_the_hash_of_a_file_without_is_what_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
