#include <math.h>

#include "base/json.h"
#include "base/memory.h"
#include "commands/acceptance.h"
#include "verdict/judge.h"

static double lower(double allowed, double left)
{
    return fmin(allowed, left);
}

static void tighten_exception(struct baseline *baseline, const struct finding *finding)
{
    const struct baseline_exception *old =
        baseline_exception_for(baseline, finding->gauge, finding->holder);
    if (old == NULL)
        return;
    if (finding->per_iteration <= 0 && finding->bytes_per_iteration <= 0) {
        baseline_remove_exception(baseline, finding->gauge, finding->holder);
        return;
    }
    struct baseline_exception exception = *old;
    exception.allowed =
        lower(old->allowed, allowance_rounded(finding->gauge, finding->per_iteration));
    exception.allowed_bytes = lower(old->allowed_bytes, ceil(finding->bytes_per_iteration));
    baseline_except(baseline, &exception);
}

/* Without an allowance there is nothing that a reason could be given for. */
static void tighten_gauge(struct baseline *baseline, const struct finding *finding)
{
    struct baseline_gauge gauge = baseline->gauges[finding->gauge];
    bool heap = finding->gauge == GAUGE_HEAP_STACK;
    double left = heap ? ceil(finding->bytes_per_iteration)
                       : allowance_rounded(finding->gauge, finding->per_iteration);
    gauge.allowed = lower(gauge.allowed, left);
    if (!(gauge.allowed > 0))
        gauge.reason = gauge.issue = gauge.expires = NULL;
    baseline_put_gauge(baseline, finding->gauge, &gauge);
}

static void apply_findings(struct baseline *baseline, const struct judgement *judgement,
                           bool levels)
{
    for (size_t i = 0; i < judgement->count; i++) {
        const struct finding *finding = &judgement->findings[i];
        if (finding->kind == FINDING_EXCEPTION_UNUSED && finding->holder != NULL)
            tighten_exception(baseline, finding);
        else if (finding->kind == FINDING_EXCEPTION_UNUSED)
            tighten_gauge(baseline, finding);
        else if (finding->kind == FINDING_LEVEL_LOOSE && levels)
            baseline->gauges[finding->gauge].level = level_rounded(finding->to);
    }
}

/* Only a pass shows what is left: what was cut short or measured wrongly did not have the time. */
static bool check_passes(const struct run_record *record, const struct baseline *baseline,
                         struct lg_error *err)
{
    struct judgement *judgement = judge(&record->series, baseline, &record->facts);
    bool passes = judgement->verdict == VERDICT_PASS;
    if (!passes)
        lg_fail(err, LG_ERROR_INPUT, 0, "its run is no pass but %s%s%s",
                verdict_name(judgement->verdict), judgement->reason != NULL ? ": " : "",
                judgement->reason != NULL ? judgement->reason : "");
    judgement_free(judgement);
    return passes;
}

struct baseline *acceptance_tighten(const struct run_record *record, const struct baseline *old,
                                    bool levels, struct lg_error *err)
{
    if (record->end.played_only) {
        lg_fail(err, LG_ERROR_INPUT, 0, "it was only played: nothing was measured");
        return NULL;
    }
    if (old == NULL) {
        lg_fail(err, LG_ERROR_INPUT, 0, "it has no baseline that could be tightened");
        return NULL;
    }
    if (!baseline_is_for_plan(old, record->facts.plan_hash, err))
        return NULL;
    _cleanup_json_ json_t *copy = baseline_to_json(old);
    _cleanup_baseline_ struct baseline *baseline = baseline_from_json(copy, "the baseline", err);
    if (baseline == NULL)
        return NULL;
    struct judgement *judgement = judge(&record->series, old, &record->facts);
    apply_findings(baseline, judgement, levels);
    judgement_free(judgement);
    return check_passes(record, baseline, err) ? take_pointer(baseline) : NULL;
}
