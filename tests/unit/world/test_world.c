/* A world, from a plan made by hand: what is on disk, on the PATH, in the environment, and in git.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/memory.h"
#include "on_disk.h"
#include "world/files.h"
#include "world/world.h"

struct fixture {
    struct plan plan;
    struct variable env[4];
    struct variable vars[2];
    struct file_plan files[6];
    char *root;
    struct world *world;
    struct lg_error err;
};

static void plan_fill(struct fixture *f)
{
    f->env[0] = (struct variable){.name = "EDITOR", .value = "${world}/bin/fake-editor"};
    f->env[1] = (struct variable){.name = "GODEBUG", .value = "containermaxprocs=0"};
    f->env[2] = (struct variable){.name = "LANG", .value = NULL};
    f->env[3] = (struct variable){.name = "WHO", .value = "${who}"};
    f->vars[0] = (struct variable){.name = "who", .value = "a person in ${project.p1}"};
    f->files[0] = (struct file_plan){.path = "p1/src/a.txt", .text = "one\n", .mode = 0644};
    f->files[1] = (struct file_plan){.path = "${project.p1}/run.sh", .text = "x\n", .mode = 0755};
    f->files[2] = (struct file_plan){.path = "home/note", .text = "${who}", .mode = 0600};
    f->files[3] =
        (struct file_plan){.path = "bin/fake-editor", .text = "#!/bin/sh\n", .mode = 0755};
    f->plan.world.env = (struct variable_list){f->env, 4};
    f->plan.vars = (struct variable_list){f->vars, 1};
    f->plan.world.files = (struct file_list){f->files, 4};
    f->plan.target.term = "xterm-256color";
    f->plan.measure.heap_rate = 512;
    string_list_add(&f->plan.world.projects, "p1");
    string_list_add(&f->plan.world.projects, "p2");
    string_list_add(&f->plan.world.tools, "git");
    string_list_add(&f->plan.world.tools, "no-such-tool");
    f->plan.world.config_path = "cfg/config.json";
    f->plan.world.config =
        json_pack("{s:[{s:s}], s:i}", "list", "path", "${project.p2}", "number", 3);
}

static char *claimed_place(struct lg_error *err)
{
    _cleanup_free_ char *root = world_new_root(err);
    return root != NULL && world_claim(root, err) ? take_pointer(root) : NULL;
}

static int setup(void **state)
{
    struct fixture *f = memory_new(struct fixture);
    plan_fill(f);
    f->root = claimed_place(&f->err);
    *state = f;
    return f->root == NULL;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    world_free(f->world);
    assert_true(directory_remove(f->root, &f->err));
    free(f->root);
    string_list_free(&f->plan.world.projects);
    string_list_free(&f->plan.world.tools);
    string_list_free(&f->plan.needs);
    string_list_free(&f->plan.target.command);
    string_list_free(&f->plan.target.state);
    json_decref(f->plan.world.config);
    free(f);
    return 0;
}

static void make(struct fixture *f)
{
    f->world = world_make(&f->plan, f->root, &f->err);
    if (f->world == NULL)
        fail_msg("%s", f->err.text);
}

static char *path_in(const struct fixture *f, const char *name)
{
    return path_join(f->root, name);
}

/* Runs a shell script as a target would: in the world, with its environment and nothing else. */
static int run(const struct fixture *f, const char *script)
{
    pid_t pid = fork();
    if (pid == 0) {
        char *argv[] = {"sh", "-c", (char *)(uintptr_t)script, NULL};
        if (chdir(f->root) == 0)
            execve("/bin/sh", argv, f->world->environment.items);
        _exit(126);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void test_place_is_private_and_short(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(mode_of(f->root, ""), 0700);
    assert_true(strlen(f->root) + strlen("/tm/tmux-4294967295/default") < 108);
    assert_null(strstr(f->root, "//"));
}

static void test_place_leaves_a_long_tmpdir(void **state)
{
    struct fixture *f = *state;
    char component[101];
    memset(component, 'x', 100);
    component[100] = '\0';
    _cleanup_free_ char *directory = path_in(f, component);
    assert_int_equal(mkdir(directory, 0700), 0);
    _cleanup_free_ char *before = memory_copy_text(getenv("TMPDIR"));
    setenv("TMPDIR", directory, 1);
    _cleanup_free_ char *elsewhere = claimed_place(&f->err);
    setenv("TMPDIR", f->root, 1);
    _cleanup_free_ char *below = claimed_place(&f->err);
    unsetenv("TMPDIR");
    if (before != NULL)
        setenv("TMPDIR", before, 1);
    assert_true(text_starts(elsewhere, "/tmp/leakgate-"));
    assert_false(text_starts(elsewhere, f->root));
    assert_true(text_starts(below, f->root));
    assert_true(directory_remove(elsewhere, &f->err));
}

static void test_files_and_modes(void **state)
{
    struct fixture *f = *state;
    make(f);
    _cleanup_free_ char *person = memory_format("a person in %s/p1", f->root);
    assert_content(f->root, "p1/src/a.txt", "one\n");
    assert_content(f->root, "home/note", person);
    assert_int_equal(mode_of(f->root, "home/note"), 0600);
    assert_int_equal(mode_of(f->root, "p1/run.sh"), 0755);
    assert_content(f->root, "bin/fake-editor", "#!/bin/sh\n");
    assert_content(f->root, "p2/README.md", "# p2\n");
    static const char *const made[] = {"bin", "cache", "data", "home", "run", "state", "tm", "tmp"};
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++)
        assert_int_equal(mode_of(f->root, made[i]), 0700);
}

static void test_config_has_expanded_strings(void **state)
{
    struct fixture *f = *state;
    make(f);
    _cleanup_free_ char *path = path_in(f, "cfg/config.json");
    _cleanup_json_ json_t *config = json_read_file(path, &f->err);
    const char *found = NULL;
    int number = 0;
    assert_int_equal(
        json_unpack(config, "{s:[{s:s}], s:i}", "list", "path", &found, "number", &number), 0);
    _cleanup_free_ char *expected = path_in(f, "p2");
    assert_string_equal(found, expected);
    assert_int_equal(number, 3);
}

/* The whole of it, so that nothing of the caller's can be in it. */
static void test_environment_is_complete(void **state)
{
    struct fixture *f = *state;
    setenv("LEAKGATE_TEST_SECRET", "leaks", 1);
    make(f);
    static const char *const expected[] = {
        "EDITOR=${world}/bin/fake-editor",
        "GIT_CONFIG_GLOBAL=${world}/home/.gitconfig",
        "GIT_CONFIG_NOSYSTEM=1",
        "GIT_TERMINAL_PROMPT=0",
        "GODEBUG=containermaxprocs=0,memprofilerate=512",
        "HOME=${world}/home",
        "LOGNAME=leakgate",
        "PATH=${world}/bin",
        "TERM=xterm-256color",
        "TMPDIR=${world}/tmp",
        "TMUX_TMPDIR=${world}/tm",
        "TZ=UTC",
        "USER=leakgate",
        "WHO=a person in ${project.p1}",
        "XDG_CACHE_HOME=${world}/cache",
        "XDG_DATA_HOME=${world}/data",
        "XDG_STATE_HOME=${world}/state",
    };
    size_t count = sizeof expected / sizeof expected[0];
    assert_int_equal(f->world->environment.count, count);
    for (size_t i = 0; i < count; i++) {
        _cleanup_free_ char *entry = world_expand(f->world, expected[i], 0, &f->err);
        assert_string_equal(f->world->environment.items[i], entry);
    }
    assert_null(f->world->environment.items[count]);
}

static void test_heap_rate_of_the_plan_stands(void **state)
{
    struct fixture *f = *state;
    f->env[1].value = "memprofilerate=1,containermaxprocs=0";
    make(f);
    assert_true(string_list_contains(&f->world->environment,
                                     "GODEBUG=memprofilerate=1,containermaxprocs=0"));
}

static void test_heap_rate_without_other_settings(void **state)
{
    struct fixture *f = *state;
    f->env[1].value = NULL;
    make(f);
    assert_true(string_list_contains(&f->world->environment, "GODEBUG=memprofilerate=512"));
}

static void test_expand_names(void **state)
{
    struct fixture *f = *state;
    make(f);
    _cleanup_free_ char *all = world_expand(f->world, "${i} ${world} ${project.p2}", 7, &f->err);
    _cleanup_free_ char *expected = memory_format("7 %s %s/p2", f->root, f->root);
    assert_string_equal(all, expected);
    _cleanup_free_ char *now = world_expand(f->world, "${now}", 0, &f->err);
    assert_int_equal(strlen(now), strlen("2024-01-01T00:00:00.000Z"));
    assert_null(world_expand(f->world, "${program}", 0, &f->err));
    assert_null(world_expand(f->world, "${project.p3}", 0, &f->err));
    assert_int_equal(f->err.class, LG_ERROR_INPUT);
    assert_null(world_expand(f->world, "${nothing}", 0, &f->err));
}

static void test_expand_the_program(void **state)
{
    struct fixture *f = *state;
    string_list_add(&f->plan.target.command, "/bin/sh");
    make(f);
    _cleanup_free_ char *program = world_expand(f->world, "${program}", 0, &f->err);
    assert_string_equal(program, "/bin/sh");
}

static void test_relative(void **state)
{
    struct fixture *f = *state;
    make(f);
    _cleanup_free_ char *inside = path_in(f, "p1/a");
    _cleanup_free_ char *beside = memory_format("%s-other", f->root);
    _cleanup_free_ char *a = world_relative(f->world, inside);
    _cleanup_free_ char *b = world_relative(f->world, beside);
    _cleanup_free_ char *c = world_relative(f->world, f->root);
    assert_string_equal(a, "${world}/p1/a");
    assert_string_equal(b, beside);
    assert_string_equal(c, "${world}");
}

static unsigned spawns_of(struct fixture *f, const char *tool)
{
    const struct string_list *tools = &f->plan.world.tools;
    unsigned counts[16];
    assert_true(tools->count <= 16);
    world_spawn_counts(f->world, counts);
    for (size_t i = 0; i < tools->count; i++)
        if (strcmp(tools->items[i], tool) == 0)
            return counts[i];
    fail_msg("%s is no tool of this world", tool);
    return 0;
}

static void test_shim_counts_and_is_the_tool(void **state)
{
    struct fixture *f = *state;
    make(f);
    assert_int_equal(spawns_of(f, "git"), 0);
    assert_int_equal(run(f, "git --version >run/version && git -C p1 rev-parse HEAD >/dev/null"),
                     0);
    assert_int_equal(spawns_of(f, "git"), 2);
    _cleanup_free_ char *version = content(f->root, "run/version");
    assert_true(text_starts(version, "git version "));
    assert_content(f->root, ".spawns", "git\ngit\n");
    assert_int_equal(WEXITSTATUS(run(f, "no-such-tool")), 127);
    assert_int_equal(spawns_of(f, "git"), 2);
}

/* A tool of our own on leakgate's PATH, in a directory whose name sh would trip over. */
static void test_shim_keeps_arguments_status_and_signals(void **state)
{
    struct fixture *f = *state;
    _cleanup_free_ char *directory = path_in(f, "it's here");
    _cleanup_free_ char *tool = path_join(directory, "probe-tool");
    static const char script[] = "#!/bin/sh\nprintf '%s|' \"$@\" >\"$OUT\"\n"
                                 "[ \"$1\" = die ] && kill -USR1 $$\nexit 7\n";
    assert_int_equal(mkdir(directory, 0700), 0);
    assert_true(file_write_at(AT_FDCWD, tool, script, sizeof script - 1, 0755, &f->err));
    _cleanup_free_ char *before = memory_copy_text(getenv("PATH"));
    _cleanup_free_ char *path = memory_format("%s:%s", directory, before);
    setenv("PATH", path, 1);
    string_list_add(&f->plan.world.tools, "probe-tool");
    make(f);
    setenv("PATH", before, 1);
    int status = run(f, "OUT=run/out probe-tool 'a b' '' '$x' '\"'; exit $?");
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 7);
    assert_content(f->root, "run/out", "a b||$x|\"|");
    status = run(f, "export OUT=run/out; exec probe-tool die");
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGUSR1);
    assert_int_equal(spawns_of(f, "probe-tool"), 2);
    assert_int_equal(spawns_of(f, "git"), 0);
}

