/* A person plays: the user's terminal shows the target, and each key is kept with the screen. */
#include "measure/by_hand.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "driver/taken.h"
#include "measure/run_private.h"
#include "scenario/key_input.h"
#include "scenario/write.h"

struct by_hand {
    struct run *run;
    struct lent_terminal *lent;
    int terminal;
    struct buffer pending; /* from the terminal, not understood yet */
    int64_t came;          /* when its last part did */
    struct takes takes;
    unsigned marks;
    bool begun; /* the target is ready, and the user's */
    bool over;
    struct lg_error problem;
};

/* --- Takes --- */

/* Canonical mode without echo: a password is being asked for. */
static bool is_secret(const struct by_hand *hand)
{
    struct termios modes;
    return tcgetattr(hand->run->target->process.master, &modes) == 0 &&
           (modes.c_lflag & ICANON) != 0 && (modes.c_lflag & ECHO) == 0;
}

static struct take *add_take(struct by_hand *hand, enum take_kind kind)
{
    struct takes *takes = &hand->takes;
    struct take *take = array_add(takes->items, takes->count, takes->capacity);
    take->kind = kind;
    take->rested = target_look(hand->run->target, RECORD_QUIET_MS, &take->before);
    take->frames = hand->run->target->terminal->frames;
    return take;
}

static void take_mouse(struct by_hand *hand, const struct input *input)
{
    struct take *take = add_take(hand, TAKE_MOUSE);
    struct range rows = hand->run->plan->target.wait_rows;
    take->mouse = input->mouse;
    take->text = input->mouse == MOUSE_CLICK
                     ? text_at(&take->before, rows, input->row, input->column)
                     : text_near(&take->before, rows, input->row, input->column);
    if (take->text != NULL)
        return;
    hand->lent->left_out++;
    string_list_free(&take->before);
    hand->takes.count--;
}

/* The only sign of leakgate's own in the terminal: a program that has no title leaves it there. */
static void take_mark(struct by_hand *hand)
{
    static const char sign[] =
        "\a\x1b]2;leakgate: the round trip has begun; " MARK_KEY_NAME " again where it ends\a";
    add_take(hand, TAKE_MARK);
    hand->over = ++hand->marks == 2;
    (void)!file_write_all(hand->terminal, sign, hand->over ? 1 : strlen(sign), NULL);
}

static void take_input(struct by_hand *hand, const struct input *input)
{
    bool is_text = input->kind == INPUT_PASTE ||
                   (input->kind == INPUT_KEY && input->key.code == KEY_CHARACTER);
    if (is_text && is_secret(hand)) {
        hand->lent->has_secret = true;
        add_take(hand, TAKE_SECRET);
    } else if (input->kind == INPUT_KEY) {
        add_take(hand, TAKE_KEY)->key = input->key;
    } else if (input->kind == INPUT_PASTE) {
        add_take(hand, TAKE_PASTE)->text = memory_copy_range(input->paste, input->paste_length);
    } else if (input->kind == INPUT_MOUSE) {
        take_mouse(hand, input);
    } else if (input->kind == INPUT_OTHER) {
        hand->lent->left_out++;
    }
}

static bool is_mark(const struct input *input)
{
    return input->kind == INPUT_KEY && input->key.code == KEY_CHARACTER &&
           input->key.character == ']' && input->key.modifiers == KEY_CTRL;
}

/* `whole`: no more is coming. What nobody typed reaches the target from the first moment on. */
static void read_pending(struct by_hand *hand, bool whole)
{
    struct input input;
    size_t used;
    while (!hand->over && (used = input_read(buffer_string(&hand->pending), hand->pending.length,
                                             whole, &input)) > 0) {
        bool mark = hand->begun && is_mark(&input);
        if (mark)
            take_mark(hand);
        else if (hand->begun)
            take_input(hand, &input);
        if (!mark && (hand->begun || input.kind == INPUT_ANSWER) &&
            !target_has_ended(hand->run->target) &&
            !target_forward(hand->run->target, hand->pending.data, used, &hand->problem))
            hand->over = true;
        buffer_drop(&hand->pending, used);
        if (hand->takes.count > LIMIT_RECORD_TAKES && !hand->over)
            hand->over = !lg_fail(&hand->problem, LG_ERROR_INPUT, 0,
                                  "more than %u inputs are no round trip", LIMIT_RECORD_TAKES);
    }
}

static void on_terminal(void *context, uint32_t events)
{
    struct by_hand *hand = context;
    char bytes[4096];
    ssize_t got = read(hand->terminal, bytes, sizeof bytes);
    (void)events;
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (got <= 0) {
        loop_unwatch(hand->run->loop, hand->terminal);
        hand->over = !lg_fail(&hand->problem, LG_ERROR_INPUT, 0, "the terminal was closed");
        return;
    }
    buffer_append(&hand->pending, bytes, (size_t)got);
    hand->came = clock_now();
    if (hand->run->target != NULL)
        read_pending(hand, false);
}

void run_by_hand_output(void *context, const char *bytes, size_t length)
{
    struct run *run = context;
    (void)!file_write_all(run->by_hand->terminal, bytes, length, NULL);
    if (run->target != NULL)
        run->options->terminal->alternate = run->target->terminal->modes.alternate;
}

