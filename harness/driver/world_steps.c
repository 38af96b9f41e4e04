#include "driver/world_steps.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "world/files.h"

int64_t world_step_deadline(const struct step_context *context, int64_t ms)
{
    double scale = context->timeout_scale > 0 ? context->timeout_scale : 1;
    return clock_deadline((int64_t)((double)(ms >= 0 ? ms : context->default_ms) * scale));
}

bool fail_stopped(struct loop *loop, struct lg_error *err)
{
    return lg_fail(err, LG_ERROR_CANCELLED, 0, "stopped by signal %d (%s)", loop_stopped(loop),
                   strsignal(loop_stopped(loop)));
}

static bool asked_before(void *context)
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
static bool look_around(struct loop *loop, struct lg_error *err)
{
    bool asked = false;
    enum loop_result result = loop_run_until(loop, asked_before, at_once, &asked, CLOCK_NEVER, err);
    return result == LOOP_STOPPED ? fail_stopped(loop, err) : result != LOOP_FAILED;
}

/* What the machine lacks is no fault of the step. */
static bool is_machines(int errnum)
{
    return errnum == ENOSPC || errnum == EDQUOT || errnum == EMFILE || errnum == ENFILE ||
           errnum == ENOMEM || errnum == EIO || errnum == EROFS;
}

static bool fail_step(struct lg_error *err)
{
    if (err != NULL && err->class != LG_ERROR_CANCELLED && !is_machines(err->errnum))
        err->class = LG_ERROR_TARGET;
    return false;
}

static bool do_write(const struct step_context *context, const struct file_plan *file,
                     unsigned iteration, struct lg_error *err)
{
    size_t total = 0;
    for (unsigned copy = 1; copy <= file_copies(file); copy++) {
        struct world_moment moment = file_moment(file, copy, iteration);
        if (!file_make(context->world, file, &moment, &total, err) ||
            !look_around(context->loop, err))
            return false;
    }
    return true;
}

static bool do_remove(const struct step_context *context, const struct remove_plan *remove,
                      unsigned iteration, struct lg_error *err)
{
    for (size_t i = 0; i < remove->paths.count; i++) {
        bool found = false;
        const char *path = remove->paths.items[i];
        if (!files_remove(context->world, path, iteration, &found, err))
            return false;
        if (!found && !remove->missing_allowed)
            return lg_fail(err, LG_ERROR_TARGET, 0, "there is nothing to remove at %s", path);
    }
    return true;
}

bool world_step(const struct step_context *context, const struct step *step, unsigned iteration,
                struct lg_error *err)
{
    if (step->kind == STEP_RUN)
        return world_run(context, step, iteration, err);
    if (step->kind == STEP_WRITE)
        return do_write(context, &step->file, iteration, err) || fail_step(err);
    if (step->kind == STEP_REMOVE)
        return do_remove(context, &step->remove, iteration, err) || fail_step(err);
    return lg_fail(err, LG_ERROR_INTERNAL, 0, "%s needs a target", step->source);
}

bool world_steps_play(const struct step_context *in, const struct step_list *steps,
                      step_listener *listener, void *context, struct lg_error *err)
{
    for (size_t i = 0; i < steps->count; i++) {
        const struct step *step = &steps->items[i];
        struct step_report report = {.step = step, .started = clock_now()};
        report.failed = !world_step(in, step, 0, err);
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
