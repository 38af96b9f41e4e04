#include "probes/sample.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static const char *const phase_names[PHASE_COUNT] = {
    [PHASE_START] = "start", [PHASE_WARMUP] = "warmup", [PHASE_IDLE] = "idle",
    [PHASE_LOOP] = "loop",   [PHASE_DRAIN] = "drain",   [PHASE_QUIT] = "quit",
};

const char *phase_name(enum phase phase)
{
    return phase_names[phase];
}

enum phase phase_by_name(const char *name)
{
    for (unsigned i = 0; i < PHASE_COUNT; i++)
        if (strcmp(phase_names[i], name) == 0)
            return (enum phase)i;
    return PHASE_COUNT;
}

void sample_free(struct sample *sample)
{
    free(sample->holdings);
    sample->holdings = NULL;
    sample->holding_count = 0;
}

void holdings_add(struct holding **holdings, size_t *count, size_t *capacity,
                  struct holding holding)
{
    *holdings = memory_grow(*holdings, capacity, *count + 1, sizeof **holdings);
    (*holdings)[(*count)++] = holding;
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

size_t holdings_sum(struct holding *holdings, size_t count)
{
    if (count == 0)
        return 0;
    qsort(holdings, count, sizeof *holdings, by_holder);
    size_t last = 0;
    for (size_t i = 1; i < count; i++) {
        if (holdings[i].holder == holdings[last].holder)
            holding_merge(&holdings[last], &holdings[i]);
        else
            holdings[++last] = holdings[i];
    }
    return last + 1;
}
