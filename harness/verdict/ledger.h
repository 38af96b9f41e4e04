/*
 * The series as rows of numbers: the holdings of every sample added up by holder key, and the
 * totals of every gauge. A row has one column for each sample of IDLE, LOOP, DRAIN and SECOND
 * DRAIN, in this order.
 *
 * Order of calls: ledger_new; runtime_memory_correct where growth is judged; the accessors;
 * cleanup_ledger. Memory: a row per key, two for heap stacks.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "verdict/growth.h"
#include "verdict/series.h"

/* The columns of one phase. */
struct stretch {
    size_t first;
    size_t count;
};

/* All holders of a gauge that have one key, or what is left of the gauge's total. */
struct account {
    enum gauge gauge;
    char *key;        /* NULL: the total */
    uint32_t example; /* number of the first holder of this key */
    double *values;   /* row; 0 where it held nothing */
    double *bytes;    /* row; NULL but for heap stacks */
};

struct ledger {
    const struct series *series;   /* not owned */
    const struct sample **samples; /* one for each column; they point into the series */
    double *positions;             /* row: iterations or minutes */
    size_t columns;
    struct stretch idle, loop, drain, second; /* second: the rest after the second loop */
    double *ignored_bytes;    /* row: of the heap, what is not judged: the bytes of ignored stacks,
                                 and of what the runtime keeps (runtime_memory.h) */
    struct account *accounts; /* sorted by gauge and key */
    size_t count;
    size_t *account_of; /* by the holder's number; SIZE_MAX: an ignored stack */
};

/* The series must outlive the ledger. */
struct ledger *ledger_new(const struct series *series);
void cleanup_ledger(struct ledger **ledger);
#define _cleanup_ledger_ __attribute__((cleanup(cleanup_ledger)))

/* The accounts of one gauge: from the one returned, *count in number. */
const struct account *ledger_accounts(const struct ledger *ledger, enum gauge gauge, size_t *count);
/* NULL where no holder has this key. */
const struct account *ledger_account(const struct ledger *ledger, enum gauge gauge,
                                     const char *key);
/* The gauge whose holders explain this one's total: the heap's total is held by its stacks. */
enum gauge ledger_held_by(enum gauge gauge);
/* The row that adds up to the gauge's total: bytes of heap stacks, values otherwise. */
const double *account_row(const struct account *account);
/* What an account held in any sample of the series, also one that has no column. */
double ledger_held_in(const struct ledger *ledger, const struct sample *sample,
                      const struct account *account);

/* A gauge's totals as a row, NAN where not read; the caller frees it. */
double *ledger_totals(const struct ledger *ledger, enum gauge gauge);
/* A row with a value for each sample of the series, NAN where the sample has no column; the caller
 * frees it. */
double *ledger_by_sample(const struct ledger *ledger, const double *row);
/* Takes a row off another. */
void ledger_subtract(const struct ledger *ledger, double *from, const double *row);
/* Where the last idle sample stands, in iterations or minutes; without any, the loop's first. The
 * ledger has to have one of them. */
double ledger_idle_position(const struct ledger *ledger);
/* The loop's part of a row. */
struct trace ledger_trace(const struct ledger *ledger, const double *row);
/* The last column of a stretch, which must not be empty. */
size_t stretch_last(struct stretch stretch);
/* From a stretch's first sample to its last; 0 where it has none. */
double ledger_seconds(const struct ledger *ledger, struct stretch stretch);
/* What a row gains from a stretch's first sample to its last. */
double ledger_gain(const double *row, struct stretch stretch);
/* Of the gauge's accounts that are not `taken` (a flag for each) the one that gained most in the
 * loop, and by how much; it is taken then. NULL: none gained anything. */
const struct account *ledger_take_largest(const struct ledger *ledger, enum gauge gauge,
                                          bool *taken, double *gain);
