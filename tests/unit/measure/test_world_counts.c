/* What a run sees in its world: real files, a real tmux server on a socket of the world. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/memory.h"
#include "measure/world_counts.h"
#include "world/home.h"

struct fixture {
    struct plan plan;
    char *root;
    struct world *world;
    struct loop *loop;
    struct lg_error err;
};

static int setup(void **state)
{
    struct fixture *f = memory_new(struct fixture);
    f->plan.target.term = "xterm-256color";
    string_list_add(&f->plan.target.state, "${world}/state");
    string_list_add(&f->plan.target.survivors, "${world}/tm");
    f->root = world_new_root(&f->err);
    f->loop = loop_new(&f->err);
    *state = f;
    if (f->root != NULL && world_claim(f->root, &f->err))
        f->world = world_make(&f->plan, f->root, &f->err);
    return f->world == NULL || f->loop == NULL;
}

static int run(const struct fixture *f, const char *script)
{
    _cleanup_free_ char *command = memory_format(
        "cd '%s' && TMUX_TMPDIR='%s/tm' && export TMUX_TMPDIR && %s", f->root, f->root, script);
    return system(command);
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    run(f, "tmux kill-server 2>/dev/null; tmux -L other kill-server 2>/dev/null");
    world_free(f->world);
    loop_free(f->loop);
    assert_true(directory_remove(f->root, &f->err));
    free(f->root);
    string_list_free(&f->plan.target.state);
    string_list_free(&f->plan.target.survivors);
    free(f);
    return 0;
}

static void sessions_of_every_server_are_named(void **state)
{
    struct fixture *f = *state;
    _cleanup_free_ char *tmux = tool_find("tmux");
    _cleanup_strings_ struct string_list names = {0};
    if (tmux == NULL)
        skip();
    sessions_read(f->loop, f->world, &names);
    assert_int_equal(names.count, 0);
    assert_int_equal(run(f, "tmux -f /dev/null new-session -d -s 'b 2' 'sleep 60' && "
                            "tmux new-session -d -s a 'sleep 60' && "
                            "tmux -f /dev/null -L other new-session -d -s c 'sleep 60'"),
                     0);
    sessions_read(f->loop, f->world, &names);
    assert_int_equal(names.count, 3);
    assert_string_equal(names.items[0], "a");
    assert_string_equal(names.items[1], "b 2");
    assert_string_equal(names.items[2], "c");
    string_list_free(&names);
    sessions_end(f->loop, f->world);
    assert_int_not_equal(run(f, "tmux ls || tmux -L other ls"), 0);
    /* A socket that nobody listens on. */
    sessions_read(f->loop, f->world, &names);
    assert_int_equal(names.count, 0);
}

static void what_is_left_is_what_was_not_there_when_the_loop_began(void **state)
{
    struct fixture *f = *state;
    struct world_counts world_counts = {0};
    assert_int_equal(run(f, "touch state/old state/goes"), 0);
    assert_true(world_counts_mark(&world_counts, f->world, &f->err));
    assert_int_equal(run(f, "rm state/goes && mkdir state/d && touch state/d/new state/old"), 0);
    struct journal_left sessions = {.count = JOURNAL_ABSENT}, files = sessions;
    world_sessions_left(f->loop, f->world, &sessions);
    world_counts_files_left(&world_counts, f->world, &files);
    assert_int_equal(files.count, 1);
    assert_int_equal(files.names.count, 1);
    assert_string_equal(files.names.items[0], "${world}/state/d/new");
    assert_int_equal(sessions.count, 0);
    assert_int_equal(sessions.names.count, 0);
    string_list_free(&files.names);
    world_counts_free(&world_counts);
}

/* Played only, or broken off before its loop: everything would be new. */
static void without_a_mark_no_file_is_called_new(void **state)
{
    struct fixture *f = *state;
    struct world_counts world_counts = {0};
    assert_int_equal(run(f, "touch state/a"), 0);
    struct journal_left files = {.count = JOURNAL_ABSENT};
    world_counts_files_left(&world_counts, f->world, &files);
    assert_true(files.count == JOURNAL_ABSENT);
    world_counts_free(&world_counts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(sessions_of_every_server_are_named, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_left_is_what_was_not_there_when_the_loop_began,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(without_a_mark_no_file_is_called_new, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
