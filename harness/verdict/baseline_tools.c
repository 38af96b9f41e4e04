/* The tools of a baseline: how often each is started per iteration. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "verdict/baseline.h"

void baseline_clear_tools(struct baseline *baseline)
{
    for (size_t i = 0; i < baseline->tool_count; i++)
        free(baseline->tools[i].name);
    free(baseline->tools);
    baseline->tools = NULL;
    baseline->tool_count = 0;
    baseline->has_tools = false;
}

const struct baseline_tool *baseline_tool_for(const struct baseline *baseline, const char *name)
{
    for (size_t i = 0; i < baseline->tool_count; i++)
        if (strcmp(baseline->tools[i].name, name) == 0)
            return &baseline->tools[i];
    return NULL;
}

void baseline_add_tool(struct baseline *baseline, const char *name, double per_iteration,
                       double tolerance)
{
    size_t count = baseline->tool_count;
    struct baseline_tool *grown = memory_array(count + 1, sizeof *grown);
    if (count > 0)
        memcpy(grown, baseline->tools, count * sizeof *grown);
    grown[count] = (struct baseline_tool){memory_copy_text(name), per_iteration, tolerance};
    free(baseline->tools);
    baseline->tools = grown;
    baseline->tool_count = count + 1;
    baseline->has_tools = true;
}

/*
 * Counts are exact, but what a program starts on its own, by the clock or because files changed,
 * falls into one iteration or the next, or is merged with another: one per iteration at least.
 */
double baseline_tool_tolerance(const struct baseline_tool *stored)
{
    const double share = 0.1, least = 1;
    return isnan(stored->tolerance) ? fmax(least, share * stored->per_iteration)
                                    : stored->tolerance;
}
