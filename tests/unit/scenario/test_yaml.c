/* The YAML reader: marks, what is plain, every refusal, and that the limits hold at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <string.h>

#include "base/buffer.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/memory.h"
#include "scenario/yaml.h"

static struct node *read_text(const char *text, struct diagnostics *problems)
{
    return yaml_read(text, strlen(text), "f.yaml", problems);
}

static struct node *read_fine(const char *text)
{
    struct diagnostics problems = {0};
    struct node *root = read_text(text, &problems);
    if (problems.count != 0)
        fail_msg("%s", problems.lines.items[0]);
    assert_non_null(root);
    diagnostics_free(&problems);
    return root;
}

static void assert_problem(const char *text, const char *expected)
{
    struct diagnostics problems = {0};
    node_free(read_text(text, &problems));
    assert_true(problems.count > 0);
    assert_string_equal(problems.lines.items[0], expected);
    diagnostics_free(&problems);
}

static void assert_json(const char *yaml, const char *expected)
{
    _cleanup_node_ struct node *root = read_fine(yaml);
    _cleanup_json_ json_t *json = node_json(root);
    _cleanup_free_ char *text = json_one_line(json);
    assert_string_equal(text, expected);
}

static void assert_mark(const struct node *node, unsigned line, unsigned column)
{
    assert_non_null(node);
    assert_string_equal(node->where.file, "f.yaml");
    assert_int_equal(node->where.line, line);
    assert_int_equal(node->where.column, column);
}

static void test_marks_count_from_one(void **state)
{
    (void)state;
    _cleanup_node_ struct node *root = read_fine("a: 1\n"
                                                 "# a comment\n"
                                                 "bé: [x,  'y']\n"
                                                 "c:\n"
                                                 "  - {d: e}\n");
    assert_mark(root, 1, 1);
    assert_mark(node_find(root, "a"), 1, 4);
    const struct node *list = node_find(root, "bé");
    assert_mark(list, 3, 5);
    assert_mark(list->entries[1].value, 3, 10);
    assert_int_equal(node_entry(root, "c")->where.line, 4);
    assert_mark(node_find(node_find(root, "c")->entries[0].value, "d"), 5, 9);
}

static void test_a_byte_order_mark_and_line_ends_of_windows(void **state)
{
    (void)state;
    _cleanup_node_ struct node *root = read_fine("\xef\xbb\xbf"
                                                 "a: 1\r\nb: 2\r\n");
    assert_mark(node_find(root, "b"), 2, 4);
}

static void test_plain_and_verbatim(void **state)
{
    (void)state;
    _cleanup_node_ struct node *root =
        read_fine("a: plain\nb: 'quoted'\nc: \"esc\\n\"\nd: |\n  block\ne: two\n  lines\n");
    assert_true(node_find(root, "a")->plain && node_find(root, "a")->verbatim);
    assert_true(!node_find(root, "b")->plain && node_find(root, "b")->verbatim);
    assert_true(!node_find(root, "c")->plain && !node_find(root, "c")->verbatim);
    assert_true(!node_find(root, "d")->plain && !node_find(root, "d")->verbatim);
    assert_true(node_find(root, "e")->plain && !node_find(root, "e")->verbatim);
}

static void test_types_are_those_of_the_core_schema(void **state)
{
    (void)state;
    assert_json("[1, -2, +3, 0o17, 0x1F, 007]", "[1,-2,3,15,31,7]");
    assert_json("[1.5, .5, 1e3, -0.25, 1.]", "[1.5,0.5,1000.0,-0.25,1.0]");
    assert_json("[true, False, TRUE, null, ~, ]", "[true,false,true,null,null]");
    /* What YAML 1.1 made of these has burnt many. */
    assert_json("[yes, no, on, off, 1_000, 12:30, 0b1, 2026-01-31, .., -, 0x, 1e]",
                "[\"yes\",\"no\",\"on\",\"off\",\"1_000\",\"12:30\",\"0b1\",\"2026-01-31\",\"..\","
                "\"-\",\"0x\",\"1e\"]");
    assert_json("[\"1\", 'true', \"null\", '']", "[\"1\",\"true\",\"null\",\"\"]");
    assert_json("{b: {d: [1]}, a: x}", "{\"a\":\"x\",\"b\":{\"d\":[1]}}");
}

