/* Files that a world makes by a rule, and what steps write and remove. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "on_disk.h"
#include "world/files.h"
#include "world/world.h"

struct fixture {
    struct plan plan;
    struct variable vars[2];
    struct file_plan files[2];
    char *root;
    struct world *world;
    struct lg_error err;
};

static int setup(void **state)
{
    struct fixture *f = memory_new(struct fixture);
    f->vars[0] = (struct variable){
        .name = "slug", .value = "${world}/a.b_c", .replace = "[/._]", .with = "-"};
    f->vars[1] = (struct variable){.name = "slow",
                                   .value = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
                                   .replace = "^(a+)+$",
                                   .with = ""};
    f->plan.vars = (struct variable_list){f->vars, 2};
    _cleanup_free_ char *place = world_new_root(&f->err);
    assert_true(world_claim(place, &f->err));
    f->root = take_pointer(place);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    world_free(f->world);
    assert_true(directory_remove(f->root, &f->err));
    free(f->root);
    free(f);
    return 0;
}

static void make(struct fixture *f)
{
    f->world = world_make(&f->plan, f->root, &f->err);
    if (f->world == NULL)
        fail_msg("%s", f->err.text);
}

static bool exists(const struct fixture *f, const char *name)
{
    struct stat status;
    _cleanup_free_ char *path = path_join(f->root, name);
    return lstat(path, &status) == 0;
}

static void link_to(const struct fixture *f, const char *name, const char *to)
{
    _cleanup_free_ char *path = path_join(f->root, name);
    assert_int_equal(symlink(to, path), 0);
}

static bool write_step(struct fixture *f, const struct file_plan *file)
{
    size_t total = 0;
    struct world_moment moment = {.iteration = 7, .copy = file->copies > 0};
    f->err = (struct lg_error){0};
    return file_make(f->world, file, &moment, &total, &f->err);
}

static bool removes(struct fixture *f, const char *path)
{
    bool found = false;
    if (!files_remove(f->world, path, 7, &found, &f->err))
        fail_msg("%s", f->err.text);
    return found;
}

static void test_copies_and_lines(void **state)
{
    struct fixture *f = *state;
    f->files[0] = (struct file_plan){.path = "home/a-${n}/x",
                                     .text = "head ${n}\n",
                                     .line = "${line} of ${n}\n",
                                     .lines = 2,
                                     .copies = 2,
                                     .mode = 0600};
    f->files[1] = (struct file_plan){.path = "home/big", .line = "0123456789\n", .size = 100};
    f->plan.world.files = (struct file_list){f->files, 2};
    make(f);
    assert_content(f->root, "home/a-1/x", "head 1\n1 of 1\n2 of 1\n");
    assert_content(f->root, "home/a-2/x", "head 2\n1 of 2\n2 of 2\n");
    assert_false(exists(f, "home/a-3"));
    assert_int_equal(mode_of(f->root, "home/a-2/x"), 0600);
    _cleanup_free_ char *big = content(f->root, "home/big");
    assert_int_equal(strlen(big), 110); /* at least so much, whole lines */
}

/* All copies in a project are as old as its commit, and in it. */
static void test_copies_in_a_project(void **state)
{
    struct fixture *f = *state;
    f->files[0] = (struct file_plan){.path = "p1/${n}.txt", .text = "x", .copies = 3};
    f->plan.world.files = (struct file_list){f->files, 1};
    string_list_add(&f->plan.world.projects, "p1");
    make(f);
    struct stat status;
    _cleanup_free_ char *path = path_join(f->root, "p1/3.txt");
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mtime, 1704067200);
    assert_false(exists(f, "p1/README.md"));
    string_list_free(&f->plan.world.projects);
}

static void test_what_is_too_large_is_refused(void **state)
{
    struct fixture *f = *state;
    const struct file_plan files[] = {
        {.path = "a-${n}", .line = "0123456789abcdef", .size = 1024 * 1024, .copies = 300},
        {.path = "b", .line = "0123456789abcdef0123456789abcdef", .lines = 1000000},
        {.path = "c", .line = "${nothing}", .lines = 1},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        f->files[0] = files[i];
        f->plan.world.files = (struct file_list){f->files, 1};
        assert_null(world_make(&f->plan, f->root, &f->err));
        assert_int_equal(f->err.class, LG_ERROR_INPUT);
        assert_non_null(strstr(f->err.text, files[i].path));
    }
}

static void test_an_empty_line_comes_to_no_end(void **state)
{
    struct fixture *f = *state;
    f->vars[0] = (struct variable){.name = "slug", .value = "x", .replace = "x", .with = ""};
    make(f);
    struct file_plan file = {.path = "run/x", .line = "${slug}", .size = 10};
    assert_false(write_step(f, &file));
    assert_non_null(strstr(f->err.text, "line 1 is empty"));
}

static void test_variables_replace(void **state)
{
    struct fixture *f = *state;
    make(f);
    _cleanup_free_ char *slug = world_expand(f->world, "<${slug}>", 0, &f->err);
    _cleanup_free_ char *expected = memory_format("<%s/a.b_c>", f->root);
    for (char *at = expected; *at != '\0'; at++)
        if (strchr("/._", *at) != NULL)
            *at = '-';
    assert_string_equal(slug, expected);
    assert_null(world_expand(f->world, "${slow}", 0, &f->err));
    assert_non_null(strstr(f->err.text, "given up"));
}

