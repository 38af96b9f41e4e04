/* `leakgate record`: somebody plays a round trip in the terminal, and it becomes a scenario. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "commands/build_program.h"
#include "commands/command.h"
#include "commands/selection.h"
#include "driver/replayed.h"
#include "journal/run_files.h"
#include "journal/run_record.h"
#include "measure/by_hand.h"
#include "measure/guard.h"
#include "measure/stop_signals.h"
#include "report/screen_text.h"
#include "world/world.h"

enum {
    REPLAYS = 2, /* from which the waits are made */
    RETRIES = 3, /* of a replay in which a wait of the recording was in vain */
    ROUNDS = 2,  /* in each */
    PLAYS = 3,   /* of what came out */
    PLAY_ROUNDS = 3
};

struct recording_session {
    const struct arguments *arguments;
    const char *name;
    char *file;        /* scenarios/NAME.yaml */
    char *scratch;     /* a directory for all that is made on the way */
    unsigned runs;     /* so far, a directory each */
    int signal;        /* by which the user stopped it; 0: none */
    struct plan *plan; /* the recording's; then what was recorded */
    struct run_record *records[REPLAYS];
};

/* --- The terminal, lent and given back --- */

/* All that a program may have switched on. Scrolling, when it is reset, moves the cursor. */
static const char lend_sequence[] = "\x1b[22;0t";
static const char return_sequence[] =
    "\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1005l\x1b[?1006l\x1b[?1015l\x1b[?1004l\x1b[?2004l"
    "\x1b[?2026l\x1b[?1l\x1b>\x1b[?7h\x1b[4l\x1b[<u\x1b[>4;0m\x1b[0m\x1b[0 q"
    "\x1b"
    "7\x1b[r\x1b"
    "8\x1b[?25h\x1b[23;0t";
static const char leave_alternate[] = "\x1b[?1049l";

static void write_terminal(const char *sequence)
{
    (void)!file_write_all(STDOUT_FILENO, sequence, strlen(sequence), NULL);
}

static bool lend_terminal(struct termios *modes, struct lg_error *err)
{
    if (tcgetattr(STDIN_FILENO, modes) != 0)
        return lg_fail(err, LG_ERROR_INPUT, errno, "cannot read the terminal's modes");
    struct termios raw = *modes;
    cfmakeraw(&raw);
    write_terminal(lend_sequence);
    return tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw) == 0 ||
           lg_fail(err, LG_ERROR_INPUT, errno, "cannot set the terminal's modes");
}

static void return_terminal(const struct termios *modes, const struct lent_terminal *lent)
{
    write_terminal(return_sequence);
    write_terminal(lent->alternate ? leave_alternate : "\r\n");
    tcsetattr(STDIN_FILENO, TCSAFLUSH, modes);
}

/* --- One run --- */

/* The record is the caller's; NULL and *err where nothing was played. What failed in it is in the
 * record. */
static struct run_record *play(struct recording_session *session, struct run_options *options,
                               char **directory_out, struct lg_error *err)
{
    _cleanup_free_ char *part = memory_format("play-%u", ++session->runs);
    _cleanup_free_ char *directory = path_join(session->scratch, part);
    _cleanup_free_ char *journal = path_join(directory, JOURNAL_FILE);
    _cleanup_free_ char *world = world_new_root(err);
    if (world == NULL || !directory_make(directory, 0700, err))
        return NULL;
    options->plan = session->plan;
    options->world_root = world;
    options->directory = directory;
    options->timeout_scale = 1;
    struct guard_result guarded = {0};
    bool done = guard_run(options, false, &guarded, err);
    string_list_free(&guarded.killed);
    if (guarded.world_kept && !directory_remove(world, done ? err : NULL))
        done = false;
    if (!done)
        return NULL;
    session->signal = guarded.cancelled_by;
    if (guarded.cancelled_by != 0)
        return lg_fail_null(err, LG_ERROR_CANCELLED, 0, "stopped by signal %d",
                            guarded.cancelled_by);
    if (directory_out != NULL)
        *directory_out = take_pointer(directory);
    return run_record_read(journal, err);
}

/* False and *err where the run did not come to its end. */
static bool came_to_end(const struct run_record *record, struct lg_error *err)
{
    enum lg_error_class class = run_record_problem(record);
    if (class == LG_ERROR_NONE)
        return true;
    lg_fail(err, class, 0, "%s",
            record->failure != NULL ? record->failure->text : "leakgate's worker was lost");
    return false;
}

/* --- By hand --- */