static void test_basic_tools_are_not_counted_unless_declared(void **state)
{
    struct fixture *f = *state;
    string_list_add(&f->plan.world.tools, "sh");
    make(f);
    assert_int_equal(run(f, "cat /dev/null && ls >/dev/null && touch run/x && rm run/x"), 0);
    assert_int_equal(spawns_of(f, "sh"), 0);
    assert_int_equal(run(f, "sh -c 'exit 0'"), 0);
    assert_int_equal(spawns_of(f, "sh"), 1);
    assert_content(f->root, ".spawns", "sh\n");
}

static void gather_file(void *context, const char *directory, const char *name)
{
    string_list_take(context, path_join(directory, name));
}

static void assert_state(struct fixture *f, const char *expected)
{
    _cleanup_strings_ struct string_list files = {0};
    _cleanup_buffer_ struct buffer text = {0};
    if (!state_files_walk(f->world, gather_file, &files, &f->err))
        fail_msg("%s", f->err.text);
    string_list_sort(&files);
    for (size_t i = 0; i < files.count; i++)
        buffer_format(&text, "%s%s", i > 0 ? "|" : "", files.items[i]);
    assert_string_equal(buffer_string(&text), expected);
}

/* Files, links as such, sockets and pipes; nothing behind a link. */
static void test_state_files_are_those_below_the_state_directories(void **state)
{
    struct fixture *f = *state;
    string_list_add(&f->plan.target.state, "${world}/state");
    string_list_add(&f->plan.target.state, "cfg");
    string_list_add(&f->plan.target.state, "${world}/not-there");
    make(f);
    assert_state(f, "${world}/cfg/config.json");
    assert_int_equal(run(f, "mkdir -p state/a/b state/empty && touch state/a/b/1 state/a/2 && "
                            "ln -s ../home state/home && ln -s . state/a/loop"),
                     0);
    assert_state(f, "${world}/cfg/config.json|${world}/state/a/2|${world}/state/a/b/1|"
                    "${world}/state/a/loop|${world}/state/home");
    assert_int_equal(run(f, "rm -r state && ln -s home state"), 0);
    assert_state(f, "${world}/cfg/config.json");
}

