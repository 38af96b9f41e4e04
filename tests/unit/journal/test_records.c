/* Every field of every record comes back as it was written. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/memory.h"
#include "journal/record_json.h"

#define RECORD(kind_of, member, ...)                                                               \
    {                                                                                              \
        .kind = kind_of, .member = { __VA_ARGS__ }                                                 \
    }
#define TEXTS(...)                                                                                 \
    {                                                                                              \
        .items = (char *[]){__VA_ARGS__, NULL},                                                    \
        .count = sizeof((char *[]){__VA_ARGS__}) / sizeof(char *)                                  \
    }

/* Written, read back and written again. */
static void assert_comes_back(const struct journal_record *record, const char *line)
{
    struct lg_error err = {0};
    struct journal_record read;
    _cleanup_json_ json_t *object = record_to_json(record);
    _cleanup_free_ char *written = json_one_line(object);
    assert_string_equal(written, line);
    assert_true(record_from_json(object, "a journal", &read, &err));
    assert_int_equal(read.kind, record->kind);
    _cleanup_json_ json_t *again = record_to_json(&read);
    _cleanup_free_ char *rewritten = json_one_line(again);
    assert_string_equal(rewritten, line);
    record_free(&read);
}

static void the_header_comes_back(void **state)
{
    (void)state;
    _cleanup_json_ json_t *plan = json_pack("{s:[]}", "iteration");
    struct baseline *baseline = baseline_new(), *here = baseline_new();
    strcpy(baseline->plan_hash, "0123456789abcdef");
    strcpy(here->plan_hash, "fedcba9876543210");
    _cleanup_json_ json_t *stored = baseline_to_json(baseline),
                          *stored_here = baseline_to_json(here);
    _cleanup_free_ char *text = json_one_line(stored), *text_here = json_one_line(stored_here);
    const struct journal_record header = RECORD(
        RECORD_HEADER, header, .version = 1, .leakgate = "0.1", .date = "2026-11-23T12:00:00Z",
        .scenario = "s", .title = "a title", .file = "s.yaml", .target = "t", .program = "p",
        .program_hash = "12", .attempt = "again", .plan_hash = "34", .plan = plan,
        .measure = {.warmup = 1,
                    .idle_samples = 2,
                    .idle_ms = 3,
                    .samples = 4,
                    .iterations_per_sample = 5,
                    .every_ms = 6,
                    .for_ms = 7,
                    .file_for_ms = 8,
                    .drain_ms = 9,
                    .heap_rate = 10},
        .baseline = baseline, .baseline_revision = "main", .baseline_commit = "abc",
        .baseline_here = here, .approved = TEXTS("e"),
        .quarantine_here = {.reason = "r", .until = "2027-01-31"},
        .quarantine = {.reason = "q", .until = "2027-02-28"}, .plan_difference = "-a\n+b\n",
        .world = "/w", .iterations_total = 46, .options = "--o", .baselines = "b", .control = "c",
        .control_left_behind = TEXTS("d (1)"), .times = 5,
        .iteration_steps = {
            .items =
                (struct journal_place[]){{.step = "press E", .where = "s.yaml:1:2", .input = 1}},
            .count = 1});
    _cleanup_free_ char *line = memory_format(
        "{\"approved\":[\"e\"],\"attempt\":\"again\",\"baseline\":%s,\"baseline_commit\":\"abc\","
        "\"baseline_here\":%s,"
        "\"baseline_revision\":\"main\",\"baselines\":\"b\",\"control\":\"c\","
        "\"control_left_behind\":[\"d (1)\"],\"date\":\"2026-11-23T12:00:00Z\",\"file\":\"s.yaml\","
        "\"iteration_steps\":[{\"input\":1,\"step\":\"press E\",\"where\":\"s.yaml:1:2\"}],"
        "\"iterations_total\":46,\"leakgate\":\"0.1\",\"measure\":{\"drain_ms\":9,\"every_ms\":6,"
        "\"file_for_ms\":8,\"for_ms\":7,\"heap_rate\":10,\"idle_ms\":3,\"idle_samples\":2,"
        "\"iterations_per_sample\":5,\"samples\":4,\"warmup\":1},\"options\":\"--o\","
        "\"plan\":{\"iteration\":[]},\"plan_difference\":\"-a\\n+b\\n\",\"plan_hash\":\"34\","
        "\"program\":\"p\",\"program_hash\":"
        "\"12\","
        "\"quarantine\":{\"reason\":\"q\",\"until\":\"2027-02-28\"},"
        "\"quarantine_here\":{\"reason\":\"r\",\"until\":\"2027-01-31\"},\"record\":\"journal\","
        "\"scenario\":\"s\",\"target\":\"t\",\"times\":5,\"title\":\"a title\",\"version\":1,"
        "\"world\":\"/w\"}",
        text, text_here);
    assert_comes_back(&header, line);
    baseline_free(baseline);
    baseline_free(here);
}

