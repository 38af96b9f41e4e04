/*
 * `leakgate explore`: processes of the program are explored side by side, in rounds; after each the
 * map is what all of them learned. What grew is written as scenarios, which are judged like any
 * other.
 *
 *     leakgate -> explorer -> guard -> worker -> target      for each job, in each round
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/pidfd.h"
#include "commands/build_program.h"
#include "commands/command.h"
#include "commands/report_directory.h"
#include "commands/selection.h"
#include "driver/process.h"
#include "explore/trip_scenario.h"
#include "explore/walk.h"
#include "journal/run_files.h"
#include "journal/run_record.h"
#include "measure/guard.h"
#include "measure/stop_signals.h"
#include "world/world.h"

enum {
    ROUND_MS = 90 * 1000, /* then all learn what the others have found */
    JOBS_MOST = 64,
    JUDGED_MOST = 12 /* scenarios that are written */
};

struct exploring {
    const struct arguments *arguments;
    struct plan *plan;
    struct map map;
    char *directory; /* REPORT/explore */
    int log;         /* REPORT/explore.jsonl: all facts; -1: not open */
    int64_t began, until, round_until;
    unsigned jobs;
    int signals;
    int signal;               /* by which the user stopped it; 0: none */
    struct string_list files; /* scenarios that were written */
};

/* --- What is known --- */

/* Adds what a process learned, from the byte *offset of its file on, which moves; also to the log,
 * unless that is -1. A line that was cut off is left out. */
static bool learn(struct exploring *exploring, const char *facts, size_t *offset, int log,
                  struct lg_error *err)
{
    _cleanup_buffer_ struct buffer text = BUFFER_INIT(LIMIT_EXPLORED_BYTES);
    if (access(facts, F_OK) != 0)
        return true;
    if (!file_read(facts, &text, LG_ERROR_INPUT, err))
        return false;
    const char *start = buffer_string(&text), *line = start + *offset;
    for (const char *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        _cleanup_json_ json_t *fact = json_parse(line, (size_t)(end - line), facts, err);
        if (fact == NULL || !map_take(&exploring->map, fact, err) ||
            (log >= 0 && !file_write_all(log, line, (size_t)(end - line) + 1, err)))
            return false;
        *offset = (size_t)(end + 1 - start);
    }
    return true;
}

/* --- One process --- */

struct explorer {
    struct exploring *exploring;
    unsigned share, shares;
    char *name, *directory, *facts;
    struct string_list keys; /* see walk_options */
};

static bool act(void *context, struct target *target, struct probe *probe, struct lg_error *err)
{
    const struct explorer *explorer = context;
    const struct walk_options options = {.map = &explorer->exploring->map,
                                         .facts = explorer->facts,
                                         .until = explorer->exploring->round_until,
                                         .keys = explorer->keys.count > 0 ? &explorer->keys : NULL,
                                         .share = explorer->share,
                                         .shares = explorer->shares};
    return walk_explore(&options, target, probe, err);
}

static bool explore_once(struct explorer *explorer, struct lg_error *err)
{
    const struct run_instead instead = {act, explorer};
    struct guard_result guarded = {0};
    _cleanup_free_ char *world = world_new_root(err);
    if (world == NULL ||
        !evidence_directory_make(explorer->exploring->directory, explorer->name, err))
        return false;
    const struct run_options options = {.plan = explorer->exploring->plan,
                                        .instead = &instead,
                                        .world_root = world,
                                        .directory = explorer->directory,
                                        .attempt = ATTEMPT_SCREENING,
                                        .timeout_scale = 1};
    bool done = guard_run(&options, false, &guarded, err);
    explorer->exploring->signal = guarded.cancelled_by;
    string_list_free(&guarded.killed);
    return done && (!guarded.world_kept || directory_remove(world, err));
}

/* One process of the program after another, until the round is over or nothing is learned. */
static void __attribute__((noreturn)) explorer_serve(struct explorer *explorer, pid_t parent)
{
    struct lg_error err = {0};
    struct exploring *exploring = explorer->exploring;
    size_t offset = 0, tries;
    bool done;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
        _exit(EXIT_INTERNAL);
    setsid();
    do {
        tries = exploring->map.tries;
        done = explore_once(explorer, &err) && learn(exploring, explorer->facts, &offset, -1, &err);
    } while (done && exploring->map.tries > tries && exploring->signal == 0 &&
             explorer->keys.count == 0 && clock_now() < exploring->round_until);
    if (!done)
        complain(&err);
    fflush(stderr);
    _exit(done ? EXIT_PASS : EXIT_INTERNAL);
}

