#include "verdict/confirm.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/strings.h"
#include "verdict/ledger.h"

bool findings_match(const struct finding *a, const struct finding *b)
{
    if (a->kind != b->kind || ledger_held_by(a->gauge) != ledger_held_by(b->gauge))
        return false;
    /* A process left behind is named with its number, which is another in every run. */
    if (a->kind == FINDING_LEFT_BEHIND)
        return true;
    if (a->holder == NULL || b->holder == NULL)
        return a->kind == FINDING_GROWTH || a->holder == b->holder;
    return strcmp(a->holder, b->holder) == 0;
}

/* Does another run say anything about it? An exception's date is what it is. */
static bool needs_confirmation(const struct finding *finding)
{
    return finding_fails(finding->kind) && finding->kind != FINDING_EXCEPTION_EXPIRED;
}

/* Did the same holder grow by half as much or more per iteration, whatever that is called here? By
 * chance it came with another one, or no more of the counts came in a second loop. */
static bool is_part_of(const struct finding *other, const struct finding *finding)
{
    bool counts = finding->gauge < GAUGE_COUNT && gauge_info(finding->gauge)->rule == RULE_FLOOR;
    const double half = 0.5;
    return finding->kind == FINDING_GROWTH && finding->holder != NULL &&
           other->gauge == finding->gauge && text_equal(other->holder, finding->holder) &&
           (other->kind == FINDING_COMPANION || (counts && other->kind == FINDING_FILLED)) &&
           other->per_iteration >= half * finding->per_iteration;
}

static bool shows(const struct judgement *run, const struct finding *finding, bool in_part)
{
    bool votes = run->verdict == VERDICT_LEAK || run->verdict == VERDICT_PASS;
    for (size_t i = 0; votes && i < run->count; i++) {
        const struct finding *other = &run->findings[i];
        if ((needs_confirmation(other) && findings_match(other, finding)) ||
            (in_part && is_part_of(other, finding)))
            return true;
    }
    return false;
}

/* Of the runs after `first`, so many show it too. */
static size_t count_showing_after(const struct judgement *const *runs, size_t count, size_t first,
                                  const struct finding *finding)
{
    size_t showing = 0;
    for (size_t i = first + 1; i < count; i++)
        showing += shows(runs[i], finding, true);
    return showing;
}

static bool any_confirmed(const struct judgement *const *runs, size_t count)
{
    for (size_t run = 0; run + 1 < count; run++)
        for (size_t i = 0; runs[run]->verdict == VERDICT_LEAK && i < runs[run]->count; i++)
            if (needs_confirmation(&runs[run]->findings[i]) &&
                count_showing_after(runs, count, run, &runs[run]->findings[i]) > 0)
                return true;
    return false;
}

static size_t count_verdicts(const struct judgement *const *runs, size_t count,
                             enum verdict verdict)
{
    size_t found = 0;
    for (size_t run = 0; run < count; run++)
        found += runs[run]->verdict == verdict;
    return found;
}

bool leak_is_certain(const struct judgement *run)
{
    for (size_t i = 0; run->verdict == VERDICT_LEAK && i < run->count; i++)
        if (run->findings[i].kind == FINDING_GROWTH && run->findings[i].repeats)
            return true;
    return false;
}

bool confirmation_wants_run(const struct judgement *const *runs, size_t count)
{
    bool any = false;
    if (count == 0 || count >= CONFIRMING_RUNS || runs[0]->verdict != VERDICT_LEAK ||
        (count == 1 && leak_is_certain(runs[0])))
        return false;
    for (size_t i = 0; i < runs[0]->count; i++)
        any = any || needs_confirmation(&runs[0]->findings[i]);
    return any && count_verdicts(runs, count, VERDICT_FAILED) == 0 && !any_confirmed(runs, count);
}

/* What the screening did not show and two others did; with `all`, also what one did. */
static void add_later(struct judgement *screening, const struct judgement *const *runs,
                      size_t count, bool all)
{
    size_t capacity = screening->count;
    for (size_t run = 1; run < count; run++)
        for (size_t i = 0; runs[run]->verdict == VERDICT_LEAK && i < runs[run]->count; i++) {
            const struct finding *finding = &runs[run]->findings[i];
            if (needs_confirmation(finding) &&
                (all || count_showing_after(runs, count, run, finding) > 0) &&
                !shows(screening, finding, false))
                array_append(screening->findings, screening->count, capacity,
                             finding_copy(finding));
        }
}

static void conclude(struct judgement *judgement, enum verdict verdict, char *reason)
{
    judgement->verdict = verdict;
    free(judgement->reason);
    judgement->reason = reason;
}

void confirm(struct judgement *const *runs, size_t count)
{
    const struct judgement *const *all = (const struct judgement *const *)runs;
    struct judgement *screening = runs[0];
    bool passed = count > 0 && screening->verdict == VERDICT_PASS;
    if (count < 2 || (screening->verdict != VERDICT_LEAK && !passed))
        return;
    for (size_t run = 1; run < count; run++)
        if (runs[run]->verdict == VERDICT_FAILED) {
            conclude(screening, VERDICT_FAILED,
                     memory_format("in a fresh process%s: %s",
                                   passed ? "" : " that was to confirm growth",
                                   text_or(runs[run]->reason, "it failed")));
            return;
        }
    if (count_verdicts(all, count, VERDICT_LEAK) == 0)
        return;
    size_t own = screening->count;
    screening->verdict = VERDICT_LEAK;
    add_later(screening, all, count, passed);
    bool any_fails = false;
    for (size_t i = 0; i < screening->count; i++) {
        struct finding *finding = &screening->findings[i];
        if (needs_confirmation(finding) && finding->processes == 0) {
            finding->confirmed = count_showing_after(all, count, 0, finding) >= (i < own ? 1 : 2);
            if (!finding->confirmed) {
                char *text = finding->text;
                finding->text = memory_format("%s%sseen in one of %zu runs", text_or(text, ""),
                                              text != NULL ? "; " : "", count);
                free(text);
                finding->unconfirmed = finding->kind;
                finding->kind = FINDING_UNCONFIRMED;
            }
        }
        any_fails = any_fails || finding_fails(finding->kind);
    }
    /* With nothing confirmed two runs without growth outvote one with it. */
    if (!any_fails && count_verdicts(all, count, VERDICT_PASS) + passed >= 2)
        conclude(screening, VERDICT_PASS, NULL);
    else if (!any_fails)
        conclude(screening, VERDICT_INCONCLUSIVE,
                 memory_copy_text("one run saw growth that the others neither confirm nor refute"));
    findings_sort(screening->findings, screening->count);
}
