/*
 * A whole watch, of a process and a probe that are played, in time that is made up: when samples
 * are taken, what becomes of gaps, ends and restarts, and what the journals say.
 */
#include "fake_target.h"

#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/pidfd.h"
#include "journal/run_record.h"
#include "measure/stop_signals.h"
#include "measure/watch.h"
#include "probes/find_process.h"

static struct fixture {
    char directory[64];
    struct watch_options options;
    struct buffer said;
    unsigned series, moments;
    size_t most_in_memory;
    int64_t timeout_ms;
    enum verdict verdict; /* the last that was shown; VERDICT_COUNT: none */
    struct run_record *record;
    struct healthy_rows healthy;
    bool flagged;
    pid_t again; /* the next process of the name; 0: none yet */
    struct {
        pid_t pid;
        int end; /* of that process: an eventfd */
    } processes[16];
    size_t process_count;
} it;

/* Processes. */

/* The process of that number does. */
static void process_ends(const char *pid)
{
    const uint64_t one = 1;
    for (size_t i = 0; i < it.process_count; i++)
        if (it.processes[i].pid == atoi(pid))
            assert_int_equal(write(it.processes[i].end, &one, sizeof one), sizeof one);
}

int pidfd_open(pid_t pid, unsigned flags)
{
    assert_int_equal(flags, 0);
    assert_true(it.process_count < COUNT_OF(it.processes));
    int end = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    it.processes[it.process_count].pid = pid;
    it.processes[it.process_count++].end = end;
    return fcntl(end, F_DUPFD_CLOEXEC, 0);
}

bool find_processes(const char *proc_root, const struct process_wanted *wanted,
                    struct found_processes *found, struct lg_error *err)
{
    (void)proc_root;
    assert_non_null(wanted->name);
    asked("find");
    if (it.again == 0)
        return lg_fail(err, LG_ERROR_INPUT, 0, "no process is called %s", wanted->name);
    array_append(found->items, found->count, found->capacity,
                 (struct found_process){.pid = it.again});
    return true;
}

void found_processes_free(struct found_processes *found)
{
    free(found->items);
}

static char *make_directory(void *context, const char *program, struct lg_error *err)
{
    (void)context;
    (void)program;
    char *path = memory_format("%s/s%u", it.directory, ++it.series);
    assert_true(directory_make(path, 0700, err));
    return path;
}

static void on_sample(void *context, const struct watch_moment *moment)
{
    (void)context;
    it.moments++;
    it.timeout_ms = fake.pprof.timeout_ms;
    if (moment->series->count > it.most_in_memory)
        it.most_in_memory = moment->series->count;
    it.verdict = moment->judgement != NULL ? moment->judgement->verdict : VERDICT_COUNT;
}

static void on_words(void *context, const char *text)
{
    (void)context;
    buffer_format(&it.said, "%s\n", text);
}

static int begin(void **state)
{
    (void)state;
    fake_begin();
    it = (struct fixture){
        .directory = "/tmp/leakgate-test-XXXXXX",
        .options = {.pid = 4711,
                    .asked = "leakgate watch 4711",
                    .every_ms = 60000,
                    .for_ms = 600000,
                    .make_directory = make_directory,
                    .sampled = on_sample,
                    .said = on_words},
    };
    return mkdtemp(it.directory) == NULL || !stop_signals_block(NULL);
}

static int end(void **state)
{
    (void)state;
    fake_end();
    for (size_t i = 0; i < it.process_count; i++)
        close(it.processes[i].end);
    buffer_free(&it.said);
    run_record_free(it.record);
    return !directory_remove(it.directory, NULL);
}

static void watch_it(void)
{
    struct lg_error err = {0};
    it.options.healthy = &it.healthy;
    if (!watch(&it.options, &it.flagged, &err))
        fail_msg("%s", err.text);
}

