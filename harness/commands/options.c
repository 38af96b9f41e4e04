#include "commands/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "result/forge.h"
#include "scenario/value.h"

/* What starts targets. */
#define RUNS (COMMAND_RUN | COMMAND_BISECT)
/* What looks at a process that runs already. */
#define ATTACHES (COMMAND_TRIAGE | COMMAND_WATCH | COMMAND_FETCH)
#define EVERY                                                                                      \
    (RUNS | COMMAND_ACCEPT | COMMAND_CHECK | COMMAND_LIST | COMMAND_REPORT | COMMAND_MERGE |       \
     COMMAND_DIFF_BASELINE | COMMAND_COMPLETION | ATTACHES | COMMAND_DIFF | COMMAND_SCHEMA |       \
     COMMAND_REVIEW | COMMAND_TREND | COMMAND_DOCTOR | COMMAND_INIT | COMMAND_EXPLORE |            \
     COMMAND_RECORD)
#define TARGETS                                                                                    \
    (FILES | COMMAND_TRIAGE | COMMAND_WATCH | COMMAND_DOCTOR | COMMAND_EXPLORE | COMMAND_RECORD)
#define FILES (RUNS | COMMAND_CHECK | COMMAND_LIST | COMMAND_DIFF_BASELINE)

const struct option_info option_table[] = {
    {OPTION_SCENARIOS, TARGETS | COMMAND_COMPLETION, "scenarios", 0, "DIR", OPTION_TYPE_TEXT,
     "scenarios", "the directory of the scenarios; target files are in its targets/"},
    {OPTION_BASELINES, FILES | COMMAND_ACCEPT | COMMAND_REVIEW, "baselines", 0, "DIR",
     OPTION_TYPE_TEXT, "baselines", "the directory of the baselines, TARGET/SCENARIO.json in it"},
    {OPTION_REPORT, RUNS | COMMAND_MERGE | COMMAND_EXPLORE, "report", 0, "DIR", OPTION_TYPE_TEXT,
     "leakgate-report", "where the report and each run's evidence go"},
    {OPTION_REPORT, COMMAND_WATCH, "report", 0, "DIR", OPTION_TYPE_TEXT, "leakgate-watch",
     "where the report goes; it keeps the series of an earlier watch and adds new ones"},
    {OPTION_FROM, COMMAND_ACCEPT | COMMAND_REPORT | COMMAND_REVIEW, "from", 0, "DIR",
     OPTION_TYPE_TEXT, "leakgate-report",
     "the report directory of an earlier run, or a directory with unpacked artifacts of a CI "
     "build"},
    {OPTION_TAG, COMMAND_RUN | COMMAND_LIST, "tag", 0, "TAG", OPTION_TYPE_LIST, NULL,
     "only scenarios with this tag; may be repeated: with any of these tags"},
    {OPTION_SHARD, COMMAND_RUN | COMMAND_LIST, "shard", 0, "I/N", OPTION_TYPE_SHARD, NULL,
     "run the I-th of N parts of the chosen scenarios; all parts take about equally long, and are "
     "the same on every machine"},
    {OPTION_JOBS, RUNS, "jobs", 'j', "N", OPTION_TYPE_NUMBER, NULL,
     "run N scenarios at a time, the longest first; by default three for every two cores, and one "
     "at a time where nothing is measured"},
    {OPTION_TARGET, TARGETS, "target", 0, "NAME|FILE", OPTION_TYPE_TEXT, NULL,
     "use this target file instead of the one that the scenarios name, or instead of the one with "
     "the running program's name"},
    {OPTION_PROGRAM, RUNS | COMMAND_DOCTOR | COMMAND_EXPLORE | COMMAND_RECORD, "program", 0, "PATH",
     OPTION_TYPE_TEXT, NULL,
     "the program to test; by default LEAKGATE_PROGRAM, then the project file's, then the target "
     "file's"},
    {OPTION_CONTROL, RUNS, "control", 0, "PATH", OPTION_TYPE_TEXT, NULL,
     "another build of the program, run in turns with it: growth that both show is allowed, and "
     "stored baselines are not used"},
    {OPTION_BUILD, RUNS | COMMAND_RECORD, "build", 0, "COMMAND", OPTION_TYPE_TEXT, NULL,
     "a shell command that builds the program first; bisect skips a commit that does not build"},
    {OPTION_PROGRAM, COMMAND_INIT, "program", 0, "PATH", OPTION_TYPE_TEXT, NULL,
     "the program to test: a path, or a name on PATH"},
    {OPTION_BUILD, COMMAND_INIT, "build", 0, "COMMAND", OPTION_TYPE_TEXT, NULL,
     "the shell command that builds it"},
    {OPTION_PPROF, COMMAND_INIT, "pprof", 0, "HOW", OPTION_TYPE_TEXT, NULL,
     "how it is told to serve pprof: NAME=VALUE for a variable, -flag for arguments, always, or "
     "none"},
    {OPTION_READY, COMMAND_INIT, "ready", 0, "TEXT", OPTION_TYPE_TEXT, NULL,
     "a text that is on its screen when it is ready"},
    {OPTION_QUIT, COMMAND_INIT, "quit", 0, "KEYS", OPTION_TYPE_TEXT, NULL,
     "the keys that end it, as in 'q' or 'Escape : q Enter'"},
    {OPTION_ITERATIONS, COMMAND_RUN, "iterations", 0, "N", OPTION_TYPE_NUMBER, NULL,
     "play the set-up and N iterations, and measure nothing"},
    {OPTION_FOR, COMMAND_RUN, "for", 0, "DURATION", OPTION_TYPE_DURATION, NULL,
     "how long the loop of scenarios that are paced by time lasts (30m, 8h; at most 24h); other "
     "scenarios do not change"},
    {OPTION_JOBS, COMMAND_EXPLORE, "jobs", 'j', "N", OPTION_TYPE_NUMBER, NULL,
     "explore in N processes at a time; by default one for every core"},
    {OPTION_FOR, COMMAND_EXPLORE, "for", 0, "DURATION", OPTION_TYPE_DURATION, "10m",
     "how long to explore; what grew is judged after that"},
    {OPTION_SEED, COMMAND_EXPLORE, "seed", 0, "N", OPTION_TYPE_NUMBER, "1",
     "the order in which keys are tried that the screen does not name"},
    {OPTION_RESUME, COMMAND_EXPLORE, "resume", 0, NULL, OPTION_TYPE_FLAG, NULL,
     "go on with the map of an earlier exploration, REPORT/explore.jsonl"},
    {OPTION_EVERY, COMMAND_WATCH, "every", 0, "DURATION", OPTION_TYPE_DURATION, "60s",
     "how often to take a sample (100ms or more)"},
    {OPTION_FOR, COMMAND_WATCH, "for", 0, "DURATION", OPTION_TYPE_DURATION, NULL,
     "how long to watch (30m, 8h; at most 24h); by default until Ctrl-C, or until the process "
     "ends"},
    {OPTION_CSV, COMMAND_WATCH, "csv", 0, "FILE", OPTION_TYPE_TEXT, NULL,
     "append each sample to this file as a CSV row; without it rows go to standard output, unless "
     "that is a terminal"},
    {OPTION_UNTIL_FLAG, COMMAND_WATCH, "until-flag", 0, NULL, OPTION_TYPE_FLAG, NULL,
     "stop as soon as something grows"},
    {OPTION_TIMES, COMMAND_RUN, "times", 0, "N", OPTION_TYPE_NUMBER, NULL,
     "play each scenario in N processes (5 to 20) and add up what they keep: this finds leaks that "
     "are too rare for one process; scenarios that are paced by time are played once"},
    {OPTION_SHOW, COMMAND_RUN, "show", 0, NULL, OPTION_TYPE_FLAG, NULL,
     "print the screen after every step"},
    {OPTION_KEEP_WORLD, RUNS, "keep-world", 0, NULL, OPTION_TYPE_FLAG, NULL,
     "keep the temporary home of each run, and print where it is"},
    {OPTION_REQUIRE_ALL, COMMAND_RUN, "require-all", 0, NULL, OPTION_TYPE_FLAG, NULL,
     "end with exit status 3 when a scenario is skipped because a program is missing"},
    {OPTION_REQUIRE_BASELINE, RUNS, "require-baseline", 0, NULL, OPTION_TYPE_FLAG, NULL,
     "end with exit status 3 when a scenario has no baseline"},
    {OPTION_NO_BASELINES, RUNS, "no-baselines", 0, NULL, OPTION_TYPE_FLAG, NULL,
     "judge by the defaults (nothing may grow); for a changed scenario that needs a new baseline"},
    {OPTION_NO_CONFIRM, RUNS, "no-confirm", 0, NULL, OPTION_TYPE_FLAG, NULL,
     "judge by one run: do not confirm growth in a fresh process, and do not look for its step"},
    {OPTION_BUDGET, RUNS, "budget", 0, "DURATION", OPTION_TYPE_DURATION, "3m",
     "how long a scenario may take from the first sign of a leak to its verdict and step; the "
     "report says what was left out"},
    {OPTION_BASELINE_REF, RUNS, "baseline-ref", 0, "REV", OPTION_TYPE_TEXT, NULL,
     "judge by the baselines of this git revision, and show how yours differ"},
    {OPTION_ALLOW_NEW_EXCEPTIONS, COMMAND_RUN, "allow-new-exceptions", 0, NULL, OPTION_TYPE_FLAG,
     NULL,
     "with --baseline-ref: your new exceptions count too, if they have a last day; for a change "
     "that somebody has approved"},
    {OPTION_COMPARE, COMMAND_RUN | COMMAND_REPORT | COMMAND_MERGE, "compare", 0, "DIR|FILE",
     OPTION_TYPE_TEXT, NULL,
     "say of each finding whether it is new, compared with this report (a directory, or its "
     "result.json); verdicts do not change"},
    {OPTION_FAIL_ON, COMMAND_RUN, "fail-on", 0, "leak|inconclusive", OPTION_TYPE_CHOICE,
     "inconclusive", "which verdicts fail; with leak, inconclusive and invalid runs are warnings"},
    {OPTION_FAIL_ON, COMMAND_MERGE, "fail-on", 0, "leak|inconclusive", OPTION_TYPE_CHOICE, NULL,
     "use this instead of what the shards were run with"},
    {OPTION_FAIL_ON, COMMAND_DIFF_BASELINE, "fail-on", 0, "weaker", OPTION_TYPE_CHOICE, NULL,
     "end with exit status 1 when a baseline is weaker, or a scenario's plan differs or is gone"},
    {OPTION_HOLDER, COMMAND_ACCEPT, "holder", 0, "KEY", OPTION_TYPE_LIST, NULL,
     "a leaking holder to accept, as the report prints it: 'GAUGE KEY', or its number, '#1'; may "
     "be repeated"},
    {OPTION_REASON, COMMAND_ACCEPT, "reason", 0, "TEXT", OPTION_TYPE_TEXT, NULL,
     "why the growth is accepted; once for all holders, or once for each in the same order"},
    {OPTION_EXPIRES, COMMAND_ACCEPT, "expires", 0, "DATE", OPTION_TYPE_DATE, NULL,
     "the last day on which it is accepted, YYYY-MM-DD; once for all holders, or once for each"},
    {OPTION_ISSUE, COMMAND_ACCEPT, "issue", 0, "URL", OPTION_TYPE_TEXT, NULL,
     "the issue that tracks the fix"},
    {OPTION_DRY_RUN, COMMAND_ACCEPT | COMMAND_REVIEW, "dry-run", 0, NULL, OPTION_TYPE_FLAG, NULL,
     "show what would change, and write nothing"},
    {OPTION_TIGHTEN, COMMAND_ACCEPT, "tighten", 0, NULL, OPTION_TYPE_FLAG, NULL,
     "lower each allowance that is larger than the run needs, and remove unused ones; nothing is "
     "raised and levels do not change"},
    {OPTION_LEVELS, COMMAND_ACCEPT, "levels", 0, NULL, OPTION_TYPE_FLAG, NULL,
     "with --tighten: also lower levels that the run rests far below"},
    {OPTION_TOLERANCES, COMMAND_LIST, "tolerances", 0, NULL, OPTION_TYPE_FLAG, NULL,
     "list what the baselines tolerate beyond the default, and why"},
    {OPTION_NEEDS, COMMAND_LIST, "needs", 0, NULL, OPTION_TYPE_FLAG, NULL,
     "list the programs that the scenarios need, one a line; for scripts"},
    {OPTION_FORMAT, COMMAND_REPORT, "format", 0, "text|json|html|markdown|annotations|junit|csv",
     OPTION_TYPE_CHOICE, "text",
     "the format to print; a run writes all but text and annotations into the report directory"},
    {OPTION_FORMAT, COMMAND_DIFF_BASELINE, "format", 0, "text|markdown|json", OPTION_TYPE_CHOICE,
     "text", "the format to print; markdown is for a comment or a step summary"},
    {OPTION_OUTPUT, COMMAND_REPORT | COMMAND_DIFF_BASELINE, "output", 0, "FILE", OPTION_TYPE_TEXT,
     NULL, "write to this file instead of standard output"},
    {OPTION_PORT, ATTACHES, "port", 0, "PORT", OPTION_TYPE_NUMBER, NULL,
     "the process that listens on this port of loopback"},
    {OPTION_URL, ATTACHES, "url", 0, "URL", OPTION_TYPE_TEXT, NULL,
     "the process whose pprof answers at http://127.0.0.1:PORT; it may be in a container"},
    {OPTION_MATCH, COMMAND_TRIAGE, "match", 0, "REGEX", OPTION_TYPE_TEXT, NULL,
     "list goroutines with a function that matches (fetchData, or a plugin's name)"},
    {OPTION_GC, COMMAND_TRIAGE, "gc", 0, NULL, OPTION_TYPE_FLAG, NULL,
     "collect garbage before the heap is read; nothing else in triage changes the program"},
    {OPTION_CPU, COMMAND_TRIAGE, "cpu", 0, "DURATION", OPTION_TYPE_DURATION, NULL,
     "take a CPU profile of this length (10s), and show the busiest functions"},
    {OPTION_MARKDOWN, COMMAND_TRIAGE, "markdown", 0, NULL, OPTION_TYPE_FLAG, NULL,
     "print Markdown, to paste into a bug report"},
    {OPTION_VERBOSE, RUNS | COMMAND_REPORT | COMMAND_MERGE, "verbose", 'v', NULL, OPTION_TYPE_FLAG,
     NULL, "for each scenario that passed, say what it would have caught and what it left behind"},
    {OPTION_SOURCE_URL, COMMAND_RUN | COMMAND_WATCH | COMMAND_REPORT | COMMAND_MERGE, "source-url",
     0, "URL", OPTION_TYPE_URL, NULL,
     "where the program's source can be read, such as https://github.com/OWNER/REPO/blob/REVISION, "
     "for links to its lines; by default the build information says it"},
    {OPTION_SAMPLE_INDEX, COMMAND_DIFF, "sample-index", 0, "NAME", OPTION_TYPE_TEXT, NULL,
     "which value of the profile to show: inuse_space, inuse_objects, alloc_space, alloc_objects, "
     "cpu, ...; the default is the profile's own, inuse_space for a heap"},
    {OPTION_FOCUS, COMMAND_DIFF, "focus", 0, "REGEX", OPTION_TYPE_TEXT, NULL,
     "only stacks that contain a function, source file or program file that matches"},
    {OPTION_IGNORE, COMMAND_DIFF, "ignore", 0, "REGEX", OPTION_TYPE_TEXT, NULL,
     "leave out stacks that contain a function, source file or program file that matches"},
    {OPTION_DIFF_BASE, COMMAND_DIFF, "diff-base", 0, NULL, OPTION_TYPE_FLAG, NULL,
     "show percentages of what BEFORE held, not of the whole difference"},
    {OPTION_CUM, COMMAND_DIFF, "cum", 0, NULL, OPTION_TYPE_FLAG, NULL,
     "sort by cum, the largest first; goroutines are always sorted so"},
    {OPTION_TOP, COMMAND_DIFF, "top", 0, "N", OPTION_TYPE_NUMBER, "20",
     "how many functions to show; for reports and journals, how many holders of each gauge"},
    {OPTION_FOR, COMMAND_FETCH, "for", 0, "DURATION", OPTION_TYPE_DURATION, "30s",
     "how long to record a cpu profile or a trace"},
    {OPTION_OUT, COMMAND_FETCH, "out", 0, "FILE", OPTION_TYPE_TEXT, NULL,
     "write to this file, and replace it; the default leakgate-KIND-PID.pb.gz (.trace) must not "
     "exist yet"},
    {OPTION_HTML, COMMAND_TRIAGE | COMMAND_WATCH | COMMAND_DIFF | COMMAND_TREND, "html", 0, "FILE",
     OPTION_TYPE_TEXT, NULL,
     "also write it to this file, as a page that needs no other file and no network"},
    {OPTION_JSON,
     COMMAND_TRIAGE | COMMAND_RUN | COMMAND_LIST | COMMAND_REPORT | COMMAND_MERGE |
         COMMAND_DIFF_BASELINE | COMMAND_DIFF | COMMAND_TREND,
     "json", 0, NULL, OPTION_TYPE_FLAG, NULL, "print one JSON object instead of text"},
    {OPTION_HELP, EVERY, "help", 'h', NULL, OPTION_TYPE_FLAG, NULL, "print this help"},
};
const size_t option_table_count = COUNT_OF(option_table);

