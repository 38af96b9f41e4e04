#include "verdict/tool_rates.h"

#include <math.h>

#include "base/memory.h"
#include "verdict/levels.h"

/* Iterations of the loop, from its first sample to its last; 0 where growth is not counted in them.
 */
static double loop_iterations(const struct ledger *ledger)
{
    if (ledger->series->per_minute || ledger->loop.count < 2)
        return 0;
    return ledger_gain(ledger->positions, ledger->loop);
}

struct tool_rate *tool_rates(const struct ledger *ledger, size_t *count)
{
    const struct account *accounts = ledger_accounts(ledger, GAUGE_SPAWN, count);
    struct tool_rate *tools = memory_array(*count, sizeof *tools);
    struct stretch rest = rest_of(ledger);
    double iterations = loop_iterations(ledger), at_rest = ledger_seconds(ledger, rest);
    double in_loop = ledger_seconds(ledger, ledger->loop);
    for (size_t i = 0; i < *count; i++) {
        const double *row = accounts[i].values;
        double per_second = rate_of_row(ledger, row, rest);
        double by_the_clock = isnan(per_second) ? 0 : per_second * in_loop;
        tools[i] = (struct tool_rate){
            .name = memory_copy_text(accounts[i].key),
            .per_second = per_second,
            .per_iteration = NAN,
        };
        if (iterations > 0)
            tools[i].per_iteration =
                fmax(ledger_gain(row, ledger->loop) - by_the_clock, 0) / iterations;
        /* The rate at rest is known to one start in the seconds of rest, and is taken off by the
         * time that an iteration takes. */
        if (iterations > 0 && at_rest > 0)
            tools[i].doubt = in_loop / iterations / at_rest;
    }
    return tools;
}

bool tools_are_counted(const struct ledger *ledger)
{
    return loop_iterations(ledger) > 0 &&
           !isnan(ledger->samples[ledger->loop.first]->gauges[GAUGE_SPAWN]);
}

void compare_tools(const struct baseline *baseline, const struct tool_rate *tools, size_t count,
                   const struct run_facts *facts, struct finding_list *findings)
{
    const struct baseline_tool none = {.tolerance = NAN};
    bool compared = baseline->has_tools && baseline_is_of_plan(baseline, facts);
    for (size_t i = 0; compared && i < count; i++) {
        const struct baseline_tool *known = baseline_tool_for(baseline, tools[i].name);
        const struct baseline_tool *stored = known != NULL ? known : &none;
        double before = stored->per_iteration, now = tools[i].per_iteration;
        /* By default also the doubt of this run and of the baseline's. */
        double tolerance =
            baseline_tool_tolerance(stored) + (isnan(stored->tolerance) ? 2 * tools[i].doubt : 0);
        if (!(now > before + tolerance))
            continue;
        char *text = memory_format(
            "started %.2f times per iteration, %.2f more than the baseline's %.2f%s, where %.2f "
            "more are tolerated",
            now, now - before, before, known == NULL ? " (it does not know this tool)" : "",
            tolerance);
        finding_add(findings, (struct finding){.kind = FINDING_LEVEL,
                                               .gauge = GAUGE_SPAWN,
                                               .holder = memory_copy_text(tools[i].name),
                                               .from = before,
                                               .to = now,
                                               .allowed = tolerance,
                                               .text = text});
    }
}
