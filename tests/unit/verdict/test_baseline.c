/* A baseline's file: read strictly, written the same way each time. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "verdict/baseline.h"

/* As leakgate writes it. */
static const char whole[] = "{\n"
                            "  \"exceptions\": [\n"
                            "    {\n"
                            "      \"allowed\": 1,\n"
                            "      \"expires\": \"2027-01-31\",\n"
                            "      \"gauge\": \"fd\",\n"
                            "      \"holder\": \"anon_inode:[eventpoll]\",\n"
                            "      \"issue\": \"https://example.com/issues/7\",\n"
                            "      \"reason\": \"the editor's poller is never closed\"\n"
                            "    },\n"
                            "    {\n"
                            "      \"allowed\": 0.15,\n"
                            "      \"allowed_bytes\": 512.5,\n"
                            "      \"gauge\": \"heap_stack\",\n"
                            "      \"holder\": \"main.keep < main.main\",\n"
                            "      \"reason\": \"history\"\n"
                            "    }\n"
                            "  ],\n"
                            "  \"gauges\": {\n"
                            "    \"fd\": {\n"
                            "      \"allowed\": 0,\n"
                            "      \"level\": 25,\n"
                            "      \"tolerance\": 3,\n"
                            "      \"why\": \"the watcher's come late\"\n"
                            "    },\n"
                            "    \"goroutine\": {\n"
                            "      \"allowed\": 0.25,\n"
                            "      \"expires\": \"2027-01-31\",\n"
                            "      \"issue\": \"https://example.com/issues/8\",\n"
                            "      \"level\": 26.5,\n"
                            "      \"reason\": \"a pool that fills\"\n"
                            "    },\n"
                            "    \"heap_alloc\": {\n"
                            "      \"allowed\": 300\n"
                            "    }\n"
                            "  },\n"
                            "  \"go\": \"go1.26.8\",\n"
                            "  \"plan\": \"0123456789abcdef\",\n"
                            "  \"platform\": \"linux/amd64\",\n"
                            "  \"tools\": {\n"
                            "    \"git\": {\n"
                            "      \"per_iteration\": 24.5,\n"
                            "      \"tolerance\": 3,\n"
                            "      \"why\": \"by the clock\"\n"
                            "    },\n"
                            "    \"ps\": {\n"
                            "      \"per_iteration\": 0\n"
                            "    }\n"
                            "  },\n"
                            "  \"version\": 1\n"
                            "}\n";

static struct baseline *read_text(const char *text, struct lg_error *err)
{
    _cleanup_json_ json_t *json = json_parse(text, strlen(text), "b.json", err);
    return json != NULL ? baseline_from_json(json, "b.json", err) : NULL;
}

static void written_as_it_was_read(void **state)
{
    (void)state;
    struct lg_error err = {0};
    _cleanup_baseline_ struct baseline *baseline = read_text(whole, &err);
    assert_non_null(baseline);
    _cleanup_json_ json_t *json = baseline_to_json(baseline);
    _cleanup_free_ char *text = json_pretty(json);
    assert_string_equal(text, whole);
}

static void what_it_says_is_what_is_held(void **state)
{
    (void)state;
    _cleanup_baseline_ struct baseline *baseline = read_text(whole, NULL);
    assert_string_equal(baseline->plan_hash, "0123456789abcdef");
    assert_string_equal(baseline->go_version, "go1.26.8");
    assert_string_equal(baseline->platform, "linux/amd64");
    assert_true(baseline->gauges[GAUGE_FD].present && baseline->gauges[GAUGE_FD].level == 25);
    assert_true(isnan(baseline->gauges[GAUGE_GOROUTINE].tolerance));
    assert_true(isnan(baseline->gauges[GAUGE_HEAP_ALLOC].level));
    assert_false(baseline->gauges[GAUGE_CHILD].present);
    assert_true(baseline->has_tools);
    assert_int_equal(baseline->tool_count, 2);
    assert_true(baseline_tool_for(baseline, "git")->per_iteration == 24.5);
    assert_true(baseline_tool_tolerance(baseline_tool_for(baseline, "git")) == 3);
    assert_true(baseline_tool_tolerance(baseline_tool_for(baseline, "ps")) == 1);
    assert_null(baseline_tool_for(baseline, "tmux"));
    const struct baseline_exception *exception =
        baseline_exception_for(baseline, GAUGE_FD, "anon_inode:[eventpoll]");
    assert_non_null(exception);
    assert_true(exception->allowed == 1.0);
    assert_string_equal(exception->expires, "2027-01-31");
    assert_null(baseline_exception_for(baseline, GAUGE_GOROUTINE, "anon_inode:[eventpoll]"));
    assert_null(baseline_exception_for(NULL, GAUGE_FD, "pipe"));
}

