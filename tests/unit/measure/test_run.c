/*
 * A worker's whole run on a target and a probe that are played, in time that is made up: what is
 * asked of them and when, and what the journal says.
 */
#include "fake_target.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "measure/evidence.h"
#include "measure/run.h"

static struct fixture {
    char directory[64], world[80];
    struct step steps[2];
    struct plan plan;
    struct run_options options;
    json_t *records; /* of the journal */
} it;

/* A loop of four samples: not enough for a verdict, so nothing drains. */
static int begin(void **state)
{
    static char *command[] = {"/bin/true", NULL};
    static char *key[] = {"j", NULL};
    (void)state;
    fake_begin();
    it = (struct fixture){
        .directory = "/tmp/leakgate-test-XXXXXX",
        .steps = {{.kind = STEP_PRESS,
                   .where = {.file = "s.yaml", .line = 3, .column = 5},
                   .source = "press j",
                   .keys = {.items = key, .count = 1}},
                  {.kind = STEP_PRESS,
                   .where = {.file = "s.yaml", .line = 4, .column = 5},
                   .source = "press k",
                   .keys = {.items = key, .count = 1}}},
        .plan = {.name = "s",
                 .file = "s.yaml",
                 .title = "A title",
                 .hash = "0123456789abcdef",
                 .document = json_object(),
                 .iteration = {.items = it.steps, .count = 2},
                 .measure = {.warmup = 2,
                             .idle_samples = 3,
                             .idle_ms = 10000,
                             .samples = 4,
                             .iterations_per_sample = 2,
                             .drain_ms = 75000,
                             .heap_rate = 512,
                             .round_trip_ms = 5000},
                 .target = {.name = "t", .command = {.items = command, .count = 1}}},
        .options = {.plan = &it.plan, .timeout_scale = 1},
    };
    if (mkdtemp(it.directory) == NULL)
        return 1;
    snprintf(it.world, sizeof it.world, "%s/world", it.directory);
    it.options.directory = it.directory;
    it.options.world_root = it.world;
    fake.play_ms = 500;
    return !directory_make(it.world, 0700, NULL);
}

static int end(void **state)
{
    (void)state;
    fake_end();
    json_decref(it.plan.document);
    json_decref(it.records);
    return !directory_remove(it.directory, NULL);
}

static void read_journal(void)
{
    _cleanup_buffer_ struct buffer text = BUFFER_INIT(64 << 20);
    _cleanup_free_ char *path = path_join(it.directory, "journal.jsonl");
    assert_true(file_read(path, &text, LG_ERROR_INPUT, NULL));
    json_decref(it.records);
    it.records = json_array();
    for (const char *line = buffer_string(&text); *line != '\0';) {
        size_t length = strcspn(line, "\n");
        json_t *record = json_loadb(line, length, 0, NULL);
        assert_non_null(record);
        json_push(it.records, record);
        line += length + 1;
    }
}

static int run(void)
{
    int status = run_worker(&it.options);
    read_journal();
    return status;
}

/* The nth record of that name, from 0. */
static const json_t *record(const char *name, size_t nth)
{
    size_t i;
    json_t *each;
    json_array_foreach(it.records, i,
                       each) if (strcmp(json_get_text(each, "record", ""), name) == 0 &&
                                 nth-- == 0) return each;
    fail_msg("no record %s", name);
    return NULL;
}

static void tell(const json_t *each, struct buffer *out)
{
    const char *name = json_get_text(each, "record", "");
    double at = json_get_number(each, "at", -1);
    if (strcmp(name, "phase") == 0)
        buffer_format(out, "\n%s %lld:", json_get_text(each, "phase", ""),
                      (long long)json_get_integer(each, "iterations", -1));
    else if (strcmp(name, "iteration") == 0)
        buffer_format(out, " i%lld", (long long)json_get_integer(each, "iteration", 0));
    else if (strcmp(name, "sample") == 0)
        buffer_format(out, " s%lld@%g%s", (long long)json_get_integer(each, "iteration", -1), at,
                      json_object_get(json_object_get(each, "gauges"), "heap_alloc") != NULL ? "+"
                                                                                             : "");
    else if (strcmp(name, "note") == 0)
        buffer_format(out, " note");
    else if (strcmp(name, "failure") == 0)
        buffer_format(out, " failure");
    else if (strcmp(name, "screen") == 0)
        buffer_format(out, " %s", json_get_text(each, "why", ""));
    else if (strcmp(name, "end") == 0)
        buffer_format(out, " end");
}

/* The journal in short: phases, iterations (i3), samples (s3@12.5: iteration and second; + with
 * the heap). */
static void assert_story(const char *expected)
{
    _cleanup_buffer_ struct buffer story = BUFFER_INIT(1 << 20);
    size_t i;
    json_t *each;
    json_array_foreach(it.records, i, each) tell(each, &story);
    assert_string_equal(buffer_string(&story), expected);
}

