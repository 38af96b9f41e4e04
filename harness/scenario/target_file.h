/*
 * A target file and the files that it extends, one after the other.
 *
 * Order of calls: target_files_read; target_files_check; target_files_free.
 */
#ifndef LEAKGATE_SCENARIO_TARGET_FILE_H
#define LEAKGATE_SCENARIO_TARGET_FILE_H

#include "base/limits.h"
#include "base/strings.h"
#include "scenario/check.h"
#include "scenario/node.h"
#include "scenario/yaml.h"

struct target_files {
    /* Given by the caller. */
    const char *scenarios;            /* the directory, which has targets/ */
    const struct file_source *source; /* as of yaml_read_file */
    struct string_list *file_names;   /* the paths that marks point to are added */
    struct diagnostics *problems;
    /* What was read. */
    struct node *files[LIMIT_EXTENDS_DEPTH + 1]; /* the file itself, then what each one extends */
    size_t count;
    bool complete; /* nothing of the chain is missing */
    /* One mapping of all files, the extended ones first, without `extends`. Files that are no
     * mapping are left out. */
    struct node *merged;
};

/* The path of a target: targets/NAME.yaml below `scenarios`, or, for a word with a '/' or ".yaml",
 * that path from `here` ("" for the working directory). The caller frees it. */
char *target_file_path(const char *word, const char *scenarios, const char *here);

/* Reads the chain; what could be read is there also when it is not complete. `asked` is where
 * `file` is named, for the message when there is no such file; NULL: on the command line. */
void target_files_read(struct target_files *files, const char *file, const struct mark *asked);
void target_files_check(const struct target_files *files, const struct check_names *names);
void target_files_free(struct target_files *files);

#endif
