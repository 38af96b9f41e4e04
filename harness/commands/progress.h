/*
 * What a person sees on standard error while scenarios run, read from their journals. On a
 * terminal: a line for each that runs and one for all, drawn again a few times a second. Elsewhere:
 * a line for each that has ended, and one every 15 s of what is going on. With --show also each
 * screen, as the journal brings it.
 *
 * Order of calls: progress_start; in each slot progress_begin, progress_attempt for each attempt,
 * progress_finish; progress_update again and again; progress_end.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "commands/schedule.h"
#include "journal/attempt.h"
#include "journal/follower.h"
#include "scenario/plan.h"

/* A scenario that runs. */
struct progress_slot {
    struct progress *progress;
    const struct plan *plan; /* NULL: none */
    struct duration expected;
    int64_t began;
    int64_t red_since; /* the end of the loop in which growth was seen; 0: none so far */
    enum attempt attempt;
    int64_t attempt_began;
    struct journal_follower *follower; /* of the attempt's journal; NULL: nobody is interested */
    enum phase phase;                  /* PHASE_COUNT: it starts */
    unsigned iteration;
    unsigned iterations;
    unsigned first_iteration;
    double first_at; /* seconds; of the first iteration's end */
    double last_at;
    int64_t last_event; /* clock_now() */
    int64_t phase_began;
    unsigned rested;                    /* samples of the rest after the loop */
    struct journal_counts at_rest, now; /* of the last sample before the loop, and of the last */
};

struct progress {
    bool terminal; /* standard error is one */
    FILE *screens; /* where --show prints; NULL: nowhere */
    struct progress_slot *slots;
    unsigned slot_count;
    size_t of;
    size_t finished;
    double budget;      /* seconds that a red scenario may take from the end of its loop */
    double left;        /* seconds, as shown; 0: not known */
    bool corrected;     /* a scenario turned red: what is shown may rise */
    size_t drawn;       /* lines that stand there now */
    int64_t last_drawn; /* or said */
};

/* `of` scenarios, as many at a time as there are slots. */
void progress_start(struct progress *progress, unsigned slots, size_t of, int64_t budget_ms,
                    FILE *screens);
void progress_begin(struct progress *progress, unsigned slot, const struct plan *plan,
                    struct duration expected);
void progress_attempt(struct progress *progress, unsigned slot, enum attempt attempt,
                      const char *journal);
void progress_finish(struct progress *progress, unsigned slot, const char *verdict, double seconds);

/* Until the slot is free, as far as is known. */
double progress_seconds_left(const struct progress *progress, unsigned slot);
/* Reads on in the journals, and draws. left: seconds until all are done; 0: not known. What is
 * shown of it only falls, but where a scenario turned red. */
void progress_update(struct progress *progress, double left);
void progress_end(struct progress *progress);