static size_t times_asked(const char *word)
{
    size_t times = 0;
    _cleanup_free_ char *padded = memory_format("%s ", word);
    for (const char *at = buffer_string(&fake.log); (at = strstr(at, padded)) != NULL; at++)
        times++;
    return times;
}

static void assert_failure(const char *class, const char *text)
{
    assert_string_equal(json_get_text(record("failure", 0), "class", ""), class);
    assert_string_equal(json_get_text(record("failure", 0), "text", ""), text);
}

/* The phases. */

static void the_phases_of_a_run(void **state)
{
    (void)state;
    assert_int_equal(run(), EXIT_PASS);
    assert_story("\nstart 0: s0@0+"
                 "\nwarmup 2: i1 i2"
                 "\nidle 0: s2@2+ s2@6.5 s2@11+"
                 "\nloop 6: s2@11+ i3 i4 s4@12+ i5 i6 s6@13+ i7 i8 s8@14+"
                 "\ndrain 0: s8@15+"
                 "\nquit 0: final end");
    assert_int_equal(json_get_integer(record("journal", 0), "iterations_total", 0), 8);
    assert_int_equal(json_get_integer(record("iteration", 0), "of", 0), 8);
    assert_int_equal(json_get_integer(record("end", 0), "exit_status", -1), 0);
    assert_int_equal(json_get_integer(record("end", 0), "silent_presses", -1), 5);
    assert_int_equal(json_get_integer(record("end", 0), "sleeps", -1), 6);
    assert_int_equal(json_get_integer(record("target", 0), "pid", -1), 4712);
    assert_int_equal(json_get_integer(record("target", 0), "heap_rate", -1), 512);
}

static void what_is_asked_of_the_target_in_which_order(void **state)
{
    (void)state;
    it.plan.measure.samples = 2;
    assert_int_equal(run(), EXIT_PASS);
    assert_string_equal(buffer_string(&fake.log),
                        "start ready setup settle sample+heap "
                        "play:1 play:2 settle "
                        "settle sample+heap settle sample settle sample+heap "
                        "settle settle sample+heap play:3 back play:4 back settle sample+heap "
                        "settle sample+heap leaks goroutines quit finish ");
}

static void the_screen_before_the_loop_has_to_come_back(void **state)
{
    (void)state;
    fake.stays_away = 5;
    assert_int_equal(run(), EXIT_PASS);
    assert_string_equal(buffer_string(&fake.awaited), "played 2");
    assert_failure("invalid", "iteration 5: the screen did not come back");
    assert_int_equal(times_asked("play:5"), 1);
    assert_int_equal(times_asked("play:6"), 0);
    assert_int_equal(times_asked("quit"), 0);
    const json_t *screen = record("screen", 0);
    assert_string_equal(json_get_text(screen, "why", ""), "round_trip");
    const json_t *rows = json_object_get(screen, "rows");
    assert_string_equal(json_string_value(json_array_get(rows, 0)), "played 5");
}

static void half_of_the_idle_phase_is_rest(void **state)
{
    (void)state;
    fake.sample_ms = 4000;
    assert_int_equal(run(), EXIT_PASS);
    assert_story("\nstart 0: s0@0+"
                 "\nwarmup 2: i1 i2"
                 "\nidle 0: s2@6+ s2@12.25 s2@18.5+"
                 "\nloop 6: s2@22.5+ i3 i4 s4@27.5+ i5 i6 s6@32.5+ i7 i8 s8@37.5+"
                 "\ndrain 0: s8@42.5+"
                 "\nquit 0: final end");
}

static void a_single_idle_sample_is_taken_at_the_end(void **state)
{
    (void)state;
    it.plan.measure.idle_samples = 1;
    it.plan.measure.samples = 1;
    assert_int_equal(run(), EXIT_PASS);
    assert_story("\nstart 0: s0@0+\nwarmup 2: i1 i2\nidle 0: s2@11+\nloop 0: s2@11+"
                 "\ndrain 0: s2@12+\nquit 0: final end");
}

static void without_idle_samples_there_is_no_rest(void **state)
{
    (void)state;
    it.plan.measure.idle_samples = 0;
    it.plan.measure.samples = 1;
    assert_int_equal(run(), EXIT_PASS);
    assert_story(
        "\nstart 0: s0@0+\nwarmup 2: i1 i2\nloop 0: s2@1+\ndrain 0: s2@2+\nquit 0: final end");
}

/* The heap: in which samples of the loop, by their number from 0. */
static void assert_heap_read(unsigned samples, const char *expected)
{
    _cleanup_buffer_ struct buffer found = BUFFER_INIT(1 << 20);
    unsigned number = 0;
    size_t i;
    json_t *each;
    json_array_foreach(it.records, i, each)
    {
        if (strcmp(json_get_text(each, "record", ""), "sample") != 0 ||
            strcmp(json_get_text(each, "phase", ""), "loop") != 0)
            continue;
        if (json_object_get(json_object_get(each, "gauges"), "heap_alloc") != NULL)
            buffer_format(&found, "%u ", number);
        number++;
    }
    assert_int_equal(number, samples);
    assert_string_equal(buffer_string(&found), expected);
}

