/* What run.c (start and end), phases.c (what is measured in between), locating.c and records.c
 * share; nobody else includes it. */
#pragma once

#include "measure/evidence.h"
#include "journal/journal.h"
#include "measure/run.h"
#include "measure/world_counts.h"
#include "probes/pprof.h"
#include "probes/probe.h"
#include "verdict/series.h"
#include "driver/target.h"

struct run {
    const struct run_options *options;
    const struct plan *plan;
    struct journal *journal;
    struct loop *loop;
    int signals;
    int timer;       /* the deadline of the whole scenario */
    int64_t started; /* the target, on clock_now's scale; 0: not yet */
    struct world *world;
    struct target *target;   /* NULL before it is started, and always of a watch */
    struct by_hand *by_hand; /* NULL: steps play */
    struct probe *probe;
    struct world_counts world_counts;
    struct evidence evidence;
    struct journal_end end;       /* as far as it is known */
    struct series series;         /* its holders are the probe's until the end */
    struct string_list reference; /* the screen that each iteration has to come back to */
    enum phase phase;
    char date[21]; /* the journal's, and its day */
    char today[11];
    unsigned iteration; /* completed */
    unsigned iterations_total;
    size_t holdings; /* of all samples */
    bool target_recorded;
    bool over_time; /* stopped by the scenario's own deadline, not by a signal */
    char *program;
    char *goroutineleak; /* of the end record */
    char *version_line;
    struct lg_error journal_problem; /* of a listener that has no way to return it */
};

double run_seconds(const struct run *run); /* since the target was started; 0 before */

/* records.c: into the journal. What cannot return a failure keeps it in journal_problem. */
bool run_write_header(struct run *run, struct lg_error *err);
/* What is sampled, and the rate found in its heap profile. */
bool run_write_target(struct run *run, int64_t heap_rate, struct lg_error *err);
bool run_enter_phase(struct run *run, enum phase phase, unsigned iterations, struct lg_error *err);
bool run_write_iteration(struct run *run, unsigned iteration, unsigned of, struct lg_error *err);
void run_write_step(struct run *run, const struct step_report *report);
void run_write_rows(struct run *run, enum screen_why why, const char *name,
                    const struct string_list *rows);
/* The screen as it is now. */
void run_write_screen(struct run *run, enum screen_why why, const char *name);
bool run_write_note(struct run *run, const char *text, struct lg_error *err);
bool run_write_flag(struct run *run, const struct journal_flag *flag, struct lg_error *err);
bool run_write_failure(struct run *run, const struct lg_error *problem, const char *stderr_tail,
                       struct lg_error *err);
/* by_hand.c: the user's terminal, which gets what the target writes from now on. */
bool run_open_by_hand(struct run *run, struct lg_error *err);
void run_by_hand_output(void *run, const char *bytes, size_t length);
/* by_hand.c: until the end of the round trip is marked, or the target ends; writes what was done as
 * a scenario. */
bool run_by_hand(struct run *run, struct lg_error *err);
void run_close_by_hand(struct run *run);
/* Completes what the run has gathered for its end. */
bool run_write_end(struct run *run, struct lg_error *err);

/* phases.c: a profile of the loop, into the evidence. The context is the run. */
bool run_take_profile(void *context, enum gauge gauge, const char *bytes, size_t length,
                      struct lg_error *err);
/* phases.c: finds the pprof socket within `ms` and connects. */
bool run_open_probe(struct run *run, int64_t ms, struct lg_error *err);
/* phases.c: a sample of the phase and iteration that the run is in, into the series and the
 * journal. `step` is 0 but for locating runs, see struct sample. */
bool run_take_sample(struct run *run, enum sample_depth depth, unsigned step, struct lg_error *err);
/* phases.c: after a reading that failed; the end of the target may be the cause. Returns false. */
bool run_fail_sample(struct run *run, struct lg_error *err);
/* phases.c: the terminal is drained meanwhile. */
bool run_rest_until(struct run *run, int64_t deadline, struct lg_error *err);
/* phases.c: the iterations before anything is measured. */
bool run_warm_up(struct run *run, struct lg_error *err);
/* phases.c: one more iteration is done; says so in the journal. */
bool run_count_iteration(struct run *run, struct lg_error *err);
/* locating.c: warm-up, then a rest and a sample after every input of the iterations. */
bool run_locate(struct run *run, struct lg_error *err);
/* phases.c: everything between setup and quit. */
bool run_measure(struct run *run, struct lg_error *err);
/* phases.c: --iterations: the iterations alone. */
bool run_play(struct run *run, struct lg_error *err);
