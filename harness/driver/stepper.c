/* The steps of a scenario, played on a target in order. */
#include <stdlib.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/memory.h"
#include "driver/target_private.h"

/* How long a press that no wait follows may take to show on the screen. */
enum { UNANSWERED_MS = 100 };

static bool frame_came(void *context)
{
    struct target *target = context;
    return target_has_ended(target) ||
           (target->terminal->frames > target->input_frame && !target->terminal->modes.in_update);
}

/* A lost key is worse than a failed step, so a press that no wait follows has to show something. */
static bool check_unanswered(struct target *target, struct lg_error *err)
{
    if (target->unanswered == NULL)
        return true;
    target->unanswered = NULL;
    int64_t deadline = step_deadline(&target->steps, UNANSWERED_MS);
    enum loop_result result = target_await(target, frame_came, NULL, target, deadline, err);
    target->silent_presses += result == LOOP_DEADLINE && !target->quitting;
    return result != LOOP_FAILED;
}

static bool do_snapshot(struct target *target, const struct step *step, struct lg_error *err)
{
    _cleanup_free_ char *name = step_expand(&target->steps, step->text, err);
    if (name == NULL)
        return false;
    _cleanup_strings_ struct string_list rows = {0};
    terminal_text(target->terminal, &rows);
    if (target->options.snapshot != NULL)
        target->options.snapshot(target->options.context, name, &rows);
    return true;
}

static bool do_step(struct target *target, const struct step *step, struct lg_error *err)
{
    switch (step->kind) {
    case STEP_PRESS:
        return step_press(target, step, err);
    case STEP_CHORD:
        return step_chord(target, step, err);
    case STEP_TYPE:
        return step_text(target, step, err);
    case STEP_MOUSE:
        return step_mouse(target, step, err);
    case STEP_RUN:
    case STEP_WRITE:
    case STEP_REMOVE:
        return world_step(&target->steps, step, err);
    case STEP_RESIZE:
        return step_resize(target, step, err);
    case STEP_WAIT:
        return step_wait(target, step, err);
    case STEP_SETTLE:
        return target_settle(target, step->ms, step_deadline(&target->steps, step->timeout_ms),
                             err);
    case STEP_SNAPSHOT:
        return do_snapshot(target, step, err);
    case STEP_SLEEP:
        target->sleeps++;
        return target_await(target, NULL, NULL, NULL, clock_deadline(step->ms), err) != LOOP_FAILED;
    case STEP_LOOP:
    case STEP_KIND_COUNT:
        break;
    }
    return lg_fail(err, LG_ERROR_INTERNAL, 0, "step kind %d is unknown", (int)step->kind);
}

bool target_play(struct target *target, const struct step_list *steps, unsigned iteration,
                 struct lg_error *err)
{
    target->steps.iteration = iteration;
    for (size_t i = 0; i < steps->count; i++) {
        const struct step *step = &steps->items[i];
        struct step_report report = {.step = step, .iteration = iteration, .started = clock_now()};
        if (step->kind == STEP_WAIT || step->kind == STEP_SETTLE)
            target->unanswered = NULL;
        else if (!check_unanswered(target, err))
            return false;
        recording_marker(target->recording, step->source);
        report.failed = !do_step(target, step, err);
        if (report.failed)
            lg_error_at(err, step->where.file, step->where.line, step->where.column);
        report.ended = clock_now();
        if (target->options.listener != NULL)
            target->options.listener(target->options.context, &report);
        if (report.failed)
            return false;
    }
    return check_unanswered(target, err);
}

bool target_ready(struct target *target, struct lg_error *err)
{
    target->steps.default_ms = target->plan->target.ready_ms;
    bool ready = target_play(target, &target->plan->target.ready, 0, err);
    target->steps.default_ms = DEADLINE_STEP_MS;
    return ready;
}

bool target_quit(struct target *target, struct lg_error *err)
{
    target->quitting = true;
    target->looked_at = clock_now();
    target->quit_until = target->looked_at + DEADLINE_BUSY_QUIT_MS * NS_PER_MS;
    target->cpu_seconds = process_cpu_seconds(&target->process);
    if (!target_play(target, &target->plan->target.quit, 0, err))
        return false;
    int64_t deadline = step_deadline(&target->steps, target->plan->target.quit_ms);
    enum loop_result result;
    do
        result = target_await(target, target_has_ended, NULL, target, deadline, err);
    while (result == LOOP_DEADLINE && target_extend_quit(target, &deadline));
    if (result == LOOP_FAILED)
        return false;
    if (!target_has_ended(target))
        return lg_fail(err, LG_ERROR_TARGET, 0, "the target did not end after the quit steps");
    int status = target->process.status;
    if (WIFEXITED(status) && WEXITSTATUS(status) == target->plan->target.quit_status)
        return true;
    char how[128];
    process_describe(status, how, sizeof how);
    return lg_fail(err, LG_ERROR_TARGET, 0, "the target quit with %s, not exit status %d", how,
                   target->plan->target.quit_status);
}