/* The journal of the nth series, from 1. */
static const struct run_record *read_series(unsigned number)
{
    struct lg_error err = {0};
    _cleanup_free_ char *path = memory_format("%s/s%u/journal.jsonl", it.directory, number);
    run_record_free(it.record);
    it.record = run_record_read(path, &err);
    if (it.record == NULL)
        fail_msg("%s", err.text);
    return it.record;
}

static const struct sample *sample_at(unsigned index)
{
    assert_true(index < it.record->series.count);
    return &it.record->series.samples[index];
}

static void assert_said(const char *text)
{
    if (strstr(buffer_string(&it.said), text) == NULL)
        fail_msg("\"%s\" was not said, but: %s", text, buffer_string(&it.said));
}

static bool has_file(unsigned number, const char *name)
{
    _cleanup_free_ char *path = memory_format("%s/s%u/%s", it.directory, number, name);
    return access(path, F_OK) == 0;
}

static void send_signal(const char *number)
{
    kill(getpid(), atoi(number));
}

static void suspend(const char *seconds)
{
    virtual_time.slept += atoi(seconds) * NS_PER_SECOND;
}

static void stop_leakgate(const char *seconds)
{
    virtual_pass(atoi(seconds) * 1000);
}

static void start_again(const char *pid)
{
    it.again = atoi(pid);
}

static void open_pprof(const char *text)
{
    (void)text;
    fake.without_pprof = false;
}

/* --- Pace --- */

static void a_sample_each_minute_from_the_first_moment_to_the_last(void **state)
{
    (void)state;
    watch_it();
    const struct run_record *record = read_series(1);
    assert_int_equal(record->series.count, 11);
    for (unsigned i = 0; i < 11; i++) {
        assert_true(sample_at(i)->at == 60.0 * i);
        assert_int_equal(sample_at(i)->phase, PHASE_LOOP);
        assert_true(sample_at(i)->slept == 0);
    }
    assert_int_equal(it.moments, 11);
    assert_true(record->ended && record->end.at == 600);
    assert_string_equal(record->header.watch, "leakgate watch 4711");
    assert_string_equal(record->header.scenario, "s1");
    assert_int_equal(record->target.pid, 4712);
    assert_int_equal(record->target.started_pid, JOURNAL_ABSENT);
    assert_true(record->series.per_minute && record->series.uncollected);
    assert_int_equal(record->notes.count, 0);
    assert_string_equal(buffer_string(&it.said), "");
    assert_int_equal(fake.syncs, 11);
}

static void the_heap_is_read_each_ten_seconds_at_most(void **state)
{
    (void)state;
    it.options.every_ms = 4000;
    it.options.for_ms = 24000;
    watch_it();
    assert_string_equal(buffer_string(&fake.log),
                        "attach sample+heap sample sample sample+heap sample sample sample+heap "
                        "goroutines ");
}

static void half_of_the_time_is_the_programs_however_long_a_sample_takes(void **state)
{
    (void)state;
    it.options.every_ms = 10000;
    it.options.for_ms = 60000;
    fake.sample_ms = 9000;
    watch_it();
    read_series(1);
    assert_true(sample_at(1)->at == 14);
    assert_true(sample_at(2)->at == 28);
}

static void pprof_may_take_as_long_as_there_is_time_between_samples(void **state)
{
    (void)state;
    it.options.every_ms = 1000;
    it.options.for_ms = 1000;
    watch_it();
    assert_int_equal(it.timeout_ms, WATCH_ANSWER_LEAST_MS);
    it.options.every_ms = 60000;
    watch_it();
    assert_int_equal(it.timeout_ms, LIMIT_HTTP_TOTAL_MS);
}

static void of_a_long_series_a_part_is_kept_in_memory(void **state)
{
    (void)state;
    it.options.every_ms = 1000;
    it.options.for_ms = 2000000;
    watch_it();
    assert_int_equal(read_series(1)->series.count, 2001);
    assert_int_equal(it.moments, 2001);
    assert_true(it.most_in_memory <= WATCH_SAMPLES_MOST);
    assert_true(it.most_in_memory >= WATCH_SAMPLES_MOST / 2);
    assert_int_equal(it.verdict, VERDICT_PASS);
}

