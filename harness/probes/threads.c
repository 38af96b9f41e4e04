#include "probes/threads.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "probes/proc_directory.h"

void thread_list_free(struct thread_list *list)
{
    free(list->items);
    *list = (struct thread_list){0};
}

static int by_id(const void *a, const void *b)
{
    const struct thread *left = a, *right = b;
    return (left->id > right->id) - (left->id < right->id);
}

bool threads_read(const struct proc *proc, struct thread_list *list, struct lg_error *err)
{
    _cleanup_directory_ DIR *stream = proc_directory_open(proc, "task");
    if (stream == NULL)
        return proc_failed(proc, errno, "task", err);
    for (unsigned long number; proc_number_next(stream, &number);) {
        struct proc_stat stat;
        char name[64];
        snprintf(name, sizeof name, "task/%lu/stat", number);
        if (!proc_stat_of(proc, name, &stat, NULL))
            continue;
        struct thread *thread = array_add(list->items, list->count, list->capacity);
        thread->id = (pid_t)number;
        thread->state = stat.state;
        thread->cpu_seconds = stat.cpu_seconds;
        snprintf(thread->name, sizeof thread->name, "%s", stat.name);
    }
    if (list->count > 0)
        qsort(list->items, list->count, sizeof *list->items, by_id);
    return true;
}