static void the_heap_is_read_once_per_block(void **state)
{
    (void)state;
    it.plan.measure.samples = 28;
    it.plan.measure.iterations_per_sample = 1;
    assert_int_equal(run(), EXIT_PASS);
    assert_heap_read(28, "0 4 8 12 16 20 24 ");
}

static void assert_iterations(int64_t play_ms, unsigned iterations)
{
    it.plan.measure.warmup = 6;
    it.plan.measure.samples = 21;
    it.plan.measure.iterations_per_sample = 2;
    it.plan.measure.loop_ms = 8000;
    fake.play_ms = play_ms;
    assert_int_equal(run(), EXIT_PASS);
    const json_t *last = record("iteration", 5 + iterations);
    assert_int_equal(json_get_integer(last, "iteration", 0), 6 + iterations);
    assert_int_equal(json_get_integer(last, "of", 0), 6 + iterations);
    assert_string_equal(json_get_text(last, "phase", ""), "loop");
}

static void fast_iterations_are_played_more_often(void **state)
{
    (void)state;
    assert_iterations(100, 80);
}

static void very_fast_iterations_are_not_played_for_ever(void **state)
{
    (void)state;
    assert_iterations(2, 400);
}

static void slow_iterations_are_as_many_as_the_plan_says(void **state)
{
    (void)state;
    assert_iterations(1000, 40);
}

static void a_loop_of_hours_may_be_cut_off_early(void **state)
{
    (void)state;
    it.plan.iteration.count = 0;
    it.plan.measure.every_ms = 1000;
    it.plan.measure.iterations_per_sample = 0;
    it.plan.measure.samples = 70;
    it.plan.measure.for_ms = 70000;
    assert_int_equal(run(), EXIT_PASS);
    assert_heap_read(70, "0 3 6 9 12 15 18 21 24 27 30 33 36 39 42 45 48 51 54 57 60 63 66 69 ");
}

static void a_slope_is_made_of_some_hundred_samples(void **state)
{
    (void)state;
    it.plan.iteration.count = 0;
    it.plan.measure.every_ms = 100;
    it.plan.measure.iterations_per_sample = 0;
    it.plan.measure.samples = 1400;
    it.plan.measure.for_ms = 140000;
    assert_int_equal(run(), EXIT_PASS);
    assert_int_equal(times_asked("sample+heap"), 1 + 2 + 350);
}

/* The drain. */

static double grows(unsigned iteration)
{
    return 20 + iteration;
}

static double drained_after_12_s(unsigned iteration)
{
    /* The loop of 20 iterations ends at 21 s. */
    return virtual_ms() >= 33000 ? 20 : grows(iteration);
}

static void judge_it(double (*fd)(unsigned))
{
    it.plan.measure.samples = 21;
    it.plan.measure.iterations_per_sample = 2;
    it.plan.measure.idle_samples = 0;
    fake.fd = fd;
    fake.play_ms = 500;
}

static size_t samples_of(const char *phase)
{
    size_t count = 0, i;
    json_t *each;
    json_array_foreach(it.records, i, each) count +=
        strcmp(json_get_text(each, "record", ""), "sample") == 0 &&
        strcmp(json_get_text(each, "phase", ""), phase) == 0;
    return count;
}

static void what_has_not_grown_rests_for_a_moment(void **state)
{
    (void)state;
    judge_it(NULL);
    assert_int_equal(run(), EXIT_PASS);
    assert_int_equal(samples_of("loop"), 21);
    assert_int_equal(samples_of("drain"), 1);
    assert_int_equal(times_asked("play:43"), 0);
}

static void what_has_grown_is_drained_until_it_is_gone(void **state)
{
    (void)state;
    judge_it(drained_after_12_s);
    assert_int_equal(run(), EXIT_PASS);
    /* After a second, and every five. */
    assert_int_equal(samples_of("drain"), 4);
    assert_int_equal(times_asked("sample+heap"), 1 + 7 + 4);
    assert_int_equal(times_asked("play:43"), 0);
}

static void what_stays_is_drained_for_so_long(void **state)
{
    (void)state;
    judge_it(grows);
    it.plan.measure.drain_ms = 22000;
    assert_int_equal(run(), EXIT_PASS);
    assert_int_equal(samples_of("drain"), 6);
    const json_t *last = record("sample", 1 + 21 + 6 - 1);
    assert_true(json_get_number(last, "at", 0) == 21 + 26);
}

