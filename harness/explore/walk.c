#include "explore/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/memory.h"
#include "explore/actions.h"
#include "explore/trip.h"

enum {
    SURVEY_MS = 4000, /* a clock that shows seconds ticks in it */
    QUIET_MS = 50,    /* no output for so long: the answer is drawn */
    SILENT_MS = 30,   /* no output for so long after the input was read: there is none; the step has
                         waited before */
    ANSWER_MS = 3000, /* a screen that moves for ever is taken as it is */
    LATE_MS = 300,    /* for what was drawn and is not what is expected yet */
    AGAIN_MS = 2500,  /* a short message goes by itself in that time */
    VAIN_MOST = 3,    /* so often in a row it is waited for in vain */
    ALMOST_ROWS = 2,  /* in so many rows a short message makes a difference */
    BACK_TRIES = 4,   /* actions that are tried to come back */
    LOST_MOST = 5     /* ways in a row that led elsewhere */
};

static bool say(struct walk *walk, json_t *fact, struct lg_error *err)
{
    _cleanup_json_ json_t *owned = fact;
    _cleanup_free_ char *line = json_one_line(owned);
    _cleanup_free_ char *text = memory_format("%s\n", line);
    return map_take(walk->map, owned, err) && file_write_all(walk->facts, text, strlen(text), err);
}

/* --- Acting --- */

/* What is not read yet cannot be answered: a busy machine may take its time. */
static bool is_answered(void *context)
{
    struct walk *walk = context;
    struct target *target = walk->target;
    int64_t now = clock_now();
    if (target_has_ended(target))
        return true;
    if (target->terminal->modes.in_update)
        return false;
    if (target->last_output > target->last_input)
        return now >= target->last_output + QUIET_MS * NS_PER_MS;
    if (walk->read_at < target->last_input || process_unread(&target->process) != 0)
        walk->read_at = now;
    return now >= walk->read_at + SILENT_MS * NS_PER_MS;
}

static int64_t next_look(void *context)
{
    (void)context;
    return clock_now() + QUIET_MS / 2 * NS_PER_MS;
}

static bool await(struct walk *walk, loop_condition *condition, int64_t ms, struct lg_error *err)
{
    enum loop_result result =
        loop_run_until(walk->target->loop, condition, next_look, walk, clock_deadline(ms), err);
    if (result == LOOP_STOPPED)
        return lg_fail(err, LG_ERROR_CANCELLED, 0, "stopped by a signal");
    return result != LOOP_FAILED;
}

static bool shows(const struct walk *walk, int number)
{
    _cleanup_state_ struct screen_state state = {0};
    screen_state_read(walk->target->terminal, walk->map->restless, &state);
    return state.id == walk->map->states[number].id;
}

static bool is_expected(void *context)
{
    struct walk *walk = context;
    const struct terminal *terminal = walk->target->terminal;
    if (target_has_ended(walk->target))
        return true;
    if (terminal->modes.in_update || walk->looked_at == terminal->frames)
        return false;
    walk->looked_at = terminal->frames;
    return shows(walk, walk->expected);
}

static bool is_expected_or_answered(void *context)
{
    struct walk *walk = context;
    return is_expected(walk) || is_answered(walk);
}

/* The state that the screen shows, which is known then. */
static bool look(struct walk *walk, struct lg_error *err)
{
    _cleanup_state_ struct screen_state state = {0};
    const struct terminal *terminal = walk->target->terminal;
    screen_state_read(terminal, walk->map->restless, &state);
    walk->here = map_find(walk->map, state.id);
    if (walk->here != MAP_NOWHERE)
        return true;
    if (!say(walk, map_fact_state(&state, terminal->modes.mouse != 0), err))
        return false;
    walk->here = map_find(walk->map, state.id);
    return true;
}

