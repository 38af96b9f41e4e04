#include "verdict/tool_rates.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "verdict/levels.h"

/* Iterations of the loop, from its first sample to its last; 0 where growth is not counted in them.
 */
static double loop_iterations(const struct ledger *ledger)
{
    if (ledger->series->per_minute || ledger->loop.count < 2)
        return 0;
    const double *positions = ledger->positions + ledger->loop.first;
    return positions[ledger->loop.count - 1] - positions[0];
}

static double rate_in_loop(const struct ledger *ledger, const double *row, double per_second)
{
    double iterations = loop_iterations(ledger);
    if (!(iterations > 0))
        return NAN;
    size_t first = ledger->loop.first, last = first + ledger->loop.count - 1;
    double seconds = ledger->samples[last]->at - ledger->samples[first]->at;
    double by_the_clock = isnan(per_second) ? 0 : per_second * seconds;
    return fmax(row[last] - row[first] - by_the_clock, 0) / iterations;
}

/* The rate at rest is known to one start in the seconds of rest, and is taken off by the time that
 * an iteration takes. */
static double doubt_of(const struct ledger *ledger, struct stretch rest)
{
    double iterations = loop_iterations(ledger);
    if (!(iterations > 0) || rest.count < 2)
        return 0;
    double at_rest =
        ledger->samples[rest.first + rest.count - 1]->at - ledger->samples[rest.first]->at;
    const struct stretch loop = ledger->loop;
    double in_loop =
        ledger->samples[loop.first + loop.count - 1]->at - ledger->samples[loop.first]->at;
    return at_rest > 0 ? in_loop / iterations / at_rest : 0;
}

struct tool_rate *tool_rates(const struct ledger *ledger, size_t *count)
{
    const struct account *accounts = ledger_accounts(ledger, GAUGE_SPAWN, count);
    struct tool_rate *tools = memory_array(*count, sizeof *tools);
    struct stretch rest = rest_of(ledger);
    for (size_t i = 0; i < *count; i++) {
        double per_second = rate_of_row(ledger, accounts[i].values, rest);
        tools[i] = (struct tool_rate){
            .name = memory_copy_text(accounts[i].key),
            .per_second = per_second,
            .per_iteration = rate_in_loop(ledger, accounts[i].values, per_second),
            .doubt = doubt_of(ledger, rest),
        };
    }
    return tools;
}

bool tools_are_counted(const struct ledger *ledger)
{
    return loop_iterations(ledger) > 0 &&
           !isnan(ledger->samples[ledger->loop.first]->gauges[GAUGE_SPAWN]);
}

void tool_rates_free(struct tool_rate *tools, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(tools[i].name);
    free(tools);
}

static void compare_tool(const struct baseline *baseline, const struct tool_rate *tool,
                         struct finding_list *findings)
{
    const struct baseline_tool *known = baseline_tool_for(baseline, tool->name);
    struct baseline_tool none = {.tolerance = NAN};
    const struct baseline_tool *stored = known != NULL ? known : &none;
    /* By default also the doubt of this run and of the baseline's. */
    double tolerance =
        baseline_tool_tolerance(stored) + (isnan(stored->tolerance) ? 2 * tool->doubt : 0);
    if (!(tool->per_iteration > stored->per_iteration + tolerance))
        return;
    finding_add(findings, (struct finding){
                              .kind = FINDING_LEVEL,
                              .gauge = GAUGE_SPAWN,
                              .holder = memory_copy_text(tool->name),
                              .from = stored->per_iteration,
                              .to = tool->per_iteration,
                              .allowed = tolerance,
                              .text = memory_format(
                                  "started %.2f times per iteration, %.2f more than the "
                                  "baseline's %.2f%s, where %.2f more are tolerated",
                                  tool->per_iteration, tool->per_iteration - stored->per_iteration,
                                  stored->per_iteration,
                                  known == NULL ? " (it does not know this tool)" : "", tolerance),
                          });
}

void compare_tools(const struct baseline *baseline, const struct tool_rate *tools, size_t count,
                   const struct run_facts *facts, struct finding_list *findings)
{
    bool compared = baseline->has_tools && baseline_is_of_plan(baseline, facts);
    for (size_t i = 0; compared && i < count; i++)
        compare_tool(baseline, &tools[i], findings);
}
