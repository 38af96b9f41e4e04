/* What a newcomer has to know first: what leaks, where, since which step. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "result/attempts.h"
#include "report/html_page.h"
#include "report/html_text.h"
#include "report/console.h"
#include "report/statements.h"
#include "result/amounts.h"
#include "verdict/holder_key.h"

/* What there is more of, for who does not know the gauges' names yet. */
static const char *const things[GAUGE_COUNT] = {
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

static const char *thing_of(enum gauge gauge)
{
    return gauge < GAUGE_COUNT && things[gauge] != NULL ? things[gauge] : "it";
}

void html_verdict(struct buffer *out, const struct scenario_result *scenario)
{
    buffer_format(out, "<span class=\"verdict %s\">%s</span>", verdict_name(scenario->verdict),
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

/* The holder, and of a stack the innermost function, as a person would look for it. */
static void put_holder(struct buffer *out, const struct finding *finding)
{
    bool heap = finding->gauge == GAUGE_HEAP_STACK || finding->gauge == GAUGE_HEAP_ALLOC;
    bool waits = finding->gauge == GAUGE_GOROUTINE || finding->gauge == GAUGE_GOROUTINE_LEAK;
    if (finding->holder == NULL)
        return;
    _cleanup_free_ char *frame =
        heap || waits ? memory_copy_range(finding->holder, holder_key_frame(finding->holder))
                      : memory_copy_text(finding->holder);
    buffer_text(out, heap ? ", allocated in " : waits ? ", in " : ", held by ");
    html_code(out, frame);
}

static void put_place(struct buffer *out, const struct scenario_result *scenario,
                      const struct finding *finding)
{
    bool located = false;
    for (size_t i = 0; i < scenario->attempt_count; i++)
        located = located || scenario->attempts[i].attempt == ATTEMPT_LOCATE;
    if (finding->place_count > 0) {
        buffer_text(out, ", each time with the step ");
        html_code(out, finding->places[0].step);
        buffer_text(out, " (");
        html_code(out, finding->places[0].where);
        buffer_text(out, ").");
    } else if (located) {
        buffer_text(out, "; with which step was looked for and not found.");
    } else {
        buffer_text(out, "; with which step was not looked for.");
    }
}

static void put_growth(struct buffer *out, const struct scenario_result *scenario,
                       const struct finding *finding)
{
    char pace[64], from[64], to[64];
    bool bytes = finding->gauge == GAUGE_HEAP_STACK;
    growth_describe(bytes ? GAUGE_HEAP_ALLOC : finding->gauge,
                    bytes ? finding->bytes_per_iteration : finding->per_iteration, pace,
                    sizeof pace);
    amount_describe(finding->gauge, finding->from, from, sizeof from);
    amount_describe(finding->gauge, finding->to, to, sizeof to);
    buffer_format(out, "leaks %s: <b>%s per %s</b>", thing_of(finding->gauge), pace,
                  scenario_step_name(scenario));
    put_holder(out, finding);
    put_place(out, scenario, finding);
    buffer_format(out, " From %s to %s in %.3g %ss", from, to, finding->iterations,
                  scenario_step_name(scenario));
    if (finding->confirmed)
        buffer_text(out, ", and a fresh process showed the same");
    if (finding->text != NULL)
        html_format(out, "; %s", finding->text);
    buffer_text(out, ".");
}

/* The other gauges that grow, by name. */
static void put_others(struct buffer *out, const struct scenario_result *scenario,
                       const struct finding *worst)
{
    bool told[GAUGE_COUNT] = {false};
    bool first = true;
    if (worst->gauge < GAUGE_COUNT)
        told[worst->gauge] = true;
    for (size_t i = 0; i < scenario->judgement->count; i++) {
        const struct finding *finding = &scenario->judgement->findings[i];
        if (!finding_fails(finding->kind) || finding->gauge >= GAUGE_COUNT || told[finding->gauge])
            continue;
        told[finding->gauge] = true;
        buffer_format(out, "%s%s", first ? " Also out of the baseline: " : ", ",
                      gauge_info(finding->gauge)->name);
        first = false;
    }
    buffer_text(out, first ? "" : ".");
}

static void put_leak(struct buffer *out, const struct scenario_result *scenario)
{
    const struct finding *worst = html_worst(scenario);
    if (worst == NULL) {
        html_text(out, scenario->reason);
        return;
    }
    const char *gauge = worst->gauge < GAUGE_COUNT ? gauge_info(worst->gauge)->name : "";
    const char *text = worst->text != NULL ? worst->text : "";
    if (worst->kind == FINDING_GROWTH) {
        put_growth(out, scenario, worst);
    } else if (worst->kind == FINDING_LEVEL) {
        html_format(out, "rests higher than it may: %s %s.", gauge, text);
    } else if (worst->kind == FINDING_LEFT_BEHIND) {
        html_format(out, "left behind %s: %s.", worst->holder != NULL ? worst->holder : "", text);
    } else {
        html_format(out, "%s %s ", gauge, worst->holder != NULL ? worst->holder : "");
        html_format(out, "has an exception that is over: %s.", text);
    }
    put_others(out, scenario, worst);
}

static void put_broken(struct buffer *out, const struct scenario_result *scenario)
{
    const struct run_record *record = scenario_telling_record(scenario);
    const char *where =
        record != NULL && record->failure != NULL && scenario->verdict != VERDICT_SKIPPED
            ? text_or(record->failure->where, "")
            : "";
    html_text(out, scenario->reason != NULL ? scenario->reason : "no reason is known");
    if (*where == '\0')
        return;
    buffer_text(out, " (");
    html_code(out, where);
    buffer_text(out, ")");
}

static size_t count_kind(const struct judgement *judgement, enum finding_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < judgement->count; i++)
        count += judgement->findings[i].kind == kind;
    return count;
}

static void put_pass(struct buffer *out, const struct scenario_result *scenario)
{
    if (scenario->judgement == NULL) {
        buffer_text(out, "every step was done; nothing was measured");
        return;
    }
    buffer_text(out, "nothing grew that the baseline does not allow");
    if (count_kind(scenario->judgement, FINDING_BACKLOG) > 0)
        buffer_text(out, "; what grew in the loop was gone at rest");
    if (count_kind(scenario->judgement, FINDING_UNCONFIRMED) > 0)
        buffer_text(out, "; what one run showed, others did not");
}

void html_sentence(struct buffer *out, const struct scenario_result *scenario)
{
    bool names_it = scenario->verdict == VERDICT_LEAK && html_worst(scenario) != NULL;
    buffer_text(out, names_it ? " " : ": ");
    if (scenario->verdict == VERDICT_LEAK)
        put_leak(out, scenario);
    else if (scenario->verdict == VERDICT_PASS)
        put_pass(out, scenario);
    else
        put_broken(out, scenario);
}

void html_anchor(struct buffer *out, size_t number)
{
    buffer_format(out, "s%zu", number + 1);
}
