#include "explore/map.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/json.h"
#include "base/limits.h"
#include "base/memory.h"
#include "explore/actions.h"

static const char *const kinds[] = {"leads", "silent", "ends", "lost"};
static const char *const outcomes[] = {"clean", "fills-up", "grows", "broken"};

void map_free(struct map *map)
{
    for (size_t i = 0; i < map->state_count; i++) {
        struct map_state *state = &map->states[i];
        string_list_free(&state->rows);
        string_list_free(&state->actions);
        for (size_t j = 0; j < state->edge_count; j++)
            free(state->edges[j].action);
        free(state->edges);
    }
    for (size_t i = 0; i < map->trip_count; i++)
        free_all(map->trips[i].there, map->trips[i].back, map->trips[i].gauge,
                 map->trips[i].holder);
    string_list_free(&map->survey);
    for (size_t i = 0; i < map->action_count; i++)
        free(map->actions[i].name);
    free_all(map->states, map->actions, map->trips, map->row_marks, map->restless);
    *map = (struct map){.seed = map->seed};
}

int map_find(const struct map *map, uint64_t id)
{
    for (size_t i = 0; i < map->state_count; i++)
        if (map->states[i].id == id)
            return (int)i;
    return MAP_NOWHERE;
}

const struct map_edge *map_edge(const struct map_state *state, const char *action)
{
    for (size_t i = state->edge_count; i-- > 0;)
        if (strcmp(state->edges[i].action, action) == 0)
            return &state->edges[i];
    return NULL;
}

static struct map_action *action_of(const struct map *map, const char *name)
{
    for (size_t i = 0; i < map->action_count; i++)
        if (strcmp(map->actions[i].name, name) == 0)
            return &map->actions[i];
    return NULL;
}

static struct map_action *action_made(struct map *map, const char *name)
{
    struct map_action *action = action_of(map, name);
    if (action != NULL)
        return action;
    action = array_add(map->actions, map->action_count, map->action_capacity);
    action->name = memory_copy_text(name);
    return action;
}

struct map_action map_action(const struct map *map, const char *name)
{
    const struct map_action *action = action_of(map, name);
    return action != NULL ? *action : (struct map_action){0};
}

bool map_has_trip(const struct map *map, int from, const char *there)
{
    for (size_t i = 0; i < map->trip_count; i++)
        if (map->trips[i].from == from && strcmp(map->trips[i].there, there) == 0)
            return true;
    return false;
}

bool map_is_named(const struct map_state *state, const char *action)
{
    for (size_t i = 0; i < state->named; i++)
        if (strcmp(state->actions.items[i], action) == 0)
            return true;
    return false;
}

bool map_is_deadly(const struct map *map, const char *name)
{
    struct map_action action = map_action(map, name);
    return action.ended > 1 && action.led == 0 && action.silent == 0;
}

/* A character, which an open line takes in. */
static bool is_character(const char *action)
{
    return action[0] != '\0' && (action[1] == '\0' || strcmp(action, "Space") == 0);
}

/* Is a line open there, in which each character leads to a screen of its own? */
static bool takes_text(const struct map_state *state)
{
    const unsigned enough = 5;
    unsigned led = 0;
    for (size_t i = 0; i < state->edge_count; i++) {
        const struct map_edge *edge = &state->edges[i];
        if (!is_character(edge->action))
            continue;
        if (edge->kind != EDGE_LEADS)
            return false;
        for (size_t j = 0; j < i; j++)
            if (is_character(state->edges[j].action) && state->edges[j].to == edge->to)
                return false;
        led++;
    }
    return led >= enough;
}

/* --- Facts --- */

