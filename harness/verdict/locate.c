#include "verdict/locate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "verdict/ledger.h"

enum {
    ITERATIONS_LEAST = 6,
    ITERATIONS_MOST = 24,
    /* So many of what leaks should come in a locating run, to tell its step from chance. */
    OCCURRENCES = 4,
    STACKS_NAMED = 3,
    COMPANIONS_NAMED = 2
};

/* A place with less than this share of the foremost one's growth is not named, nor the foremost
 * with less than that share of all. */
static const double share_named = 0.25, share_of_pace = 0.1;
/* What an iteration keeps at least to be named where a heap's total grows; the judge's own bound.
 */
static const double least_bytes = 32;

/* Rates are read over a rest, which no step has; what only several processes together show, one
 * more would not. */
static bool can_be_located(const struct finding *finding)
{
    return finding->kind == FINDING_GROWTH && finding->processes == 0 &&
           !gauge_info(finding->gauge)->cumulative;
}

bool locating_helps(const struct judgement *judgement)
{
    for (size_t i = 0; judgement->verdict == VERDICT_LEAK && i < judgement->count; i++)
        if (can_be_located(&judgement->findings[i]))
            return true;
    return false;
}

struct locating locating_of(const struct judgement *judgement, int64_t ms)
{
    struct locating locating = {.ms = ms};
    double most = ITERATIONS_LEAST, holders[GAUGE_COUNT] = {0}, totals[GAUGE_COUNT] = {0};
    for (size_t i = 0; i < judgement->count; i++) {
        const struct finding *finding = &judgement->findings[i];
        bool comes_again = can_be_located(finding) || finding->kind == FINDING_ALLOWED ||
                           finding->kind == FINDING_BACKLOG;
        if (!comes_again || !(finding->per_iteration > 0))
            continue;
        (finding->holder != NULL ? holders : totals)[finding->gauge] += finding->per_iteration;
        if (can_be_located(finding) && gauge_info(finding->gauge)->unit == UNIT_COUNT)
            most = fmax(most, ceil(OCCURRENCES / finding->per_iteration));
    }
    locating.iterations = (unsigned)fmin(most, ITERATIONS_MOST);
    locating.goroutines = fmax(holders[GAUGE_GOROUTINE], totals[GAUGE_GOROUTINE]);
    locating.fds = fmax(holders[GAUGE_FD], totals[GAUGE_FD]);
    return locating;
}

bool locating_is_over(double gain, double pace, double iterations)
{
    return pace > 0 && gain - pace * iterations > fmax(1.5, pace * iterations / 4);
}

