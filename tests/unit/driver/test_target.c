/* A target and the steps done to it, on a process that is played and in time that is made up. */
#include "fake_process.h"

#include "base/limits.h"
#include "driver/target.h"

/* A screen of three rows; the last is not compared in the round trip. */
static struct region regions[] = {{.name = "clock", .rows = {2, 2}, .columns = {0, -1}}};

static struct fixture {
    struct plan plan;
    struct world world;
    struct loop *loop;
    struct target *target;
    struct lg_error err;
    struct buffer reports; /* of the listener: "SOURCE MS..MS failed, " */
} it;

static void listen_to_step(void *context, const struct step_report *report)
{
    struct fixture *fixture = context;
    buffer_format(&fixture->reports, "%s %lld..%lld%s, ", report->step->source,
                  (long long)(report->started - VIRTUAL_START) / NS_PER_MS,
                  (long long)(report->ended - VIRTUAL_START) / NS_PER_MS,
                  report->failed ? " failed" : "");
}

static int begin(void **state)
{
    static char *command[] = {"/bin/true", NULL};
    static char *environment[] = {NULL};
    static char *left_out[] = {"clock", NULL};
    (void)state;
    fake_process_begin();
    it = (struct fixture){
        .plan = {.name = "s",
                 .regions = regions,
                 .region_count = 1,
                 .measure = {.leave_out = {.items = left_out, .count = 1}},
                 .target = {.command = {.items = command, .count = 1},
                            .rows = 3,
                            .columns = 20,
                            .wait_rows = {0, -1},
                            .ready_ms = 700,
                            .quit_ms = 500}},
        .world = {.plan = &it.plan, .root = "/", .environment = {.items = environment}},
        .reports = BUFFER_INIT(65536),
    };
    struct target_options options = {.program = "/bin/true",
                                     .recording_path = "/dev/null",
                                     .stderr_path = "/dev/null",
                                     .timeout_scale = 1,
                                     .listener = listen_to_step,
                                     .context = &it};
    it.loop = loop_new(&it.err);
    it.target = target_start(it.loop, &it.plan, &it.world, &options, &it.err);
    if (it.target == NULL)
        print_error("%s\n", it.err.text);
    return it.target == NULL;
}

static int end(void **state)
{
    (void)state;
    target_free(it.target);
    loop_free(it.loop);
    buffer_free(&it.reports);
    buffer_free(&fake_process.input);
    return 0;
}

/* Steps for a list in the test; `keys` are separated by blanks. */
static struct step step_of(enum step_kind kind, const char *text)
{
    struct step step = {.kind = kind,
                        .where = {.file = "s.yaml", .line = 7, .column = 5},
                        .source = memory_copy_text(text),
                        .timeout_ms = -1,
                        .repeat = 1,
                        .wait = {.file_lines = -1}};
    return step;
}

static struct step press(const char *keys)
{
    struct step step = step_of(STEP_PRESS, keys);
    _cleanup_free_ char *text = memory_copy_text(keys);
    char *rest = NULL;
    for (char *key = strtok_r(text, " ", &rest); key != NULL; key = strtok_r(NULL, " ", &rest))
        string_list_add(&step.keys, key);
    return step;
}

static struct step chord(const char *keys)
{
    struct step step = press(keys);
    step.kind = STEP_CHORD;
    return step;
}

static struct step with_text(enum step_kind kind, const char *text)
{
    struct step step = step_of(kind, text);
    step.text = memory_copy_text(text);
    return step;
}

static struct step wait_for(const char *text, bool fresh)
{
    struct step step = step_of(STEP_WAIT, text);
    if (text[0] != '\0')
        string_list_add(&step.wait.text, text);
    step.wait.fresh = fresh;
    return step;
}

static struct step settle(int64_t ms)
{
    struct step step = step_of(STEP_SETTLE, "settle");
    step.ms = ms;
    return step;
}