const struct option_info *option_after(enum command command, const struct option_info *info)
{
    info = info != NULL ? info + 1 : option_table;
    while (info < option_table + option_table_count && (info->commands & command) == 0)
        info++;
    return info < option_table + option_table_count ? info : NULL;
}

/* The option that a word names: "--name", "--name=VALUE", "-x" or "-xVALUE". */
static const struct option_info *option_of_word(enum command command, const char *word)
{
    bool is_long = text_starts(word, "--");
    size_t length = is_long ? strcspn(word + 2, "=") : 1;
    for (const struct option_info *info = NULL; (info = option_after(command, info)) != NULL;) {
        if (is_long ? strlen(info->name) == length && strncmp(info->name, word + 2, length) == 0
                    : info->letter != 0 && word[1] == info->letter &&
                          (word[2] == '\0' || info->type != OPTION_TYPE_FLAG))
            return info;
    }
    return NULL;
}

static bool unknown_option(enum command command, const char *word, struct lg_error *err)
{
    const char *names[OPTION_COUNT];
    size_t count = 0;
    for (const struct option_info *info = NULL; (info = option_after(command, info)) != NULL;)
        names[count++] = info->name;
    const char *bare = word + strspn(word, "-");
    _cleanup_free_ char *name = memory_copy_range(bare, strcspn(bare, "="));
    const char *nearest = text_nearest(name, names, count);
    if (nearest == NULL)
        return lg_fail(err, LG_ERROR_INPUT, 0, "unknown option %s", word);
    return lg_fail(err, LG_ERROR_INPUT, 0, "unknown option %s; did you mean --%s?", word, nearest);
}

