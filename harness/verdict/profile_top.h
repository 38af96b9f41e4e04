/*
 * What a profile's functions hold, and how that differs from another profile: the table that
 * `go tool pprof -top` prints, with -base or -diff_base where there are two, and every number is
 * the same. Pure: bytes in, numbers out.
 *
 * The rules are those of github.com/google/pprof (internal/report, internal/graph, profile/merge,
 * profile/filter, profile/prune), read in Go's own tree:
 * - A sample counts once for each function of its stack (cum) and for the innermost line of its
 *   leaf (flat); inlined functions are frames of their own. What BEFORE holds is taken off.
 * - Percentages are of the total: the absolute values of all samples, those of both profiles with
 *   the same stack (by address) and labels put together first; with `of_before` of BEFORE's alone.
 *   A filter does not change it.
 * - Filters look at the names of functions, of source files and of the mapped file, and take or
 *   leave whole stacks.
 * - A function whose cum is under 0.5 % of all that is shown is left out.
 *
 * Order of calls: profile_top_new; profile_top_add for AFTER, then for BEFORE if there is one;
 * profile_top_finish; profile_top_free.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/regex.h"
#include "verdict/profile_kind.h"

/* What is asked for; zeroed is all of it. */
struct profile_question {
    const char *sample_index;   /* name or number of the values; NULL: the profile's own choice */
    const struct regex *focus;  /* only stacks with a frame that matches */
    const struct regex *ignore; /* and none with one of these */
    bool of_before;             /* percentages are of BEFORE (-diff_base) */
    bool by_cum;                /* largest cum first (-cum), as it always is of goroutines: where
                                   they wait is in the runtime, all of them */
    size_t most;                /* so many functions; 0: all */
    bool keeps_stacks;          /* for profile_top_stack */
};

struct profile_row {
    const char *function; /* owned by the table of names */
    int64_t flat, cum;
    int64_t twin;      /* flat as well: objects where the values are bytes, and the reverse */
    const char *where; /* "file:line" where the program's own code got there; NULL: not known */
};

struct profile_sums;

struct profile_top {
    struct profile_question question;
    struct profile_kind kind;
    size_t index;     /* of the values that are shown, in `kind` */
    int twin;         /* of bytes the objects, of objects the bytes; -1: there are none */
    int64_t total;    /* what percentages are of */
    int64_t shown;    /* flat of all rows */
    size_t functions; /* not left out */
    size_t left_out;  /* for a cum under `least` */
    int64_t least;
    bool focus_met, ignore_met; /* some frame matched */
    struct profile_row *rows;   /* largest flat (or cum) first, whatever its sign; then by name */
    size_t count;
    struct profile_sums *sums; /* while it is made, and what the rows point into */
};

enum profile_side { PROFILE_AFTER, PROFILE_BEFORE };

/* The regular expressions of the question must outlive it. */
struct profile_top *profile_top_new(const struct profile_question *question);
/* Adds a profile, gzip or plain. LG_ERROR_TARGET on what is no profile, is damaged or is over a
 * limit; LG_ERROR_INPUT where the question does not fit it, or the two are not of one kind. */
LG_CHECKED bool profile_top_add(struct profile_top *top, enum profile_side side, const char *bytes,
                                size_t length, struct lg_error *err);
void profile_top_finish(struct profile_top *top);
/* The next stack of those that are shown, *at going on from 0: its functions from the leaf joined
 * by " < ", and what each side holds at it. NULL: there is no other. The caller frees it. */
char *profile_top_stack(const struct profile_top *top, size_t *at, int64_t *before, int64_t *after);
void profile_top_free(struct profile_top *top);
DEFINE_CLEANUP(profile_top, struct profile_top, profile_top_free)
#define _cleanup_profile_top_ __attribute__((cleanup(cleanup_profile_top)))