/* A short message may stand where all else is as it was: it is given time to go. */
static bool await_expected(struct walk *walk, struct lg_error *err)
{
    _cleanup_state_ struct screen_state state = {0};
    const struct map_state *wanted = &walk->map->states[walk->expected];
    screen_state_read(walk->target->terminal, walk->map->restless, &state);
    if (state.id == wanted->id)
        return true;
    size_t different = state.rows.count == wanted->rows.count ? 0 : ALMOST_ROWS + 1;
    for (size_t i = 0; i < state.rows.count && different <= ALMOST_ROWS; i++)
        different += strcmp(state.rows.items[i], wanted->rows.items[i]) != 0;
    bool patient = different <= ALMOST_ROWS && walk->vain < VAIN_MOST;
    walk->looked_at = 0;
    if (!await(walk, is_expected, patient ? AGAIN_MS : LATE_MS, err))
        return false;
    bool came = !target_has_ended(walk->target) && shows(walk, walk->expected);
    walk->vain = came ? 0 : walk->vain + patient;
    return true;
}

bool walk_act(struct walk *walk, const char *action, int expected, enum edge_kind *kind,
              struct lg_error *err)
{
    struct lg_error problem = {0};
    struct step step = action_step(action);
    const struct step_list steps = {.items = &step, .count = 1};
    unsigned long before = walk->target->output_bytes;
    bool done = target_play(walk->target, &steps, 0, &problem);
    action_step_free(&step);
    *kind = EDGE_SILENT;
    if (!done && problem.class == LG_ERROR_CANCELLED) {
        *err = problem;
        return false;
    }
    /* Where it leads elsewhere, the next may follow as soon as that is shown. */
    bool moves = expected != MAP_NOWHERE && expected != walk->here;
    walk->expected = expected;
    walk->looked_at = walk->target->terminal->frames;
    if (done && !await(walk, moves ? is_expected_or_answered : is_answered, ANSWER_MS, err))
        return false;
    bool drew = walk->target->output_bytes != before;
    if (drew && !target_has_ended(walk->target) && expected != MAP_NOWHERE &&
        !await_expected(walk, err))
        return false;
    if (target_has_ended(walk->target)) {
        *kind = EDGE_ENDS;
        walk->here = MAP_NOWHERE;
        return true;
    }
    if (drew)
        *kind = EDGE_LEADS;
    return look(walk, err);
}

/* Does it, and says what it led to. */
static bool step_out(struct walk *walk, const char *action, int expected, enum edge_kind *kind,
                     struct lg_error *err)
{
    int from = walk->here;
    return walk_act(walk, action, expected, kind, err) &&
           say(walk, map_fact_edge(walk->map, from, action, *kind, walk->here), err);
}

/* --- Round trips --- */

static void add_back(const struct walk *walk, int from, const char *action,
                     struct string_list *backs)
{
    const struct map_state *here = &walk->map->states[walk->here];
    for (size_t i = 0; i < here->edge_count; i++) /* known ways come first */
        if (here->edges[i].kind == EDGE_LEADS && here->edges[i].to == from)
            string_list_add_once(backs, here->edges[i].action);
    actions_back(action, walk->columns, walk->rows, backs);
}

/* Tries to come back to `from`; *back is the action that did, NULL: none did. The caller frees it.
 */
static bool find_back(struct walk *walk, int from, const char *action, char **back,
                      struct lg_error *err)
{
    int there = walk->here;
    _cleanup_strings_ struct string_list backs = {0};
    add_back(walk, from, action, &backs);
    for (size_t i = 0; i < backs.count && i < BACK_TRIES; i++) {
        enum edge_kind kind;
        const struct map_edge *known = map_edge(&walk->map->states[there], backs.items[i]);
        if ((known != NULL && (known->kind != EDGE_LEADS || known->to != from)) ||
            map_is_deadly(walk->map, backs.items[i]))
            continue;
        if (!step_out(walk, backs.items[i], from, &kind, err))
            return false;
        if (walk->here == from)
            *back = memory_copy_text(backs.items[i]);
        if (walk->here != there)
            return true;
    }
    return true;
}