/* What stays is played once more; nothing is sampled until it rests again. */
static void what_stays_gets_a_second_loop(void **state)
{
    (void)state;
    judge_it(grows);
    assert_int_equal(run(), EXIT_PASS);
    /* 2 to warm up, 40, and 42 more. */
    assert_int_equal(times_asked("play:84"), 1);
    assert_int_equal(times_asked("play:85"), 0);
    assert_int_equal(times_asked("back"), 40 + 42);
    assert_int_equal(samples_of("second_loop"), 0);
    const json_t *phase = record("phase", 4);
    assert_string_equal(json_get_text(phase, "phase", ""), "second_loop");
    assert_int_equal(json_get_integer(phase, "iterations", 0), 42);
    /* What stands still from the first moment needs no longer rest. */
    assert_int_equal(samples_of("second_drain"), 3);
}

/* Of what the loop left. */
static double half_is_gone_after_16_s(unsigned iteration)
{
    if (iteration == 42 && fake.samples > 1 + 21 + 3)
        return 41;
    return grows(iteration);
}

/* The second rest is as long as what had to go took in the first. */
static void what_goes_in_part_is_given_its_time_again(void **state)
{
    (void)state;
    judge_it(half_is_gone_after_16_s);
    assert_int_equal(run(), EXIT_PASS);
    assert_int_equal(samples_of("drain"), 16);
    assert_int_equal(samples_of("second_drain"), 5);
}

static void what_is_to_be_confirmed_has_no_second_loop(void **state)
{
    (void)state;
    judge_it(grows);
    it.options.attempt = ATTEMPT_AGAIN;
    assert_int_equal(run(), EXIT_PASS);
    assert_int_equal(samples_of("drain"), 16);
    assert_int_equal(times_asked("play:43"), 0);
}

static double fills_up(unsigned iteration)
{
    return 20 + (iteration < 42 ? iteration : 42);
}

static void what_has_filled_up_rests_for_a_moment_again(void **state)
{
    (void)state;
    judge_it(fills_up);
    assert_int_equal(run(), EXIT_PASS);
    assert_int_equal(samples_of("second_drain"), 1);
}

/* By one in 42 iterations, which is no growth yet. */
static double one_in_42(unsigned iteration)
{
    return 20 + iteration / 42;
}

static void what_is_added_up_has_two_loops(void **state)
{
    (void)state;
    judge_it(NULL);
    it.options.times = 5;
    assert_int_equal(run(), EXIT_PASS);
    assert_int_equal(samples_of("drain"), 1);
    assert_int_equal(times_asked("play:84"), 1);
    assert_int_equal(samples_of("second_drain"), 1);
    assert_int_equal(json_get_integer(record("journal", 0), "times", 0), 5);
}

static void what_is_added_up_rests_until_it_is_level(void **state)
{
    (void)state;
    judge_it(one_in_42);
    it.options.times = 5;
    assert_int_equal(run(), EXIT_PASS);
    assert_int_equal(samples_of("drain"), 16);
    assert_int_equal(samples_of("second_drain"), 3);
}

static void what_is_paced_by_time_has_no_second_loop(void **state)
{
    (void)state;
    judge_it(grows);
    it.plan.measure.every_ms = 1000;
    it.plan.measure.for_ms = 20000;
    assert_int_equal(run(), EXIT_PASS);
    assert_int_equal(samples_of("drain"), 16);
    assert_int_equal(samples_of("second_drain"), 0);
}

static void a_plan_without_a_drain_has_none(void **state)
{
    (void)state;
    judge_it(grows);
    it.plan.measure.drain_ms = 0;
    assert_int_equal(run(), EXIT_PASS);
    assert_int_equal(samples_of("drain"), 0);
}

static struct baseline *allowing(double growth)
{
    struct baseline *baseline = baseline_new();
    struct baseline_gauge stored = {
        .present = true, .allowed = growth, .level = NAN, .tolerance = NAN};
    baseline_put_gauge(baseline, GAUGE_FD, &stored);
    return baseline;
}

static void what_the_baseline_allows_is_not_drained(void **state)
{
    (void)state;
    _cleanup_baseline_ struct baseline *baseline = allowing(1);
    judge_it(grows);
    it.options.baseline = baseline;
    assert_int_equal(run(), EXIT_PASS);
    assert_int_equal(samples_of("drain"), 1);
}

static void what_either_baseline_does_not_allow_is_drained(void **state)
{
    (void)state;
    _cleanup_baseline_ struct baseline *baseline = allowing(1);
    judge_it(grows);
    it.options.baseline = baseline;
    it.options.baseline_revision = "main";
    it.options.baseline_commit = "0123";
    assert_int_equal(run(), EXIT_PASS);
    assert_int_equal(samples_of("drain"), 16);
}

/* A loop that is paced by time. */

static void pace_it(unsigned samples, int64_t every_ms)
{
    it.plan.measure.samples = samples;
    it.plan.measure.every_ms = every_ms;
    it.plan.measure.for_ms = (samples - 1) * every_ms;
    it.plan.measure.iterations_per_sample = 0;
    it.plan.measure.idle_samples = 0;
}

