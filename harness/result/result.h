/*
 * What a run of several scenarios came to: all that a report is made from.
 *
 * `leakgate run` fills it while it goes; suite_read makes it again from a report's directory. Both
 * judge each scenario from its journal alone (scenario_judge), so both give the same bytes.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/strings.h"
#include "journal/attempt.h"
#include "journal/run_record.h"
#include "result/recording.h"
#include "result/sources.h"
#include "verdict/judgement.h"

/* Names inside a report's directory. */
#define REPORT_RESULT "result.json"
#define REPORT_PAGE "index.html"

/* One run of a scenario. The screening's record and judgement are the scenario's own. */
struct attempt_result {
    enum attempt attempt;
    enum verdict verdict;        /* of this run alone; of a locating run: pass or failed */
    struct run_record *record;   /* NULL: no journal could be read */
    struct judgement *judgement; /* NULL: nothing was judged */
    char *problem;               /* why there is no record, or why a locating run failed */
};

/* The step that a failure or a screen belongs to stands in the record. */
struct scenario_result {
    char *name;
    char *operand; /* what names it to `leakgate run`: its name, or its file elsewhere */
    char *file;
    char *title;
    enum verdict verdict;
    enum lg_error_class problem; /* LG_ERROR_NONE for what was judged; decides the exit status */
    char *reason;                /* why it is not pass or leak; NULL: none */
    double seconds;              /* wall time */
    bool lost;                   /* a further attempt could not be made: leakgate's own fault, in no
                                    journal */
    bool ran;                    /* there is, or should be, a journal */
    bool without;                /* skipped because the target has nothing for it */
    bool played;                 /* --iterations: nothing was measured */
    struct string_list worlds;   /* kept on disk, one for each attempt; none: all were removed */
    struct string_list killed;   /* what the guard had to end after the worker */
    struct string_list left_out; /* what there was no time for (--budget) */
    char *quarantine_reason;     /* of the scenario, for where there is no record; NULL: none */
    char *quarantine_until;      /* then its last day */
    char today[11];              /* and the day of the run */
    char *plan_difference;       /* by --baseline-ref: how its files differ from the revision's, as
                                    diff -u prints it; NULL: they do not */
    struct string_list files;    /* in its directory, see suite_find_files */
    struct string_list control_files; /* in that of its first control */
    struct sources sources;           /* that findings name, see suite_find_files */
    struct recording *recording;      /* NULL: none, or none is wanted (pictures/recordings.h) */
    struct run_record *record;        /* NULL: did not run, or no journal could be read */
    struct judgement *judgement;      /* of all attempts together; NULL: nothing was judged */
    struct attempt_result attempts[ATTEMPT_COUNT]; /* in the order they ran, the screening first */
    size_t attempt_count;                          /* 0: nothing was judged */
    struct judgement *judgement_here; /* where another revision's baseline judges (--baseline-ref):
                                         what the working tree's would have said; else NULL */
    size_t covering; /* then: so many new exceptions of the working tree would make it pass, if they
                        counted (--allow-new-exceptions) */
    json_t *earlier; /* of --compare: what that report has of it (earlier.h); NULL: none */
    struct string_list gone; /* then: what failed there and is not found any more, a line each */
};

struct suite_result {
    struct scenario_result *scenarios; /* in the order of the selection */
    size_t count;
    size_t capacity;
    char *directory;      /* of the report */
    char *baselines;      /* directory */
    char *options;        /* what `leakgate run` needs again to reproduce it, shell-quoted; "" */
    char date[21];        /* of the start, UTC */
    double seconds;       /* wall time */
    int signal;           /* that asked to stop; 0: none */
    bool only_leaks_fail; /* --fail-on leak */
    bool require_all;     /* --require-all */
    unsigned shard;       /* --shard: this one, from 1; 0: the suite is whole */
    unsigned shards;      /* ... of so many */
    struct string_list whole;    /* of a shard: the names of all scenarios that were split */
    char *compared_with;         /* --compare: "main-report of 2026-11-23T12:00:00Z"; NULL: none */
    char *source_url;            /* --source-url; NULL: not given */
    char *revision;              /* --baseline-ref, as given; NULL: none */
    struct string_list missing;  /* then: scenarios that the revision's suite has and this one
                                    lacks, a line each */
    struct string_list problems; /* of a merge: what is missing, a line each; with any of them the
                                    exit status is 2 at the least */
};

struct suite_result *suite_new(const char *directory, const char *baselines, const char *options);
void suite_free(struct suite_result *suite);
DEFINE_CLEANUP(suite, struct suite_result, suite_free)
#define _cleanup_suite_ __attribute__((cleanup(cleanup_suite)))

/* Takes copies; valid until the next one is added. */
struct scenario_result *suite_add(struct suite_result *suite, const char *name, const char *file,
                                  const char *title);
/* Moves a scenario of another suite to the end of this one; there it is empty afterwards. */
void suite_take(struct suite_result *suite, struct scenario_result *scenario);
/* It was not run, and why. */
void scenario_skip(struct scenario_result *scenario, const char *reason);

/* Why it is no pass and no leak, or that it is one (LG_ERROR_NONE); reason may be NULL. */
void scenario_explain(struct scenario_result *scenario, enum lg_error_class problem,
                      const char *reason);

/* Is it a series of `leakgate watch`, which nobody can play again? */
bool scenario_is_watch(const struct scenario_result *scenario);

/* DIRECTORY/NAME or DIRECTORY/NAME/FILE (file may be NULL); the caller frees it. */
char *report_path(const char *directory, const char *name, const char *file);
