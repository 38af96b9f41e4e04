/* Steps that are input: press, chord, type, mouse, resize. */

#include "base/clock.h"
#include "base/limits.h"
#include "base/memory.h"
#include "driver/target_private.h"

static void start_escape_pause(struct target *target)
{
    target->escape_until = clock_now() + ESCAPE_PAUSE_MS * NS_PER_MS;
}

static bool await_moment(struct target *target, int64_t moment, struct lg_error *err)
{
    return clock_now() >= moment ||
           target_await(target, NULL, NULL, NULL, moment, err) != LOOP_FAILED;
}

/* Escape and the next key must not be read as one sequence: a target that reads late, on a busy
 * machine, would find both at once. So the pause begins when nothing is left unread. No event tells
 * when that is, and a first look without delay would come too early: the kernel hands bytes on a
 * little later. */
static bool await_escape(struct target *target, struct lg_error *err)
{
    const int64_t look = ESCAPE_LOOK_MS * NS_PER_MS;
    int64_t deadline = clock_deadline(DEADLINE_STEP_MS);
    if (target->escape_until == 0)
        return true;
    do {
        int64_t moment = clock_now() + look;
        if (clock_now() < target->escape_until && !await_moment(target, moment, err))
            return false;
        if (process_unread(&target->process) == 0)
            break;
        start_escape_pause(target);
    } while (clock_now() < deadline);
    bool fine = await_moment(target, target->escape_until, err);
    target->escape_until = 0;
    return fine;
}

/* What the target drew before an input is no answer to it, even if it has not been read yet. */
static void mark_input(struct target *target)
{
    target_read(target);
    target->input_frame = target->terminal->frames + (target->terminal->modes.in_update ? 1 : 0);
    target->last_input = clock_now();
}

static bool send_input(struct target *target, const struct buffer *bytes, struct lg_error *err)
{
    if (target_has_ended(target))
        return target_fail_ended(target, "before it could be sent input", err);
    if (!await_escape(target, err))
        return false;
    mark_input(target);
    return target_send(target, buffer_string(bytes), bytes->length, err);
}

/* The keys in one write. */
static bool send_keys(struct target *target, char *const *names, size_t count, struct lg_error *err)
{
    _cleanup_buffer_ struct buffer bytes = {0};
    struct key key = {0};
    for (size_t i = 0; i < count; i++) {
        const char *nearest = NULL;
        if (!key_parse(names[i], &key, &nearest))
            return lg_fail(err, LG_ERROR_INPUT, 0, "\"%s\" is no key", names[i]);
        terminal_encode_key(target->terminal, key, &bytes);
    }
    if (!send_input(target, &bytes, err))
        return false;
    if (key.code == KEY_ESCAPE)
        start_escape_pause(target);
    return true;
}

bool step_press(struct target *target, const struct step *step, struct lg_error *err)
{
    for (unsigned round = 0; round < step->repeat; round++)
        for (size_t i = 0; i < step->keys.count; i++)
            if (!send_keys(target, &step->keys.items[i], 1, err))
                return false;
    target->unanswered = step;
    return true;
}

bool step_chord(struct target *target, const struct step *step, struct lg_error *err)
{
    return send_keys(target, step->keys.items, step->keys.count, err);
}

bool step_text(struct target *target, const struct step *step, struct lg_error *err)
{
    _cleanup_buffer_ struct buffer bytes = {0};
    _cleanup_free_ char *text = step_expand(&target->steps, step->text, err);
    if (text == NULL)
        return false;
    /* A terminal sends a carriage return for Enter. */
    for (char *c = text; *c != '\0'; c++)
        if (*c == '\n')
            *c = '\r';
    buffer_text(&bytes, text);
    return send_input(target, &bytes, err);
}

bool step_mouse(struct target *target, const struct step *step, struct lg_error *err)
{
    _cleanup_buffer_ struct buffer bytes = {0};
    const struct mouse_plan *mouse = &step->mouse;
    int row = 0, column = 0;
    _cleanup_free_ char *text = step_expand(&target->steps, mouse->text, err);
    if (text == NULL)
        return false;
    if (!screen_find(target->terminal, text, target->plan->target.wait_rows, &row, &column))
        return lg_fail(err, LG_ERROR_TARGET, 0, "the text \"%s\" is not on the screen", text);
    for (unsigned i = 0; i < (step->repeat > 0 ? step->repeat : 1); i++)
        if (!terminal_encode_mouse(target->terminal, mouse->action, 1, row, column, &bytes, err))
            return false;
    return send_input(target, &bytes, err);
}

bool step_resize(struct target *target, const struct step *step, struct lg_error *err)
{
    mark_input(target);
    recording_resize(target->recording, step->rows, step->columns);
    return terminal_resize(target->terminal, step->rows, step->columns, err) &&
           process_resize(&target->process, step->rows, step->columns, err);
}

bool target_forward(struct target *target, const char *bytes, size_t length, struct lg_error *err)
{
    mark_input(target);
    return target_send(target, bytes, length, err);
}

bool target_look(struct target *target, int64_t quiet_ms, struct string_list *rows)
{
    target_read(target);
    terminal_text(target->terminal, rows);
    int64_t last =
        target->last_output > target->last_input ? target->last_output : target->last_input;
    return !target->terminal->modes.in_update && clock_now() - last >= quiet_ms * NS_PER_MS;
}
