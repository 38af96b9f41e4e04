/*
 * The world as its parts know it: where it is, what runs in it sees, and what ${...} stands for.
 * world.h makes one.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "base/strings.h"
#include "scenario/plan.h"

struct world {
    const struct plan *plan;        /* not owned */
    char *program;                  /* world_find_program's, for ${program}; NULL: there is none */
    char *root;                     /* absolute, real path, no slash at the end */
    int root_fd;                    /* close-on-exec */
    struct string_list environment; /* "NAME=value", complete, sorted; items can serve as envp */
    char today[11];                 /* the day on which it was made, for ${today} */
    char *spawn_log;                /* one line for each tool started through the PATH */
};

/* The absolute path of an executable on leakgate's own PATH; NULL when there is none. The caller
 * frees it. */
char *tool_find(const char *name);

/* At the root, where no scenario's file, project or watched directory is. */
#define WORLD_SPAWN_LOG ".spawns"

/* What a text is expanded for. */
struct world_moment {
    unsigned iteration; /* ${i}; 0 outside iterations */
    unsigned copy;      /* ${n} of a file with copies; 0: not known */
    unsigned line;      /* ${line} of a line; 0: not known */
};

/* ${...} expanded. The caller frees it; NULL on failure. */
LG_CHECKED char *world_expand_at(const struct world *world, const char *template,
                                 const struct world_moment *moment, struct lg_error *err);
LG_CHECKED char *world_expand(const struct world *world, const char *template, unsigned iteration,
                              struct lg_error *err);

/* A path with the world's root replaced by "${world}"; the caller frees it. */
char *world_relative(const struct world *world, const char *path);