static void explorer_free(struct explorer *explorer)
{
    string_list_free(&explorer->keys);
    free_all(explorer->name, explorer->directory, explorer->facts);
}

static bool explorer_prepare(struct exploring *exploring, unsigned share, unsigned shares,
                             struct explorer *explorer, struct lg_error *err)
{
    _cleanup_free_ char *file = memory_format("%u.jsonl", share + 1);
    *explorer = (struct explorer){.exploring = exploring,
                                  .share = share,
                                  .shares = shares,
                                  .name = memory_format("%u", share + 1),
                                  .facts = path_join(exploring->directory, file)};
    explorer->directory = path_join(exploring->directory, explorer->name);
    return unlink(explorer->facts) == 0 || errno == ENOENT ||
           lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot remove %s", explorer->facts);
}

/* --- Rounds --- */

static void pass_signal(struct exploring *exploring, const struct pollfd *processes, unsigned count)
{
    struct signalfd_siginfo info;
    while (read(exploring->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        exploring->signal = exploring->signal != 0 ? exploring->signal : (int)info.ssi_signo;
        for (unsigned i = 0; i < count; i++)
            if (processes[i].fd >= 0)
                pidfd_send_signal(processes[i].fd, (int)info.ssi_signo, NULL, 0);
    }
}

static void await_all(struct exploring *exploring, struct pollfd *watched, unsigned count)
{
    unsigned left = count;
    watched[count] = (struct pollfd){.fd = exploring->signals, .events = POLLIN};
    while (left > 0 && poll(watched, count + 1, -1) >= 0) {
        if (watched[count].revents != 0)
            pass_signal(exploring, watched, count);
        for (unsigned i = 0; i < count; i++)
            if (watched[i].fd >= 0 && watched[i].revents != 0) {
                close(watched[i].fd);
                watched[i].fd = -1;
                left--;
            }
    }
}

/* Why a process of the program was not explored: its journal says. */
static bool explain(const struct explorer *explorer, struct lg_error *err)
{
    _cleanup_free_ char *journal = path_join(explorer->directory, JOURNAL_FILE);
    struct run_record *record = run_record_read(journal, err);
    if (record == NULL)
        return false;
    const char *problem = text_or(record->facts.problem, "it is not known why");
    lg_fail(err, LG_ERROR_TARGET, 0, "the program cannot be explored: %s", problem);
    run_record_free(record);
    return false;
}

/* The last so many actions of the way to where the trip begins, and the trip. */
static void end_of_way(const struct map *map, const struct map_trip *trip, size_t length,
                       struct string_list *keys)
{
    _cleanup_strings_ struct string_list way = {0};
    (void)!map_way(map, 0, trip->from, &way, NULL);
    for (size_t i = way.count > length ? way.count - length : 0; i < way.count; i++)
        string_list_add(keys, way.items[i]);
    string_list_add(keys, trip->there);
    string_list_add(keys, trip->back);
}

/* `trip` is what is played, in each process by a way of another length, from `shortest` on; NULL:
 * they explore. */
static bool round_of(struct exploring *exploring, unsigned shares, const struct map_trip *trip,
                     size_t shortest, struct lg_error *err)
{
    struct explorer explorers[JOBS_MOST] = {0};
    struct pollfd watched[JOBS_MOST + 1];
    pid_t self = getpid(), pids[JOBS_MOST];
    size_t starts = exploring->map.starts;
    int64_t round = clock_deadline(ROUND_MS);
    exploring->round_until = round < exploring->until ? round : exploring->until;
    bool fine = true;
    unsigned count = 0;
    fflush(NULL);
    for (; fine && count < shares; count++) {
        fine = explorer_prepare(exploring, count, shares, &explorers[count], err);
        if (trip != NULL)
            end_of_way(&exploring->map, trip, shortest + count, &explorers[count].keys);
        pids[count] = fine ? fork() : -1;
        if (pids[count] == 0)
            explorer_serve(&explorers[count], self);
        watched[count] = (struct pollfd){.fd = pids[count] > 0 ? pidfd_open(pids[count], 0) : -1,
                                         .events = POLLIN};
        fine = watched[count].fd >= 0 ||
               (err->class == LG_ERROR_NONE &&
                lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot start a process"));
    }
    await_all(exploring, watched, fine ? count : count - 1);
    for (unsigned i = 0; i < count; i++) {
        if (pids[i] > 0)
            waitpid(pids[i], NULL, 0);
        size_t offset = 0;
        fine = fine && learn(exploring, explorers[i].facts, &offset, exploring->log, err);
    }
    if (fine && exploring->map.starts == starts && exploring->signal == 0)
        fine = explain(&explorers[0], err);
    for (unsigned i = 0; i < count; i++)
        explorer_free(&explorers[i]);
    return fine;
}

static size_t trips_that(const struct map *map, enum trip_outcome outcome)
{
    size_t count = 0;
    for (size_t i = 0; i < map->trip_count; i++)
        count += map->trips[i].outcome == outcome;
    return count;
}

static void say_progress(const struct exploring *exploring)
{
    const struct map *map = &exploring->map;
    fprintf(stderr, "  %.0f s: %zu states, %zu actions, %zu round trips, %zu of them grow\n",
            clock_seconds_since(exploring->began), map->state_count, map->tries, map->trip_count,
            trips_that(map, TRIP_GROWS));
}

static bool explore(struct exploring *exploring, struct lg_error *err)
{
    bool learned = true;
    while (exploring->map.surveys < SURVEYS && exploring->signal == 0)
        if (!round_of(exploring, 1, NULL, 0, err))
            return false;
    while (learned && clock_now() < exploring->until && exploring->signal == 0) {
        size_t tries = exploring->map.tries, trips = exploring->map.trip_count;
        if (!round_of(exploring, exploring->map.state_count == 0 ? 1 : exploring->jobs, NULL, 0,
                      err))
            return false;
        learned = exploring->map.tries > tries || exploring->map.trip_count > trips ||
                  exploring->map.state_count == 1;
        say_progress(exploring);
    }
    return true;
}

/* --- What grew --- */

static bool same_cause(const struct map_trip *a, const struct map_trip *b)
{
    return text_equal(a->gauge, b->gauge) && text_equal(a->holder, b->holder);
}

static size_t length_of(const struct map *map, const struct map_trip *trip)
{
    _cleanup_strings_ struct string_list way = {0};
    bool reached = map_way(map, 0, trip->from, &way, NULL);
    return reached ? way.count + (trip->back[0] != '\0') : SIZE_MAX;
}

/* The shortest of those with the same cause. */
static bool is_chosen(const struct map *map, size_t number)
{
    const struct map_trip *trip = &map->trips[number];
    size_t length = length_of(map, trip);
    if (trip->outcome != TRIP_GROWS || length == SIZE_MAX)
        return false;
    for (size_t i = 0; i < map->trip_count; i++) {
        size_t other = map->trips[i].outcome == TRIP_GROWS && same_cause(&map->trips[i], trip)
                           ? length_of(map, &map->trips[i])
                           : SIZE_MAX;
        if (other < length || (other == length && i < number))
            return false;
    }
    return true;
}

/* A way of many actions is seldom needed: the program is started anew, and only the last of them
 * are played. A trip that grows after fewer has the same cause, and is chosen instead. */
static bool shorten(struct exploring *exploring, struct lg_error *err)
{
    enum { TRIED = 6 };
    struct map *map = &exploring->map;
    for (size_t i = 0; i < map->trip_count && exploring->signal == 0; i++) {
        for (size_t length = 0; length < TRIED && is_chosen(map, i); length += exploring->jobs) {
            if (length_of(map, &map->trips[i]) <= length + 1)
                break;
            struct map_trip trip = map->trips[i]; /* the map's may move, its texts stay */
            exploring->until = clock_deadline(ROUND_MS);
            if (!round_of(exploring, exploring->jobs, &trip, length, err))
                return false;
        }
    }
    return true;
}

/* A name that no file has: explored-1.yaml. The caller frees it. */
static char *free_path(const struct exploring *exploring)
{
    const char *directory = option_text(exploring->arguments, OPTION_SCENARIOS);
    for (unsigned i = 1;; i++) {
        _cleanup_free_ char *name = memory_format("explored-%u.yaml", i);
        char *path = path_join(directory, name);
        if (access(path, F_OK) != 0)
            return path;
        free(path);
    }
}

static bool write_scenarios(struct exploring *exploring, struct lg_error *err)
{
    const struct map *map = &exploring->map;
    for (size_t i = 0; i < map->trip_count && exploring->files.count < JUDGED_MOST; i++) {
        const struct map_trip *trip = &map->trips[i];
        if (!is_chosen(map, i))
            continue;
        _cleanup_buffer_ struct buffer yaml = {0};
        _cleanup_free_ char *path = free_path(exploring), *text = trip_text(map, trip);
        trip_scenario(map, trip, exploring->plan, &yaml);
        if (!file_write_atomic(path, buffer_string(&yaml), yaml.length, err))
            return false;
        string_list_add(&exploring->files, path);
        printf("%s: %s %+.2f each time: %s\n    held by %s\n", path, trip->gauge, trip->per_trip,
               text, text_or(trip->holder, "nothing that has a name"));
    }
    return true;
}

/* What the judge does not call a leak is no scenario of anything; what it cannot play is said. The
 * project file may choose scenarios by tags, and those that are kept have none. */
static void keep_leaks(const struct exploring *exploring)
{
    const char *report = option_text(exploring->arguments, OPTION_REPORT);
    _cleanup_free_ char *path = path_join(report, "result.json");
    _cleanup_json_ json_t *result = json_read_file(path, NULL);
    size_t index;
    json_t *scenario;
    json_array_foreach(json_object_get(result, "scenarios"), index, scenario)
    {
        const char *verdict = json_get_text(scenario, "verdict", "leak");
        const char *file = json_get_text(scenario, "file", "");
        if (!string_list_contains(&exploring->files, file))
            continue;
        if (strcmp(verdict, "leak") == 0)
            printf("leakgate run %s plays it; give it a tag that your gate runs.\n",
                   json_get_text(scenario, "name", ""));
        else if (unlink(file) == 0)
            printf("%s: %s by the judge; removed\n", file, verdict);
    }
}

static void pass_on(const struct arguments *arguments, enum option option,
                    struct string_list *words)
{
    const char *value = option_text(arguments, option);
    if (value != NULL)
        string_list_take(words, memory_format("--%s=%s", option_name(option), value));
}

/* Each is played alone and judged as any scenario is. */
static int judge(const struct exploring *exploring)
{
    static const enum option options[] = {OPTION_SCENARIOS, OPTION_REPORT, OPTION_JOBS,
                                          OPTION_TARGET, OPTION_PROGRAM};
    _cleanup_strings_ struct string_list words = {0};
    struct arguments arguments = {0};
    struct lg_error err = {0};
    string_list_add(&words, "--no-baselines");
    for (size_t i = 0; i < COUNT_OF(options); i++)
        pass_on(exploring->arguments, options[i], &words);
    string_list_add_all(&words, &exploring->files);
    bool parsed = arguments_parse(COMMAND_RUN, (int)words.count, words.items, &arguments, &err);
    int status = parsed ? command_run(&arguments) : complain(&err);
    arguments_free(&arguments);
    keep_leaks(exploring);
    return status;
}

/* --- All of it --- */

/* --target's, or the only one that there is. The caller frees it. */
static char *target_of(const struct arguments *arguments, struct lg_error *err)
{
    const char *word = option_text(arguments, OPTION_TARGET);
    _cleanup_strings_ struct string_list files = {0};
    if (word != NULL)
        return memory_copy_text(word);
    _cleanup_free_ char *directory = path_join(option_text(arguments, OPTION_SCENARIOS), "targets");
    files_with_suffix(directory, ".yaml", &files);
    if (files.count == 1)
        return memory_copy_text(files.items[0]);
    lg_fail(err, LG_ERROR_INPUT, 0, "name the target file by --target: there are %zu in %s",
            files.count, directory);
    return NULL;
}

/* Where everything is explored from: after the setup of the scenario that is named; else a scenario
 * that does nothing. The caller frees its path. */
static char *start_file(struct exploring *exploring, struct load_options *options,
                        struct string_list *targets, struct lg_error *err)
{
    static const char text[] =
        "version: 1\ntitle: Where exploring begins\ntarget: it\niteration: [settle: {}]\n";
    const struct arguments *arguments = exploring->arguments;
    _cleanup_strings_ struct string_list files = {0};
    if (arguments->operands.count > 1) {
        lg_fail(err, LG_ERROR_INPUT, 0, "explore takes one scenario to begin from");
        return NULL;
    }
    if (arguments->operands.count == 1)
        return selection_files(arguments, &files, err) ? memory_copy_text(files.items[0]) : NULL;
    char *target = target_of(arguments, err);
    if (target == NULL)
        return NULL;
    string_list_take(targets, target);
    options->target = target;
    char *path = path_join(exploring->directory, "start.yaml");
    if (file_write_atomic(path, text, strlen(text), err))
        return path;
    free(path);
    return NULL;
}

static bool load_plan(struct exploring *exploring, struct lg_error *err)
{
    struct load_options options = load_options_of(exploring->arguments);
    struct diagnostics problems = {0};
    _cleanup_strings_ struct string_list targets = {0};
    _cleanup_free_ char *path = start_file(exploring, &options, &targets, err);
    if (path == NULL)
        return false;
    exploring->plan = plan_load(path, &options, &problems);
    complain_of_all(&problems);
    return exploring->plan != NULL ||
           lg_fail(err, LG_ERROR_INPUT, 0, "nothing can be explored with that");
}

static bool prepare(struct exploring *exploring, struct lg_error *err)
{
    const struct arguments *arguments = exploring->arguments;
    const char *report = option_text(arguments, OPTION_REPORT);
    unsigned jobs = option_number(arguments, OPTION_JOBS);
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    exploring->jobs = jobs > 0 ? jobs : cores > 0 ? (unsigned)cores : 1;
    exploring->jobs = exploring->jobs < JOBS_MOST ? exploring->jobs : JOBS_MOST;
    exploring->map.seed = option_number(arguments, OPTION_SEED);
    exploring->directory = path_join(report, "explore");
    _cleanup_free_ char *log = path_join(report, "explore.jsonl");
    if (!report_directory_prepare(report, err) ||
        !directory_make(exploring->directory, 0755, err) || !load_plan(exploring, err))
        return false;
    _cleanup_free_ char *program = world_find_program(exploring->plan, err);
    if (program == NULL || !stop_signals_block(err) || !process_become_subreaper(err))
        return false;
    exploring->signals = stop_signals_open(err);
    if (exploring->signals < 0)
        return false;
    bool resumes = option_given(arguments, OPTION_RESUME);
    size_t offset = 0;
    if (resumes && !learn(exploring, log, &offset, -1, err))
        return false;
    exploring->log =
        open(log, O_WRONLY | O_CREAT | O_CLOEXEC | (resumes ? O_APPEND : O_TRUNC), 0644);
    return exploring->log >= 0 || lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot write %s", log);
}

static void print_summary(const struct exploring *exploring)
{
    const struct map *map = &exploring->map;
    printf("%s: %zu states, %zu actions, %zu round trips in %.0f s; %zu starts, %zu ended by an "
           "action\n",
           exploring->plan->target.name, map->state_count, map->tries, map->trip_count,
           clock_seconds_since(exploring->began), map->starts, map->ends);
    printf("Round trips: %zu leave nothing, %zu fill something up, %zu grow, %zu did not come back "
           "each time\n",
           trips_that(map, TRIP_CLEAN), trips_that(map, TRIP_FILLS_UP), trips_that(map, TRIP_GROWS),
           trips_that(map, TRIP_BROKEN));
}

int command_explore(const struct arguments *arguments)
{
    struct exploring exploring = {.arguments = arguments, .signals = -1, .log = -1};
    struct lg_error err = {0};
    int status = build_program(arguments);
    if (status != EXIT_PASS)
        return status;
    bool fine = prepare(&exploring, &err);
    exploring.began = clock_now();
    exploring.until = clock_deadline(option_duration(arguments, OPTION_FOR));
    fine = fine && explore(&exploring, &err);
    cleanup_close(&exploring.signals);
    cleanup_close(&exploring.log);
    if (fine) {
        print_summary(&exploring);
        fine = shorten(&exploring, &err) && write_scenarios(&exploring, &err);
    }
    if (!fine)
        status = complain(&err);
    else if (exploring.signal != 0)
        status = 128 + exploring.signal;
    else if (exploring.files.count > 0)
        status = judge(&exploring);
    map_free(&exploring.map);
    plan_free(exploring.plan);
    string_list_free(&exploring.files);
    free(exploring.directory);
    return status;
}