static void test_refusals(void **state)
{
    (void)state;
    assert_problem("a: 1\nb: 2\na: 3\n", "f.yaml:3:1: \"a\" stands twice here, first in line 1");
    assert_problem("a: &x 1\n", "f.yaml:1:4: anchors are not supported: &x");
    assert_problem("a: *x\n", "f.yaml:1:4: aliases are not supported: *x");
    assert_problem("a: !!int 1\n", "f.yaml:1:4: tags are not supported; text that begins with ! "
                                   "must stand in quotes");
    assert_problem("a: !x [1]\n", "f.yaml:1:4: tags are not supported; text that begins with ! "
                                  "must stand in quotes");
    assert_problem("%TAG ! tag:x,2026:\n---\na: 1\n", "f.yaml:1:1: directives are not supported");
    assert_problem("a: 1\n---\nb: 1\n",
                   "f.yaml:2:1: a second document begins here; a file holds one");
    assert_problem("a:\n\tb: 1\n", "f.yaml:2:1: a tab cannot indent; use spaces");
    assert_problem("a: [\n \tb]\n", "f.yaml:2:1: a tab cannot indent; use spaces");
    assert_problem("a: 1\nb: \xff\n", "f.yaml:2:4: this is not UTF-8: byte 0xff");
    assert_problem("a: \xc0\x80\n", "f.yaml:1:4: this is not UTF-8: byte 0xc0");
    assert_problem("a: b\x1b[2J\n", "f.yaml:1:5: control character 0x1b; in double quotes it can "
                                    "be written \"\\x1b\"");
    assert_problem("<<: {a: 1}\n", "f.yaml:1:1: merge keys are not supported");
    assert_problem("[a]: 1\n", "f.yaml:1:1: a key must be text, not a list");
    assert_problem("{a: 1\n", "f.yaml:2:1: did not find expected ',' or '}' while parsing a flow "
                              "mapping that begins in line 1");
    assert_problem("a: @\n", "f.yaml:1:4: text that begins with @ must stand in quotes");
    assert_problem("a: %\n", "f.yaml:1:4: text that begins with % must stand in quotes");
    assert_problem("", "f.yaml:1:1: the file is empty");
    assert_problem("# nothing\n", "f.yaml:1:1: the file is empty");
}

static void test_a_nul_byte(void **state)
{
    (void)state;
    struct diagnostics problems = {0};
    assert_null(yaml_read("a: \0b\n", 6, "f.yaml", &problems));
    assert_int_equal(problems.count, 1);
    assert_non_null(strstr(problems.lines.items[0], "f.yaml:1:4: control character 0x00"));
    diagnostics_free(&problems);
}

static void test_tabs_that_do_not_indent_are_fine(void **state)
{
    (void)state;
    assert_json("a:\t1\nb: |\n  x\n  \ty\nc: [1,\t2]\n",
                "{\"a\":1,\"b\":\"x\\n\\ty\\n\",\"c\":[1,2]}");
}

/* What does not stop the reading is listed at once, and the tree is there for the check. */
static void test_all_problems_at_once(void **state)
{
    (void)state;
    struct diagnostics problems = {0};
    _cleanup_node_ struct node *root =
        read_text("a: &x 1\na: 2\nb: *x\nc: !t d\ne: fine\n", &problems);
    assert_int_equal(problems.count, 4);
    assert_non_null(root);
    assert_string_equal(node_text(node_find(root, "e")), "fine");
    assert_int_equal(node_find(root, "b")->kind, NODE_BROKEN);
    diagnostics_free(&problems);
}

static void test_a_message_cannot_act_on_a_terminal(void **state)
{
    (void)state;
    struct diagnostics problems = {0};
    node_free(read_text("\"\\e[2J\": 1\n\"\\e[2J\": 2\n", &problems));
    assert_int_equal(problems.count, 1);
    assert_null(strchr(problems.lines.items[0], '\x1b'));
    diagnostics_free(&problems);
}