/* A help that opens over every screen is played on some of them; so are keys for which a screen is
 * only drawn again. What a screen names is always played where much is new. */
static bool is_known_clean(const struct walk *walk, int from, const char *action, bool still)
{
    const unsigned enough = 4;
    const struct map_state *state = &walk->map->states[from];
    if (still && state->still >= enough && !map_is_named(state, action))
        return true;
    return state->new_rows < MAP_MUCH_NEW && map_action(walk->map, action).clean >= enough;
}

/* Plays it; the screen is where it begins. */
static bool play_trip(struct walk *walk, const char *there, const char *back, int to,
                      struct lg_error *err)
{
    int from = walk->here;
    if (is_known_clean(walk, from, there, to == from) || map_has_trip(walk->map, from, there))
        return true;
    /* The map's texts may move. */
    struct map_trip trip = {
        .from = from, .there = memory_copy_text(there), .back = memory_copy_text(back)};
    bool fine =
        trip_measure(walk, &trip, to, err) && say(walk, map_fact_trip(walk->map, &trip), err);
    free_all(trip.there, trip.back, trip.gauge, trip.holder);
    return fine;
}

/* The action has led here from there; something else leads there from here: that is a round trip as
 * well. */
static bool play_reverse(struct walk *walk, const char *action, int from, struct lg_error *err)
{
    const struct map_state *here = &walk->map->states[walk->here];
    for (size_t i = 0; i < here->edge_count; i++)
        if (here->edges[i].kind == EDGE_LEADS && here->edges[i].to == from)
            return play_trip(walk, here->edges[i].action, action, from, err);
    return true;
}

/* An editor that ends, a message that goes: the screen comes back without being asked to. */
static bool comes_back(struct walk *walk, int from, const char *action, bool *back,
                       struct lg_error *err)
{
    walk->expected = from;
    walk->looked_at = 0;
    if (!await(walk, is_expected, LATE_MS, err))
        return false;
    *back = !target_has_ended(walk->target) && shows(walk, from);
    if (!*back)
        return true;
    walk->here = from;
    return say(walk, map_fact_edge(walk->map, from, action, EDGE_LEADS, from), err);
}

static bool try_action(struct walk *walk, const char *action, struct lg_error *err)
{
    int from = walk->here;
    enum edge_kind kind;
    _cleanup_free_ char *back = NULL;
    if (!step_out(walk, action, MAP_NOWHERE, &kind, err))
        return false;
    if (kind != EDGE_LEADS)
        return true;
    int to = walk->here;
    bool by_itself = to == from;
    if (!by_itself && !comes_back(walk, from, action, &by_itself, err))
        return false;
    if (by_itself)
        return play_trip(walk, action, "", from, err);
    if (!play_reverse(walk, action, from, err))
        return false;
    if (walk->here != to)
        return true;
    if (!find_back(walk, from, action, &back, err))
        return false;
    return back == NULL || walk->here != from || play_trip(walk, action, back, to, err);
}

/* --- The walk --- */

static bool has_ended(void *context)
{
    return target_has_ended(((struct walk *)context)->target);
}

static bool survey(struct walk *walk, struct lg_error *err)
{
    _cleanup_state_ struct screen_state first = {0};
    const struct terminal *terminal = walk->target->terminal;
    screen_state_read(terminal, NULL, &first);
    _cleanup_free_ bool *restless = memory_array(first.rows.count, sizeof *restless);
    int64_t until = clock_deadline(SURVEY_MS);
    while (clock_now() < until && !target_has_ended(walk->target)) {
        _cleanup_state_ struct screen_state now = {0};
        if (!await(walk, has_ended, SILENT_MS, err))
            return false;
        screen_state_read(terminal, NULL, &now);
        for (size_t i = 0; i < first.rows.count && i < now.rows.count; i++)
            restless[i] = restless[i] || first.marks[i] != now.marks[i];
    }
    return say(walk, map_fact_survey(&first.rows, restless), err);
}