static bool is_choice(const char *choices, const char *value)
{
    size_t length = strlen(value);
    for (const char *choice = choices; *choice != '\0';) {
        size_t span = strcspn(choice, "|");
        if (span == length && strncmp(choice, value, span) == 0)
            return true;
        choice += span + (choice[span] == '|');
    }
    return false;
}

static bool is_number(const char *value)
{
    char *end = NULL;
    errno = 0;
    unsigned long number = strtoul(value, &end, 10);
    return errno == 0 && *value >= '0' && *value <= '9' && *end == '\0' && number >= 1 &&
           number <= 1000000;
}

/* More parts than scenarios are of no use, and there are tens of those. */
enum { SHARDS_MOST = 1000 };

static bool read_shard(const char *value, struct shard *shard)
{
    char *slash = NULL, *end = NULL;
    if (*value < '0' || *value > '9')
        return false;
    unsigned long index = strtoul(value, &slash, 10);
    if (*slash != '/' || slash[1] < '0' || slash[1] > '9')
        return false;
    unsigned long of = strtoul(slash + 1, &end, 10);
    if (*end != '\0' || index < 1 || index > of || of > SHARDS_MOST)
        return false;
    *shard = (struct shard){.index = (unsigned)index, .of = (unsigned)of};
    return true;
}

