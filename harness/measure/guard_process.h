/* The guard's own side: what runs in the process between runner and worker. */
#pragma once

#include <stdbool.h>

#include "measure/run.h"

/* Over standard input, output and error, close-on-exec, inherited by the fork. */
struct guard_start {
    const struct run_options *options;
    bool keep_world;
    int runner; /* pidfd of the process that forked the guard */
    int report; /* an empty file in memory: a file, unlike a pipe, blocks no one and is held open by
                   no one to any harm */
};

/* Starts the worker, watches it, ends everything, removes the world, writes the report: one JSON
 * object with worker_status, overdue, world_kept, killed and problem ("" when all went well). */
void guard_serve(const struct guard_start *start) __attribute__((noreturn));