static void every_other_record_comes_back(void **state)
{
    (void)state;
    const struct {
        struct journal_record record;
        const char *line;
    } others[] = {
        {RECORD(RECORD_TARGET, target, .pid = 1, .started_pid = 2, .port = 3, .version = "v1",
                .version_line = "t v1", .go = "go1.26", .module = "m", .platform = "linux/amd64",
                .heap_rate = 512),
         "{\"go\":\"go1.26\",\"heap_rate\":512,\"module\":\"m\",\"pid\":1,"
         "\"platform\":\"linux/amd64\",\"port\":3,\"record\":\"target\",\"started_pid\":2,"
         "\"version\":\"v1\",\"version_line\":\"t v1\"}"},
        {RECORD(RECORD_PHASE, phase, .phase = PHASE_LOOP, .at = 1.5, .iterations = 40),
         "{\"at\":1.5,\"iterations\":40,\"phase\":\"loop\",\"record\":\"phase\"}"},
        {RECORD(RECORD_ITERATION, iteration, .phase = PHASE_WARMUP, .iteration = 3, .of = 46,
                .at = 2.5),
         "{\"at\":2.5,\"iteration\":3,\"of\":46,\"phase\":\"warmup\",\"record\":\"iteration\"}"},
        {RECORD(RECORD_STEP, step, .iteration = 3, .step = "press E", .where = "s.yaml:1:2",
                .at = 2.5, .took_ms = 7.5, .failed = true),
         "{\"at\":2.5,\"failed\":true,\"iteration\":3,\"record\":\"step\",\"step\":\"press E\","
         "\"took_ms\":7.5,\"where\":\"s.yaml:1:2\"}"},
        {RECORD(RECORD_SCREEN, screen, .why = SCREEN_ROUND_TRIP, .name = "n",
                .rows = TEXTS("a", "")),
         "{\"name\":\"n\",\"record\":\"screen\",\"rows\":[\"a\",\"\"],\"why\":\"round_trip\"}"},
        {RECORD(RECORD_NOTE, note, .text = "hm"), "{\"record\":\"note\",\"text\":\"hm\"}"},
        {RECORD(RECORD_FLAG, flag, .gauge = GAUGE_FD, .at = 60.5, .most = 1000, .text = "many"),
         "{\"at\":60.5,\"gauge\":\"fd\",\"most\":1000.0,\"record\":\"flag\",\"text\":\"many\"}"},
        {RECORD(RECORD_FAILURE, failure, .class = LG_ERROR_TARGET, .where = "s.yaml:1:2",
                .text = "it crashed", .stderr_tail = "panic"),
         "{\"class\":\"target\",\"record\":\"failure\",\"stderr_tail\":\"panic\","
         "\"text\":\"it crashed\",\"where\":\"s.yaml:1:2\"}"},
        {RECORD(RECORD_END, end, .at = 9.5, .exit_status = 2, .left_behind = TEXTS("d (1)"),
                .files_left = {.count = 2, .names = TEXTS("f", "g")},
                .sessions_left = {.count = 1, .names = TEXTS("s")}, .goroutineleak = "served",
                .too_busy_to_quit = true, .silent_presses = 3, .settles = 7, .unsettled = 6,
                .sleeps = 4, .connections = 5, .played_only = true,
                .own = {.cpu_seconds = 1.5, .max_rss_bytes = 4096}),
         "{\"at\":9.5,\"connections\":5,\"exit_status\":2,"
         "\"files_left\":{\"count\":2,\"names\":[\"f\",\"g\"]},\"goroutineleak\":\"served\","
         "\"left_behind\":[\"d (1)\"],\"own\":{\"cpu_seconds\":1.5,\"max_rss_bytes\":4096},"
         "\"played_only\":true,\"record\":\"end\","
         "\"sessions_left\":{\"count\":1,\"names\":[\"s\"]},\"settles\":7,\"silent_presses\":3,"
         "\"sleeps\":4,"
         "\"too_busy_to_quit\":true,\"unsettled\":6}"},
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_comes_back(&others[i].record, others[i].line);
}

/* What is not there is left out, but for what a person looks for. */
static void what_is_absent_comes_back_as_absent(void **state)
{
    (void)state;
    const struct journal_record end =
        RECORD(RECORD_END, end, .at = NAN, .exit_status = JOURNAL_ABSENT,
               .files_left = {.count = JOURNAL_ABSENT}, .sessions_left = {.count = 0},
               .silent_presses = JOURNAL_ABSENT, .settles = JOURNAL_ABSENT,
               .unsettled = JOURNAL_ABSENT, .own = {.cpu_seconds = NAN});
    assert_comes_back(&end, "{\"connections\":0,\"exit_status\":null,\"left_behind\":[],"
                            "\"played_only\":false,\"record\":\"end\","
                            "\"sessions_left\":{\"count\":0,\"names\":[]},\"sleeps\":0,"
                            "\"too_busy_to_quit\":false}");
    const struct journal_record header =
        RECORD(RECORD_HEADER, header, .version = 1, .measure = {.file_for_ms = JOURNAL_ABSENT},
               .times = JOURNAL_ABSENT);
    assert_comes_back(&header,
                      "{\"baseline\":null,\"iterations_total\":0,\"measure\":{\"drain_ms\":0,"
                      "\"every_ms\":0,\"for_ms\":0,\"heap_rate\":0,\"idle_ms\":0,"
                      "\"idle_samples\":0,\"iterations_per_sample\":0,\"samples\":0,"
                      "\"warmup\":0},\"record\":\"journal\",\"version\":1}");
    const struct journal_record by_revision =
        RECORD(RECORD_HEADER, header, .version = 1, .baseline_revision = "main",
               .iterations_total = JOURNAL_ABSENT, .measure = {.warmup = JOURNAL_ABSENT},
               .times = JOURNAL_ABSENT);
    assert_comes_back(&by_revision,
                      "{\"baseline\":null,\"baseline_here\":null,\"baseline_revision\":\"main\","
                      "\"record\":\"journal\",\"version\":1}");
}

static void words_of_classes_come_back(void **state)
{
    (void)state;
    for (enum lg_error_class class = LG_ERROR_INPUT; class <= LG_ERROR_INTERNAL; class ++)
        assert_int_equal(problem_class_by_name(problem_class_name(class)), class);
    assert_int_equal(problem_class_by_name("weather"), LG_ERROR_INTERNAL);
    assert_string_equal(problem_class_name(LG_ERROR_NONE), "internal");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_header_comes_back),
        cmocka_unit_test(every_other_record_comes_back),
        cmocka_unit_test(what_is_absent_comes_back_as_absent),
        cmocka_unit_test(words_of_classes_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
