/* Files, directories and JSON, in a directory of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"

#include "../temporary_directory.h"

static size_t count_entries(const char *path)
{
    size_t count = 0;
    DIR *directory = opendir(path);
    assert_non_null(directory);
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count - 2;
}

static void a_path_is_inside_only_without_tricks(void **state)
{
    (void)state;
    const char *const inside[] = {"a", "a/b", "a/..b", ".hidden/x", "..."};
    const char *const outside[] = {"", "/a", "../a", "a/../b", "a/..", ".", "a//b", "a/", "a\nb"};
    for (size_t i = 0; i < sizeof inside / sizeof *inside; i++)
        assert_true(path_is_inside(inside[i]));
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++)
        assert_false(path_is_inside(outside[i]));
}

static void an_atomic_write_replaces_and_leaves_nothing_else(void **state)
{
    _cleanup_free_ char *path = path_join(*state, "result.json");
    struct lg_error err = {0};
    assert_true(file_write_atomic(path, "one", 3, &err));
    assert_true(file_write_atomic(path, "two!", 4, &err));
    _cleanup_buffer_ struct buffer text = BUFFER_INIT(100);
    assert_true(file_read(path, &text, LG_ERROR_INPUT, &err));
    assert_string_equal(buffer_string(&text), "two!");
    assert_int_equal(count_entries(*state), 1);
}

static void an_atomic_write_that_fails_leaves_nothing(void **state)
{
    _cleanup_free_ char *path = path_join(*state, "missing/result.json");
    struct lg_error err = {0};
    assert_false(file_write_atomic(path, "one", 3, &err));
    assert_int_equal(err.class, LG_ERROR_INTERNAL);
    assert_non_null(strstr(err.text, "result.json"));
    assert_int_equal(count_entries(*state), 0);
}

static void assert_holds(const char *path, const char *wanted)
{
    _cleanup_buffer_ struct buffer text = BUFFER_INIT(100);
    assert_true(file_read(path, &text, LG_ERROR_INPUT, NULL));
    assert_string_equal(buffer_string(&text), wanted);
}

static void a_draft_has_no_name_until_it_is_published(void **state)
{
    _cleanup_free_ char *path = path_join(*state, "last.pb.gz");
    struct file_draft draft = FILE_DRAFT_NONE;
    struct lg_error err = {0};
    assert_true(file_draft_write(&draft, path, "the first", 9, &err));
    assert_true(file_draft_write(&draft, path, "second", 6, &err));
    assert_int_equal(count_entries(*state), 0);
    assert_true(file_draft_publish(&draft, path, &err));
    assert_int_equal(draft.fd, -1);
    assert_holds(path, "second");

    /* Used again, it replaces what it made. */
    assert_true(file_draft_write(&draft, path, "third", 5, &err));
    assert_holds(path, "second");
    assert_true(file_draft_publish(&draft, path, &err));
    assert_holds(path, "third");
    assert_int_equal(count_entries(*state), 1);
}

static void a_draft_that_is_discarded_leaves_nothing(void **state)
{
    _cleanup_free_ char *path = path_join(*state, "last.pb.gz");
    struct file_draft draft = FILE_DRAFT_NONE;
    struct lg_error err = {0};
    assert_true(file_draft_write(&draft, path, "one", 3, &err));
    file_draft_discard(&draft);
    assert_true(file_draft_publish(&draft, path, &err));
    assert_int_equal(count_entries(*state), 0);
}

static void a_draft_that_has_no_directory_says_so(void **state)
{
    _cleanup_free_ char *path = path_join(*state, "missing/last.pb.gz");
    struct file_draft draft = FILE_DRAFT_NONE;
    struct lg_error err = {0};
    assert_false(file_draft_write(&draft, path, "one", 3, &err));
    assert_int_equal(err.class, LG_ERROR_INTERNAL);
    assert_non_null(strstr(err.text, "last.pb.gz"));
    file_draft_discard(&draft);
}

static void reading_names_the_limit_that_is_passed(void **state)
{
    _cleanup_free_ char *path = path_join(*state, "large");
    struct lg_error err = {0};
    assert_true(file_write_atomic(path, "123456", 6, &err));
    _cleanup_buffer_ struct buffer text = BUFFER_INIT(5);
    assert_false(file_read(path, &text, LG_ERROR_INPUT, &err));
    assert_int_equal(err.class, LG_ERROR_INPUT);
    assert_non_null(strstr(err.text, "limit of 5 bytes"));
}

