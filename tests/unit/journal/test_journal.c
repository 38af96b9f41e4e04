/* The journal: what is written comes back, and what is broken is refused with its line. */
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "journal/follower.h"
#include "journal/journal.h"
#include "journal/run_record.h"

#define HEADER                                                                                     \
    "{\"record\":\"journal\",\"version\":1,\"date\":\"2026-11-23T12:00:00Z\",\"scenario\":\"s\","  \
    "\"target\":\"t\",\"plan_hash\":\"0123456789abcdef\",\"baseline\":null,"                       \
    "\"measure\":{\"heap_rate\":512,\"every_ms\":0}}\n"
#define END "{\"record\":\"end\",\"at\":9,\"exit_status\":0,\"left_behind\":[]}\n"
#define FUNCTION(number, name)                                                                     \
    "{\"record\":\"function\",\"number\":" #number ",\"name\":\"" name "\"}\n"
#define PIPE "{\"record\":\"holder\",\"number\":0,\"gauge\":\"fd\",\"text\":\"pipe\"}\n"
#define SAMPLE(gauges, holdings)                                                                   \
    "{\"record\":\"sample\",\"phase\":\"loop\",\"iteration\":1,\"at\":1,\"gauges\":" gauges        \
    ",\"holdings\":" holdings "}\n"

static char directory[64];

static int make_directory(void **state)
{
    (void)state;
    strcpy(directory, "/tmp/leakgate-test-XXXXXX");
    return mkdtemp(directory) == NULL;
}

static int remove_directory(void **state)
{
    (void)state;
    struct lg_error err;
    return !directory_remove(directory, &err);
}

static const char *journal_path(void)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/journal.jsonl", directory);
    return path;
}

static struct run_record *read_text(const char *text, struct lg_error *err)
{
    memset(err, 0, sizeof *err);
    assert_true(file_write_atomic(journal_path(), text, strlen(text), err));
    return run_record_read(journal_path(), err);
}

static void refuse_text(const char *text, unsigned line, const char *problem)
{
    struct lg_error err;
    char where[200];
    assert_null(read_text(text, &err));
    assert_int_equal(err.class, LG_ERROR_INPUT);
    snprintf(where, sizeof where, "%s:%u:1", journal_path(), line);
    assert_string_equal(err.where, where);
    if (strstr(err.text, problem) == NULL)
        fail_msg("\"%s\" does not speak of \"%s\"", err.text, problem);
}

static struct sample sample_of(unsigned iteration, const struct holding *holdings, size_t count)
{
    struct sample sample = {.phase = PHASE_LOOP,
                            .iteration = iteration,
                            .at = iteration * 1.5,
                            .took = 0.25,
                            .slept = iteration > 1 ? 7200 : 0};
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++)
        sample.gauges[gauge] = NAN;
    sample.gauges[GAUGE_FD] = 20 + iteration;
    sample.gauges[GAUGE_CPU] = 0.125 * iteration;
    for (size_t i = 0; i < count; i++)
        holding_list_add(&sample.holdings, holdings[i]);
    return sample;
}

static bool write_header(struct journal *journal, struct lg_error *err)
{
    const struct journal_record record = {.kind = RECORD_HEADER,
                                          .header = {.version = JOURNAL_VERSION,
                                                     .date = "2026-11-23T12:00:00Z",
                                                     .scenario = "s",
                                                     .target = "t",
                                                     .plan_hash = "0123456789abcdef",
                                                     .measure = {.heap_rate = 512}}};
    return journal_write(journal, &record, err);
}

static bool write_end(struct journal *journal, struct lg_error *err)
{
    const struct journal_record record = {.kind = RECORD_END, .end = {.at = 9}};
    return journal_write(journal, &record, err);
}

