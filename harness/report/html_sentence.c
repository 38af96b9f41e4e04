/* What a newcomer has to know first: what leaks, where, since which step. */
#include <string.h>

#include "base/memory.h"
#include "report/suite_text.h"
#include "report/html_page.h"
#include "report/html_text.h"
#include "report/statements.h"
#include "result/amounts.h"
#include "result/attempts.h"

/* What there is more of, for those who do not know the gauges' names yet. */
static const char *const plain_names[GAUGE_COUNT] = {
    [GAUGE_FD] = "open file descriptors",
    [GAUGE_GOROUTINE] = "goroutines",
    [GAUGE_INOTIFY_WATCH] = "inotify watches",
    [GAUGE_HEAP_ALLOC] = "memory on the heap",
    [GAUGE_HEAP_STACK] = "memory on the heap",
    [GAUGE_CHILD] = "child processes",
    [GAUGE_ZOMBIE] = "zombie processes",
    [GAUGE_STATE_FILE] = "files in its state directories",
    [GAUGE_SESSION] = "tmux sessions",
    [GAUGE_GOROUTINE_LEAK] = "goroutines that wait for what nothing can reach",
};

void html_verdict(struct buffer *out, const struct scenario_result *scenario)
{
    html_format(out, "<span class=\"verdict %s\">%s</span>", verdict_name(scenario->verdict),
                outcome_word(scenario));
}

/* A holder names more than a total, so the first holder that grows goes before its gauge's total.
 */
const struct finding *html_worst(const struct scenario_result *scenario)
{
    const struct finding *worst = NULL;
    for (size_t i = 0; scenario->judgement != NULL && i < scenario->judgement->count; i++) {
        const struct finding *finding = &scenario->judgement->findings[i];
        if (!finding_fails(finding->kind))
            continue;
        if (worst == NULL)
            worst = finding;
        if (worst->kind == FINDING_GROWTH && worst->holder == NULL &&
            finding->kind == FINDING_GROWTH && finding->gauge == worst->gauge &&
            finding->holder != NULL)
            worst = finding;
    }
    return worst;
}

struct short_text html_pace(const struct finding *finding)
{
    return finding->gauge == GAUGE_HEAP_STACK
               ? growth_text(GAUGE_HEAP_ALLOC, finding->bytes_per_iteration)
               : growth_text(finding->gauge, finding->per_iteration);
}

/* How much, who holds it (of a stack the function to look at first), at which step. */
static void put_growth(struct buffer *out, const struct scenario_result *scenario,
                       const struct finding *finding)
{
    const char *step = scenario_step_name(scenario);
    const char *name = finding->gauge < GAUGE_COUNT ? plain_names[finding->gauge] : NULL;
    bool located = false;
    struct finding whole = gauge_growth(scenario, finding);
    html_format(out, "leaks %s: <b>%s per %s</b>", text_or(name, "it"), html_pace(&whole).text,
                step);
    if (finding->holder != NULL) {
        bool heap = finding->gauge == GAUGE_HEAP_STACK;
        html_format(out, ", %s <code>%s</code>",
                    heap                          ? "allocated in"
                    : html_held_by_stack(finding) ? "in"
                                                  : "held by",
                    text_or(finding->function, finding->holder));
    }
    for (size_t i = 0; i < scenario->attempt_count; i++)
        located = located || scenario->attempts[i].attempt == ATTEMPT_LOCATE;
    if (finding->place_count > 1)
        html_format(out, ", with the step <code>%s</code> (<code>%s</code>) and %zu more.",
                    finding->places[0].step, finding->places[0].where, finding->place_count - 1);
    else if (finding->place_count > 0)
        html_format(out, ", each time with the step <code>%s</code> (<code>%s</code>).",
                    finding->places[0].step, finding->places[0].where);
    else if (gauge_info(finding->gauge)->cumulative)
        buffer_text(out, ".");
    else
        html_format(out, "; with which step was %s.",
                    located ? "looked for and not found" : "not looked for");
    html_format(out, " From %s to %s in %.3g %ss", amount_text(whole.gauge, whole.from).text,
                amount_text(whole.gauge, whole.to).text, whole.iterations, step);
    if (finding->confirmed)
        buffer_text(out, ", and a fresh process showed the same");
    if (finding->text != NULL)
        html_format(out, "; %s", finding->text);
    buffer_text(out, ".");
}

static void put_leak(struct buffer *out, const struct scenario_result *scenario,
                     const struct finding *worst)
{
    const char *gauge = worst->gauge < GAUGE_COUNT ? gauge_info(worst->gauge)->name : "";
    const char *holder = text_or(worst->holder, ""), *text = text_or(worst->text, "");
    if (worst->kind == FINDING_GROWTH)
        put_growth(out, scenario, worst);
    else if (worst->kind == FINDING_LEVEL)
        html_format(out, "rests higher than it may: %s %s.", gauge, text);
    else if (worst->kind == FINDING_LEFT_BEHIND)
        html_format(out, "left behind %s: %s.", holder, text);
    else
        html_format(out, "%s %s has an exception that is over: %s.", gauge, holder, text);
    /* The other gauges that fail, by name. */
    bool named[GAUGE_COUNT + 1] = {[GAUGE_COUNT] = true};
    size_t others = 0;
    named[worst->gauge] = true;
    for (size_t i = 0; i < scenario->judgement->count; i++) {
        const struct finding *finding = &scenario->judgement->findings[i];
        if (!finding_fails(finding->kind) || named[finding->gauge])
            continue;
        named[finding->gauge] = true;
        html_format(out, "%s%s", others++ == 0 ? " Also out of the baseline: " : ", ",
                    gauge_info(finding->gauge)->name);
    }
    buffer_text(out, others > 0 ? "." : "");
}

void html_sentence(struct buffer *out, const struct scenario_result *scenario)
{
    bool leak = scenario->verdict == VERDICT_LEAK, failed = scenario->verdict == VERDICT_FAILED;
    const struct finding *worst = leak || failed ? html_worst(scenario) : NULL;
    const struct run_record *record = scenario_telling_record(scenario);
    buffer_text(out, worst != NULL ? " " : ": ");
    if (worst != NULL)
        put_leak(out, scenario, worst);
    if (leak && worst != NULL)
        return;
    if (scenario->verdict == VERDICT_STOPPED) {
        _cleanup_free_ char *text = stopped_text(scenario);
        html_text(out, text);
    } else if (scenario->verdict == VERDICT_PASS && scenario->judgement == NULL) {
        buffer_text(out, "every step was done; nothing was measured");
    } else if (scenario->verdict == VERDICT_PASS) {
        buffer_text(out, "nothing grew that the baseline does not allow");
        if (judgement_has(scenario->judgement, FINDING_BACKLOG))
            buffer_text(out, "; what grew in the loop was gone at rest");
        if (judgement_has(scenario->judgement, FINDING_FILLED))
            buffer_text(out, "; what had filled up grew no more in a second loop");
        if (judgement_has(scenario->judgement, FINDING_UNCONFIRMED))
            buffer_text(out, "; what one run showed, others did not");
    } else {
        buffer_text(out, worst != NULL ? " Then the run failed: " : "");
        html_text(out, text_or(scenario->reason, leak ? "" : "no reason is known"));
        if (!leak && record != NULL && record->failure != NULL &&
            scenario->verdict != VERDICT_SKIPPED && *text_or(record->failure->where, "") != '\0')
            html_format(out, " (<code>%s</code>)", record->failure->where);
    }
}