/* The target file's name without ".yaml"; without --target that of the only one there is. */
static char *target_name(const struct arguments *arguments, struct lg_error *err)
{
    const char *word = option_text(arguments, OPTION_TARGET);
    _cleanup_strings_ struct string_list names = {0};
    _cleanup_free_ char *directory = path_join(option_text(arguments, OPTION_SCENARIOS), "targets");
    if (word == NULL)
        yaml_names(directory, &names);
    if (word == NULL && names.count != 1)
        return lg_fail_null(err, LG_ERROR_INPUT, 0,
                            "--target NAME says which program; there are %zu target files in %s",
                            names.count, directory);
    const char *base = path_base(word != NULL ? word : names.items[0]);
    size_t length = strlen(base);
    return memory_copy_range(base, text_ends(base, ".yaml") ? length - strlen(".yaml") : length);
}

static int load(struct recording_session *session, const char *file)
{
    struct load_options options = load_options_of(session->arguments);
    struct diagnostics problems = {0};
    plan_free(session->plan);
    session->plan = plan_load(file, &options, &problems);
    complain_of_all(&problems);
    return session->plan != NULL ? EXIT_PASS : EXIT_INPUT;
}

static int write_and_load(struct recording_session *session, const struct scenario_draft *draft)
{
    struct lg_error err = {0};
    _cleanup_free_ char *file = memory_format("%s/%s.yaml", session->scratch, session->name);
    _cleanup_buffer_ struct buffer yaml = {0};
    scenario_write(draft, &yaml);
    return file_write_atomic(file, buffer_string(&yaml), yaml.length, &err) ? load(session, file)
                                                                            : complain(&err);
}

/* A scenario of nothing but the target, as large as the user's terminal. */
static int prepare(struct recording_session *session)
{
    struct lg_error err = {0};
    _cleanup_free_ char *name = target_name(session->arguments, &err);
    if (name == NULL)
        return complain(&err);
    _cleanup_free_ char *title = memory_format("Recorded: %s", session->name);
    struct scenario_draft draft = {.title = title, .target = name};
    steps_add_settle(&draft.iteration);
    int status = write_and_load(session, &draft);
    step_list_free(&draft.iteration);
    if (status != EXIT_PASS)
        return status;
    struct plan *plan = session->plan;
    if (plan->world.projects.count > 0)
        string_list_add(&plan->needs, "git");
    _cleanup_strings_ struct string_list missing = {0};
    _cleanup_free_ char *program = world_find_program(plan, &err);
    world_missing_tools(plan, &missing);
    if (program != NULL && missing.count > 0)
        lg_fail(&err, LG_ERROR_NEED, 0, "not on this machine: %s", missing.items[0]);
    struct winsize size;
    if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 1) {
        plan->target.rows = size.ws_row;
        plan->target.columns = size.ws_col;
    }
    return err.class == LG_ERROR_NONE ? EXIT_PASS : complain(&err);
}

/* False and *err where the user thinks better of it. */
static bool await_enter(struct recording_session *session, struct lg_error *err)
{
    fprintf(stderr,
            "%s starts here, in a home of its own, and is yours when it is ready. "
            "Press " MARK_KEY_NAME
            "\nwhere the round trip starts, play it, and press " MARK_KEY_NAME
            " again where the screen is as it was.\nOr quit the program: then the round trip is "
            "found by itself. Enter starts it. ",
            path_base(session->plan->target.command.items[0]));
    _cleanup_close_ int signals = stop_signals_open(err);
    struct pollfd ready[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                             {.fd = signals, .events = POLLIN}};
    struct signalfd_siginfo info;
    for (char c = 0; signals >= 0 && c != '\n';) {
        poll(ready, COUNT_OF(ready), -1);
        if (read(signals, &info, sizeof info) == (ssize_t)sizeof info) {
            session->signal = (int)info.ssi_signo;
            return lg_fail(err, LG_ERROR_CANCELLED, 0, "stopped by signal %d", session->signal);
        }
        if (ready[0].revents != 0 && read(STDIN_FILENO, &c, 1) != 1)
            return lg_fail(err, LG_ERROR_INPUT, 0, "the terminal was closed");
    }
    return signals >= 0;
}

