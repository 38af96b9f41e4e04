/* A row of numbers as a few block characters, in texts that cannot hold a chart. */
#ifndef LEAKGATE_REPORT_SPARKLINE_H
#define LEAKGATE_REPORT_SPARKLINE_H

#include "verdict/judgement.h"
#include "verdict/ledger.h"

/* "▁▂▃▅▆▇": what of the values is finite, neighbours put together where there are more than 40.
 * NULL where there are fewer than two. The caller frees it. */
char *sparkline(const double *values, size_t count);

/* Over the loop's samples: of a finding with a holder that holder's, else its gauge's total;
 * `whole` the total in any case. NULL where there is nothing to draw: a rate, or a holder that this
 * run did not have. The caller frees it. */
char *finding_sparkline(const struct ledger *ledger, const struct finding *finding, bool whole);

#endif
