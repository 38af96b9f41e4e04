#include "verdict/segments.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/strings.h"
#include "verdict/confirm.h"
#include "verdict/finding.h"
#include "verdict/growth.h"

bool segment_counts(const struct segment *segment)
{
    return !segment->cut_off || segment->samples >= GROWTH_SAMPLES;
}

static bool any_fails(const struct judgement *judgement)
{
    for (size_t i = 0; i < judgement->count; i++)
        if (finding_fails(judgement->findings[i].kind))
            return true;
    return false;
}

static const struct finding *backlog_of(const struct segment *segments, size_t count,
                                        const struct finding *growth)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; !segments[i].cut_off && j < segments[i].judgement->count; j++) {
            const struct finding *finding = &segments[i].judgement->findings[j];
            if (finding->kind == FINDING_BACKLOG && finding->gauge == growth->gauge &&
                text_equal(finding->holder, growth->holder))
                return finding;
        }
    return NULL;
}

static void append_text(struct finding *finding, const char *more)
{
    char *text = memory_format("%s%s%s", finding->text != NULL ? finding->text : "",
                               finding->text != NULL ? "; " : "", more);
    free(finding->text);
    finding->text = text;
}

/* What grew in a piece that was cut off had no time to go away. */
static void settle_growth(const struct segment *segments, size_t count, struct judgement *judgement)
{
    for (size_t i = 0; i < judgement->count; i++) {
        struct finding *finding = &judgement->findings[i];
        if (finding->kind != FINDING_GROWTH)
            continue;
        const struct finding *backlog = backlog_of(segments, count, finding);
        if (backlog == NULL) {
            append_text(finding, "the run was cut off before it could go away");
            continue;
        }
        finding->kind = FINDING_BACKLOG;
        finding->drained_after = backlog->drained_after;
    }
    if (judgement->verdict == VERDICT_LEAK && !any_fails(judgement))
        judgement->verdict = VERDICT_PASS;
}

static int rank(const struct segment *segment)
{
    static const int ranks[VERDICT_COUNT] = {
        [VERDICT_SKIPPED] = 0, [VERDICT_PASS] = 0, [VERDICT_INCONCLUSIVE] = 1,
        [VERDICT_INVALID] = 2, [VERDICT_LEAK] = 3, [VERDICT_FAILED] = 4,
    };
    return ranks[segment->judgement->verdict];
}

/* Of several that are as bad, the longest tells most. */
static bool is_worse(const struct segment *a, const struct segment *b)
{
    if (rank(a) != rank(b))
        return rank(a) > rank(b);
    return a->samples > b->samples;
}

static size_t find_worst(const struct segment *segments, size_t count)
{
    size_t worst = count - 1;
    for (size_t i = 0; i < count; i++)
        if (segment_counts(&segments[i]) && is_worse(&segments[i], &segments[worst]))
            worst = i;
    return worst;
}

static struct finding *shown_by(const struct judgement *judgement, const struct finding *wanted)
{
    for (size_t i = 0; i < judgement->count; i++)
        if (finding_fails(judgement->findings[i].kind) &&
            findings_match(&judgement->findings[i], wanted))
            return &judgement->findings[i];
    return NULL;
}

static void add_from(struct judgement *judgement, const struct judgement *other)
{
    struct finding_list list = {
        .items = judgement->findings, .count = judgement->count, .capacity = judgement->count};
    for (size_t i = 0; i < other->count; i++) {
        struct finding *same = NULL;
        const struct finding *finding = &other->findings[i];
        if (!finding_fails(finding->kind))
            continue;
        struct judgement so_far = {.findings = list.items, .count = list.count};
        same = shown_by(&so_far, finding);
        if (same != NULL)
            same->confirmed = finding->kind != FINDING_EXCEPTION_EXPIRED;
        else
            finding_add(&list, finding_copy(finding));
    }
    judgement->findings = list.items;
    judgement->count = list.count;
}

size_t segments_conclude(struct segment *segments, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (segments[i].cut_off)
            settle_growth(segments, count, segments[i].judgement);
    size_t worst = find_worst(segments, count);
    struct judgement *judgement = segments[worst].judgement;
    for (size_t i = 0; judgement->verdict == VERDICT_LEAK && i < count; i++)
        if (i != worst && segment_counts(&segments[i]) &&
            segments[i].judgement->verdict == VERDICT_LEAK)
            add_from(judgement, segments[i].judgement);
    struct finding_list list = {.items = judgement->findings, .count = judgement->count};
    finding_list_sort(&list);
    return worst;
}
