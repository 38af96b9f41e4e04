#include "verdict/judgement.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static const char *const verdict_names[VERDICT_COUNT] = {
    [VERDICT_PASS] = "pass",
    [VERDICT_LEAK] = "leak",
    [VERDICT_INCONCLUSIVE] = "inconclusive",
    [VERDICT_INVALID] = "invalid",
    [VERDICT_FAILED] = "failed",
    [VERDICT_STOPPED] = "stopped",
    [VERDICT_SKIPPED] = "skipped",
};

const char *verdict_name(enum verdict verdict)
{
    return verdict_names[verdict];
}

bool verdict_shows_findings(enum verdict verdict)
{
    return verdict == VERDICT_LEAK || verdict == VERDICT_FAILED || verdict == VERDICT_INVALID;
}

/* In the order in which they are read. */
static const struct {
    const char *name;
    int rank;
    bool fails;
} kinds[FINDING_KIND_COUNT] = {
    [FINDING_GROWTH] = {"growth", 0, true},
    [FINDING_LEVEL] = {"level", 1, true},
    [FINDING_LEFT_BEHIND] = {"left_behind", 2, true},
    [FINDING_EXCEPTION_EXPIRED] = {"exception_expired", 3, true},
    [FINDING_COMPANION] = {"companion", 4, false},
    [FINDING_MEASUREMENT] = {"measurement", 5, false},
    [FINDING_UNCONFIRMED] = {"unconfirmed", 6, false},
    [FINDING_FILLED] = {"filled", 7, false},
    [FINDING_BACKLOG] = {"backlog", 8, false},
    [FINDING_EXCEPTION_EXPIRING] = {"exception_expiring", 9, false},
    [FINDING_EXCEPTION_UNUSED] = {"exception_unused", 10, false},
    [FINDING_LEVEL_LOOSE] = {"level_loose", 11, false},
    [FINDING_NOT_COMPARED] = {"not_compared", 12, false},
    [FINDING_ALLOWED] = {"allowed", 13, false},
};

const char *finding_kind_name(enum finding_kind kind)
{
    return kinds[kind].name;
}

bool finding_fails(enum finding_kind kind)
{
    return kinds[kind].fails;
}

const char *standing_name(enum standing standing)
{
    static const char *const names[STANDING_COUNT] = {"", "new", "worse", "as before", "better"};
    return names[standing];
}

void finding_add(struct finding_list *list, struct finding finding)
{
    array_append(list->items, list->count, list->capacity, finding);
}

static int compare_numbers(double a, double b)
{
    return (a > b) - (a < b);
}

static int compare_texts(const char *a, const char *b)
{
    return strcmp(a != NULL ? a : "", b != NULL ? b : "");
}

static int compare_findings(const void *a, const void *b)
{
    const struct finding *x = a, *y = b;
    bool x_bytes = x->gauge < GAUGE_COUNT && gauge_info(x->gauge)->unit == UNIT_BYTES;
    bool y_bytes = y->gauge < GAUGE_COUNT && gauge_info(y->gauge)->unit == UNIT_BYTES;
    int order = kinds[x->kind].rank - kinds[y->kind].rank;
    if (order == 0)
        order = x_bytes - y_bytes;
    if (order == 0 && x_bytes)
        order = compare_numbers(y->bytes_per_iteration, x->bytes_per_iteration);
    if (order == 0)
        order = compare_numbers(y->per_iteration, x->per_iteration);
    if (order == 0)
        order = (int)x->gauge - (int)y->gauge;
    if (order == 0)
        order = compare_texts(x->holder, y->holder);
    return order != 0 ? order : compare_texts(x->text, y->text);
}

void findings_sort(struct finding *findings, size_t count)
{
    if (count > 1)
        qsort(findings, count, sizeof *findings, compare_findings);
}

static void finding_free(struct finding *finding)
{
    free(finding->holder);
    free(finding->example);
    free(finding->function);
    free(finding->source);
    free(finding->in_common);
    free(finding->companion_of);
    free(finding->text);
    free(finding->made_by);
    for (size_t i = 0; i < finding->place_count; i++) {
        free(finding->places[i].step);
        free(finding->places[i].where);
    }
    free(finding->places);
}

void finding_list_free(struct finding_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        finding_free(&list->items[i]);
    free(list->items);
    *list = (struct finding_list){0};
}

const char *finding_holder_name(const struct finding *finding)
{
    bool of_stack = finding->function != NULL && strstr(finding->holder, finding->function) != NULL;
    return of_stack ? finding->function : finding->holder;
}

struct finding finding_copy(const struct finding *finding)
{
    struct finding copy = *finding;
    copy.holder = memory_copy_text(finding->holder);
    copy.example = memory_copy_text(finding->example);
    copy.function = memory_copy_text(finding->function);
    copy.source = memory_copy_text(finding->source);
    copy.in_common = memory_copy_text(finding->in_common);
    copy.companion_of = memory_copy_text(finding->companion_of);
    copy.made_by = memory_copy_text(finding->made_by);
    copy.text = memory_copy_text(finding->text);
    copy.places = NULL;
    copy.place_count = 0;
    return copy;
}

void tool_rates_free(struct tool_rate *tools, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(tools[i].name);
    free(tools);
}

bool judgement_has(const struct judgement *judgement, enum finding_kind kind)
{
    for (size_t i = 0; i < judgement->count; i++)
        if (judgement->findings[i].kind == kind)
            return true;
    return false;
}

bool judgement_fails_by(const struct judgement *judgement, enum gauge gauge)
{
    for (size_t i = 0; i < judgement->count; i++)
        if (judgement->findings[i].gauge == gauge && finding_fails(judgement->findings[i].kind))
            return true;
    return false;
}

void judgement_free(struct judgement *judgement)
{
    if (judgement == NULL)
        return;
    finding_list_free(
        &(struct finding_list){.items = judgement->findings, .count = judgement->count});
    tool_rates_free(judgement->tools, judgement->tool_count);
    free(judgement->reason);
    free(judgement);
}
