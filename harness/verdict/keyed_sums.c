#include "verdict/keyed_sums.h"

#include <stdlib.h>

#include "base/memory.h"

enum { SLOTS_FIRST = 1024 };

int64_t sum_of_two(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

/* Where the key stands, or the empty slot where it would. The multiplication spreads keys that
 * differ in a few bits (Knuth, TAOCP 3, 6.4). */
static struct keyed_sum *slot_of(const struct keyed_sums *sums, uint64_t key)
{
    size_t mask = sums->slot_count - 1;
    size_t at = (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & mask;
    while (sums->slots[at].key != 0 && sums->slots[at].key != key)
        at = (at + 1) & mask;
    return &sums->slots[at];
}

/* The slots are kept at most half full. */
static void make_room(struct keyed_sums *sums)
{
    struct keyed_sums old = *sums;
    if (sums->count * 2 < sums->slot_count)
        return;
    sums->slot_count = old.slot_count > 0 ? old.slot_count * 2 : SLOTS_FIRST;
    sums->slots = memory_array(sums->slot_count, sizeof *sums->slots);
    for (size_t i = 0; i < old.slot_count; i++)
        if (old.slots[i].key != 0)
            *slot_of(sums, old.slots[i].key) = old.slots[i];
    free(old.slots);
}

void keyed_sums_add(struct keyed_sums *sums, uint64_t key, int64_t first, int64_t second)
{
    make_room(sums);
    struct keyed_sum *slot = slot_of(sums, key);
    if (slot->key == 0) {
        if (sums->most > 0 && sums->count >= sums->most)
            return;
        slot->key = key;
        sums->count++;
    }
    slot->first = sum_of_two(slot->first, first);
    slot->second = sum_of_two(slot->second, second);
}

void keyed_sums_free(struct keyed_sums *sums)
{
    free(sums->slots);
    *sums = (struct keyed_sums){0};
}
