#include "verdict/validity.h"

#include "base/memory.h"

/* Takes the text; false. */
static bool problem(struct finding_list *findings, enum gauge gauge, char *text)
{
    finding_add(findings,
                (struct finding){.kind = FINDING_MEASUREMENT, .gauge = gauge, .text = text});
    return false;
}

/* Each reading of MemStats forces a collection; where the number stands still, the heap that was
 * read held garbage as well. */
static bool check_collections(const struct ledger *ledger, struct finding_list *findings)
{
    const struct sample *before = NULL;
    for (size_t i = 0; i < ledger->columns; i++) {
        const struct sample *sample = ledger->samples[i];
        if (sample->collections == 0)
            continue;
        if (before != NULL && sample->collections <= before->collections)
            return problem(findings, GAUGE_HEAP_ALLOC,
                           memory_format("no collection ran between the samples at %.1f s and "
                                         "%.1f s",
                                         before->at, sample->at));
        before = sample;
    }
    return true;
}

static bool check_positions(const struct ledger *ledger, struct finding_list *findings)
{
    const double *positions = ledger->positions + ledger->loop.first;
    for (size_t i = 1; i < ledger->loop.count; i++)
        if (!(positions[i] > positions[i - 1]))
            return problem(findings, GAUGE_COUNT,
                           memory_format("samples %zu and %zu of the loop are at the same %s", i,
                                         i + 1, ledger->series->per_minute ? "time" : "iteration"));
    return true;
}

bool check_validity(const struct ledger *ledger, const struct run_facts *facts,
                    struct finding_list *findings)
{
    bool valid = true;
    if (facts->invalid)
        valid =
            problem(findings, GAUGE_COUNT,
                    memory_copy_text(facts->problem != NULL ? facts->problem : "measured wrongly"));
    /* The runtime is free to ignore the environment variable, and then the heap's noise is another.
     */
    if (facts->rate_asked > 0 && facts->rate_found > 0 && facts->rate_asked != facts->rate_found)
        valid = problem(findings, GAUGE_HEAP_STACK,
                        memory_format("the heap profile's rate is %ld, %ld was asked for",
                                      facts->rate_found, facts->rate_asked));
    valid = check_collections(ledger, findings) && valid;
    if (ledger->loop.count < GROWTH_SAMPLES)
        valid = problem(findings, GAUGE_COUNT,
                        memory_format("the loop has %zu samples; growth is judged on %d or more",
                                      ledger->loop.count, GROWTH_SAMPLES));
    return check_positions(ledger, findings) && valid;
}
