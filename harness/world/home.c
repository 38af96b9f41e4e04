#include "world/home.h"

#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/memory.h"
#include "scenario/expand.h"
#include "scenario/value.h"

struct lookup {
    const struct world *world;
    const struct world_moment *moment;
    bool in_variable; /* a variable's own text may use the world's names, but no variables */
    struct lg_error *problem; /* where something else is wrong than the name */
};

static bool look_up(void *context, const char *name, struct buffer *out);

static bool look_up_variable(const struct lookup *lookup, const char *name, struct buffer *out)
{
    const struct variable_list *vars = &lookup->world->plan->vars;
    for (size_t i = 0; i < vars->count && !lookup->in_variable; i++) {
        const struct variable *variable = &vars->items[i];
        if (!text_equal(variable->name, name) || variable->value == NULL)
            continue;
        struct lookup inner = *lookup;
        inner.in_variable = true;
        _cleanup_free_ char *value = expand(variable->value, look_up, &inner, NULL);
        _cleanup_free_ char *replaced =
            value != NULL && variable->replace != NULL
                ? text_replace(value, variable->replace, variable->with, lookup->problem)
                : memory_copy_text(value);
        if (replaced != NULL)
            buffer_text(out, replaced);
        return replaced != NULL;
    }
    return false;
}

static bool look_up(void *context, const char *name, struct buffer *out)
{
    const struct lookup *lookup = context;
    const struct world *world = lookup->world;
    const struct world_moment *moment = lookup->moment;
    int64_t shift_ms = 0;
    if (text_equal(name, "i")) {
        buffer_format(out, "%u", moment->iteration);
    } else if (moment->copy > 0 && text_equal(name, "n")) {
        buffer_format(out, "%u", moment->copy);
    } else if (moment->line > 0 && text_equal(name, "line")) {
        buffer_format(out, "%u", moment->line);
    } else if (text_equal(name, "world")) {
        buffer_text(out, world->root);
    } else if (text_equal(name, "program")) {
        if (world->program == NULL)
            return false;
        buffer_text(out, world->program);
    } else if (text_starts(name, "project.")) {
        const char *project = name + strlen("project.");
        if (!string_list_contains(&world->plan->world.projects, project))
            return false;
        buffer_format(out, "%s/%s", world->root, project);
    } else if (text_equal(name, "today")) {
        buffer_text(out, world->today);
    } else if (text_equal(name, "now") || shifted_now_parse(name, &shift_ms)) {
        char now[25];
        clock_timestamp_ms(shift_ms, now);
        buffer_text(out, now);
    } else {
        return look_up_variable(lookup, name, out);
    }
    return true;
}

char *world_expand_at(const struct world *world, const char *template,
                      const struct world_moment *moment, struct lg_error *err)
{
    struct lg_error problem = {0};
    struct lookup lookup = {.world = world, .moment = moment, .problem = &problem};
    char *text = expand(template, look_up, &lookup, err);
    if (text == NULL && problem.class != LG_ERROR_NONE && err != NULL)
        *err = problem;
    return text;
}

char *world_expand(const struct world *world, const char *template, unsigned iteration,
                   struct lg_error *err)
{
    struct world_moment moment = {.iteration = iteration};
    return world_expand_at(world, template, &moment, err);
}

char *world_relative(const struct world *world, const char *path)
{
    size_t root = strlen(world->root);
    bool inside = text_starts(path, world->root) && (path[root] == '/' || path[root] == '\0');
    return inside ? memory_format("${world}%s", path + root) : memory_copy_text(path);
}
