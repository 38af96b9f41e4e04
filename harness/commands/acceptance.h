/*
 * What a new baseline is made of: a run's levels, what the old baseline said, and the leaking
 * holders that a person names. Pure but for reading; commands/accept.c writes.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "journal/run_record.h"
#include "verdict/baseline.h"

/* What the person says about the growth. */
struct consent {
    const struct string_list *keys; /* 'GAUGE KEY', or 'GAUGE' for growth that no holder explains */
    const struct string_list *reasons; /* one for all keys, or one for each; none without keys */
    const struct string_list *expires; /* likewise, or none; "": never */
    const char *issue;                 /* NULL: none */
};

/* "..." is none. */
bool is_reason(const char *text);

/* The baseline that the run passes by. NULL and LG_ERROR_INPUT when it is no pass with the consent
 * given: the text names what is left to be named. What `whole`, the judgement of all attempts
 * together (NULL: there is none), did not confirm need not be named; what is over and used by
 * nothing goes. old may be NULL. used[i] is set where keys[i] named something. The caller frees the
 * baseline. */
struct baseline *acceptance_make(const struct run_record *record, const struct judgement *whole,
                                 const struct baseline *old, const struct consent *consent,
                                 bool *used, struct lg_error *err);

/* The old baseline with each allowance that is larger than what is left in the run lowered to that,
 * rounded up as acceptance_make does, and without those that nothing uses; with `levels` also the
 * levels that the run rests far below. Raises nothing and leaves reasons, issues and dates as they
 * are. NULL and LG_ERROR_INPUT when the run is no pass by it, or of another plan. */
struct baseline *acceptance_tighten(const struct run_record *record, const struct baseline *old,
                                    bool levels, struct lg_error *err);
