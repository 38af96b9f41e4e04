/* Growth, gauge by gauge: each holder by itself, then what remains of the gauge's total. */
#pragma once

#include <stdbool.h>

#include "verdict/baseline.h"
#include "verdict/judgement.h"
#include "verdict/ledger.h"

struct assessment {
    const struct ledger *ledger;
    const struct baseline *baseline; /* NULL: none */
    const char *today;             /* "" or NULL: unknown, and no exception is taken for expired */
    struct finding_list *findings; /* added to */
    double smallest[GAUGE_COUNT];  /* as in struct judgement */
    double used[GAUGE_COUNT];      /* how much of each gauge's own allowance this run uses, per
                                      iteration; of heap_stack bytes */
    bool without_heap;             /* its readings mean nothing: it is not judged */
    bool noisy;                    /* set where noise or drift hides what was to be judged */
    bool unsettled;                /* set where a longer rest may yet show what noise hides */
};

void assess_growth(struct assessment *assessment);
