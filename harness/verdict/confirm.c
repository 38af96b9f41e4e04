#include "verdict/confirm.h"

#include <string.h>

#include "base/memory.h"
#include "verdict/finding.h"

/* The heap's total is held by its stacks. */
static enum gauge family_of(enum gauge gauge)
{
    return gauge == GAUGE_HEAP_STACK ? GAUGE_HEAP_ALLOC : gauge;
}

bool findings_match(const struct finding *a, const struct finding *b)
{
    if (a->kind != b->kind || family_of(a->gauge) != family_of(b->gauge))
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

static bool shows(const struct judgement *run, const struct finding *finding)
{
    for (size_t i = 0; run->verdict == VERDICT_LEAK && i < run->count; i++)
        if (needs_confirmation(&run->findings[i]) && findings_match(&run->findings[i], finding))
            return true;
    return false;
}

/* Of the runs after `first`, which has this finding, another one that shows it too. */
static bool is_shown_after(const struct judgement *const *runs, size_t count, size_t first,
                           const struct finding *finding)
{
    for (size_t i = first + 1; i < count; i++)
        if (shows(runs[i], finding))
            return true;
    return false;
}

static bool any_confirmed(const struct judgement *const *runs, size_t count)
{
    for (size_t run = 0; run + 1 < count; run++)
        for (size_t i = 0; runs[run]->verdict == VERDICT_LEAK && i < runs[run]->count; i++)
            if (needs_confirmation(&runs[run]->findings[i]) &&
                is_shown_after(runs, count, run, &runs[run]->findings[i]))
                return true;
    return false;
}

static bool any_failed(const struct judgement *const *runs, size_t count)
{
    for (size_t run = 0; run < count; run++)
        if (runs[run]->verdict == VERDICT_FAILED)
            return true;
    return false;
}

bool confirmation_wants_run(const struct judgement *const *runs, size_t count)
{
    bool any = false;
    if (count == 0 || count >= CONFIRMING_RUNS || runs[0]->verdict != VERDICT_LEAK)
        return false;
    for (size_t i = 0; i < runs[0]->count; i++)
        any = any || needs_confirmation(&runs[0]->findings[i]);
    return any && !any_failed(runs, count) && !any_confirmed(runs, count);
}

static void add_copy(struct judgement *judgement, const struct finding *finding)
{
    struct finding_list list = {
        .items = judgement->findings, .count = judgement->count, .capacity = judgement->count};
    struct finding copy = finding_copy(finding);
    copy.confirmed = true;
    finding_add(&list, copy);
    judgement->findings = list.items;
    judgement->count = list.count;
}

/* What the screening did not show and both others did. */
static void add_later(struct judgement *const *runs, size_t count)
{
    const struct judgement *const *all = (const struct judgement *const *)runs;
    for (size_t run = 1; run + 1 < count; run++)
        for (size_t i = 0; runs[run]->verdict == VERDICT_LEAK && i < runs[run]->count; i++) {
            const struct finding *finding = &runs[run]->findings[i];
            if (needs_confirmation(finding) && is_shown_after(all, count, run, finding) &&
                !shows(runs[0], finding))
                add_copy(runs[0], finding);
        }
}

/* The text goes on with what the other runs said. */
static void weaken(struct finding *finding, size_t count)
{
    char *text =
        memory_format("%s%sseen in one of %zu runs", finding->text != NULL ? finding->text : "",
                      finding->text != NULL ? "; " : "", count);
    free(finding->text);
    finding->text = text;
    finding->unconfirmed = finding->kind;
    finding->kind = FINDING_UNCONFIRMED;
}

static void mark_own(struct judgement *const *runs, size_t count)
{
    const struct judgement *const *all = (const struct judgement *const *)runs;
    bool *confirmed = memory_array(runs[0]->count, sizeof *confirmed);
    for (size_t i = 0; i < runs[0]->count; i++)
        confirmed[i] = is_shown_after(all, count, 0, &runs[0]->findings[i]);
    for (size_t i = 0; i < runs[0]->count; i++) {
        struct finding *finding = &runs[0]->findings[i];
        if (!needs_confirmation(finding))
            continue;
        finding->confirmed = confirmed[i];
        if (!confirmed[i])
            weaken(finding, count);
    }
    free(confirmed);
}

static size_t count_verdicts(struct judgement *const *runs, size_t count, enum verdict verdict)
{
    size_t found = 0;
    for (size_t run = 0; run < count; run++)
        found += runs[run]->verdict == verdict;
    return found;
}

static bool any_finding_fails(const struct judgement *judgement)
{
    for (size_t i = 0; i < judgement->count; i++)
        if (finding_fails(judgement->findings[i].kind))
            return true;
    return false;
}

static void conclude(struct judgement *judgement, enum verdict verdict, const char *reason)
{
    judgement->verdict = verdict;
    free(judgement->reason);
    judgement->reason = memory_copy_text(reason);
}

/* With nothing confirmed: two runs without growth outvote one with it. */
static void conclude_unconfirmed(struct judgement *judgement, size_t passes)
{
    if (any_finding_fails(judgement))
        return;
    if (passes >= 2)
        conclude(judgement, VERDICT_PASS, NULL);
    else
        conclude(judgement, VERDICT_INCONCLUSIVE,
                 "one run saw growth that the others neither confirm nor refute");
}

static void sort_findings(struct judgement *judgement)
{
    struct finding_list list = {.items = judgement->findings, .count = judgement->count};
    finding_list_sort(&list);
}

void confirm(struct judgement *const *runs, size_t count)
{
    if (count < 2 || runs[0]->verdict != VERDICT_LEAK)
        return;
    size_t passes = count_verdicts(runs, count, VERDICT_PASS);
    for (size_t run = 1; run < count; run++)
        if (runs[run]->verdict == VERDICT_FAILED) {
            _cleanup_free_ char *reason =
                memory_format("in a fresh process that was to confirm growth: %s",
                              runs[run]->reason != NULL ? runs[run]->reason : "it failed");
            conclude(runs[0], VERDICT_FAILED, reason);
            return;
        }
    struct judgement *screening = runs[0];
    add_later(runs, count);
    mark_own(runs, count);
    conclude_unconfirmed(screening, passes);
    sort_findings(screening);
}
