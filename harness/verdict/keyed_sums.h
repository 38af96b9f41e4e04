/* Pairs of numbers added up by a key, in as much memory as there are keys. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct keyed_sum {
    uint64_t key;
    int64_t first, second;
};

/* Zeroed is empty. */
struct keyed_sums {
    struct keyed_sum *items;
    size_t count, capacity;
    size_t most; /* keys that it takes; 0: all. What comes after is passed over */
    bool full;
};

/* Sums wrap around, as Go's do. */
int64_t sum_of_two(int64_t a, int64_t b);

void keyed_sums_add(struct keyed_sums *list, uint64_t key, int64_t first, int64_t second);
/* Sorted by key, each once: before the items are read. */
void keyed_sums_merge(struct keyed_sums *list);
void keyed_sums_free(struct keyed_sums *list);