static void test_state_files_have_a_limit(void **state)
{
    struct fixture *f = *state;
    _cleanup_strings_ struct string_list files = {0};
    string_list_add(&f->plan.target.state, "state");
    make(f);
    assert_int_equal(run(f, "cd state && for i in 1 2 3 4 5 6; do mkdir -p d/d/d/d/d/d && cd "
                            "d/d/d/d/d/d; done && touch deep"),
                     0);
    assert_false(state_files_walk(f->world, gather_file, &files, &f->err));
    assert_int_equal(f->err.class, LG_ERROR_INVALID);
    assert_non_null(strstr(f->err.text, "deeper than 32"));
}

static void test_state_files_are_counted_up_to_a_limit(void **state)
{
    struct fixture *f = *state;
    _cleanup_strings_ struct string_list files = {0};
    string_list_add(&f->plan.target.state, "state");
    make(f);
    for (unsigned i = 0; i <= LIMIT_STATE_FILES; i++) {
        _cleanup_free_ char *name = memory_format("state/%u", i);
        _cleanup_close_ int file = openat(f->world->root_fd, name, O_WRONLY | O_CREAT, 0600);
        assert_true(file >= 0);
    }
    assert_false(state_files_walk(f->world, gather_file, &files, &f->err));
    assert_int_equal(f->err.class, LG_ERROR_INVALID);
    assert_non_null(strstr(f->err.text, "more than 20000 files"));
    assert_int_equal(unlinkat(f->world->root_fd, "state/0", 0), 0);
    assert_true(state_files_walk(f->world, gather_file, &files, &f->err));
}

