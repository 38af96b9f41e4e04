#include "driver/world_steps.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "world/files.h"

int64_t step_deadline(const struct step_context *context, int64_t ms)
{
    double scale = context->timeout_scale > 0 ? context->timeout_scale : 1;
    return clock_deadline((int64_t)((double)(ms >= 0 ? ms : context->default_ms) * scale));
}

char *step_expand(const struct step_context *context, const char *template, struct lg_error *err)
{
    return world_expand(context->world, template, context->iteration, err);
}

bool fail_stopped(struct loop *loop, struct lg_error *err)
{
    return lg_fail(err, LG_ERROR_CANCELLED, 0, "stopped by signal %d (%s)", loop_stopped(loop),
                   strsignal(loop_stopped(loop)));
}

bool expand_list(const struct world *world, const struct string_list *templates, unsigned iteration,
                 struct string_list *texts, struct lg_error *err)
{
    for (size_t i = 0; i < templates->count; i++) {
        char *text = world_expand(world, templates->items[i], iteration, err);
        if (text == NULL)
            return false;
        string_list_take(texts, text);
    }
    return true;
}

static bool has_ended(void *context)
{
    return process_reap(context);
}

static void on_end(void *context, uint32_t events)
{
    (void)events;
    process_reap(context);
}

enum loop_result program_run(const struct process_options *options, struct loop *loop,
                             int64_t deadline, int *status, struct lg_error *err)
{
    struct process process;
    enum loop_result result = LOOP_FAILED;
    if (!process_start(options, &process, err))
        return LOOP_FAILED;
    if (loop_watch(loop, process.pidfd, EPOLLIN, on_end, &process, err)) {
        result = loop_run_until(loop, has_ended, NULL, &process, deadline, err);
        loop_unwatch(loop, process.pidfd);
    }
    if (result == LOOP_DONE)
        *status = process.status;
    process_end(&process, 0);
    return result;
}

static bool build_argv(const struct step_context *context, const struct run_plan *run,
                       struct string_list *argv, struct lg_error *err)
{
    if (run->script != NULL) {
        char *script = step_expand(context, run->script, err);
        if (script == NULL)
            return false;
        string_list_add(argv, "sh");
        string_list_add(argv, "-c");
        string_list_take(argv, script);
    }
    return expand_list(context->world, &run->argv, context->iteration, argv, err);
}

/* The end of what the command wrote, without the newlines after it. The caller frees it. */
static char *last_output(int file)
{
    char text[64 * 1024 - 1];
    off_t size = lseek(file, 0, SEEK_END);
    off_t start = size > (off_t)sizeof text ? size - (off_t)sizeof text : 0;
    ssize_t length = pread(file, text, sizeof text, start);
    while (length > 0 && text[length - 1] == '\n')
        length--;
    return memory_copy_range(text, length > 0 ? (size_t)length : 0);
}

static bool do_run(const struct step_context *context, const struct step *step,
                   struct lg_error *err)
{
    const struct run_plan *run = &step->run;
    const struct world *world = context->world;
    _cleanup_strings_ struct string_list argv = {0};
    const char *directory = run->directory != NULL ? run->directory : "${world}";
    _cleanup_free_ char *inside = step_expand(context, directory, err);
    _cleanup_close_ int output = file_in_memory("leakgate-run");
    if (inside == NULL || !build_argv(context, run, &argv, err))
        return false;
    if (output < 0)
        return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot hold a command's output");

