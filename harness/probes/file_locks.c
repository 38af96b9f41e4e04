#include "probes/file_locks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/file.h"
#include "base/memory.h"

void file_lock_list_free(struct file_lock_list *list)
{
    free(list->items);
    *list = (struct file_lock_list){0};
}

/* "1: POSIX  ADVISORY  WRITE 4711 08:01:131139 1073741826 1073742335"; "1: -> POSIX" for one that
 * waits. */
static bool lock_parse(const char *line, struct file_lock *lock)
{
    char kind[16], access[16], end[32];
    unsigned major_number, minor_number;
    const char *arrow = strstr(line, "-> ");
    const char *fields = arrow != NULL ? arrow + 3 : strchr(line, ':');
    int owner = 0;
    uint64_t inode = 0;
    if (fields == NULL)
        return false;
    fields += arrow == NULL;
    if (sscanf(fields, " %15s %*s %15s %d %x:%x:%" SCNu64 " %" SCNu64 " %31s", kind, access, &owner,
               &major_number, &minor_number, &inode, &lock->start, end) != 8)
        return false;
    lock->owner = (pid_t)owner;
    lock->write = strcmp(access, "WRITE") == 0;
    lock->waits = arrow != NULL;
    lock->device = makedev(major_number, minor_number);
    lock->inode = (ino_t)inode;
    lock->end = strcmp(end, "EOF") == 0 ? UINT64_MAX : strtoull(end, NULL, 10);
    return strcmp(kind, "POSIX") == 0 || strcmp(kind, "OFDLCK") == 0;
}

void file_locks_read(const char *proc_root, struct file_lock_list *list)
{
    _cleanup_free_ char *path = path_join(proc_root, "locks");
    _cleanup_file_ FILE *file = fopen(path, "re");
    _cleanup_free_ char *line = NULL;
    size_t size = 0;
    while (file != NULL && getline(&line, &size, file) >= 0) {
        struct file_lock lock = {0};
        if (lock_parse(line, &lock))
            array_append(list->items, list->count, list->capacity, lock);
    }
}