static void test_path_is_the_world_alone(void **state)
{
    struct fixture *f = *state;
    make(f);
    assert_int_equal(WEXITSTATUS(run(f, "python3 --version")), 127);
    assert_int_equal(WEXITSTATUS(run(f, "id -u >/dev/null")), 0);
}

static void test_file_of_the_plan_replaces_a_tool(void **state)
{
    struct fixture *f = *state;
    f->files[3].path = "bin/git";
    f->files[3].text = "#!/bin/sh\nexit 42\n";
    make(f);
    assert_int_equal(WEXITSTATUS(run(f, "git status")), 42);
}

static char *commit_of(const struct fixture *f, const char *project)
{
    _cleanup_free_ char *script = memory_format("git -C %s rev-parse HEAD >run/commit", project);
    assert_int_equal(run(f, script), 0);
    return content(f->root, "run/commit");
}

static void test_project_is_committed_and_clean(void **state)
{
    struct fixture *f = *state;
    make(f);
    assert_int_equal(run(f, "git -C p1 status --porcelain --branch >run/status;"
                            "git -C p1 ls-tree -r --name-only HEAD >run/tree;"
                            "git -C p1 log --format='%an %ae %at %ct' >run/log;"
                            "test ! -e p1/.git/hooks"),
                     0);
    assert_content(f->root, "run/status", "## main\n");
    assert_content(f->root, "run/tree", "run.sh\nsrc/a.txt\n");
    assert_content(f->root, "run/log", "leakgate leakgate@localhost 1704067200 1704067200\n");
}

