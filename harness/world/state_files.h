/*
 * The files below the world's state directories (`state` of the target file).
 *
 * Links are not followed, other file systems not entered; what vanishes meanwhile is not there.
 */
#ifndef LEAKGATE_WORLD_STATE_FILES_H
#define LEAKGATE_WORLD_STATE_FILES_H

#include <stdbool.h>

#include "base/error.h"
#include "world/home.h"

/* `directory` and the file's `name` in it; the directory is written "${world}/...". */
typedef void state_file_found(void *context, const char *directory, const char *name);

/* Calls `found` for each file that is no directory, in no order. More than LIMIT_STATE_FILES, or
 * deeper than LIMIT_STATE_DEPTH, is LG_ERROR_INVALID. */
LG_CHECKED bool state_files_walk(const struct world *world, state_file_found *found, void *context,
                                 struct lg_error *err);

#endif
