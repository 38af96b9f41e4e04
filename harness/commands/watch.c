/* `leakgate watch`: finds the program, or starts it; watches it; makes the report of all series. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "commands/attach.h"
#include "commands/command.h"
#include "commands/page_file.h"
#include "commands/print_result.h"
#include "commands/program_target.h"
#include "commands/report_directory.h"
#include "commands/suite_run.h"
#include "commands/watch_view.h"
#include "measure/stop_signals.h"
#include "measure/watch.h"
#include "report/console.h"
#include "report/format.h"
#include "report/html.h"
#include "result/evidence.h"
#include "result/exit_status.h"
#include "result/result_json.h"
#include "verdict/growth.h"

struct watching {
    const struct arguments *arguments;
    const char *report; /* its directory */
    struct watch_view view;
    struct string_list series; /* of this watch */
    struct healthy_rows healthy;
    struct found_process process; /* that was found */
};

/* --- Series --- */

/* "sidecar", "sidecar-2": of the characters that every shell and file system bears. */
static char *make_directory(void *context, const char *program, struct lg_error *err)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    const size_t longest = 64;
    struct watching *watching = context;
    _cleanup_free_ char *name = memory_copy_range(program, strnlen(program, longest));
    for (char *c = name; *c != '\0'; c++)
        if (strchr(plain, *c) == NULL || (c == name && *c == '.'))
            *c = '-';
    for (unsigned number = 1;; number++) {
        _cleanup_free_ char *numbered =
            number > 1 ? memory_format("%s-%u", name, number) : memory_copy_text(name);
        _cleanup_free_ char *path = report_path(watching->report, numbered, NULL);
        if (access(path, F_OK) == 0)
            continue;
        if (!evidence_directory_make(watching->report, numbered, err))
            return NULL;
        if (number > 1 && watching->series.count == 0) {
            _cleanup_free_ char *text = memory_format(
                "%s has series of an earlier watch: this one is %s", watching->report, numbered);
            watch_view_said(&watching->view, text);
        }
        string_list_add(&watching->series, numbered);
        return take_pointer(path);
    }
}

static void sampled(void *context, const struct watch_moment *moment)
{
    watch_view_sampled(&((struct watching *)context)->view, moment);
}

static void said(void *context, const char *text)
{
    watch_view_said(&((struct watching *)context)->view, text);
}

/* --- A program that is started here --- */

/* In the foreground with leakgate, and with all that is the terminal's. */
static pid_t start_program(char *const *argv, const sigset_t *signals, struct lg_error *err)
{
    int ends[2], errnum = 0;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot make a pipe");
        return -1;
    }
    pid_t pid = fork();
    if (pid == 0) {
        sigprocmask(SIG_SETMASK, signals, NULL);
        execvp(argv[0], argv);
        errnum = errno;
        (void)!write(ends[1], &errnum, sizeof errnum);
        _exit(EXIT_INTERNAL);
    }
    close(ends[1]);
    bool failed = pid < 0 || read(ends[0], &errnum, sizeof errnum) == (ssize_t)sizeof errnum;
    close(ends[0]);
    if (!failed)
        return pid;
    if (pid > 0)
        waitpid(pid, NULL, 0);
    lg_fail(err, pid < 0 ? LG_ERROR_INTERNAL : LG_ERROR_INPUT, errnum, "cannot start %s", argv[0]);
    return -1;
}

/* It has the terminal until it ends, whatever became of the watch. */
static void await_program(struct watching *watching, pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    _cleanup_free_ char *text =
        WIFSIGNALED(status)
            ? memory_format("the program was killed by signal %d (%s)", WTERMSIG(status),
                            strsignal(WTERMSIG(status)))
            : memory_format("the program ended with exit status %d", WEXITSTATUS(status));
    watch_view_said(&watching->view, text);
}

/* --- The report --- */

/* All series of the directory. Where the rows are on standard output the report goes beside them.
 */