/* What the user has done becomes the plan. */
static int take(struct recording_session *session)
{
    struct lg_error err = {0};
    struct termios modes;
    _cleanup_free_ char *directory = NULL;
    struct lent_terminal *lent =
        mmap(NULL, sizeof *lent, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (lent == MAP_FAILED)
        memory_exhausted();
    snprintf(lent->path, sizeof lent->path, "/proc/%d/fd/%d", (int)getpid(), STDIN_FILENO);
    struct run_options options = {.terminal = lent};
    struct run_record *record = NULL;
    if (lend_terminal(&modes, &err)) {
        record = play(session, &options, &directory, &err);
        return_terminal(&modes, lent);
    }
    bool taken = record != NULL && came_to_end(record, &err);
    run_record_free(record);
    if (lent->left_out > 0)
        fprintf(stderr,
                "Left out, because no step says it (a drag, another button, the mouse on no "
                "text of its own): %u\n",
                lent->left_out);
    if (lent->has_secret)
        fputs("What was typed while echo was off is not kept: put it into vars, " SECRET_VARIABLE
              ".\n",
              stderr);
    munmap(lent, sizeof *lent);
    if (!taken)
        return complain(&err);
    _cleanup_free_ char *file = path_join(directory, TAKEN_FILE);
    _cleanup_free_ char *named = memory_format("%s/%s.yaml", session->scratch, session->name);
    if (rename(file, named) != 0) {
        lg_fail(&err, LG_ERROR_INTERNAL, errno, "cannot write %s", named);
        return complain(&err);
    }
    return load(session, named);
}

/* --- Replays --- */

/* The screens after the steps, from the last of the target's ready steps on. */
static struct replay replay_of(const struct plan *plan, const struct run_record *record)
{
    struct replay replay = {.screens =
                                memory_array(record->screen_count + 1, sizeof *replay.screens)};
    size_t steps = 0;
    for (size_t i = 0; i < record->screen_count; i++)
        if (record->screens[i].why == SCREEN_STEP && ++steps >= plan->target.ready.count)
            replay.screens[replay.count++] = &record->screens[i].rows;
    size_t most = 1 + plan->setup.count + ROUNDS * plan->iteration.count;
    replay.count = replay.count < most ? replay.count : most; /* not those of the quit steps */
    return replay;
}

/* The step in which the replay failed; NULL: none of the scenario's. */
static struct step *failed_step(const struct plan *plan, const struct run_record *record)
{
    struct replay replay = replay_of(plan, record);
    size_t last = replay.count - 2; /* the first is of the target's, the last failed */
    free(replay.screens);
    if (replay.count < 2 || run_record_problem(record) == LG_ERROR_NONE)
        return NULL;
    return last < plan->setup.count
               ? &plan->setup.items[last]
               : &plan->iteration.items[(last - plan->setup.count) % plan->iteration.count];
}

/* A wait that was in vain is for something that varies: it is left out, and the replay begins anew.
 */
static bool replay(struct recording_session *session, unsigned number, struct lg_error *err)
{
    for (unsigned attempt = 0; attempt < RETRIES; attempt++) {
        fprintf(stderr, "Replay %u of %u ...\n", number + 1, REPLAYS);
        struct run_options options = {.play_iterations = ROUNDS, .show = true};
        *err = (struct lg_error){0};
        run_record_free(session->records[number]);
        struct run_record *record = play(session, &options, NULL, err);
        session->records[number] = record;
        if (record == NULL || came_to_end(record, err))
            return record != NULL;
        struct step *step = failed_step(session->plan, record);
        if (step == NULL || step->kind != STEP_WAIT)
            return false;
        step->kind = STEP_SETTLE;
        step->ms = RECORD_QUIET_MS;
        step->timeout_ms = RECORD_SETTLE_MS;
    }
    return false;
}

/* The plan with the waits that hold in all replays. */
static int choose_waits(struct recording_session *session)
{
    struct plan *plan = session->plan;
    struct replay replays[REPLAYS];
    struct scenario_draft draft = {
        .title = plan->title, .target = plan->target.name, .needs = plan->needs};
    struct variable_list vars = {0};
    for (size_t i = 0; i < plan->vars.count; i++)
        if (strcmp(plan->vars.items[i].name, SECRET_VARIABLE) == 0)
            vars = (struct variable_list){&plan->vars.items[i], 1};
    draft.vars = vars;
    for (size_t i = 0; i < REPLAYS; i++)
        replays[i] =
            session->records[i] != NULL ? replay_of(plan, session->records[i]) : (struct replay){0};
    replayed_scenario(plan, replays, REPLAYS, &draft);
    session->plan = NULL; /* whose steps the draft has */
    int status = write_and_load(session, &draft);
    replayed_free(&draft);
    plan_free(plan);
    for (size_t i = 0; i < REPLAYS; i++)
        free(replays[i].screens);
    return status;
}

/* --- What came out --- */

static bool play_result(struct recording_session *session, struct lg_error *err)
{
    for (unsigned i = 0; i < PLAYS; i++) {
        fprintf(stderr, "Play %u of %u ...\n", i + 1, PLAYS);
        struct run_options options = {.play_iterations = PLAY_ROUNDS, .round_trip = true};
        struct run_record *record = play(session, &options, NULL, err);
        bool played = record != NULL && came_to_end(record, err);
        const struct journal_screen *screen =
            played || record == NULL ? NULL : failing_screen(record);
        _cleanup_buffer_ struct buffer box = {0};
        if (screen != NULL)
            screen_box(&screen->rows, "the screen then", 2, 100, &box);
        fputs(buffer_string(&box), stderr);
        run_record_free(record);
        if (!played)
            return false;
    }
    return true;
}

/* Shows what was made, and writes it into the scenarios directory unless it is no round trip: what
 * fails in another way may be a matter of a word in it. */
static int finish(const struct recording_session *session, const struct lg_error *problem)
{
    struct lg_error err = *problem, failed = {0};
    _cleanup_buffer_ struct buffer yaml = {0};
    bool no_trip = err.class == LG_ERROR_INVALID;
    if (err.class != LG_ERROR_NONE && err.class != LG_ERROR_TARGET && !no_trip)
        return complain(&err);
    if (!file_read(session->plan->file, &yaml, LG_ERROR_INTERNAL, &failed) ||
        (!no_trip && !file_write_atomic(session->file, buffer_string(&yaml), yaml.length, &failed)))
        return complain(&failed);
    fputs(buffer_string(&yaml), no_trip ? stderr : stdout);
    fflush(stdout);
    if (err.class == LG_ERROR_NONE) {
        fprintf(stderr, "\n%s: played %d times, %d round trips each. Measure it: leakgate run %s\n",
                session->file, PLAYS, PLAY_ROUNDS, session->name);
        return EXIT_PASS;
    }
    if (no_trip)
        lg_context(&err, "no round trip");
    else
        lg_context(&err, "%s was written, but it does not play", session->file);
    err.class = no_trip ? LG_ERROR_INPUT : err.class;
    return complain(&err);
}

static int record(struct recording_session *session)
{
    struct lg_error err = {0};
    int status = build_program(session->arguments);
    if (status == EXIT_PASS)
        status = prepare(session);
    if (status != EXIT_PASS)
        return status;
    if (!stop_signals_block(&err) || !await_enter(session, &err))
        return complain(&err);
    status = take(session);
    if (status != EXIT_PASS)
        return status;
    bool replayed = true;
    for (unsigned i = 0; i < REPLAYS && replayed; i++)
        replayed = replay(session, i, &err);
    if (!replayed && err.class != LG_ERROR_TARGET)
        return complain(&err);
    status = choose_waits(session);
    if (status != EXIT_PASS)
        return status;
    (void)!(replayed && play_result(session, &err));
    return finish(session, &err);
}

static bool check_name(struct recording_session *session, struct lg_error *err)
{
    const struct string_list *operands = &session->arguments->operands;
    if (operands->count != 1)
        return lg_fail(err, LG_ERROR_INPUT, 0, "record wants one name, that of the new scenario");
    const char *name = session->name = operands->items[0];
    if (name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")] !=
            '\0' ||
        name[0] == '-')
        return lg_fail(err, LG_ERROR_INPUT, 0,
                       "\"%s\" is no name of a scenario: letters, digits, \"-\" and \"_\"", name);
    _cleanup_free_ char *base = memory_format("%s.yaml", name);
    session->file = path_join(option_text(session->arguments, OPTION_SCENARIOS), base);
    if (access(session->file, F_OK) == 0)
        return lg_fail(err, LG_ERROR_INPUT, 0, "there is %s already; remove it to record it anew",
                       session->file);
    return (isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1) ||
           lg_fail(err, LG_ERROR_INPUT, 0, "record needs a terminal to play in");
}

int command_record(const struct arguments *arguments)
{
    struct recording_session session = {.arguments = arguments};
    struct lg_error err = {0};
    const char *temporary = getenv("TMPDIR");
    session.scratch = memory_format("%s/leakgate-record-XXXXXX",
                                    temporary != NULL && *temporary == '/' ? temporary : "/tmp");
    int status = EXIT_INPUT;
    if (!check_name(&session, &err)) {
        status = complain(&err);
    } else if (mkdtemp(session.scratch) == NULL) {
        lg_fail(&err, LG_ERROR_INTERNAL, errno, "cannot make %s", session.scratch);
        status = complain(&err);
    } else {
        status = record(&session);
        status = session.signal != 0 ? 128 + session.signal : status;
        if (!directory_remove(session.scratch, &err))
            complain(&err);
    }
    for (size_t i = 0; i < REPLAYS; i++)
        run_record_free(session.records[i]);
    plan_free(session.plan);
    free_all(session.file, session.scratch);
    return status;
}
