/* Samples as rows of comma-separated values, see csv.c. */
#pragma once

#include "base/buffer.h"
#include "probes/sample.h"

/* The line with the names of the columns. */
void csv_put_columns(struct buffer *out);
/* A sample's line. `date` is when the target was started, or the watch began: the sample's time
 * counts from it. */
void csv_put_sample(struct buffer *out, const char *scenario, const char *attempt,
                    const struct sample *sample, const char *date);
