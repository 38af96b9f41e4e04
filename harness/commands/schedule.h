/*
 * Which scenario runs when and where, by how long each is expected to take. Pure: the same items
 * give the same answer on every machine, whatever their order.
 */
#ifndef LEAKGATE_COMMANDS_SCHEDULE_H
#define LEAKGATE_COMMANDS_SCHEDULE_H

#include <stddef.h>

struct schedule_item {
    const char *name;
    double seconds;
};

/* Fills order with the indices of the items, the longest first, equally long ones by name. */
void schedule_longest_first(const struct schedule_item *items, size_t count, size_t *order);

/* Fills shard_of with the shard (from 1) of each item: the longest first, each goes to the shard
 * that has least to do so far, of equal ones to the first. */
void schedule_shards(const struct schedule_item *items, size_t count, unsigned shards,
                     unsigned *shard_of);

/* Seconds until all are done that are started in this order, each in the slot that is free first.
 * free_in is when each slot is free, and what it becomes. */
double schedule_span(const double *seconds, size_t count, double *free_in, unsigned slots);

#endif
