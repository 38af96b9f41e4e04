#include "commands/acceptance.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/json.h"
#include "base/memory.h"
#include "report/next_steps.h"
#include "report/text_layout.h"
#include "verdict/exceptions.h"
#include "verdict/judge.h"
#include "verdict/levels.h"

/* To three decimals: more is noise in a file that people read. */
static double level_rounded(double level)
{
    return round(level * 1000) / 1000;
}

/* Up: what was found must pass. Bytes are whole. */
static double allowance_rounded(enum gauge gauge, double per_iteration)
{
    double parts = gauge_info(gauge)->rule == RULE_SLOPE ? 1 : 100;
    return ceil(fmax(per_iteration, 0) * parts - 1e-9) / parts;
}

static bool was_measured(const struct run_record *record, struct lg_error *err)
{
    return !record->end.played_only ||
           lg_fail(err, LG_ERROR_INPUT, 0, "it was only played: nothing was measured");
}

static bool fail_with_verdict(const struct judgement *judgement, struct lg_error *err)
{
    return lg_fail(err, LG_ERROR_INPUT, 0, "its verdict is %s%s%s",
                   verdict_name(judgement->verdict), judgement->reason != NULL ? ": " : "",
                   text_or(judgement->reason, ""));
}

/* Without an allowance there is nothing that a reason could be given for. */
static void allow_gauge(struct baseline *baseline, enum gauge gauge, double allowed)
{
    struct baseline_gauge entry = baseline->gauges[gauge];
    entry.allowed = allowed;
    if (!(allowed > 0))
        entry.reason = entry.issue = entry.expires = NULL;
    baseline_put_gauge(baseline, gauge, &entry);
}

/* --- A new baseline --- */

/* The old baseline for the run's plan and program, without levels and tools: those are what is
 * taken anew, so they must not decide whether the run passes. */
static struct baseline *start_from(const struct run_record *record, const struct baseline *old)
{
    struct baseline *baseline = baseline_new();
    snprintf(baseline->plan_hash, sizeof baseline->plan_hash, "%s", record->facts.plan_hash);
    snprintf(baseline->go_version, sizeof baseline->go_version, "%s", record->facts.go_version);
    snprintf(baseline->platform, sizeof baseline->platform, "%s",
             text_or(record->target.platform, ""));
    for (size_t i = 0; old != NULL && i < old->exception_count; i++)
        baseline_except(baseline, &old->exceptions[i]);
    for (enum gauge gauge = 0; old != NULL && gauge < GAUGE_COUNT; gauge++) {
        baseline_put_gauge(baseline, gauge, &old->gauges[gauge]);
        baseline->gauges[gauge].level = NAN;
        baseline->gauges[gauge].retained = 0;
    }
    return baseline;
}

static bool is_key_of(const char *key, const struct finding *finding, const char *holder)
{
    _cleanup_free_ char *own = finding_key(finding, holder);
    return strcmp(key, own) == 0;
}

/* A function names all stacks that are shown by it, unless it is all of another's stack. */
static bool is_named(const struct judgement *judgement, const struct finding *finding,
                     const struct consent *consent, bool *used, size_t *by)
{
    bool named = false;
    for (size_t i = 0; i < consent->keys->count; i++) {
        const char *key = consent->keys->items[i];
        bool is_holder = false;
        for (size_t j = 0; j < judgement->count; j++)
            is_holder =
                is_holder || is_key_of(key, &judgement->findings[j], judgement->findings[j].holder);
        if (is_key_of(key, finding, is_holder ? finding->holder : finding_holder_name(finding)))
            named = used[ *by = i] = true;
    }
    return named;
}

/* What is said of all, or of the key of this number; NULL: nothing. */
static char *said(const struct string_list *texts, size_t number)
{
    char *text = texts->count == 0 ? NULL : texts->items[texts->count > 1 ? number : 0];
    return text != NULL && *text != '\0' ? text : NULL;
}