static bool play_list(struct step *steps, size_t count)
{
    struct step_list list = {.count = count};
    list.items = memory_array(count, sizeof *steps);
    memcpy(list.items, steps, count * sizeof *steps);
    bool played = target_play(it.target, &list, 1, &it.err);
    step_list_free(&list);
    note_input();
    return played;
}
/* The process has drawn, and the target has read it. */
static void drawn(const char *text)
{
    draw(text);
    loop_rest(it.loop, 1, NULL);
    virtual_time.now -= NS_PER_MS;
}

/* sizeof evaluates nothing: each step is made once. */
#define PLAY(...)                                                                                  \
    play_list((struct step[]){__VA_ARGS__},                                                        \
              sizeof((struct step[]){__VA_ARGS__}) / sizeof(struct step))

#define assert_input(expected) assert_string_equal(buffer_string(&fake_process.input), expected)

static void assert_error(enum lg_error_class class, const char *text)
{
    assert_int_equal(it.err.class, class);
    if (strstr(it.err.text, text) == NULL)
        fail_msg("\"%s\" does not speak of \"%s\"", it.err.text, text);
}

/* Escape. */

static void what_follows_an_escape_waits(void **state)
{
    (void)state;
    assert_true(PLAY(press("a b Escape j k"), wait_for("", false)));
    assert_input("0:a 0:b 0:^ 120:j 120:k ");
}

static void the_pause_begins_when_the_escape_has_been_read(void **state)
{
    (void)state;
    fake_process.reads_from_ms = 300;
    assert_true(PLAY(press("Escape j"), wait_for("", false)));
    assert_input("0:^ 415:j ");
}

static void input_that_is_never_read_is_sent_all_the_same(void **state)
{
    (void)state;
    fake_process.reads_from_ms = 100000;
    assert_true(PLAY(press("Escape j"), wait_for("", false)));
    assert_input("0:^ 10120:j ");
}

static void an_escape_that_was_read_long_ago_holds_nothing_up(void **state)
{
    (void)state;
    at_ms(10, draw, "drawn");
    assert_true(PLAY(press("Escape"), settle(200), press("j"), wait_for("", false)));
    assert_input("0:^ 210:j ");
}

static void a_chord_is_one_write_and_its_last_key_counts(void **state)
{
    (void)state;
    assert_true(PLAY(chord("Escape j"), chord("k Escape"), press("l"), wait_for("", false)));
    assert_input("0:^j 0:k^ 120:l ");
}

/* Text. */

static void enter_is_a_carriage_return(void **state)
{
    (void)state;
    assert_true(PLAY(with_text(STEP_TYPE, "one\ntwo\n")));
    assert_input("0:one$two$ ");
}

static void keys_are_repeated_as_a_list(void **state)
{
    (void)state;
    struct step step = press("j k");
    step.repeat = 2;
    assert_true(PLAY(step, wait_for("", false)));
    assert_input("0:j 0:k 0:j 0:k ");
}

static void an_ended_target_is_sent_nothing(void **state)
{
    (void)state;
    end_with("3");
    assert_false(PLAY(press("j")));
    assert_error(LG_ERROR_TARGET, "the target ended (exit status 3) before it could be sent input");
    assert_string_equal(it.err.where, "s.yaml:7:5");
    assert_input("");
}

static void a_target_without_its_terminal_is_sent_nothing(void **state)
{
    (void)state;
    hang_up_terminal(NULL);
    assert_false(PLAY(press("j")));
    assert_error(LG_ERROR_TARGET, "closed its terminal before it could be sent input");
}

static void a_query_is_answered(void **state)
{
    (void)state;
    drawn("a");
    at_ms(10, draw, "\x1b[c");
    assert_true(PLAY(settle(100)));
    note_input();
    assert_non_null(strstr(buffer_string(&fake_process.input), "10:^[?"));
    assert_int_equal(it.target->output_bytes, 4);
}

