/* The time that is left, as it is shown: it falls, and rises only where a scenario turns red. */
#include <stdio.h>
#include <string.h>

#include "../virtual_time.h"

#include "../temporary_directory.h"
#include "commands/progress.h"

enum { SLOTS = 2, BUDGET_S = 180, STEP_MS = 500 };

static struct played {
    struct progress progress;
    char journals[SLOTS][128];
    struct plan plans[SLOTS];
    unsigned rises;
} played;

static void setup_played(const char *directory, bool known, double seconds)
{
    virtual_time_begin();
    played = (struct played){0};
    progress_start(&played.progress, SLOTS, SLOTS, BUDGET_S * 1000, NULL);
    for (unsigned i = 0; i < SLOTS; i++) {
        snprintf(played.journals[i], sizeof played.journals[i], "%s/%u.jsonl", directory, i);
        played.plans[i] = (struct plan){.name = i == 0 ? "a" : "b",
                                        .measure = {.idle_ms = 5000, .drain_ms = 75000}};
        progress_begin(&played.progress, i, &played.plans[i],
                       (struct duration){.seconds = seconds, .known = known});
        progress_attempt(&played.progress, i, ATTEMPT_SCREENING, played.journals[i]);
    }
}

static void teardown_played(void)
{
    for (unsigned i = 0; i < SLOTS; i++)
        if (played.progress.slots[i].plan != NULL)
            progress_finish(&played.progress, i, "pass", 1);
    progress_end(&played.progress);
}

static void record(unsigned slot, const char *text)
{
    FILE *journal = fopen(played.journals[slot], "a");
    assert_non_null(journal);
    fprintf(journal, "%s\n", text);
    fclose(journal);
}

static void begin_phase(unsigned slot, const char *phase, unsigned iterations)
{
    char text[128];
    snprintf(text, sizeof text,
             "{\"record\":\"phase\",\"phase\":\"%s\",\"at\":0,\"iterations\":%u}", phase,
             iterations);
    record(slot, text);
}

static double now(void)
{
    return (double)virtual_ms() / 1000;
}

static void end_iteration(unsigned slot, unsigned number, unsigned of)
{
    char text[128];
    snprintf(text, sizeof text,
             "{\"record\":\"iteration\",\"phase\":\"loop\",\"iteration\":%u,\"of\":%u,\"at\":%f}",
             number, of, now());
    record(slot, text);
}

static void take_sample(unsigned slot, unsigned descriptors)
{
    char text[128];
    snprintf(text, sizeof text, "{\"record\":\"sample\",\"gauges\":{\"fd\":%u,\"goroutine\":16}}",
             descriptors);
    record(slot, text);
}

/* As the pool does it. Counts how often what is shown rises. */
static void pass(unsigned ms)
{
    for (unsigned passed = 0; passed < ms; passed += STEP_MS) {
        double before = played.progress.left, left = 0;
        virtual_pass(STEP_MS);
        for (unsigned i = 0; i < SLOTS; i++) {
            double of_slot = progress_seconds_left(&played.progress, i);
            left = of_slot > left ? of_slot : left;
        }
        progress_update(&played.progress, left);
        played.rises += before > 0 && played.progress.left > before;
    }
}

/* Iterations of both scenarios, one as slow as the other is fast, and slower again. */
static void play_loop(unsigned from, unsigned to)
{
    for (unsigned i = from; i <= to; i++) {
        end_iteration(0, i, 40);
        if (i % 4 == 0)
            end_iteration(1, i, 40);
        pass(i < 20 ? 500 : 1500);
    }
}

static void rest(unsigned slot, unsigned samples, unsigned descriptors)
{
    for (unsigned i = 0; i < samples; i++) {
        pass(i == 0 ? 1000 : 5000);
        take_sample(slot, descriptors);
    }
    pass(STEP_MS);
}

static void it_never_rises_while_nothing_is_red(void **state)
{
    setup_played(*state, false, 30);
    begin_phase(0, "loop", 40);
    begin_phase(1, "loop", 40);
    play_loop(1, 40);
    begin_phase(0, "drain", 0);
    rest(0, 1, 19);
    pass(STEP_MS);
    assert_int_equal(played.rises, 0);
    assert_true(played.progress.left > 0);
    teardown_played();
}

static void it_rises_once_for_each_that_turns_red(void **state)
{
    setup_played(*state, false, 30);
    begin_phase(0, "loop", 40);
    begin_phase(1, "loop", 40);
    play_loop(1, 40);
    begin_phase(0, "drain", 0);
    rest(0, 3, 59);
    assert_int_equal(played.rises, 1);
    /* From the end of the loop on it has its budget. */
    double rested = 1 + 2 * 5 + 0.5;
    assert_true(played.progress.left > BUDGET_S - rested - 1);
    assert_true(played.progress.left <= BUDGET_S - rested + 1);
    begin_phase(0, "second_loop", 46);
    for (unsigned i = 41; i <= 86; i++, pass(500))
        end_iteration(0, i, 40);
    begin_phase(0, "second_drain", 0);
    rest(0, 3, 105);
    progress_attempt(&played.progress, 0, ATTEMPT_LOCATE, played.journals[1]);
    pass(5000);
    assert_int_equal(played.rises, 1);
    progress_attempt(&played.progress, 1, ATTEMPT_AGAIN, played.journals[1]);
    pass(5000);
    assert_int_equal(played.rises, 2);
    progress_attempt(&played.progress, 1, ATTEMPT_THIRD, played.journals[1]);
    pass(5000);
    assert_int_equal(played.rises, 2);
    teardown_played();
}

static void a_known_rest_is_not_red(void **state)
{
    setup_played(*state, true, 120);
    begin_phase(0, "loop", 40);
    play_loop(1, 40);
    begin_phase(0, "drain", 0);
    rest(0, 8, 30);
    assert_int_equal(played.rises, 0);
    pass(60000);
    take_sample(0, 30);
    pass(2 * STEP_MS);
    assert_int_equal(played.rises, 1);
    teardown_played();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_never_rises_while_nothing_is_red, make_directory,
                                        remove_directory),
        cmocka_unit_test_setup_teardown(it_rises_once_for_each_that_turns_red, make_directory,
                                        remove_directory),
        cmocka_unit_test_setup_teardown(a_known_rest_is_not_red, make_directory, remove_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