static int64_t seconds_of(const char *timestamp)
{
    struct tm utc = {0};
    assert_int_equal(strlen(timestamp), strlen("2024-01-01T00:00:00.000Z"));
    assert_non_null(strptime(timestamp, "%Y-%m-%dT%H:%M:%S", &utc));
    return timegm(&utc);
}

/* By the clock that the program reads: time(2) may be a tick behind it, in the second before. */
static int64_t seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec;
}

static void test_now_is_shifted_and_today_stays(void **state)
{
    struct fixture *f = *state;
    make(f);
    int64_t before = seconds_now();
    _cleanup_free_ char *now = world_expand(f->world, "${now}", 0, &f->err);
    _cleanup_free_ char *past = world_expand(f->world, "${now-2h}", 0, &f->err);
    _cleanup_free_ char *future = world_expand(f->world, "${now+90s}", 0, &f->err);
    int64_t after = seconds_now();
    assert_in_range(seconds_of(now), before, after);
    assert_in_range(seconds_of(past), before - 7200, after - 7200);
    assert_in_range(seconds_of(future), before + 90, after + 90);
    strcpy(f->world->today, "2024-02-29"); /* the day on which a run began */
    _cleanup_free_ char *today = world_expand(f->world, "${today}", 0, &f->err);
    assert_string_equal(today, "2024-02-29");
    assert_null(world_expand(f->world, "${now-2}", 0, &f->err));
}

static void test_write_replaces_and_appends(void **state)
{
    struct fixture *f = *state;
    make(f);
    struct file_plan file = {.path = "run/new/log", .text = "${i}\n", .mode = 0640, .append = true};
    assert_true(write_step(f, &file));
    file.mode = 0600;
    assert_true(write_step(f, &file));
    assert_content(f->root, "run/new/log", "7\n7\n");
    assert_int_equal(mode_of(f->root, "run/new/log"), 0640);
    file.append = false;
    assert_true(write_step(f, &file));
    assert_content(f->root, "run/new/log", "7\n");
    assert_int_equal(mode_of(f->root, "run/new/log"), 0600);
}

static void test_write_follows_no_link(void **state)
{
    struct fixture *f = *state;
    make(f);
    link_to(f, "run/link", "../data");
    link_to(f, "run/file", "outside");
    const char *const paths[] = {"run/link/x", "run/file", "../x", "${slug}/../../x"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct file_plan file = {.path = (char *)(uintptr_t)paths[i], .text = "x"};
        assert_false(write_step(f, &file));
        file.append = true;
        assert_false(write_step(f, &file));
    }
    assert_false(exists(f, "data/x"));
    assert_false(exists(f, "run/outside"));
}

/* Nobody reads it: an open for writing would wait for ever. */
static void test_write_does_not_wait_for_a_pipe(void **state)
{
    struct fixture *f = *state;
    make(f);
    _cleanup_free_ char *pipe = path_join(f->root, "run/pipe");
    assert_int_equal(mkfifo(pipe, 0600), 0);
    struct file_plan file = {.path = "run/pipe", .text = "x"};
    assert_false(write_step(f, &file));
    file.append = true;
    assert_false(write_step(f, &file));
}

static void test_remove_by_pattern(void **state)
{
    struct fixture *f = *state;
    f->files[0] = (struct file_plan){.path = "run/x-${n}.log", .text = "", .copies = 12};
    f->files[1] = (struct file_plan){.path = "run/[x]/deep/y", .text = ""};
    f->plan.world.files = (struct file_list){f->files, 2};
    make(f);
    assert_true(removes(f, "run/x-?.log"));
    assert_false(exists(f, "run/x-9.log"));
    assert_true(exists(f, "run/x-10.log"));
    assert_true(removes(f, "${world}/run/x-1[01].log"));
    assert_false(exists(f, "run/x-11.log"));
    assert_true(exists(f, "run/x-12.log"));
    assert_true(removes(f, "run/[x]")); /* a directory, by its very name */
    assert_false(exists(f, "run/[x]"));
    assert_false(removes(f, "run/x-1.log"));
    assert_false(removes(f, "nothing/x"));
}

static void test_remove_follows_no_link_and_leaves_what_is_the_worlds(void **state)
{
    struct fixture *f = *state;
    make(f);
    struct file_plan file = {.path = "data/kept/x", .text = "x"};
    bool found;
    assert_true(write_step(f, &file));
    link_to(f, "run/link", "../data/kept");
    assert_false(files_remove(f->world, "run/link/x", 0, &found, &f->err));
    assert_true(removes(f, "run/link"));
    assert_false(exists(f, "run/link"));
    assert_content(f->root, "data/kept/x", "x");
    assert_false(removes(f, "home"));
    assert_false(removes(f, "*"));
    assert_true(exists(f, "home/.gitconfig"));
    assert_false(removes(f, "home/*")); /* what begins with a dot is named */
    assert_true(removes(f, "home/.git*"));
    assert_false(files_remove(f->world, "${slug}/../../x", 0, &found, &f->err));
    assert_int_equal(f->err.class, LG_ERROR_INPUT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_copies_and_lines),
        TEST(test_copies_in_a_project),
        TEST(test_what_is_too_large_is_refused),
        TEST(test_an_empty_line_comes_to_no_end),
        TEST(test_variables_replace),
        TEST(test_now_is_shifted_and_today_stays),
        TEST(test_write_replaces_and_appends),
        TEST(test_write_follows_no_link),
        TEST(test_write_does_not_wait_for_a_pipe),
        TEST(test_remove_by_pattern),
        TEST(test_remove_follows_no_link_and_leaves_what_is_the_worlds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