bool run_open_by_hand(struct run *run, struct lg_error *err)
{
    struct by_hand *hand = memory_new(struct by_hand);
    *hand = (struct by_hand){.run = run,
                             .lent = run->options->terminal,
                             .terminal =
                                 open(run->options->terminal->path, O_RDWR | O_NOCTTY | O_CLOEXEC)};
    run->by_hand = hand;
    if (hand->terminal < 0)
        return lg_fail(err, LG_ERROR_INPUT, errno, "cannot open the terminal");
    return loop_watch(run->loop, hand->terminal, EPOLLIN, on_terminal, hand, err);
}

void run_close_by_hand(struct run *run)
{
    struct by_hand *hand = run->by_hand;
    if (hand == NULL)
        return;
    cleanup_close(&hand->terminal);
    buffer_free(&hand->pending);
    takes_free(&hand->takes);
    free(hand);
}

/* --- The session --- */

/* The user's terminal has another size: the target's gets it, as by the step. */
static bool follow_size(struct by_hand *hand, struct lg_error *err)
{
    struct winsize size;
    struct run *run = hand->run;
    struct takes *takes = &hand->takes;
    if (ioctl(hand->terminal, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 ||
        (size.ws_row == run->target->terminal->rows &&
         size.ws_col == run->target->terminal->columns))
        return true;
    struct step step = {.kind = STEP_RESIZE,
                        .columns = size.ws_col,
                        .rows = size.ws_row,
                        .source = (char *)"resize"};
    struct take *take = add_take(hand, TAKE_RESIZE);
    /* A window that is dragged has many sizes. */
    if (takes->count > 1 && take[-1].kind == TAKE_RESIZE && !take->rested) {
        string_list_free(&take->before);
        takes->count--;
        take--;
    }
    take->columns = size.ws_col;
    take->rows = size.ws_row;
    return target_play(run->target, &(struct step_list){.items = &step, .count = 1}, 0, err);
}

static bool is_over(void *context)
{
    struct by_hand *hand = context;
    return hand->over || target_has_ended(hand->run->target);
}

static bool play_by_hand(struct by_hand *hand, struct lg_error *err)
{
    struct run *run = hand->run;
    hand->begun = true;
    while (!is_over(hand)) {
        enum loop_result result =
            loop_run_until(run->loop, is_over, NULL, hand, clock_deadline(RECORD_LOOK_MS), err);
        if (result == LOOP_STOPPED)
            return lg_fail(err, LG_ERROR_CANCELLED, 0, "stopped by signal %d",
                           loop_stopped(run->loop));
        if (result == LOOP_FAILED || (!is_over(hand) && !follow_size(hand, err)))
            return false;
        if (clock_now() - hand->came >= RECORD_LOOK_MS * NS_PER_MS)
            read_pending(hand, true);
    }
    if (hand->problem.class != LG_ERROR_NONE)
        *err = hand->problem;
    return hand->problem.class == LG_ERROR_NONE;
}

/* A round trip that resizes begins at the size that the person had. */
static void begin_at_size(const struct by_hand *hand, struct step_list *setup)
{
    const struct target_plan *plan = &hand->run->plan->target;
    bool resizes = false;
    for (size_t i = 0; i < hand->takes.count; i++)
        resizes |= hand->takes.items[i].kind == TAKE_RESIZE;
    if (resizes)
        array_append(setup->items, setup->count, setup->capacity,
                     (struct step){.kind = STEP_RESIZE,
                                   .columns = plan->columns,
                                   .rows = plan->rows,
                                   .timeout_ms = -1});
    steps_add_settle(setup);
}

static bool write_taken(const struct by_hand *hand, size_t first, size_t end, struct lg_error *err)
{
    const struct plan *plan = hand->run->plan;
    _cleanup_free_ char *path = path_join(hand->run->options->directory, TAKEN_FILE);
    _cleanup_buffer_ struct buffer yaml = {0};
    struct variable secret = {.name = (char *)SECRET_VARIABLE, .value = (char *)"not-kept"};
    struct scenario_draft draft = {.title = plan->title,
                                   .target = plan->target.name,
                                   .needs = plan->needs,
                                   .vars = {&secret, hand->lent->has_secret ? 1 : 0}};
    begin_at_size(hand, &draft.setup);
    takes_steps(&hand->takes, 0, first, plan->target.wait_rows, &draft.setup);
    takes_steps(&hand->takes, first, end, plan->target.wait_rows, &draft.iteration);
    steps_add_sleep(&draft.iteration, RECORD_REST_MS);
    scenario_write(&draft, &yaml);
    step_list_free(&draft.setup);
    step_list_free(&draft.iteration);
    return file_write_atomic(path, buffer_string(&yaml), yaml.length, err);
}

bool run_by_hand(struct run *run, struct lg_error *err)
{
    struct by_hand *hand = run->by_hand;
    size_t first, end;
    if (!play_by_hand(hand, err))
        return false;
    if (takes_round_trip(&hand->takes, &first, &end, err))
        return write_taken(hand, first, end, err);
    if (hand->over)
        return false;
    struct lg_error ended = {0};
    target_fail_ended(run->target, "while it was recorded", &ended);
    lg_context(err, "%s", ended.text);
    err->class = LG_ERROR_TARGET;
    return false;
}
