/*
 * What a run's journal says, record by record. The worker fills these and writes them
 * (journal/journal.h); who reads a journal gets them back (journal/run_record.h) or while they come
 * (journal/follower.h). Their keys are in record_json.c, what they mean in docs/design.md.
 *
 * What is not there is NULL, NAN or JOURNAL_ABSENT. Of a record to be written the texts are the
 * writer's; of one that was read they are the record's own. Moments (`at`) are seconds since the
 * target was started.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strings.h"
#include "probes/sample.h"
#include "verdict/baseline.h"

enum { JOURNAL_VERSION = 1 };
#define JOURNAL_ABSENT INT64_MIN
static inline int64_t journal_number(int64_t number, int64_t otherwise)
{
    return number != JOURNAL_ABSENT ? number : otherwise;
}

/* How much is measured; milliseconds where it says so. */
struct journal_measure {
    int64_t warmup;
    int64_t idle_samples;
    int64_t idle_ms;
    int64_t samples;
    int64_t iterations_per_sample;
    int64_t every_ms;
    int64_t for_ms;
    int64_t file_for_ms; /* where --for gives another length: the scenario's own */
    int64_t drain_ms;
    int64_t heap_rate;
};

struct journal_quarantine {
    const char *reason;
    const char *until; /* the last day; NULL: there is no quarantine */
};

/* A step of the iteration, as a locating run names it. */
struct journal_place {
    const char *step;
    const char *where; /* file:line:column */
    int64_t input;     /* from 1; of all rounds of a loop, that of the first */
};

struct journal_places {
    struct journal_place *items;
    size_t count;
};

/* The first record. */
struct journal_header {
    int64_t version;
    const char *leakgate; /* its version */
    const char *date;     /* UTC, "2026-11-23T12:00:00Z" */
    const char *watch; /* `leakgate watch ...`, of a program that ran already; NULL: it is a run */
    const char *scenario;
    const char *title;
    const char *file;
    const char *target;
    const char *program;
    const char *program_hash; /* of its content */
    const char *attempt;
    const char *plan_hash;
    json_t *plan; /* the document that plan_hash is of */
    struct journal_measure measure;
    const struct baseline *baseline; /* it is judged by */
    const char *baseline_revision; /* of --baseline-ref; NULL: the baseline is the working tree's */
    const char *baseline_commit;
    const struct baseline *baseline_here; /* then the working tree's */
    struct string_list approved; /* then what `baseline` has of it: exceptions, a line each */
    struct journal_quarantine quarantine_here; /* then one that does not count yet */
    const char *plan_difference;               /* then how the plan's files differ */
    struct journal_quarantine quarantine;
    const char *world;
    int64_t iterations_total;
    const char *options;   /* what `leakgate run` needs again, shell-quoted */
    const char *baselines; /* their directory */
    const char *control;   /* the version of the build the baseline is taken from */
    struct string_list control_left_behind; /* then what outlived that */
    int64_t times;                          /* --times: so many processes are added up */
    struct journal_places iteration_steps;  /* of a locating run */
};

/* What is sampled. */
struct journal_target {
    int64_t pid;
    int64_t started_pid;
    int64_t port;
    const char *version;
    const char *version_line;
    const char *go;
    const char *module;
    const char *package;  /* the import path of its package main */
    const char *revision; /* the commit it was built from (build_info.h); "": not known */
    const char *platform; /* "linux/amd64" */
    int64_t heap_rate;
};

struct journal_phase {
    enum phase phase;
    double at;
    int64_t iterations; /* that are to come in it */
};

/* One more is completed. */
struct journal_iteration {
    enum phase phase;
    int64_t iteration;
    int64_t of;
    double at;
};

struct journal_step {
    int64_t iteration;
    const char *step;
    const char *where; /* file:line:column */
    double at;
    double took_ms;
    bool failed;
};

enum screen_why {
    SCREEN_FAILED,
    SCREEN_FINAL,
    SCREEN_ROUND_TRIP, /* it is not what it was before the iteration */
    SCREEN_SNAPSHOT,   /* a step of the scenario asked for it */
    SCREEN_STEP,       /* --show */
    SCREEN_WHY_COUNT
};
const char *screen_why_name(enum screen_why why);

struct journal_screen {
    enum screen_why why;
    const char *name; /* the snapshot's, the step's, or where it failed */
    struct string_list rows;
};

struct journal_note {
    const char *text;
};

/* A gauge of a watch that went over what is healthy. */
struct journal_flag {
    enum gauge gauge;
    double at, most; /* most: that is healthy, in the gauge's unit */
    const char *text;
};

struct journal_failure {
    enum lg_error_class class;
    const char *where; /* file:line:column, or "" */
    const char *text;
    const char *stderr_tail;
};

/* The word for a class of errors, in a failure and in a result. */
const char *problem_class_name(enum lg_error_class class);
/* LG_ERROR_INTERNAL for any other word. */
enum lg_error_class problem_class_by_name(const char *name);

/* Files or sessions that the target left in the world. */
/* Of a sample. */
struct journal_counts {
    double fds, goroutines; /* NAN where they were not read */
};

struct journal_left {
    int64_t count;            /* JOURNAL_ABSENT: not looked for */
    struct string_list names; /* the first of them */
};

/* What the worker itself cost. */
struct journal_usage {
    double cpu_seconds;
    int64_t max_rss_bytes;
};

struct journal_end {
    double at;
    int64_t exit_status;            /* of the target; JOURNAL_ABSENT: none */
    struct string_list left_behind; /* processes that outlived the target */
    struct journal_left files_left; /* new since the loop began */
    struct journal_left sessions_left;
    const char *goroutineleak; /* whether the runtime serves that profile */
    bool too_busy_to_quit;     /* then the target itself is what was left behind */
    int64_t silent_presses;
    int64_t settles, unsettled; /* waits for the screen to settle; those that ran out */
    int64_t sleeps;
    int64_t connections;
    bool played_only; /* --iterations: nothing was measured */
    struct journal_usage own;
};

enum record_kind {
    RECORD_HEADER,
    RECORD_TARGET,
    RECORD_PHASE,
    RECORD_ITERATION,
    RECORD_STEP,
    RECORD_SCREEN,
    RECORD_NOTE,
    RECORD_FLAG,
    RECORD_FAILURE,
    RECORD_END,
    RECORD_KIND_COUNT,
    RECORD_SAMPLED = RECORD_KIND_COUNT /* what journal/follower.h makes of a sample */
};

struct journal_record {
    enum record_kind kind;
    union {
        struct journal_header header;
        struct journal_target target;
        struct journal_phase phase;
        struct journal_iteration iteration;
        struct journal_step step;
        struct journal_screen screen;
        struct journal_note note;
        struct journal_flag flag;
        struct journal_failure failure;
        struct journal_end end;
        struct journal_counts counts;
    };
};
