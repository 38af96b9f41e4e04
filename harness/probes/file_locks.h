/* Locks on files, of all processes (/proc/locks, proc(5)). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct file_lock {
    pid_t owner; /* -1: an open file description's, or of another PID namespace */
    bool write;  /* else it is shared */
    bool waits;  /* for one that another process has */
    dev_t device;
    ino_t inode;
    uint64_t start, end; /* bytes, both included; UINT64_MAX: the end of the file */
};
struct file_lock_list {
    struct file_lock *items;
    size_t count, capacity;
};
void file_lock_list_free(struct file_lock_list *list);
#define _cleanup_locks_ __attribute__((cleanup(file_lock_list_free)))

/* Adds those of fcntl and of open file descriptions, on byte ranges; none where the kernel has no
 * such file. */
void file_locks_read(const char *proc_root, struct file_lock_list *list);
