/*
 * A process's open descriptors: what they are, which of them watch files, and which listen. Sockets
 * are those that /proc/PID/net/{tcp,tcp6,udp,udp6,unix} lists, by inode. Source of the formats:
 * proc(5), and proc_net_tcp in the kernel's documentation.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "probes/proc_directory.h"
#include "probes/procfs.h"

enum socket_kind { SOCKET_TCP_LISTEN, SOCKET_TCP, SOCKET_UDP, SOCKET_UNIX };

struct socket {
    unsigned long inode;
    enum socket_kind kind;
    unsigned short port; /* local, in host order; 0 for a unix socket */
    bool ipv6;           /* to be reached at ::1, not at 127.0.0.1 */
    bool loopback;       /* bound to the loopback address, or to every address */
};

enum { TCP_STATE_LISTEN = 0x0A, ADDRESS_WORDS = 4 };

struct address {
    uint32_t words[ADDRESS_WORDS]; /* as they lie in memory: network order */
    unsigned count;                /* 1 or 4 */
    unsigned port;
};

/* The kernel prints each 32-bit word of an address as a number of the machine's own order. */
static bool address_parse(const char *text, struct address *address)
{
    const char *colon = strchr(text, ':');
    if (colon == NULL || (colon - text != 8 && colon - text != 32))
        return false;
    address->count = colon - text == 8 ? 1 : ADDRESS_WORDS;
    for (unsigned i = 0; i < address->count; i++)
        if (sscanf(text + (size_t)i * 8, "%8" SCNx32, &address->words[i]) != 1)
            return false;
    return sscanf(colon + 1, "%4x", &address->port) == 1;
}

static bool ipv4_is_local(uint32_t address)
{
    return address == htonl(INADDR_LOOPBACK) || address == htonl(INADDR_ANY);
}

static void address_describe(const struct address *address, struct socket *socket)
{
    const uint32_t *words = address->words;
    socket->port = (unsigned short)address->port;
    if (address->count == 1) {
        socket->loopback = ipv4_is_local(words[0]);
        return;
    }
    bool mapped = words[0] == 0 && words[1] == 0 && words[2] == htonl(0xffff);
    socket->ipv6 = !mapped;
    socket->loopback = mapped ? ipv4_is_local(words[3])
                              : words[0] == 0 && words[1] == 0 && words[2] == 0 &&
                                    (words[3] == htonl(1) || words[3] == 0);
}

/* "sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode ..." */
static bool internet_parse(const char *line, enum socket_kind kind, struct socket *socket)
{
    char local[64];
    unsigned state;
    unsigned long inode;
    struct address address;
    if (sscanf(line, "%*s %63s %*s %x %*s %*s %*s %*s %*s %lu", local, &state, &inode) != 3 ||
        !address_parse(local, &address))
        return false;
    *socket = (struct socket){.inode = inode, .kind = kind};
    if (kind == SOCKET_TCP && state == TCP_STATE_LISTEN)
        socket->kind = SOCKET_TCP_LISTEN;
    address_describe(&address, socket);
    return true;
}

/* "Num RefCount Protocol Flags Type St Inode Path" */
static bool unix_parse(const char *line, struct socket *socket)
{
    *socket = (struct socket){.kind = SOCKET_UNIX};
    return sscanf(line, "%*s %*s %*s %*s %*s %*s %lu", &socket->inode) == 1;
}

static void table_read(const struct proc *proc, const char *name, enum socket_kind kind,
                       bool listeners_only, struct socket_list *list)
{
    _cleanup_file_ FILE *file = proc_file_open(proc, name);
    if (file == NULL)
        return;
    _cleanup_free_ char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, file) >= 0) {
        struct socket socket;
        bool parsed =
            kind == SOCKET_UNIX ? unix_parse(line, &socket) : internet_parse(line, kind, &socket);
        /* A connection on its way in or out has no inode yet or any more. */
        if (!parsed || socket.inode == 0 || (listeners_only && socket.kind != SOCKET_TCP_LISTEN))
            continue;
        array_append(list->items, list->count, list->capacity, socket);
    }
}

static int by_inode(const void *a, const void *b)
{
    const struct socket *left = a, *right = b;
    return (left->inode > right->inode) - (left->inode < right->inode);
}

/* Tables that are missing (a kernel without IPv6) are empty. */
static void socket_list_read(const struct proc *proc, bool listeners_only, struct socket_list *list)
{
    list->count = 0;
    static const struct {
        const char *name;
        enum socket_kind kind;
    } tables[] = {{"net/tcp", SOCKET_TCP},
                  {"net/tcp6", SOCKET_TCP},
                  {"net/udp", SOCKET_UDP},
                  {"net/udp6", SOCKET_UDP},
                  {"net/unix", SOCKET_UNIX}};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (!listeners_only || tables[i].kind == SOCKET_TCP)
            table_read(proc, tables[i].name, tables[i].kind, listeners_only, list);
    if (list->count > 0)
        qsort(list->items, list->count, sizeof *list->items, by_inode);
}

/* NULL when there is none. */
static const struct socket *socket_list_find(const struct socket_list *list, unsigned long inode)
{
    struct socket wanted = {.inode = inode};
    return list->count == 0 ? NULL
                            : bsearch(&wanted, list->items, list->count, sizeof wanted, by_inode);
}

void socket_list_free(struct socket_list *list)
{
    free(list->items);
    *list = (struct socket_list){0};
}
#define _cleanup_sockets_ __attribute__((cleanup(socket_list_free)))

