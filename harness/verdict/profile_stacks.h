/* The part of profile_top.h that reads: what the functions of a profile hold, stack by stack. */
#pragma once

#include "probes/holders.h"
#include "probes/profile_wire.h"
#include "verdict/keyed_sums.h"
#include "verdict/profile_top.h"

/* What a function holds. */
struct profile_node {
    int64_t flat, cum, twin;
    uint32_t met; /* in the sample of this number */
};

struct profile_sums {
    struct holder_table *names;  /* functions by name, as they are shown */
    struct holder_table *places; /* "file:line", as functions */
    struct profile_node *nodes;  /* by the number of the name */
    size_t node_count, node_capacity;
    struct keyed_sums stacks;  /* by a stack's hash: what AFTER and BEFORE hold */
    struct keyed_sums reached; /* by node and 1 (the upper half) and place: flat and cum that came
                                  through that line */
    struct keyed_sums shown;   /* by 1 and the stack's number among `names`: after and before */
    uint32_t samples;
    struct regex *drop, *keep; /* of AFTER's header; NULL: none */
};

/* Adds all stacks of a profile, whose kind is known to fit. */
LG_CHECKED bool profile_stacks_add(struct profile_top *top, enum profile_side side,
                                   struct profile_tables *tables, struct lg_error *err);