/* git status must not find a reason to write the index anew. */
static void test_status_leaves_the_index_alone(void **state)
{
    struct fixture *f = *state;
    make(f);
    _cleanup_free_ char *index = path_in(f, "p1/.git/index");
    struct stat before, after;
    assert_int_equal(stat(index, &before), 0);
    assert_int_equal(run(f, "git -C p1 status >/dev/null"), 0);
    assert_int_equal(stat(index, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
}

static void test_same_plan_gives_the_same_commit(void **state)
{
    struct fixture *f = *state;
    make(f);
    _cleanup_free_ char *first = commit_of(f, "p1");
    assert_int_equal(strlen(first), 41);
    struct fixture other = *f;
    other.root = claimed_place(&f->err);
    make(&other);
    _cleanup_free_ char *second = commit_of(&other, "p1");
    world_free(other.world);
    assert_true(directory_remove(other.root, &f->err));
    free(other.root);
    assert_string_equal(first, second);
}

static void test_no_git_is_a_need(void **state)
{
    struct fixture *f = *state;
    _cleanup_free_ char *before = memory_copy_text(getenv("PATH"));
    setenv("PATH", f->root, 1);
    f->world = world_make(&f->plan, f->root, &f->err);
    setenv("PATH", before, 1);
    assert_null(f->world);
    assert_int_equal(f->err.class, LG_ERROR_NEED);
}

static void test_missing_tools(void **state)
{
    struct fixture *f = *state;
    _cleanup_strings_ struct string_list missing = {0};
    string_list_add(&f->plan.needs, "git");
    string_list_add(&f->plan.needs, "no-such-tool");
    world_missing_tools(&f->plan, &missing);
    assert_int_equal(missing.count, 1);
    assert_string_equal(missing.items[0], "no-such-tool");
}

static void assert_refused(struct fixture *f)
{
    f->world = world_make(&f->plan, f->root, &f->err);
    assert_null(f->world);
    assert_true(f->err.class == LG_ERROR_INPUT || f->err.class == LG_ERROR_INTERNAL);
}

static void test_links_are_refused(void **state)
{
    struct fixture *f = *state;
    _cleanup_free_ char *outside = claimed_place(&f->err);
    _cleanup_free_ char *link = path_in(f, "p1");
    assert_int_equal(symlink(outside, link), 0);
    assert_refused(f);
    assert_int_equal(rmdir(outside), 0); /* still empty */
}

static void test_link_in_place_of_a_file_is_refused(void **state)
{
    struct fixture *f = *state;
    _cleanup_free_ char *outside = path_in(f, "outside");
    _cleanup_free_ char *home = path_in(f, "home");
    _cleanup_free_ char *link = path_in(f, "home/note");
    assert_int_equal(mkdir(home, 0700), 0);
    assert_int_equal(symlink(outside, link), 0);
    assert_refused(f);
    assert_int_equal(access(outside, F_OK), -1);
}

static void test_paths_outside_are_refused(void **state)
{
    static const char *const paths[] = {"../x", "/etc/x", "a/../../x", "${world}", "${world}/../x"};
    struct fixture *f = *state;
    f->files[0].where = (struct mark){"s.yaml", 4, 5};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        f->files[0].path = (char *)(uintptr_t)paths[i];
        assert_refused(f);
        assert_string_equal(f->err.where, "s.yaml:4:5");
    }
}

static void test_project_names_are_checked(void **state)
{
    static const char *const names[] = {"bin", "..", "a/b", ".spawns"};
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct string_list projects = {0};
        string_list_add(&projects, names[i]);
        struct string_list kept = f->plan.world.projects;
        f->plan.world.projects = projects;
        f->plan.world.files.count = 0;
        f->plan.world.env.count = 0;
        f->plan.world.config_path = NULL;
        assert_refused(f);
        string_list_free(&projects);
        f->plan.world.projects = kept;
    }
}

