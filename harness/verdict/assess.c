#include "verdict/assess.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/memory.h"
#include "verdict/holder_key.h"
#include "verdict/runtime_memory.h"
#include "verdict/leaked_goroutines.h"
#include "verdict/outcome.h"
#include "verdict/rest.h"
#include "verdict/timer_owner.h"

/* A name in a sentence is cut here; whole stacks stand in the finding's holder. */
enum { NAME_IN_TEXT_BYTES = 160, CONTRIBUTORS_NAMED = 3 };

/* A growth of one per iteration is the least that a run must be able to tell from its noise. */
static const double visible_enough = 1;

bool has_expired(const char *expires, const char *today)
{
    return expires != NULL && today != NULL && today[0] != '\0' &&
           clock_days_between(expires, today) > 0;
}

static const struct baseline_exception *valid_exception(const struct assessment *assessment,
                                                        enum gauge gauge, const char *key)
{
    const struct baseline_exception *exception =
        baseline_exception_for(assessment->baseline, gauge, key);
    return exception != NULL && has_expired(exception->expires, assessment->today) ? NULL
                                                                                   : exception;
}

/* Such a stack may hold any number of objects in its bytes. */
struct allowance gauge_allowance(const struct assessment *assessment, enum gauge gauge)
{
    const struct baseline_gauge *stored =
        assessment->baseline != NULL ? &assessment->baseline->gauges[gauge] : NULL;
    bool holds = stored != NULL && !has_expired(stored->expires, assessment->today);
    double allowed = holds ? stored->allowed : 0;
    if (gauge == GAUGE_HEAP_STACK)
        return (struct allowance){.bytes = allowed};
    return (struct allowance){.values = allowed};
}

static struct allowance holder_allowance(const struct assessment *assessment, enum gauge gauge,
                                         const struct baseline_exception *exception)
{
    struct allowance allowance = gauge_allowance(assessment, gauge);
    if (exception != NULL) {
        allowance.values = fmax(allowance.values, exception->allowed);
        allowance.bytes = fmax(allowance.bytes, exception->allowed_bytes);
    }
    return allowance;
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
    };
}

static const char *pace_name(const struct ledger *ledger)
{
    return ledger->series->per_minute ? "minute" : "iteration";
}

/* What the numbers of a growth do not say: how it ended at rest, and what was taken off. */
static char *growth_text(const struct ledger *ledger, const struct outcome *outcome)
{
    struct buffer text = {0};
    if (outcome->drained)
        buffer_format(&text, "all gone %.0f s after the loop", outcome->drained_after);
    else if (!isnan(outcome->left)) {
        double rest = ledger->samples[ledger->columns - 1]->at -
                      ledger->samples[ledger->loop.first + ledger->loop.count - 1]->at;
        if (outcome->left >= outcome->net)
            buffer_format(&text, "after %.0f s at rest all of it is still there", rest);
        else
            buffer_format(&text, "after %.0f s at rest %.0f of %.0f are left", rest,
                          fmax(outcome->left, 0), outcome->net);
    }
    if (outcome->drift > 0)
        buffer_format(&text, "%srises by %.3g per second at rest as well, which was taken off",
                      text.length > 0 ? "; " : "", outcome->drift);
    return text.length > 0 ? buffer_take(&text) : NULL;
}

static void report_drift(struct assessment *assessment, enum gauge gauge, const char *key,
                         const struct outcome *outcome, struct allowance allowance)
{
    struct finding finding = finding_of(FINDING_MEASUREMENT, gauge, outcome, allowance);
    finding.holder = memory_copy_text(key);
    finding.text = memory_format("rises by %.3g per second at rest as well, and no faster by the "
                                 "iterations: a scenario paced by time can judge it",
                                 outcome->drift);
    finding_add(assessment->findings, finding);
    assessment->noisy = true;
}

static void subtract(double *rest, const double *row, size_t columns)
{
    for (size_t i = 0; i < columns; i++)
        rest[i] -= row[i];
}