bool is_reason(const char *text)
{
    return strpbrk(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") != NULL;
}

/* What is allowed already keeps the terms that are not given. */
static void take_terms(const struct consent *consent, size_t by, bool keeps, char **reason,
                       char **issue, char **expires)
{
    *reason = said(consent->reasons, by);
    if (!keeps || consent->issue != NULL)
        *issue = (char *)consent->issue;
    if (!keeps || consent->expires->count > 0)
        *expires = said(consent->expires, by);
}

/* What grows is allowed as it grows; what was allowed before keeps its amount, for the new reason
 * and time. */
static void accept_finding(struct baseline *baseline, const struct finding *finding,
                           const struct consent *consent, size_t by)
{
    enum gauge gauge = finding->gauge;
    bool grows = finding->kind == FINDING_GROWTH || finding->kind == FINDING_COMPANION;
    bool keeps = !grows && finding->kind != FINDING_EXCEPTION_EXPIRED;
    double allowed = allowance_rounded(gauge, finding->per_iteration);
    if (finding->holder == NULL) {
        struct baseline_gauge entry = baseline->gauges[gauge];
        if (!grows && !(entry.allowed > 0))
            return;
        entry.present = true;
        entry.allowed = grows ? fmax(entry.allowed, allowed) : entry.allowed;
        take_terms(consent, by, keeps, &entry.reason, &entry.issue, &entry.expires);
        baseline_put_gauge(baseline, gauge, &entry);
        return;
    }
    const struct baseline_exception *old = baseline_exception_for(baseline, gauge, finding->holder);
    struct baseline_exception exception = {
        .gauge = gauge, .holder = finding->holder, .allowed = allowed};
    if (!grows && old == NULL)
        return;
    if (!grows)
        exception = *old;
    else if (gauge == GAUGE_HEAP_STACK)
        exception.allowed_bytes = ceil(fmax(finding->bytes_per_iteration, 0));
    take_terms(consent, by, keeps, &exception.reason, &exception.issue, &exception.expires);
    baseline_except(baseline, &exception);
}

static void apply_consent(struct baseline *baseline, const struct judgement *judgement,
                          const struct consent *consent, bool *used)
{
    for (size_t i = 0; i < judgement->count; i++) {
        const struct finding *finding = &judgement->findings[i];
        size_t by = 0;
        if (finding->gauge >= GAUGE_COUNT)
            continue;
        if (is_named(judgement, finding, consent, used, &by))
            accept_finding(baseline, finding, consent, by);
        else if (!is_over_and_unused(judgement, finding))
            continue;
        else if (finding->holder != NULL)
            baseline_remove_exception(baseline, finding->gauge, finding->holder);
        else
            allow_gauge(baseline, finding->gauge, 0);
    }
}

/* Of levels and tools whole values while it is judged by them, rounded ones for the file. */
static void take_levels(struct baseline *baseline, const struct judgement *judgement,
                        const struct baseline *old, bool rounded)
{
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        double level = judgement->levels[gauge], filled = judgement->retained[gauge];
        baseline->gauges[gauge].retained = rounded ? ceil(filled) : filled;
        if (filled > 0)
            baseline->gauges[gauge].present = true;
        if (!isfinite(level) || !level_is_judged(gauge))
            continue;
        baseline->gauges[gauge].present = true;
        baseline->gauges[gauge].level = rounded ? level_rounded(level) : level;
    }
    baseline_clear_tools(baseline);
    for (size_t i = 0; i < judgement->tool_count; i++) {
        const struct tool_rate *tool = &judgement->tools[i];
        const struct baseline_tool *was = old != NULL ? baseline_tool_for(old, tool->name) : NULL;
        struct baseline_tool now = was != NULL ? *was : (struct baseline_tool){.tolerance = NAN};
        now.name = tool->name;
        now.per_iteration = rounded ? level_rounded(tool->per_iteration) : tool->per_iteration;
        if (!isnan(tool->per_iteration))
            baseline_add_tool(baseline, &now);
    }
    baseline->has_tools = judgement->counts_tools;
}

/* How long the run took, unless what is stored is near enough (a figure for planning must not
 * change the file with every run), or --for gave it another length than its file does. */
static void take_seconds(struct baseline *baseline, const struct run_record *record,
                         const struct baseline *old)
{
    const double near = 0.25;
    double seconds = ceil(record->end.at);
    double stored = old != NULL ? old->seconds : NAN;
    bool other_length = record->header.measure.file_for_ms != JOURNAL_ABSENT;
    bool keeps = fabs(seconds - stored) <= near * stored || other_length || isnan(seconds);
    baseline->seconds = keeps ? stored : seconds;
}

/* Does it fail, and was it seen in more than one run? */
static bool counts(const struct finding *finding, const struct judgement *whole)
{
    for (size_t i = 0; whole != NULL && i < whole->count; i++) {
        const struct finding *other = &whole->findings[i];
        if (other->kind == FINDING_UNCONFIRMED && other->unconfirmed == finding->kind &&
            other->gauge == finding->gauge && text_equal(other->holder, finding->holder))
            return false;
    }
    return finding_fails(finding->kind);
}

static bool passes_by(const struct judgement *judgement, const struct judgement *whole)
{
    if (judgement->verdict != VERDICT_LEAK)
        return judgement->verdict == VERDICT_PASS;
    for (size_t i = 0; i < judgement->count; i++)
        if (counts(&judgement->findings[i], whole))
            return false;
    return true;
}

/* Names what has not been accepted. */
static void refuse(const struct judgement *judgement, const struct judgement *whole,
                   const struct consent *consent, struct lg_error *err)
{
    static const char nobody_can[] = "(which no --holder can accept)";
    _cleanup_strings_ struct string_list left_behind = {0};
    _cleanup_buffer_ struct buffer names = {0};
    if (judgement->verdict != VERDICT_LEAK) {
        fail_with_verdict(judgement, err);
        return;
    }
    for (size_t i = 0; i < judgement->count; i++) {
        const struct finding *finding = &judgement->findings[i];
        const char *comma = names.length > 0 ? ", " : "";
        if (!counts(finding, whole))
            continue;
        _cleanup_free_ char *key = finding_key(finding, finding_holder_name(finding));
        _cleanup_free_ char *quoted = shell_quoted(key);
        if (finding->kind == FINDING_LEFT_BEHIND)
            string_list_add(&left_behind, key);
        else if (finding->gauge >= GAUGE_COUNT)
            buffer_format(&names, "%s%s %s %s", comma, finding_kind_name(finding->kind), key,
                          nobody_can);
        else
            buffer_format(&names, "%s--holder %s", comma, quoted);
    }
    _cleanup_free_ char *described = processes_describe(&left_behind);
    if (left_behind.count > 0)
        buffer_format(&names, "%sleft behind: %s %s", names.length > 0 ? ", " : "", described,
                      nobody_can);
    lg_fail(err, LG_ERROR_INPUT, 0, "its run is a leak, and %s accepted: %s",
            consent->keys->count > 0 ? "some of it is not" : "none of it is",
            buffer_string(&names));
}