static void a_signal_ends_it(void **state)
{
    (void)state;
    at_ms(150000, send_signal, "2");
    watch_it();
    const struct run_record *record = read_series(1);
    assert_int_equal(record->series.count, 3);
    assert_true(record->ended && record->failure == NULL);
}

/* --- Gaps --- */

static void what_a_suspended_machine_misses_is_no_time(void **state)
{
    (void)state;
    at_ms(150000, suspend, "7200");
    watch_it();
    const struct run_record *record = read_series(1);
    assert_said("the machine was suspended for 2 h 00 min; the series continues");
    assert_int_equal(record->notes.count, 1);
    assert_int_equal(record->series.count, 11);
    assert_true(sample_at(2)->slept == 0);
    assert_true(sample_at(3)->slept == 7200 && sample_at(3)->at == 180);
    assert_true(sample_at(10)->slept == 7200);
}

static void samples_that_leakgate_could_not_take_are_missing(void **state)
{
    (void)state;
    at_ms(150000, stop_leakgate, "200");
    watch_it();
    read_series(1);
    assert_said("leakgate was stopped for 2 min 50 s: samples are missing");
    assert_true(sample_at(2)->at == 120);
    assert_true(sample_at(3)->at == 350);
    assert_true(sample_at(4)->at == 380);
}

static void what_does_not_answer_is_missing_and_said_once(void **state)
{
    (void)state;
    fake.breaks = 3;
    fake.mends = 6;
    watch_it();
    const struct run_record *record = read_series(1);
    assert_int_equal(record->series.count, 8);
    assert_true(sample_at(1)->at == 60 && sample_at(2)->at == 300);
    assert_string_equal(buffer_string(&it.said),
                        "process 4712 does not answer (the connection broke): samples are missing "
                        "until it does\n"
                        "process 4712 answers again; 3 samples are missing\n");
    assert_int_equal(record->notes.count, 2);
}

static void a_port_that_is_another_begins_a_new_series(void **state)
{
    (void)state;
    fake.breaks = 3;
    fake.breaks_as = LG_ERROR_INVALID;
    watch_it();
    assert_int_equal(it.series, 2);
    assert_int_equal(read_series(1)->series.count, 2);
    assert_said("the connection broke; a new series begins");
    assert_int_equal(read_series(2)->series.count, 8);
}

static void a_fault_of_the_machine_ends_it(void **state)
{
    (void)state;
    struct lg_error err = {0};
    fake.breaks = 3;
    fake.breaks_as = LG_ERROR_INTERNAL;
    it.options.healthy = &it.healthy;
    assert_false(watch(&it.options, &it.flagged, &err));
    assert_int_equal(err.class, LG_ERROR_INTERNAL);
}

/* --- Ends and restarts --- */

static void with_a_pid_the_watch_ends_with_the_process(void **state)
{
    (void)state;
    at_ms(150000, process_ends, "4711");
    at_ms(150000, process_ends, "4712");
    watch_it();
    const struct run_record *record = read_series(1);
    assert_int_equal(record->series.count, 3);
    assert_true(record->ended && record->failure == NULL);
    assert_string_equal(record->notes.items[0], "process 4712 has ended after 3 samples");
    assert_null(strstr(buffer_string(&fake.log), "find"));
    assert_null(strstr(buffer_string(&fake.log), "goroutines"));
}

static void the_next_process_of_the_name_is_a_new_series(void **state)
{
    (void)state;
    it.options.program = "sidecar";
    at_ms(150000, process_ends, "4711");
    at_ms(150000, process_ends, "4712");
    at_ms(200000, start_again, "4800");
    watch_it();
    assert_int_equal(it.series, 2);
    assert_int_equal(read_series(1)->series.count, 3);
    assert_int_equal(read_series(2)->series.count, 7);
    assert_true(sample_at(0)->at == 0);
    assert_string_equal(buffer_string(&it.said),
                        "process 4712 has ended after 3 samples\n"
                        "waiting for the next sidecar\n"
                        "sidecar was started again as process 4800: a new series begins\n");
}

