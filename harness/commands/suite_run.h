/*
 * One `leakgate run` in progress; only the files that it consists of include this. run.c has
 * the order: the scenarios are chosen, their baselines read (run_baselines.c) and compared with a
 * revision's, the machine is looked at, the time it will take is estimated, and the scenarios are
 * run (pool.c), each in a process of its own (runner.c). Nothing has started before all files are
 * known to be right.
 */
#pragma once

#include <sys/types.h>

#include "base/buffer.h"
#include "commands/revision.h"
#include "commands/schedule.h"
#include "result/result.h"

struct suite_run {
    const struct arguments *arguments;
    struct selection selection;
    struct baseline **baselines;      /* one for each plan; NULL: none */
    struct baseline **baselines_here; /* the working tree's, where a revision's judge */
    struct string_list *approved;     /* then its exceptions that count (--allow-new-exceptions) */
    struct revision *revision;        /* of --baseline-ref; NULL: none */
    double timeout_scale;
    struct duration *expected; /* one for each plan: how long it will take */
    size_t *order;             /* the numbers of those that are to run */
    size_t order_count;
    unsigned jobs;
    struct suite_result *result; /* has a scenario for each plan */
};

void suite_run_free(struct suite_run *suite);
bool suite_is_skipped(const struct suite_run *suite, size_t index);
/* " --NAME VALUE", quoted for a shell, or " --NAME" where that is ""; without the first space where
 * nothing stands before it. */
void append_option(struct buffer *out, const char *name, const char *value);
/* The options that make the run what it is, so that the report can say how to play it again. The
 * caller frees it. */
char *suite_options_again(const struct arguments *arguments, bool with_revision);

/* run_baselines.c: what each scenario is judged by. Says what is wrong; returns the exit status. */
int suite_load_baselines(struct suite_run *suite);

/* How many run at a time, in which order, and how long it will take, which is said on standard
 * error. */
void suite_schedule(struct suite_run *suite);

/* pool.c: runs all that is not skipped, suite->jobs at a time, and fills suite->result. After a
 * signal (stop_signals_block has been called) what has not begun does not begin. False and
 * LG_ERROR_INTERNAL when a runner could not be started, or processes could not be ended. There must
 * be no other children of this process. */
bool pool_run(struct suite_run *suite, struct lg_error *err);

/* runner.c: in the child of `parent`, which has a copy of the suite: runs the scenario of this
 * number, and says through the writer how it goes and what came of it (channel.h). Ends with
 * EXIT_INTERNAL when it could not say so. */
void runner_serve(struct suite_run *suite, size_t number, int writer, pid_t parent)
    __attribute__((noreturn));
