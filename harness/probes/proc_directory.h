/* What the readers of /proc share; nobody outside this room includes it. */
#pragma once

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/buffer.h"
#include "base/error.h"
#include "probes/procfs.h"

/* Fills *err and returns false: LG_ERROR_TARGET when the process has ended, else
 * LG_ERROR_INTERNAL. */
LG_CHECKED bool proc_failed(const struct proc *proc, int errnum, const char *name,
                            struct lg_error *err);
/* Appends /proc/PID/NAME to `out`; errors as above. */
LG_CHECKED bool proc_file_read(const struct proc *proc, const char *name, struct buffer *out,
                               struct lg_error *err);

/* The figures of NAME, "stat" or a thread's "task/ID/stat". */
LG_CHECKED bool proc_stat_of(const struct proc *proc, const char *name, struct proc_stat *stat,
                             struct lg_error *err);
/* /proc/PID/NAME, to be read line by line; NULL where it cannot be opened. */
FILE *proc_file_open(const struct proc *proc, const char *name);

/* A directory below /proc/PID; NULL and errno when it cannot be opened. */
DIR *proc_directory_open(const struct proc *proc, const char *name);
void cleanup_directory(DIR **stream);
#define _cleanup_directory_ __attribute__((cleanup(cleanup_directory)))
/* The next entry whose name is a number; false at the end. */
bool proc_number_next(DIR *stream, unsigned long *number);

#define _cleanup_proc_ __attribute__((cleanup(proc_close)))
