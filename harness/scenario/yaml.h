/*
 * YAML text -> tree of nodes, by libyaml's events. Never by its document loader, which has no limit
 * on depth and takes a minute for 200 KB of '['.
 *
 * A small YAML on purpose: one document of UTF-8; no anchors, aliases, tags, directives or merge
 * keys; keys are scalars and stand once; spaces indent. Limits: LIMIT_YAML_BYTES, LIMIT_YAML_DEPTH,
 * LIMIT_YAML_EVENTS.
 */
#pragma once

#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"
#include "scenario/node.h"

/* NULL with a diagnostic when the text cannot be read any further. What does not stop the reading
 * (a duplicate key, an anchor, a tag) is diagnosed and the tree comes back all the same, so compare
 * problems->count. `file` must outlive the tree, which the caller frees. */
struct node *yaml_read(const char *text, size_t length, const char *file,
                       struct diagnostics *problems);

/* Where scenarios and target files are read from when not from the working tree: `read` appends the
 * content of the file at that path. */
struct file_source {
    bool (*read)(void *context, const char *path, struct buffer *out, struct lg_error *err);
    void *context;
};

/* The same from a file; `source` NULL: of the working tree. */
struct node *yaml_read_file(const char *file, const struct file_source *source,
                            struct diagnostics *problems);

/* The name of a scenario or target: its file without directory and ".yaml". The caller frees it. */
char *yaml_name(const char *file);
/* Adds those of all such files in a directory, sorted. */
void yaml_names(const char *directory, struct string_list *names);
