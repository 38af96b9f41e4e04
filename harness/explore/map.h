/*
 * What is known of a program's screens: states, what an action leads to, round trips and what they
 * leave behind. It is made of facts, each one JSON object, so that it can be written as it grows,
 * handed from one process to another, and read again: the same facts in the same order make the
 * same map.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strings.h"
#include "explore/screen_state.h"

enum {
    MAP_NOWHERE = -1,
    MAP_MUCH_NEW =
        4,      /* rows; a state with fewer is like others: another line of a list is selected */
    SURVEYS = 2 /* starts that are only looked at */
};

enum edge_kind {
    EDGE_LEADS,  /* to another state, or to the same with something drawn */
    EDGE_SILENT, /* nothing was drawn */
    EDGE_ENDS,   /* the program */
    EDGE_LOST    /* the screen never came to rest */
};

struct map_edge {
    char *action;
    enum edge_kind kind;
    int to; /* MAP_NOWHERE but for EDGE_LEADS */
};

struct map_state {
    uint64_t id;
    struct string_list rows, actions; /* as shown; to try */
    struct map_edge *edges; /* of each action that was tried, all that it led to, the latest last */
    size_t edge_count, edge_capacity;
    size_t named;      /* so many of the actions the screen names itself */
    unsigned still;    /* round trips that left the screen as it was, and nothing else */
    unsigned new_rows; /* that no state before it had: what it is worth */
};

/* What an action did wherever it was tried. */
struct map_action {
    char *name;
    unsigned silent, led, ended; /* states */
    unsigned clean;              /* round trips that left nothing */
};

enum trip_outcome { TRIP_CLEAN, TRIP_FILLS_UP, TRIP_GROWS, TRIP_BROKEN };

/* There and back again. */
struct map_trip {
    int from;
    char *there, *back; /* back: "" where it came back by itself */
    enum trip_outcome outcome;
    char *gauge, *holder; /* that grew most; NULL */
    double per_trip;
};

struct map {
    struct map_state *states; /* the first is where a fresh process stands */
    size_t state_count, state_capacity;
    struct map_action *actions;
    size_t action_count, action_capacity;
    struct map_trip *trips;
    size_t trip_count, trip_capacity;
    uint64_t *row_marks; /* seen so far, sorted */
    size_t row_count, row_capacity;
    bool *restless;            /* rows that change by themselves; NULL: none is known */
    struct string_list survey; /* the rows of the first start */
    size_t surveys;
    unsigned seed;
    size_t tries, starts, ends; /* actions; processes that were started, and ended by an action */
};

void map_free(struct map *map);

/* Takes a fact in. False and LG_ERROR_INPUT where it is none. */
LG_CHECKED bool map_take(struct map *map, const json_t *fact, struct lg_error *err);
/* Facts; new references. */
json_t *map_fact_state(const struct screen_state *state, bool mouse);
json_t *map_fact_edge(const struct map *map, int from, const char *action, enum edge_kind kind,
                      int to);
json_t *map_fact_trip(const struct map *map, const struct map_trip *trip);
/* A start of the program that is only looked at: its rows, and which changed by themselves. Rows in
 * which two such starts differ are restless as well. */
json_t *map_fact_survey(const struct string_list *rows, const bool *restless);

int map_find(const struct map *map, uint64_t id); /* MAP_NOWHERE: it is new */
/* What it led to last; NULL: it was not tried. */
const struct map_edge *map_edge(const struct map_state *state, const char *action);
/* All zeroes where it was never tried; its name is the map's. */
struct map_action map_action(const struct map *map, const char *action);

bool map_has_trip(const struct map *map, int from, const char *there);
/* Does the screen name it? */
bool map_is_named(const struct map_state *state, const char *action);
/* Has it ended the program wherever it was done, in more than one state? */
bool map_is_deadly(const struct map *map, const char *action);

/* What to try next: *action, in the state at the end of *way, which are the actions that lead there
 * from `from`. What showed much new comes first, what was silent everywhere else last, and then
 * what is near. Each of several explorers has its share. False where nothing is left that it can
 * reach.
 */
bool map_next(const struct map *map, int from, unsigned share, unsigned shares,
              struct string_list *way, const char **action);
/* The fewest actions from one state to another, and the state that each of them leads to: room for
 * state_count of them, or NULL. */
bool map_way(const struct map *map, int from, int to, struct string_list *way, int *states);
