#include "verdict/sum.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "verdict/companions.h"
#include "verdict/holder_key.h"

/* In each loop. What comes and goes at rest by chance passes both once in 4,000 times at the most
 * (a million simulated runs for each number of processes). */
static const double chance_taken = 0.05;

double sign_test(unsigned rose, unsigned fell)
{
    unsigned differ = rose + fell;
    double cases = 0, ways = 1;
    for (unsigned fall = 0; fall <= fell; fall++) {
        cases += ways;
        ways *= (double)(differ - fall) / (fall + 1);
    }
    return ldexp(cases, -(int)differ);
}

/* By how many processes there are, from SUM_LEAST on: what comes by chance and so often in a loop,
 * on average, is found in 95 of 100 cases. In either loop SUM_LEAST processes or more have to rise,
 * and each does with probability 1 - exp(-so often); tests/unit/verdict/test_sum.c holds it against
 * that.
 */
static const double found_at[SUM_MOST - SUM_LEAST + 1] = {
    5.28, 3.14, 2.31, 1.85, 1.55, 1.34, 1.18, 1.05, 0.95, 0.87, 0.80, 0.75, 0.69, 0.65, 0.61, 0.58};

double sum_smallest(size_t processes, double iterations)
{
    bool any = processes >= SUM_LEAST && processes <= SUM_MOST && iterations > 0;
    return any ? found_at[processes - SUM_LEAST] / iterations : NAN;
}

struct sum sum_of(const struct rest_gains *gains, size_t count, double allowed)
{
    struct sum sum = {.grows = true};
    double pace[2];
    for (int loop = 0; loop < 2; loop++) {
        double net = 0, played = 0;
        unsigned fell = 0;
        for (size_t i = 0; i < count; i++) {
            double iterations = gains[i].iterations[loop];
            double over = gains[i].gain[loop] - allowed * iterations;
            double least = allowed > 0 ? growth_threshold(growth_rule_count, iterations) : 0;
            if (isnan(over) || !(iterations > 0))
                continue;
            sum.rose[loop] += over > least;
            fell += over < 0;
            net += gains[i].gain[loop];
            played += iterations;
        }
        pace[loop] = played > 0 ? net / played : 0;
        sum.grows = sum.grows && sign_test(sum.rose[loop], fell) <= chance_taken && net > 0;
        sum.net += net;
        sum.iterations += played;
    }
    for (size_t i = 0; i < count; i++)
        sum.from += gains[i].before;
    /* What comes ever slower fills up. */
    sum.grows = sum.grows && pace[1] >= SECOND_HALF_SHARE * pace[0];
    return sum;
}

struct processes {
    struct ledger **ledgers;
    size_t count;
    double *nothing; /* a row of zeros, for a process that does not have a holder */
    const struct baseline *baseline;
    const char *today;
    struct finding_list findings;
};

/* Judges a row that is given for each process. True where it was reported, or is excepted: then it
 * is taken off the total. */
static bool assess(struct processes *all, enum gauge gauge, const struct account *account,
                   const struct ledger *ledger, const double *const *rows)
{
    _cleanup_free_ struct rest_gains *gains = memory_array(all->count, sizeof *gains);
    for (size_t i = 0; i < all->count; i++)
        gains[i] = gains_at_rest(all->ledgers[i], rows[i]);
    const char *key = account != NULL ? account->key : NULL;
    double allowed = baseline_allowed_to(all->baseline, gauge, key, all->today);
    struct sum sum = sum_of(gains, all->count, allowed);
    if (!sum.grows)
        return key != NULL &&
               baseline_valid_exception(all->baseline, gauge, key, all->today) != NULL;
    struct finding finding = {
        .kind = FINDING_GROWTH,
        .gauge = gauge,
        .per_iteration = sum.net / sum.iterations,
        .from = sum.from,
        .to = sum.from + sum.net,
        .iterations = sum.iterations,
        .allowed = allowed,
        .processes = all->count,
        .text = memory_format("%zu processes added up; it rose in %u of them in the first loop, in "
                              "%u in the second",
                              all->count, sum.rose[0], sum.rose[1]),
    };
    if (account != NULL) {
        const struct holder_table *holders = ledger->series->holders;
        finding.holder = memory_copy_text(account->key);
        finding.example = holder_raw_name(holders, holder_table_get(holders, account->example));
    }
    finding_add(&all->findings, finding);
    return true;
}

