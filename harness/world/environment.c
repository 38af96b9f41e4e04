#include <envz.h>
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

/* As glibc keeps one: "NAME=value" after "NAME=value", each with its NUL (envz_add(3)). */
struct entries {
    char *text;
    size_t length;
};

static void entry_set(struct entries *entries, const char *name, const char *value)
{
    if (envz_add(&entries->text, &entries->length, name, value) != 0)
        memory_exhausted();
}

static bool apply(const struct world *world, const struct variable *variables, size_t count,
                  struct entries *entries, struct lg_error *err)
{
    for (size_t i = 0; i < count; i++) {
        if (variables[i].value == NULL) {
            envz_remove(&entries->text, &entries->length, variables[i].name);
            continue;
        }
        _cleanup_free_ char *value = world_expand(world, variables[i].value, 0, err);
        if (value == NULL)
            return lg_context(err, "environment variable %s", variables[i].name);
        entry_set(entries, variables[i].name, value);
    }
    return true;
}

/* The runtime reads GODEBUG=memprofilerate=N once, at its start (pkg.go.dev/runtime, "Environment
 * Variables"). A rate the plan asked for by itself stands. */
static void ask_for_heap_rate(unsigned rate, struct entries *entries)
{
    static const char name[] = "GODEBUG", setting[] = ",memprofilerate=";
    const char *godebug = text_or(envz_get(entries->text, entries->length, name), "");
    if (rate == 0 || strstr(godebug, setting) != NULL || text_starts(godebug, setting + 1))
        return;
    _cleanup_free_ char *value =
        memory_format("%s%s%u", godebug, godebug[0] != '\0' ? setting : setting + 1, rate);
    entry_set(entries, name, value);
}

bool environment_make(struct world *world, struct lg_error *err)
{
    const struct plan *plan = world->plan;
    struct entries entries = {0};
    bool made = apply(world, house, COUNT_OF(house), &entries, err);
    if (made && plan->target.term != NULL)
        entry_set(&entries, "TERM", plan->target.term);
    made = made && apply(world, plan->world.env.items, plan->world.env.count, &entries, err);
    ask_for_heap_rate(plan->measure.heap_rate, &entries);
    for (char *entry = NULL; (entry = argz_next(entries.text, entries.length, entry)) != NULL;)
        string_list_add(&world->environment, entry);
    string_list_sort(&world->environment);
    free(entries.text);
    return made;
}
