/* What a round trip leaves behind. What walk.c and trip.c share; nobody else includes it. */
#pragma once

#include "explore/walk.h"

struct walk {
    struct target *target;
    struct probe *probe;
    struct map *map;
    int facts;
    unsigned share, shares;
    int columns, rows;  /* of the terminal at the start */
    int here;           /* the state that the screen shows; MAP_NOWHERE: the target has ended */
    int expected;       /* the state that is awaited */
    uint64_t looked_at; /* the frame */
    int64_t read_at;    /* when the last input had been read, or was not yet */
    unsigned vain;      /* waits in a row for a short message to go */
    unsigned lost;      /* ways in a row that led elsewhere */
};

/* walk.c: does the action and waits for its answer, and, unless it is MAP_NOWHERE, for the state
 * that is expected. */
LG_CHECKED bool walk_act(struct walk *walk, const char *action, int expected, enum edge_kind *kind,
                         struct lg_error *err);

/* trip.c: plays it again and again between samples, and fills its outcome and what grew; `to` is
 * where it leads. The walk is at trip->from, and back there unless the trip broke. */
LG_CHECKED bool trip_measure(struct walk *walk, struct map_trip *trip, int to,
                             struct lg_error *err);