/* A holder that the gauge's own allowance covers: would it be a growth without it? */
static void note_use(struct assessment *assessment, struct row row)
{
    struct allowance granted = gauge_allowance(assessment, row.gauge);
    if (assessment->left == NULL || !(granted.values > 0 || granted.bytes > 0))
        return;
    struct outcome outcome = outcome_of(assessment->ledger, row, (struct allowance){0});
    double pace = row.bytes != NULL ? outcome.bytes_per_iteration : outcome.per_iteration;
    if (outcome.grows)
        assessment->left[row.gauge] = fmax(assessment->left[row.gauge], pace);
}

/* Judges one holder. True when it was reported, or is excepted: then it is taken off the total. */
static bool assess_account(struct assessment *assessment, const struct account *account)
{
    const struct ledger *ledger = assessment->ledger;
    struct row row = {account->gauge, account->values, account->bytes};
    const struct baseline_exception *exception =
        valid_exception(assessment, account->gauge, account->key);
    struct allowance allowance = holder_allowance(assessment, account->gauge, exception);
    struct outcome outcome = outcome_of(ledger, row, allowance);
    enum finding_kind kind = outcome.drained ? FINDING_BACKLOG : FINDING_GROWTH;
    if (outcome.only_drift) {
        report_drift(assessment, account->gauge, account->key, &outcome, allowance);
        return true;
    }
    if (!outcome.grows) {
        if (exception == NULL) {
            note_use(assessment, row);
            return false;
        }
        outcome = outcome_of(ledger, row, gauge_allowance(assessment, account->gauge));
        if (!outcome.grows)
            return true;
        kind = FINDING_ALLOWED;
    }
    struct finding finding = finding_of(kind, account->gauge, &outcome, allowance);
    finding.holder = memory_copy_text(account->key);
    finding.example = holder_raw_name(ledger->series->holders,
                                      holder_table_get(ledger->series->holders, account->example));
    finding.text = kind == FINDING_ALLOWED ? memory_copy_text(exception->reason)
                                           : growth_text(ledger, &outcome);
    if (account->gauge == GAUGE_GOROUTINE)
        finding.made_by = timer_owner_text(ledger, account, outcome.per_iteration);
    finding_add(assessment->findings, finding);
    return true;
}

/* The gauge whose holders explain this one's total: the heap's total is held by its stacks. */
static enum gauge holders_of(enum gauge gauge)
{
    return gauge == GAUGE_HEAP_ALLOC ? GAUGE_HEAP_STACK : gauge;
}

static const double *total_row(const struct account *account)
{
    return account->bytes != NULL ? account->bytes : account->values;
}

/* Between the first and the last sample of the loop; only ranks the holders in a sentence. */
static double rise_of(const struct ledger *ledger, const struct account *account)
{
    const double *row = total_row(account);
    return row[ledger->loop.first + ledger->loop.count - 1] - row[ledger->loop.first];
}

static const struct account *next_contributor(const struct ledger *ledger, enum gauge gauge,
                                              const bool *taken, bool *named)
{
    size_t count;
    const struct account *accounts = ledger_accounts(ledger, gauge, &count), *most = NULL;
    for (size_t i = 0; i < count; i++)
        if (!taken[i] && !named[i] && rise_of(ledger, &accounts[i]) > 0 &&
            (most == NULL || rise_of(ledger, &accounts[i]) > rise_of(ledger, most)))
            most = &accounts[i];
    if (most != NULL)
        named[most - accounts] = true;
    return most;
}

/* At most NAME_IN_TEXT_BYTES of a name, whole characters. */
static int cut_name(const char *name)
{
    size_t length = strlen(name);
    if (length <= NAME_IN_TEXT_BYTES)
        return (int)length;
    length = NAME_IN_TEXT_BYTES;
    while (length > 0 && ((unsigned char)name[length] & 0xc0) == 0x80)
        length--;
    return (int)length;
}

