#ifndef LEAKGATE_SCENARIO_BUILD_H
#define LEAKGATE_SCENARIO_BUILD_H

#include "scenario/node.h"
#include "scenario/plan.h"

/* The plan of a checked scenario and of its merged target file. Nothing here can fail:
 * scenario/check.h has diagnosed all errors. The plan's marks point to the file names of the trees;
 * the caller gives it the list that owns them. */
struct plan *plan_build(const char *file, const struct node *scenario, const char *target_file,
                        const struct node *target);

#endif
