/*
 * What a person, or a pipe, sees of a watch while it goes: on a terminal a table that is drawn
 * again after each sample, else the samples as CSV on standard output; and what there is to say, a
 * line each, above the table or on standard error. Where the program itself has the terminal there
 * is nothing of it before the end.
 *
 * Order of calls: watch_view_open; those that measure/watch.h asks for; watch_view_close.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strings.h"
#include "measure/watch.h"

struct watch_view {
    int csv;                    /* descriptor of the rows; -1: none are wanted */
    bool is_file;               /* and it is that of --csv */
    bool table;                 /* on standard output */
    bool waits;                 /* nothing is shown before the end */
    size_t drawn;               /* lines of the table that stand there now */
    struct string_list said;    /* where it waits: what there is to say at the end */
    struct string_list growing; /* what was said to grow, "fd NAME" */
};

/* `csv` may be NULL. A file of other columns is LG_ERROR_INPUT: rows of this one have no place in
 * it. */
LG_CHECKED bool watch_view_open(struct watch_view *view, const char *csv, bool waits,
                                struct lg_error *err);
void watch_view_sampled(struct watch_view *view, const struct watch_moment *moment);
void watch_view_said(struct watch_view *view, const char *text);
/* Says what has not been said yet. */
void watch_view_close(struct watch_view *view);

/* The table after a moment, in lines of at most `width` columns. */
void watch_table(const struct watch_moment *moment, size_t width, struct buffer *out);
