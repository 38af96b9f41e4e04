/* Amounts of gauges in units that people read. */
#ifndef LEAKGATE_RESULT_AMOUNTS_H
#define LEAKGATE_RESULT_AMOUNTS_H

#include <stddef.h>

#include "probes/gauge.h"

/* A gauge's amount: "25", "6.5 MiB", "0.10 s"; signed growth: "+1.00", "+90 B". */
void amount_describe(enum gauge gauge, double value, char *text, size_t size);
void growth_describe(enum gauge gauge, double value, char *text, size_t size);
void bytes_describe(double bytes, char *text, size_t size);

#endif
