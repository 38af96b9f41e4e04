#include "verdict/assess.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "verdict/companions.h"
#include "verdict/holder_key.h"
#include "verdict/leaked_goroutines.h"
#include "verdict/levels.h"
#include "verdict/outcome.h"
#include "verdict/rates.h"
#include "verdict/timer_owner.h"

/* A name in a sentence is cut here; whole stacks stand in the finding's holder. */
enum { NAME_IN_TEXT_BYTES = 160, CONTRIBUTORS_NAMED = 3 };

/* A growth of one per iteration is the least that a run must be able to tell from its noise. */
static const double visible_enough = 1;

static struct allowance gauge_allowance(const struct assessment *assessment, enum gauge gauge)
{
    return baseline_gauge_allowance(assessment->baseline, gauge, assessment->today);
}

static struct finding finding_of(enum finding_kind kind, enum gauge gauge,
                                 const struct outcome *outcome, struct allowance allowance)
{
    return (struct finding){
        .kind = kind,
        .gauge = gauge,
        .per_iteration = outcome->per_iteration,
        .bytes_per_iteration = outcome->bytes_per_iteration,
        .from = outcome->from,
        .to = outcome->to,
        .iterations = outcome->iterations,
        .allowed = gauge == GAUGE_HEAP_STACK ? allowance.bytes : allowance.values,
        .drained_after = outcome->drained_after,
        .drift = outcome->drift,
        .repeats = outcome->repeats,
    };
}

static enum finding_kind kind_of(const struct outcome *outcome)
{
    return outcome->drained ? FINDING_BACKLOG : outcome->filled ? FINDING_FILLED : FINDING_GROWTH;
}

/* What the numbers of a growth do not say: how it ended at rest, and what was taken off. */
static char *growth_text(const struct ledger *ledger, const struct account *account,
                         const struct outcome *outcome)
{
    const double percent = 100;
    struct buffer text = {0};
    double rested = ledger->drain.count > 0 ? ledger->samples[stretch_last(ledger->drain)]->at -
                                                  ledger->samples[stretch_last(ledger->loop)]->at
                                            : 0;
    char added[64];
    if (ledger->loop.count < GROWTH_SAMPLES)
        buffer_format(&text, "until then, in %zu samples; what is left at rest was not seen",
                      ledger->loop.count);
    else if (outcome->drained)
        buffer_format(&text, "all gone %.0f s after the loop", outcome->drained_after);
    else if (!isnan(outcome->left) && outcome->left >= outcome->net)
        buffer_format(&text, "after %.0f s at rest all of it is still there", rested);
    else if (!isnan(outcome->left))
        buffer_format(&text, "after %.0f s at rest %.0f of %.0f are left", rested,
                      fmax(outcome->left, 0), outcome->net);
    if (!isnan(outcome->second)) {
        double second = outcome->fell ? -outcome->second : fmax(outcome->second, 0);
        level_describe(account->gauge, second, added, sizeof added);
        buffer_format(&text, "; a second loop of %.0f iterations %s %s %s",
                      outcome->second_iterations, outcome->fell ? "took" : "added", added,
                      outcome->fell ? "away again" : "more");
        if (outcome->slowed_to > 0 && outcome->slowed_to < 1)
            buffer_format(&text, ", at %.0f %% of the pace%s", percent * outcome->slowed_to,
                          outcome->filled ? "" : ": it slows down");
    }
    if (outcome->warmup > 0)
        buffer_format(&text, "%s%.0f more came before, in the warm-up", text.length > 0 ? "; " : "",
                      outcome->warmup);
    if (outcome->drift > 0)
        buffer_format(&text, "%srises by %.3g per second at rest as well, which was taken off",
                      text.length > 0 ? "; " : "", outcome->drift);
    return text.length > 0 ? buffer_take(&text) : NULL;
}

static void report_drift(struct assessment *assessment, const struct account *account,
                         const struct outcome *outcome, struct allowance allowance)
{
    struct finding finding = finding_of(FINDING_MEASUREMENT, account->gauge, outcome, allowance);
    finding.holder = memory_copy_text(account->key);
    finding.text = memory_format("rises by %.3g per second at rest as well, and no faster by the "
                                 "iterations: a scenario paced by time can judge it",
                                 outcome->drift);
    finding_add(assessment->findings, finding);
    assessment->noisy = true;
}

