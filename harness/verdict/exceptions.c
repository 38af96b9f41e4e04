#include "verdict/exceptions.h"

#include <math.h>
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/memory.h"
#include "verdict/assess.h"

/* A warning begins this long before an exception ends. */
static const long expiring_days = 14;
/* An allowance may be this many times what is left, and this much more, before it is called wide:
 * what is left is known to a few hundredths per iteration. */
static const double wide_factor = 2, wide_margin = 0.05;
/* The same margin in bytes: an object of the smallest size classes each iteration. */
static const double wide_margin_bytes = 32;

static struct finding finding_for(const struct baseline_exception *exception,
                                  enum finding_kind kind, char *text)
{
    bool heap = exception->gauge == GAUGE_HEAP_STACK;
    return (struct finding){
        .kind = kind,
        .gauge = exception->gauge,
        .holder = memory_copy_text(exception->holder),
        .allowed = heap ? exception->allowed_bytes : exception->allowed,
        .text = text,
    };
}

static void check_date(const struct baseline_exception *exception, const char *today,
                       struct finding_list *findings)
{
    if (exception->expires == NULL || today[0] == '\0')
        return;
    long days = clock_days_between(today, exception->expires);
    if (exception_expired(exception, today))
        finding_add(findings, finding_for(exception, FINDING_EXCEPTION_EXPIRED,
                                          memory_format("held until %s: mend the growth, or accept "
                                                        "it anew with a reason",
                                                        exception->expires)));
    else if (days <= expiring_days)
        finding_add(findings,
                    finding_for(exception, FINDING_EXCEPTION_EXPIRING,
                                memory_format("holds until %s, %ld %s from now", exception->expires,
                                              days, days == 1 ? "day" : "days")));
}

/* Holders can only be missed where their gauge was read at all. */
static bool was_read(const struct ledger *ledger, enum gauge gauge)
{
    size_t count;
    ledger_accounts(ledger, gauge, &count);
    if (count > 0)
        return true;
    for (size_t i = 0; i < ledger->loop.count; i++)
        if (!isnan(ledger->samples[ledger->loop.first + i]->gauges[gauge]))
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

static void check_use(const struct ledger *ledger, const struct baseline *baseline,
                      const struct baseline_exception *exception, const struct run_facts *facts,
                      struct finding_list *findings)
{
    double found, found_bytes;
    assess_exception(ledger, exception, &found, &found_bytes);
    bool heap = exception->gauge == GAUGE_HEAP_STACK;
    bool wide = is_wide(exception->allowed, found, wide_margin);
    bool wide_bytes = heap && is_wide(exception->allowed_bytes, found_bytes, wide_margin_bytes);
    if (!was_read(ledger, exception->gauge) || !(wide || wide_bytes))
        return;
    struct buffer text = BUFFER_INIT(SIZE_MAX);
    const char *pace = ledger->series->per_minute ? "minute" : "iteration";
    if (found <= 0 && found_bytes <= 0)
        buffer_text(&text, "nothing uses it any more: it can be removed");
    else if (wide)
        buffer_format(&text, "%.2f per %s are allowed, %.2f are left", exception->allowed, pace,
                      found);
    else
        buffer_format(&text, "%.0f B per %s are allowed, %.0f B are left", exception->allowed_bytes,
                      pace, found_bytes);
    append_go_hint(&text, baseline, facts, found > 0);
    struct finding finding = finding_for(exception, FINDING_EXCEPTION_UNUSED, buffer_take(&text));
    finding.per_iteration = found;
    finding.bytes_per_iteration = found_bytes;
    finding_add(findings, finding);
}

void check_exceptions(const struct ledger *ledger, const struct baseline *baseline,
                      const struct run_facts *facts, bool measured, struct finding_list *findings)
{
    for (size_t i = 0; i < baseline->exception_count; i++) {
        const struct baseline_exception *exception = &baseline->exceptions[i];
        check_date(exception, facts->today, findings);
        if (measured && !exception_expired(exception, facts->today))
            check_use(ledger, baseline, exception, facts, findings);
    }
}
