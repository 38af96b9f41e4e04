/*
 * The sockets that /proc/PID/net/{tcp,tcp6,udp,udp6,unix} lists, by inode. Source of the formats:
 * proc(5), and proc_net_tcp in the kernel's documentation.
 */
#ifndef LEAKGATE_PROBES_PROC_SOCKETS_H
#define LEAKGATE_PROBES_PROC_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>

#include "probes/procfs.h"

enum socket_kind { SOCKET_TCP_LISTEN, SOCKET_TCP, SOCKET_UDP, SOCKET_UNIX };

struct socket {
    unsigned long inode;
    enum socket_kind kind;
    unsigned short port; /* local, in host order; 0 for a unix socket */
    bool ipv6;           /* to be reached at ::1, not at 127.0.0.1 */
    bool loopback;       /* bound to the loopback address, or to every address */
};

struct socket_list {
    struct socket *items; /* sorted by inode */
    size_t count;
    size_t capacity;
};

/* Tables that are missing (a kernel without IPv6) are empty. */
void socket_list_read(const struct proc *proc, struct socket_list *list);
/* The same, TCP sockets that listen only. */
void socket_list_read_listeners(const struct proc *proc, struct socket_list *list);
/* NULL when there is none. */
const struct socket *socket_list_find(const struct socket_list *list, unsigned long inode);
void socket_list_free(struct socket_list *list);
#define _cleanup_sockets_ __attribute__((cleanup(socket_list_free)))

/* "socket:tcp:listen" and so on; plain "socket" for NULL. */
const char *socket_name(const struct socket *socket);
/* The inode of a link "socket:[N]"; false for any other link. */
bool socket_link_inode(const char *link, unsigned long *inode);

#endif
