/*
 * What a new baseline is made of: a run's levels, what the old baseline said, and the leaking
 * holders that a person names. Pure but for reading; commands/accept.c writes.
 */
#ifndef LEAKGATE_COMMANDS_ACCEPTANCE_H
#define LEAKGATE_COMMANDS_ACCEPTANCE_H

#include "base/error.h"
#include "measure/journal.h"
#include "verdict/baseline.h"

/* What the person says about the growth. */
struct consent {
    const struct string_list *keys; /* 'GAUGE KEY', or 'GAUGE' for growth that no holder explains */
    const char *reason;             /* NULL without keys */
    const char *expires;            /* NULL: never */
    const char *issue;              /* NULL: none */
};

/* The baseline that the run passes by. NULL and LG_ERROR_INPUT when it is no pass with the consent
 * given: the text names what is left to be named. old may be NULL. used[i] is set where keys[i]
 * named something. The caller frees the baseline. */
struct baseline *acceptance_make(const struct run_record *record, const struct baseline *old,
                                 const struct consent *consent, bool *used, struct lg_error *err);

/* The difference between two baselines as lines for people; old may be NULL. */
void acceptance_difference(const struct baseline *old, const struct baseline *new,
                           struct string_list *lines);

#endif