static void a_resize_reaches_process_and_screen(void **state)
{
    (void)state;
    struct step step = step_of(STEP_RESIZE, "resize");
    step.rows = 5;
    step.columns = 30;
    assert_int_equal(fake_process.rows, 3);
    assert_true(PLAY(step));
    assert_int_equal(fake_process.rows, 5);
    assert_int_equal(fake_process.columns, 30);
    assert_int_equal(it.target->terminal->rows, 5);
}

/* Quiet. */

static bool settled(int64_t quiet_ms, int64_t within_ms)
{
    return target_settle(it.target, quiet_ms, clock_deadline(within_ms), &it.err);
}

static void quiet_counts_from_the_last_output(void **state)
{
    (void)state;
    drawn("a");
    at_ms(40, draw, "a");
    at_ms(90, draw, "b");
    at_ms(250, draw, "c");
    assert_true(settled(100, 5000));
    assert_int_equal(virtual_ms(), 190);
}

static void quiet_counts_from_the_last_input(void **state)
{
    (void)state;
    drawn("a");
    assert_true(settled(100, 5000));
    virtual_pass(50);
    assert_true(PLAY(press("j"), settle(100)));
    assert_int_equal(virtual_ms(), 250);
}

static void an_update_under_way_is_not_quiet(void **state)
{
    (void)state;
    drawn("\x1b[?2026h half");
    at_ms(700, draw, " done\x1b[?2026l");
    assert_true(settled(100, 5000));
    assert_int_equal(virtual_ms(), 800);
    assert_int_equal(it.target->settles, 1);
    assert_int_equal(it.target->unsettled, 0);
}

static void a_screen_that_never_rests_ends_by_the_deadline(void **state)
{
    (void)state;
    drawn("\x1b[?2026h half");
    assert_true(settled(100, 2000));
    assert_int_equal(virtual_ms(), 2000);
    assert_int_equal(it.target->unsettled, 1);
}

static void a_target_that_ends_does_not_settle(void **state)
{
    (void)state;
    drawn("a");
    at_ms(30, end_with, "2");
    assert_false(settled(100, 2000));
    assert_error(LG_ERROR_TARGET, "exit status 2");
    assert_int_equal(virtual_ms(), 30);
}

static void stop_loop(const char *unused)
{
    (void)unused;
    loop_stop(it.loop, 15);
}

static void a_signal_ends_every_wait(void **state)
{
    (void)state;
    drawn("a");
    at_ms(30, stop_loop, NULL);
    assert_false(settled(100, 2000));
    assert_error(LG_ERROR_CANCELLED, "signal 15");
    it.err = (struct lg_error){0};
    assert_false(PLAY(wait_for("never", false)));
    assert_error(LG_ERROR_CANCELLED, "signal 15");
    static char *nothing[] = {"", NULL};
    struct string_list rows = {.items = nothing, .count = 1};
    it.err = (struct lg_error){0};
    assert_false(target_await_screen(it.target, &rows, 1000, &it.err));
    assert_error(LG_ERROR_CANCELLED, "signal 15");
}

/* Frames. */

static void a_fresh_frame_is_newer_than_the_input(void **state)
{
    (void)state;
    draw("ready"); /* not read before the key is sent */
    at_ms(400, draw, ".");
    assert_true(PLAY(press("j"), wait_for("ready", true)));
    assert_int_equal(virtual_ms(), 400);
}

static void what_was_on_the_screen_satisfies_a_wait_that_is_not_fresh(void **state)
{
    (void)state;
    draw("ready");
    assert_true(PLAY(press("j"), wait_for("ready", false)));
    assert_int_equal(virtual_ms(), 0);
}

static void the_frame_that_was_being_drawn_is_not_fresh(void **state)
{
    (void)state;
    draw("\x1b[?2026hready");
    at_ms(100, draw, "\x1b[?2026l");
    at_ms(300, draw, "\x1b[?2026h.\x1b[?2026l");
    assert_true(PLAY(press("j"), wait_for("ready", true)));
    assert_int_equal(virtual_ms(), 300);
}

