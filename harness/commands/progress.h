/*
 * What a person sees on standard error while a run goes on: on a terminal one line that is drawn
 * anew (scenario k of n, phase, iteration, seconds left); elsewhere one line per scenario. With
 * --show also each screen, as the journal brings it. Of scenarios side by side each is followed by
 * the process that runs it, which says what it sees into a channel: a JSON object a line, with
 * `line` and `left` (seconds of the attempt, where they can be told), `attempt`, `world` (where the
 * attempt's will be), or `screen`.
 *
 * Order of calls, per scenario: progress_start; for each attempt progress_attempt, progress_tick
 * again and again, progress_attempt_end; progress_end.
 */
#ifndef LEAKGATE_COMMANDS_PROGRESS_H
#define LEAKGATE_COMMANDS_PROGRESS_H

#include <stdbool.h>
#include <stdio.h>

#include "journal/follower.h"
#include "report/result.h"
#include "scenario/plan.h"

struct progress {
    bool terminal; /* standard error is one */
    int channel;   /* says it there and prints nothing; -1: none */
    FILE *screens; /* where screens go; NULL: nowhere */
    const struct plan *plan;
    enum attempt attempt;
    size_t number; /* from 1 */
    size_t of;
    struct journal_follower *follower;
    char phase[16];
    unsigned iteration;
    unsigned iterations;
    double first_at; /* seconds; of the first iteration's end */
    unsigned first_iteration;
    double last_at;
    int64_t last_event; /* clock_now() */
    int64_t last_drawn;
};

/* screens: where --show prints; NULL: nowhere. */
void progress_start(struct progress *progress, const struct plan *plan, size_t number, size_t of,
                    FILE *screens);
/* Side by side: channel is written to, and not closed. */
void progress_start_apart(struct progress *progress, const struct plan *plan, FILE *screens,
                          int channel);
void progress_attempt(struct progress *progress, enum attempt attempt, const char *journal);
/* Before anything is there. */
void progress_world(struct progress *progress, const char *world);
void progress_tick(void *progress); /* a guard_tick */
void progress_attempt_end(struct progress *progress);
void progress_end(struct progress *progress, const struct scenario_result *scenario);

#endif