static bool check_value(const struct option_info *info, const char *value, struct lg_error *err)
{
    switch (info->type) {
    case OPTION_TYPE_NUMBER:
        return is_number(value) ||
               lg_fail(err, LG_ERROR_INPUT, 0,
                       "--%s needs a whole number from 1 to 1000000, not \"%s\"", info->name,
                       value);
    case OPTION_TYPE_CHOICE:
        return is_choice(info->argument, value) ||
               lg_fail(err, LG_ERROR_INPUT, 0, "--%s is one of %s, not \"%s\"", info->name,
                       info->argument, value);
    case OPTION_TYPE_DATE:
        return clock_is_date(value) ||
               lg_fail(err, LG_ERROR_INPUT, 0, "--%s needs a date as YYYY-MM-DD, not \"%s\"",
                       info->name, value);
    case OPTION_TYPE_DURATION:
        return (duration_parse(value, &(int64_t){0}) && strtol(value, NULL, 10) > 0) ||
               lg_fail(err, LG_ERROR_INPUT, 0,
                       "--%s needs a duration such as 10s, 30m or 8h, at most 24h, not \"%s\"",
                       info->name, value);
    case OPTION_TYPE_SHARD:
        return read_shard(value, &(struct shard){0}) ||
               lg_fail(err, LG_ERROR_INPUT, 0,
                       "--%s needs I/N, the I-th of N parts (1/3, 2/3 or 3/3; N up to %d), not "
                       "\"%s\"",
                       info->name, SHARDS_MOST, value);
    case OPTION_TYPE_URL:
        return forge_is_url(value) ||
               lg_fail(err, LG_ERROR_INPUT, 0,
                       "--%s needs an address such as "
                       "https://github.com/OWNER/REPO/blob/REVISION, not \"%s\"",
                       info->name, value);
    case OPTION_TYPE_TEXT:
    case OPTION_TYPE_LIST:
        return *value != '\0' ||
               lg_fail(err, LG_ERROR_INPUT, 0, "--%s needs a value, not an empty one", info->name);
    case OPTION_TYPE_FLAG:
        break;
    }
    return true;
}