/* *there: it got to where the way leads. */
static bool go(struct walk *walk, const struct string_list *way, bool *there, struct lg_error *err)
{
    *there = false;
    for (size_t i = 0; i < way->count; i++) {
        const struct map_edge *edge = map_edge(&walk->map->states[walk->here], way->items[i]);
        int expected = edge != NULL ? edge->to : MAP_NOWHERE;
        enum edge_kind kind;
        if (!step_out(walk, way->items[i], expected, &kind, err))
            return false;
        if (walk->here == MAP_NOWHERE || walk->here != expected)
            return true;
    }
    *there = true;
    return true;
}

/* One thing that was not tried. *done: nothing is left that can be reached. */
static bool try_next(struct walk *walk, bool *done, struct lg_error *err)
{
    bool there;
    const char *next = NULL;
    _cleanup_strings_ struct string_list way = {0};
    *done = !map_next(walk->map, walk->here, walk->share, walk->shares, &way, &next);
    if (*done)
        return true;
    _cleanup_free_ char *action = memory_copy_text(next); /* the map's may move */
    if (!go(walk, &way, &there, err))
        return false;
    walk->lost = there ? 0 : walk->lost + 1;
    *done = walk->lost > LOST_MOST;
    if (!there)
        return true;
    if (map_is_deadly(walk->map, action))
        return say(walk, map_fact_edge(walk->map, walk->here, action, EDGE_ENDS, MAP_NOWHERE), err);
    return try_action(walk, action, err);
}

static bool wander(struct walk *walk, int64_t until, struct lg_error *err)
{
    bool done = false;
    while (!done && walk->here != MAP_NOWHERE && clock_now() < until)
        if (!try_next(walk, &done, err))
            return false;
    return true;
}

/* A round trip by a shorter way, which may be known by then: all of it is facts. */
static bool play_keys(struct walk *walk, const struct string_list *keys, struct lg_error *err)
{
    enum edge_kind kind;
    size_t way = keys->count - 2;
    const char *there = keys->items[way], *back = keys->items[way + 1];
    for (size_t i = 0; i < way && walk->here != MAP_NOWHERE; i++)
        if (!step_out(walk, keys->items[i], MAP_NOWHERE, &kind, err))
            return false;
    int from = walk->here;
    if (from == MAP_NOWHERE || !step_out(walk, there, MAP_NOWHERE, &kind, err))
        return from == MAP_NOWHERE;
    int to = walk->here;
    if (to == MAP_NOWHERE || (back[0] != '\0' && !step_out(walk, back, from, &kind, err)))
        return to == MAP_NOWHERE;
    return walk->here != from || play_trip(walk, there, back, to, err);
}

static bool walk_about(struct walk *walk, const struct walk_options *options, struct lg_error *err)
{
    if (walk->map->surveys < SURVEYS)
        return survey(walk, err);
    return look(walk, err) && (options->keys != NULL ? play_keys(walk, options->keys, err)
                                                     : wander(walk, options->until, err));
}

bool walk_explore(const struct walk_options *options, struct target *target, struct probe *probe,
                  struct lg_error *err)
{
    _cleanup_close_ int facts =
        open(options->facts, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (facts < 0)
        return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot write %s", options->facts);
    struct walk walk = {.target = target,
                        .probe = probe,
                        .map = options->map,
                        .facts = facts,
                        .share = options->share,
                        .shares = options->shares,
                        .columns = target->terminal->columns,
                        .rows = target->terminal->rows};
    terminal_keep_styles(target->terminal);
    json_t *start = json_object();
    json_put(start, "start", json_true());
    return say(&walk, start, err) &&
           target_settle(target, SETTLE_QUIET_MS, clock_deadline(DEADLINE_SETTLE_MS), err) &&
           walk_about(&walk, options, err);
}
