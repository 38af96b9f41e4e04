#include "measure/surroundings.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/memory.h"
#include "measure/sessions.h"
#include "world/state_files.h"

void surroundings_free(struct surroundings *surroundings)
{
    string_list_free(&surroundings->sessions);
    string_list_free(&surroundings->before);
    json_decref(surroundings->left);
    *surroundings = (struct surroundings){0};
}

void surroundings_put(struct surroundings *surroundings, const char *key, json_t *value)
{
    if (surroundings->left == NULL)
        surroundings->left = json_object();
    json_put(surroundings->left, key, value);
}

void surroundings_tell(const struct surroundings *surroundings, json_t *record)
{
    if (surroundings->left != NULL)
        json_object_update(record, surroundings->left);
}

static void count_tools(const struct world *world, struct probe_counting *counting)
{
    const struct string_list *tools = &world->plan->world.tools;
    _cleanup_free_ unsigned *counts = memory_array(tools->count + 1, sizeof *counts);
    probe_begin_count(counting, GAUGE_SPAWN);
    world_spawn_counts(world, counts);
    for (size_t i = 0; i < tools->count; i++)
        if (counts[i] > 0)
            probe_count(counting, GAUGE_SPAWN, tools->items[i], counts[i]);
}

static void count_file(void *context, const char *directory, const char *name)
{
    (void)name;
    probe_count(context, GAUGE_STATE_FILE, directory, 1);
}

static bool count_files(const struct world *world, struct probe_counting *counting,
                        struct lg_error *err)
{
    if (world->plan->target.state.count == 0)
        return true;
    probe_begin_count(counting, GAUGE_STATE_FILE);
    return state_files_walk(world, count_file, counting, err);
}

static void count_sessions(struct surroundings *surroundings, struct loop *loop,
                           const struct world *world, struct probe_counting *counting, bool whole)
{
    if (world->plan->target.survivors.count == 0)
        return;
    _cleanup_strings_ struct string_list now = {0};
    if (whole && sessions_read(loop, world, &now)) {
        string_list_free(&surroundings->sessions);
        surroundings->sessions = now;
        now = (struct string_list){0};
        surroundings->sessions_known = true;
    }
    if (!surroundings->sessions_known)
        return;
    probe_begin_count(counting, GAUGE_SESSION);
    for (size_t i = 0; i < surroundings->sessions.count; i++)
        probe_count(counting, GAUGE_SESSION, surroundings->sessions.items[i], 1);
}

bool surroundings_count(struct surroundings *surroundings, struct loop *loop,
                        const struct world *world, struct probe_counting *counting, bool whole,
                        struct lg_error *err)
{
    count_tools(world, counting);
    count_sessions(surroundings, loop, world, counting, whole);
    return count_files(world, counting, err);
}

static void list_file(void *context, const char *directory, const char *name)
{
    string_list_take(context, path_join(directory, name));
}

bool surroundings_mark(struct surroundings *surroundings, const struct world *world,
                       struct lg_error *err)
{
    string_list_free(&surroundings->before);
    surroundings->marked = state_files_walk(world, list_file, &surroundings->before, err);
    string_list_sort(&surroundings->before);
    return surroundings->marked;
}

static void put_names(struct surroundings *surroundings, const char *key,
                      const struct string_list *names)
{
    json_t *list = json_array(), *left = json_object();
    for (size_t i = 0; i < names->count && i < LIMIT_NAMES_LEFT; i++)
        json_push(list, json_text(names->items[i]));
    json_put(left, "count", json_integer((json_int_t)names->count));
    json_put(left, "names", list);
    surroundings_put(surroundings, key, left);
}

void surroundings_leave_sessions(struct surroundings *surroundings, struct loop *loop,
                                 const struct world *world)
{
    _cleanup_strings_ struct string_list names = {0};
    if (world->plan->target.survivors.count == 0)
        return;
    if (!sessions_read(loop, world, &names))
        return;
    put_names(surroundings, "sessions_left", &names);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool was_there(const struct surroundings *surroundings, const char *path)
{
    const struct string_list *before = &surroundings->before;
    return before->count > 0 &&
           bsearch(&path, before->items, before->count, sizeof(char *), compare_names) != NULL;
}

/* A world that is over a limit by now has been told of in the samples. */
void surroundings_leave_files(struct surroundings *surroundings, const struct world *world)
{
    _cleanup_strings_ struct string_list now = {0}, new = {0};
    if (!surroundings->marked || world->plan->target.state.count == 0 ||
        !state_files_walk(world, list_file, &now, NULL))
        return;
    string_list_sort(&now);
    for (size_t i = 0; i < now.count; i++)
        if (!was_there(surroundings, now.items[i]))
            string_list_add(&new, now.items[i]);
    put_names(surroundings, "files_left", &new);
}
