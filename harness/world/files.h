/* Files of the world, never written through a symbolic link: those of the plan, and those that
 * steps write and remove. */
#ifndef LEAKGATE_WORLD_FILES_H
#define LEAKGATE_WORLD_FILES_H

#include <stdbool.h>

#include "base/error.h"
#include "scenario/plan.h"
#include "world/home.h"

/* The path of a plan's file relative to the world's root, references expanded; the caller frees it.
 * NULL and LG_ERROR_INPUT when it leads outside. */
LG_CHECKED char *file_place(const struct world *world, const char *template,
                            const struct world_moment *moment, struct lg_error *err);

/* How many files a plan's file is, and the moment of one of them, from 1. */
unsigned file_copies(const struct file_plan *file);
struct world_moment file_moment(const struct file_plan *file, unsigned copy, unsigned iteration);

/* Writes one copy, or appends it; its bytes are added to *total, which LIMIT_WORLD_BYTES bounds. */
LG_CHECKED bool file_make(const struct world *world, const struct file_plan *file,
                          const struct world_moment *moment, size_t *total, struct lg_error *err);

/* Removes what the path matches, its last part a pattern. *found says whether that was anything. */
LG_CHECKED bool files_remove(const struct world *world, const char *template, unsigned iteration,
                             bool *found, struct lg_error *err);

#endif
