#include "world/world.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "scenario/expand.h"
#include "scenario/value.h"
#include "world/environment.h"
#include "world/files.h"
#include "world/projects.h"
#include "world/tools.h"

static const char *const directories[] = {"bin", "cache", "data", "home",
                                          "run", "state", "tm",   "tmp"};
enum { DIRECTORY_COUNT = sizeof directories / sizeof directories[0] };

/* At the root, where no scenario's file, project or watched directory is. */
#define SPAWN_LOG ".spawns"

void world_missing_tools(const struct plan *plan, struct string_list *missing)
{
    for (size_t i = 0; i < plan->needs.count; i++) {
        _cleanup_free_ char *found = tool_find(plan->needs.items[i]);
        if (found == NULL)
            string_list_add(missing, plan->needs.items[i]);
    }
}

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
        _cleanup_free_ char *program = world_find_program(world->plan, NULL);
        if (program == NULL)
            return false;
        buffer_text(out, program);
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

static char *absolute_program(const char *command, struct lg_error *err)
{
    _cleanup_free_ char *here = command[0] != '/' ? realpath(".", NULL) : NULL;
    _cleanup_free_ char *path = path_join(here != NULL ? here : "", command);
    struct stat status;
    if (stat(path, &status) != 0) {
        lg_fail(err, LG_ERROR_INPUT, errno, "cannot find the program %s", command);
        return NULL;
    }
    if (!S_ISREG(status.st_mode) || access(path, X_OK) != 0) {
        lg_fail(err, LG_ERROR_INPUT, 0, "%s cannot be executed", command);
        return NULL;
    }
    return take_pointer(path);
}

char *world_find_program(const struct plan *plan, struct lg_error *err)
{
    if (plan->target.command.count == 0) {
        lg_fail(err, LG_ERROR_INPUT, 0, "the target has no command");
        return NULL;
    }
    const char *command = plan->target.command.items[0];
    if (strchr(command, '/') != NULL)
        return absolute_program(command, err);
    char *found = tool_find(command);
    if (found == NULL)
        lg_fail(err, LG_ERROR_INPUT, 0, "there is no program %s on the PATH", command);
    return found;
}

char *world_relative(const struct world *world, const char *path)
{
    size_t root = strlen(world->root);
    bool inside = text_starts(path, world->root) && (path[root] == '/' || path[root] == '\0');
    return inside ? memory_format("${world}%s", path + root) : memory_copy_text(path);
}

static void count_spawn(const struct world *world, const char *name, unsigned *counts)
{
    const struct string_list *tools = &world->plan->world.tools;
    for (size_t i = 0; i < tools->count; i++)
        if (strcmp(tools->items[i], name) == 0)
            counts[i]++;
}

/* A last line without its end is a tool that is just being started. */
void world_spawn_counts(const struct world *world, unsigned *counts)
{
    memset(counts, 0, world->plan->world.tools.count * sizeof *counts);
    int log = open(world->spawn_log, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    _cleanup_file_ FILE *file = log >= 0 ? fdopen(log, "r") : NULL;
    _cleanup_free_ char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    if (file == NULL)
        return;
    while ((length = getline(&line, &capacity, file)) > 0) {
        if (line[length - 1] != '\n')
            return;
        line[length - 1] = '\0';
        count_spawn(world, line, counts);
    }
}

static bool open_root(struct world *world, const char *root, struct lg_error *err)
{
    world->root = realpath(root, NULL);
    if (world->root != NULL)
        world->root_fd = open(world->root, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (world->root_fd < 0)
        return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot open the world %s", root);
    world->spawn_log = path_join(world->root, SPAWN_LOG);
    return true;
}

static bool directories_make(const struct world *world, struct lg_error *err)
{
    for (size_t i = 0; i < DIRECTORY_COUNT; i++)
        if (!directory_make_at(world->root_fd, directories[i], 0700, err))
            return false;
    return true;
}

/* The tools last: git, run for the projects, would be counted as the target's. */
static bool fill(struct world *world, struct lg_error *err)
{
    return directories_make(world, err) && environment_make(world, err) && files_make(world, err) &&
           projects_make(world, err) && tools_make(world, err);
}

struct world *world_make(const struct plan *plan, const char *root, struct lg_error *err)
{
    struct world *world = memory_new(struct world);
    *world = (struct world){.plan = plan, .root_fd = -1};
    clock_date(world->today);
    if (open_root(world, root, err) && fill(world, err))
        return world;
    world_free(world);
    return NULL;
}

void world_free(struct world *world)
{
    if (world == NULL)
        return;
    if (world->root_fd >= 0)
        close(world->root_fd);
    string_list_free(&world->environment);
    free(world->root);
    free(world->spawn_log);
    free(world);
}