static void a_sample_is_taken_every_so_often(void **state)
{
    (void)state;
    pace_it(4, 4000);
    assert_int_equal(run(), EXIT_PASS);
    assert_story("\nstart 0: s0@0+"
                 "\nwarmup 2: i1 i2"
                 "\nloop 4: s2@1+ i3 s3@5+ i4 s4@9+ i5 s5@13+"
                 "\nquit 0: final end");
    assert_int_equal(times_asked("back"), 3);
    assert_int_equal(fake.syncs, 5);
}

static void a_rest_without_iterations_counts_its_samples(void **state)
{
    (void)state;
    pace_it(3, 4000);
    it.plan.iteration.count = 0;
    it.plan.measure.warmup = 0;
    assert_int_equal(run(), EXIT_PASS);
    assert_story("\nstart 0: s0@0+\nwarmup 0:\nloop 3: s0@0+ i1 s0@4+ i2 s0@8+ i3"
                 "\nquit 0: final end");
    assert_int_equal(times_asked("back"), 0);
}

static void iterations_that_take_longer_end_with_the_time(void **state)
{
    (void)state;
    pace_it(60, 400); /* but it takes 500 */
    assert_int_equal(run(), EXIT_PASS);
    assert_int_equal(samples_of("loop"), 49); /* for 23.6 s */
    assert_string_equal(json_get_text(record("note", 0), "text", ""),
                        "the loop ended after 49 of 60 samples: its time was over; an iteration "
                        "with its sample takes longer than `every` (400ms)");
}

/* However long a sample takes, the program has half of the time for itself. */
static void half_of_a_paced_loop_is_rest(void **state)
{
    (void)state;
    pace_it(4, 4000);
    it.plan.iteration.count = 0;
    it.plan.measure.warmup = 0;
    fake.sample_ms = 3000;
    assert_int_equal(run(), EXIT_PASS);
    assert_story("\nstart 0: s0@0+\nwarmup 0:\nloop 4: s0@3+ i1 s0@8+ i2 s0@13+ i3 s0@18+ i4"
                 "\nquit 0: final end");
}

static void as_many_samples_as_are_judged_are_taken_in_any_case(void **state)
{
    (void)state;
    pace_it(30, 100);
    assert_int_equal(run(), EXIT_PASS);
    assert_int_equal(samples_of("loop"), 21);
}

static void a_run_of_seconds_is_not_synced(void **state)
{
    (void)state;
    assert_int_equal(run(), EXIT_PASS);
    assert_int_equal(fake.syncs, 0);
}

/* Locating. */

static void locate_it(unsigned iterations, int64_t ms)
{
    it.options.attempt = ATTEMPT_LOCATE;
    it.options.locating = (struct locating){.iterations = iterations, .ms = ms};
}

static void a_locating_run_samples_after_every_input(void **state)
{
    (void)state;
    locate_it(2, 180000);
    static char *survivors[] = {"${world}/tm", NULL};
    it.plan.target.survivors = (struct string_list){.items = survivors, .count = 1};
    assert_int_equal(run(), EXIT_PASS);
    assert_string_equal(buffer_string(&fake.log),
                        "start ready setup play:1 play:2 settle look settle sample+heap "
                        "play:3 look settle sample+heap play:3 look settle sample+heap "
                        "play:4 look settle sample+heap play:4 look settle sample+heap "
                        "look goroutines quit finish ");
    /* Before the first it has to stand still for 5 s; later it is what it was at once. */
    assert_story("\nstart 0:\nwarmup 2: i1 i2"
                 "\nloop 2: s2@6+ s2@6.5+ i3 s3@7+ s3@7.5+ i4 s4@8+\nquit 0: final end");
    assert_int_equal(json_get_integer(record("sample", 1), "step", 0), 1);
    assert_int_equal(json_get_integer(record("sample", 2), "step", 0), 2);
    /* Everything is read in each, also the sessions. */
    const json_t *gauges = json_object_get(record("sample", 4), "gauges");
    assert_int_equal(json_get_integer(gauges, "session", -1), 0);
}

static void a_wait_belongs_to_the_input_before_it(void **state)
{
    (void)state;
    it.steps[1].kind = STEP_WAIT;
    locate_it(1, 180000);
    assert_int_equal(run(), EXIT_PASS);
    assert_story("\nstart 0:\nwarmup 2: i1 i2\nloop 1: s2@6+ i3 s3@6.5+\nquit 0: final end");
}

/* Each first step of an iteration starts five goroutines, for a while. */
static int64_t last_ms;
static double some_that_end(void)
{
    static unsigned steps;
    static int64_t since;
    since = fake.samples != steps ? virtual_ms() : since;
    steps = fake.samples;
    return steps % 2 == 1 && virtual_ms() - since < last_ms ? 15 : 10;
}