static void test_find_program(void **state)
{
    struct fixture *f = *state;
    string_list_add(&f->plan.target.command, "sh");
    _cleanup_free_ char *found = world_find_program(&f->plan, &f->err);
    assert_true(found != NULL && found[0] == '/' && text_ends(found, "/sh"));
    static const char *const wrong[] = {"no-such-program", "/no/such", "/etc/passwd", "/tmp"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        free(f->plan.target.command.items[0]);
        f->plan.target.command.items[0] = memory_copy_text(wrong[i]);
        assert_null(world_find_program(&f->plan, &f->err));
        assert_int_equal(f->err.class, LG_ERROR_INPUT);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_place_is_private_and_short),
        TEST(test_place_leaves_a_long_tmpdir),
        TEST(test_files_and_modes),
        TEST(test_config_has_expanded_strings),
        TEST(test_environment_is_complete),
        TEST(test_heap_rate_of_the_plan_stands),
        TEST(test_heap_rate_without_other_settings),
        TEST(test_expand_names),
        TEST(test_expand_the_program),
        TEST(test_relative),
        TEST(test_shim_counts_and_is_the_tool),
        TEST(test_shim_keeps_arguments_status_and_signals),
        TEST(test_basic_tools_are_not_counted_unless_declared),
        TEST(test_state_files_are_those_below_the_state_directories),
        TEST(test_state_files_have_a_limit),
        TEST(test_state_files_are_counted_up_to_a_limit),
        TEST(test_path_is_the_world_alone),
        TEST(test_file_of_the_plan_replaces_a_tool),
        TEST(test_project_is_committed_and_clean),
        TEST(test_status_leaves_the_index_alone),
        TEST(test_same_plan_gives_the_same_commit),
        TEST(test_no_git_is_a_need),
        TEST(test_missing_tools),
        TEST(test_links_are_refused),
        TEST(test_link_in_place_of_a_file_is_refused),
        TEST(test_paths_outside_are_refused),
        TEST(test_project_names_are_checked),
        TEST(test_find_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
