/*
 * One run of one scenario, in the worker: world, target, phases, journal. The only thing that comes
 * out is the journal (and the recording, the final screen and standard error beside it).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "driver/target.h"
#include "journal/attempt.h"
#include "probes/probe.h"
#include "scenario/plan.h"
#include "verdict/baseline.h"
#include "verdict/locate.h"

/* inotify instances that must be free when a run starts. Sidecar holds 4 when idle; with fewer than
 * this a cut-off would look like a plateau. */
enum { RUN_INOTIFY_INSTANCES = 16 };

/* What is done with a target that is ready and set up, in place of measuring it. */
struct run_instead {
    bool (*act)(void *context, struct target *target, struct probe *probe, struct lg_error *err);
    void *context;
};

struct run_options {
    const struct plan *plan;
    const struct run_instead *instead; /* NULL: it is measured */
    const struct baseline *baseline;   /* it is judged by; NULL: none */
    const char *baseline_revision; /* --baseline-ref: where it is from, as given; NULL: it is the
                                      working tree's */
    const char *baseline_commit;   /* the same as a commit's hash */
    const struct baseline *baseline_here; /* then the working tree's; NULL: none */
    const struct string_list *approved;   /* then what of it the baseline has; NULL: nothing */
    const char *plan_difference;          /* then how the plan's files differ; NULL: they do not */
    const char *world_root;               /* made by the guard, see world/world.h */
    const char *directory; /* of the report, for this run: journal.jsonl, recording.cast,
                              screen.txt, stderr.txt go there */
    enum attempt attempt;
    const char *watch;           /* `leakgate watch ...`, see measure/watch.h; NULL: it is a run */
    const char *control_version; /* of the build that the baseline was taken from; NULL: none */
    const struct string_list *control_left_behind; /* then what outlived that; NULL: none */
    const char *reproduce;    /* what `leakgate run` needs again, shell-quoted; for reports of runs
                                 that were cut off; NULL: not said */
    const char *baselines;    /* and the directory of the baselines */
    struct locating locating; /* of ATTEMPT_LOCATE */
    unsigned times;           /* --times: added up with so many processes, itself one; 0: alone */
    unsigned play_iterations; /* --iterations: only play, measure nothing; 0: measure */
    bool round_trip;          /* then: from the second on the screen has to come back */
    struct lent_terminal *terminal; /* the user's, who plays instead; NULL: steps do */
    bool show;                      /* write the screen after every step into the journal */
    double timeout_scale;
};

/* The user's terminal while somebody plays (measure/by_hand.h). In memory that worker and runner
 * share, so that the terminal is given back whole after a worker that crashed. */
struct lent_terminal {
    char path[32];
    bool alternate;    /* the program is on the alternate screen */
    unsigned left_out; /* inputs that no step can say */
    bool has_secret;   /* something was typed with echo off */
};

/* How long a rest after the same loop has to be, when the rest after the first has been seen: until
 * it had settled, and two samples more. */
int64_t run_rest_needed(const struct plan *plan, const struct series *series);

/* Runs in the worker process; returns the worker's exit status: EXIT_PASS when the journal is whole
 * (whatever is in it, a failure of the target included), EXIT_INTERNAL otherwise. */
int run_worker(const struct run_options *options);