/* No holder grows steadily enough to be named alone: those that rose most. */
static char *contributors_text(const struct ledger *ledger, enum gauge gauge, const bool *taken)
{
    struct buffer text = {0};
    size_t count;
    ledger_accounts(ledger, holders_of(gauge), &count);
    _cleanup_free_ bool *named = memory_array(count, sizeof *named);
    for (int i = 0; i < CONTRIBUTORS_NAMED; i++) {
        const struct account *account = next_contributor(ledger, holders_of(gauge), taken, named);
        if (account == NULL)
            break;
        int length = cut_name(account->key);
        buffer_format(&text, "%s%.*s%s +%.0f", i == 0 ? "no holder alone; most of it: " : ", ",
                      length, account->key, account->key[length] != '\0' ? "..." : "",
                      rise_of(ledger, account));
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

/* The trace itself is too restless to show even a growth of one per iteration; what is there at
 * rest may still tell. A scenario paced by minutes asks for more by nature, so it is held against a
 * trace without noise as well. */
static void check_noise(struct assessment *assessment, enum gauge gauge,
                        const struct outcome *outcome, const double *rest, const bool *taken)
{
    double limit = fmax(visible_enough, 2 * outcome_noiseless(assessment->ledger));
    if (gauge_info(gauge)->rule != RULE_FLOOR || !(outcome->smallest_visible > limit))
        return;
    double bound = rest_bound(assessment->ledger, gauge, rest, taken);
    if (bound <= visible_enough) {
        if (assessment->smallest != NULL)
            assessment->smallest[gauge].per_iteration = fmin(bound, outcome->smallest_visible);
        return;
    }
    assessment->restless = rest_can_tell(assessment->ledger);
    struct finding finding = finding_of(FINDING_MEASUREMENT, gauge, outcome, (struct allowance){0});
    finding.text = memory_format("moves so much that a growth under %.2f per %s would not be seen",
                                 outcome->smallest_visible, pace_name(assessment->ledger));
    finding_add(assessment->findings, finding);
    assessment->noisy = true;
}

/* `rest` is the gauge's total without the holders that were reported or are excepted (taken). */
static void assess_rest(struct assessment *assessment, enum gauge gauge, const double *rest,
                        const bool *taken)
{
    const struct ledger *ledger = assessment->ledger;
    struct row row = {.gauge = gauge, .values = rest};
    struct allowance allowance = gauge_allowance(assessment, gauge);
    struct outcome outcome = outcome_of(ledger, row, allowance);
    if (assessment->smallest != NULL)
        assessment->smallest[gauge].per_iteration = outcome.smallest_visible;
    if (outcome.only_drift) {
        report_drift(assessment, gauge, NULL, &outcome, allowance);
        return;
    }
    enum finding_kind kind = outcome.drained ? FINDING_BACKLOG : FINDING_GROWTH;
    if (!outcome.grows) {
        note_use(assessment, row);
        outcome = outcome_of(ledger, row, (struct allowance){0});
        /* Of the trace; what is allowed is no noise. */
        check_noise(assessment, gauge, &outcome, rest, taken);
        kind = FINDING_ALLOWED;
    }
    if (!outcome.grows)
        return;
    struct finding finding = finding_of(kind, gauge, &outcome, allowance);
    finding.text =
        join_texts(growth_text(ledger, &outcome), contributors_text(ledger, gauge, taken));
    if (kind == FINDING_ALLOWED)
        finding.text =
            join_texts(memory_copy_text(assessment->baseline->gauges[gauge].reason), finding.text);
    finding_add(assessment->findings, finding);
}

/* What must not be there at all. */
static void assess_presence(struct assessment *assessment, enum gauge gauge)
{
    size_t count;
    const struct account *accounts = ledger_accounts(assessment->ledger, gauge, &count);
    for (size_t i = 0; i < count; i++)
        leaked_goroutines_assess(assessment->ledger, &accounts[i],
                                 valid_exception(assessment, gauge, accounts[i].key),
                                 assessment->findings);
}

/* A backlog of the warm-up may still have been there when the program rested before the loop, and
 * as much may be left for good behind what has drained since. What was there at the start bounds
 * it. */
static void promise_beside_backlog(struct assessment *assessment, enum gauge gauge)
{
    const struct ledger *ledger = assessment->ledger;
    size_t count;
    bool backlog = false;
    for (size_t i = 0; i < assessment->findings->count; i++)
        backlog = backlog || (assessment->findings->items[i].kind == FINDING_BACKLOG &&
                              assessment->findings->items[i].gauge == gauge);
    if (!backlog || assessment->smallest == NULL)
        return;
    ledger_accounts(ledger, gauge, &count);
    _cleanup_free_ bool *none = memory_array(count, sizeof *none);
    _cleanup_free_ double *totals = ledger_totals(ledger, gauge);
    double *smallest = &assessment->smallest[gauge].per_iteration;
    *smallest = fmax(*smallest, rest_bound(ledger, gauge, totals, none));
}

/* One finding per culprit: holders first; what they explain is taken off before the total is
 * judged. */
static void assess_gauge(struct assessment *assessment, enum gauge gauge, bool *const taken[])
{
    const struct ledger *ledger = assessment->ledger;
    enum gauge held_by = holders_of(gauge);
    if (gauge_info(gauge)->rule == RULE_NONE) {
        assess_presence(assessment, gauge);
        return;
    }
    size_t count;
    const struct account *accounts = ledger_accounts(ledger, held_by, &count);
    _cleanup_free_ double *rest = ledger_totals(ledger, gauge);
    for (size_t i = 0; i < count; i++) {
        if (held_by == gauge)
            taken[gauge][i] = assess_account(assessment, &accounts[i]);
        if (taken[held_by][i])
            subtract(rest, total_row(&accounts[i]), ledger->columns);
    }
    if (gauge == GAUGE_HEAP_ALLOC)
        runtime_memory_subtract_total(ledger, rest);
    if (gauge_info(gauge)->rule == RULE_FLOOR || gauge_info(gauge)->rule == RULE_SLOPE)
        assess_rest(assessment, gauge, rest, taken[held_by]);
    if (gauge_info(gauge)->rule == RULE_FLOOR)
        promise_beside_backlog(assessment, gauge);
}

/* Stacks before the heap's total, which they explain. */
void assess_growth(struct assessment *assessment)
{
    bool *taken[GAUGE_COUNT];
    for (unsigned gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        size_t count;
        ledger_accounts(assessment->ledger, (enum gauge)gauge, &count);
        taken[gauge] = memory_array(count, sizeof(bool));
    }
    assess_gauge(assessment, GAUGE_HEAP_STACK, taken);
    for (unsigned gauge = 0; gauge < GAUGE_COUNT; gauge++)
        if (gauge != GAUGE_HEAP_STACK)
            assess_gauge(assessment, (enum gauge)gauge, taken);
    for (unsigned gauge = 0; gauge < GAUGE_COUNT; gauge++)
        free(taken[gauge]);
}

void assess_exception(const struct ledger *ledger, const struct baseline_exception *exception,
                      double *per_iteration, double *bytes_per_iteration)
{
    *per_iteration = *bytes_per_iteration = 0;
    const struct account *account = ledger_account(ledger, exception->gauge, exception->holder);
    if (account == NULL)
        return;
    if (gauge_info(account->gauge)->rule == RULE_NONE) {
        *per_iteration = leaked_per_iteration(ledger, account);
        return;
    }
    struct row row = {account->gauge, account->values, account->bytes};
    struct outcome outcome = outcome_of(ledger, row, (struct allowance){0});
    *per_iteration = fmax(outcome.per_iteration, 0);
    *bytes_per_iteration = fmax(outcome.bytes_per_iteration, 0);
}
