/*
 * What /proc says of a process. The directory is opened once, so that a number that is used again
 * for another process gives ESRCH, never the other's figures; everything is read relative to it.
 * Source of the formats: proc(5).
 *
 * Paths below the world's root are written "${world}/...". The root of /proc can be a made-up
 * directory in tests.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"
#include "probes/sample.h"

struct proc {
    pid_t pid;
    int directory; /* /proc/PID */
    unsigned long long
        start_time; /* field 22 of stat, in ticks since boot: with the pid it is unique */
};

/* class LG_ERROR_TARGET when there is no such process. proc_root is "/proc" but in tests. */
LG_CHECKED bool proc_open(const char *proc_root, pid_t pid, struct proc *proc,
                          struct lg_error *err);
void proc_close(struct proc *proc);

struct proc_stat {
    char state; /* R S D Z T t X */
    pid_t parent;
    pid_t session;
    double cpu_seconds; /* user and system, without children */
    unsigned long long start_time;
    char name[64]; /* comm, may hold any byte */
};
LG_CHECKED bool proc_stat_read(const struct proc *proc, struct proc_stat *stat,
                               struct lg_error *err);

/* The machine's sockets as they were read last; zeroed at first. The kernel looks through a table
 * of megabytes for its list of connections, so it is read again only for a socket that is new. */
struct socket_list {
    struct socket *items; /* sorted by inode */
    size_t count, capacity;
};
void socket_list_free(struct socket_list *list); /* what it owns, not the struct itself */

/* How many descriptors; when table is not NULL, one holding for each kind and path, appended to
 * holdings (sorted and summed by the caller); then `sockets` is needed as well. */
LG_CHECKED bool proc_fds_read(const struct proc *proc, const char *world_root,
                              struct socket_list *sockets, struct holder_table *table,
                              struct holding_list *holdings, unsigned *fds, struct lg_error *err);
/* What is open, descriptor by descriptor. */
struct open_file {
    unsigned long fd;
    char *link; /* a path, "socket:[12]", "pipe:[12]", "anon_inode:inotify" */
};
struct open_files {
    struct open_file *items;
    size_t count, capacity;
};
void open_files_free(struct open_files *files);
LG_CHECKED bool proc_open_files(const struct proc *proc, struct open_files *files,
                                struct lg_error *err);
/* inotify watches over all inotify descriptors, from fdinfo. */
LG_CHECKED bool proc_watches_read(const struct proc *proc, unsigned *watches, struct lg_error *err);
LG_CHECKED bool proc_threads_read(const struct proc *proc, unsigned *threads, struct lg_error *err);
/* Resident set in bytes: smaps_rollup, or statm where that is refused. */
LG_CHECKED bool proc_rss_read(const struct proc *proc, double *bytes, struct lg_error *err);

/* Seconds that the threads which are there now have waited for a processor; NAN where the kernel
 * does not say. */
double proc_wait_read(const struct proc *proc);
/* The most resident memory, in bytes, since proc_peak_reset or the start of the process. */
LG_CHECKED bool proc_peak_read(const struct proc *proc, double *bytes, struct lg_error *err);
/* Where the kernel refuses it, the peak stays the highest of all. */
void proc_peak_reset(const struct proc *proc);

/* The descendants of `root` (not itself), parents before children, at most LIMIT_PROCESS_TREE; the
 * caller frees *pids. A process that vanishes meanwhile is left out. */
LG_CHECKED bool proc_descendants(const char *proc_root, pid_t root, pid_t **pids, size_t *count,
                                 struct lg_error *err);

struct listener {
    pid_t owner;
    unsigned short port; /* in host order */
    bool ipv6;           /* at ::1, not at 127.0.0.1 */
    unsigned long descriptor, inode;
};
/* The listening TCP socket on loopback of root or one of its descendants. False with class
 * LG_ERROR_NONE while there is none. With several the lowest descriptor of the nearest process
 * wins; the caller checks that it answers as pprof does. `skip` ports have been tried. */
LG_CHECKED bool proc_find_listener(const char *proc_root, pid_t root, const unsigned short *skip,
                                   size_t skip_count, struct listener *listener,
                                   struct lg_error *err);
/* Does the process listen on this port of loopback, or, where it is 0, on any? */
bool proc_listens(const struct proc *proc, unsigned short port);
/* Is its loopback another one than this process's, as in a container? */
bool proc_is_elsewhere(const struct proc *proc);
/* Does the process still have this very socket? */
bool proc_has_listener(const struct proc *proc, const struct listener *listener);

/* inotify instances that this user may still open, by trying (at most `wanted` are opened and
 * closed again). A cut-off at the limit looks like a plateau. */
unsigned inotify_instances_free(unsigned wanted);
