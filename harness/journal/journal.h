/*
 * The journal: all that a worker says, as JSON lines, append-only, one record a line, so that a
 * crash loses no sample that was taken. Verdicts and reports are made from it alone.
 *
 * Records, by their "record": journal (first: version, date, scenario, plan, plan_hash, target,
 * program, attempt, the baseline it is judged by or null, leakgate's version, world root), target
 * (pid, port, go_version, module, version, rate), phase, step, iteration, function and holder
 * (interned names, before their first use), sample, screen, note, failure, end. Fields:
 * docs/design.md.
 *
 * The holdings of a sample are written as differences from the sample before (a holder that holds
 * nothing any more as 0), which keeps a journal of 60 samples with 5,000 heap stacks at a few
 * megabytes.
 */
#ifndef LEAKGATE_JOURNAL_JOURNAL_H
#define LEAKGATE_JOURNAL_JOURNAL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strings.h"
#include "verdict/judgement.h"
#include "verdict/series.h"

struct journal;

/* A new file, 0644; one that exists is an error. */
struct journal *journal_create(const char *path, struct lg_error *err);
/* Appends one record and its newline in one write. Steals `record`. Errors (ENOSPC) are
 * LG_ERROR_INTERNAL. */
bool journal_write(struct journal *journal, json_t *record, struct lg_error *err);
/* Writes new holders and functions of the table first, then the sample. */
bool journal_write_sample(struct journal *journal, const struct sample *sample,
                          const struct holder_table *holders, struct lg_error *err);
/* What was written is on the disk, and stays after a power cut: see docs/design.md, "The journal".
 */
bool journal_sync(struct journal *journal, struct lg_error *err);
/* Bytes written so far. */
size_t journal_bytes(const struct journal *journal);
/* fsync and close; NULL is fine. */
bool journal_close(struct journal *journal, struct lg_error *err);

/* A journal read back. */
struct run_record {
    json_t *header;  /* the journal record */
    json_t *target;  /* NULL: the run did not come so far */
    json_t *failure; /* NULL: none */
    json_t *end;     /* NULL: cut off */
    json_t *notes;   /* array, never NULL */
    json_t *screens; /* array of screen records, never NULL */
    json_t *steps;   /* array of the last 200 step records, never NULL */
    struct series series;
    struct baseline *baseline;     /* it is judged by, copied in by the worker; NULL: none */
    const char *baseline_revision; /* of --baseline-ref; NULL: the baseline is the working tree's */
    struct baseline *baseline_here; /* then the working tree's; NULL: none */
    struct run_facts facts;         /* strings point into the record */
    struct string_list left_behind;
    struct string_list control_left_behind; /* by the control build, before */
    bool torn;                              /* the last line was cut off and dropped */
};

/* NULL and LG_ERROR_INPUT with file:line when it is no journal of a version this program reads. */
struct run_record *run_record_read(const char *path, struct lg_error *err);
void run_record_free(struct run_record *record);

/* What a watcher of a growing journal wants to know (the progress line, --show). */
struct journal_follower;
typedef void journal_listener(void *context, const json_t *record);
struct journal_follower *journal_follow(const char *path);
/* Reads whole lines that have come since; each as a record. Samples and interned names are skipped.
 */
void journal_follow_more(struct journal_follower *follower, journal_listener *listener,
                         void *context);
void journal_follow_end(struct journal_follower *follower);

#endif