static void half_a_frame_satisfies_no_wait(void **state)
{
    (void)state;
    drawn("\x1b[?2026hready");
    at_ms(200, draw, "\x1b[?2026l");
    assert_true(PLAY(wait_for("ready", false)));
    assert_int_equal(virtual_ms(), 200);
}

static void half_a_frame_satisfies_no_wait_for_any_frame(void **state)
{
    (void)state;
    at_ms(50, draw, "\x1b[?2026hone\x1b[?2026l\x1b[?2026hhalf");
    at_ms(300, draw, "\x1b[?2026l");
    assert_true(PLAY(press("j"), wait_for("", true)));
    assert_int_equal(virtual_ms(), 300);
}

static void a_wait_that_times_out_says_what_is_missing(void **state)
{
    (void)state;
    struct step step = wait_for("ready", false);
    step.timeout_ms = 250;
    assert_false(PLAY(step));
    assert_int_equal(virtual_ms(), 250);
    assert_error(LG_ERROR_TARGET, "timed out: text \"ready\" is not shown");
    assert_string_equal(buffer_string(&it.reports), "ready 0..250 failed, ");
}

static void a_fresh_frame_that_never_comes_is_missed(void **state)
{
    (void)state;
    assert_false(PLAY(press("j"), wait_for("", true)));
    assert_int_equal(virtual_ms(), DEADLINE_STEP_MS);
    assert_error(LG_ERROR_TARGET, "no frame was drawn since the last input");
}

/* Silent presses. */

static void a_press_that_shows_nothing_is_counted(void **state)
{
    (void)state;
    assert_true(PLAY(press("j")));
    assert_int_equal(virtual_ms(), 100);
    assert_int_equal(it.target->silent_presses, 1);
    assert_true(PLAY(press("j"), press("k")));
    assert_int_equal(it.target->silent_presses, 3);
}

static void a_press_that_is_answered_is_not_silent(void **state)
{
    (void)state;
    draw("old");
    at_ms(60, draw, "new");
    assert_true(PLAY(press("j")));
    assert_int_equal(virtual_ms(), 60);
    assert_int_equal(it.target->silent_presses, 0);
}

static void the_end_of_an_old_frame_is_no_answer(void **state)
{
    (void)state;
    draw("\x1b[?2026hold");
    at_ms(60, draw, "\x1b[?2026l");
    assert_true(PLAY(press("j")));
    assert_int_equal(it.target->silent_presses, 1);
}

static void a_wait_answers_for_the_press_before_it(void **state)
{
    (void)state;
    assert_true(PLAY(press("j"), settle(300), press("k"), wait_for("", false)));
    assert_int_equal(virtual_ms(), 300);
    assert_int_equal(it.target->silent_presses, 0);
}

static void sleeps_are_counted(void **state)
{
    (void)state;
    struct step step = step_of(STEP_SLEEP, "sleep");
    step.ms = 1500;
    assert_true(PLAY(step));
    assert_int_equal(virtual_ms(), 1500);
    assert_int_equal(it.target->sleeps, 1);
}

/* The screen that comes back. */

static char *before[] = {"first", "second", "", NULL};

static bool comes_back(int64_t ms)
{
    struct string_list rows = {.items = before, .count = 3};
    return target_await_screen(it.target, &rows, ms, &it.err);
}

static void a_screen_that_comes_back_is_awaited(void **state)
{
    (void)state;
    at_ms(10, draw, "first\r\nother");
    at_ms(300, draw, "\x1b[2;1Hsecond");
    assert_true(comes_back(1000));
    assert_int_equal(virtual_ms(), 300);
}

static void a_screen_that_stays_away_is_shown(void **state)
{
    (void)state;
    draw("first\r\nother      one");
    assert_false(comes_back(1000));
    assert_int_equal(virtual_ms(), 1000);
    assert_error(LG_ERROR_INVALID, "row 1 is \"other  one\", was \"second\"");
}

static void regions_that_change_by_nature_may(void **state)
{
    (void)state;
    draw("first\r\nsecond\r\n12:34");
    assert_true(comes_back(1000));
    assert_int_equal(virtual_ms(), 0);
}

