/* Files of the world, never written through a symbolic link: those of the plan, those that steps
 * write and remove, and those that the target leaves in its state directories. */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "scenario/plan.h"
#include "world/home.h"

/* The path of a plan's file relative to the world's root, references expanded; the caller frees it.
 * NULL and LG_ERROR_INPUT when it leads outside. */
LG_CHECKED char *file_place(const struct world *world, const char *template,
                            const struct world_moment *moment, struct lg_error *err);

/* Writes one copy, or appends it; its bytes are added to *total, which LIMIT_WORLD_BYTES bounds.
 * moment->copy is from 1 to file->copies, or 0 where that is 0. */
LG_CHECKED bool file_make(const struct world *world, const struct file_plan *file,
                          const struct world_moment *moment, size_t *total, struct lg_error *err);

/* Removes what the path matches, its last part a pattern. *found says whether that was anything. */
LG_CHECKED bool files_remove(const struct world *world, const char *template, unsigned iteration,
                             bool *found, struct lg_error *err);

/* `directory` and the file's `name` in it; the directory is written "${world}/...". */
typedef void state_file_found(void *context, const char *directory, const char *name);

/* Calls `found` for each file below the world's state directories (`state` of the target file) that
 * is no directory, in no order. Links are not followed, other file systems not entered; what
 * vanishes meanwhile is not there. More than LIMIT_STATE_FILES, or deeper than LIMIT_STATE_DEPTH,
 * is LG_ERROR_INVALID. */
LG_CHECKED bool state_files_walk(const struct world *world, state_file_found *found, void *context,
                                 struct lg_error *err);
