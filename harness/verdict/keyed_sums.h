/* Pairs of numbers added up by a key: a hash table. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct keyed_sum {
    uint64_t key; /* 0: nothing stands here */
    int64_t first, second;
};

/* Zeroed is empty. */
struct keyed_sums {
    struct keyed_sum *slots;
    size_t slot_count; /* 0 or a power of two */
    size_t count;      /* keys */
    size_t most;       /* that it takes; 0: all. Those that come after are passed over */
};

/* Sums wrap around, as Go's do. */
int64_t sum_of_two(int64_t a, int64_t b);

/* The key is not 0. */
void keyed_sums_add(struct keyed_sums *sums, uint64_t key, int64_t first, int64_t second);
void keyed_sums_free(struct keyed_sums *sums);
