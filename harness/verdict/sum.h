/*
 * Several processes of one plan, each with two loops, added up: for leaks too rare for one process.
 *
 * Of what neither grows nor shrinks a later rest is as likely to hold more than an earlier one as
 * to hold less. So of the processes in which it differs as many fall as rise, but for chance, which
 * the sign test tells (Dixon and Mood 1946). It has to be told in the first loop and in the second:
 * what a program makes once, on first use, is made in one of them.
 */
#pragma once

#include "verdict/baseline.h"
#include "verdict/judgement.h"
#include "verdict/ledger.h"
#include "verdict/outcome.h"

/* With fewer even a rise in all of them may be chance; more take longer than they tell. */
enum { SUM_LEAST = 5, SUM_MOST = 20 };

/* How likely so many rise and no more fall, where each is as likely. 1 where there are none. */
double sign_test(unsigned rose, unsigned fell);

/* The growth per iteration, coming by chance (Poisson), that so many processes with loops of so
 * many iterations show in 95 of 100 cases, where nothing falls. NAN for another number of them. */
double sum_smallest(size_t processes, double iterations);

/* What one row, the same in each process, gains in its two loops. */
struct sum {
    bool grows;
    unsigned rose[2]; /* processes, by loop */
    double from, net; /* all processes together, both loops */
    double iterations;
};
/* What is allowed is so with the scatter of a single run. */
struct sum sum_of(const struct rest_gains *gains, size_t count, double allowed);

/* Adds to the judgement what the processes show together: growth of counts, holder by holder, then
 * what is left of each total; and what they would have shown. Its verdict becomes a leak where
 * there is any. */
void sum_judge(struct judgement *judgement, const struct series *const *processes, size_t count,
               const struct baseline *baseline, const char *today);

/* Does any count stand higher in the last rest than in the one before it? For the worker, whose
 * rest may not be over. */
bool sum_is_unsettled(const struct series *series);