static void what_a_step_started_may_end_before_it_is_sampled(void **state)
{
    (void)state;
    locate_it(3, 180000);
    last_ms = 3000;
    fake.goroutines = some_that_end;
    assert_int_equal(run(), EXIT_PASS);
    /* Twice they are waited for; then they have stood still for a second. */
    assert_story("\nstart 0:\nwarmup 2: i1 i2"
                 "\nloop 3: s2@6+ s2@9.5+ i3 s3@10+ s3@13.5+ i4 s4@14+ s4@15.5+ i5 s5@17+\nquit 0: "
                 "final end");
}

/* One is kept in each iteration, and stays. */
static double one_each(void)
{
    return 10 + played();
}

static void what_stands_still_is_sampled_and_at_first_later(void **state)
{
    (void)state;
    locate_it(3, 180000);
    it.plan.iteration.count = 1;
    fake.goroutines = one_each;
    assert_int_equal(run(), EXIT_PASS);
    assert_story("\nstart 0:\nwarmup 2: i1 i2"
                 "\nloop 3: s2@6+ i3 s3@11.5+ i4 s4@17+ i5 s5@18.5+\nquit 0: final end");
}

/* The time is shared out: half of it to rest, and in equal parts. */
static void rests_are_as_long_as_the_time_allows(void **state)
{
    (void)state;
    locate_it(2, 13000);
    it.plan.iteration.count = 1;
    fake.goroutines = one_each;
    assert_int_equal(run(), EXIT_PASS);
    assert_story("\nstart 0:\nwarmup 2: i1 i2"
                 "\nloop 2: s2@3+ i3 s3@5.9+ i4 s4@9.7+\nquit 0: final end");
}

static void iterations_that_the_time_has_no_room_for_are_left_out(void **state)
{
    (void)state;
    locate_it(20, 4000);
    it.plan.iteration.count = 1;
    assert_int_equal(run(), EXIT_PASS);
    assert_story("\nstart 0:\nwarmup 2: i1 i2"
                 "\nloop 20: s2@1.1+ i3 s3@1.6+ i4 s4@2.1+ i5 s5@2.6+ i6 s6@3.1+ i7 s7@3.6+"
                 "\nquit 0: final end");
}

/* More than one in each iteration: timers, which end 20 s after the loop. */
static double one_each_and_timers(void)
{
    return 10 + (virtual_ms() < last_ms ? 3 : 1) * (double)played();
}

static void what_is_over_the_pace_at_the_end_is_waited_for(void **state)
{
    (void)state;
    locate_it(4, 180000);
    it.options.locating.goroutines = 1;
    it.plan.iteration.count = 1;
    last_ms = 30000;
    fake.goroutines = one_each_and_timers;
    assert_int_equal(run(), EXIT_PASS);
    assert_story("\nstart 0:\nwarmup 2: i1 i2"
                 "\nloop 4: s2@6+ i3 s3@11.5+ i4 s4@17+ i5 s5@18.5+ i6 s6@20+"
                 "\ndrain 0: s6@30+\nquit 0: final end");
}

static void iterations_alone_are_not_measured(void **state)
{
    (void)state;
    it.options.play_iterations = 3;
    assert_int_equal(run(), EXIT_PASS);
    assert_string_equal(buffer_string(&fake.log),
                        "start ready setup play:1 play:2 play:3 quit finish ");
    assert_true(json_get_flag(record("end", 0), "played_only", false));
}

static void iterations_alone_may_have_to_come_back(void **state)
{
    (void)state;
    it.options.play_iterations = 3;
    it.options.round_trip = true;
    assert_int_equal(run(), EXIT_PASS);
    assert_string_equal(buffer_string(&fake.log),
                        "start ready setup play:1 settle play:2 back play:3 back quit finish ");
}

/* Leaked goroutines. */

static const char *leaks_said(void)
{
    return json_get_text(record("end", 0), "goroutineleak", "");
}

static void leaked_goroutines_are_looked_for_twice(void **state)
{
    (void)state;
    fake.leaks_served = true;
    assert_int_equal(run(), EXIT_PASS);
    assert_int_equal(times_asked("leaks"), 2);
    assert_int_equal(samples_of("quit"), 2);
    assert_string_equal(leaks_said(), "served");
}

static void a_runtime_without_that_profile_says_so(void **state)
{
    (void)state;
    assert_int_equal(run(), EXIT_PASS);
    assert_int_equal(times_asked("leaks"), 1);
    assert_int_equal(samples_of("quit"), 0);
    assert_string_equal(leaks_said(), "not served by this runtime");
}

static void a_look_that_fails_is_a_remark(void **state)
{
    (void)state;
    fake.leaks_break = true;
    assert_int_equal(run(), EXIT_PASS);
    assert_string_equal(leaks_said(), "could not be read: a profile broke");
}

/* A program without pprof. */

