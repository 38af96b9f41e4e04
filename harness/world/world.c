#include "world/world.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "world/parts.h"

void world_missing_tools(const struct plan *plan, struct string_list *missing)
{
    for (size_t i = 0; i < plan->needs.count; i++) {
        _cleanup_free_ char *found = tool_find(plan->needs.items[i]);
        if (found == NULL)
            string_list_add(missing, plan->needs.items[i]);
    }
}

/* Where tmux puts the socket of its default server below TMUX_TMPDIR, for the largest user id. */
#define LONGEST_SOCKET "/tm/tmux-4294967295/default"

/* NULL when it cannot be made there, or only with a path that is too long. The name cannot be
 * guessed, so that nobody else can be there first. */
static char *new_root_below(const char *directory)
{
    uint32_t number;
    struct sockaddr_un address;
    _cleanup_free_ char *real = realpath(directory, NULL);
    if (real == NULL || access(real, W_OK | X_OK) != 0 ||
        getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
        return NULL;
    _cleanup_free_ char *root =
        memory_format("%s/leakgate-%08" PRIx32, strcmp(real, "/") == 0 ? "" : real, number);
    if (strlen(root) + sizeof LONGEST_SOCKET > sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    return take_pointer(root);
}

char *world_new_root(struct lg_error *err)
{
    const char *wanted = getenv("TMPDIR");
    char *root = wanted != NULL && wanted[0] == '/' ? new_root_below(wanted) : NULL;
    if (root == NULL)
        root = new_root_below("/tmp");
    if (root == NULL)
        lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot make a directory for the run below /tmp");
    return root;
}

bool world_claim(const char *root, struct lg_error *err)
{
    return mkdir(root, 0700) == 0 ||
           lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot make the directory %s", root);
}

static char *absolute_program(const char *command, struct lg_error *err)
{
    _cleanup_free_ char *here = command[0] != '/' ? realpath(".", NULL) : NULL;
    _cleanup_free_ char *path = path_join(here != NULL ? here : "", command);
    struct stat status;
    if (stat(path, &status) != 0)
        return lg_fail_null(err, LG_ERROR_INPUT, errno, "cannot find the program %s", command);
    if (!S_ISREG(status.st_mode) || access(path, X_OK) != 0)
        return lg_fail_null(err, LG_ERROR_INPUT, 0, "%s cannot be executed", command);
    return take_pointer(path);
}

char *world_find_program(const struct plan *plan, struct lg_error *err)
{
    if (plan->target.command.count == 0)
        return lg_fail_null(err, LG_ERROR_INPUT, 0, "the target has no command");
    const char *command = plan->target.command.items[0];
    if (strchr(command, '/') != NULL)
        return absolute_program(command, err);
    char *found = tool_find(command);
    if (found == NULL)
        lg_fail(err, LG_ERROR_INPUT, 0, "there is no program %s on the PATH", command);
    return found;
}

/* A last line without its end is a tool that is just being started. */
void world_spawn_counts(const struct world *world, unsigned *counts)
{
    const struct string_list *tools = &world->plan->world.tools;
    memset(counts, 0, tools->count * sizeof *counts);
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
        for (size_t i = 0; i < tools->count; i++)
            counts[i] += strcmp(tools->items[i], line) == 0;
    }
}

/* The tools last: git, run for the projects, would be counted as the target's. */
static bool fill(struct world *world, const char *root, struct lg_error *err)
{
    world->root = realpath(root, NULL);
    if (world->root != NULL)
        world->root_fd = open(world->root, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (world->root_fd < 0)
        return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot open the world %s", root);
    world->spawn_log = path_join(world->root, WORLD_SPAWN_LOG);
    for (size_t i = 0; world_directories[i] != NULL; i++)
        if (!directory_make_at(world->root_fd, world_directories[i], 0700, err))
            return false;
    return environment_make(world, err) && files_make(world, err) && projects_make(world, err) &&
           tools_make(world, err);
}

struct world *world_make(const struct plan *plan, const char *root, struct lg_error *err)
{
    struct world *world = memory_new(struct world);
    *world = (struct world){.plan = plan, .root_fd = -1, .program = world_find_program(plan, NULL)};
    clock_date(world->today);
    if (fill(world, root, err))
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
    free_all(world->program, world->root, world->spawn_log, world);
}
