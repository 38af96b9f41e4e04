/* Where the project file is looked for, and what its paths mean from there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "scenario/project.h"

/* A directory with a/b/c in it; the working directory is c. */
struct tree {
    char root[64];
};

static int make_tree(void **state)
{
    static struct tree tree;
    struct lg_error err = {0};
    strcpy(tree.root, "/tmp/leakgate-project-XXXXXX");
    assert_non_null(mkdtemp(tree.root));
    assert_int_equal(chdir(tree.root), 0);
    assert_true(directory_make("a/b/c", 0755, &err) && directory_make("a/.git", 0755, &err));
    assert_int_equal(chdir("a/b/c"), 0);
    *state = &tree;
    return 0;
}

static int remove_tree(void **state)
{
    struct lg_error err = {0};
    struct tree *tree = *state;
    assert_int_equal(chdir("/"), 0);
    assert_true(directory_remove(tree->root, &err));
    return 0;
}

static void put(const char *path, const char *text)
{
    struct lg_error err = {0};
    assert_true(file_write_atomic(path, text, strlen(text), &err));
}

static void assert_found(const char *expected)
{
    _cleanup_free_ char *file = project_find();
    if (expected == NULL)
        assert_null(file);
    else
        assert_string_equal(text_or(file, "none"), expected);
}

static void test_the_nearest_counts_up_to_the_repository(void **state)
{
    (void)state;
    put("../../../leakgate.yaml", "version: 1\n");
    assert_found(NULL); /* a/.git is the root of the repository */
    put("../../leakgate.yaml", "version: 1\n");
    assert_found("../../leakgate.yaml");
    put("../leakgate.yaml", "version: 1\n");
    assert_found("../leakgate.yaml");
    put("leakgate.yaml", "version: 1\n");
    assert_found("leakgate.yaml");
    put(".git", "gitdir: elsewhere\n"); /* of a worktree or a submodule */
    assert_found("leakgate.yaml");
    assert_int_equal(unlink("leakgate.yaml"), 0);
    assert_found(NULL);
}

static void test_a_stranger_s_counts_only_where_it_lies(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    put("../leakgate.yaml", "version: 1\n");
    assert_int_equal(chown("../leakgate.yaml", 12345, 12345), 0);
    assert_found(NULL);
    assert_int_equal(chown(".", 12345, 12345), 0); /* a checkout of somebody, looked at by root */
    assert_found("../leakgate.yaml");
    assert_int_equal(chown(".", 0, 0), 0);
    assert_int_equal(chdir(".."), 0);
    assert_found("leakgate.yaml");
}

static void test_paths_are_relative_to_the_file(void **state)
{
    (void)state;
    struct diagnostics problems = {0};
    struct lg_error err = {0};
    assert_true(directory_make("../leaks", 0755, &err));
    put("../leakgate.yaml", "version: 1\nprogram: ./bin/app\nbuild: make app\ntarget: mine.yaml\n"
                            "scenarios: ./leaks\nbaselines: ../kept\nreport: /tmp/report\n"
                            "tags: [gate, smoke]\n");
    struct project *project = project_read("../leakgate.yaml", &problems);
    assert_non_null(project);
    assert_string_equal(project->file, "../leakgate.yaml");
    assert_string_equal(project->directory, "../");
    assert_string_equal(project->program, "../bin/app");
    assert_string_equal(project->build, "make app");
    assert_string_equal(project->target, "../mine.yaml");
    assert_string_equal(project->scenarios, "../leaks");
    assert_string_equal(project->baselines, "../../kept");
    assert_string_equal(project->report, "/tmp/report");
    assert_int_equal(project->tags.count, 2);
    project_free(project);
}

static void test_beside_the_file(void **state)
{
    (void)state;
    struct diagnostics problems = {0};
    put("leakgate.yaml", "version: 1\nprogram: app\ntarget: app\nreport: out\n");
    struct project *project = project_read("leakgate.yaml", &problems);
    assert_non_null(project);
    assert_string_equal(project->directory, "");
    assert_string_equal(project->program, "./app"); /* no name that PATH is asked for */
    assert_string_equal(project->target, "app");    /* a name, as --target app is */
    assert_string_equal(project->report, "out");
    assert_null(project->scenarios);
    assert_null(project->build);
    assert_int_equal(project->tags.count, 0);
    project_free(project);
}

static void test_only_a_regular_file_is_read(void **state)
{
    (void)state;
    struct diagnostics problems = {0};
    assert_int_equal(mkfifo("leakgate.yaml", 0600), 0);
    assert_found("leakgate.yaml");
    assert_null(project_read("leakgate.yaml", &problems));
    assert_string_equal(problems.lines.items[0], "leakgate.yaml:1:1: is not a regular file");
    diagnostics_free(&problems);
}

#define IN_TREE(test) cmocka_unit_test_setup_teardown(test, make_tree, remove_tree)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_TREE(test_the_nearest_counts_up_to_the_repository),
        IN_TREE(test_a_stranger_s_counts_only_where_it_lies),
        IN_TREE(test_paths_are_relative_to_the_file),
        IN_TREE(test_beside_the_file),
        IN_TREE(test_only_a_regular_file_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