/* What the gauge's own allowance covers: would it be a growth without it? */
static void note_use(struct assessment *assessment, const struct account *account)
{
    struct allowance granted = gauge_allowance(assessment, account->gauge);
    if (!(granted.values > 0 || granted.bytes > 0))
        return;
    struct outcome outcome = outcome_of(assessment->ledger, account, (struct allowance){0});
    double pace = account->bytes != NULL ? outcome.bytes_per_iteration : outcome.per_iteration;
    if (outcome.grows)
        assessment->used[account->gauge] = fmax(assessment->used[account->gauge], pace);
}

/* Judges one holder. True when it was reported, or is excepted: then it is taken off the total. */
static bool assess_holder(struct assessment *assessment, const struct account *account,
                          const struct outcome *total)
{
    const struct ledger *ledger = assessment->ledger;
    const struct holder_table *holders = ledger->series->holders;
    const struct baseline_exception *exception = baseline_valid_exception(
        assessment->baseline, account->gauge, account->key, assessment->today);
    struct allowance of_gauge = gauge_allowance(assessment, account->gauge), allowance = of_gauge;
    if (exception != NULL) {
        allowance.values = fmax(allowance.values, exception->allowed);
        allowance.bytes = fmax(allowance.bytes, exception->allowed_bytes);
    }
    struct outcome outcome = outcome_of(ledger, account, allowance);
    enum finding_kind kind = kind_of(&outcome);
    if (outcome.only_drift) {
        report_drift(assessment, account, &outcome, allowance);
        return true;
    }
    if (!outcome.grows && exception == NULL) {
        note_use(assessment, account);
        return false;
    }
    if (!outcome.grows) {
        outcome = outcome_of(ledger, account, of_gauge);
        if (!outcome.grows)
            return true;
        kind = FINDING_ALLOWED;
    }
    /* What left this holder is held by another while the program rests. */
    const double half = 0.5;
    if (kind == FINDING_BACKLOG && total->left >= half * outcome.net)
        return true;
    /* Where the total comes and goes by chance, a holder that is the same twice is so by chance. */
    if (kind == FINDING_FILLED && total->fell)
        kind = FINDING_GROWTH;
    struct finding finding = finding_of(kind, account->gauge, &outcome, allowance);
    finding.holder = memory_copy_text(account->key);
    finding.example = holder_raw_name(holders, holder_table_get(holders, account->example));
    finding.text = kind == FINDING_ALLOWED ? memory_copy_text(exception->reason)
                                           : growth_text(ledger, account, &outcome);
    if (account->gauge == GAUGE_GOROUTINE)
        finding.made_by =
            timer_owner_text(ledger, account, outcome.per_iteration, &finding.function);
    finding_add(assessment->findings, finding);
    return true;
}

/* At most NAME_IN_TEXT_BYTES of a name, whole characters. */
static int cut_name(const char *name)
{
    size_t length = strnlen(name, NAME_IN_TEXT_BYTES);
    while (length > 0 && ((unsigned char)name[length] & 0xc0) == 0x80)
        length--;
    return (int)length;
}

/* No holder grows steadily enough to be named alone: those that rose most from the first sample of
 * the loop to the last. */
static char *contributors_text(const struct ledger *ledger, enum gauge gauge, const bool *taken)
{
    struct buffer text = {0};
    size_t count;
    double rise;
    ledger_accounts(ledger, ledger_held_by(gauge), &count);
    _cleanup_free_ bool *named = memory_array(count, sizeof *named);
    memcpy(named, taken, count * sizeof *named);
    for (int number = 0; number < CONTRIBUTORS_NAMED; number++) {
        const struct account *most =
            ledger_take_largest(ledger, ledger_held_by(gauge), named, &rise);
        if (most == NULL)
            break;
        int length = cut_name(most->key);
        buffer_format(&text, "%s%.*s%s +%.0f", number == 0 ? "no holder alone; most of it: " : ", ",
                      length, most->key, most->key[length] != '\0' ? "..." : "", rise);
    }
    return text.length > 0 ? buffer_take(&text) : NULL;
}

static char *join_texts(char *first, char *second)
{
    if (first == NULL || second == NULL)
        return first != NULL ? first : second;
    char *joined = memory_format("%s; %s", first, second);
    free(first);
    free(second);
    return joined;
}

/* The trace itself is too unsteady to show even a growth of one per iteration; what is there at
 * rest may still tell. A scenario paced by minutes asks for more by nature, so it is held against a
 * trace without noise as well. */
