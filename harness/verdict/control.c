#include "verdict/judge.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

#include "base/memory.h"
#include "verdict/leaked_goroutines.h"
#include "verdict/ledger.h"
#include "verdict/levels.h"
#include "verdict/outcome.h"
#include "verdict/rates.h"
#include "verdict/runtime_memory.h"
#include "verdict/tool_rates.h"

/* Growth under these is what any run shows by chance, and would only lengthen the baseline; but
 * where a single one is a finding whatever its pace, none is by chance. */
static const double least_count = 0.02, least_bytes = 16;
/* The heap is sampled: 36 iterations of 4 KiB are 288 samples at rate 512, which two runs of the
 * same build see with a difference of 8 % (one standard deviation); three of those. */
static const double heap_margin = 1.25;

static char *const reason = "grows in the control build as well";

/* A growth that drained is allowed as the backlog that it is: by what was left of it. Another build
 * in which it does not drain is what a control is for. */
static void forget_drained(struct outcome *outcome)
{
    if (!outcome->drained || !(outcome->net > 0))
        return;
    double share = isnan(outcome->left) ? 0 : fmax(outcome->left, 0) / outcome->net;
    outcome->per_iteration *= share;
    outcome->bytes_per_iteration *= share;
}

static void allow_holder(struct baseline *baseline, const struct ledger *ledger,
                         const struct account *account)
{
    struct outcome outcome = outcome_of(ledger, account, (struct allowance){0});
    forget_drained(&outcome);
    bool any_counts = gauge_info(account->gauge)->rule == RULE_NONE;
    if (any_counts)
        outcome.per_iteration = leaked_per_iteration(ledger, account);
    bool stack = account->gauge == GAUGE_HEAP_STACK;
    double margin = stack ? heap_margin : 1;
    if (stack ? !(outcome.bytes_per_iteration >= least_bytes)
              : !(outcome.per_iteration >= (any_counts ? DBL_MIN : least_count)))
        return;
    struct baseline_exception exception = {
        .gauge = account->gauge,
        .holder = account->key,
        .allowed = margin * fmax(outcome.per_iteration, 0),
        .allowed_bytes = stack ? margin * outcome.bytes_per_iteration : 0,
        .reason = reason,
    };
    baseline_except(baseline, &exception);
}

/* What remains of a gauge's total without the holders that are allowed by themselves. */
static void allow_total(struct baseline *baseline, const struct ledger *ledger, enum gauge gauge)
{
    enum gauge_rule rule = gauge_info(gauge)->rule;
    if (rule == RULE_RATE) {
        _cleanup_free_ double *totals = ledger_totals(ledger, gauge);
        double growth = rate_growth_of(ledger, gauge, totals, 0).per_iteration;
        baseline->gauges[gauge].present = true;
        baseline->gauges[gauge].allowed = growth > 0 ? growth : 0;
    }
    if (rule != RULE_FLOOR && rule != RULE_SLOPE)
        return;
    enum gauge held_by = ledger_held_by(gauge);
    _cleanup_free_ double *remaining = ledger_totals(ledger, gauge);
    size_t count;
    const struct account *accounts = ledger_accounts(ledger, held_by, &count);
    for (size_t i = 0; i < count; i++)
        if (baseline_exception_for(baseline, held_by, accounts[i].key) != NULL)
            ledger_subtract(ledger, remaining, account_row(&accounts[i]));
    if (gauge == GAUGE_HEAP_ALLOC)
        ledger_subtract(ledger, remaining, ledger->ignored_bytes);
    struct account total = {.gauge = gauge, .values = remaining};
    struct outcome outcome = outcome_of(ledger, &total, (struct allowance){0});
    forget_drained(&outcome);
    baseline->gauges[gauge].present = true;
    if (outcome.per_iteration > 0)
        baseline->gauges[gauge].allowed =
            (rule == RULE_SLOPE ? heap_margin : 1) * outcome.per_iteration;
}

static void take_levels(struct baseline *baseline, const struct ledger *ledger)
{
    double levels[GAUGE_COUNT];
    levels_at_rest(ledger, levels);
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        if (!level_is_judged(gauge) || !isfinite(levels[gauge]))
            continue;
        baseline->gauges[gauge].present = true;
        baseline->gauges[gauge].level = levels[gauge];
    }
    size_t count;
    struct tool_rate *tools = tool_rates(ledger, &count);
    for (size_t i = 0; i < count; i++)
        if (!isnan(tools[i].per_iteration))
            baseline_add_tool(baseline,
                              &(struct baseline_tool){.name = tools[i].name,
                                                      .per_iteration = tools[i].per_iteration,
                                                      .tolerance = NAN});
    tool_rates_free(tools, count);
    baseline->has_tools = tools_are_counted(ledger);
}

struct baseline *baseline_of_control(const struct series *series, const struct run_facts *facts)
{
    struct baseline *baseline = baseline_new();
    _cleanup_ledger_ struct ledger *ledger = ledger_new(series);
    runtime_memory_correct(ledger);
    snprintf(baseline->plan_hash, sizeof baseline->plan_hash, "%s", facts->plan_hash);
    snprintf(baseline->go_version, sizeof baseline->go_version, "%s", facts->go_version);
    for (size_t i = 0; i < ledger->count; i++)
        allow_holder(baseline, ledger, &ledger->accounts[i]);
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++)
        allow_total(baseline, ledger, gauge);
    take_levels(baseline, ledger);
    return baseline;
}
