/* What run.c (start and end) and phases.c (what is measured in between) share; nobody else includes
 * it. */
#ifndef LEAKGATE_MEASURE_RUN_PRIVATE_H
#define LEAKGATE_MEASURE_RUN_PRIVATE_H

#include "measure/evidence.h"
#include "journal/journal.h"
#include "measure/run.h"
#include "measure/world_counts.h"
#include "probes/probe.h"
#include "driver/target.h"

struct run {
    const struct run_options *options;
    const struct plan *plan;
    struct journal *journal;
    struct loop *loop;
    int signals;
    int timer; /* the deadline of the whole scenario */
    struct world *world;
    struct target *target;
    struct probe *probe;
    struct world_counts world_counts;
    struct evidence evidence;
    struct series series;         /* its holders are the probe's until the end */
    struct string_list reference; /* the screen that each iteration has to come back to */
    enum phase phase;
    char today[11];     /* the journal's date */
    unsigned iteration; /* completed */
    unsigned iterations_total;
    size_t holdings; /* of all samples */
    bool target_recorded;
    bool over_time; /* stopped by the scenario's own deadline, not by a signal */
    char *program;
    char *version_line;
    struct lg_error journal_problem; /* of a listener that has no way to return it */
};

double run_seconds(const struct run *run); /* since the target was started; 0 before */
/* Steals the record. */
bool run_write(struct run *run, json_t *record, struct lg_error *err);
/* The screen as it is now, into the journal; a failure is kept in journal_problem. */
void run_write_screen(struct run *run, const char *why, const char *name);
bool run_enter_phase(struct run *run, enum phase phase, unsigned iterations, struct lg_error *err);

/* phases.c: finds the pprof socket within `ms` and connects. */
bool run_open_probe(struct run *run, int64_t ms, struct lg_error *err);
/* phases.c: a sample of the phase and iteration that the run is in, into the series and the
 * journal. `step` is 0 but for locating runs, see struct sample. */
bool run_take_sample(struct run *run, bool with_memstats, unsigned step, struct lg_error *err);
/* phases.c: the iterations before anything is measured. */
bool run_warm_up(struct run *run, struct lg_error *err);
/* phases.c: one more iteration is done; says so in the journal. */
bool run_count_iteration(struct run *run, struct lg_error *err);
/* locating.c: warm-up, then a sample after every step of the iterations. */
bool run_locate(struct run *run, struct lg_error *err);
/* phases.c: everything between setup and quit. */
bool run_measure(struct run *run, struct lg_error *err);
/* phases.c: --iterations: the iterations alone. */
bool run_play(struct run *run, struct lg_error *err);

#endif