static int report_series(const struct watching *watching, const char *date, struct lg_error *err)
{
    _cleanup_suite_ struct suite_result *suite = suite_read(watching->report, err);
    if (suite == NULL)
        return complain(err);
    snprintf(suite->date, sizeof suite->date, "%s", date);
    suite->source_url = memory_copy_text(option_text(watching->arguments, OPTION_SOURCE_URL));
    for (size_t i = 0; i < suite->count; i++)
        if (suite->scenarios[i].verdict == VERDICT_PASS &&
            string_list_contains(&watching->series, suite->scenarios[i].name) &&
            !evidence_forget(suite->directory, suite->scenarios[i].name, err))
            complain(err);
    /* Of an earlier watch into the same directory the report tells; its leak is no news. */
    int status = EXIT_NOTHING_JUDGED;
    for (size_t i = 0; i < suite->count; i++) {
        const struct scenario_result *series = &suite->scenarios[i];
        if (!string_list_contains(&watching->series, series->name) ||
            series->verdict == VERDICT_SKIPPED)
            continue;
        int own = scenario_exit_status(suite, series);
        status = status == EXIT_NOTHING_JUDGED ? own : worse_status(status, own);
    }
    if (!write_reports(suite, err))
        status = worse_status(complain(err), status);
    bool beside = watching->view.csv == STDOUT_FILENO;
    _cleanup_buffer_ struct buffer text = {0};
    console_report(suite, console_style_of(beside ? STDERR_FILENO : STDOUT_FILENO), &text);
    fputs(buffer_string(&text), beside ? stderr : stdout);
    _cleanup_buffer_ struct buffer plain = {0};
    text_report(suite, &plain);
    if (option_given(watching->arguments, OPTION_HTML) &&
        !page_file_write(watching->arguments, watch_page(suite), &plain, err))
        status = worse_status(complain(err), status);
    return status;
}

/* "leakgate watch sidecar --every 5s", to be typed again. */
static char *asked_of(const struct arguments *arguments)
{
    static const enum option kept[] = {OPTION_PORT, OPTION_URL, OPTION_EVERY, OPTION_FOR,
                                       OPTION_UNTIL_FLAG};
    struct buffer text = {0};
    buffer_text(&text, "leakgate watch");
    for (size_t i = 0; i < COUNT_OF(kept); i++)
        if (option_given(arguments, kept[i]))
            append_option(&text, option_name(kept[i]), option_text(arguments, kept[i]));
    buffer_text(&text, arguments->has_dashes ? " --" : "");
    for (size_t i = 0; i < arguments->operands.count; i++) {
        _cleanup_free_ char *word = shell_quoted(arguments->operands.items[i]);
        buffer_format(&text, " %s", word);
    }
    return buffer_take(&text);
}

/* Said at once, and not after the night. */
static void say_too_short(int64_t every_ms, int64_t for_ms)
{
    int64_t samples = for_ms / every_ms;
    if (for_ms > 0 && samples < GROWTH_SAMPLES)
        fprintf(stderr,
                "leakgate: %lld samples will come, and growth is judged on %d or more; choose a "
                "shorter --every or a longer --for\n",
                (long long)samples, GROWTH_SAMPLES);
}

static bool check_arguments(const struct arguments *arguments, struct lg_error *err)
{
    size_t count = arguments->operands.count;
    if (option_duration(arguments, OPTION_EVERY) < LIMIT_EVERY_LEAST_MS)
        return lg_fail(err, LG_ERROR_INPUT, 0,
                       "--every %s: a sample takes its time; %d ms is the "
                       "least",
                       option_text(arguments, OPTION_EVERY), LIMIT_EVERY_LEAST_MS);
    if (!arguments->has_dashes)
        return count <= 1 ||
               lg_fail(err, LG_ERROR_INPUT, 0, "watch takes one process, not %zu", count);
    if (arguments->before_dashes > 0 || option_given(arguments, OPTION_PORT) ||
        option_given(arguments, OPTION_URL))
        return lg_fail(err, LG_ERROR_INPUT, 0,
                       "name a process that runs, or start a program by --, not both");
    return count > 0 || lg_fail(err, LG_ERROR_INPUT, 0, "-- needs a program to start");
}