/* Three samples: a holder that stays, one that grows, one that goes and comes back. */
static void write_three_samples(void)
{
    struct lg_error err;
    struct holder_table *table = holder_table_new();
    struct journal *journal = journal_create(journal_path(), &err);
    assert_non_null(journal);
    assert_true(write_header(journal, &err));
    uint32_t pipe_holder = holder_table_text(table, GAUGE_FD, "pipe");
    uint32_t functions[2] = {holder_table_function(table, "a.leaf", 6),
                             holder_table_function(table, "main.main", 9)};
    uint32_t stack = holder_table_stack(table, GAUGE_HEAP_STACK, functions, 2);
    struct holding first[] = {{pipe_holder, 3, 0}, {stack, 1, 64}};
    struct holding second[] = {{stack, 2, 5000000000}};
    struct sample samples[3] = {sample_of(1, first, 2), sample_of(2, second, 1)};
    assert_true(journal_write_sample(journal, &samples[0], table, &err));
    assert_true(journal_write_sample(journal, &samples[1], table, &err));
    uint32_t late = holder_table_text(table, GAUGE_FD, "\xff/late");
    struct holding third[] = {{pipe_holder, 4, 0}, {stack, 2, 5000000000}, {late, 1, 0}};
    samples[2] = sample_of(3, third, 3);
    assert_true(journal_write_sample(journal, &samples[2], table, &err));
    assert_true(write_end(journal, &err));
    assert_true(journal_close(journal, &err));
    for (size_t i = 0; i < 3; i++)
        sample_free(&samples[i]);
    holder_table_free(table);
}

static void assert_holdings(const struct sample *sample, const struct holding *expected,
                            size_t count)
{
    assert_int_equal(sample->holdings.count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(sample->holdings.items[i].holder, expected[i].holder);
        assert_int_equal(sample->holdings.items[i].value, expected[i].value);
        assert_int_equal(sample->holdings.items[i].bytes, expected[i].bytes);
    }
}

static void test_series_comes_back(void **state)
{
    (void)state;
    struct lg_error err;
    write_three_samples();
    struct run_record *record = run_record_read(journal_path(), &err);
    assert_non_null(record);
    assert_int_equal(record->series.count, 3);
    const struct sample *samples = record->series.samples;
    assert_holdings(&samples[0], (struct holding[]){{0, 3, 0}, {1, 1, 64}}, 2);
    assert_holdings(&samples[1], (struct holding[]){{1, 2, 5000000000}}, 1);
    assert_holdings(&samples[2], (struct holding[]){{0, 4, 0}, {1, 2, 5000000000}, {2, 1, 0}}, 3);
    assert_int_equal(samples[2].phase, PHASE_LOOP);
    assert_int_equal(samples[2].iteration, 3);
    assert_true(samples[2].at == 4.5 && samples[2].took == 0.25 && samples[2].slept == 7200);
    assert_true(samples[0].slept == 0);
    assert_true(samples[2].gauges[GAUGE_FD] == 23 && samples[2].gauges[GAUGE_CPU] == 0.375);
    assert_true(isnan(samples[2].gauges[GAUGE_GOROUTINE]));
    struct holder stack = holder_table_get(record->series.holders, 1);
    assert_int_equal(stack.depth, 2);
    assert_string_equal(holder_table_function_name(record->series.holders, stack.functions[1]),
                        "main.main");
    assert_string_equal(holder_table_get(record->series.holders, 2).text, "\\xFF/late");
    assert_false(record->torn);
    assert_false(record->facts.failed);
    assert_string_equal(record->facts.today, "2026-11-23");
    run_record_free(record);
}

/* A holder that holds the same as before costs nothing. */
static void test_only_differences_are_written(void **state)
{
    (void)state;
    struct lg_error err;
    _cleanup_buffer_ struct buffer text = BUFFER_INIT(1 << 20);
    write_three_samples();
    assert_true(file_read(journal_path(), &text, LG_ERROR_INPUT, &err));
    assert_non_null(strstr(buffer_string(&text), "\"holdings\":[[0,3],[1,1,64]]"));
    assert_non_null(strstr(buffer_string(&text), "\"holdings\":[[0,0],[1,2,5000000000]]"));
    assert_non_null(strstr(buffer_string(&text), "\"holdings\":[[0,4],[2,1]]"));
    assert_non_null(strstr(buffer_string(&text), "\"gauges\":{\"cpu\":0.125,\"fd\":21}"));
}

static void test_existing_file_is_not_replaced(void **state)
{
    (void)state;
    struct lg_error err = {0};
    assert_true(file_write_atomic(journal_path(), "mine", 4, &err));
    assert_null(journal_create(journal_path(), &err));
    assert_int_equal(err.class, LG_ERROR_INTERNAL);
}

