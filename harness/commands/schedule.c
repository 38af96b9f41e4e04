#include "commands/schedule.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static bool comes_before(const struct schedule_item *a, const struct schedule_item *b)
{
    if (a->seconds != b->seconds)
        return a->seconds > b->seconds;
    return strcmp(a->name, b->name) < 0;
}

/* By insertion: a suite has tens of scenarios. */
void schedule_longest_first(const struct schedule_item *items, size_t count, size_t *order)
{
    for (size_t i = 0; i < count; i++) {
        size_t place = i;
        for (; place > 0 && comes_before(&items[i], &items[order[place - 1]]); place--)
            order[place] = order[place - 1];
        order[place] = i;
    }
}

static unsigned least(const double *values, unsigned count)
{
    unsigned found = 0;
    for (unsigned i = 1; i < count; i++)
        if (values[i] < values[found])
            found = i;
    return found;
}

void schedule_shards(const struct schedule_item *items, size_t count, unsigned shards,
                     unsigned *shard_of)
{
    _cleanup_free_ size_t *order = memory_array(count + 1, sizeof *order);
    _cleanup_free_ double *loads = memory_array(shards, sizeof *loads);
    schedule_longest_first(items, count, order);
    for (size_t i = 0; i < count; i++) {
        unsigned shard = least(loads, shards);
        shard_of[order[i]] = shard + 1;
        loads[shard] += items[order[i]].seconds;
    }
}

double schedule_span(const double *seconds, size_t count, double *free_in, unsigned slots)
{
    double span = 0;
    for (size_t i = 0; i < count; i++)
        free_in[least(free_in, slots)] += seconds[i];
    for (unsigned i = 0; i < slots; i++)
        span = free_in[i] > span ? free_in[i] : span;
    return span;
}