static void assess_holder(struct processes *all, size_t first, const struct account *account,
                          double *const *totals)
{
    const struct ledger *ledger = all->ledgers[first];
    _cleanup_free_ const double **rows = memory_array(all->count, sizeof *rows);
    for (size_t i = 0; i < all->count; i++) {
        const struct account *same = ledger_account(all->ledgers[i], account->gauge, account->key);
        if (same != NULL && i < first)
            return; /* with that process's */
        rows[i] = same != NULL ? same->values : all->nothing;
    }
    if (assess(all, account->gauge, account, ledger, rows))
        for (size_t i = 0; i < all->count; i++)
            ledger_subtract(all->ledgers[i], totals[i], rows[i]);
}

static void assess_gauge(struct processes *all, enum gauge gauge)
{
    _cleanup_free_ double **totals = memory_array(all->count, sizeof *totals);
    for (size_t i = 0; i < all->count; i++)
        totals[i] = ledger_totals(all->ledgers[i], gauge);
    for (size_t i = 0; i < all->count; i++) {
        size_t count;
        const struct account *accounts = ledger_accounts(all->ledgers[i], gauge, &count);
        for (size_t j = 0; j < count; j++)
            assess_holder(all, i, &accounts[j], totals);
    }
    assess(all, gauge, NULL, NULL, (const double *const *)totals);
    for (size_t i = 0; i < all->count; i++)
        free(totals[i]);
}

void sum_judge(struct judgement *judgement, const struct series *const *processes, size_t count,
               const struct baseline *baseline, const char *today)
{
    struct processes all = {.ledgers = memory_array(count, sizeof *all.ledgers),
                            .count = count,
                            .baseline = baseline,
                            .today = today};
    size_t columns = 0;
    for (size_t i = 0; i < count; i++) {
        all.ledgers[i] = ledger_new(processes[i]);
        columns = all.ledgers[i]->columns > columns ? all.ledgers[i]->columns : columns;
    }
    all.nothing = memory_array(columns, sizeof *all.nothing);
    double smallest = sum_smallest(count, series_pace(processes[0]).iterations);
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        if (gauge_info(gauge)->rule != RULE_FLOOR)
            continue;
        assess_gauge(&all, gauge);
        if (!isnan(judgement->smallest[gauge]) &&
            !(baseline_allowed_to(baseline, gauge, NULL, today) > 0))
            judgement->smallest[gauge] = fmin(judgement->smallest[gauge], smallest);
    }
    findings_name_functions(all.ledgers[0], &all.findings);
    if (all.findings.count > 0)
        judgement->verdict = VERDICT_LEAK;
    size_t capacity = judgement->count;
    for (size_t i = 0; i < all.findings.count; i++)
        array_append(judgement->findings, judgement->count, capacity, all.findings.items[i]);
    findings_sort(judgement->findings, judgement->count);
    free_all(all.findings.items, all.nothing);
    for (size_t i = 0; i < count; i++)
        cleanup_ledger(&all.ledgers[i]);
    free(all.ledgers);
}

bool sum_is_unsettled(const struct series *series)
{
    _cleanup_ledger_ struct ledger *ledger = ledger_new(series);
    int loop = ledger->second.count > 0;
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        _cleanup_free_ double *totals = ledger_totals(ledger, gauge);
        if (gauge_info(gauge)->rule == RULE_FLOOR && gains_at_rest(ledger, totals).gain[loop] > 0)
            return true;
    }
    return false;
}