static void check_noise(struct assessment *assessment, const struct account *total,
                        const struct outcome *outcome, const bool *taken)
{
    const struct ledger *ledger = assessment->ledger;
    double limit = fmax(visible_enough, 2 * growth_of_nothing(ledger).smallest_visible);
    if (gauge_info(total->gauge)->rule != RULE_FLOOR || !(outcome->smallest_visible > limit))
        return;
    double bound = growth_bound(ledger, total->gauge, total->values, taken);
    if (bound <= visible_enough) {
        assessment->smallest[total->gauge] = fmin(bound, outcome->smallest_visible);
        return;
    }
    assessment->unsettled = assessment->unsettled || drain_tells_bound(ledger);
    struct finding finding =
        finding_of(FINDING_MEASUREMENT, total->gauge, outcome, (struct allowance){0});
    finding.text = memory_format("moves so much that a growth under %.2f per %s would not be seen",
                                 outcome->smallest_visible, series_step_name(ledger->series));
    finding_add(assessment->findings, finding);
    assessment->noisy = true;
}

/* The gauge's total without the holders that were reported or are excepted (`taken`). */
static void assess_total(struct assessment *assessment, const struct account *total,
                         const bool *taken)
{
    const struct ledger *ledger = assessment->ledger;
    enum gauge gauge = total->gauge;
    struct allowance allowance = gauge_allowance(assessment, gauge);
    struct outcome outcome = outcome_of(ledger, total, allowance);
    assessment->smallest[gauge] = outcome.smallest_visible;
    if (outcome.only_drift) {
        report_drift(assessment, total, &outcome, allowance);
        return;
    }
    enum finding_kind kind = kind_of(&outcome);
    if (!outcome.grows) {
        note_use(assessment, total);
        outcome = outcome_of(ledger, total, (struct allowance){0});
        /* Of the trace; what is allowed is no noise. */
        check_noise(assessment, total, &outcome, taken);
        kind = FINDING_ALLOWED;
    }
    if (!outcome.grows)
        return;
    struct finding finding = finding_of(kind, gauge, &outcome, allowance);
    finding.text =
        join_texts(growth_text(ledger, total, &outcome), contributors_text(ledger, gauge, taken));
    if (kind == FINDING_ALLOWED)
        finding.text =
            join_texts(memory_copy_text(assessment->baseline->gauges[gauge].reason), finding.text);
    finding_add(assessment->findings, finding);
}

/* A backlog of the warm-up may still have been there when the program rested before the loop, and
 * as much may be left for good behind what has drained since. What was there at the start bounds
 * it. */
static void promise_beside_backlog(struct assessment *assessment, enum gauge gauge)
{
    const struct ledger *ledger = assessment->ledger;
    bool backlog = false;
    for (size_t i = 0; i < assessment->findings->count; i++)
        backlog = backlog || (assessment->findings->items[i].kind == FINDING_BACKLOG &&
                              assessment->findings->items[i].gauge == gauge);
    if (!backlog)
        return;
    _cleanup_free_ double *totals = ledger_totals(ledger, gauge);
    double *smallest = &assessment->smallest[gauge];
    *smallest = fmax(*smallest, growth_bound(ledger, gauge, totals, NULL));
}

/* What is started is held by the tool that is; without one, or for what no tool explains, the total
 * is judged. */
static bool assess_rate(struct assessment *assessment, enum gauge gauge, const double *row,
                        const struct account *account)
{
    struct allowance granted = gauge_allowance(assessment, gauge);
    const struct baseline_exception *exception =
        account == NULL ? NULL
                        : baseline_valid_exception(assessment->baseline, gauge, account->key,
                                                   assessment->today);
    double allowed = exception != NULL ? exception->allowed : granted.values;
    struct rate_growth growth = rate_growth_of(assessment->ledger, gauge, row, allowed);
    assessment->unsettled = assessment->unsettled || growth.unsure;
    bool grows = growth.grows;
    if (!grows && !rate_growth_of(assessment->ledger, gauge, row, 0).grows)
        return exception != NULL;
    if (!grows && exception == NULL)
        assessment->used[gauge] = fmax(assessment->used[gauge], growth.per_iteration);
    char before[64], after[64];
    level_describe(gauge, growth.before, before, sizeof before);
    level_describe(gauge, growth.after, after, sizeof after);
    char *text = grows ? memory_format("%s at rest after the loop, %s before it", after, before)
                 : exception != NULL ? memory_copy_text(exception->reason)
                                     : memory_copy_text(assessment->baseline->gauges[gauge].reason);
    finding_add(assessment->findings,
                (struct finding){.kind = grows ? FINDING_GROWTH : FINDING_ALLOWED,
                                 .gauge = gauge,
                                 .holder = account != NULL ? memory_copy_text(account->key) : NULL,
                                 .per_iteration = growth.per_iteration,
                                 .from = growth.before,
                                 .to = growth.after,
                                 .iterations = growth.iterations,
                                 .allowed = allowed,
                                 .text = text});
    return true;
}

