/* What is out of range, and in which order. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "triage/triage.h"
#include "triage/triage_text.h"

/* A program at rest. */
static struct triage healthy_one(void)
{
    struct triage triage = {.state = 'S', .rss = 64e6, .peak = 80e6, .fds = 2, .cpu = 0.02};
    triage.map.total = (struct memory_part){.regions = 82};
    triage.seconds = 2;
    array_append(triage.files.items, triage.files.count, triage.files.capacity,
                 (struct open_file){3, memory_copy_text("/home/a/.claude/projects/x.jsonl")});
    array_append(triage.files.items, triage.files.count, triage.files.capacity,
                 (struct open_file){4, memory_copy_text("socket:[12]")});
    static const char text[] = "goroutine 1 [chan receive, 9 minutes]:\nmain.main()\n\t/m.go:1\n\n";
    goroutine_text_add(&triage.goroutines, text, sizeof text - 1);
    goroutine_text_end(&triage.goroutines);
    return triage;
}

static void judge_by(struct triage *triage, struct healthy_row row)
{
    struct healthy_rows rows = {.items = &row, .count = 1};
    for (size_t i = 0; i < triage->flag_count; i++)
        free(triage->flags[i].what);
    triage->flag_count = 0;
    triage_judge(triage, &rows);
}

static void what_is_healthy_has_no_flag(void **state)
{
    (void)state;
    _cleanup_healthy_ struct healthy_rows rows = {0};
    struct triage triage = healthy_one();
    healthy_defaults(&rows);
    triage_judge(&triage, &rows);
    assert_int_equal(triage.flag_count, 0);
    triage_free(&triage);
}

/* One that cannot be looked at raises no flag either. */
static void what_was_not_seen_has_no_flag(void **state)
{
    (void)state;
    _cleanup_healthy_ struct healthy_rows rows = {0};
    struct triage triage = {.rss = NAN, .fds = NAN, .cpu = NAN};
    healthy_defaults(&rows);
    for (size_t i = 0; i < rows.count; i++)
        rows.items[i].most = -1;
    triage_judge(&triage, &rows);
    assert_int_equal(triage.flag_count, 0);
    triage_free(&triage);
}

static void the_worst_comes_first(void **state)
{
    (void)state;
    struct triage triage = healthy_one();
    struct healthy_row items[] = {
        {.name = "rss", .figure = HEALTHY_RSS_MB, .most = 60},
        {.name = "mappings", .figure = HEALTHY_MAPPINGS, .most = 10},
        {.name = "cpu", .figure = HEALTHY_CPU_PERCENT, .most = 1},
        {.name = "fds", .figure = HEALTHY_FDS, .most = 2},
    };
    struct healthy_rows rows = {.items = items, .count = COUNT_OF(items)};
    triage_judge(&triage, &rows);
    assert_int_equal(triage.flag_count, 3);
    assert_string_equal(triage.flags[0].row->name, "mappings");
    assert_true(triage.flags[0].figure == 82);
    assert_string_equal(triage.flags[1].row->name, "cpu");
    assert_string_equal(triage.flags[2].row->name, "rss");
    _cleanup_free_ char *mappings = flag_text(&triage.flags[0]);
    _cleanup_free_ char *cpu = flag_text(&triage.flags[1]);
    assert_string_equal(mappings, "mappings 82, healthy is at most 10");
    assert_string_equal(cpu, "cpu 2 % of a core, healthy is at most 1");
    triage_free(&triage);
}

static void files_and_goroutines_are_those_that_match(void **state)
{
    (void)state;
    struct triage triage = healthy_one();
    judge_by(&triage, (struct healthy_row){
                          .figure = HEALTHY_FILES, .match = "\\.claude/projects/", .most = 0});
    assert_int_equal(triage.flag_count, 1);
    judge_by(&triage, (struct healthy_row){.figure = HEALTHY_FILES, .match = "codex", .most = 0});
    assert_int_equal(triage.flag_count, 0);
    judge_by(&triage, (struct healthy_row){.figure = HEALTHY_GOROUTINES, .match = "main\\.main"});
    assert_int_equal(triage.flag_count, 1);
    assert_string_equal(triage.flags[0].what, "main.main [chan receive]");
    judge_by(&triage, (struct healthy_row){.figure = HEALTHY_GOROUTINES, .match = "fetchData"});
    assert_int_equal(triage.flag_count, 0);
    triage_free(&triage);
}

/* A read that waits for minutes is no fault; a channel may be. */
static void blocked_are_those_at_a_channel(void **state)
{
    (void)state;
    struct triage triage = healthy_one();
    judge_by(&triage, (struct healthy_row){.figure = HEALTHY_GOROUTINES_BLOCKED, .most = 0});
    assert_int_equal(triage.flag_count, 1);
    free(triage.goroutines.groups[0].state);
    triage.goroutines.groups[0].state = memory_copy_text("IO wait");
    judge_by(&triage, (struct healthy_row){.figure = HEALTHY_GOROUTINES_BLOCKED, .most = 0});
    assert_int_equal(triage.flag_count, 0);
    triage_free(&triage);
}

static void a_lock_of_another_that_lasts_is_a_flag(void **state)
{
    (void)state;
    struct triage triage = healthy_one();
    struct healthy_row row = {.figure = HEALTHY_SQLITE_LOCKED, .most = 0};
    struct database *database =
        array_add(triage.databases, triage.database_count, triage.database_capacity);
    database->path = memory_copy_text("/a.db");
    array_append(database->locks, database->lock_count, database->lock_capacity,
                 (struct database_lock){.owner = memory_copy_text("td (4711)"),
                                        .lock = memory_copy_text("reserved"),
                                        .other = true,
                                        .blocks = false});
    judge_by(&triage, row);
    assert_int_equal(triage.flag_count, 0);
    database->locks[0].blocks = true;
    judge_by(&triage, row);
    assert_int_equal(triage.flag_count, 1);
    assert_string_equal(triage.flags[0].what, "/a.db, reserved lock of td (4711)");
    triage_free(&triage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_healthy_has_no_flag),
        cmocka_unit_test(what_was_not_seen_has_no_flag),
        cmocka_unit_test(the_worst_comes_first),
        cmocka_unit_test(files_and_goroutines_are_those_that_match),
        cmocka_unit_test(blocked_are_those_at_a_channel),
        cmocka_unit_test(a_lock_of_another_that_lasts_is_a_flag),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
