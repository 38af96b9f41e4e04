#include "verdict/keyed_sums.h"

#include <stdlib.h>

#include "base/memory.h"

enum { SUMS_FIRST = 4096 };

int64_t sum_of_two(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

static int by_key(const void *a, const void *b)
{
    const struct keyed_sum *one = a, *other = b;
    return (one->key > other->key) - (one->key < other->key);
}

void keyed_sums_merge(struct keyed_sums *list)
{
    size_t kept = 0;
    if (list->count > 0)
        qsort(list->items, list->count, sizeof *list->items, by_key);
    for (size_t i = 0; i < list->count; i++) {
        struct keyed_sum *last = &list->items[kept > 0 ? kept - 1 : 0], item = list->items[i];
        if (kept > 0 && last->key == item.key) {
            last->first = sum_of_two(last->first, item.first);
            last->second = sum_of_two(last->second, item.second);
        } else {
            list->items[kept++] = item;
        }
    }
    list->count = kept;
}

/* What is half full after it was put together has as many keys, and gets twice the room: so the
 * sorting costs a constant share for each number that is added. */
void keyed_sums_add(struct keyed_sums *list, uint64_t key, int64_t first, int64_t second)
{
    if (list->full)
        return;
    if (list->count == list->capacity) {
        keyed_sums_merge(list);
        list->full = list->most > 0 && list->count * 2 > list->most;
        if (list->count * 2 >= list->capacity)
            list->items = memory_grow(list->items, &list->capacity,
                                      list->capacity > 0 ? list->capacity + 1 : SUMS_FIRST,
                                      sizeof *list->items);
    }
    list->items[list->count++] = (struct keyed_sum){key, first, second};
}

void keyed_sums_free(struct keyed_sums *list)
{
    free(list->items);
    *list = (struct keyed_sums){0};
}
