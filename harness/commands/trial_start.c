#include "commands/trial_start.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "journal/run_files.h"
#include "journal/run_record.h"
#include "measure/guard.h"
#include "measure/stop_signals.h"
#include "scenario/load.h"
#include "world/world.h"

#define HELP_FILE "run/leakgate-help"

/* What is drawn may come in pieces, and a clock moves once a second. */
static const char *const scenarios[] = {
    [TRIAL_LOOK] = "iteration:\n  - settle: {quiet: 1s, timeout: 3s}\n  - snapshot: first\n"
                   "  - sleep: 1500ms\n  - settle: {timeout: 2s}\n  - snapshot: second\n",
    [TRIAL_HELP] = "prepare:\n  - run: {sh: '\"${program}\" --help >" HELP_FILE
                   " 2>&1 </dev/null; true', timeout: 5s}\niteration:\n  - settle: {}\n",
    [TRIAL_PPROF] = "measure: {every: 100ms, for: 700ms, drain: 0s}\n",
};

void trial_free(struct trial *trial)
{
    string_list_free(&trial->screens[0]);
    string_list_free(&trial->screens[1]);
    free_all(trial->help, trial->problem, trial->words);
}

/* The same files as of a run. NULL where that fails. */
static struct plan *trial_plan(const struct target_draft *draft, const char *program,
                               enum trial_kind kind, const char *root, struct lg_error *err)
{
    struct diagnostics problems = {0};
    _cleanup_buffer_ struct buffer target = {0}, scenario = {0};
    _cleanup_free_ char *target_path = memory_format("%s/targets/%s.yaml", root, draft->name);
    _cleanup_free_ char *path = path_join(root, "trial.yaml");
    _cleanup_free_ char *targets = path_join(root, "targets");
    struct load_options options = {.scenarios = root, .program = program};
    target_write(draft, &target);
    buffer_format(&scenario, "version: 1\ntitle: A trial\ntarget: %s\n%s", draft->name,
                  scenarios[kind]);
    if (!directory_make(targets, 0700, err) ||
        !file_write_atomic(target_path, buffer_string(&target), target.length, err) ||
        !file_write_atomic(path, buffer_string(&scenario), scenario.length, err))
        return NULL;
    struct plan *plan = plan_load(path, &options, &problems);
    if (plan == NULL && problems.lines.count > 0)
        lg_fail(err, LG_ERROR_INPUT, 0, "%s", problems.lines.items[0]);
    diagnostics_free(&problems);
    return plan;
}

/* The runner of the trial, in a session of its own: signals come from who waits for it. */
static _Noreturn void serve(const struct run_options *options, bool keep_world)
{
    struct lg_error err = {0};
    struct guard_result result = {0};
    setsid();
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || !stop_signals_block(&err) ||
        !guard_run(options, keep_world, &result, &err))
        _exit(EXIT_INTERNAL);
    _exit(result.cancelled_by);
}

static void take_record(const char *journal, struct trial *trial, struct lg_error *err)
{
    size_t count = 0;
    struct run_record *record = run_record_read(journal, err);
    if (record == NULL)
        return;
    for (size_t i = 0; i < record->screen_count && count < COUNT_OF(trial->screens); i++)
        if (record->screens[i].why == SCREEN_SNAPSHOT)
            string_list_add_all(&trial->screens[count++], &record->screens[i].rows);
    if (record->ended && record->end.exit_status != JOURNAL_ABSENT)
        trial->status = (int)record->end.exit_status;
    trial->sampled = record->sampled;
    if (record->sampled && record->facts.rate_found != record->facts.rate_asked)
        trial->heap_rate = (int)record->facts.rate_found;
    if (record->failure != NULL) {
        trial->problem = memory_copy_text(record->failure->text);
        trial->words = memory_copy_text(record->failure->stderr_tail);
    }
    run_record_free(record);
}

/* A signal is passed on, and waited for: the trial is ended in order, and its files go. */
static bool play(const struct run_options *options, bool keep_world, struct trial *trial,
                 struct lg_error *err)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD};
    sigset_t awaited, before;
    int status = 0;
    sigemptyset(&awaited);
    for (size_t i = 0; i < COUNT_OF(signals); i++)
        sigaddset(&awaited, signals[i]);
    sigprocmask(SIG_BLOCK, &awaited, &before);
    pid_t pid = fork();
    if (pid == 0)
        serve(options, keep_world);
    while (pid > 0 && waitpid(pid, &status, WNOHANG) == 0) {
        int number = sigwaitinfo(&awaited, NULL);
        if (number > 0 && number != SIGCHLD)
            kill(pid, number);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (pid < 0 || !WIFEXITED(status) || WEXITSTATUS(status) == EXIT_INTERNAL)
        return lg_fail(err, LG_ERROR_INTERNAL, 0, "the program could not be tried");
    trial->signal = WEXITSTATUS(status);
    return true;
}

bool trial_start(const struct target_draft *draft, const char *program, enum trial_kind kind,
                 struct trial *trial, struct lg_error *err)
{
    *trial = (struct trial){.status = -1};
    _cleanup_free_ char *root = world_new_root(err), *world = NULL, *journal = NULL;
    if (root == NULL || !world_claim(root, err))
        return false;
    struct plan *plan = trial_plan(draft, program, kind, root, err);
    world = plan != NULL ? world_new_root(err) : NULL;
    journal = path_join(root, JOURNAL_FILE);
    struct run_options options = {.plan = plan,
                                  .world_root = world,
                                  .directory = root,
                                  .play_iterations = kind != TRIAL_PPROF,
                                  .timeout_scale = 1};
    bool tried = world != NULL && play(&options, kind == TRIAL_HELP, trial, err);
    if (tried)
        take_record(journal, trial, err);
    if (tried && kind == TRIAL_HELP) {
        _cleanup_buffer_ struct buffer help = BUFFER_INIT(LIMIT_PRINTED_BYTES);
        _cleanup_free_ char *file = path_join(world, HELP_FILE);
        (void)!file_read(file, &help, LG_ERROR_INPUT, NULL);
        trial->help = memory_copy_text(buffer_string(&help));
    }
    plan_free(plan);
    (void)!directory_remove(root, NULL);
    if (world != NULL)
        (void)!directory_remove(world, NULL);
    return tried && err->class == LG_ERROR_NONE;
}