static void a_frame_under_way_is_not_compared(void **state)
{
    (void)state;
    drawn("first\r\nsecond");
    drawn("\x1b[?2026h");
    assert_false(comes_back(200));
    drawn("\x1b[?2026l");
    it.err = (struct lg_error){0};
    assert_true(comes_back(200));
}

static void a_target_that_ends_does_not_come_back(void **state)
{
    (void)state;
    at_ms(30, end_with, "1");
    assert_false(comes_back(1000));
    assert_error(LG_ERROR_TARGET, "exit status 1");
}

/* Begin and end. */

static void ready_steps_have_the_ready_timeout(void **state)
{
    (void)state;
    struct step step = wait_for("ready", false);
    it.plan.target.ready = (struct step_list){.items = &step, .count = 1};
    assert_false(target_ready(it.target, &it.err));
    assert_int_equal(virtual_ms(), 700);
    assert_false(target_play(it.target, &it.plan.target.ready, 0, &it.err));
    assert_int_equal(virtual_ms(), 700 + DEADLINE_STEP_MS);
    it.plan.target.ready = (struct step_list){0};
    free(step.source);
    string_list_free(&step.wait.text);
}

static void it_quits_with_the_status_of_the_plan(void **state)
{
    (void)state;
    it.plan.target.quit_status = 4;
    at_ms(490, end_with, "4");
    assert_true(target_quit(it.target, &it.err));
    assert_int_equal(virtual_ms(), 490);
    assert_true(target_has_ended(it.target));
    assert_int_equal(it.target->process.status, 4 << 8);
}

static void another_status_is_a_failure(void **state)
{
    (void)state;
    at_ms(10, end_with, "1");
    assert_false(target_quit(it.target, &it.err));
    assert_error(LG_ERROR_TARGET, "the target quit with exit status 1, not exit status 0");
}

static void one_that_does_not_quit_is_a_failure(void **state)
{
    (void)state;
    assert_false(target_quit(it.target, &it.err));
    assert_int_equal(virtual_ms(), 500);
    assert_error(LG_ERROR_TARGET, "did not end after the quit steps");
}

/* Longer than the 500 ms of the plan, as long as it uses the processor. */
static void one_that_is_busy_is_given_longer_to_quit(void **state)
{
    (void)state;
    fake_process.busy_until_ms = 20000;
    at_ms(12000, end_with, "0");
    assert_true(target_quit(it.target, &it.err));
    assert_int_equal(virtual_ms(), 12000);
}

static void one_that_is_busy_no_more_is_not(void **state)
{
    (void)state;
    fake_process.busy_until_ms = 3000;
    assert_false(target_quit(it.target, &it.err));
    assert_int_equal(virtual_ms(), 500 + 2 * BUSY_QUIT_LOOK_MS);
    assert_false(it.target->too_busy);
}

static void one_that_stays_busy_is_too_busy_to_quit(void **state)
{
    (void)state;
    fake_process.busy_until_ms = 3600000;
    assert_false(target_quit(it.target, &it.err));
    assert_int_equal(virtual_ms(), DEADLINE_BUSY_QUIT_MS);
    assert_true(it.target->too_busy);
    assert_error(LG_ERROR_TARGET, "did not end after the quit steps");
}

/* The question whether to quit comes late as well. */
static void a_wait_of_the_quit_steps_is_given_longer(void **state)
{
    (void)state;
    struct step step = wait_for("Quit?", false);
    it.plan.target.quit = (struct step_list){.items = &step, .count = 1};
    fake_process.busy_until_ms = 25000;
    at_ms(15000, draw, "Quit?");
    at_ms(20000, end_with, "0");
    assert_true(target_quit(it.target, &it.err));
    assert_int_equal(virtual_ms(), 20000);
    it.plan.target.quit = (struct step_list){0};
    free(step.source);
    string_list_free(&step.wait.text);
}

