#include "verdict/locate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "verdict/ledger.h"

enum {
    ITERATIONS_LEAST = 8,
    ITERATIONS_MOST = 24,
    /* So many of what leaks should come in a locating run, to tell its step from chance. */
    OCCURRENCES = 4,
    PLACES_NAMED = 3,
    STACKS_NAMED = 3,
    COMPANIONS_NAMED = 2
};

/* A place with less than this share of the foremost one's growth is not named. */
static const double share_named = 0.25;
/* What an iteration keeps at least to be named where a heap's total grows; the judge's own bound.
 */
static const double least_bytes = 32;

bool locating_helps(const struct judgement *judgement)
{
    for (size_t i = 0; judgement->verdict == VERDICT_LEAK && i < judgement->count; i++)
        if (judgement->findings[i].kind == FINDING_GROWTH)
            return true;
    return false;
}

unsigned locating_iterations(const struct judgement *judgement)
{
    double most = ITERATIONS_LEAST;
    for (size_t i = 0; i < judgement->count; i++) {
        const struct finding *finding = &judgement->findings[i];
        bool counted = gauge_info(finding->gauge < GAUGE_COUNT ? finding->gauge : GAUGE_FD)->unit ==
                       UNIT_COUNT;
        if (finding->kind == FINDING_GROWTH && counted && finding->per_iteration > 0)
            most = fmax(most, ceil(OCCURRENCES / finding->per_iteration));
    }
    return (unsigned)fmin(most, ITERATIONS_MOST);
}

/* What the finding is about, as a row (heap: bytes); the caller frees it. NULL: not in this run. */
static double *row_of(const struct ledger *ledger, const struct finding *finding)
{
    if (finding->holder == NULL && finding->gauge != GAUGE_HEAP_ALLOC)
        return ledger_totals(ledger, finding->gauge);
    /* What the runtime finds leaked is not asked for at each step; the goroutines are counted. Nor
     * are MemStats read at each step: of the heap's total all stacks together. */
    enum gauge gauge =
        finding->gauge == GAUGE_GOROUTINE_LEAK ? GAUGE_GOROUTINE : ledger_held_by(finding->gauge);
    if (finding->holder != NULL && ledger_account(ledger, gauge, finding->holder) == NULL)
        return NULL;
    size_t count;
    const struct account *accounts = ledger_accounts(ledger, gauge, &count);
    double *row = memory_array(ledger->columns, sizeof *row);
    for (size_t i = 0; i < count; i++)
        for (size_t column = 0; column < ledger->columns; column++)
            if (finding->holder == NULL || strcmp(accounts[i].key, finding->holder) == 0)
                row[column] += account_row(&accounts[i])[column];
    return row;
}

/* What the row gains between each sample and the one before it, added up by the input step that
 * was the last one done. */
static double *gains_by_step(const struct ledger *ledger, const double *row,
                             const struct iteration_steps *steps)
{
    double *gains = memory_array(steps->count, sizeof *gains);
    size_t first = ledger->loop.first, end = first + ledger->loop.count;
    for (size_t i = first + 1; i < end; i++) {
        unsigned step = ledger->samples[i]->step;
        if (step == 0 || step > steps->count || isnan(row[i]) || isnan(row[i - 1]))
            continue;
        unsigned input = steps->inputs[step - 1];
        if (input > 0 && input <= steps->count)
            gains[input - 1] += row[i] - row[i - 1];
    }
    return gains;
}

/* The foremost places, until one is much smaller than the first. */
static void name_places(struct finding *finding, double *gains, double iterations,
                        const struct iteration_steps *steps)
{
    double foremost = 0;
    finding->places = memory_array(PLACES_NAMED, sizeof *finding->places);
    while (finding->place_count < PLACES_NAMED) {
        size_t best = 0;
        for (size_t i = 1; i < steps->count; i++)
            if (gains[i] > gains[best])
                best = i;
        if (!(gains[best] > share_named * foremost))
            break;
        foremost = fmax(foremost, gains[best]);
        finding->places[finding->place_count++] = (struct finding_place){
            .step = memory_copy_text(steps->steps[best]),
            .where = memory_copy_text(steps->where[best]),
            .per_iteration = gains[best] / iterations,
        };
        gains[best] = 0;
    }
}