/* A process that was found by its name, or that a program was given, has it for the next one too.
 */
static bool find_process(struct watching *watching, struct watch_options *options,
                         struct lg_error *err)
{
    const struct arguments *arguments = watching->arguments;
    struct found_process *process = &watching->process;
    const char *operand = arguments->operands.count > 0 ? arguments->operands.items[0] : NULL;
    if (!attach_find(arguments, operand, process, err))
        return false;
    bool by_pid = operand != NULL && operand[strspn(operand, "0123456789")] == '\0';
    options->pid = process->pid;
    options->program = by_pid ? NULL : operand != NULL ? operand : process->name;
    return true;
}

/* The process is known, or started. False, and the exit status, where there is none. */
static bool begin(struct watching *watching, struct watch_options *options, int *status)
{
    const struct arguments *arguments = watching->arguments;
    const char *command = options->is_child ? arguments->operands.items[0] : NULL;
    struct lg_error err = {0};
    sigset_t signals;
    sigprocmask(SIG_BLOCK, NULL, &signals);
    *status = EXIT_INPUT;
    if (command == NULL && !find_process(watching, options, &err)) {
        *status = complain(&err);
        return false;
    }
    const char *program = command != NULL ? path_base(command) : watching->process.name;
    if (!program_healthy(arguments, program, &watching->healthy) ||
        (command != NULL && !program_open_pprof(arguments, program)))
        return false;
    if (watch_view_open(&watching->view, option_text(arguments, OPTION_CSV), command != NULL,
                        &err) &&
        report_directory_prepare(watching->report, &err) && stop_signals_block(&err)) {
        if (command == NULL)
            return true;
        options->pid = start_program(arguments->operands.items, &signals, &err);
        if (options->pid > 0)
            return true;
    }
    *status = complain(&err);
    return false;
}

static int run_watch(struct watching *watching, struct watch_options *options)
{
    struct lg_error err = {0};
    int status;
    char date[21];
    bool flagged = false;
    clock_timestamp(date);
    if (!check_arguments(watching->arguments, &err) || !page_file_check(watching->arguments, &err))
        return complain(&err);
    if (!begin(watching, options, &status))
        return status;
    say_too_short(options->every_ms, options->for_ms);
    bool watched = watch(options, &flagged, &err);
    if (options->is_child)
        await_program(watching, options->pid);
    watch_view_close(&watching->view);
    status = !watched ? complain(&err) : options->until_flag && flagged ? EXIT_LEAK : EXIT_PASS;
    if (watching->series.count == 0)
        return watched ? EXIT_NOTHING_JUDGED : status;
    return worse_status(status, report_series(watching, date, &err));
}

int command_watch(const struct arguments *arguments)
{
    struct watching watching = {.arguments = arguments,
                                .report = option_text(arguments, OPTION_REPORT),
                                .view = {.csv = -1}};
    _cleanup_free_ char *asked = asked_of(arguments);
    struct watch_options options = {
        .is_child = arguments->has_dashes,
        .asked = asked,
        .every_ms = option_duration(arguments, OPTION_EVERY),
        .for_ms = option_duration(arguments, OPTION_FOR),
        .until_flag = option_given(arguments, OPTION_UNTIL_FLAG),
        .healthy = &watching.healthy,
        .make_directory = make_directory,
        .sampled = sampled,
        .said = said,
        .context = &watching,
    };
    int status = run_watch(&watching, &options);
    found_process_free(&watching.process);
    healthy_rows_free(&watching.healthy);
    string_list_free(&watching.series);
    return status;
}
