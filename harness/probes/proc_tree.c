/* The processes below a process. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/memory.h"
#include "probes/proc_directory.h"
#include "probes/procfs.h"

struct tree {
    pid_t root;
    pid_t *pids;
    size_t count;
    size_t capacity;
    bool cut; /* there are more than the limit */
};

static void tree_add(struct tree *tree, pid_t pid)
{
    if (pid == tree->root)
        return;
    /* Who is given to a subreaper of the same tree meanwhile can be met twice. */
    for (size_t i = 0; i < tree->count; i++)
        if (tree->pids[i] == pid)
            return;
    if (tree->count >= LIMIT_PROCESS_TREE) {
        tree->cut = true;
        return;
    }
    array_append(tree->pids, tree->count, tree->capacity, pid);
}

static void children_parse(const char *text, struct tree *tree)
{
    for (const char *at = text;;) {
        char *end = NULL;
        long pid = strtol(at, &end, 10);
        if (end == at)
            return;
        if (pid > 0 && pid <= INT32_MAX)
            tree_add(tree, (pid_t)pid);
        at = end;
    }
}

/* A child belongs to the thread that forked it, and a Go program forks from any. False where the
 * kernel has no such files (CONFIG_PROC_CHILDREN). */
static bool children_of_threads(const struct proc *proc, struct tree *tree)
{
    _cleanup_directory_ DIR *stream = proc_directory_open(proc, "task");
    if (stream == NULL)
        return errno == ENOENT || errno == ESRCH;
    for (unsigned long thread; proc_number_next(stream, &thread);) {
        char task[48], name[64];
        snprintf(task, sizeof task, "task/%lu", thread);
        snprintf(name, sizeof name, "task/%lu/children", thread);
        _cleanup_buffer_ struct buffer text = BUFFER_INIT(LIMIT_PROC_FILE_BYTES);
        if (proc_file_read(proc, name, &text, NULL))
            children_parse(buffer_string(&text), tree);
        else if (faccessat(proc->directory, task, F_OK, 0) == 0 &&
                 faccessat(proc->directory, name, F_OK, 0) != 0)
            return false;
    }
    return true;
}

static void children_by_parent(const char *proc_root, pid_t parent, struct tree *tree)
{
    _cleanup_directory_ DIR *stream = opendir(proc_root);
    if (stream == NULL)
        return;
    for (unsigned long pid; proc_number_next(stream, &pid);) {
        _cleanup_proc_ struct proc proc = {.directory = -1};
        struct proc_stat stat;
        if (proc_open(proc_root, (pid_t)pid, &proc, NULL) && proc_stat_read(&proc, &stat, NULL) &&
            stat.parent == parent)
            tree_add(tree, (pid_t)pid);
    }
}

static void children_add(const char *proc_root, pid_t parent, struct tree *tree)
{
    _cleanup_proc_ struct proc proc = {.directory = -1};
    if (!proc_open(proc_root, parent, &proc, NULL))
        return;
    if (!children_of_threads(&proc, tree))
        children_by_parent(proc_root, parent, tree);
}

bool proc_descendants(const char *proc_root, pid_t root, pid_t **pids, size_t *count,
                      struct lg_error *err)
{
    _cleanup_proc_ struct proc proc = {.directory = -1};
    if (!proc_open(proc_root, root, &proc, err))
        return false;
    struct tree tree = {.root = root};
    children_add(proc_root, root, &tree);
    for (size_t i = 0; i < tree.count; i++)
        children_add(proc_root, tree.pids[i], &tree);
    *pids = tree.pids;
    *count = tree.count;
    return !tree.cut ||
           lg_fail(err, LG_ERROR_INVALID, 0,
                   "more than the limit LIMIT_PROCESS_TREE (%u) of processes are below it",
                   LIMIT_PROCESS_TREE);
}
