/* The run step: a command in the world. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "driver/process.h"
#include "driver/world_steps.h"

enum { RUN_OUTPUT_BYTES = 65536 };

static bool build_argv(const struct world *world, const struct run_plan *run, unsigned iteration,
                       struct string_list *argv, struct lg_error *err)
{
    if (run->script != NULL) {
        string_list_add(argv, "sh");
        string_list_add(argv, "-c");
        char *script = world_expand(world, run->script, iteration, err);
        if (script == NULL)
            return false;
        string_list_take(argv, script);
    }
    for (size_t i = 0; i < run->argv.count; i++) {
        char *argument = world_expand(world, run->argv.items[i], iteration, err);
        if (argument == NULL)
            return false;
        string_list_take(argv, argument);
    }
    return true;
}

static bool command_ended(void *context)
{
    return process_reap(context);
}

static void on_command_end(void *context, uint32_t events)
{
    (void)events;
    process_reap(context);
}

static char *command_output(int file)
{
    char text[RUN_OUTPUT_BYTES];
    off_t size = lseek(file, 0, SEEK_END);
    off_t start = size > (off_t)sizeof text - 1 ? size - (off_t)sizeof text + 1 : 0;
    ssize_t got = pread(file, text, sizeof text - 1, start);
    text[got > 0 ? got : 0] = '\0';
    for (ssize_t end = got; end > 0 && text[end - 1] == '\n'; end--)
        text[end - 1] = '\0';
    return memory_copy_text(text);
}

static bool await_command(const struct step_context *context, const struct step *step,
                          struct process *command, int output, struct lg_error *err)
{
    if (!loop_watch(context->loop, command->pidfd, EPOLLIN, on_command_end, command, err))
        return false;
    int64_t deadline = world_step_deadline(context, step->timeout_ms);
    enum loop_result result =
        loop_run_until(context->loop, command_ended, NULL, command, deadline, err);
    loop_unwatch(context->loop, command->pidfd);
    if (result == LOOP_STOPPED)
        return fail_stopped(context->loop, err);
    if (result == LOOP_FAILED)
        return false;
    _cleanup_free_ char *text = command_output(output);
    if (result == LOOP_DEADLINE)
        return lg_fail(err, LG_ERROR_TARGET, 0, "the command did not end in time; it wrote: %s",
                       text);
    if (WIFEXITED(command->status) && WEXITSTATUS(command->status) == step->run.status)
        return true;
    char how[128];
    process_describe(command->status, how, sizeof how);
    return lg_fail(err, LG_ERROR_TARGET, 0, "the command ended with %s, not %d; it wrote: %s", how,
                   step->run.status, text);
}

bool world_run(const struct step_context *context, const struct step *step, unsigned iteration,
               struct lg_error *err)
{
    const struct world *world = context->world;
    _cleanup_strings_ struct string_list argv = {0};
    const char *directory = step->run.directory != NULL ? step->run.directory : "${world}";
    _cleanup_free_ char *inside = world_expand(world, directory, iteration, err);
    _cleanup_close_ int output = file_in_memory("leakgate-run");
    if (inside == NULL || !build_argv(world, &step->run, iteration, &argv, err))
        return false;
    if (output < 0)
        return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot hold a command's output");
    _cleanup_free_ char *bin = path_join(world->root, "bin");
    bool named = strchr(argv.items[0], '/') == NULL;
    _cleanup_free_ char *program = path_join(named ? bin : world->root, argv.items[0]);
    _cleanup_free_ char *absolute = path_join(world->root, inside);
    struct process_options options = {.program = program,
                                      .argv = argv.items,
                                      .environment = world->environment.items,
                                      .directory = absolute,
                                      .standard_error = output,
                                      .file_bytes = LIMIT_COMMAND_FILE_BYTES};
    struct process command = {.pid = -1, .pidfd = -1, .master = -1};
    if (!process_start(&options, &command, err))
        return false;
    bool done = await_command(context, step, &command, output, err);
    process_end(&command, 0);
    return done;
}