/* "socket:tcp:listen" and so on; plain "socket" for NULL. */
static const char *socket_name(const struct socket *socket)
{
    static const char *const names[] = {
        [SOCKET_TCP_LISTEN] = "socket:tcp:listen",
        [SOCKET_TCP] = "socket:tcp",
        [SOCKET_UDP] = "socket:udp",
        [SOCKET_UNIX] = "socket:unix",
    };
    return socket != NULL ? names[socket->kind] : "socket";
}

/* The inode of a link "socket:[N]"; false for any other link. */
static bool socket_link_inode(const char *link, unsigned long *inode)
{
    char end = '\0';
    return sscanf(link, "socket:[%lu%c", inode, &end) == 2 && end == ']';
}

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

bool proc_fds_read(const struct proc *proc, const char *world_root, struct socket_list *sockets,
                   struct holder_table *table, struct holding_list *holdings, unsigned *fds,
                   struct lg_error *err)
{
    _cleanup_directory_ DIR *stream = proc_directory_open(proc, "fd");
    if (stream == NULL)
        return proc_failed(proc, errno, "fd", err);
    bool sockets_read = false;
    unsigned found = 0;
    char link[PATH_MAX], text[PATH_MAX + 16];
    for (unsigned long number, inode; fd_next(stream, &number, link);) {
        found++;
        if (table == NULL)
            continue;
        const char *name;
        if (socket_link_inode(link, &inode)) {
            const struct socket *socket = socket_list_find(sockets, inode);
            if (socket == NULL && !sockets_read) {
                socket_list_read(proc, false, sockets);
                sockets_read = true;
                socket = socket_list_find(sockets, inode);
            }
            name = socket_name(socket);
        } else {
            name = fd_name(link, world_root, text);
        }
        uint32_t holder = holder_table_text(table, GAUGE_FD, name);
        holding_list_add(holdings, (struct holding){.holder = holder, .value = 1});
    }
    *fds = found;
    return true;
}

void open_files_free(struct open_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        free(files->items[i].link);
    free(files->items);
    *files = (struct open_files){0};
}

bool proc_open_files(const struct proc *proc, struct open_files *files, struct lg_error *err)
{
    _cleanup_directory_ DIR *stream = proc_directory_open(proc, "fd");
    if (stream == NULL)
        return proc_failed(proc, errno, "fd", err);
    char link[PATH_MAX];
    for (unsigned long number; fd_next(stream, &number, link);)
        array_append(files->items, files->count, files->capacity,
                     (struct open_file){number, memory_copy_text(link)});
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

/* The listening socket of the process on loopback, and not skipped, with the lowest descriptor; on
 * this port alone where it is not 0. */
static bool listener_of(const struct proc *proc, unsigned short port, const unsigned short *skip,
                        size_t skip_count, struct listener *listener)
{
    _cleanup_sockets_ struct socket_list sockets = {0};
    _cleanup_directory_ DIR *stream = proc_directory_open(proc, "fd");
    if (stream == NULL)
        return false;
    bool sockets_read = false;
    unsigned long lowest = ULONG_MAX;
    char link[PATH_MAX];
    for (unsigned long number, inode; fd_next(stream, &number, link);) {
        if (number >= lowest || !socket_link_inode(link, &inode))
            continue;
        if (!sockets_read)
            socket_list_read(proc, true, &sockets);
        sockets_read = true;
        const struct socket *socket = socket_list_find(&sockets, inode);
        if (socket == NULL || !socket->loopback || (port != 0 && socket->port != port) ||
            is_skipped(skip, skip_count, socket->port))
            continue;
        *listener = (struct listener){proc->pid, socket->port, socket->ipv6, number, inode};
        lowest = number;
    }
    return lowest != ULONG_MAX;
}

bool proc_listens(const struct proc *proc, unsigned short port)
{
    struct listener listener;
    return listener_of(proc, port, NULL, 0, &listener);
}

bool proc_find_listener(const char *proc_root, pid_t root, const unsigned short *skip,
                        size_t skip_count, struct listener *listener, struct lg_error *err)
{
    _cleanup_free_ pid_t *pids = NULL;
    size_t count = 0;
    if (!proc_descendants(proc_root, root, &pids, &count, err))
        return false;
    for (size_t i = 0; i <= count; i++) {
        _cleanup_proc_ struct proc proc = {.directory = -1};
        if (proc_open(proc_root, i == 0 ? root : pids[i - 1], &proc, NULL) &&
            listener_of(&proc, 0, skip, skip_count, listener))
            return true;
    }
    if (err != NULL)
        *err = (struct lg_error){.class = LG_ERROR_NONE};
    return false;
}

bool proc_is_elsewhere(const struct proc *proc)
{
    char its[64] = "", ours[64] = "";
    return readlinkat(proc->directory, "ns/net", its, sizeof its - 1) > 0 &&
           readlink("/proc/self/ns/net", ours, sizeof ours - 1) > 0 && strcmp(its, ours) != 0;
}

bool proc_has_listener(const struct proc *proc, const struct listener *listener)
{
    unsigned long inode;
    char name[32], link[64] = "";
    snprintf(name, sizeof name, "fd/%lu", listener->descriptor);
    return readlinkat(proc->directory, name, link, sizeof link - 1) > 0 &&
           socket_link_inode(link, &inode) && inode == listener->inode;
}