static void assess_rates(struct assessment *assessment, enum gauge gauge)
{
    const struct ledger *ledger = assessment->ledger;
    size_t count;
    const struct account *accounts = ledger_accounts(ledger, gauge, &count);
    _cleanup_free_ double *remaining = ledger_totals(ledger, gauge);
    for (size_t i = 0; i < count; i++)
        if (assess_rate(assessment, gauge, accounts[i].values, &accounts[i]))
            ledger_subtract(ledger, remaining, accounts[i].values);
    assess_rate(assessment, gauge, remaining, NULL);
}

/* Garbage counts in a heap that nobody collects, and rises until the program collects it: every two
 * minutes at the latest (forcegcperiod of Go's runtime). A block has to see two such. */
static bool total_tells(const struct ledger *ledger, enum gauge gauge)
{
    const double seconds = GROWTH_BLOCKS * 2 * 120;
    return gauge != GAUGE_HEAP_ALLOC || !ledger->series->uncollected ||
           ledger_seconds(ledger, ledger->loop) >= seconds;
}

/* One finding per culprit: holders first; what they explain is taken off before the total is
 * judged. `taken_stacks` says which heap stacks were taken, which explain the heap's total. */
static void assess_gauge(struct assessment *assessment, enum gauge gauge, bool *taken_stacks)
{
    const struct ledger *ledger = assessment->ledger;
    enum gauge_rule rule = gauge_info(gauge)->rule;
    enum gauge held_by = ledger_held_by(gauge);
    size_t count;
    const struct account *accounts = ledger_accounts(ledger, held_by, &count);
    if (rule == RULE_RATE) {
        assess_rates(assessment, gauge);
        return;
    }
    if (rule == RULE_NONE) {
        /* What must not be there at all. */
        for (size_t i = 0; i < count; i++)
            leaked_goroutines_assess(ledger, &accounts[i],
                                     baseline_valid_exception(assessment->baseline, gauge,
                                                              accounts[i].key, assessment->today),
                                     assessment->findings);
        return;
    }
    _cleanup_free_ double *remaining = ledger_totals(ledger, gauge);
    struct account total = {.gauge = gauge, .values = remaining};
    struct outcome whole = {.left = NAN};
    if (rule == RULE_FLOOR)
        whole = outcome_of(ledger, &total, (struct allowance){0});
    _cleanup_free_ bool *own = memory_array(count, sizeof *own);
    bool *taken = held_by == GAUGE_HEAP_STACK ? taken_stacks : own;
    if (gauge == GAUGE_HEAP_ALLOC)
        companions_take(ledger, assessment->findings, taken);
    for (size_t i = 0; i < count; i++) {
        if (held_by == gauge)
            taken[i] = assess_holder(assessment, &accounts[i], &whole);
        if (taken[i])
            ledger_subtract(ledger, remaining, account_row(&accounts[i]));
    }
    if (gauge == GAUGE_HEAP_ALLOC)
        ledger_subtract(ledger, remaining, ledger->ignored_bytes);
    if ((rule == RULE_FLOOR || rule == RULE_SLOPE) && total_tells(ledger, gauge))
        assess_total(assessment, &total, taken);
    if (rule == RULE_FLOOR)
        promise_beside_backlog(assessment, gauge);
}

/* Stacks before the heap's total, which they explain. */
void assess_growth(struct assessment *assessment)
{
    size_t count;
    ledger_accounts(assessment->ledger, GAUGE_HEAP_STACK, &count);
    _cleanup_free_ bool *taken_stacks = memory_array(count, sizeof *taken_stacks);
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++)
        assessment->smallest[gauge] = NAN;
    if (!assessment->without_heap)
        assess_gauge(assessment, GAUGE_HEAP_STACK, taken_stacks);
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++)
        if (gauge != GAUGE_HEAP_STACK && !(assessment->without_heap && gauge == GAUGE_HEAP_ALLOC))
            assess_gauge(assessment, gauge, taken_stacks);
    companions_find(assessment->ledger, assessment->findings);
    findings_name_functions(assessment->ledger, assessment->findings);
}
