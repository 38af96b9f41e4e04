/* Quiet, and the round trip: the screen without events, and the screen as it was. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/memory.h"
#include "driver/target_private.h"

static bool has_ended(void *context)
{
    return !target_alive(context, NULL);
}

struct quiet {
    struct target *target;
    int64_t ns;
};

static int64_t quiet_until(void *context)
{
    const struct quiet *quiet = context;
    /* Inside an update only more output can end the wait. */
    if (terminal_in_update(quiet->target->terminal))
        return CLOCK_NEVER;
    /* The answer to an input is still to come: the quiet counts from it as well. */
    const struct target *target = quiet->target;
    int64_t last =
        target->last_input > target->last_output ? target->last_input : target->last_output;
    return last + quiet->ns;
}

static bool is_quiet(void *context)
{
    return has_ended(((struct quiet *)context)->target) || clock_now() >= quiet_until(context);
}

bool target_settle(struct target *target, int64_t quiet_ms, int64_t deadline, struct lg_error *err)
{
    struct quiet quiet = {.target = target, .ns = quiet_ms * NS_PER_MS};
    switch (loop_run_until(target->loop, is_quiet, quiet_until, &quiet, deadline, err)) {
    case LOOP_DONE:
    case LOOP_DEADLINE:
        return target->quitting || target_alive(target, NULL) ||
               target_fail_ended(target, "its screen was to settle", err);
    case LOOP_STOPPED:
        return target_fail_stopped(target, err);
    case LOOP_FAILED:
        break;
    }
    return false;
}

struct round_trip {
    struct target *target;
    const struct string_list *rows;
    uint64_t looked_at;
    bool compared;
    bool equal;
    int row; /* of the first difference */
    char *shown;
};

static bool has_returned(void *context)
{
    struct round_trip *trip = context;
    struct target *target = trip->target;
    if (!target_alive(target, NULL))
        return true;
    uint64_t frame = terminal_frames(target->terminal);
    if (terminal_in_update(target->terminal) || (trip->compared && trip->looked_at == frame))
        return trip->equal;
    trip->compared = true;
    trip->looked_at = frame;
    _cleanup_strings_ struct string_list now = {0};
    screen_without(target->terminal, target->plan, &target->plan->measure.leave_out, &now);
    free(take_pointer(trip->shown));
    size_t count = now.count < trip->rows->count ? now.count : trip->rows->count;
    trip->equal = now.count == trip->rows->count;
    for (size_t i = 0; i < count && trip->shown == NULL; i++)
        if (strcmp(now.items[i], trip->rows->items[i]) != 0) {
            trip->equal = false;
            trip->row = (int)i;
            trip->shown = memory_copy_text(now.items[i]);
        }
    return trip->equal;
}

/* For a message: of two or more blanks two are left. The caller frees it. */
static char *squeezed(const char *row)
{
    char *text = memory_copy_text(row);
    size_t length = 0;
    for (const char *c = row; *c != '\0'; c++)
        if (*c != ' ' || length < 2 || text[length - 1] != ' ' || text[length - 2] != ' ')
            text[length++] = *c;
    text[length] = '\0';
    return text;
}

bool target_await_screen(struct target *target, const struct string_list *rows, int64_t timeout_ms,
                         struct lg_error *err)
{
    struct round_trip trip = {.target = target, .rows = rows};
    int64_t deadline = step_deadline(target, timeout_ms);
    enum loop_result result =
        loop_run_until(target->loop, has_returned, NULL, &trip, deadline, err);
    _cleanup_free_ char *shown = trip.shown;
    if (result == LOOP_STOPPED)
        return target_fail_stopped(target, err);
    if (result == LOOP_FAILED)
        return false;
    if (!target_alive(target, NULL))
        return target_fail_ended(target, "its screen was to come back", err);
    if (result == LOOP_DONE)
        return true;
    _cleanup_free_ char *now = squeezed(shown != NULL ? shown : "");
    _cleanup_free_ char *before = squeezed(rows->items[trip.row]);
    return lg_fail(err, LG_ERROR_INVALID, 0,
                   "the screen did not come back to what it showed before the loop: row %d is "
                   "\"%s\", was \"%s\"",
                   trip.row, now, before);
}
