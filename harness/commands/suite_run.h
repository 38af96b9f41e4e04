/*
 * One `leakgate run` in progress; only the files that it consists of include this. run.c has
 * the order: the scenarios are chosen, their baselines read (run_baselines.c) and compared with a
 * revision's (run_revision.c), the machine is looked at (run_checks.c), the time it will take is
 * estimated (run_schedule.c), and the scenarios are run (pool.c). Nothing has started before all
 * files are known to be right.
 */
#ifndef LEAKGATE_COMMANDS_SUITE_RUN_H
#define LEAKGATE_COMMANDS_SUITE_RUN_H

#include <stdio.h>

#include "base/buffer.h"
#include "commands/revision.h"
#include "commands/selection.h"
#include "result/result.h"

struct suite_run {
    const struct arguments *arguments;
    struct selection selection;
    struct baseline **baselines;      /* one for each plan; NULL: none */
    struct baseline **baselines_here; /* the working tree's, where a revision's judge */
    struct revision *revision;        /* of --baseline-ref; NULL: none */
    char **plan_differences;    /* then, for each plan: how its files differ; NULL: they do not */
    struct string_list missing; /* ... and the scenarios that it has no more */
    struct string_list skipped; /* one for each plan: why it is skipped, "": it is not */
    double timeout_scale;
    struct string_list whole; /* of a shard: all that were split */
    double *seconds;          /* one for each plan: how long it is expected to take */
    unsigned jobs;
    struct suite_result *result;
};

void suite_run_free(struct suite_run *suite);
bool suite_is_skipped(const struct suite_run *suite, size_t index);
/* Where --show prints; NULL: nowhere. */
FILE *suite_screens(const struct suite_run *suite);
/* " --NAME VALUE", quoted for a shell; without the space where nothing stands before it. */
void append_option(struct buffer *out, const char *name, const char *value);
/* The options that make the run what it is, so that the report can say how to play it again. The
 * caller frees it. */
char *suite_options_again(const struct arguments *arguments, bool with_revision);
/* What names a plan's scenario to `leakgate run`: its name, or its file elsewhere. The caller frees
 * it. */
char *suite_operand(const struct suite_run *suite, const struct plan *plan);

/* run_baselines.c: what each scenario is judged by. Says what is wrong; returns the exit status. */
int suite_load_baselines(struct suite_run *suite);

/* run_revision.c: compares the scenarios with those of --baseline-ref. */
void suite_compare_plans(struct suite_run *suite);

/* run_checks.c: all that can be known to be wrong before anything has started, and the report's
 * directory. Says what is wrong; returns the exit status. */
int suite_check_machine(struct suite_run *suite);

/* run_schedule.c, in this order: how many run at a time, and how long it will take, which is said
 * on standard error. */
void suite_choose_jobs(struct suite_run *suite);
void suite_expect_durations(struct suite_run *suite);
void suite_print_estimate(const struct suite_run *suite);
/* Fills numbers, which has room for all plans, with those that are to run: the longest first, or,
 * one after the other, as the suite has them. Returns how many these are. */
size_t suite_order(const struct suite_run *suite, size_t *numbers);

#endif
