/*
 * The journal: all that a worker says, as JSON lines, append-only, one record a line, so that a
 * crash loses no sample that was taken. Verdicts and reports are made from it alone. Its records
 * are in journal/record.h, their fields in docs/design.md.
 *
 * The holdings of a sample are written as differences from the sample before (a holder that holds
 * nothing any more as 0), which keeps a journal of 60 samples with 5,000 heap stacks at a few
 * megabytes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "journal/record.h"
#include "probes/sample.h"

struct journal;

/* A new file, 0644; one that exists is an error. */
struct journal *journal_create(const char *path, struct lg_error *err);
/* Appends one record and its newline in one write. Errors (ENOSPC) are LG_ERROR_INTERNAL. */
bool journal_write(struct journal *journal, const struct journal_record *record,
                   struct lg_error *err);
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
