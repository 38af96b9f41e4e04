#include "verdict/control.h"

#include <math.h>
#include <stdio.h>

#include "base/memory.h"
#include "verdict/ledger.h"
#include "verdict/levels.h"
#include "verdict/outcome.h"

/* Growth under these is what any run shows by chance, and would only lengthen the baseline. */
static const double least_count = 0.02, least_bytes = 16;
/* The heap is sampled: 36 iterations of 4 KiB are 288 samples at rate 512, which two runs of the
 * same build see with a difference of 8 % (one standard deviation); three of those. */
static const double heap_margin = 1.25;

static char *const reason = "grows in the control build as well";

static void allow_account(struct baseline *baseline, const struct ledger *ledger,
                          const struct account *account)
{
    struct row row = {account->gauge, account->values, account->bytes};
    struct outcome outcome = outcome_of(ledger, row, (struct allowance){0});
    bool stack = account->gauge == GAUGE_HEAP_STACK;
    double margin = stack ? heap_margin : 1;
    if (stack ? !(outcome.bytes_per_iteration >= least_bytes)
              : !(outcome.per_iteration >= least_count))
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

static void allow_total(struct baseline *baseline, const struct ledger *ledger, enum gauge gauge)
{
    enum gauge_rule rule = gauge_info(gauge)->rule;
    if (rule != RULE_FLOOR && rule != RULE_SLOPE)
        return;
    _cleanup_free_ double *totals = ledger_totals(ledger, gauge);
    struct row row = {.gauge = gauge, .values = totals};
    struct outcome outcome = outcome_of(ledger, row, (struct allowance){0});
    double margin = rule == RULE_SLOPE ? heap_margin : 1;
    baseline->gauges[gauge].present = true;
    baseline->gauges[gauge].level = NAN;
    baseline->gauges[gauge].tolerance = NAN;
    if (outcome.per_iteration > 0 && (rule == RULE_SLOPE || !gauge_info(gauge)->has_holders))
        baseline->gauges[gauge].allowed = margin * outcome.per_iteration;
}

static void take_levels(struct baseline *baseline, const struct ledger *ledger)
{
    double levels[GAUGE_COUNT];
    levels_at_rest(ledger, levels);
    for (unsigned i = 0; i < GAUGE_COUNT; i++) {
        enum gauge gauge = (enum gauge)i;
        if (!level_is_judged(gauge) || !isfinite(levels[gauge]))
            continue;
        baseline->gauges[gauge].present = true;
        baseline->gauges[gauge].level = levels[gauge];
        baseline->gauges[gauge].tolerance = NAN;
    }
}

struct baseline *baseline_of_control(const struct series *series, const struct run_facts *facts)
{
    struct baseline *baseline = baseline_new();
    _cleanup_ledger_ struct ledger *ledger = ledger_new(series);
    snprintf(baseline->plan_hash, sizeof baseline->plan_hash, "%s", facts->plan_hash);
    snprintf(baseline->go_version, sizeof baseline->go_version, "%s", facts->go_version);
    for (size_t i = 0; i < ledger->count; i++)
        allow_account(baseline, ledger, &ledger->accounts[i]);
    for (unsigned gauge = 0; gauge < GAUGE_COUNT; gauge++)
        allow_total(baseline, ledger, (enum gauge)gauge);
    take_levels(baseline, ledger);
    return baseline;
}
