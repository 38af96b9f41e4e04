#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "world/parts.h"

/* The XDG base directories, TMUX_TMPDIR and GIT_CONFIG_* are what keeps a target off the user's own
 * state (the variables' meaning: the XDG base directory specification, tmux(1), git(1)). */
static const struct variable house[] = {
    {.name = "GIT_CONFIG_GLOBAL", .value = "${world}/home/.gitconfig"},
    {.name = "GIT_CONFIG_NOSYSTEM", .value = "1"},
    {.name = "GIT_TERMINAL_PROMPT", .value = "0"},
    {.name = "HOME", .value = "${world}/home"},
    {.name = "LANG", .value = "C.UTF-8"},
    {.name = "LOGNAME", .value = "leakgate"},
    {.name = "PATH", .value = "${world}/bin"},
    {.name = "TMPDIR", .value = "${world}/tmp"},
    {.name = "TMUX_TMPDIR", .value = "${world}/tm"},
    {.name = "TZ", .value = "UTC"},
    {.name = "USER", .value = "leakgate"},
    {.name = "XDG_CACHE_HOME", .value = "${world}/cache"},
    {.name = "XDG_DATA_HOME", .value = "${world}/data"},
    {.name = "XDG_STATE_HOME", .value = "${world}/state"},
};
enum { HOUSE_COUNT = sizeof house / sizeof house[0] };

/* The index of the variable, or environment->count. */
static size_t position_of(const struct string_list *environment, const char *name)
{
    size_t i = 0, length = strlen(name);
    while (i < environment->count && (strncmp(environment->items[i], name, length) != 0 ||
                                      environment->items[i][length] != '='))
        i++;
    return i;
}

static void environment_set(struct string_list *environment, const char *name, const char *value)
{
    size_t i = position_of(environment, name);
    char *entry = memory_format("%s=%s", name, value);
    if (i == environment->count) {
        string_list_take(environment, entry);
        return;
    }
    free(environment->items[i]);
    environment->items[i] = entry;
}

static void environment_unset(struct string_list *environment, const char *name)
{
    size_t i = position_of(environment, name);
    if (i == environment->count)
        return;
    free(environment->items[i]);
    environment->items[i] = environment->items[--environment->count];
    environment->items[environment->count] = NULL;
}

static bool apply(struct world *world, const struct variable *variables, size_t count,
                  struct lg_error *err)
{
    for (size_t i = 0; i < count; i++) {
        if (variables[i].value == NULL) {
            environment_unset(&world->environment, variables[i].name);
            continue;
        }
        _cleanup_free_ char *value = world_expand(world, variables[i].value, 0, err);
        if (value == NULL)
            return lg_context(err, "environment variable %s", variables[i].name);
        environment_set(&world->environment, variables[i].name, value);
    }
    return true;
}

/* The runtime reads GODEBUG=memprofilerate=N once, at its start (pkg.go.dev/runtime, "Environment
 * Variables"). A rate the plan asked for by itself stands. */
static void ask_for_heap_rate(struct world *world)
{
    static const char name[] = "GODEBUG", setting[] = ",memprofilerate=";
    unsigned rate = world->plan->measure.heap_rate;
    size_t i = position_of(&world->environment, name);
    bool present = i < world->environment.count;
    const char *godebug = present ? world->environment.items[i] + sizeof name : "";
    if (rate == 0 || strstr(godebug, setting) != NULL || text_starts(godebug, setting + 1))
        return;
    _cleanup_free_ char *value =
        memory_format("%s%s%u", godebug, godebug[0] != '\0' ? setting : setting + 1, rate);
    environment_set(&world->environment, name, value);
}

bool environment_make(struct world *world, struct lg_error *err)
{
    const struct plan *plan = world->plan;
    if (!apply(world, house, HOUSE_COUNT, err))
        return false;
    if (plan->target.term != NULL)
        environment_set(&world->environment, "TERM", plan->target.term);
    if (!apply(world, plan->world.env.items, plan->world.env.count, err))
        return false;
    ask_for_heap_rate(world);
    string_list_sort(&world->environment);
    return true;
}