static void exceptions_are_sorted_and_replaced(void **state)
{
    (void)state;
    _cleanup_baseline_ struct baseline *baseline = baseline_new();
    static const struct {
        enum gauge gauge;
        char *holder;
    } added[] = {{GAUGE_HEAP_STACK, "b"}, {GAUGE_GOROUTINE, "z"}, {GAUGE_FD, "pipe"},
                 {GAUGE_FD, "b"},         {GAUGE_CHILD, "git"},   {GAUGE_FD, "pipe"}};
    for (size_t i = 0; i < sizeof added / sizeof added[0]; i++)
        baseline_except(baseline, &(struct baseline_exception){.gauge = added[i].gauge,
                                                               .holder = added[i].holder,
                                                               .allowed = (double)i,
                                                               .reason = "why"});
    static const char *const order[] = {"git", "b", "pipe", "z", "b"};
    assert_int_equal(baseline->exception_count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(baseline->exceptions[i].holder, order[i]);
    assert_true(baseline_exception_for(baseline, GAUGE_FD, "pipe")->allowed == 5);
}

#define HEAD "\"version\":1,\"plan\":\"0123456789abcdef\",\"go\":\"go1.26.8\",\"platform\":\"l/a\""
#define WITH_GAUGES(text) "{" HEAD ",\"exceptions\":[],\"gauges\":{" text "}}"
#define WITH_TOOLS(text) "{" HEAD ",\"exceptions\":[],\"gauges\":{},\"tools\":{" text "}}"
#define WITH_EXCEPTION(text) "{" HEAD ",\"gauges\":{},\"exceptions\":[{" text "}]}"
#define EXCEPTION "\"gauge\":\"fd\",\"holder\":\"pipe\",\"allowed\":1,\"reason\":\"why\""

static const struct {
    const char *text;
    const char *error;
} refused[] = {
    {"[]", "is not a baseline: an object is expected"},
    {"{}", "version: is missing"},
    {WITH_TOOLS("\"git\":{}"), "tools.git.per_iteration: is missing"},
    {WITH_TOOLS("\"git\":{\"per_iteration\":-1}"),
     "tools.git.per_iteration: must be a finite number, 0 or more"},
    {WITH_TOOLS("\"git\":{\"per_iteration\":1,\"level\":1}"), "tools.git: unknown key \"level\""},
    {WITH_GAUGES("\"goroutine_leak\":{\"allowed\":1}"),
     "gauges.goroutine_leak.allowed: none may be there: allow a holder under \"exceptions\""},
    {"{\"version\":2,\"plans\":1}", "version: must be 1: this leakgate reads no other"},
    {"{\"version\":\"1\"}", "version: must be 1: this leakgate reads no other"},
    {"{\"version\":1.0}", "version: must be 1: this leakgate reads no other"},
    {"{\"version\":1}", "plan: is missing"},
    {"{" HEAD ",\"gauges\":{}}", "exceptions: is missing"},
    {"{" HEAD ",\"gauges\":{},\"exceptions\":[],\"gauge\":{}}",
     "unknown key \"gauge\"; did you mean \"gauges\"?"},
    {"{" HEAD ",\"gauges\":{},\"exceptions\":[],\"comment\":\"\"}", "unknown key \"comment\""},
    {WITH_GAUGES("\"fd\":{\"reason\":\"why\"}"),
     "gauges.fd.reason: says nothing without an allowed growth"},
    {WITH_GAUGES("\"fd\":{\"allowed\":0,\"expires\":\"2027-01-31\"}"),
     "gauges.fd.expires: says nothing without an allowed growth"},
    {WITH_GAUGES("\"fd\":{\"allowed\":1,\"reason\":\" \"}"),
     "gauges.fd.reason: must not be empty: say why this growth is meant"},
    {WITH_GAUGES("\"fd\":{\"allowed\":1,\"expires\":\"2027-01-31\"}"),
     "gauges.fd.reason: must not be empty: say why this growth is meant"},
    {WITH_GAUGES("\"fd\":{\"allowed\":1,\"reason\":\"why\",\"expires\":\"2027-02-30\"}"),
     "gauges.fd.expires: \"2027-02-30\" is not a date of the form YYYY-MM-DD"},
    {WITH_GAUGES("\"fd\":{\"allowed\":1,\"reason\":\"why\",\"issue\":\"#7\"}"),
     "gauges.fd.issue: must be an address that begins with https:// or http://"},
    {"{" HEAD ",\"gauges\":[],\"exceptions\":[]}", "gauges: must be an object"},
    {"{" HEAD ",\"gauges\":{},\"exceptions\":{}}", "exceptions: must be a list"},
    {"{\"version\":1,\"plan\":\"12\",\"go\":\"\",\"platform\":\"\",\"gauges\":{},\"exceptions\":[]"
     "}",
     "plan: must be 16 hexadecimal digits"},
    {"{\"version\":1,\"plan\":\"0123456789abcdef0\",\"go\":\"\",\"platform\":\"\",\"gauges\":{},"
     "\"exceptions\":[]}",
     "plan: is longer than 16 bytes"},
    {WITH_GAUGES("\"goroutines\":{}"),
     "gauges: unknown gauge \"goroutines\"; did you mean \"goroutine\"?"},
    {WITH_GAUGES("\"fd\":0"), "gauges.fd: must be an object"},
    {WITH_GAUGES("\"fd\":{\"alowed\":0}"),
     "gauges.fd: unknown key \"alowed\"; did you mean \"allowed\"?"},
    {WITH_GAUGES("\"fd\":{\"allowed\":\"0\"}"), "gauges.fd.allowed: must be a number"},
    {WITH_GAUGES("\"fd\":{\"allowed\":-1}"),
     "gauges.fd.allowed: must be a finite number, 0 or more"},
    {WITH_GAUGES("\"fd\":{\"tolerance\":1}"), "gauges.fd.tolerance: says nothing without a level"},
    {WITH_GAUGES("\"fd\":{\"level\":1,\"why\":\"late\"}"),
     "gauges.fd.why: says nothing without a tolerance"},
    {WITH_GAUGES("\"fd\":{\"level\":1,\"tolerance\":9,\"why\":\" \"}"),
     "gauges.fd.why: must not be empty: say what moves so much"},
    {WITH_TOOLS("\"git\":{\"per_iteration\":1,\"why\":\"late\"}"),
     "tools.git.why: says nothing without a tolerance"},
    {WITH_GAUGES("\"rss\":{\"allowed\":1}"),
     "gauges.rss.allowed: the growth of this gauge is shown, never judged"},
    {WITH_GAUGES("\"heap_stack\":{\"level\":1}"),
     "gauges.heap_stack.level: this gauge has no number of its own"},
    {WITH_EXCEPTION("\"gauge\":\"fd\""), "exceptions[0].holder: is missing"},
    {WITH_EXCEPTION("\"gauge\":\"fs\",\"holder\":\"pipe\",\"allowed\":1,\"reason\":\"why\""),
     "exceptions[0]: unknown gauge \"fs\"; did you mean \"fd\"?"},
    {WITH_EXCEPTION("\"gauge\":\"thread\",\"holder\":\"x\",\"allowed\":1,\"reason\":\"why\""),
     "exceptions[0].gauge: thread has no holders: allow its growth under \"gauges\""},
    {WITH_EXCEPTION("\"gauge\":\"fd\",\"holder\":\"\",\"allowed\":1,\"reason\":\"why\""),
     "exceptions[0].holder: must not be empty"},
    {WITH_EXCEPTION("\"gauge\":\"fd\",\"holder\":\"pipe\",\"allowed\":1,\"reason\":\" \""),
     "exceptions[0].reason: must not be empty: say why this growth is meant"},
    {WITH_EXCEPTION(EXCEPTION ",\"allowed_bytes\":1"),
     "exceptions[0].allowed_bytes: is for heap_stack alone"},
    {WITH_EXCEPTION(EXCEPTION ",\"expires\":\"2027-02-30\""),
     "exceptions[0].expires: \"2027-02-30\" is not a date of the form YYYY-MM-DD"},
    {WITH_EXCEPTION(EXCEPTION ",\"expires\":\"soon\""),
     "exceptions[0].expires: \"soon\" is not a date of the form YYYY-MM-DD"},
    {WITH_EXCEPTION(EXCEPTION ",\"issue\":\"#7\""),
     "exceptions[0].issue: must be an address that begins with https:// or http://"},
    {WITH_EXCEPTION(EXCEPTION ",\"issue\":\"javascript:alert(1)\""),
     "exceptions[0].issue: must be an address that begins with https:// or http://"},
    {WITH_EXCEPTION(EXCEPTION ",\"expire\":\"2027-01-31\""),
     "exceptions[0]: unknown key \"expire\"; did you mean \"expires\"?"},
    {WITH_EXCEPTION(EXCEPTION "},{" EXCEPTION),
     "exceptions[1].holder: the same gauge and holder stand in an entry before"},
};

static void what_is_not_understood_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct lg_error err = {0};
        _cleanup_baseline_ struct baseline *baseline = read_text(refused[i].text, &err);
        if (baseline != NULL)
            fail_msg("taken: %s", refused[i].text);
        assert_string_equal(err.text, refused[i].error);
        assert_string_equal(err.where, "b.json");
        assert_int_equal(err.class, LG_ERROR_INPUT);
    }
}

