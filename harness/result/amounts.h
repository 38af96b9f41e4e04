/* Amounts of gauges in units that people read. */
#pragma once

#include "probes/gauge.h"

/* A text by value, to be used within one expression: amount_text(gauge, value).text. */
struct short_text {
    char text[64];
};

/* A gauge's amount: "25", "6.5 MiB", "0.10 s"; signed growth: "+1.00", "+90 B". */
struct short_text amount_text(enum gauge gauge, double value);
struct short_text growth_text(enum gauge gauge, double value);
struct short_text bytes_text(double bytes);
/* "850 ms", "1 min 52 s" */
struct short_text seconds_text(double seconds);