/* Does it rise in most iterations, and by enough? */
static bool keeps_rising(const struct ledger *ledger, const double *row, unsigned last_step)
{
    size_t first = ledger->loop.first, end = first + ledger->loop.count;
    double before = row[first];
    unsigned iterations = 0, rising = 0;
    for (size_t i = first + 1; i < end; i++) {
        if (ledger->samples[i]->step != last_step)
            continue;
        iterations++;
        rising += row[i] > before;
        before = row[i];
    }
    return iterations > 0 && 4 * rising >= 3 * iterations;
}

static void append_text(struct finding *finding, const char *more)
{
    if (more[0] == '\0')
        return;
    char *text = finding->text;
    finding->text = text != NULL ? memory_format("%s; %s", text, more) : memory_copy_text(more);
    free(text);
}

/* A total that grew without a stack that could be told from noise: with every allocation counted
 * there may be some. Those that keep rising, the most first. */
static void name_stacks(struct finding *finding, const struct ledger *ledger, unsigned last_step,
                        double iterations)
{
    size_t count;
    const struct account *stacks = ledger_accounts(ledger, GAUGE_HEAP_STACK, &count);
    _cleanup_free_ bool *named = memory_array(count, sizeof *named);
    _cleanup_buffer_ struct buffer text = {0};
    for (size_t found = 0; found < STACKS_NAMED; found++) {
        const struct account *most = NULL;
        double most_gain = 0;
        for (size_t i = 0; i < count; i++) {
            double gain = ledger_gain(stacks[i].bytes, ledger->loop);
            if (named[i] || !(gain >= least_bytes * iterations) || !(gain > most_gain) ||
                !keeps_rising(ledger, stacks[i].bytes, last_step))
                continue;
            most = &stacks[i];
            most_gain = gain;
        }
        if (most == NULL)
            break;
        named[most - stacks] = true;
        buffer_format(&text, "%s%s %+.0f B",
                      found == 0 ? "every allocation counted, per iteration: " : ", ", most->key,
                      most_gain / iterations);
    }
    append_text(finding, buffer_string(&text));
}

/* Stacks that allocate one live object for each of what is counted: what opened the descriptor or
 * started the goroutine is most often among them. */
static void name_companions(struct finding *finding, const struct ledger *ledger, double net,
                            unsigned last_step)
{
    const double share = 0.1; /* of one for each, either way */
    size_t count, found = 0;
    const struct account *stacks = ledger_accounts(ledger, GAUGE_HEAP_STACK, &count);
    _cleanup_buffer_ struct buffer text = {0};
    for (size_t i = 0; net > 0 && i < count && found < COMPANIONS_NAMED; i++)
        if (fabs(ledger_gain(stacks[i].values, ledger->loop) - net) <= share * net &&
            keeps_rising(ledger, stacks[i].values, last_step))
            buffer_format(&text, "%s%s", found++ == 0 ? "with each comes an object of " : ", ",
                          stacks[i].key);
    append_text(finding, buffer_string(&text));
}

static void locate_finding(struct finding *finding, const struct ledger *ledger,
                           const struct iteration_steps *steps)
{
    const struct sample *first = ledger->samples[ledger->loop.first];
    const struct sample *last = ledger->samples[stretch_last(ledger->loop)];
    double iterations = last->iteration - first->iteration;
    _cleanup_free_ double *row = row_of(ledger, finding);
    if (row == NULL || !(iterations > 0))
        return;
    _cleanup_free_ double *gains = gains_by_step(ledger, row, steps);
    name_places(finding, gains, iterations, steps);

    const struct account *account =
        finding->holder != NULL ? ledger_account(ledger, finding->gauge, finding->holder) : NULL;
    double net = ledger_gain(row, ledger->loop);
    finding->located = true;
    finding->exact =
        ledger_gain(account != NULL ? account->values : row, ledger->loop) / iterations;
    finding->exact_bytes = gauge_info(finding->gauge)->unit == UNIT_BYTES ? net / iterations : 0;

    unsigned last_step = (unsigned)steps->count;
    if (finding->gauge == GAUGE_HEAP_ALLOC)
        name_stacks(finding, ledger, last_step, iterations);
    else if (finding->gauge != GAUGE_HEAP_STACK)
        name_companions(finding, ledger, net, last_step);
}

void locate(struct judgement *judgement, const struct series *series,
            const struct iteration_steps *steps)
{
    _cleanup_ledger_ struct ledger *ledger = ledger_new(series);
    for (size_t i = 0; ledger->loop.count > 1 && steps->count > 0 && i < judgement->count; i++)
        if (judgement->findings[i].kind == FINDING_GROWTH)
            locate_finding(&judgement->findings[i], ledger, steps);
}
