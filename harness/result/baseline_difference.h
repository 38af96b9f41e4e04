/* What a pull request changes in a baseline, one thing at a time, and whether less is found because
 * of it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/strings.h"
#include "probes/gauge.h"
#include "result/result.h"
#include "verdict/baseline.h"

/* What would have failed before passes now; the other way round; or it cannot be told, or makes no
 * difference. */
enum change_effect { CHANGE_WEAKER, CHANGE_STRICTER, CHANGE_NEUTRAL };

/* How it is worded in a list of differences. */
enum change_kind { CHANGE_VALUE, CHANGE_TERMS, CHANGE_EXCEPTION };

/* As it is before or after; all are owned. */
struct change_side {
    char *text;   /* "25", "1.00 per iteration"; NULL: there is none */
    char *until;  /* the last day on which it holds; NULL: for ever */
    char *reason; /* NULL: none is given */
    char *issue;  /* URL or NULL */
};

struct change {
    enum change_effect effect;
    enum change_kind kind;
    bool raised;      /* a number became larger, whatever that means */
    enum gauge gauge; /* GAUGE_COUNT: none */
    char *holder;     /* of an exception: its key; else NULL */
    char *what;       /* "fd at rest", "exception fd pipe" */
    struct change_side old;
    struct change_side new;
};

struct change_list {
    struct change *items;
    size_t count;
    size_t capacity;
};

#define _cleanup_changes_ __attribute__((cleanup(change_list_free)))

void change_list_free(struct change_list *list);
const char *change_effect_name(enum change_effect effect); /* "weaker", "stricter", "neutral" */
/* "25", "1.00 per iteration until 2027-01-31", "none". The caller frees it. */
char *change_side_text(const struct change_side *side);
/* In one line: "fd at rest: 10 -> 13", with the new side's reason and issue. The caller frees it.
 */
char *change_text(const struct change *change);

/* As lines for people. Adds none where they are the same. Either may be NULL: none. What has become
 * wider is marked as raised: a review looks for that. */
void baseline_difference(const struct baseline *old, const struct baseline *new,
                         struct string_list *lines);

/* One by one, with what each does to what is found. A baseline that is new, or gone, is one change,
 * with one for each of its allowances. A level is measured a little differently by each run: one
 * that stays within the tolerance makes nothing weaker or stricter. */
void baseline_changes(const struct baseline *old, const struct baseline *new,
                      struct change_list *changes);

/* `judging` with the exceptions of `here` that let more pass than its own do, those with a last day
 * alone; levels, tolerances and allowances of whole gauges stay. Adds a line for each:
 * "exception fd pipe: none -> 1.00 per iteration until 2027-01-31: known". Either may be NULL. NULL
 * where there is none; the caller frees it. */
struct baseline *baseline_with_new_exceptions(const struct baseline *judging,
                                              const struct baseline *here,
                                              struct string_list *lines);

/* Adds a line for each thing that the working tree's baseline lets pass and the revision's does
 * not: "fd at rest: 10 -> 13"; what counts all the same (--allow-new-exceptions) says so. Texts of
 * files: who prints them makes them harmless. */
void weaker_baseline_lines(const struct scenario_result *scenario, struct string_list *lines);
