/*
 * The way from argv to a sub-command. Each command is one file; it prints its result on standard
 * output and all else on standard error, and returns the exit status.
 */
#pragma once

#include "base/error.h"
#include "commands/options.h"
#include "scenario/diagnostics.h"

/* The whole program: returns its exit status. */
int command_main(int count, char **words);

int command_run(const struct arguments *arguments);
int command_accept(const struct arguments *arguments);
int command_check(const struct arguments *arguments);
int command_init(const struct arguments *arguments);
int command_list(const struct arguments *arguments);
int command_report(const struct arguments *arguments);
int command_merge(const struct arguments *arguments);
int command_diff_baseline(const struct arguments *arguments);
int command_bisect(const struct arguments *arguments);
int command_triage(const struct arguments *arguments);
int command_diff(const struct arguments *arguments);
int command_trend(const struct arguments *arguments);
int command_fetch(const struct arguments *arguments);
int command_record(const struct arguments *arguments);
int command_doctor(const struct arguments *arguments);
int command_review(const struct arguments *arguments);
int command_schema(const struct arguments *arguments);
int command_completion(const struct arguments *arguments);
int command_explore(const struct arguments *arguments);
int command_watch(const struct arguments *arguments);

/* A row of the table of sub-commands, from which help, manual page and completions are made. */
struct command_info {
    enum command command;
    int (*run)(const struct arguments *arguments); /* returns the exit status */
    const char *name;
    const char *operands; /* for the usage line */
    const char *summary;  /* one line */
    const char *text;     /* paragraphs, separated by empty lines */
};
extern const struct command_info command_table[];
extern const size_t command_table_count;

/* Prints "leakgate: where: text" on standard error and returns the error's exit status. */
int complain(const struct lg_error *err);
/* The same for each problem, on its line, and frees them. */
void complain_of_all(struct diagnostics *problems);

/* An exit status of leakgate's as `git bisect run` reads it; says so where the commit is left out.
 */
int bisect_status(int status);