/* The run by this baseline; with what several processes together show (--times) and it does not
 * allow. */
static struct judgement *judge_by(const struct run_record *record, const struct judgement *whole,
                                  const struct baseline *baseline)
{
    struct judgement *judgement = judge(&record->series, baseline, &record->facts);
    size_t capacity = judgement->count;
    for (size_t i = 0; whole != NULL && i < whole->count; i++) {
        const struct finding *finding = &whole->findings[i];
        if (finding->processes == 0 ||
            finding->per_iteration <=
                baseline_allowed_to(baseline, finding->gauge, finding->holder, record->facts.today))
            continue;
        judgement->verdict = VERDICT_LEAK;
        array_append(judgement->findings, judgement->count, capacity, finding_copy(finding));
    }
    return judgement;
}

struct baseline *acceptance_make(const struct run_record *record, const struct judgement *whole,
                                 const struct baseline *old, const struct consent *consent,
                                 bool *used, struct lg_error *err)
{
    if (!was_measured(record, err))
        return NULL;
    _cleanup_baseline_ struct baseline *baseline = start_from(record, old);
    struct judgement *before = judge_by(record, whole, baseline);
    apply_consent(baseline, before, consent, used);
    take_levels(baseline, before, old, false);
    judgement_free(before);
    struct judgement *after = judge_by(record, whole, baseline);
    bool passes = passes_by(after, whole);
    if (passes) {
        take_levels(baseline, after, old, true);
        /* A run that leaked took longer than one that passes by the new baseline will. */
        if (whole == NULL || whole->verdict == VERDICT_PASS)
            take_seconds(baseline, record, old);
        else
            baseline->seconds = old != NULL ? old->seconds : NAN;
    } else {
        refuse(after, whole, consent, err);
    }
    judgement_free(after);
    return passes ? take_pointer(baseline) : NULL;
}

/* --- A tighter one --- */

static void tighten(struct baseline *baseline, const struct finding *finding)
{
    enum gauge gauge = finding->gauge;
    double left = allowance_rounded(gauge, finding->per_iteration);
    double left_bytes = ceil(finding->bytes_per_iteration);
    if (finding->holder == NULL) {
        allow_gauge(
            baseline, gauge,
            fmin(baseline->gauges[gauge].allowed, gauge == GAUGE_HEAP_STACK ? left_bytes : left));
        return;
    }
    const struct baseline_exception *old = baseline_exception_for(baseline, gauge, finding->holder);
    if (old == NULL)
        return;
    if (finding->per_iteration <= 0 && finding->bytes_per_iteration <= 0) {
        baseline_remove_exception(baseline, gauge, finding->holder);
        return;
    }
    struct baseline_exception exception = *old;
    exception.allowed = fmin(old->allowed, left);
    exception.allowed_bytes = fmin(old->allowed_bytes, left_bytes);
    baseline_except(baseline, &exception);
}

struct baseline *acceptance_tighten(const struct run_record *record, const struct baseline *old,
                                    bool levels, struct lg_error *err)
{
    if (!was_measured(record, err))
        return NULL;
    if (old == NULL)
        return lg_fail_null(err, LG_ERROR_INPUT, 0, "it has no baseline that could be tightened");
    if (!baseline_is_for_plan(old, record->facts.plan_hash, err))
        return NULL;
    _cleanup_json_ json_t *copy = baseline_to_json(old);
    _cleanup_baseline_ struct baseline *baseline = baseline_from_json(copy, "the baseline", err);
    if (baseline == NULL)
        return NULL;
    struct judgement *before = judge(&record->series, old, &record->facts);
    for (size_t i = 0; i < before->count; i++) {
        const struct finding *finding = &before->findings[i];
        if (finding->kind == FINDING_EXCEPTION_UNUSED)
            tighten(baseline, finding);
        else if (finding->kind == FINDING_LEVEL_LOOSE && levels)
            baseline->gauges[finding->gauge].level = level_rounded(finding->to);
    }
    judgement_free(before);
    /* Only a pass shows what is left: what was cut short or measured wrongly did not have the time.
     */
    struct judgement *after = judge(&record->series, baseline, &record->facts);
    bool passes = after->verdict == VERDICT_PASS;
    if (!passes)
        fail_with_verdict(after, err);
    judgement_free(after);
    return passes ? take_pointer(baseline) : NULL;
}
