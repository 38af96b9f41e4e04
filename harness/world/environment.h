/* The environment of everything that runs in the world: made from nothing, so that none of
 * leakgate's own variables leaks in. */
#ifndef LEAKGATE_WORLD_ENVIRONMENT_H
#define LEAKGATE_WORLD_ENVIRONMENT_H

#include <stdbool.h>

#include "base/error.h"
#include "world/home.h"

/* Fills world->environment: the table of the house, the plan's variables over it, and the heap rate
 * in GODEBUG. */
bool environment_make(struct world *world, struct lg_error *err);

#endif
