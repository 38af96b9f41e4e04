#include "verdict/leaked_goroutines.h"

#include <math.h>

#include "base/memory.h"
#include "verdict/holder_key.h"

enum { LOOKS = 2 };

/* The least of all looks; 0 where there were not two. */
static double count_in_all(const struct ledger *ledger, const struct account *account)
{
    const struct series *series = ledger->series;
    double least = INFINITY;
    unsigned looks = 0;
    for (size_t i = 0; i < series->count; i++) {
        const struct sample *sample = &series->samples[i];
        if (sample->phase != PHASE_QUIT || isnan(sample->gauges[account->gauge]))
            continue;
        least = fmin(least, ledger_held_in(ledger, sample, account));
        looks++;
    }
    return looks >= LOOKS ? least : 0;
}

/* Iterations since the start, warm-up counted; minutes where the scenario is paced by time. */
static double iterations_of(const struct ledger *ledger)
{
    const struct series *series = ledger->series;
    return series->count > 0 ? series_position(series, &series->samples[series->count - 1]) : 0;
}

double leaked_per_iteration(const struct ledger *ledger, const struct account *account)
{
    double iterations = iterations_of(ledger);
    return iterations > 0 ? count_in_all(ledger, account) / iterations : 0;
}

void leaked_goroutines_assess(const struct ledger *ledger, const struct account *account,
                              const struct baseline_exception *exception,
                              struct finding_list *findings)
{
    const struct holder_table *holders = ledger->series->holders;
    static const char found_twice[] = "the runtime found in two looks that what they wait for can "
                                      "be reached by nothing that runs";
    double count = count_in_all(ledger, account);
    if (count <= 0)
        return;
    finding_add(
        findings,
        (struct finding){
            .kind = exception != NULL ? FINDING_ALLOWED : FINDING_GROWTH,
            .gauge = account->gauge,
            .holder = memory_copy_text(account->key),
            .example = holder_raw_name(holders, holder_table_get(holders, account->example)),
            .per_iteration = leaked_per_iteration(ledger, account),
            .to = count,
            .iterations = iterations_of(ledger),
            .allowed = exception != NULL ? exception->allowed : 0,
            .text = memory_copy_text(exception != NULL ? exception->reason : found_twice),
        });
}
