/* SQLite's databases: who else has them open, and which locks there are. */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "probes/file_locks.h"
#include "probes/find_process.h"
#include "triage/triage.h"

/* What a range of locked bytes means (sqlite.org/lockingv3.html and walformat.html): of the
 * database from 1 GiB on, of its -shm file from 120 on. */
static const struct {
    const char *name;
    bool of_shm, write, blocks;
    uint64_t first, last;
} meanings[] = {
    {"pending", false, true, true, 0x40000000, 0x40000000},
    {"reserved", false, true, true, 0x40000001, 0x40000001},
    {"exclusive", false, true, true, 0x40000002, 0x400001FF},
    {"shared", false, false, false, 0x40000002, 0x400001FF},
    {"wal write", true, true, true, 120, 120},
    {"wal checkpoint", true, true, false, 121, 121},
    {"wal recover", true, true, true, 122, 122},
    {"wal read", true, false, false, 123, 127},
    {"wal read mark", true, true, false, 123, 127},
};

static const char *meaning_of(const struct file_lock *lock, bool of_shm, bool *blocks)
{
    for (size_t i = 0; i < COUNT_OF(meanings); i++)
        if (meanings[i].of_shm == of_shm && meanings[i].write == lock->write &&
            lock->start <= meanings[i].last && lock->end >= meanings[i].first) {
            *blocks = meanings[i].blocks;
            return meanings[i].name;
        }
    return NULL;
}

/* "td (4711)"; the caller frees it. */
static char *process_text(pid_t pid)
{
    struct proc proc = {.directory = -1};
    struct proc_stat stat = {.name = "?"};
    if (proc_open("/proc", pid, &proc, NULL)) {
        (void)!proc_stat_read(&proc, &stat, NULL);
        proc_close(&proc);
    }
    return memory_format("%s (%d)", stat.name, (int)pid);
}

static bool was_held(const struct file_lock_list *before, const struct file_lock *lock)
{
    for (size_t i = 0; i < before->count; i++) {
        const struct file_lock *old = &before->items[i];
        if (old->owner == lock->owner && old->inode == lock->inode && old->device == lock->device &&
            old->write == lock->write && old->start <= lock->end && old->end >= lock->start)
            return true;
    }
    return false;
}

static void add_locks(struct database *database, const struct stat *file, bool of_shm, pid_t self,
                      const struct file_lock_list *before, const struct file_lock_list *now)
{
    for (size_t i = 0; i < now->count; i++) {
        const struct file_lock *lock = &now->items[i];
        bool blocks = false;
        if (lock->inode != file->st_ino || lock->device != file->st_dev || lock->waits)
            continue;
        const char *name = meaning_of(lock, of_shm, &blocks);
        if (name == NULL)
            continue;
        bool other = lock->owner != self;
        array_append(database->locks, database->lock_count, database->lock_capacity,
                     (struct database_lock){.owner = lock->owner > 0
                                                         ? process_text(lock->owner)
                                                         : memory_copy_text("a process elsewhere"),
                                            .lock = memory_copy_text(name),
                                            .other = other,
                                            .blocks = other && blocks && was_held(before, lock)});
    }
}

static void add_others(struct database *database, pid_t self)
{
    _cleanup_found_ struct found_processes found = {0};
    const struct process_wanted wanted = {.open_file = database->path};
    (void)!find_processes("/proc", &wanted, &found, NULL);
    for (size_t i = 0; i < found.count; i++)
        if (found.items[i].pid != self)
            string_list_take(&database->also_open, memory_format("%s (%d)", found.items[i].name,
                                                                 (int)found.items[i].pid));
}

/* By the first bytes of the file, read through the descriptor, so that a file without a name or in
 * another mount namespace is found as well. */
static bool is_database(const struct proc *proc, const struct open_file *file, struct stat *status)
{
    static const char magic[16] = "SQLite format 3";
    char name[48], start[sizeof magic];
    snprintf(name, sizeof name, "fd/%lu", file->fd);
    if (file->link[0] != '/' || fstatat(proc->directory, name, status, 0) != 0 ||
        !S_ISREG(status->st_mode))
        return false;
    _cleanup_close_ int fd = openat(proc->directory, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    return fd >= 0 && pread(fd, start, sizeof start, 0) == (ssize_t)sizeof start &&
           memcmp(start, magic, sizeof magic) == 0;
}

/* What stands beside it; NAN where nothing does. */
static double bytes_beside(const struct proc *proc, const char *path, const char *suffix,
                           struct stat *status)
{
    _cleanup_free_ char *name = memory_format("root%s%s", path, suffix);
    return fstatat(proc->directory, name, status, 0) == 0 ? (double)status->st_size : NAN;
}

static bool is_known(const struct triage *triage, const char *path)
{
    for (size_t i = 0; i < triage->database_count; i++)
        if (strcmp(triage->databases[i].path, path) == 0)
            return true;
    return false;
}

void triage_databases(struct triage *triage, const struct proc *proc,
                      const struct file_lock_list *locks_before)
{
    _cleanup_locks_ struct file_lock_list now = {0};
    file_locks_read("/proc", &now);
    for (size_t i = 0; i < triage->files.count; i++) {
        const struct open_file *file = &triage->files.items[i];
        struct stat status, beside = {0};
        if (is_known(triage, file->link) || triage->database_count >= LIMIT_DATABASES ||
            !is_database(proc, file, &status))
            continue;
        struct database *database =
            array_add(triage->databases, triage->database_count, triage->database_capacity);
        database->path = memory_copy_text(file->link);
        database->bytes = (double)status.st_size;
        database->wal_bytes = bytes_beside(proc, file->link, "-wal", &beside);
        add_locks(database, &status, false, proc->pid, locks_before, &now);
        database->shm_bytes = bytes_beside(proc, file->link, "-shm", &beside);
        if (!isnan(database->shm_bytes))
            add_locks(database, &beside, true, proc->pid, locks_before, &now);
        add_others(database, proc->pid);
    }
}