/* Takes the option at words[0] and its value, which may be the next word. *used is how many. */
static bool take_option(enum command command, int count, char *const *words,
                        struct arguments *arguments, int *used, struct lg_error *err)
{
    const char *word = words[0];
    const char *equals = strchr(word, '=');
    bool is_long = text_starts(word, "--");
    const struct option_info *info = option_of_word(command, word);
    const char *value = "";
    *used = 1;
    if (info == NULL)
        return unknown_option(command, word, err);
    if (info->type == OPTION_TYPE_FLAG && is_long && equals != NULL)
        return lg_fail(err, LG_ERROR_INPUT, 0, "--%s takes no value", info->name);
    if (info->type != OPTION_TYPE_FLAG) {
        /* --name=VALUE, or -xVALUE */
        const char *attached = is_long && equals != NULL     ? equals + 1
                               : !is_long && word[2] != '\0' ? word + 2
                                                             : NULL;
        if (attached == NULL && count < 2)
            return lg_fail(err, LG_ERROR_INPUT, 0, "--%s needs %s", info->name, info->argument);
        *used = attached == NULL ? 2 : 1;
        value = attached != NULL ? attached : words[1];
    }
    if (!check_value(info, value, err))
        return false;
    string_list_add(&arguments->values[info->option], value);
    return true;
}