/* The JSON itself: where, by line and column. */
static void broken_json_is_refused_with_its_place(void **state)
{
    (void)state;
    static const char *const broken[] = {"{\n  \"version\": 1,\n  \"version\": 1}",
                                         "{\"version\": NaN}",
                                         "{\"version\": 1e999}",
                                         "{\"version\": 1",
                                         "",
                                         "{\"version\": 1} x"};
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        struct lg_error err = {0};
        assert_null(read_text(broken[i], &err));
        assert_true(strncmp(err.where, "b.json:", 7) == 0);
        assert_int_equal(err.class, LG_ERROR_INPUT);
    }
}

static void a_file_is_read(void **state)
{
    (void)state;
    char directory[] = "/tmp/leakgate-test-XXXXXX";
    assert_non_null(mkdtemp(directory));
    _cleanup_free_ char *path = path_join(directory, "b.json");
    struct lg_error err = {0};
    assert_null(baseline_read(path, &err));
    assert_int_equal(err.class, LG_ERROR_INPUT);
    assert_true(file_write_atomic(path, whole, strlen(whole), NULL));
    _cleanup_baseline_ struct baseline *baseline = baseline_read(path, NULL);
    assert_non_null(baseline);
    assert_int_equal(baseline->exception_count, 2);
    assert_true(directory_remove(directory, NULL));
}