static void a_link_is_never_written_through(void **state)
{
    struct lg_error err = {0};
    _cleanup_free_ char *outside = path_join(*state, "outside");
    _cleanup_free_ char *link = path_join(*state, "link");
    assert_int_equal(mkdir(outside, 0700), 0);
    assert_int_equal(symlink("outside", link), 0);
    _cleanup_close_ int root = open(*state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_false(directory_make_at(root, "link/inner", 0700, &err));
    assert_false(file_write_at(root, "link", "x", 1, 0600, &err));
    assert_int_equal(count_entries(outside), 0);
}

static void removing_goes_not_through_links_and_opens_what_is_closed(void **state)
{
    struct lg_error err = {0};
    _cleanup_free_ char *kept = path_join(*state, "kept");
    _cleanup_free_ char *tree = path_join(*state, "tree");
    _cleanup_free_ char *deep = path_join(tree, "a/b/c");
    _cleanup_free_ char *link = path_join(tree, "a/link");
    _cleanup_free_ char *inner = path_join(kept, "file");
    assert_true(directory_make(deep, 0700, &err));
    assert_true(directory_make(kept, 0700, &err));
    assert_true(file_write_atomic(inner, "x", 1, &err));
    assert_int_equal(symlink(kept, link), 0);
    assert_int_equal(chmod(deep, 0500), 0);
    assert_true(directory_remove(tree, &err));
    assert_int_equal(access(tree, F_OK), -1);
    assert_int_equal(access(inner, F_OK), 0);
    assert_true(directory_remove(tree, &err)); /* already gone: fine */
}

static void json_is_the_same_bytes_whatever_the_order(void **state)
{
    (void)state;
    struct lg_error err = {0};
    const char *one = "{\"b\":1,\"a\":[1,2.5]}";
    const char *two = "{ \"a\" : [1, 2.5], \"b\": 1 }";
    _cleanup_json_ json_t *first = json_parse(one, strlen(one), "one", &err);
    _cleanup_json_ json_t *second = json_parse(two, strlen(two), "two", &err);
    _cleanup_free_ char *first_text = json_pretty(first);
    _cleanup_free_ char *second_text = json_pretty(second);
    assert_string_equal(first_text, second_text);
    assert_string_equal(first_text, "{\n  \"a\": [\n    1,\n    2.5\n  ],\n  \"b\": 1\n}\n");
}

static void bad_json_is_refused_with_its_place(void **state)
{
    (void)state;
    struct lg_error err = {0};
    const char *twice = "{\"a\":1,\n\"a\":2}";
    assert_null(json_parse(twice, strlen(twice), "base.json", &err));
    assert_non_null(strstr(err.text, "duplicate"));
    assert_true(strncmp(err.where, "base.json:2:", 12) == 0);
    char deep[200];
    memset(deep, '[', sizeof deep);
    assert_null(json_parse(deep, sizeof deep, "deep.json", &err));
    assert_non_null(strstr(err.text, "limit of 64"));
    const char *huge = "[1e999]";
    assert_null(json_parse(huge, strlen(huge), "huge.json", &err));
}

static void brackets_in_a_string_nest_nothing(void **state)
{
    (void)state;
    struct lg_error err = {0};
    char text[200];
    memset(text, '[', sizeof text);
    memcpy(text, "[\"\\\"", 4);
    memcpy(text + sizeof text - 2, "\"]", 2);
    _cleanup_json_ json_t *array = json_parse(text, sizeof text, "brackets.json", &err);
    assert_int_equal(json_array_size(array), 1);
}

static void any_bytes_can_be_a_json_text(void **state)
{
    (void)state;
    _cleanup_json_ json_t *text = json_text("a\xff\x1b");
    _cleanup_free_ char *line = json_one_line(text);
    assert_string_equal(line, "\"a\xef\xbf\xbd\\u001B\"");
}

/* What another descriptor of the file wrote in between is not overwritten. */
static void test_in_memory_all_writes_go_to_the_end(void **state)
{
    (void)state;
    _cleanup_close_ int file = file_in_memory("test");
    assert_true(file >= 0);
    assert_int_equal(write(file, "one\n", 4), 4);
    assert_int_equal(lseek(file, 0, SEEK_SET), 0);
    assert_int_equal(write(file, "two\n", 4), 4);
    char text[9] = "";
    assert_int_equal(pread(file, text, 8, 0), 8);
    assert_string_equal(text, "one\ntwo\n");
}

/* Deeper than there are descriptors for by default. */
static void a_deep_tree_is_removed(void **state)
{
    struct rlimit before, few, after;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = (struct rlimit){32, before.rlim_max};
    _cleanup_free_ char *path = path_join(*state, "deep");
    assert_int_equal(mkdir(path, 0700), 0);
    int at = open(path, O_RDONLY | O_DIRECTORY);
    for (int level = 0; level < 100; level++) {
        assert_int_equal(mkdirat(at, "a", 0700), 0);
        int inner = openat(at, "a", O_RDONLY | O_DIRECTORY);
        assert_true(inner >= 0);
        close(at);
        at = inner;
    }
    close(at);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    struct lg_error err = {0};
    bool removed = directory_remove(path, &err);
    getrlimit(RLIMIT_NOFILE, &after);
    setrlimit(RLIMIT_NOFILE, &before);
    if (!removed)
        fail_msg("%s", err.text);
    assert_int_equal(after.rlim_cur, 32);
    assert_int_equal(count_entries(*state), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_memory_all_writes_go_to_the_end),
        cmocka_unit_test(a_path_is_inside_only_without_tricks),
        cmocka_unit_test_setup_teardown(a_deep_tree_is_removed, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(an_atomic_write_replaces_and_leaves_nothing_else,
                                        make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(an_atomic_write_that_fails_leaves_nothing, make_directory,
                                        remove_directory),
        cmocka_unit_test_setup_teardown(a_draft_has_no_name_until_it_is_published, make_directory,
                                        remove_directory),
        cmocka_unit_test_setup_teardown(a_draft_that_is_discarded_leaves_nothing, make_directory,
                                        remove_directory),
        cmocka_unit_test_setup_teardown(a_draft_that_has_no_directory_says_so, make_directory,
                                        remove_directory),
        cmocka_unit_test_setup_teardown(reading_names_the_limit_that_is_passed, make_directory,
                                        remove_directory),
        cmocka_unit_test_setup_teardown(a_link_is_never_written_through, make_directory,
                                        remove_directory),
        cmocka_unit_test_setup_teardown(removing_goes_not_through_links_and_opens_what_is_closed,
                                        make_directory, remove_directory),
        cmocka_unit_test(json_is_the_same_bytes_whatever_the_order),
        cmocka_unit_test(bad_json_is_refused_with_its_place),
        cmocka_unit_test(brackets_in_a_string_nest_nothing),
        cmocka_unit_test(any_bytes_can_be_a_json_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
