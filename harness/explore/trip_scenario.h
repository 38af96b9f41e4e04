/* A round trip as a scenario: the way to where it begins, there and back, each with a wait that is
 * made from the screens. */
#pragma once

#include "base/buffer.h"
#include "explore/map.h"
#include "scenario/plan.h"

/* Appends the YAML. `plan` is of the scenario that was explored. */
void trip_scenario(const struct map *map, const struct map_trip *trip, const struct plan *plan,
                   struct buffer *yaml);

/* "2 j, then E and back by Escape", for people; the caller frees it. */
char *trip_text(const struct map *map, const struct map_trip *trip);