static void without_pprof_nothing_is_asked_of_it(void **state)
{
    (void)state;
    it.plan.target.without_pprof = true;
    fake.leaks_served = true;
    assert_int_equal(run(), EXIT_PASS);
    assert_int_equal(times_asked("leaks"), 0);
    assert_int_equal(times_asked("goroutines"), 0);
    assert_string_equal(leaks_said(), "");
    assert_string_equal(json_get_text(record("note", 0), "text", ""),
                        "pprof: none: goroutines and heap were not there to be judged");
}

/* What goes wrong. */

static void too_few_inotify_instances_refuse_the_run(void **state)
{
    (void)state;
    fake.inotify_free = RUN_INOTIFY_INSTANCES - 1;
    assert_int_equal(run(), EXIT_PASS);
    assert_failure("invalid",
                   "only 15 inotify instances are free for this user, 16 are needed: a leak of "
                   "watchers would be cut off (see fs.inotify.max_user_instances)");
    assert_int_equal(times_asked("start"), 0);
}

static void just_enough_inotify_instances_do(void **state)
{
    (void)state;
    fake.inotify_free = RUN_INOTIFY_INSTANCES;
    assert_int_equal(run(), EXIT_PASS);
    assert_int_equal(times_asked("start"), 1);
}

static void a_connection_that_breaks_is_the_end_of_the_target(void **state)
{
    (void)state;
    fake.breaks = 5;
    at_ms(11100, target_ends, "2");
    assert_int_equal(run(), EXIT_TARGET_FAILED);
    assert_failure("target", "the target ended while it was sampled");
    assert_string_equal(json_get_text(record("failure", 0), "stderr_tail", ""), "its last words");
    assert_int_equal(json_get_integer(record("end", 0), "exit_status", -1), 2);
    assert_int_equal(times_asked("goroutines"), 0);
}

static void a_connection_that_breaks_by_itself_is_a_failure(void **state)
{
    (void)state;
    fake.breaks = 5;
    assert_int_equal(run(), EXIT_TARGET_FAILED);
    assert_failure("target", "the connection broke");
    assert_int_equal(times_asked("goroutines"), 1);
}

static void a_target_that_ends_at_rest_has_failed(void **state)
{
    (void)state;
    at_ms(3000, target_ends, "2");
    assert_int_equal(run(), EXIT_TARGET_FAILED);
    assert_failure("target", "the target ended while nothing was done to it");
}

static void be_asked_to_stop(const char *unused)
{
    (void)unused;
    kill(getpid(), SIGTERM);
}

static void a_signal_stops_the_run(void **state)
{
    (void)state;
    at_ms(3000, be_asked_to_stop, NULL);
    assert_int_equal(run(), EXIT_PASS);
    assert_failure("cancelled", "stopped by signal 15");
    assert_story("\nstart 0: s0@0+\nwarmup 2: i1 i2\nidle 0: s2@2+ failed failure end");
    assert_int_equal(times_asked("goroutines"), 0);
}

static void a_target_that_does_not_quit_has_failed(void **state)
{
    (void)state;
    fake.stays = true;
    assert_int_equal(run(), EXIT_TARGET_FAILED);
    assert_failure("target", "it did not end");
    assert_true(json_is_null(json_object_get(record("end", 0), "exit_status")));
}

/* All that was to be measured was measured. */
static void a_target_that_is_too_busy_to_quit_is_left_behind(void **state)
{
    (void)state;
    fake.stays = fake.busy = true;
    assert_int_equal(run(), EXIT_PASS);
    assert_true(json_get_flag(record("end", 0), "too_busy_to_quit", false));
    assert_int_equal(json_array_size(json_object_get(record("end", 0), "left_behind")), 1);
}

static void what_was_only_played_has_to_quit(void **state)
{
    (void)state;
    fake.stays = fake.busy = true;
    it.options.play_iterations = 3;
    assert_int_equal(run(), EXIT_TARGET_FAILED);
    assert_failure("target", "it did not end");
    assert_false(json_get_flag(record("end", 0), "too_busy_to_quit", false));
}

/* What is kept. */

static char *kept(const char *name)
{
    struct buffer text = BUFFER_INIT(1 << 20);
    _cleanup_free_ char *path = path_join(it.directory, name);
    if (!file_read(path, &text, LG_ERROR_INPUT, NULL))
        return NULL;
    return buffer_take(&text);
}

static void the_profiles_of_the_loop_are_kept(void **state)
{
    (void)state;
    assert_int_equal(run(), EXIT_PASS);
    _cleanup_free_ char *first = kept(EVIDENCE_HEAP_FIRST), *last = kept(EVIDENCE_HEAP_LAST);
    _cleanup_free_ char *goroutines = kept(EVIDENCE_GOROUTINES), *screen = kept("screen.txt");
    assert_string_equal(first, "sample 5");
    assert_string_equal(last, "sample 8");
    assert_string_equal(goroutines, "goroutine 1 [running]:\n");
    assert_string_equal(screen, "played 8\n\n\n");
}