static void a_busy_target_is_given_no_longer_for_other_waits(void **state)
{
    (void)state;
    struct step step = wait_for("never", false);
    struct step_list steps = {.items = &step, .count = 1};
    fake_process.busy_until_ms = 3600000;
    assert_false(target_play(it.target, &steps, 0, &it.err));
    assert_int_equal(virtual_ms(), DEADLINE_STEP_MS);
    free(step.source);
    string_list_free(&step.wait.text);
}

static void a_quit_key_need_not_show_anything(void **state)
{
    (void)state;
    struct step step = press("q");
    it.plan.target.quit = (struct step_list){.items = &step, .count = 1};
    at_ms(450, end_with, "0");
    assert_true(target_quit(it.target, &it.err));
    assert_int_equal(it.target->silent_presses, 0);
    it.plan.target.quit = (struct step_list){0};
    free(step.source);
    string_list_free(&step.keys);
}

static void the_reason_of_a_crash_is_kept(void **state)
{
    (void)state;
    write_error("one\npanic: two\nthree\nfour\n");
    loop_rest(it.loop, 1, NULL);
    _cleanup_free_ char *crash = target_stderr_tail(it.target, 2);
    assert_string_equal(crash, "panic: two\nthree\n");
    _cleanup_free_ char *last = target_stderr_tail(it.target, 4);
    assert_string_equal(last, "one\npanic: two\nthree\nfour\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_follows_an_escape_waits),
        TEST(the_pause_begins_when_the_escape_has_been_read),
        TEST(input_that_is_never_read_is_sent_all_the_same),
        TEST(an_escape_that_was_read_long_ago_holds_nothing_up),
        TEST(a_chord_is_one_write_and_its_last_key_counts),
        TEST(enter_is_a_carriage_return),
        TEST(keys_are_repeated_as_a_list),
        TEST(an_ended_target_is_sent_nothing),
        TEST(a_target_without_its_terminal_is_sent_nothing),
        TEST(a_query_is_answered),
        TEST(a_resize_reaches_process_and_screen),
        TEST(quiet_counts_from_the_last_output),
        TEST(quiet_counts_from_the_last_input),
        TEST(an_update_under_way_is_not_quiet),
        TEST(a_screen_that_never_rests_ends_by_the_deadline),
        TEST(a_target_that_ends_does_not_settle),
        TEST(a_signal_ends_every_wait),
        TEST(a_fresh_frame_is_newer_than_the_input),
        TEST(what_was_on_the_screen_satisfies_a_wait_that_is_not_fresh),
        TEST(the_frame_that_was_being_drawn_is_not_fresh),
        TEST(half_a_frame_satisfies_no_wait),
        TEST(half_a_frame_satisfies_no_wait_for_any_frame),
        TEST(a_wait_that_times_out_says_what_is_missing),
        TEST(a_fresh_frame_that_never_comes_is_missed),
        TEST(a_press_that_shows_nothing_is_counted),
        TEST(a_press_that_is_answered_is_not_silent),
        TEST(the_end_of_an_old_frame_is_no_answer),
        TEST(a_wait_answers_for_the_press_before_it),
        TEST(sleeps_are_counted),
        TEST(a_screen_that_comes_back_is_awaited),
        TEST(a_screen_that_stays_away_is_shown),
        TEST(regions_that_change_by_nature_may),
        TEST(a_frame_under_way_is_not_compared),
        TEST(a_target_that_ends_does_not_come_back),
        TEST(ready_steps_have_the_ready_timeout),
        TEST(it_quits_with_the_status_of_the_plan),
        TEST(another_status_is_a_failure),
        TEST(one_that_does_not_quit_is_a_failure),
        TEST(one_that_is_busy_is_given_longer_to_quit),
        TEST(one_that_is_busy_no_more_is_not),
        TEST(one_that_stays_busy_is_too_busy_to_quit),
        TEST(a_wait_of_the_quit_steps_is_given_longer),
        TEST(a_busy_target_is_given_no_longer_for_other_waits),
        TEST(a_quit_key_need_not_show_anything),
        TEST(the_reason_of_a_crash_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
