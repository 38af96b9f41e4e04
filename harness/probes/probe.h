/*
 * The probe of one target: opens what is needed once, takes samples in the order that
 * docs/design.md gives. Everything it reads belongs to one process, the owner of the pprof socket.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/loop.h"
#include "probes/sample.h"

struct pprof;
struct probe;
struct proc;
struct probe_counting;

struct probe_options {
    const char *world_root;
    int64_t started;                       /* clock_now() at the target's start */
    bool no_pprof;                         /* probe_open: do not look for it, see there */
    unsigned long (*output_bytes)(void *); /* terminal output so far; may be NULL */
    /* Counts what is to be seen in the world and not in the process, by probe_begin_count and
     * probe_count: tools started, files, sessions. `whole`: not of a SAMPLE_COUNTS. May be NULL. */
    bool (*count_world)(void *context, struct probe_counting *counting, bool whole,
                        struct lg_error *err);
    /* Is given each profile as it was fetched, once it is decoded: the heap's second of a sample,
     * the goroutines', those that are leaked. May be NULL. */
    bool (*take_profile)(void *context, enum gauge gauge, const char *bytes, size_t length,
                         struct lg_error *err);
    void *context; /* of those above */
};

/* The gauge is read: 0 so far. */
void probe_begin_count(struct probe_counting *counting, enum gauge gauge);
/* So many more of it, held by `holder`. */
void probe_count(struct probe_counting *counting, enum gauge gauge, const char *holder,
                 uint32_t count);

/* Finds the socket (asking again every 20 ms, for there is no event for another process's listen)
 * until the deadline, checks that pprof answers on it, and opens the connection. `root` is the
 * process that was started. With `no_pprof` that one is sampled, or below a shell its only child;
 * probe_pprof is NULL then, and the gauges of pprof are NAN. */
LG_CHECKED struct probe *probe_open(struct loop *loop, pid_t root,
                                    const struct probe_options *options, int64_t deadline,
                                    struct lg_error *err);
/* The probe of a process that runs already, and of which nothing may change: of the heap it reads
 * what the program's own collections left, and MemStats in place of the coarse profile's total; the
 * peak of resident memory is the highest so far. Looks for pprof once, until the deadline. Without
 * pprof probe_pprof is NULL, *why says why, and its gauges are NAN. Of the options `started` may be
 * any moment. */
LG_CHECKED struct probe *probe_attach(struct loop *loop, pid_t root,
                                      const struct probe_options *options, int64_t deadline,
                                      struct lg_error *why, struct lg_error *err);
void probe_close(struct probe *probe);

const struct proc *probe_proc(const struct probe *probe);
pid_t probe_pid(const struct probe *probe); /* the owner of the socket */
unsigned short probe_port(const struct probe *probe);
struct pprof *probe_pprof(struct probe *probe);
struct holder_table *probe_holders(struct probe *probe); /* owned by the probe */

/* What is read of the heap, for which the target stops and collects. */
enum sample_depth {
    SAMPLE_COUNTS,  /* nothing: its holders are those of the sample before */
    SAMPLE_HEAP,    /* the profile, after two collections */
    SAMPLE_MEMSTATS /* those too, whose text is dear: they tell that the target did collect */
};

/* Fills *sample; its phase, iteration and step are 0 then, for the caller to set. *rate is the heap
 * profile's real sampling rate, as it was read last. */
LG_CHECKED bool probe_sample(struct probe *probe, enum sample_depth depth, struct sample *sample,
                             int64_t *rate, struct lg_error *err);

/* The two numbers that are cheap to read: how many there are now; without pprof 0 goroutines. */
struct probe_counts {
    double goroutines, fds;
};
LG_CHECKED bool probe_count_now(struct probe *probe, struct probe_counts *counts,
                                struct lg_error *err);

/*
 * Goroutines that the runtime itself knows to be leaked (profile goroutineleak: Go 1.27, or 1.26
 * built with the experiment of that name), after a collection that looks for them. Fills *sample:
 * PHASE_QUIT, `before`'s iteration, the gauge goroutine_leak and its holders, and `before`'s
 * holdings, which are not read again. *served is false, and *sample untouched, where the runtime
 * does not serve the profile.
 */
LG_CHECKED bool probe_goroutine_leaks(struct probe *probe, const struct sample *before,
                                      struct sample *sample, bool *served, struct lg_error *err);
