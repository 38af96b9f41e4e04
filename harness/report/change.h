/*
 * What a pull request changes in a baseline or a scenario, one thing at a time, and whether less is
 * found because of it. Made by baseline_changes (report/baseline_difference.h) and plan_changes
 * (report/plan_difference.h).
 */
#ifndef LEAKGATE_REPORT_CHANGE_H
#define LEAKGATE_REPORT_CHANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strings.h"
#include "probes/gauge.h"

/* What would have failed before passes now; the other way round; or it cannot be told, or makes no
 * difference. */
enum change_effect { CHANGE_WEAKER, CHANGE_STRICTER, CHANGE_NEUTRAL };

/* How it is worded in a list of differences. */
enum change_kind { CHANGE_VALUE, CHANGE_TERMS, CHANGE_EXCEPTION };

/* As it is before or after; all are owned. */
struct change_side {
    char *text;   /* "25", "1.00 per iteration"; NULL: there is none */
    char *until;  /* the last day on which it holds; NULL: for ever */
    char *reason; /* NULL: none is told */
    char *issue;  /* URL or NULL */
};

struct change {
    enum change_effect effect;
    enum change_kind kind;
    bool raised;      /* a number became larger, whatever that means */
    enum gauge gauge; /* of a baseline's; GAUGE_COUNT: none */
    char *holder;     /* of an exception: its key; else NULL */
    char *what;       /* "fd at rest", "samples", "iteration" */
    struct change_side old;
    struct change_side new;
};

struct change_list {
    struct change *items;
    size_t count;
    size_t capacity;
};

#define _cleanup_changes_ __attribute__((cleanup(change_list_free)))

const char *change_effect_name(enum change_effect effect); /* "weaker", "stricter", "neutral" */

/* Adds one with copies of the texts, which may be NULL; more can be filled in until the next. */
struct change *change_add(struct change_list *list, enum change_effect effect, const char *what,
                          const char *old, const char *new);
void change_list_free(struct change_list *list);
/* Adds this one, and leaves an empty one in its place. */
void change_take(struct change_list *list, struct change *change);

size_t change_list_count(const struct change_list *list, enum change_effect effect);

/* "25", "1.00 per iteration until 2027-01-31", "none". The caller frees it. */
char *change_side_text(const struct change_side *side);
/* In one line: "samples: 42 -> 21", with the new side's reason and issue. The caller frees it. */
char *change_text(const struct change *change);
/* Adds a line for each change that makes less be found. */
void change_list_weaker(const struct change_list *list, struct string_list *lines);

#endif