static int by_mark(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

/* How many of these rows no state had; they are known then. */
static unsigned take_rows(struct map *map, const struct string_list *rows)
{
    size_t before = map->row_count;
    for (size_t i = 0; i < rows->count; i++) {
        _cleanup_free_ char *folded = row_folded(rows->items[i]);
        uint64_t mark = XXH64(folded, strlen(folded), 0);
        if (folded[0] == '\0' ||
            (before > 0 && bsearch(&mark, map->row_marks, before, sizeof mark, by_mark) != NULL))
            continue;
        array_append(map->row_marks, map->row_count, map->row_capacity, mark);
    }
    unsigned count = (unsigned)(map->row_count - before);
    if (count > 0)
        qsort(map->row_marks, map->row_count, sizeof *map->row_marks, by_mark);
    return count;
}

static char *id_text(uint64_t id)
{
    return memory_format("%016" PRIx64, id);
}

static uint64_t id_of(const json_t *fact, const char *key)
{
    return strtoull(json_get_text(fact, key, "0"), NULL, 16);
}

static bool take_state(struct map *map, const json_t *fact, struct lg_error *err)
{
    uint64_t id = id_of(fact, "state");
    if (map_find(map, id) != MAP_NOWHERE)
        return true;
    if (map->state_count >= LIMIT_EXPLORED_STATES)
        return lg_fail(err, LG_ERROR_INPUT, 0, "more than %d states", LIMIT_EXPLORED_STATES);
    struct map_state *state = array_add(map->states, map->state_count, map->state_capacity);
    state->id = id;
    json_get_texts(json_object_get(fact, "rows"), &state->rows);
    state->new_rows = take_rows(map, &state->rows);
    state->named =
        actions_of(&state->rows, json_get_flag(fact, "mouse", false), map->seed, &state->actions);
    return true;
}

static size_t word_of(const char *word, const char *const *words, size_t count)
{
    size_t i = 0;
    while (i < count && strcmp(word, words[i]) != 0)
        i++;
    return i;
}

static bool take_edge(struct map *map, const json_t *fact, struct lg_error *err)
{
    int from = map_find(map, id_of(fact, "from"));
    size_t kind = word_of(json_get_text(fact, "edge", ""), kinds, COUNT_OF(kinds));
    const char *action = json_get_text(fact, "action", "");
    int to = kind == EDGE_LEADS ? map_find(map, id_of(fact, "to")) : MAP_NOWHERE;
    if (from == MAP_NOWHERE || kind == COUNT_OF(kinds) || action[0] == '\0' ||
        (kind == EDGE_LEADS && to == MAP_NOWHERE))
        return lg_fail(err, LG_ERROR_INPUT, 0, "an edge of states that are not known");
    struct map_state *state = &map->states[from];
    const struct map_edge *known_edge = map_edge(state, action);
    map->tries += known_edge == NULL;
    if (known_edge == NULL || known_edge->kind != (enum edge_kind)kind || known_edge->to != to)
        array_append(state->edges, state->edge_count, state->edge_capacity,
                     (struct map_edge){memory_copy_text(action), (enum edge_kind)kind, to});
    struct map_action *known = action_made(map, action);
    known->silent += kind == EDGE_SILENT;
    known->led += kind == EDGE_LEADS;
    known->ended += kind == EDGE_ENDS;
    if (takes_text(state)) /* what was typed so far is no screen of its own */
        for (size_t i = 0; i < state->edge_count; i++)
            if (is_character(state->edges[i].action) && state->edges[i].kind == EDGE_LEADS)
                map->states[state->edges[i].to].new_rows = 0;
    map->ends += kind == EDGE_ENDS;
    return true;
}

static bool take_trip(struct map *map, const json_t *fact, struct lg_error *err)
{
    int from = map_find(map, id_of(fact, "from"));
    size_t outcome = word_of(json_get_text(fact, "trip", ""), outcomes, COUNT_OF(outcomes));
    if (from == MAP_NOWHERE || outcome == COUNT_OF(outcomes))
        return lg_fail(err, LG_ERROR_INPUT, 0, "a trip from a state that is not known");
    const char *there = json_get_text(fact, "there", "");
    action_made(map, there)->clean += outcome == TRIP_CLEAN;
    map->states[from].still += outcome == TRIP_CLEAN && json_get_text(fact, "back", "")[0] == '\0';
    const char *gauge = json_get_text(fact, "gauge", NULL);
    const char *holder = json_get_text(fact, "holder", NULL);
    array_append(map->trips, map->trip_count, map->trip_capacity,
                 (struct map_trip){.from = from,
                                   .there = memory_copy_text(there),
                                   .back = memory_copy_text(json_get_text(fact, "back", "")),
                                   .outcome = (enum trip_outcome)outcome,
                                   .gauge = memory_copy_text(gauge),
                                   .holder = memory_copy_text(holder),
                                   .per_trip = json_get_number(fact, "per_trip", 0)});
    return true;
}

static bool row_differs(const char *a, const char *b)
{
    _cleanup_free_ char *left = row_folded(a), *right = row_folded(b);
    return strcmp(left, right) != 0;
}

static bool take_survey(struct map *map, const json_t *fact, struct lg_error *err)
{
    _cleanup_strings_ struct string_list rows = {0};
    json_get_texts(json_object_get(fact, "survey"), &rows);
    const json_t *restless = json_object_get(fact, "restless");
    if (rows.count > LIMIT_TERMINAL_ROWS)
        return lg_fail(err, LG_ERROR_INPUT, 0, "more rows than a screen has");
    if (map->restless == NULL)
        map->restless = memory_array(LIMIT_TERMINAL_ROWS, sizeof *map->restless);
    for (size_t i = 0; i < rows.count; i++)
        map->restless[i] =
            map->restless[i] || json_is_true(json_array_get(restless, i)) ||
            (i < map->survey.count && row_differs(rows.items[i], map->survey.items[i]));
    if (map->surveys++ == 0)
        string_list_add_all(&map->survey, &rows);
    return true;
}

bool map_take(struct map *map, const json_t *fact, struct lg_error *err)
{
    if (json_object_get(fact, "state") != NULL)
        return take_state(map, fact, err);
    if (json_object_get(fact, "edge") != NULL)
        return take_edge(map, fact, err);
    if (json_object_get(fact, "trip") != NULL)
        return take_trip(map, fact, err);
    if (json_object_get(fact, "survey") != NULL)
        return take_survey(map, fact, err);
    map->starts += json_object_get(fact, "start") != NULL;
    return true;
}

static void put_id(json_t *fact, const char *key, uint64_t id)
{
    _cleanup_free_ char *text = id_text(id);
    json_put_text(fact, key, text);
}

json_t *map_fact_state(const struct screen_state *state, bool mouse)
{
    json_t *fact = json_object();
    put_id(fact, "state", state->id);
    json_put(fact, "rows", json_texts(&state->rows));
    json_put(fact, "mouse", json_boolean(mouse));
    return fact;
}

json_t *map_fact_edge(const struct map *map, int from, const char *action, enum edge_kind kind,
                      int to)
{
    json_t *fact = json_object();
    json_put_text(fact, "edge", kinds[kind]);
    put_id(fact, "from", map->states[from].id);
    json_put_text(fact, "action", action);
    if (kind == EDGE_LEADS)
        put_id(fact, "to", map->states[to].id);
    return fact;
}

json_t *map_fact_trip(const struct map *map, const struct map_trip *trip)
{
    json_t *fact = json_object();
    json_put_text(fact, "trip", outcomes[trip->outcome]);
    put_id(fact, "from", map->states[trip->from].id);
    json_put_text(fact, "there", trip->there);
    json_put_text(fact, "back", trip->back);
    json_put_text(fact, "gauge", trip->gauge);
    json_put(fact, "holder", trip->holder != NULL ? json_text(trip->holder) : json_null());
    json_put(fact, "per_trip", json_number(trip->per_trip));
    return fact;
}

json_t *map_fact_survey(const struct string_list *rows, const bool *restless)
{
    json_t *fact = json_object(), *flags = json_array();
    json_put(fact, "survey", json_texts(rows));
    for (size_t i = 0; i < rows->count; i++)
        json_push(flags, json_boolean(restless[i]));
    json_put(fact, "restless", flags);
    return fact;
}

/* --- Ways --- */

struct visit {
    int state, before; /* number of the visit before it; -1 */
    const char *action;
};

/* `states`, unless it is NULL, gets where each action leads. */
static void unwind(const struct visit *visits, int at, struct string_list *way, int *states)
{
    if (visits[at].before < 0)
        return;
    unwind(visits, visits[at].before, way, states);
    if (states != NULL)
        states[way->count] = visits[at].state;
    string_list_add(way, visits[at].action);
}

/* All states that can be reached, the nearest first; the caller frees them. */
static struct visit *visit_all(const struct map *map, int from, size_t *count)
{
    struct visit *visits = memory_array(map->state_count, sizeof *visits);
    _cleanup_free_ bool *seen = memory_array(map->state_count, sizeof *seen);
    visits[0] = (struct visit){.state = from, .before = -1};
    seen[from] = true;
    *count = 1;
    for (size_t i = 0; i < *count; i++) {
        const struct map_state *state = &map->states[visits[i].state];
        for (size_t j = 0; j < state->edge_count; j++) {
            const struct map_edge *edge = &state->edges[j];
            if (edge->kind != EDGE_LEADS || seen[edge->to])
                continue;
            seen[edge->to] = true;
            visits[(*count)++] = (struct visit){edge->to, (int)i, edge->action};
        }
    }
    return visits;
}

bool map_way(const struct map *map, int from, int to, struct string_list *way, int *states)
{
    size_t count, i = 0;
    _cleanup_free_ struct visit *visits = visit_all(map, from, &count);
    while (i < count && visits[i].state != to)
        i++;
    if (i < count)
        unwind(visits, (int)i, way, states);
    return i < count;
}

/* Of this share, what was not tried there: *dull is what was silent wherever it was tried. */
static void untried(const struct map *map, const struct map_state *state, unsigned share,
                    unsigned shares, const char **lively, const char **dull)
{
    const unsigned enough = 3;
    bool is_text = takes_text(state);
    *lively = *dull = NULL;
    for (size_t i = 0; i < state->actions.count && *lively == NULL; i++) {
        const char *action = state->actions.items[i];
        if (XXH64(action, strlen(action), state->id) % shares != share ||
            map_edge(state, action) != NULL)
            continue;
        struct map_action known = map_action(map, action);
        bool is_dull = (known.led == 0 && known.ended == 0 && known.silent >= enough) ||
                       (is_text && is_character(action));
        if (!is_dull)
            *lively = action;
        else if (*dull == NULL)
            *dull = action;
    }
}

bool map_next(const struct map *map, int from, unsigned share, unsigned shares,
              struct string_list *way, const char **action)
{
    enum { WORTHS = 4 };
    size_t count;
    int best[WORTHS] = {-1, -1, -1, -1};
    const char *actions[WORTHS] = {0};
    _cleanup_free_ struct visit *visits = visit_all(map, from, &count);
    for (size_t i = 0; i < count && best[0] < 0; i++) {
        const struct map_state *state = &map->states[visits[i].state];
        size_t worth = state->new_rows >= MAP_MUCH_NEW ? 0 : 1;
        const char *found[2];
        untried(map, state, share, shares, &found[0], &found[1]);
        for (size_t dull = 0; dull < 2; dull++)
            if (found[dull] != NULL && best[worth + 2 * dull] < 0) {
                best[worth + 2 * dull] = (int)i;
                actions[worth + 2 * dull] = found[dull];
            }
    }
    for (size_t i = 0; i < WORTHS; i++)
        if (best[i] >= 0) {
            unwind(visits, best[i], way, NULL);
            *action = actions[i];
            return true;
        }
    return false;
}
