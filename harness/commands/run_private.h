/*
 * What the files of `leakgate run` share; nobody else includes it. run.c tells the order: the
 * scenarios are chosen, their baselines read (run_baselines.c) and compared with a revision's
 * (run_revision.c), the machine looked at (run_checks.c), it is said how long it will take
 * (run_schedule.c), and they are run (run_suite.c). Nothing has started before all files are known
 * to be right.
 */
#ifndef LEAKGATE_COMMANDS_RUN_PRIVATE_H
#define LEAKGATE_COMMANDS_RUN_PRIVATE_H

#include "base/buffer.h"
#include "commands/revision.h"
#include "commands/selection.h"
#include "report/result.h"

/* One `leakgate run` on its way. */
struct suite {
    const struct arguments *arguments;
    struct selection selection;
    struct baseline **baselines;      /* one for each plan; NULL: none */
    struct baseline **baselines_here; /* the working tree's, where a revision's judge */
    struct revision *revision;        /* of --baseline-ref; NULL: none */
    char **plan_differences;      /* then, for each plan: how its files differ; NULL: they do not */
    struct string_list missing;   /* ... and the scenarios that it has no more */
    struct string_list skipped;   /* one for each plan: why it is skipped, "": it is not */
    double timeout_scale;
    struct string_list whole; /* of a shard: all that were split */
    double *seconds;          /* one for each plan: how long it is expected to take */
    unsigned jobs;
    bool *done; /* one for each plan that ran side by side */
    struct suite_result *result;
};

bool suite_is_skipped(const struct suite *suite, size_t index);

/* run_again.c: " --NAME VALUE", quoted for a shell; without the space where nothing stands before
 * it. */
void append_option(struct buffer *out, const char *name, const char *value);
/* run_again.c: the options that make the run what it is, so that the report can say how to play it
 * again. The caller frees it. */
char *suite_options_again(const struct arguments *arguments, bool with_revision);
/* run_again.c: what names a plan's scenario to `leakgate run`: its name, or its file elsewhere. The
 * caller frees it. */
char *suite_operand(const struct suite *suite, const struct plan *plan);

/* run_baselines.c: what each scenario is judged by. Says what is wrong; returns the exit status. */
int suite_load_baselines(struct suite *suite);

/* run_revision.c: compares the scenarios with those of --baseline-ref. */
void suite_compare_plans(struct suite *suite);

/* run_checks.c: all that can be known to be wrong before anything has started, and the report's
 * directory. Says what is wrong; returns the exit status. */
int suite_check_machine(struct suite *suite);

/* run_schedule.c, in this order: how many run side by side, and how long it will take. */
void suite_choose_jobs(struct suite *suite);
void suite_expect_durations(struct suite *suite);
/* Says so on standard error. */
void suite_print_what_comes(const struct suite *suite);
/* Fills names by the plans' numbers, and numbers with those that are to run, the longest first;
 * returns how many these are. Both have room for all plans. */
size_t suite_order(const struct suite *suite, const char **names, size_t *numbers);

/* run_suite.c: runs all that is not skipped, and fills suite->result. Returns EXIT_PASS, whatever
 * the verdicts are, or the exit status of what kept it from running. */
int suite_run_all(struct suite *suite);

#endif
