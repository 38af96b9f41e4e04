/* The threads of a process, one by one. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"
#include "probes/procfs.h"

struct thread {
    pid_t id;
    char state; /* as a process's: proc_stat */
    char name[64];
    double cpu_seconds;
};
struct thread_list {
    struct thread *items; /* by id */
    size_t count, capacity;
};
void thread_list_free(struct thread_list *list);
#define _cleanup_threads_ __attribute__((cleanup(thread_list_free)))

/* Those that end meanwhile are left out. */
LG_CHECKED bool threads_read(const struct proc *proc, struct thread_list *list,
                             struct lg_error *err);
