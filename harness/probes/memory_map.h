/* What a process's memory is made of, region by region (/proc/PID/smaps, proc(5)). */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "probes/procfs.h"

enum memory_kind {
    MEMORY_GO_HEAP,
    MEMORY_C_HEAP, /* of C libraries: the program break and the arenas of glibc's malloc */
    MEMORY_STACKS, /* of threads; goroutines' are in the Go heap */
    MEMORY_ANONYMOUS,
    MEMORY_FILES,
    MEMORY_RESERVED, /* address space alone: it can be neither read nor written */
    MEMORY_KINDS
};
const char *memory_kind_name(enum memory_kind kind);

struct memory_part {
    unsigned regions;
    double size, rss, pss, swap; /* bytes */
};
struct memory_map {
    struct memory_part parts[MEMORY_KINDS];
    struct memory_part total;
};

/* class LG_ERROR_TARGET where the process has ended or is another user's. */
LG_CHECKED bool memory_map_read(const struct proc *proc, struct memory_map *map,
                                struct lg_error *err);
