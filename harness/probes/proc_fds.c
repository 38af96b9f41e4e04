/* A process's open descriptors: what they are, which of them watch files, and which listen. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "probes/proc_directory.h"
#include "probes/proc_sockets.h"
#include "probes/procfs.h"

/* The next descriptor whose link can still be read. */
static bool fd_next(DIR *stream, unsigned long *number, char link[PATH_MAX])
{
    while (proc_number_next(stream, number)) {
        char name[32];
        snprintf(name, sizeof name, "%lu", *number);
        ssize_t length = readlinkat(dirfd(stream), name, link, PATH_MAX - 1);
        if (length <= 0)
            continue;
        link[length] = '\0';
        return true;
    }
    return false;
}

/* "pipe:[123]" and "mnt:[123]": the number is another one each time. */
static bool is_numbered(const char *link, size_t *kind_length)
{
    const char *bracket = strstr(link, ":[");
    if (bracket == NULL || link[0] == '/')
        return false;
    size_t digits = strspn(bracket + 2, "0123456789");
    *kind_length = (size_t)(bracket - link);
    return digits > 0 && strcmp(bracket + 2 + digits, "]") == 0;
}

/* The holder's text for a link; written over the link where that suffices. */
static const char *fd_name(char link[PATH_MAX], const char *world_root, char text[PATH_MAX + 16])
{
    size_t root = world_root != NULL ? strlen(world_root) : 0;
    while (root > 0 && world_root[root - 1] == '/')
        root--;
    if (root > 0 && strncmp(link, world_root, root) == 0 &&
        (link[root] == '/' || link[root] == '\0' || link[root] == ' ')) {
        snprintf(text, PATH_MAX + 16, "${world}%s", link + root);
        return text;
    }
    size_t kind = 0;
    if (is_numbered(link, &kind))
        link[kind] = '\0';
    return link;
}

bool proc_fds_read(const struct proc *proc, const char *world_root, struct holder_table *table,
                   struct holding_list *holdings, unsigned *fds, struct lg_error *err)
{
    _cleanup_directory_ DIR *stream = proc_directory_open(proc, "fd");
    if (stream == NULL)
        return proc_failed(proc, errno, "fd", err);
    _cleanup_sockets_ struct socket_list sockets = {0};
    bool sockets_read = false;
    unsigned found = 0;
    char link[PATH_MAX], text[PATH_MAX + 16];
    for (unsigned long number, inode; fd_next(stream, &number, link);) {
        found++;
        if (table == NULL)
            continue;
        const char *name;
        if (socket_link_inode(link, &inode)) {
            if (!sockets_read)
                socket_list_read(proc, &sockets);
            sockets_read = true;
            name = socket_name(socket_list_find(&sockets, inode));
        } else {
            name = fd_name(link, world_root, text);
        }
        uint32_t holder = holder_table_text(table, GAUGE_FD, name);
        holding_list_add(holdings, (struct holding){.holder = holder, .value = 1});
    }
    *fds = found;
    return true;
}

/* Lines of fdinfo/FD that begin with "inotify ": one watch each. Counted as they are read, for a
 * descriptor may have tens of thousands. */
static unsigned watches_of(const struct proc *proc, unsigned long number)
{
    char name[48];
    snprintf(name, sizeof name, "fdinfo/%lu", number);
    _cleanup_file_ FILE *file = proc_file_open(proc, name);
    if (file == NULL)
        return 0;
    _cleanup_free_ char *line = NULL;
    size_t size = 0;
    unsigned watches = 0;
    while (getline(&line, &size, file) >= 0)
        watches += strncmp(line, "inotify ", 8) == 0;
    return watches;
}

bool proc_watches_read(const struct proc *proc, unsigned *watches, struct lg_error *err)
{
    _cleanup_directory_ DIR *stream = proc_directory_open(proc, "fd");
    if (stream == NULL)
        return proc_failed(proc, errno, "fd", err);
    char link[PATH_MAX];
    *watches = 0;
    for (unsigned long number; fd_next(stream, &number, link);)
        if (strcmp(link, "anon_inode:inotify") == 0)
            *watches += watches_of(proc, number);
    return true;
}

static bool is_skipped(const unsigned short *skip, size_t count, unsigned short port)
{
    for (size_t i = 0; i < count; i++)
        if (skip[i] == port)
            return true;
    return false;
}

/* The listening socket of the process with the lowest descriptor: on that port, or, where it is 0,
 * of those on loopback and not skipped. */
static bool listener_of(const char *proc_root, pid_t pid, unsigned short port,
                        const unsigned short *skip, size_t skip_count, struct listener *listener)
{
    _cleanup_proc_ struct proc proc = {.directory = -1};
    if (!proc_open(proc_root, pid, &proc, NULL))
        return false;
    _cleanup_sockets_ struct socket_list sockets = {0};
    socket_list_read_listeners(&proc, &sockets);
    _cleanup_directory_ DIR *stream = proc_directory_open(&proc, "fd");
    if (sockets.count == 0 || stream == NULL)
        return false;
    unsigned long lowest = ULONG_MAX;
    char link[PATH_MAX];
    for (unsigned long number, inode; fd_next(stream, &number, link);) {
        if (number >= lowest || !socket_link_inode(link, &inode))
            continue;
        const struct socket *socket = socket_list_find(&sockets, inode);
        if (socket == NULL ||
            (port != 0 ? socket->port != port
                       : !socket->loopback || is_skipped(skip, skip_count, socket->port)))
            continue;
        *listener = (struct listener){pid, socket->port, socket->ipv6};
        lowest = number;
    }
    return lowest != ULONG_MAX;
}

bool proc_find_listener(const char *proc_root, pid_t root, const unsigned short *skip,
                        size_t skip_count, struct listener *listener, struct lg_error *err)
{
    _cleanup_free_ pid_t *pids = NULL;
    size_t count = 0;
    if (!proc_descendants(proc_root, root, &pids, &count, err))
        return false;
    for (size_t i = 0; i <= count; i++)
        if (listener_of(proc_root, i == 0 ? root : pids[i - 1], 0, skip, skip_count, listener))
            return true;
    if (err != NULL)
        *err = (struct lg_error){.class = LG_ERROR_NONE};
    return false;
}

bool proc_owns_listener(const char *proc_root, pid_t pid, unsigned short port)
{
    struct listener found;
    return listener_of(proc_root, pid, port, NULL, 0, &found);
}
