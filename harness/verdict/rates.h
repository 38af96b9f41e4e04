/*
 * What a program burns, starts and writes while nobody touches it: its rates at rest after the loop
 * against those before. A timer that is armed twice, a poll that is never stopped and a screen that
 * is drawn for ever show here, also where nothing else grows.
 */
#pragma once

#include "verdict/ledger.h"

struct rate_growth {
    bool grows;
    bool unsure; /* would grow, had the last iteration nothing left to do: a longer rest tells */
    double before, after; /* per second (cpu: cores); NAN: not known */
    double iterations;    /* between the two rests */
    double per_iteration; /* (after - before) / iterations */
};

/* Of the gauge's total or one of its holders. `allowed` is per iteration. */
struct rate_growth rate_growth_of(const struct ledger *ledger, enum gauge gauge, const double *row,
                                  double allowed);