bool arguments_parse(enum command command, int count, char *const *words,
                     struct arguments *arguments, struct lg_error *err)
{
    bool options_ended = false;
    arguments->command = command;
    for (int i = 0; i < count;) {
        int used = 1;
        bool is_option = !options_ended && words[i][0] == '-' && words[i][1] != '\0';
        if (is_option && strcmp(words[i], "--") == 0) {
            options_ended = arguments->has_dashes = true;
            arguments->before_dashes = arguments->operands.count;
        } else if (!is_option)
            string_list_add(&arguments->operands, words[i]);
        else if (!take_option(command, count - i, words + i, arguments, &used, err))
            return false;
        i += used;
    }
    const char *program = getenv("LEAKGATE_PROGRAM");
    if (!option_given(arguments, OPTION_PROGRAM) && program != NULL && *program != '\0')
        string_list_add(&arguments->values[OPTION_PROGRAM], program);
    return true;
}

void arguments_free(struct arguments *arguments)
{
    string_list_free(&arguments->operands);
    for (size_t i = 0; i < OPTION_COUNT; i++)
        string_list_free(&arguments->values[i]);
    project_free(arguments->project);
}

const char *option_name(enum option option)
{
    for (size_t i = 0; i < option_table_count; i++)
        if (option_table[i].option == option)
            return option_table[i].name;
    return "";
}

