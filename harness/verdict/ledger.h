/*
 * The series as rows of numbers: the holdings of every sample added up by holder key, and the
 * totals of every gauge. A row has one column for each sample of IDLE, LOOP and DRAIN, in this
 * order.
 *
 * Order of calls: ledger_new; the accessors; ledger_free. Memory: a row per key, two for heap
 * stacks.
 */
#ifndef LEAKGATE_VERDICT_LEDGER_H
#define LEAKGATE_VERDICT_LEDGER_H

#include <stddef.h>
#include <stdint.h>

#include "verdict/growth.h"
#include "verdict/series.h"

/* The columns of one phase. */
struct stretch {
    size_t first;
    size_t count;
};

/* All holders of a gauge that have one key. */
struct account {
    enum gauge gauge;
    char *key;
    uint32_t example; /* number of the first holder of this key */
    double *values;   /* row; 0 where it held nothing */
    double *bytes;    /* row; NULL but for heap stacks */
};

struct ledger {
    const struct series *series;   /* not owned */
    const struct sample **samples; /* one for each column; they point into the series */
    double *positions;             /* row: iterations or minutes */
    size_t columns;
    struct stretch idle, loop, drain;
    double *left_out;         /* row: bytes of heap stacks that are nobody's account */
    struct account *accounts; /* sorted by gauge and key */
    size_t count;
};

/* The series must outlive the ledger. */
struct ledger *ledger_new(const struct series *series);
void ledger_free(struct ledger *ledger);
void cleanup_ledger(struct ledger **ledger);
#define _cleanup_ledger_ __attribute__((cleanup(cleanup_ledger)))

/* The accounts of one gauge: from the one returned, *count in number. */
const struct account *ledger_accounts(const struct ledger *ledger, enum gauge gauge, size_t *count);
/* NULL where no holder has this key. */
const struct account *ledger_account(const struct ledger *ledger, enum gauge gauge,
                                     const char *key);

/* A gauge's totals as a row, NAN where not read; the caller frees it. */
double *ledger_totals(const struct ledger *ledger, enum gauge gauge);
/* The least of a row at rest before the loop; NAN without idle samples. */
double ledger_idle_floor(const struct ledger *ledger, const double *row);
/* Where the last idle sample stands, in iterations or minutes; without any, the loop's first. The
 * ledger has to have one of them. */
double ledger_idle_position(const struct ledger *ledger);
/* The loop's part of a row. */
struct trace ledger_trace(const struct ledger *ledger, const double *row);

#endif
