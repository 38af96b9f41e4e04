#include "verdict/exceptions.h"

#include <math.h>
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/strings.h"
#include "verdict/leaked_goroutines.h"
#include "verdict/outcome.h"
#include "verdict/rates.h"

/* An allowance may be this many times what is left, and this much more, before it is called wide:
 * what is left is known to a few hundredths per iteration. */
static const double wide_factor = 2, wide_margin = 0.05;
/* The same margin in bytes: an object of the smallest size classes each iteration. */
static const double wide_margin_bytes = 32;

/* `grant` is an exception, or the allowance of a whole gauge as one (holder NULL). */
static struct finding finding_for(const struct baseline_exception *grant, enum finding_kind kind,
                                  char *text)
{
    return (struct finding){
        .kind = kind,
        .gauge = grant->gauge,
        .holder = memory_copy_text(grant->holder),
        .allowed = grant->gauge == GAUGE_HEAP_STACK ? grant->allowed_bytes : grant->allowed,
        .text = text,
    };
}

static void check_date(const struct baseline_exception *grant, const char *today,
                       struct finding_list *findings)
{
    if (grant->expires == NULL || today[0] == '\0')
        return;
    long days = clock_days_between(today, grant->expires);
    if (has_expired(grant->expires, today))
        finding_add(
            findings,
            finding_for(
                grant, FINDING_EXCEPTION_EXPIRED,
                memory_format("held until %s: fix the growth, or accept it again with a reason",
                              grant->expires)));
    else if (days <= EXPIRY_WARNING_DAYS)
        finding_add(findings,
                    finding_for(grant, FINDING_EXCEPTION_EXPIRING,
                                memory_format("holds until %s, %ld %s from now", grant->expires,
                                              days, days == 1 ? "day" : "days")));
}

/* Holders can only be missed where their gauge was read at all. */
static bool was_read(const struct ledger *ledger, enum gauge gauge)
{
    size_t count;
    ledger_accounts(ledger, gauge, &count);
    for (size_t i = 0; count == 0 && i < ledger->series->count; i++)
        if (!isnan(ledger->series->samples[i].gauges[gauge]))
            return true;
    return count > 0;
}

static bool is_wide(double allowed, double found, double margin)
{
    return allowed > 0 && (found <= 0 || allowed >= wide_factor * found + margin);
}

/* What has expired is reported only where it can go: its growth, if there is any, is judged by
 * itself. `found` is the growth that is there. */
static void check_use(const struct ledger *ledger, const struct baseline *baseline,
                      const struct baseline_exception *grant, struct allowance found,
                      const struct run_facts *facts, struct finding_list *findings)
{
    bool slope = gauge_info(grant->gauge)->rule == RULE_SLOPE;
    bool wide = is_wide(grant->allowed, found.values, slope ? wide_margin_bytes : wide_margin);
    bool wide_bytes = is_wide(grant->allowed_bytes, found.bytes, wide_margin_bytes);
    bool unused = found.values <= 0 && found.bytes <= 0;
    bool counts = gauge_info(grant->gauge)->rule == RULE_FLOOR;
    /* So rare that one process need not show it: it was found in several (sum.h). */
    if (unused && counts && grant->allowed < growth_rule_count.per_iteration)
        return;
    if (!was_read(ledger, grant->gauge) || !(wide || wide_bytes) ||
        (has_expired(grant->expires, facts->today) && !unused))
        return;
    struct buffer text = {0};
    const char *step = series_step_name(ledger->series);
    if (unused)
        buffer_text(&text, "nothing uses it any more: it can be removed");
    else if (wide && !slope)
        buffer_format(&text, "%.2f per %s are allowed, %.2f are left", grant->allowed, step,
                      found.values);
    else
        buffer_format(&text, "%.0f B per %s are allowed, %.0f B are left",
                      wide ? grant->allowed : grant->allowed_bytes, step,
                      wide ? found.values : found.bytes);
    /* Closures are named by the compiler: another Go version may call the same stack otherwise. */
    if (grant->holder != NULL && !(found.values > 0) && facts->go_version[0] != '\0' &&
        baseline->go_version[0] != '\0' && strcmp(facts->go_version, baseline->go_version) != 0)
        buffer_format(&text,
                      "; the baseline was made with %s, this is %s, which may name it differently",
                      baseline->go_version, facts->go_version);
    struct finding finding = finding_for(grant, FINDING_EXCEPTION_UNUSED, buffer_take(&text));
    finding.per_iteration = found.values;
    finding.bytes_per_iteration = found.bytes;
    finding_add(findings, finding);
}

/* How much of an excepted holder's growth is there in this run; 0 without a growth. */
static struct allowance growth_left(const struct ledger *ledger,
                                    const struct baseline_exception *exception)
{
    const struct account *account = ledger_account(ledger, exception->gauge, exception->holder);
    if (account == NULL)
        return (struct allowance){0};
    if (gauge_info(account->gauge)->rule == RULE_NONE)
        return (struct allowance){.values = leaked_per_iteration(ledger, account)};
    if (gauge_info(account->gauge)->rule == RULE_RATE) {
        struct rate_growth rate = rate_growth_of(ledger, account->gauge, account->values, 0);
        return (struct allowance){.values = rate.grows ? rate.per_iteration : 0};
    }
    struct outcome outcome = outcome_of(ledger, account, (struct allowance){0});
    return (struct allowance){
        .values = fmax(outcome.per_iteration, 0),
        .bytes = account->bytes != NULL ? fmax(outcome.bytes_per_iteration, 0) : 0,
    };
}

void check_exceptions(const struct ledger *ledger, const struct baseline *baseline,
                      const struct run_facts *facts, const double *used,
                      struct finding_list *findings)
{
    for (size_t i = 0; i < baseline->exception_count; i++) {
        const struct baseline_exception *exception = &baseline->exceptions[i];
        check_date(exception, facts->today, findings);
        if (used != NULL)
            check_use(ledger, baseline, exception, growth_left(ledger, exception), facts, findings);
    }
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        const struct baseline_gauge *stored = &baseline->gauges[gauge];
        bool heap = gauge == GAUGE_HEAP_STACK;
        if (!(stored->allowed > 0))
            continue;
        struct baseline_exception grant = {.gauge = gauge,
                                           .allowed = heap ? 0 : stored->allowed,
                                           .allowed_bytes = heap ? stored->allowed : 0,
                                           .expires = stored->expires};
        check_date(&grant, facts->today, findings);
        if (used != NULL)
            check_use(ledger, baseline, &grant,
                      (struct allowance){.values = heap ? 0 : used[gauge],
                                         .bytes = heap ? used[gauge] : 0},
                      facts, findings);
    }
}

bool is_over_and_unused(const struct judgement *judgement, const struct finding *expired)
{
    for (size_t i = 0; i < judgement->count; i++) {
        const struct finding *finding = &judgement->findings[i];
        if (finding->kind == FINDING_EXCEPTION_UNUSED && finding->gauge == expired->gauge &&
            text_equal(finding->holder, expired->holder))
            return expired->kind == FINDING_EXCEPTION_EXPIRED;
    }
    return false;
}
