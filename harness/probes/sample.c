#include "probes/sample.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static const char *const phase_names[PHASE_COUNT] = {
    [PHASE_START] = "start",
    [PHASE_WARMUP] = "warmup",
    [PHASE_IDLE] = "idle",
    [PHASE_LOOP] = "loop",
    [PHASE_DRAIN] = "drain",
    [PHASE_SECOND_LOOP] = "second_loop",
    [PHASE_SECOND_DRAIN] = "second_drain",
    [PHASE_BUSY] = "busy",
    [PHASE_QUIT] = "quit",
};

const char *phase_name(enum phase phase)
{
    return phase < PHASE_COUNT ? phase_names[phase] : "?";
}

enum phase phase_by_name(const char *name)
{
    for (unsigned i = 0; i < PHASE_COUNT; i++)
        if (strcmp(phase_names[i], name) == 0)
            return (enum phase)i;
    return PHASE_COUNT;
}

void holding_list_add(struct holding_list *list, struct holding holding)
{
    list->items = memory_grow(list->items, &list->capacity, list->count + 1, sizeof *list->items);
    list->items[list->count++] = holding;
}

static int by_holder(const void *a, const void *b)
{
    const struct holding *left = a, *right = b;
    return (left->holder > right->holder) - (left->holder < right->holder);
}

static void holding_merge(struct holding *into, const struct holding *from)
{
    if (__builtin_add_overflow(into->value, from->value, &into->value))
        into->value = UINT32_MAX;
    if (__builtin_add_overflow(into->bytes, from->bytes, &into->bytes))
        into->bytes = UINT64_MAX;
}

void holding_list_sum(struct holding_list *list)
{
    if (list->count == 0)
        return;
    qsort(list->items, list->count, sizeof *list->items, by_holder);
    size_t last = 0;
    for (size_t i = 1; i < list->count; i++) {
        if (list->items[i].holder == list->items[last].holder)
            holding_merge(&list->items[last], &list->items[i]);
        else
            list->items[++last] = list->items[i];
    }
    list->count = last + 1;
}

void holding_list_copy(struct holding_list *to, const struct holding_list *from)
{
    to->count = 0;
    holding_list_append(to, from, 0);
}

void holding_list_append(struct holding_list *to, const struct holding_list *from, size_t first)
{
    for (size_t i = first; i < from->count; i++)
        holding_list_add(to, from->items[i]);
}

void holding_list_free(struct holding_list *list)
{
    free(list->items);
    *list = (struct holding_list){0};
}

void sample_free(struct sample *sample)
{
    holding_list_free(&sample->holdings);
}
