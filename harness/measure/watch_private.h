/* What watch.c (one process after the other, and when samples are due) and watch_series.c (one
 * series) share; nobody else includes it. */
#pragma once

#include "measure/run_private.h"
#include "measure/watch.h"

enum { WATCH_RATES = 101 /* of samples, whose median is what is usual */ };

/* What comes after a sample or a series. */
enum next {
    GOES_ON,
    SERIES_ENDS,   /* the process goes on in another one */
    PROCESS_ENDED, /* ... or there is none any more */
    WATCH_OVER,    /* its time is over, it was stopped, or something grows (--until-flag) */
    WATCH_FAILED
};

/* A series. */
struct watched {
    struct run run;
    struct run_options options;
    struct plan plan;
    char *command[2];
    char *directory;
    int process; /* pidfd of what is sampled */
    bool has_pprof;
    int64_t slept;      /* by the machine, when it began */
    int64_t heap_read;  /* when; 0: not yet */
    unsigned samples;   /* taken */
    unsigned stride;    /* one in so many is kept in memory */
    unsigned missing;   /* that could not be taken, in a row */
    size_t judged_at;   /* samples in memory */
    unsigned flags;     /* moments at which something began to grow, or was out of range */
    bool *raised;       /* by row of what is healthy */
    struct sample last; /* without its holdings */
    double cores;       /* since the sample before */
    double rates[WATCH_RATES];
    size_t rate_count;
    struct judgement *judgement;
};

struct watch {
    const struct watch_options *options;
    struct loop *loop;
    int signals;
    pid_t pid;
    int process;         /* pidfd of it; -1 */
    bool is_fresh;       /* it has just been started: its pprof may not be open yet */
    int64_t over;        /* when the watch is */
    int64_t slept;       /* by the machine, as it was seen last */
    bool flagged;        /* something was out of range */
    struct watched *now; /* NULL: there is no series */
};

/* watch.c: to the user, and in the journal where there is one. */
void watch_say(struct watch *watch, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* watch.c: a pidfd of the process, whose end stops the loop by SIGCHLD; -1 where it has none. */
int watch_follow(struct watch *watch, pid_t pid);
void watch_leave(struct watch *watch, int *process);
/* watch.c: of a pidfd. */
bool watch_has_ended(int process);

/* watch_series.c: attaches to watch->pid and begins its journal. What there is of it is ended also
 * after a failure. */
bool watch_begin_series(struct watch *watch, struct watched *now, struct lg_error *err);
/* A sample into the journal, and what follows from it. */
enum next watch_take_sample(struct watch *watch, struct watched *now, struct lg_error *err);
bool watch_end_series(struct watch *watch, struct watched *now, struct lg_error *err);
