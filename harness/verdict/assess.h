/* Growth, gauge by gauge: each holder by itself, then what is left of the gauge's total. */
#ifndef LEAKGATE_VERDICT_ASSESS_H
#define LEAKGATE_VERDICT_ASSESS_H

#include <stdbool.h>

#include "verdict/baseline.h"
#include "verdict/finding.h"
#include "verdict/ledger.h"
#include "verdict/outcome.h"

struct assessment {
    const struct ledger *ledger;
    const struct baseline *baseline; /* NULL: none */
    const char *today;             /* "" or NULL: unknown, and no exception is taken for expired */
    struct finding_list *findings; /* added to */
    struct visible *smallest;      /* GAUGE_COUNT of them; NULL: not wanted */
    double *left;  /* GAUGE_COUNT, 0 at first, or NULL: what each gauge's own allowance is used for
                      in this run, per iteration; of heap_stack bytes */
    bool noisy;    /* set where noise or drift hides what was to be judged */
    bool restless; /* set where a longer rest may yet show what noise hides */
};

void assess_growth(struct assessment *assessment);

/* What the baseline grants a gauge's total, and any one of its holders; of heap stacks in bytes. */
struct allowance gauge_allowance(const struct assessment *assessment, enum gauge gauge);

/* Is this last day ("YYYY-MM-DD" or NULL) behind us? */
bool has_expired(const char *expires, const char *today);
/* How much of an excepted holder's growth is left in this run; 0 without a growth. */
void assess_exception(const struct ledger *ledger, const struct baseline_exception *exception,
                      double *per_iteration, double *bytes_per_iteration);

#endif