static void test_torn_line_is_dropped(void **state)
{
    (void)state;
    struct lg_error err;
    struct run_record *record = read_text(
        HEADER PIPE SAMPLE("{\"fd\":25}", "[[0,1]]") "{\"record\":\"sample\",\"pha", &err);
    assert_non_null(record);
    assert_true(record->torn);
    assert_int_equal(record->series.count, 1);
    assert_true(record->facts.failed);
    assert_string_equal(record->facts.problem, "the worker ended before it was done");
    run_record_free(record);
}

static void test_a_watch_needs_no_end(void **state)
{
    (void)state;
    struct lg_error err;
    struct run_record *record =
        read_text("{\"record\":\"journal\",\"version\":1,\"date\":\"2026-11-23T12:00:00Z\","
                  "\"watch\":\"leakgate watch 7\"}\n",
                  &err);
    assert_non_null(record);
    assert_false(record->facts.failed);
    assert_int_equal(run_record_problem(record), LG_ERROR_NONE);
    assert_true(record->series.uncollected);
    assert_string_equal(record->notes.items[0], "this watch was cut off");
    run_record_free(record);
}

static void test_failure_is_a_fact(void **state)
{
    (void)state;
    struct lg_error err;
    struct run_record *record = read_text(
        HEADER "{\"record\":\"failure\",\"class\":\"target\",\"text\":\"it crashed\"}\n"
               "{\"record\":\"failure\",\"class\":\"internal\",\"text\":\"and so\"}\n" END,
        &err);
    assert_non_null(record);
    assert_true(record->facts.failed);
    assert_false(record->facts.invalid);
    assert_string_equal(record->facts.problem, "it crashed");
    run_record_free(record);
    record = read_text(
        HEADER "{\"record\":\"failure\",\"class\":\"invalid\",\"text\":\"the screen\"}\n" END,
        &err);
    assert_true(record->facts.invalid);
    assert_false(record->facts.failed);
    run_record_free(record);
}

static void test_what_a_newer_version_says_is_skipped(void **state)
{
    (void)state;
    struct lg_error err;
    struct run_record *record =
        read_text(HEADER "{\"record\":\"weather\",\"rain\":true}\n"
                         "{\"record\":\"target\",\"go\":\"go1.26.8\",\"heap_rate\":512}\n"
                         "{\"record\":\"note\",\"text\":\"hm\"}\n"
                         "{\"record\":\"screen\",\"why\":\"failed\",\"rows\":[\"a\"]}\n" END,
                  &err);
    assert_non_null(record);
    assert_int_equal(record->facts.rate_asked, 512);
    assert_int_equal(record->facts.rate_found, 512);
    assert_string_equal(record->facts.go_version, "go1.26.8");
    assert_int_equal(record->notes.count, 1);
    assert_int_equal(record->screen_count, 1);
    run_record_free(record);
}

static void test_left_behind_is_gathered(void **state)
{
    (void)state;
    struct lg_error err;
    struct run_record *record =
        read_text(HEADER "{\"record\":\"end\",\"left_behind\":[\"tmux: server (12)\",7]}\n", &err);
    assert_int_equal(record->end.left_behind.count, 1);
    assert_string_equal(record->facts.left_behind->items[0], "tmux: server (12)");
    run_record_free(record);
}

static void test_garbage_is_refused_with_its_line(void **state)
{
    (void)state;
    refuse_text("", 0, "empty");
    refuse_text("\x7f\x45\x4c\x46 not json\n", 1, "");
    refuse_text("[1]\n", 1, "without a record");
    refuse_text(END, 1, "not a journal");
    refuse_text("{\"record\":\"journal\",\"version\":2,\"date\":\"2026-11-23\"}\n", 1, "version");
    refuse_text("{\"record\":\"journal\",\"version\":1,\"date\":\"yesterday\"}\n", 1, "date");
    refuse_text(HEADER HEADER, 2, "second journal");
    refuse_text(HEADER "{\"record\":\"note\",\"text\":\"a\",\"text\":\"b\"}\n", 2, "duplicate");
    refuse_text(HEADER "\n" END, 2, "");
}

