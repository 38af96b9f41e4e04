/* A process that runs already, found by what a person knows of it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/* One of them is given, or none: then it is a Go program that listens on loopback. */
struct process_wanted {
    pid_t pid;             /* 0 */
    const char *name;      /* of the program, without its folder; NULL */
    unsigned short port;   /* that it listens on, on loopback; 0 */
    const char *open_file; /* that it has open: the link of /proc/PID/fd; NULL */
};

struct found_process {
    pid_t pid;
    uid_t user;
    char *name;      /* comm */
    char *command;   /* with its arguments; "" where that cannot be read */
    char *directory; /* it works in; "" */
    char *terminal;  /* "pts/3"; "" */
    int64_t started; /* seconds since 1970 */
};
struct found_processes {
    struct found_process *items;
    size_t count, capacity;
};
void found_process_free(struct found_process *process); /* what it owns, not the struct itself */
void found_processes_free(struct found_processes *found);
#define _cleanup_found_ __attribute__((cleanup(found_processes_free)))

/* Adds those that fit, the oldest first, but never this process; zombies are left out. A port is
 * found where this user may see whose socket it is. False, class LG_ERROR_INPUT, where there is
 * none. proc_root is "/proc" but in tests. */
LG_CHECKED bool find_processes(const char *proc_root, const struct process_wanted *wanted,
                               struct found_processes *found, struct lg_error *err);