static void nothing_is_waited_for_beyond_the_end(void **state)
{
    (void)state;
    it.options.program = "sidecar";
    at_ms(150000, process_ends, "4711");
    at_ms(150000, process_ends, "4712");
    watch_it();
    assert_int_equal(it.series, 1);
    assert_true(virtual_ms() >= 600000 && virtual_ms() < 602000);
}

static void a_signal_ends_the_waiting(void **state)
{
    (void)state;
    it.options.program = "sidecar";
    at_ms(150000, process_ends, "4711");
    at_ms(150000, process_ends, "4712");
    at_ms(170000, send_signal, "15");
    watch_it();
    assert_true(virtual_ms() < 180000);
}

static void what_a_script_starts_again_is_a_new_series(void **state)
{
    (void)state;
    at_ms(150000, process_ends, "4712");
    watch_it();
    assert_int_equal(it.series, 2);
    assert_int_equal(read_series(2)->series.count, 8);
    assert_null(strstr(buffer_string(&fake.log), "find"));
}

static void a_program_that_was_started_is_waited_for(void **state)
{
    (void)state;
    it.options.is_child = true;
    at_ms(900000, process_ends, "4711");
    watch_it();
    assert_int_equal(read_series(1)->series.count, 11);
    assert_int_equal(virtual_ms(), 900000);
}

/* --- pprof --- */

static void without_pprof_it_is_said_and_asked_for_again(void **state)
{
    (void)state;
    fake.without_pprof = true;
    at_ms(150000, open_pprof, "");
    watch_it();
    assert_said("process 4711 serves no pprof (it listens on no port of loopback)");
    assert_said("pprof answers now; a new series begins");
    assert_int_equal(it.series, 2);
    assert_int_equal(read_series(1)->series.count, 4);
}

static void a_program_that_was_just_started_may_open_pprof_late(void **state)
{
    (void)state;
    it.options.is_child = true;
    fake.without_pprof = true;
    at_ms(1500, open_pprof, "");
    at_ms(600000, process_ends, "4711");
    watch_it();
    assert_int_equal(it.series, 1);
    assert_string_equal(buffer_string(&it.said), "");
}

/* --- Growth --- */

static double one_each_minute(unsigned iteration)
{
    (void)iteration;
    return 20 + (double)(virtual_ms() / 60000);
}

static void what_grows_is_seen_and_its_profiles_are_kept(void **state)
{
    (void)state;
    it.options.for_ms = 1800000;
    fake.fd = one_each_minute;
    watch_it();
    assert_int_equal(read_series(1)->series.count, 31);
    assert_int_equal(it.verdict, VERDICT_LEAK);
    assert_true(has_file(1, "flag-1-heap.pb.gz") && has_file(1, "flag-1-goroutine.pb.gz"));
    assert_false(has_file(1, "flag-2-heap.pb.gz"));
    assert_true(has_file(1, "heap-first.pb.gz") && has_file(1, "goroutine-last.pb.gz"));
}

static void until_flag_ends_it_then(void **state)
{
    (void)state;
    it.options.for_ms = 3000000;
    it.options.until_flag = true;
    fake.fd = one_each_minute;
    watch_it();
    assert_int_equal(read_series(1)->series.count, 21);
}

static void what_is_steady_keeps_nothing(void **state)
{
    (void)state;
    it.options.for_ms = 1800000;
    it.options.until_flag = true;
    watch_it();
    assert_int_equal(read_series(1)->series.count, 31);
    assert_int_equal(it.verdict, VERDICT_PASS);
    assert_false(has_file(1, "flag-1-heap.pb.gz"));
}

