/*
 * One process of the program, explored: action after action, each new state and round trip written
 * as a fact (map.h) as soon as it is known.
 */
#pragma once

#include "driver/target.h"
#include "explore/map.h"
#include "probes/probe.h"

struct walk_options {
    struct map *map;   /* as it is known; what is learned goes into it as well */
    const char *facts; /* the file that they are appended to */
    int64_t until;     /* clock_now's scale */
    unsigned share, shares;
    const struct string_list *keys; /* only these are played, the last two as a round trip; NULL */
};

/* The target is ready and set up. Ends when the time is over, nothing is left that this share can
 * reach, or the target has ended, all of which are fine; false where facts cannot be written, or
 * the loop was stopped. */
LG_CHECKED bool walk_explore(const struct walk_options *options, struct target *target,
                             struct probe *probe, struct lg_error *err);
