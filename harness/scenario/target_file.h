/*
 * A target file and the files that it extends, one after the other.
 *
 * Order of calls: target_files_read; target_files_check; target_files_merge; target_files_free.
 */
#ifndef LEAKGATE_SCENARIO_TARGET_FILE_H
#define LEAKGATE_SCENARIO_TARGET_FILE_H

#include <stdbool.h>

#include "base/limits.h"
#include "base/strings.h"
#include "scenario/check.h"
#include "scenario/node.h"
#include "scenario/yaml.h"

struct target_files {
    struct node *files[LIMIT_EXTENDS_DEPTH + 1]; /* the file itself, then what each one extends */
    size_t count;
};

/* The path of a target: targets/NAME.yaml below `scenarios`, or, for a word with a '/' or ".yaml",
 * that path from `here` ("" for the working directory). The caller frees it. */
char *target_file_path(const char *word, const char *scenarios, const char *here);

/* Reads the chain. The paths that marks point to are added to file_names. False when the chain is
 * not whole; what could be read is there all the same. `asked` is where `file` is named, for the
 * message when there is no such file; NULL: on the command line. `source` as in yaml_read_file. */
bool target_files_read(const char *file, const struct mark *asked, const char *scenarios,
                       const struct file_source *source, struct target_files *files,
                       struct string_list *file_names, struct diagnostics *problems);

void target_files_check(const struct target_files *files, const struct check_names *names,
                        struct diagnostics *problems);

/* One mapping of all files, the extended ones first, without `extends`. Files that are no mapping
 * are left out. The caller frees it. */
struct node *target_files_merge(const struct target_files *files);

void target_files_free(struct target_files *files);

#endif
