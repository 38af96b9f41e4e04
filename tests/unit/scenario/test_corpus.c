/*
 * The corpus of scenario, target and project files: what is good loads, what is bad is refused with
 * exactly the lines of NAME.expected beside it. tests/cli/test_schema_corpus.py holds the JSON
 * Schemas against the same files. After a change of messages, LEAKGATE_ACCEPT_EXPECTED=1 writes the
 * .expected files anew: read the difference.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <dirent.h>
#include <string.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/strings.h"
#include "scenario/load.h"
#include "scenario/project.h"

#define CORPUS TEST_SOURCE_DIR "/tests/corpus"

static const struct load_options options = {.scenarios = CORPUS};

static void list_yaml(const char *directory, struct string_list *paths)
{
    DIR *entries = opendir(directory);
    assert_non_null(entries);
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;)
        if (text_ends(entry->d_name, ".yaml"))
            string_list_take(paths, path_join(directory, entry->d_name));
    closedir(entries);
    string_list_sort(paths);
    assert_true(paths->count > 0);
}

enum kind { SCENARIO, TARGET, PROJECT };

static bool load(const char *path, enum kind kind, struct diagnostics *problems)
{
    if (kind == TARGET)
        return target_file_check(path, &options, problems);
    if (kind == PROJECT) {
        struct project *project = project_read(path, problems);
        project_free(project);
        return project != NULL;
    }
    _cleanup_plan_ struct plan *plan = plan_load(path, &options, problems);
    return plan != NULL;
}

/* The diagnostics as text, each file by its base name. */
static char *lines_of(const struct diagnostics *problems)
{
    struct buffer text = BUFFER_INIT(1 << 20);
    for (size_t i = 0; i < problems->lines.count; i++) {
        char *line = problems->lines.items[i];
        _cleanup_free_ char *file = memory_copy_range(line, strcspn(line, ":"));
        buffer_format(&text, "%s%s\n", path_base(file), line + strlen(file));
    }
    return buffer_take(&text);
}

static void assert_good(const char *directory, enum kind kind)
{
    _cleanup_strings_ struct string_list paths = {0};
    list_yaml(directory, &paths);
    for (size_t i = 0; i < paths.count; i++) {
        struct diagnostics problems = {0};
        bool loaded = load(paths.items[i], kind, &problems);
        _cleanup_free_ char *lines = lines_of(&problems);
        if (!loaded || problems.count != 0)
            fail_msg("%s was refused:\n%s", paths.items[i], lines);
        diagnostics_free(&problems);
    }
}

static void assert_expected(const char *path, const char *lines)
{
    _cleanup_free_ char *expected_path =
        memory_format("%.*s.expected", (int)(strlen(path) - strlen(".yaml")), path);
    struct lg_error err = {0};
    if (getenv("LEAKGATE_ACCEPT_EXPECTED") != NULL)
        assert_true(file_write_atomic(expected_path, lines, strlen(lines), &err));
    _cleanup_buffer_ struct buffer expected = BUFFER_INIT(1 << 20);
    if (!file_read(expected_path, &expected, LG_ERROR_INPUT, &err))
        fail_msg("%s; the diagnostics are:\n%s", err.text, lines);
    assert_string_equal(lines, buffer_string(&expected));
}

static void assert_bad(const char *directory, enum kind kind)
{
    _cleanup_strings_ struct string_list paths = {0};
    list_yaml(directory, &paths);
    for (size_t i = 0; i < paths.count; i++) {
        struct diagnostics problems = {0};
        if (load(paths.items[i], kind, &problems))
            fail_msg("%s was taken", paths.items[i]);
        assert_true(problems.count > 0);
        _cleanup_free_ char *lines = lines_of(&problems);
        assert_expected(paths.items[i], lines);
        diagnostics_free(&problems);
    }
}

static void test_good_scenarios(void **state)
{
    (void)state;
    assert_good(CORPUS "/scenarios/good", SCENARIO);
}

static void test_bad_scenarios(void **state)
{
    (void)state;
    assert_bad(CORPUS "/scenarios/bad", SCENARIO);
    assert_bad(CORPUS "/scenarios/bad-beyond-schema", SCENARIO);
}

static void test_good_targets(void **state)
{
    (void)state;
    assert_good(CORPUS "/targets/good", TARGET);
}

static void test_bad_targets(void **state)
{
    (void)state;
    assert_bad(CORPUS "/targets/bad", TARGET);
    assert_bad(CORPUS "/targets/bad-beyond-schema", TARGET);
}

static void test_good_projects(void **state)
{
    (void)state;
    assert_good(CORPUS "/projects/good", PROJECT);
}

static void test_bad_projects(void **state)
{
    (void)state;
    assert_bad(CORPUS "/projects/bad", PROJECT);
    assert_bad(CORPUS "/projects/bad-beyond-schema", PROJECT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_scenarios), cmocka_unit_test(test_bad_scenarios),
        cmocka_unit_test(test_good_targets),   cmocka_unit_test(test_bad_targets),
        cmocka_unit_test(test_good_projects),  cmocka_unit_test(test_bad_projects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