static void assert_limited(const char *start, const char *unit, size_t count, const char *expected)
{
    _cleanup_buffer_ struct buffer text = {0};
    buffer_text(&text, start);
    for (size_t i = 0; i < count; i++)
        buffer_text(&text, unit);
    struct diagnostics problems = {0};
    assert_null(yaml_read(text.data, text.length, "f.yaml", &problems));
    assert_int_equal(problems.count, 1);
    if (strstr(problems.lines.items[0], expected) == NULL)
        fail_msg("%s", problems.lines.items[0]);
    diagnostics_free(&problems);
}

/* Each of these takes libyaml's own loader seconds to minutes; here the test's time limit is far
 * away even under a sanitizer. */
static void test_limits(void **state)
{
    (void)state;
    assert_limited("", "[", 200000, "f.yaml:1:33: nested deeper than the limit of 32");
    assert_limited("", "{a: ", 60000, "nested deeper than the limit of 32");
    assert_limited("", "- ", 100000, "nested deeper than the limit of 32");
    assert_limited("", "? ", 100000, "nested deeper than the limit of 32");
    assert_limited("", "- a\n", 60000, "more than the limit of 20000 YAML events");
    assert_limited("[", "a,", 120000, "more than the limit of 20000 YAML events");
    assert_limited("a", " ", LIMIT_YAML_BYTES, "f.yaml:1:1: larger than the limit of 256 KiB");
}

static void test_just_within_the_limits(void **state)
{
    (void)state;
    _cleanup_buffer_ struct buffer text = {0};
    for (unsigned i = 0; i < LIMIT_YAML_DEPTH; i++)
        buffer_text(&text, "[");
    for (unsigned i = 0; i < LIMIT_YAML_DEPTH; i++)
        buffer_text(&text, "]");
    node_free(read_fine(buffer_string(&text)));

    /* Stream, document and list begin and end, and each item is one event. */
    buffer_clear(&text);
    for (unsigned i = 0; i < LIMIT_YAML_EVENTS - 6; i++)
        buffer_text(&text, "- a\n");
    _cleanup_node_ struct node *list = read_fine(buffer_string(&text));
    assert_int_equal(list->count, LIMIT_YAML_EVENTS - 6);
}

static void test_many_keys_are_compared_fast_enough(void **state)
{
    (void)state;
    _cleanup_buffer_ struct buffer text = {0};
    for (unsigned i = 0; i < 9000; i++)
        buffer_format(&text, "the-same-beginning-%u: x\n", i);
    _cleanup_node_ struct node *root = read_fine(buffer_string(&text));
    assert_int_equal(root->count, 9000);
    assert_non_null(node_find(root, "the-same-beginning-8999"));
}

static void test_a_missing_file(void **state)
{
    (void)state;
    struct diagnostics problems = {0};
    assert_null(yaml_read_file("/nowhere/f.yaml", NULL, &problems));
    assert_string_equal(problems.lines.items[0],
                        "/nowhere/f.yaml:1:1: cannot read this file: No such file or directory");
    assert_null(yaml_read_file("/dev/zero", NULL, &problems));
    assert_string_equal(problems.lines.items[1], "/dev/zero:1:1: larger than the limit of 256 KiB");
    diagnostics_free(&problems);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_marks_count_from_one),
        cmocka_unit_test(test_a_byte_order_mark_and_line_ends_of_windows),
        cmocka_unit_test(test_plain_and_verbatim),
        cmocka_unit_test(test_types_are_those_of_the_core_schema),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_a_nul_byte),
        cmocka_unit_test(test_tabs_that_do_not_indent_are_fine),
        cmocka_unit_test(test_all_problems_at_once),
        cmocka_unit_test(test_a_message_cannot_act_on_a_terminal),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_just_within_the_limits),
        cmocka_unit_test(test_many_keys_are_compared_fast_enough),
        cmocka_unit_test(test_a_missing_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
