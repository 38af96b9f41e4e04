/*
 * A program started once to see what it does: in a world of its own, below a guard, as a run is;
 * nothing is left of it.
 */
#pragma once

#include "base/error.h"
#include "scenario/write_target.h"

enum trial_kind {
    TRIAL_LOOK, /* two screens, a second and a half apart; then the quit keys */
    TRIAL_HELP, /* no screen, but what it prints for --help */
    TRIAL_PPROF /* is sampled a few times */
};

struct trial {
    struct string_list screens[2]; /* of TRIAL_LOOK; empty where it did not come so far */
    char *help;                    /* of TRIAL_HELP; "" where there is none */
    bool sampled;                  /* of TRIAL_PPROF: pprof answered ... */
    int heap_rate;                 /* ... and the heap profile has another rate than was asked for;
                                      0: it has that */
    char *problem;                 /* why it did not come to its end; NULL: it did */
    char *words;                   /* then the last lines of its standard error */
    int status;                    /* the exit status after the quit keys; -1: it did not end */
    int signal;                    /* the user stopped it; 0 */
};

/* `program` is a path, or NULL for the draft's name. Of a draft without quit keys nothing is
 * pressed. False and *err where it could not be tried. The caller frees the trial. */
bool trial_start(const struct target_draft *draft, const char *program, enum trial_kind kind,
                 struct trial *trial, struct lg_error *err);
void trial_free(struct trial *trial);
