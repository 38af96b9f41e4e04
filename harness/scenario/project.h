/*
 * The project file, leakgate.yaml beside the sources: what `leakgate run` and the other commands
 * take where the command line does not say (commands/options.h). Its paths are relative to it.
 */
#pragma once

#include <stdbool.h>

#include "base/strings.h"
#include "scenario/diagnostics.h"

#define PROJECT_FILE "leakgate.yaml"

/* Paths are from the working directory. What the file does not say is NULL. */
struct project {
    char *file;      /* leakgate.yaml, ../leakgate.yaml, ... */
    char *directory; /* in which it lies: "", "../", ... */
    char *program;   /* with a '/', so that it is not looked up on PATH */
    char *build;
    char *target; /* NAME or a path */
    char *scenarios;
    char *baselines;
    char *report;
    struct string_list tags;
};

/* The path of the project file of the working directory: there or in a directory above it, up to
 * the repository's root (which has an entry .git) or the file system's mount; NULL: there is none.
 * Above the working directory a file counts only when it belongs to this user, to root or to the
 * owner of the working directory: it may name a command, and anyone can put one into /tmp. The
 * caller frees it. */
char *project_find(void);

/* Reads and checks it. NULL where it is wrong, with all errors in *problems. The caller frees it.
 */
struct project *project_read(const char *file, struct diagnostics *problems);
void project_free(struct project *project); /* NULL is fine */
