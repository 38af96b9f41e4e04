/* What stands in the world before the target starts: git's configuration, the plan's files, the
 * target's configuration. */
#ifndef LEAKGATE_WORLD_FILES_H
#define LEAKGATE_WORLD_FILES_H

#include <stdbool.h>

#include "base/error.h"
#include "world/world.h"

/* Writes them all, never through a symbolic link and never outside the world. A file of the plan
 * may stand in for the .gitconfig. */
bool files_make(const struct world *world, struct lg_error *err);

/* The path of a plan's file relative to the world's root, references expanded; the caller frees it.
 * NULL and LG_ERROR_INPUT when it leads outside. */
char *file_place(const struct world *world, const char *template, struct lg_error *err);

#endif