static void test_names_must_be_known(void **state)
{
    (void)state;
    refuse_text(HEADER FUNCTION(1, "f"), 2, "out of order");
    refuse_text(HEADER FUNCTION(0, "f") FUNCTION(1, "f"), 3, "twice");
    refuse_text(HEADER PIPE PIPE, 3, "out of order");
    refuse_text(HEADER "{\"record\":\"holder\",\"number\":0,\"gauge\":\"fdd\",\"text\":\"x\"}\n", 2,
                "unknown gauge");
    refuse_text(HEADER "{\"record\":\"holder\",\"number\":0,\"gauge\":\"fd\"}\n", 2, "neither");
    refuse_text(HEADER
                "{\"record\":\"holder\",\"number\":0,\"gauge\":\"goroutine\",\"stack\":[0]}\n",
                2, "unknown function");
    refuse_text(HEADER SAMPLE("{}", "[[0,1]]"), 2, "holdings");
}

static void test_samples_must_be_sound(void **state)
{
    (void)state;
    refuse_text(HEADER SAMPLE("{\"fd\":\"many\"}", "[]"), 2, "not a number");
    refuse_text(HEADER SAMPLE("{\"fd\":1e999}", "[]"), 2, "");
    refuse_text(HEADER PIPE SAMPLE("{}", "[[0,-1]]"), 3, "holdings");
    refuse_text(HEADER PIPE SAMPLE("{}", "[[0,1],[0,1]]"), 3, "holdings");
    refuse_text(HEADER PIPE SAMPLE("{}", "[[0]]"), 3, "holdings");
    refuse_text(HEADER PIPE SAMPLE("{}", "[[0,4294967296]]"), 3, "holdings");
    refuse_text(HEADER "{\"record\":\"sample\",\"phase\":\"noon\",\"iteration\":1,\"at\":1}\n", 2,
                "phase");
}

static void test_depth_and_kind_of_file_are_limited(void **state)
{
    (void)state;
    struct lg_error err;
    _cleanup_buffer_ struct buffer text = BUFFER_INIT(1 << 20);
    buffer_text(&text, HEADER "{\"record\":\"note\",\"text\":");
    for (int i = 0; i < 100000; i++)
        buffer_char(&text, '[');
    buffer_char(&text, '\n');
    refuse_text(buffer_string(&text), 2, "limit");
    assert_null(run_record_read(directory, &err));
    assert_null(run_record_read("/dev/zero", &err));
    assert_non_null(strstr(err.text, "/dev/zero"));
}

/* Each line stands for a whole sample of many holdings in memory. */
static void test_repeated_holdings_are_limited(void **state)
{
    (void)state;
    struct lg_error err;
    enum { HOLDERS = 20000 };
    _cleanup_buffer_ struct buffer text = BUFFER_INIT(64 << 20);
    _cleanup_buffer_ struct buffer rows = BUFFER_INIT(64 << 20);
    buffer_text(&text, HEADER);
    for (int i = 0; i < HOLDERS; i++) {
        buffer_format(&text,
                      "{\"record\":\"holder\",\"number\":%d,\"gauge\":\"fd\",\"text\":\"%d\"}\n", i,
                      i);
        buffer_format(&rows, "%s[%d,1]", i > 0 ? "," : "", i);
    }
    buffer_format(&text, SAMPLE("{}", "[%s]"), buffer_string(&rows));
    for (unsigned i = 0; i <= LIMIT_JOURNAL_HOLDINGS / HOLDERS; i++)
        buffer_text(&text, SAMPLE("{}", "[]"));
    assert_null(read_text(buffer_string(&text), &err));
    assert_non_null(strstr(err.text, "LIMIT_JOURNAL_HOLDINGS"));
}

static void test_paced_by_time_is_per_minute(void **state)
{
    (void)state;
    struct lg_error err;
    struct run_record *record =
        read_text("{\"record\":\"journal\",\"version\":1,\"date\":\"2026-11-23T12:00:00Z\","
                  "\"measure\":{\"every_ms\":5000}}\n",
                  &err);
    assert_true(record->series.per_minute);
    run_record_free(record);
}

static void count_record(void *context, const struct journal_record *record)
{
    static const char *const names[RECORD_KIND_COUNT] = {
        [RECORD_HEADER] = "journal", [RECORD_PHASE] = "phase", [RECORD_END] = "end"};
    if (record->kind == RECORD_SAMPLED)
        string_list_take(context, memory_format("fd %g goroutine %g", record->counts.fds,
                                                record->counts.goroutines));
    else
        string_list_add(context, text_or(names[record->kind], "?"));
}

