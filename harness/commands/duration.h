/* How long scenarios are expected to take, and how a suite is divided by that. */
#ifndef LEAKGATE_COMMANDS_DURATION_H
#define LEAKGATE_COMMANDS_DURATION_H

#include <stdbool.h>

#include "commands/options.h"
#include "commands/selection.h"

struct duration {
    double seconds; /* whole ones */
    bool known;     /* by the baseline; else it is an estimate from the plan */
};

/* Of one measured run. A baseline of another plan counts as well: it is closer than an estimate.
 * Everyone who has the files gets the same number. */
struct duration scenario_duration(const struct arguments *arguments, const struct plan *plan);

/* Leaves out what belongs to other shards (--shard), and keeps the order of the rest. */
void selection_keep_shard(const struct arguments *arguments, struct selection *selection);

/* "23 scenarios, about 4 min" and, with more than one side by side, " with 2 side by side"; the
 * caller frees it. */
char *duration_describe(size_t scenarios, double seconds, unsigned jobs);

/* How many scenarios run side by side where --jobs does not say: by the cores that this process may
 * use. */
unsigned jobs_by_default(void);

#endif
