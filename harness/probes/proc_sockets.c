#include "probes/proc_sockets.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "probes/proc_directory.h"

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

static void list_sort(struct socket_list *list)
{
    if (list->count > 0)
        qsort(list->items, list->count, sizeof *list->items, by_inode);
}

void socket_list_read(const struct proc *proc, struct socket_list *list)
{
    table_read(proc, "net/tcp", SOCKET_TCP, false, list);
    table_read(proc, "net/tcp6", SOCKET_TCP, false, list);
    table_read(proc, "net/udp", SOCKET_UDP, false, list);
    table_read(proc, "net/udp6", SOCKET_UDP, false, list);
    table_read(proc, "net/unix", SOCKET_UNIX, false, list);
    list_sort(list);
}

void socket_list_read_listeners(const struct proc *proc, struct socket_list *list)
{
    table_read(proc, "net/tcp", SOCKET_TCP, true, list);
    table_read(proc, "net/tcp6", SOCKET_TCP, true, list);
    list_sort(list);
}

const struct socket *socket_list_find(const struct socket_list *list, unsigned long inode)
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

const char *socket_name(const struct socket *socket)
{
    static const char *const names[] = {
        [SOCKET_TCP_LISTEN] = "socket:tcp:listen",
        [SOCKET_TCP] = "socket:tcp",
        [SOCKET_UDP] = "socket:udp",
        [SOCKET_UNIX] = "socket:unix",
    };
    return socket != NULL ? names[socket->kind] : "socket";
}

bool socket_link_inode(const char *link, unsigned long *inode)
{
    char end = '\0';
    return sscanf(link, "socket:[%lu%c", inode, &end) == 2 && end == ']';
}