/* What the finding is about, as a row (heap: bytes); the caller frees it. NULL: not in this run. */
static double *row_of(const struct ledger *ledger, const struct finding *finding)
{
    if (finding->holder == NULL && finding->gauge != GAUGE_HEAP_ALLOC)
        return ledger_totals(ledger, finding->gauge);
    /* What the runtime finds leaked is not asked for at each step; the goroutines are counted. Of
     * the heap's total the stacks that are judged. */
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

/* How a row grows through the iteration. */
struct shares {
    double *of; /* by input step: what of the pace comes there, never negative; they add up to it */
    double lost;  /* what steps let go that others had taken */
    double noise; /* by how much the readings after one step differ */
};

/* What the row stands at after a step, the pace taken off, in each iteration. The loop begins where
 * an iteration ends. */
static size_t readings_after(const struct ledger *ledger, const double *row, double pace,
                             size_t step, size_t count, double *readings)
{
    size_t found = 0;
    double round = -1;
    for (size_t i = ledger->loop.first; i < ledger->loop.first + ledger->loop.count; i++) {
        size_t at = ledger->samples[i]->step == 0 ? count : ledger->samples[i]->step;
        if (at == step && !isnan(row[i]))
            readings[found++] = row[i] - pace * round;
        round += at == count;
    }
    return found;
}

/* What it stands at after each step: the lower quartile of the readings, for what comes and goes is
 * not there every time, and what is awake for a moment is not away every time. NAN: there are none.
 * *noise is how far apart the quartiles are at the most. */
static double *stands_by_step(const struct ledger *ledger, const double *row, double pace,
                              size_t count, double *noise)
{
    double *stands = memory_array(count, sizeof *stands);
    _cleanup_free_ double *readings = memory_array(ledger->loop.count, sizeof *readings);
    for (size_t i = 0; i < count; i++) {
        size_t found = readings_after(ledger, row, pace, i + 1, count, readings);
        stands[i] = NAN;
        if (found == 0)
            continue;
        median_of(readings, found); /* which sorts them */
        stands[i] = readings[found / 4];
        *noise = fmax(*noise, readings[found - 1 - found / 4] - readings[found / 4]);
    }
    return stands;
}

/* What a step loses is taken from what came last before it: from this iteration, then from the
 * end of the one before. */
static void take_off_losses(double *gains, size_t count)
{
    for (unsigned lap = 0; lap < 2; lap++)
        for (size_t i = 0; i < count; i++)
            for (size_t from = lap == 0 ? i : count; gains[i] < 0 && from-- > 0;) {
                double taken = fmin(fmax(gains[from], 0), -gains[i]);
                gains[from] -= taken;
                gains[i] += taken;
            }
}

static struct shares shares_of(const struct ledger *ledger, const double *row, double pace,
                               const struct iteration_steps *steps)
{
    struct shares shares = {.of = memory_array(steps->count, sizeof *shares.of)};
    _cleanup_free_ double *gains = memory_array(steps->count, sizeof *gains);
    _cleanup_free_ double *stands = stands_by_step(ledger, row, pace, steps->count, &shares.noise);
    double before = stands[steps->count - 1] - pace;
    for (size_t i = 0; i < steps->count; i++) {
        if (isnan(stands[i]))
            continue;
        gains[i] = stands[i] - before;
        before = stands[i];
        shares.lost += fmax(-gains[i], 0);
    }
    take_off_losses(gains, steps->count);
    for (size_t i = 0; i < steps->count; i++) {
        unsigned input = steps->inputs[i];
        if (input > 0 && input <= steps->count)
            shares.of[input - 1] += fmax(gains[i], 0);
    }
    return shares;
}

/* Can the steps be told? Not where steps take and let go, and not the same each time. */
static bool can_be_told(const struct shares *shares, enum gauge gauge, double pace)
{
    double least = gauge_info(gauge)->unit == UNIT_COUNT ? 1 : 0;
    bool restless = shares->lost > pace / 2 && shares->noise > fmax(least, pace / 2);
    return pace > 0 && !restless;
}

/* The foremost places, until one is much smaller than the first; none where it grows a little
 * everywhere. */
static void name_places(struct finding *finding, double *shares, double pace,
                        const struct iteration_steps *steps)
{
    double least = share_of_pace * pace;
    finding->places = memory_array(steps->count, sizeof *finding->places);
    for (size_t best = 0;; best = 0) {
        for (size_t i = 1; i < steps->count; i++)
            if (shares[i] > shares[best])
                best = i;
        if (!(shares[best] > least))
            break;
        least = fmax(least, share_named * shares[best]);
        finding->places[finding->place_count++] = (struct finding_place){
            .step = memory_copy_text(steps->steps[best]),
            .where = memory_copy_text(steps->where[best]),
            .per_iteration = shares[best],
        };
        shares[best] = 0;
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
    for (size_t i = 0; i < count; i++)
        named[i] = ledger_gain(stacks[i].bytes, ledger->loop) < least_bytes * iterations ||
                   !keeps_rising(ledger, stacks[i].bytes, last_step);
    for (size_t found = 0; found < STACKS_NAMED; found++) {
        double gain;
        const struct account *most = ledger_take_largest(ledger, GAUGE_HEAP_STACK, named, &gain);
        if (most == NULL)
            break;
        buffer_format(&text, "%s%s %+.0f B",
                      found == 0 ? "every allocation counted, per iteration: " : ", ", most->key,
                      gain / iterations);
    }
    append_text(finding, buffer_string(&text));
}

/* Stacks that allocate one live object for each of what is counted: what opened the descriptor or
 * started the goroutine is most often among them. */
static void name_companions(struct finding *finding, const struct ledger *ledger, double net,
                            unsigned last_step)
{
    /* One for each, a tenth either way; of fewer some stack has as many by chance. */
    const double share = 0.1, least = 5;
    size_t count, found = 0;
    const struct account *stacks = ledger_accounts(ledger, GAUGE_HEAP_STACK, &count);
    _cleanup_buffer_ struct buffer text = {0};
    for (size_t i = 0; net >= least && i < count && found < COMPANIONS_NAMED; i++)
        if (fabs(ledger_gain(stacks[i].values, ledger->loop) - net) <= share * net &&
            keeps_rising(ledger, stacks[i].values, last_step))
            buffer_format(&text, "%s%s", found++ == 0 ? "with each comes an object of " : ", ",
                          stacks[i].key);
    append_text(finding, buffer_string(&text));
}

/* What a row gains in the loop, by what is left of it after the rest where there was one. */
static double gain_at_rest(const struct ledger *ledger, const double *row)
{
    struct stretch end = ledger->drain.count > 0 ? ledger->drain : ledger->loop;
    return row[stretch_last(end)] - row[ledger->loop.first];
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
    double net = gain_at_rest(ledger, row), pace = net / iterations;
    struct shares shares = shares_of(ledger, row, pace, steps);
    if (can_be_told(&shares, finding->gauge, pace))
        name_places(finding, shares.of, pace, steps);
    free(shares.of);

    const struct account *account =
        finding->holder != NULL ? ledger_account(ledger, finding->gauge, finding->holder) : NULL;
    finding->located = true;
    finding->exact = account != NULL ? gain_at_rest(ledger, account->values) / iterations : pace;
    finding->exact_bytes = gauge_info(finding->gauge)->unit == UNIT_BYTES ? pace : 0;

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
        if (can_be_located(&judgement->findings[i]))
            locate_finding(&judgement->findings[i], ledger, steps);
}