static void what_is_out_of_range_is_said_once_and_kept(void **state)
{
    (void)state;
    struct healthy_row rows[] = {
        {.name = "fds", .figure = HEALTHY_FDS, .most = 24, .means = "Many.", .next = "Look."},
        {.name = "logs", .figure = HEALTHY_FDS, .match = "log", .most = 1},
        {.name = "threads", .figure = HEALTHY_THREADS, .most = 1}};
    it.healthy = (struct healthy_rows){.items = rows, .count = COUNT_OF(rows)};
    fake.fd = one_each_minute;
    watch_it();
    assert_string_equal(buffer_string(&it.said), "fds 25, healthy is 24 or fewer: Many. Look.\n");
    assert_true(it.flagged && has_file(1, "flag-1-heap.pb.gz"));
    const struct run_record *record = read_series(1);
    assert_int_equal(record->series.count, 11);
    assert_int_equal(record->flag_count, 1);
    assert_int_equal(record->flags[0].gauge, GAUGE_FD);
    assert_true(record->flags[0].at > 0 && record->flags[0].most == 24);
    assert_string_equal(record->flags[0].text, record->notes.items[0]);
    it.options.until_flag = true;
    watch_it();
    assert_int_equal(read_series(2)->series.count, 1);
}

/* Idle for 20 minutes; then somebody works with it. */
static double used_later(void)
{
    double minutes = (double)virtual_ms() / 60000;
    return minutes < 20.5 ? minutes * 3 : 61.5 + (minutes - 20.5) * 30;
}

static void samples_of_a_program_that_is_used_are_not_judged(void **state)
{
    (void)state;
    it.options.for_ms = 1800000;
    fake.cpu = used_later;
    watch_it();
    read_series(1);
    assert_int_equal(sample_at(20)->phase, PHASE_LOOP);
    assert_int_equal(sample_at(21)->phase, PHASE_BUSY);
    assert_int_equal(sample_at(30)->phase, PHASE_BUSY);
}

static double always_used(void)
{
    return (double)virtual_ms() / 1000 * 0.9;
}

static void what_is_always_busy_is_judged(void **state)
{
    (void)state;
    it.options.for_ms = 1800000;
    fake.cpu = always_used;
    watch_it();
    read_series(1);
    assert_int_equal(sample_at(30)->phase, PHASE_LOOP);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_sample_each_minute_from_the_first_moment_to_the_last),
        TEST(the_heap_is_read_each_ten_seconds_at_most),
        TEST(half_of_the_time_is_the_programs_however_long_a_sample_takes),
        TEST(pprof_may_take_as_long_as_there_is_time_between_samples),
        TEST(of_a_long_series_a_part_is_kept_in_memory),
        TEST(a_signal_ends_it),
        TEST(what_a_suspended_machine_misses_is_no_time),
        TEST(samples_that_leakgate_could_not_take_are_missing),
        TEST(what_does_not_answer_is_missing_and_said_once),
        TEST(a_port_that_is_another_begins_a_new_series),
        TEST(a_fault_of_the_machine_ends_it),
        TEST(with_a_pid_the_watch_ends_with_the_process),
        TEST(the_next_process_of_the_name_is_a_new_series),
        TEST(nothing_is_waited_for_beyond_the_end),
        TEST(a_signal_ends_the_waiting),
        TEST(what_a_script_starts_again_is_a_new_series),
        TEST(a_program_that_was_started_is_waited_for),
        TEST(without_pprof_it_is_said_and_asked_for_again),
        TEST(a_program_that_was_just_started_may_open_pprof_late),
        TEST(what_grows_is_seen_and_its_profiles_are_kept),
        TEST(until_flag_ends_it_then),
        TEST(what_is_steady_keeps_nothing),
        TEST(what_is_out_of_range_is_said_once_and_kept),
        TEST(samples_of_a_program_that_is_used_are_not_judged),
        TEST(what_is_always_busy_is_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
