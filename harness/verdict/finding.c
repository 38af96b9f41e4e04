#include "verdict/finding.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

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
    [FINDING_MEASUREMENT] = {"measurement", 4, false},
    [FINDING_UNCONFIRMED] = {"unconfirmed", 5, false},
    [FINDING_BACKLOG] = {"backlog", 6, false},
    [FINDING_EXCEPTION_EXPIRING] = {"exception_expiring", 7, false},
    [FINDING_EXCEPTION_UNUSED] = {"exception_unused", 8, false},
    [FINDING_LEVEL_LOOSE] = {"level_loose", 9, false},
    [FINDING_NOT_COMPARED] = {"not_compared", 10, false},
    [FINDING_ALLOWED] = {"allowed", 11, false},
};

const char *finding_kind_name(enum finding_kind kind)
{
    return kinds[kind].name;
}

bool finding_fails(enum finding_kind kind)
{
    return kinds[kind].fails;
}

void finding_add(struct finding_list *list, struct finding finding)
{
    array_append(list->items, list->count, list->capacity, finding);
}

static bool in_bytes(const struct finding *finding)
{
    return finding->gauge < GAUGE_COUNT && gauge_info(finding->gauge)->unit == UNIT_BYTES;
}

static int compare_numbers(double a, double b)
{
    return (a > b) - (a < b);
}

static int compare_texts(const char *a, const char *b)
{
    return strcmp(a != NULL ? a : "", b != NULL ? b : "");
}

static int compare_size(const struct finding *x, const struct finding *y)
{
    if (in_bytes(x) != in_bytes(y))
        return in_bytes(x) ? 1 : -1;
    int by_bytes = compare_numbers(y->bytes_per_iteration, x->bytes_per_iteration);
    if (in_bytes(x) && by_bytes != 0)
        return by_bytes;
    return compare_numbers(y->per_iteration, x->per_iteration);
}

static int compare_findings(const void *a, const void *b)
{
    const struct finding *x = a, *y = b;
    int order = kinds[x->kind].rank - kinds[y->kind].rank;
    if (order == 0)
        order = compare_size(x, y);
    if (order == 0)
        order = (int)x->gauge - (int)y->gauge;
    if (order == 0)
        order = compare_texts(x->holder, y->holder);
    return order != 0 ? order : compare_texts(x->text, y->text);
}

void finding_list_sort(struct finding_list *list)
{
    if (list->count > 1)
        qsort(list->items, list->count, sizeof *list->items, compare_findings);
}

void finding_free(struct finding *finding)
{
    free(finding->holder);
    free(finding->example);
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

struct finding finding_copy(const struct finding *finding)
{
    struct finding copy = *finding;
    copy.holder = memory_copy_text(finding->holder);
    copy.example = memory_copy_text(finding->example);
    copy.made_by = memory_copy_text(finding->made_by);
    copy.text = memory_copy_text(finding->text);
    copy.places = NULL;
    copy.place_count = 0;
    return copy;
}
