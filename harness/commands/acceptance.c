#include "commands/acceptance.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/json.h"
#include "base/memory.h"
#include "report/text_layout.h"
#include "verdict/exceptions.h"
#include "verdict/judge.h"
#include "verdict/levels.h"

static void copy_field(char *field, size_t size, const char *text)
{
    snprintf(field, size, "%s", text);
}

/* The old baseline for the run's plan and program, without levels and tools: those are what is
 * taken anew, so they must not decide whether the run passes. */
static struct baseline *start_from(const struct run_record *record, const struct baseline *old)
{
    struct baseline *baseline = baseline_new();
    copy_field(baseline->plan_hash, sizeof baseline->plan_hash, record->facts.plan_hash);
    copy_field(baseline->go_version, sizeof baseline->go_version, record->facts.go_version);
    copy_field(baseline->platform, sizeof baseline->platform, text_or(record->target.platform, ""));
    if (old == NULL)
        return baseline;
    for (size_t i = 0; i < old->exception_count; i++)
        baseline_except(baseline, &old->exceptions[i]);
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        baseline_put_gauge(baseline, gauge, &old->gauges[gauge]);
        baseline->gauges[gauge].level = NAN;
    }
    return baseline;
}

/* To three decimals: more is noise in a file that people read. */
double level_rounded(double level)
{
    return round(level * 1000) / 1000;
}

/* Up: what was found must pass. Bytes are whole. */
double allowance_rounded(enum gauge gauge, double per_iteration)
{
    double parts = gauge_info(gauge)->rule == RULE_SLOPE ? 1 : 100;
    return ceil(fmax(per_iteration, 0) * parts - 1e-9) / parts;
}

static char *key_of(const struct finding *finding)
{
    if (finding->gauge >= GAUGE_COUNT)
        return memory_copy_text(finding->holder != NULL ? finding->holder : "");
    const char *gauge = gauge_info(finding->gauge)->name;
    if (finding->holder == NULL)
        return memory_copy_text(gauge);
    return memory_format("%s %s", gauge, finding->holder);
}

static bool is_named(const struct finding *finding, const struct consent *consent, bool *used)
{
    _cleanup_free_ char *key = key_of(finding);
    bool named = false;
    for (size_t i = 0; i < consent->keys->count; i++) {
        if (strcmp(consent->keys->items[i], key) != 0)
            continue;
        used[i] = true;
        named = true;
    }
    return named;
}

static void except(struct baseline *baseline, const struct finding *finding,
                   const struct consent *consent)
{
    bool stack = finding->gauge == GAUGE_HEAP_STACK;
    struct baseline_exception exception = {
        .gauge = finding->gauge,
        .holder = finding->holder,
        .allowed = allowance_rounded(finding->gauge, finding->per_iteration),
        .allowed_bytes = stack ? ceil(fmax(finding->bytes_per_iteration, 0)) : 0,
        .reason = (char *)consent->reason,
        .issue = (char *)consent->issue,
        .expires = (char *)consent->expires,
    };
    baseline_except(baseline, &exception);
}

/* An exception that has expired goes on as it was, for the new reason and time. */
static void prolong(struct baseline *baseline, const struct finding *finding,
                    const struct consent *consent)
{
    const struct baseline_exception *old =
        baseline_exception_for(baseline, finding->gauge, finding->holder);
    if (old == NULL)
        return;
    _cleanup_free_ char *holder = memory_copy_text(old->holder);
    struct baseline_exception exception = {
        .gauge = old->gauge,
        .holder = holder,
        .allowed = old->allowed,
        .allowed_bytes = old->allowed_bytes,
        .reason = (char *)consent->reason,
        .issue = (char *)consent->issue,
        .expires = (char *)consent->expires,
    };
    baseline_except(baseline, &exception);
}

/* The growth of a gauge that no holder explains; of an allowance that has expired the amount stays,
 * for the new reason and time. */
static void allow_total(struct baseline *baseline, const struct finding *finding,
                        const struct consent *consent)
{
    struct baseline_gauge gauge = baseline->gauges[finding->gauge];
    gauge.present = true;
    if (finding->kind == FINDING_GROWTH)
        gauge.allowed =
            fmax(gauge.allowed, allowance_rounded(finding->gauge, finding->per_iteration));
    gauge.reason = (char *)consent->reason;
    gauge.issue = (char *)consent->issue;
    gauge.expires = (char *)consent->expires;
    baseline_put_gauge(baseline, finding->gauge, &gauge);
}

static void remove_entry(struct baseline *baseline, const struct finding *finding)
{
    if (finding->holder != NULL) {
        baseline_remove_exception(baseline, finding->gauge, finding->holder);
        return;
    }
    struct baseline_gauge gauge = baseline->gauges[finding->gauge];
    gauge.allowed = 0;
    gauge.reason = gauge.issue = gauge.expires = NULL;
    baseline_put_gauge(baseline, finding->gauge, &gauge);
}

static void apply_consent(struct baseline *baseline, const struct judgement *judgement,
                          const struct consent *consent, bool *used)
{
    for (size_t i = 0; i < judgement->count; i++) {
        const struct finding *finding = &judgement->findings[i];
        if (finding->gauge >= GAUGE_COUNT)
            continue;
        if (!is_named(finding, consent, used)) {
            if (is_over_and_unused(judgement, finding))
                remove_entry(baseline, finding);
            continue;
        }
        bool expired = finding->kind == FINDING_EXCEPTION_EXPIRED ||
                       finding->kind == FINDING_EXCEPTION_EXPIRING;
        if (expired && finding->holder != NULL)
            prolong(baseline, finding, consent);
        else if (finding->kind == FINDING_GROWTH && finding->holder != NULL)
            except(baseline, finding, consent);
        else if (expired || finding->kind == FINDING_GROWTH)
            allow_total(baseline, finding, consent);
    }
}