static void a_profile_over_the_limit_is_noted_once(void **state)
{
    (void)state;
    fake.profile_bytes = LIMIT_EVIDENCE_BYTES + 1;
    it.plan.measure.samples = 2;
    assert_int_equal(run(), EXIT_PASS);
    assert_story("\nstart 0: s0@0+\nwarmup 2: i1 i2\nidle 0: s2@2+ s2@6.5 s2@11+"
                 "\nloop 2: note s2@11+ i3 i4 s4@12+"
                 "\ndrain 0: s4@13+\nquit 0: final end");
    assert_null(kept(EVIDENCE_HEAP_FIRST));
}

static void the_screen_is_shown_after_every_step(void **state)
{
    (void)state;
    it.options.show = true;
    it.options.play_iterations = 1;
    assert_int_equal(run(), EXIT_PASS);
    assert_string_equal(json_get_text(record("screen", 0), "name", ""), "press j");
    assert_string_equal(json_get_text(record("screen", 1), "name", ""), "press k");
    assert_string_equal(json_get_text(record("step", 0), "where", ""), "s.yaml:3:5");
}

static void what_outlives_the_target_is_written_down(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        pause();
        _exit(0);
    }
    assert_int_equal(run(), EXIT_PASS);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    _cleanup_free_ char *name =
        memory_format("%.15s (%d)", program_invocation_short_name, (int)child);
    const json_t *names = json_object_get(record("end", 0), "left_behind");
    assert_int_equal(json_array_size(names), 1);
    assert_string_equal(json_string_value(json_array_get(names, 0)), name);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_phases_of_a_run),
        TEST(what_is_asked_of_the_target_in_which_order),
        TEST(without_pprof_nothing_is_asked_of_it),
        TEST(the_screen_before_the_loop_has_to_come_back),
        TEST(half_of_the_idle_phase_is_rest),
        TEST(a_single_idle_sample_is_taken_at_the_end),
        TEST(without_idle_samples_there_is_no_rest),
        TEST(the_heap_is_read_once_per_block),
        TEST(fast_iterations_are_played_more_often),
        TEST(very_fast_iterations_are_not_played_for_ever),
        TEST(slow_iterations_are_as_many_as_the_plan_says),
        TEST(a_loop_of_hours_may_be_cut_off_early),
        TEST(a_slope_is_made_of_some_hundred_samples),
        TEST(what_has_not_grown_rests_for_a_moment),
        TEST(what_has_grown_is_drained_until_it_is_gone),
        TEST(what_stays_is_drained_for_so_long),
        TEST(what_stays_gets_a_second_loop),
        TEST(what_goes_in_part_is_given_its_time_again),
        TEST(what_is_to_be_confirmed_has_no_second_loop),
        TEST(what_has_filled_up_rests_for_a_moment_again),
        TEST(what_is_added_up_has_two_loops),
        TEST(what_is_added_up_rests_until_it_is_level),
        TEST(what_is_paced_by_time_has_no_second_loop),
        TEST(a_plan_without_a_drain_has_none),
        TEST(what_the_baseline_allows_is_not_drained),
        TEST(what_either_baseline_does_not_allow_is_drained),
        TEST(a_sample_is_taken_every_so_often),
        TEST(a_rest_without_iterations_counts_its_samples),
        TEST(iterations_that_take_longer_end_with_the_time),
        TEST(half_of_a_paced_loop_is_rest),
        TEST(as_many_samples_as_are_judged_are_taken_in_any_case),
        TEST(a_run_of_seconds_is_not_synced),
        TEST(a_locating_run_samples_after_every_input),
        TEST(what_a_step_started_may_end_before_it_is_sampled),
        TEST(what_stands_still_is_sampled_and_at_first_later),
        TEST(rests_are_as_long_as_the_time_allows),
        TEST(iterations_that_the_time_has_no_room_for_are_left_out),
        TEST(what_is_over_the_pace_at_the_end_is_waited_for),
        TEST(a_wait_belongs_to_the_input_before_it),
        TEST(iterations_alone_are_not_measured),
        TEST(iterations_alone_may_have_to_come_back),
        TEST(leaked_goroutines_are_looked_for_twice),
        TEST(a_runtime_without_that_profile_says_so),
        TEST(a_look_that_fails_is_a_remark),
        TEST(too_few_inotify_instances_refuse_the_run),
        TEST(just_enough_inotify_instances_do),
        TEST(a_connection_that_breaks_is_the_end_of_the_target),
        TEST(a_connection_that_breaks_by_itself_is_a_failure),
        TEST(a_target_that_ends_at_rest_has_failed),
        TEST(a_signal_stops_the_run),
        TEST(a_target_that_does_not_quit_has_failed),
        TEST(a_target_that_is_too_busy_to_quit_is_left_behind),
        TEST(what_was_only_played_has_to_quit),
        TEST(the_profiles_of_the_loop_are_kept),
        TEST(a_profile_over_the_limit_is_noted_once),
        TEST(the_screen_is_shown_after_every_step),
        TEST(what_outlives_the_target_is_written_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