static void append(const char *text)
{
    FILE *file = fopen(journal_path(), "a");
    fputs(text, file);
    fclose(file);
}

static void test_follower_reads_what_has_come(void **state)
{
    (void)state;
    _cleanup_strings_ struct string_list seen = {0};
    struct journal_follower *follower = journal_follow(journal_path());
    journal_follow_more(follower, count_record, &seen);
    assert_int_equal(seen.count, 0);
    append(HEADER FUNCTION(0, "f")
               PIPE SAMPLE("{\"fd\":3,\"goroutine\":7}", "[]") "{\"record\":\"pha");
    journal_follow_more(follower, count_record, &seen);
    assert_int_equal(seen.count, 2);
    append("se\",\"phase\":\"loop\"}\nnot json\n" END);
    journal_follow_more(follower, count_record, &seen);
    assert_int_equal(seen.count, 4);
    assert_string_equal(seen.items[0], "journal");
    assert_string_equal(seen.items[1], "fd 3 goroutine 7");
    assert_string_equal(seen.items[2], "phase");
    assert_string_equal(seen.items[3], "end");
    journal_follow_end(follower);
}

/* The disk is full for a moment: what was written of the record goes, and the next one is read. */
static void test_no_stump_is_left(void **state)
{
    (void)state;
    struct lg_error err = {0};
    struct journal *journal = journal_create(journal_path(), &err);
    assert_true(write_header(journal, &err));
    struct rlimit before, full;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    full = (struct rlimit){journal_bytes(journal) + 10, before.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
    assert_false(write_end(journal, &err));
    assert_int_equal(err.class, LG_ERROR_INTERNAL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_true(write_end(journal, &err));
    assert_true(journal_close(journal, &err));
    struct run_record *record = run_record_read(journal_path(), &err);
    if (record == NULL)
        fail_msg("%s", err.text);
    assert_true(record->ended);
    assert_false(record->torn);
    run_record_free(record);
}

/* Names that differ in what is no UTF-8 are two holders, here and when they are read again. */
static void test_names_of_any_bytes_come_back(void **state)
{
    (void)state;
    struct lg_error err = {0};
    struct holder_table *table = holder_table_new();
    struct journal *journal = journal_create(journal_path(), &err);
    assert_true(write_header(journal, &err));
    struct holding holdings[] = {{holder_table_text(table, GAUGE_FD, "caf\xe8"), 1, 0},
                                 {holder_table_text(table, GAUGE_FD, "caf\xe9"), 2, 0},
                                 {holder_table_text(table, GAUGE_FD, "caf\xc3\xa9"), 3, 0}};
    assert_int_equal(holder_table_function(table, "f\xff", 2), 0);
    assert_int_equal(holder_table_function(table, "f\xfe", 2), 1);
    struct sample sample = sample_of(1, holdings, 3);
    assert_true(journal_write_sample(journal, &sample, table, &err));
    assert_true(write_end(journal, &err));
    assert_true(journal_close(journal, &err));
    struct run_record *record = run_record_read(journal_path(), &err);
    if (record == NULL)
        fail_msg("%s", err.text);
    assert_int_equal(holder_table_count(record->series.holders), 3);
    assert_string_equal(holder_table_get(record->series.holders, 0).text, "caf\\xE8");
    assert_string_equal(holder_table_get(record->series.holders, 2).text, "caf\xc3\xa9");
    run_record_free(record);
    sample_free(&sample);
    holder_table_free(table);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_series_comes_back),
        TEST(test_no_stump_is_left),
        TEST(test_names_of_any_bytes_come_back),
        TEST(test_only_differences_are_written),
        TEST(test_existing_file_is_not_replaced),
        TEST(test_torn_line_is_dropped),
        TEST(test_a_watch_needs_no_end),
        TEST(test_failure_is_a_fact),
        TEST(test_what_a_newer_version_says_is_skipped),
        TEST(test_left_behind_is_gathered),
        TEST(test_garbage_is_refused_with_its_line),
        TEST(test_names_must_be_known),
        TEST(test_samples_must_be_sound),
        TEST(test_depth_and_kind_of_file_are_limited),
        TEST(test_repeated_holdings_are_limited),
        TEST(test_paced_by_time_is_per_minute),
        TEST(test_follower_reads_what_has_come),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