    _cleanup_free_ char *bin = path_join(world->root, "bin");
    /* NOLINTNEXTLINE: no plan has a command without words. */
    bool is_tool = strchr(argv.items[0], '/') == NULL;
    _cleanup_free_ char *program = path_join(is_tool ? bin : world->root, argv.items[0]);
    _cleanup_free_ char *absolute = path_join(world->root, inside);
    struct process_options options = {.program = program,
                                      .argv = argv.items,
                                      .environment = world->environment.items,
                                      .directory = absolute,
                                      .standard_error = output,
                                      .file_bytes = LIMIT_COMMAND_FILE_BYTES};
    int64_t deadline = step_deadline(context, step->timeout_ms);
    int status = 0;
    enum loop_result result = program_run(&options, context->loop, deadline, &status, err);
    if (result == LOOP_STOPPED)
        return fail_stopped(context->loop, err);
    if (result == LOOP_FAILED)
        return false;
    _cleanup_free_ char *text = last_output(output);
    if (result == LOOP_DEADLINE)
        return lg_fail(err, LG_ERROR_TARGET, 0, "the command did not end in time; it wrote: %s",
                       text);
    if (WIFEXITED(status) && WEXITSTATUS(status) == run->status)
        return true;
    char how[128];
    process_describe(status, how, sizeof how);
    return lg_fail(err, LG_ERROR_TARGET, 0, "the command ended with %s, not %d; it wrote: %s", how,
                   run->status, text);
}

static bool second_time(void *context)
{
    bool *asked = context, before = *asked;
    *asked = true;
    return before;
}

static int64_t at_once(void *context)
{
    (void)context;
    return clock_now();
}

/* One round of events between two files: the terminal must not fill up meanwhile. */
static bool handle_events(struct loop *loop, struct lg_error *err)
{
    bool asked = false;
    enum loop_result result = loop_run_until(loop, second_time, at_once, &asked, CLOCK_NEVER, err);
    return result == LOOP_STOPPED ? fail_stopped(loop, err) : result != LOOP_FAILED;
}

static bool do_write(const struct step_context *context, const struct file_plan *file,
                     struct lg_error *err)
{
    size_t total = 0;
    for (unsigned copy = file->copies > 0; copy <= file->copies; copy++) {
        struct world_moment moment = {.iteration = context->iteration, .copy = copy};
        if (!file_make(context->world, file, &moment, &total, err) ||
            !handle_events(context->loop, err))
            return false;
    }
    return true;
}

static bool do_remove(const struct step_context *context, const struct remove_plan *remove,
                      struct lg_error *err)
{
    for (size_t i = 0; i < remove->paths.count; i++) {
        bool found = false;
        const char *path = remove->paths.items[i];
        if (!files_remove(context->world, path, context->iteration, &found, err))
            return false;
        if (!found && !remove->missing_allowed)
            return lg_fail(err, LG_ERROR_TARGET, 0, "there is nothing to remove at %s", path);
    }
    return true;
}

/* What the machine lacks is not the step's fault. */
static bool fail_step(struct lg_error *err)
{
    static const int machine[] = {ENOSPC, EDQUOT, EMFILE, ENFILE, ENOMEM, EIO, EROFS};
    for (size_t i = 0; err != NULL && i < COUNT_OF(machine); i++)
        if (err->errnum == machine[i])
            return false;
    if (err != NULL && err->class != LG_ERROR_CANCELLED)
        err->class = LG_ERROR_TARGET;
    return false;
}

bool world_step(const struct step_context *context, const struct step *step, struct lg_error *err)
{
    if (step->kind == STEP_RUN)
        return do_run(context, step, err);
    if (step->kind == STEP_WRITE)
        return do_write(context, &step->file, err) || fail_step(err);
    if (step->kind == STEP_REMOVE)
        return do_remove(context, &step->remove, err) || fail_step(err);
    return lg_fail(err, LG_ERROR_INTERNAL, 0, "%s needs a target", step->source);
}

bool world_steps_play(const struct step_context *in, const struct step_list *steps,
                      step_listener *listener, void *context, struct lg_error *err)
{
    for (size_t i = 0; i < steps->count; i++) {
        const struct step *step = &steps->items[i];
        struct step_report report = {.step = step, .started = clock_now()};
        report.failed = !world_step(in, step, err);
        report.ended = clock_now();
        if (report.failed)
            lg_error_at(err, step->where.file, step->where.line, step->where.column);
        if (listener != NULL)
            listener(context, &report);
        if (report.failed)
            return false;
    }
    return true;
}
