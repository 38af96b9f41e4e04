#ifndef LEAKGATE_SCENARIO_BUILD_H
#define LEAKGATE_SCENARIO_BUILD_H

#include "scenario/node.h"
#include "scenario/plan.h"

/* The plan of a checked scenario and of its merged target file. Nothing here can fail: what could
 * be wrong was diagnosed by scenario/check.h. The marks of the plan are those of the trees, whose
 * file names it has yet to be given. */
struct plan *plan_build(const char *file, const struct node *scenario, const char *target_file,
                        const struct node *target);

#endif
