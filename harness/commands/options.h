/*
 * The one table of options. It drives parsing, each command's --help, the manual page and shell
 * completions: a new option is one row.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strings.h"
#include "scenario/project.h"

/* A bit each, for the table's column "commands". */
enum command {
    COMMAND_RUN = 1 << 0,
    COMMAND_ACCEPT = 1 << 1,
    COMMAND_CHECK = 1 << 2,
    COMMAND_LIST = 1 << 3,
    COMMAND_REPORT = 1 << 4,
    COMMAND_BISECT = 1 << 5,
    COMMAND_MERGE = 1 << 6,
    COMMAND_DIFF_BASELINE = 1 << 7,
    COMMAND_COMPLETION = 1 << 8,
    COMMAND_TRIAGE = 1 << 9,
    COMMAND_WATCH = 1 << 10,
    COMMAND_DIFF = 1 << 11,
    COMMAND_FETCH = 1 << 12,
    COMMAND_SCHEMA = 1 << 13,
    COMMAND_REVIEW = 1 << 14,
    COMMAND_TREND = 1 << 15,
    COMMAND_DOCTOR = 1 << 16,
    COMMAND_INIT = 1 << 17,
    COMMAND_EXPLORE = 1 << 18,
    COMMAND_RECORD = 1 << 19,
};

enum option {
    OPTION_SCENARIOS,
    OPTION_BASELINES,
    OPTION_REPORT,
    OPTION_FROM,
    OPTION_TAG,
    OPTION_SHARD,
    OPTION_JOBS,
    OPTION_TARGET,
    OPTION_PROGRAM,
    OPTION_CONTROL,
    OPTION_BUILD,
    OPTION_ITERATIONS,
    OPTION_EVERY,
    OPTION_SEED,
    OPTION_RESUME,
    OPTION_FOR,
    OPTION_CSV,
    OPTION_UNTIL_FLAG,
    OPTION_TIMES,
    OPTION_SHOW,
    OPTION_KEEP_WORLD,
    OPTION_REQUIRE_ALL,
    OPTION_REQUIRE_BASELINE,
    OPTION_NO_BASELINES,
    OPTION_NO_CONFIRM,
    OPTION_BUDGET,
    OPTION_FAIL_ON,
    OPTION_BASELINE_REF,
    OPTION_ALLOW_NEW_EXCEPTIONS,
    OPTION_COMPARE,
    OPTION_HOLDER,
    OPTION_REASON,
    OPTION_EXPIRES,
    OPTION_ISSUE,
    OPTION_DRY_RUN,
    OPTION_TIGHTEN,
    OPTION_LEVELS,
    OPTION_TOLERANCES,
    OPTION_NEEDS,
    OPTION_FORMAT,
    OPTION_OUTPUT,
    OPTION_PORT,
    OPTION_URL,
    OPTION_MATCH,
    OPTION_GC,
    OPTION_CPU,
    OPTION_MARKDOWN,
    OPTION_VERBOSE,
    OPTION_SOURCE_URL,
    OPTION_SAMPLE_INDEX,
    OPTION_FOCUS,
    OPTION_IGNORE,
    OPTION_DIFF_BASE,
    OPTION_CUM,
    OPTION_TOP,
    OPTION_OUT,
    OPTION_PPROF,
    OPTION_READY,
    OPTION_QUIT,
    OPTION_HTML,
    OPTION_JSON,
    OPTION_HELP,
    OPTION_COUNT
};

enum option_type {
    OPTION_TYPE_FLAG,
    OPTION_TYPE_TEXT,
    OPTION_TYPE_LIST,     /* may be repeated; all values count */
    OPTION_TYPE_NUMBER,   /* a whole number from 1 */
    OPTION_TYPE_CHOICE,   /* one of the words in `argument`, separated by '|' */
    OPTION_TYPE_URL,      /* of a folder of source files */
    OPTION_TYPE_DATE,     /* YYYY-MM-DD */
    OPTION_TYPE_DURATION, /* 30s, 90m, 8h; at most a day */
    OPTION_TYPE_SHARD     /* i/n, i from 1 to n */
};

struct option_info {
    enum option option;
    unsigned commands;
    const char *name; /* without the dashes */
    char letter;      /* 0: none */
    const char *argument;
    enum option_type type;
    const char *otherwise; /* default; NULL: none */
    const char *help;
};

extern const struct option_info option_table[];
extern const size_t option_table_count;
/* The command's next option after `info`; NULL asks for its first, and none is left at NULL. */
const struct option_info *option_after(enum command command, const struct option_info *info);

/* A parsed command line, and the project file beside it. Of an option that is no list the last
 * value counts. */
struct arguments {
    enum command command;
    struct project *project; /* NULL: there is none */
    struct string_list operands;
    bool has_dashes;      /* "--": what follows is no option */
    size_t before_dashes; /* operands */
    struct string_list values[OPTION_COUNT];
};

/* Parses what follows the command's name; LEAKGATE_PROGRAM is --program where that is not given.
 * False and LG_ERROR_INPUT, with the nearest option, on
 * what the command does not know. */
bool arguments_parse(enum command command, int count, char *const *words,
                     struct arguments *arguments, struct lg_error *err);
/* Reads the project file of the working directory, for a command that has options which one can
 * say. All its errors come into *problems; false then. */
bool arguments_find_project(struct arguments *arguments, struct diagnostics *problems);
void arguments_free(struct arguments *arguments);

/* Its name without the dashes. */
const char *option_name(enum option option);
bool option_given(const struct arguments *arguments, enum option option);
/* The value, or else the project file's, or the default; NULL where there is none of them. */
const char *option_text(const struct arguments *arguments, enum option option);
/* All its values, or else the project file's. */
const struct string_list *option_list(const struct arguments *arguments, enum option option);
/* 0 where it was not given. */
unsigned option_number(const struct arguments *arguments, enum option option);

/* Milliseconds; 0 where it was not given. */
int64_t option_duration(const struct arguments *arguments, enum option option);

/* Of --shard: the one of so many; 0 of 0 where it was not given. */
struct shard {
    unsigned index; /* from 1 */
    unsigned of;
};
struct shard option_shard(const struct arguments *arguments);
