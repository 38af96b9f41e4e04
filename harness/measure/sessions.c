#include "measure/sessions.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "measure/printed.h"
#include "world/tools.h"

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

static bool is_socket(int directory, const char *name)
{
    struct stat status;
    return fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISSOCK(status.st_mode);
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
        if (!is_socket(dirfd(directory), entry->d_name))
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