bool option_given(const struct arguments *arguments, enum option option)
{
    return arguments->values[option].count > 0;
}

/* What the project file may say; its tags are in option_list. */
static const struct {
    enum option option;
    size_t field;
} of_project[] = {{OPTION_SCENARIOS, offsetof(struct project, scenarios)},
                  {OPTION_BASELINES, offsetof(struct project, baselines)},
                  {OPTION_REPORT, offsetof(struct project, report)},
                  {OPTION_FROM, offsetof(struct project, report)},
                  {OPTION_TARGET, offsetof(struct project, target)},
                  {OPTION_PROGRAM, offsetof(struct project, program)},
                  {OPTION_BUILD, offsetof(struct project, build)}};

/* Of a program that runs already the file says only where target files are: it may be another
 * program. One that is named is not built. */
static const char *project_text(const struct arguments *arguments, enum option option)
{
    bool attaches = (arguments->command & ATTACHES) != 0;
    if (arguments->project == NULL || (attaches && option != OPTION_SCENARIOS) ||
        (option == OPTION_BUILD && option_given(arguments, OPTION_PROGRAM)))
        return NULL;
    for (size_t i = 0; i < COUNT_OF(of_project); i++)
        if (of_project[i].option == option)
            return *(char *const *)((const char *)arguments->project + of_project[i].field);
    return NULL;
}

bool arguments_find_project(struct arguments *arguments, struct diagnostics *problems)
{
    bool asks = false;
    for (const struct option_info *info = NULL;
         !asks && (info = option_after(arguments->command, info)) != NULL;)
        for (size_t i = 0; i < COUNT_OF(of_project); i++)
            asks |= of_project[i].option == info->option;
    _cleanup_free_ char *file = asks ? project_find() : NULL;
    if (file == NULL)
        return true;
    arguments->project = project_read(file, problems);
    return arguments->project != NULL;
}

const char *option_text(const struct arguments *arguments, enum option option)
{
    const struct string_list *values = &arguments->values[option];
    const struct option_info *info = NULL; /* the command's own, or another's */
    const char *of_file = project_text(arguments, option);
    if (values->count > 0)
        return values->items[values->count - 1];
    if (of_file != NULL)
        return of_file;
    for (size_t i = 0; i < option_table_count; i++)
        if (option_table[i].option == option &&
            (info == NULL || (option_table[i].commands & arguments->command) != 0))
            info = &option_table[i];
    return info != NULL ? info->otherwise : NULL;
}

const struct string_list *option_list(const struct arguments *arguments, enum option option)
{
    const struct string_list *values = &arguments->values[option];
    bool chooses = arguments->command == COMMAND_RUN && arguments->operands.count == 0;
    if (option == OPTION_TAG && values->count == 0 && chooses && arguments->project != NULL)
        return &arguments->project->tags;
    return values;
}

unsigned option_number(const struct arguments *arguments, enum option option)
{
    const char *text = option_text(arguments, option);
    return text != NULL ? (unsigned)strtoul(text, NULL, 10) : 0;
}

int64_t option_duration(const struct arguments *arguments, enum option option)
{
    const char *text = option_text(arguments, option);
    int64_t ms = 0;
    if (text != NULL)
        duration_parse(text, &ms);
    return ms;
}

struct shard option_shard(const struct arguments *arguments)
{
    struct shard shard = {0};
    const char *text = option_text(arguments, OPTION_SHARD);
    if (text != NULL)
        read_shard(text, &shard);
    return shard;
}
