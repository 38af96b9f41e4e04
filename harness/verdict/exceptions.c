#include "verdict/exceptions.h"

#include <math.h>
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/strings.h"
#include "verdict/assess.h"

/* An allowance may be this many times what is left, and this much more, before it is called wide:
 * what is left is known to a few hundredths per iteration. */
static const double wide_factor = 2, wide_margin = 0.05;
/* The same margin in bytes: an object of the smallest size classes each iteration. */
static const double wide_margin_bytes = 32;

/* What was granted: to one holder by an exception, or to a whole gauge (holder NULL). */
struct grant {
    enum gauge gauge;
    const char *holder;
    double allowed;       /* of heap stacks objects; none for the whole gauge */
    double allowed_bytes; /* heap stacks */
    const char *expires;
};

static struct grant grant_of_exception(const struct baseline_exception *exception)
{
    return (struct grant){exception->gauge, exception->holder, exception->allowed,
                          exception->allowed_bytes, exception->expires};
}

static struct grant grant_of_gauge(const struct baseline *baseline, enum gauge gauge)
{
    const struct baseline_gauge *stored = &baseline->gauges[gauge];
    bool heap = gauge == GAUGE_HEAP_STACK;
    return (struct grant){gauge, NULL, heap ? 0 : stored->allowed, heap ? stored->allowed : 0,
                          stored->expires};
}

static struct finding finding_for(struct grant grant, enum finding_kind kind, char *text)
{
    bool heap = grant.gauge == GAUGE_HEAP_STACK;
    return (struct finding){
        .kind = kind,
        .gauge = grant.gauge,
        .holder = memory_copy_text(grant.holder),
        .allowed = heap ? grant.allowed_bytes : grant.allowed,
        .text = text,
    };
}

static void check_date(struct grant grant, const char *today, struct finding_list *findings)
{
    if (grant.expires == NULL || today[0] == '\0')
        return;
    long days = clock_days_between(today, grant.expires);
    if (has_expired(grant.expires, today))
        finding_add(findings, finding_for(grant, FINDING_EXCEPTION_EXPIRED,
                                          memory_format("held until %s: mend the growth, or accept "
                                                        "it anew with a reason",
                                                        grant.expires)));
    else if (days <= EXPIRY_WARNING_DAYS)
        finding_add(findings,
                    finding_for(grant, FINDING_EXCEPTION_EXPIRING,
                                memory_format("holds until %s, %ld %s from now", grant.expires,
                                              days, days == 1 ? "day" : "days")));
}

/* Holders can only be missed where their gauge was read at all. */
static bool was_read(const struct ledger *ledger, enum gauge gauge)
{
    size_t count;
    ledger_accounts(ledger, gauge, &count);
    if (count > 0)
        return true;
    for (size_t i = 0; i < ledger->series->count; i++)
        if (!isnan(ledger->series->samples[i].gauges[gauge]))
            return true;
    return false;
}

static bool is_wide(double allowed, double found, double margin)
{
    return allowed > 0 && (found <= 0 || allowed >= wide_factor * found + margin);
}

/* Closures are named by the compiler: another Go version may call the same stack otherwise. */
static void append_go_hint(struct buffer *text, const struct baseline *baseline,
                           const struct run_facts *facts, bool found)
{
    if (!found && facts->go_version[0] != '\0' && baseline->go_version[0] != '\0' &&
        strcmp(facts->go_version, baseline->go_version) != 0)
        buffer_format(text, "; the baseline was made with %s, this is %s, which may name it anew",
                      baseline->go_version, facts->go_version);
}

/* "3.00 per iteration are allowed, 1.00 are left"; the caller frees it. */
static char *describe_width(struct grant grant, double found, double found_bytes, bool in_bytes,
                            const char *pace)
{
    if (!in_bytes && gauge_info(grant.gauge)->rule != RULE_SLOPE)
        return memory_format("%.2f per %s are allowed, %.2f are left", grant.allowed, pace, found);
    return memory_format("%.0f B per %s are allowed, %.0f B are left",
                         in_bytes ? grant.allowed_bytes : grant.allowed, pace,
                         in_bytes ? found_bytes : found);
}

/* What has expired is told only where it can go: its growth, if there is any, is judged by itself.
 */
static void check_use(const struct ledger *ledger, const struct baseline *baseline,
                      struct grant grant, double found, double found_bytes,
                      const struct run_facts *facts, struct finding_list *findings)
{
    double margin = gauge_info(grant.gauge)->rule == RULE_SLOPE ? wide_margin_bytes : wide_margin;
    bool wide = is_wide(grant.allowed, found, margin);
    bool wide_bytes = is_wide(grant.allowed_bytes, found_bytes, wide_margin_bytes);
    bool unused = found <= 0 && found_bytes <= 0;
    if (!was_read(ledger, grant.gauge) || !(wide || wide_bytes) ||
        (has_expired(grant.expires, facts->today) && !unused))
        return;
    struct buffer text = {0};
    const char *pace = ledger->series->per_minute ? "minute" : "iteration";
    _cleanup_free_ char *width = describe_width(grant, found, found_bytes, !wide, pace);
    buffer_text(&text, unused ? "nothing uses it any more: it can be removed" : width);
    if (grant.holder != NULL)
        append_go_hint(&text, baseline, facts, found > 0);
    struct finding finding = finding_for(grant, FINDING_EXCEPTION_UNUSED, buffer_take(&text));
    finding.per_iteration = found;
    finding.bytes_per_iteration = found_bytes;
    finding_add(findings, finding);
}

static void check_gauges(const struct ledger *ledger, const struct baseline *baseline,
                         const struct run_facts *facts, const double *left,
                         struct finding_list *findings)
{
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        bool heap = gauge == GAUGE_HEAP_STACK;
        struct grant grant = grant_of_gauge(baseline, gauge);
        if (!(baseline->gauges[gauge].allowed > 0))
            continue;
        check_date(grant, facts->today, findings);
        if (left != NULL)
            check_use(ledger, baseline, grant, heap ? 0 : left[gauge], heap ? left[gauge] : 0,
                      facts, findings);
    }
}

void check_exceptions(const struct ledger *ledger, const struct baseline *baseline,
                      const struct run_facts *facts, const double *left,
                      struct finding_list *findings)
{
    for (size_t i = 0; i < baseline->exception_count; i++) {
        const struct baseline_exception *exception = &baseline->exceptions[i];
        struct grant grant = grant_of_exception(exception);
        double found, found_bytes;
        check_date(grant, facts->today, findings);
        assess_exception(ledger, exception, &found, &found_bytes);
        bool heap = exception->gauge == GAUGE_HEAP_STACK;
        if (left != NULL)
            check_use(ledger, baseline, grant, found, heap ? found_bytes : 0, facts, findings);
    }
    check_gauges(ledger, baseline, facts, left, findings);
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