/* Was it seen in one run alone? */
static bool is_unconfirmed(const struct judgement *whole, const struct finding *finding)
{
    for (size_t i = 0; whole != NULL && i < whole->count; i++) {
        const struct finding *other = &whole->findings[i];
        if (other->kind == FINDING_UNCONFIRMED && other->unconfirmed == finding->kind &&
            other->gauge == finding->gauge && text_equal(other->holder, finding->holder))
            return true;
    }
    return false;
}

static void list_unnamed(const struct judgement *judgement, const struct judgement *whole,
                         struct buffer *out)
{
    _cleanup_strings_ struct string_list left_behind = {0};
    for (size_t i = 0; i < judgement->count; i++) {
        const struct finding *finding = &judgement->findings[i];
        if (!finding_fails(finding->kind) || is_unconfirmed(whole, finding))
            continue;
        _cleanup_free_ char *key = key_of(finding);
        _cleanup_free_ char *quoted = shell_quoted(key);
        if (finding->kind == FINDING_LEFT_BEHIND)
            string_list_add(&left_behind, key);
        else if (finding->gauge >= GAUGE_COUNT)
            buffer_format(out, "%s%s %s (which no --holder can accept)",
                          out->length > 0 ? ", " : "", finding_kind_name(finding->kind), key);
        else
            buffer_format(out, "%s--holder %s", out->length > 0 ? ", " : "", quoted);
    }
    _cleanup_free_ char *described = processes_describe(&left_behind);
    if (left_behind.count > 0)
        buffer_format(out, "%sleft behind: %s (which no --holder can accept)",
                      out->length > 0 ? ", " : "", described);
}

static bool refuse(const struct judgement *judgement, const struct judgement *whole,
                   const struct consent *consent, struct lg_error *err)
{
    _cleanup_buffer_ struct buffer names = {0};
    const char *verdict = verdict_name(judgement->verdict);
    if (judgement->verdict != VERDICT_LEAK)
        return lg_fail(err, LG_ERROR_INPUT, 0, "its run is no pass but %s%s%s", verdict,
                       judgement->reason != NULL ? ": " : "",
                       judgement->reason != NULL ? judgement->reason : "");
    list_unnamed(judgement, whole, &names);
    return lg_fail(err, LG_ERROR_INPUT, 0, "its run is a leak, and %s accepted: %s",
                   consent->keys->count > 0 ? "some of it is not" : "none of it is",
                   buffer_string(&names));
}

/* Whole values while it is judged by them, rounded for the file. */
static void take_tools(struct baseline *baseline, const struct judgement *judgement,
                       const struct baseline *old, double (*shown)(double))
{
    baseline_clear_tools(baseline);
    for (size_t i = 0; i < judgement->tool_count; i++) {
        const struct tool_rate *tool = &judgement->tools[i];
        const struct baseline_tool *was = old != NULL ? baseline_tool_for(old, tool->name) : NULL;
        if (!isnan(tool->per_iteration))
            baseline_add_tool(baseline, tool->name, shown(tool->per_iteration),
                              was != NULL ? was->tolerance : NAN);
    }
    baseline->has_tools = judgement->counts_tools;
}

static double unchanged(double value)
{
    return value;
}

static void take_levels(struct baseline *baseline, const struct judgement *judgement,
                        double (*shown)(double))
{
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        if (!isfinite(judgement->levels[gauge]) || !level_is_judged(gauge))
            continue;
        baseline->gauges[gauge].present = true;
        baseline->gauges[gauge].level = shown(judgement->levels[gauge]);
    }
}

/* Longer or shorter than its file says (--for). */
static bool has_other_length(const struct run_record *record)
{
    return record->header.measure.file_for_ms != JOURNAL_ABSENT;
}

/* How long the run took, unless what is stored is near enough: a figure for planning must not
 * change the file with every run. */
static void take_seconds(struct baseline *baseline, const struct run_record *record,
                         const struct baseline *old)
{
    const double near = 0.25;
    double seconds = ceil(record->end.at);
    double stored = old != NULL ? old->seconds : NAN;
    bool is_near = fabs(seconds - stored) <= near * stored || has_other_length(record);
    baseline->seconds = is_near || isnan(seconds) ? stored : seconds;
}

static bool passes_by(const struct judgement *judgement, const struct judgement *whole)
{
    if (judgement->verdict != VERDICT_LEAK)
        return judgement->verdict == VERDICT_PASS;
    for (size_t i = 0; i < judgement->count; i++)
        if (finding_fails(judgement->findings[i].kind) &&
            !is_unconfirmed(whole, &judgement->findings[i]))
            return false;
    return true;
}

struct baseline *acceptance_make(const struct run_record *record, const struct judgement *whole,
                                 const struct baseline *old, const struct consent *consent,
                                 bool *used, struct lg_error *err)
{
    if (record->end.played_only) {
        lg_fail(err, LG_ERROR_INPUT, 0, "it was only played: nothing was measured");
        return NULL;
    }
    _cleanup_baseline_ struct baseline *baseline = start_from(record, old);
    struct judgement *before = judge(&record->series, baseline, &record->facts);
    apply_consent(baseline, before, consent, used);
    take_levels(baseline, before, unchanged);
    take_tools(baseline, before, old, unchanged);
    judgement_free(before);
    struct judgement *after = judge(&record->series, baseline, &record->facts);
    bool passes = passes_by(after, whole);
    if (passes) {
        take_levels(baseline, after, level_rounded);
        take_tools(baseline, after, old, level_rounded);
        take_seconds(baseline, record, old);
    } else {
        refuse(after, whole, consent, err);
    }
    judgement_free(after);
    return passes ? take_pointer(baseline) : NULL;
}
