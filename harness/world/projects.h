/* The projects of the world: git repositories with one commit whose hash depends on nothing but the
 * files in it. */
#ifndef LEAKGATE_WORLD_PROJECTS_H
#define LEAKGATE_WORLD_PROJECTS_H

#include <stdbool.h>

#include "base/error.h"
#include "world/home.h"

/* To be called when the files are in their places. LG_ERROR_NEED when this machine has no git. */
bool projects_make(const struct world *world, struct lg_error *err);

#endif
