/*
 * How long scenarios are expected to take, and which of them runs when and where by that. The same
 * files and items give the same answer on every machine, whatever their order.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "commands/selection.h"
#include "result/amounts.h"

struct duration {
    double seconds; /* whole ones */
    bool known;     /* by the baseline; else it is an estimate from the plan */
};

/* Of one measured run. A baseline of another plan counts as well: it is closer than an estimate. */
struct duration scenario_duration(const struct arguments *arguments, const struct plan *plan);

/* "45 s", "4 min", "3.5 h" */
struct short_text about_text(double seconds);
/* "23 scenarios, about 4 min" and, with more than one side by side, " with 2 side by side"; the
 * caller frees it. */
char *duration_describe(size_t scenarios, double seconds, unsigned jobs);

/* Leaves out what belongs to other shards (--shard), and keeps the order of what is left. */
void selection_keep_shard(const struct arguments *arguments, struct selection *selection);

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