static void another_plan_is_told(void **state)
{
    (void)state;
    _cleanup_baseline_ struct baseline *baseline = read_text(whole, NULL);
    struct lg_error err = {0};
    assert_true(baseline_is_for_plan(baseline, "0123456789abcdef", &err));
    assert_int_equal(err.class, LG_ERROR_NONE);
    assert_false(baseline_is_for_plan(baseline, "fedcba9876543210", &err));
    assert_int_equal(err.class, LG_ERROR_INPUT);
    assert_non_null(strstr(err.text, "leakgate accept"));
}

static void tolerances_have_defaults(void **state)
{
    (void)state;
    struct baseline_gauge stored = {.present = true, .level = 8, .tolerance = NAN};
    assert_true(baseline_tolerance(&stored, GAUGE_FD) == 2);
    stored.level = 50;
    assert_true(baseline_tolerance(&stored, GAUGE_FD) == 5);
    assert_true(baseline_tolerance(&stored, GAUGE_RSS) == 5);
    stored.tolerance = 0;
    assert_true(baseline_tolerance(&stored, GAUGE_FD) == 0);
}

/* Wider than 10 %, and 2 of counts or 1 of a tool's starts. */
static void a_wider_tolerance_has_to_say_why(void **state)
{
    (void)state;
    static const struct {
        const char *text, *error; /* NULL: fine */
    } cases[] = {
        {WITH_GAUGES("\"fd\":{\"level\":20,\"tolerance\":2}"), NULL},
        {WITH_GAUGES("\"fd\":{\"level\":20,\"tolerance\":3}"),
         "gauges.fd.tolerance: 3 is wider than the default of 2: say under \"why\" what moves so "
         "much, or leave it out"},
        {WITH_GAUGES("\"fd\":{\"level\":20,\"tolerance\":3,\"why\":\"late\"}"), NULL},
        {WITH_TOOLS("\"git\":{\"per_iteration\":5,\"tolerance\":1}"), NULL},
        {WITH_TOOLS("\"git\":{\"per_iteration\":5,\"tolerance\":4}"),
         "tools.git.tolerance: 4 is wider than the default of 1: say under \"why\" what moves so "
         "much, or leave it out"},
        {WITH_TOOLS("\"git\":{\"per_iteration\":5,\"tolerance\":4,\"why\":\"late\"}"), NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct lg_error err = {0};
        _cleanup_baseline_ struct baseline *baseline = read_text(cases[i].text, NULL);
        assert_non_null(baseline);
        assert_int_equal(baseline_check_tolerances(baseline, "b.json", &err),
                         cases[i].error == NULL);
        assert_string_equal(err.text, cases[i].error != NULL ? cases[i].error : "");
        assert_string_equal(err.where, cases[i].error != NULL ? "b.json" : "");
    }
}

/* The working tree's file is refused; an older revision's, which is read as JSON, is not. */
static void a_file_without_the_reason_is_refused(void **state)
{
    (void)state;
    char directory[] = "/tmp/leakgate-test-XXXXXX";
    assert_non_null(mkdtemp(directory));
    _cleanup_free_ char *path = path_join(directory, "b.json");
    const char *text = WITH_GAUGES("\"fd\":{\"level\":20,\"tolerance\":3}");
    struct lg_error err = {0};
    assert_true(file_write_atomic(path, text, strlen(text), NULL));
    assert_null(baseline_read(path, &err));
    assert_int_equal(err.class, LG_ERROR_INPUT);
    assert_true(directory_remove(directory, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(written_as_it_was_read),
        cmocka_unit_test(what_it_says_is_what_is_held),
        cmocka_unit_test(exceptions_are_sorted_and_replaced),
        cmocka_unit_test(what_is_not_understood_is_refused),
        cmocka_unit_test(broken_json_is_refused_with_its_place),
        cmocka_unit_test(a_file_is_read),
        cmocka_unit_test(another_plan_is_told),
        cmocka_unit_test(tolerances_have_defaults),
        cmocka_unit_test(a_wider_tolerance_has_to_say_why),
        cmocka_unit_test(a_file_without_the_reason_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
