#include "measure/world_counts.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "measure/identify.h"
#include "world/files.h"

/* Before each name, so that no message of tmux is taken for one. */
static const char mark[] = "session ";
static char format[] = "session #{session_name}";

static void add_names(const char *printed, struct string_list *names)
{
    for (const char *line = printed; *line != '\0'; line += *line == '\n') {
        size_t length = strcspn(line, "\n");
        if (text_starts(line, mark) && names->count < LIMIT_SESSIONS)
            string_list_take(names, memory_copy_range(line + strlen(mark), length - strlen(mark)));
        line += length;
    }
}

/* What is done with each server of a world. */
struct round {
    struct loop *loop;
    const struct world *world;
    struct string_list *names; /* of its sessions, to be added to; NULL: it is to end */
    bool answered;
};

/* A server that is gone ends the client with a status of its own; a client without one was cut off,
 * and says nothing. */
static void ask_server(struct round *round, const char *tmux, char *socket)
{
    char *list[] = {"tmux", "-S", socket, "list-sessions", "-F", format, NULL};
    char *kill[] = {"tmux", "-S", socket, "kill-server", NULL};
    int status;
    _cleanup_free_ char *printed =
        program_prints(round->loop, round->world, tmux, round->names != NULL ? list : kill,
                       DEADLINE_TMUX_MS, &status);
    if (printed == NULL || status < 0)
        round->answered = false;
    else if (status == 0 && round->names != NULL)
        add_names(printed, round->names);
}

/* tmux puts its sockets into $TMUX_TMPDIR/tmux-UID. */
static void ask_servers_in(struct round *round, const char *place)
{
    _cleanup_free_ char *sockets = memory_format("%s/tmux-%u", place, (unsigned)getuid());
    DIR *directory = opendir(sockets);
    if (directory == NULL)
        return;
    _cleanup_free_ char *tmux = NULL;
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        struct stat status;
        if (fstatat(dirfd(directory), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
            !S_ISSOCK(status.st_mode))
            continue;
        _cleanup_free_ char *socket = path_join(sockets, entry->d_name);
        if (tmux == NULL)
            tmux = tool_find("tmux");
        if (tmux != NULL)
            ask_server(round, tmux, socket);
    }
    closedir(directory);
}

static void ask_all(struct round *round)
{
    const struct world *world = round->world;
    const struct string_list *survivors = &world->plan->target.survivors;
    for (size_t i = 0; i < survivors->count; i++) {
        _cleanup_free_ char *expanded = world_expand(world, survivors->items[i], 0, NULL);
        _cleanup_free_ char *place = expanded != NULL ? path_join(world->root, expanded) : NULL;
        if (place != NULL)
            ask_servers_in(round, place);
    }
}

bool sessions_read(struct loop *loop, const struct world *world, struct string_list *names)
{
    struct round round = {.loop = loop, .world = world, .names = names, .answered = true};
    ask_all(&round);
    string_list_sort(names);
    return round.answered;
}

void sessions_end(struct loop *loop, const struct world *world)
{
    struct round round = {.loop = loop, .world = world};
    ask_all(&round);
}

void world_counts_free(struct world_counts *world_counts)
{
    string_list_free(&world_counts->sessions);
    string_list_free(&world_counts->before);
    *world_counts = (struct world_counts){0};
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

static void count_sessions(struct world_counts *world_counts, struct loop *loop,
                           const struct world *world, struct probe_counting *counting, bool whole)
{
    if (world->plan->target.survivors.count == 0)
        return;
    _cleanup_strings_ struct string_list now = {0};
    if (whole && sessions_read(loop, world, &now)) {
        string_list_free(&world_counts->sessions);
        world_counts->sessions = now;
        now = (struct string_list){0};
        world_counts->sessions_known = true;
    }
    if (!world_counts->sessions_known)
        return;
    probe_begin_count(counting, GAUGE_SESSION);
    for (size_t i = 0; i < world_counts->sessions.count; i++)
        probe_count(counting, GAUGE_SESSION, world_counts->sessions.items[i], 1);
}

bool world_counts_count(struct world_counts *world_counts, struct loop *loop,
                        const struct world *world, struct probe_counting *counting, bool whole,
                        struct lg_error *err)
{
    count_tools(world, counting);
    count_sessions(world_counts, loop, world, counting, whole);
    if (world->plan->target.state.count == 0)
        return true;
    probe_begin_count(counting, GAUGE_STATE_FILE);
    return state_files_walk(world, count_file, counting, err);
}

static void list_file(void *context, const char *directory, const char *name)
{
    string_list_take(context, path_join(directory, name));
}

bool world_counts_mark(struct world_counts *world_counts, const struct world *world,
                       struct lg_error *err)
{
    string_list_free(&world_counts->before);
    world_counts->marked = state_files_walk(world, list_file, &world_counts->before, err);
    string_list_sort(&world_counts->before);
    return world_counts->marked;
}

static void take_names(const struct string_list *names, struct journal_left *left)
{
    left->count = (int64_t)names->count;
    for (size_t i = 0; i < names->count && i < LIMIT_NAMES_LEFT; i++)
        string_list_add(&left->names, names->items[i]);
}

void world_sessions_left(struct loop *loop, const struct world *world, struct journal_left *left)
{
    _cleanup_strings_ struct string_list names = {0};
    if (world->plan->target.survivors.count > 0 && sessions_read(loop, world, &names))
        take_names(&names, left);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A walk over a limit was already reported by the samples. */
void world_counts_files_left(const struct world_counts *world_counts, const struct world *world,
                             struct journal_left *left)
{
    _cleanup_strings_ struct string_list now = {0}, new = {0};
    if (!world_counts->marked || world->plan->target.state.count == 0 ||
        !state_files_walk(world, list_file, &now, NULL))
        return;
    string_list_sort(&now);
    const struct string_list *before = &world_counts->before;
    for (size_t i = 0; i < now.count; i++)
        if (before->count == 0 || bsearch(&now.items[i], before->items, before->count,
                                          sizeof(char *), compare_names) == NULL)
            string_list_add(&new, now.items[i]);
    take_names(&new, left);
}
