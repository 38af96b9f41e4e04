/* What is healthy in a program that runs: the rows of a target file's key `healthy`. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "scenario/diagnostics.h"
#include "scenario/load.h"

enum healthy_figure {
    HEALTHY_RSS_MB, /* of 1,048,576 bytes */
    HEALTHY_SWAP_MB,
    HEALTHY_MAPPINGS,
    HEALTHY_THREADS,
    HEALTHY_FDS,
    HEALTHY_FDS_ALIKE,     /* of the most frequent kind that has no name: eventpoll, inotify */
    HEALTHY_SAME_FILE,     /* how often the file is open that is open most often */
    HEALTHY_FILES,         /* open files whose path matches */
    HEALTHY_SQLITE_LOCKED, /* databases that another process keeps from being written */
    HEALTHY_GOROUTINES,    /* whose stack matches, or all */
    HEALTHY_GOROUTINES_ALIKE,
    HEALTHY_GOROUTINES_BLOCKED, /* alike, at a channel or lock for a minute and longer */
    HEALTHY_CPU_PERCENT,        /* of a core */
    HEALTHY_CHILDREN,
    HEALTHY_ZOMBIES,
    HEALTHY_STARTED_PER_SECOND, /* processes */
    HEALTHY_FIGURES
};
/* The words of the key `figure`, in this order, NULL-terminated. */
extern const char *const healthy_figure_words[];

struct healthy_row {
    char *name;
    enum healthy_figure figure;
    char *match; /* PCRE2; NULL: everything */
    double most;
    char *means; /* a sentence each */
    char *next;
};
struct healthy_rows {
    struct healthy_row *items;
    size_t count, capacity;
    char *with_pprof; /* how the program is started with pprof; NULL: not known */
};
void healthy_rows_free(struct healthy_rows *rows);
#define _cleanup_healthy_ __attribute__((cleanup(healthy_rows_free)))

/* Those that hold of any Go program. */
void healthy_defaults(struct healthy_rows *rows);
/* Those of a target file instead of the ones with the same name, and besides. All its errors come
 * into *problems; false then. */
bool healthy_load(const char *file, const struct load_options *options, struct healthy_rows *rows,
                  struct diagnostics *problems);
