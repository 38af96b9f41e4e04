#include "explore/trip_scenario.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "driver/wait_text.h"
#include "explore/actions.h"
#include "scenario/write.h"

/* What changes by itself is nothing to wait for. */
static struct string_list calm_rows(const struct map *map, int state)
{
    const struct string_list *rows = &map->states[state].rows;
    struct string_list calm = {0};
    for (size_t i = 0; i < rows->count; i++)
        string_list_add(&calm, map->restless != NULL && map->restless[i] ? "" : rows->items[i]);
    return calm;
}

static void add_wait(struct step_list *steps, const struct map *map, int from, int to,
                     struct range rows)
{
    _cleanup_strings_ struct string_list before = calm_rows(map, from);
    _cleanup_strings_ struct string_list after = calm_rows(map, to);
    const struct screen_change change = {&before, &after};
    struct step *step = array_add(steps->items, steps->count, steps->capacity);
    step->timeout_ms = -1;
    step->kind = wait_of_changes(&change, 1, rows, &step->wait) ? STEP_WAIT : STEP_SETTLE;
    step->ms = SETTLE_QUIET_MS;
}

static void add_action(struct step_list *steps, const struct map *map, int from, const char *action,
                       int to, struct range rows)
{
    array_append(steps->items, steps->count, steps->capacity, action_step(action));
    add_wait(steps, map, from, to, rows);
}

/* Where the trip turns round: of all that its way there led to, what leads back. */
static int turning_point(const struct map *map, const struct map_trip *trip)
{
    const struct map_state *from = &map->states[trip->from];
    for (size_t i = from->edge_count; i-- > 0;) {
        const struct map_edge *there = &from->edges[i];
        if (there->kind != EDGE_LEADS || strcmp(there->action, trip->there) != 0)
            continue;
        const struct map_edge *back = map_edge(&map->states[there->to], trip->back);
        if (trip->back[0] == '\0' || (back != NULL && back->to == trip->from))
            return there->to;
    }
    return trip->from;
}

void trip_scenario(const struct map *map, const struct map_trip *trip, const struct plan *plan,
                   struct buffer *yaml)
{
    struct range rows = plan->target.wait_rows;
    _cleanup_strings_ struct string_list way = {0};
    _cleanup_free_ char *text = trip_text(map, trip);
    _cleanup_free_ char *title = memory_format("Explored: %s", text);
    struct scenario_draft draft = {.title = title,
                                   .target = plan->target.name,
                                   .start = json_object_get(plan->document, "scenario")};
    string_list_add_all(&draft.needs, &plan->needs);
    if (plan->world.projects.count > 0)
        string_list_add_once(&draft.needs, "git");
    _cleanup_free_ int *states = memory_array(map->state_count, sizeof *states);
    (void)!map_way(map, 0, trip->from, &way, states);
    for (size_t i = 0; i < way.count; i++)
        add_action(&draft.setup, map, i > 0 ? states[i - 1] : 0, way.items[i], states[i], rows);
    int turn = turning_point(map, trip);
    add_action(&draft.iteration, map, trip->from, trip->there, turn, rows);
    if (trip->back[0] != '\0')
        add_action(&draft.iteration, map, turn, trip->back, trip->from, rows);
    scenario_write(&draft, yaml);
    string_list_free(&draft.needs);
    step_list_free(&draft.setup);
    step_list_free(&draft.iteration);
}

char *trip_text(const struct map *map, const struct map_trip *trip)
{
    _cleanup_strings_ struct string_list way = {0};
    struct buffer text = {0};
    (void)!map_way(map, 0, trip->from, &way, NULL);
    for (size_t i = 0; i < way.count; i++)
        buffer_format(&text, "%s ", way.items[i]);
    buffer_format(&text, "%s%s", way.count > 0 ? "then " : "", trip->there);
    if (trip->back[0] != '\0')
        buffer_format(&text, " and back by %s", trip->back);
    return buffer_take(&text);
}
