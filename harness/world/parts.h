/* The parts of a world, in the order in which world_make makes them. */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "world/home.h"

/* Fills world->environment: that of everything that runs in the world, made from nothing, so that
 * none of leakgate's own variables leaks in. Our own table, the plan's variables over it, and the
 * heap rate in GODEBUG. */
LG_CHECKED bool environment_make(struct world *world, struct lg_error *err);

/* Writes git's configuration, the plan's files and the target's configuration, never through a
 * symbolic link and never outside the world. A file of the plan may stand in for the .gitconfig. */
LG_CHECKED bool files_make(const struct world *world, struct lg_error *err);

/* The projects: git repositories with one commit whose hash depends on nothing but the files in it.
 * LG_ERROR_NEED when this machine has no git. */
LG_CHECKED bool projects_make(const struct world *world, struct lg_error *err);

/* Fills bin/. A declared tool that this machine lacks is left out (a scenario that cannot do
 * without names it in `needs`); a file of the plan that is in bin/ already stays as it is. */
LG_CHECKED bool tools_make(const struct world *world, struct lg_error *err);
