#include "measure/watch.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/pidfd.h"
#include "measure/run_private.h"
#include "measure/stop_signals.h"
#include "probes/find_process.h"
#include "scenario/value.h"
#include "verdict/growth.h"
#include "verdict/judge.h"

enum { RATES = 101, BUSY_KNOWN = 7 /* rates that tell what is usual */ };

/* What comes after a sample or a series. */
enum next {
    GOES_ON,
    SERIES_ENDS,   /* the process goes on in another one */
    PROCESS_ENDED, /* ... or there is none any more */
    WATCH_OVER,    /* its time is over, it was stopped, or something grows (--until-flag) */
    WATCH_FAILED
};

/* A series. */
struct watched {
    struct run run;
    struct run_options options;
    struct plan plan;
    char *command[2];
    char *directory;
    int process; /* pidfd of what is sampled */
    bool has_pprof;
    int64_t slept;      /* by the machine, when it began */
    int64_t heap_read;  /* when; 0: not yet */
    unsigned samples;   /* taken */
    unsigned stride;    /* one in so many is kept in memory */
    unsigned missing;   /* that could not be taken, in a row */
    size_t judged_at;   /* samples in memory */
    unsigned flags;     /* moments at which something began to grow, or was out of range */
    bool *raised;       /* by row of what is healthy */
    struct sample last; /* without its holdings */
    double cores;       /* since the sample before */
    double rates[RATES];
    size_t rate_count;
    struct judgement *judgement;
};

struct watch {
    const struct watch_options *options;
    struct loop *loop;
    int signals;
    pid_t pid;
    int process;         /* pidfd of it; -1 */
    bool is_fresh;       /* it has just been started: its pprof may not be open yet */
    int64_t over;        /* when the watch is */
    int64_t slept;       /* by the machine, as it was seen last */
    bool flagged;        /* something was out of range */
    struct watched *now; /* NULL: there is no series */
};

/* --- What is said --- */

/* To the user, and in the journal where there is one. */
__attribute__((format(printf, 2, 3))) static void say(struct watch *watch, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    _cleanup_free_ char *text = memory_format_list(format, args);
    va_end(args);
    watch->options->said(watch->options->context, text);
    if (watch->now != NULL)
        run_write_note(&watch->now->run, text, &watch->now->run.journal_problem);
}

/* --- Events --- */

/* A signal from the terminal has reached the child as well; one that was sent here is meant for it.
 */
static void on_signal(void *context, uint32_t events)
{
    struct watch *watch = context;
    struct signalfd_siginfo info;
    (void)events;
    while (read(watch->signals, &info, sizeof info) == (ssize_t)sizeof info)
        if (!watch->options->is_child)
            loop_stop(watch->loop, (int)info.ssi_signo);
        else if (info.ssi_code != SI_KERNEL)
            kill(watch->options->pid, (int)info.ssi_signo);
}

static void on_end(void *context, uint32_t events)
{
    struct watch *watch = context;
    (void)events;
    if (loop_stopped(watch->loop) == 0)
        loop_stop(watch->loop, SIGCHLD);
}

/* A pidfd of the process, whose end stops the loop; -1 where it has none. */
static int follow_process(struct watch *watch, pid_t pid)
{
    int process = pidfd_open(pid, 0);
    if (process >= 0 && loop_watch(watch->loop, process, EPOLLIN, on_end, watch, NULL))
        return process;
    cleanup_close(&process);
    return -1;
}

static void leave_process(struct watch *watch, int *process)
{
    if (*process >= 0)
        loop_unwatch(watch->loop, *process);
    cleanup_close(process);
    *process = -1;
}

static bool has_ended(int process)
{
    return process < 0 || pidfd_await(process, clock_now());
}

/* --- A series begins --- */

/* Of a program that has just been started pprof may open in a moment. */
static struct probe *attach_probe(struct watch *watch, const struct probe_options *options,
                                  struct lg_error *why, struct lg_error *err)
{
    int64_t deadline = clock_deadline(watch->is_fresh ? WATCH_FRESH_MS : 0);
    for (;;) {
        *why = (struct lg_error){0};
        struct probe *probe =
            probe_attach(watch->loop, watch->pid, options, clock_deadline(ATTACH_MS), why, err);
        if (probe == NULL || probe_pprof(probe) != NULL || clock_now() >= deadline)
            return probe;
        probe_close(probe);
        if (loop_rest(watch->loop, WATCH_FRESH_LOOK_MS, err) == LOOP_STOPPED)
            return lg_fail_null(err, LG_ERROR_CANCELLED, 0, "stopped");
    }
}

/* Its file, also where that has been replaced by a newer build meanwhile. */
static char *program_of(pid_t pid)
{
    static const char deleted[] = " (deleted)";
    _cleanup_free_ char *path = memory_format("/proc/%d/exe", (int)pid);
    char link[PATH_MAX];
    ssize_t length = readlink(path, link, sizeof link);
    if (length <= 0 || length == (ssize_t)sizeof link)
        return memory_copy_text("process");
    char *program = memory_copy_range(link, (size_t)length);
    if (text_ends(program, deleted))
        program[(size_t)length - strlen(deleted)] = '\0';
    return program;
}

/* A run by a plan that says only how often it is sampled. */
static bool begin_journal(struct watch *watch, struct watched *now, struct lg_error *err)
{
    const struct watch_options *options = watch->options;
    struct run *run = &now->run;
    pid_t pid = probe_pid(run->probe);
    now->command[0] = program_of(pid);
    const char *program = path_base(now->command[0]);
    now->directory = options->make_directory(options->context, program, err);
    if (now->directory == NULL)
        return false;
    evidence_begin(&run->evidence, now->directory);
    _cleanup_free_ char *path = path_join(now->directory, JOURNAL_FILE);
    now->plan = (struct plan){
        .name = (char *)path_base(now->directory),
        .file = "",
        .title = memory_format("%s, process %d", program, (int)pid),
        .measure = {.every_ms = options->every_ms, .for_ms = options->for_ms},
        .target = {.name = (char *)program, .command = {.items = now->command, .count = 1}},
    };
    now->plan.measure.file_for_ms = options->for_ms;
    now->options = (struct run_options){
        .plan = &now->plan, .directory = now->directory, .watch = options->asked};
    run->journal = journal_create(path, err);
    if (run->journal == NULL || !run_write_header(run, err))
        return false;
    file_sync_name(path);
    file_sync_name(now->directory);
    return run_enter_phase(run, PHASE_LOOP, 0, err);
}

static bool begin_series(struct watch *watch, struct watched *now, struct lg_error *err)
{
    struct run *run = &now->run;
    struct lg_error why = {0};
    *now = (struct watched){
        .process = -1,
        .stride = 1,
        .cores = NAN,
        .raised = memory_array(watch->options->healthy->count + 1, sizeof(bool)),
    };
    *run = (struct run){.options = &now->options,
                        .plan = &now->plan,
                        .loop = watch->loop,
                        .signals = -1,
                        .timer = -1,
                        .phase = PHASE_LOOP,
                        .series = {.per_minute = true, .uncollected = true},
                        .version_line = memory_copy_text(""),
                        .end = {.files_left = {.count = JOURNAL_ABSENT},
                                .sessions_left = {.count = JOURNAL_ABSENT}}};
    evidence_begin(&run->evidence, "");
    struct probe_options options = {.take_profile = run_take_profile, .context = run};
    run->probe = attach_probe(watch, &options, &why, err);
    if (run->probe == NULL)
        return false;
    run->started = clock_now(); /* it may have taken a while */
    run->series.holders = probe_holders(run->probe);
    now->process = follow_process(watch, probe_pid(run->probe));
    watch->is_fresh = false;
    now->slept = watch->slept = clock_slept();
    if (!begin_journal(watch, now, err))
        return false;
    watch->now = now;
    struct pprof *pprof = probe_pprof(run->probe);
    now->has_pprof = pprof != NULL;
    if (pprof == NULL) {
        say(watch,
            "process %d serves no pprof (%s): descriptors, threads, memory and children are "
            "watched, goroutines and heap are not",
            (int)watch->pid, why.text);
    } else {
        int64_t ms = watch->options->every_ms;
        ms = ms < WATCH_ANSWER_LEAST_MS ? WATCH_ANSWER_LEAST_MS : ms;
        pprof_set_timeout(pprof, ms < LIMIT_HTTP_TOTAL_MS ? ms : LIMIT_HTTP_TOTAL_MS);
    }
    return true;
}

/* --- A series ends --- */

static bool end_series(struct watch *watch, struct watched *now, struct lg_error *err)
{
    struct run *run = &now->run;
    bool written = true;
    loop_resume(watch->loop);
    if (run->journal != NULL) {
        if (now->has_pprof && !has_ended(now->process))
            evidence_take_goroutines(&run->evidence, probe_pprof(run->probe));
        written = run_write_end(run, err);
        written = journal_close(run->journal, written ? err : NULL) && written;
        written = evidence_publish(&run->evidence, written ? err : NULL) && written;
    }
    watch->now = NULL;
    evidence_end(&run->evidence);
    leave_process(watch, &now->process);
    run->series.holders = NULL; /* the probe's */
    series_free(&run->series);
    probe_close(run->probe);
    judgement_free(now->judgement);
    free_all(run->version_line, now->plan.title, now->command[0], now->directory, now->raised);
    return written;
}

/* --- Growth --- */

/* Both profiles of this moment: those that the run keeps are of its first and last. */
static void keep_profiles(struct watched *now)
{
    static const char *const profiles[] = {"heap", "goroutine"};
    if (!now->has_pprof || now->flags > WATCH_FLAGS_MOST)
        return;
    for (size_t i = 0; i < COUNT_OF(profiles); i++) {
        _cleanup_buffer_ struct buffer body = BUFFER_INIT(LIMIT_EVIDENCE_BYTES);
        _cleanup_free_ char *name = memory_format(EVIDENCE_FLAG, now->flags, profiles[i]);
        _cleanup_free_ char *path = path_join(now->directory, name);
        /* Evidence that cannot be had is missing, and no reason to end a watch. */
        if (pprof_fetch(probe_pprof(now->run.probe), profiles[i], &body, NULL))
            (void)!file_write_atomic(path, buffer_string(&body), body.length, NULL);
    }
}

/* Each row once in a series. Those that take a look of their own are left to triage. True: one more
 * is out of range. */
static bool raise_flags(struct watch *watch, struct watched *now)
{
    static const struct {
        enum healthy_figure figure;
        enum gauge gauge;
        double unit;
    } figures[] = {{HEALTHY_RSS_MB, GAUGE_RSS, 1e6},   {HEALTHY_THREADS, GAUGE_THREAD, 1},
                   {HEALTHY_FDS, GAUGE_FD, 1},         {HEALTHY_GOROUTINES, GAUGE_GOROUTINE, 1},
                   {HEALTHY_CHILDREN, GAUGE_CHILD, 1}, {HEALTHY_ZOMBIES, GAUGE_ZOMBIE, 1}};
    const struct healthy_rows *healthy = watch->options->healthy;
    unsigned flags = now->flags;
    for (size_t i = 0; i < healthy->count; i++) {
        const struct healthy_row *row = &healthy->items[i];
        for (size_t j = 0; j < COUNT_OF(figures); j++) {
            double figure = now->last.gauges[figures[j].gauge] / figures[j].unit;
            if (figures[j].figure != row->figure || row->match != NULL || now->raised[i] ||
                !(figure > row->most))
                continue;
            now->raised[i] = watch->flagged = true;
            now->flags = flags + 1;
            say(watch, "%s %.4g, healthy is %.4g or fewer: %s %s", row->name, figure, row->most,
                row->means, row->next);
        }
    }
    if (now->flags > flags)
        keep_profiles(now);
    return now->flags > flags;
}

/* Judged again when there is so much more as makes another block: what all looks cost together
 * grows no faster than the series. */
static bool look_for_growth(struct watched *now)
{
    struct run *run = &now->run;
    size_t count = series_count(&run->series, PHASE_LOOP);
    bool grew = now->judgement != NULL && now->judgement->verdict == VERDICT_LEAK;
    if (count < GROWTH_SAMPLES ||
        (count >= now->judged_at && count < now->judged_at + now->judged_at / GROWTH_BLOCKS))
        return grew;
    struct run_facts facts = {0};
    snprintf(facts.today, sizeof facts.today, "%s", run->today);
    judgement_free(now->judgement);
    now->judgement = judge(&run->series, NULL, &facts);
    now->judged_at = count;
    bool grows = now->judgement->verdict == VERDICT_LEAK;
    if (grows && !grew) {
        now->flags++;
        keep_profiles(now);
    }
    return grows;
}

/* --- Samples --- */

/* How much it used of a processor since the sample before, and whether that is far more than is
 * usual: then somebody uses it, and what it holds says nothing of what it leaves. One that is
 * always busy is judged as it is. */
static bool is_busy(struct watched *now, const struct sample *sample)
{
    double seconds = sample->at - now->last.at - now->last.took;
    double used = sample->gauges[GAUGE_CPU] - now->last.gauges[GAUGE_CPU];
    now->cores = now->samples > 0 && seconds > 0 ? fmax(used, 0) / seconds : NAN;
    if (isnan(now->cores))
        return false;
    now->rates[now->rate_count++ % RATES] = now->cores;
    size_t count = now->rate_count < RATES ? now->rate_count : RATES;
    double sorted[RATES];
    memcpy(sorted, now->rates, count * sizeof *sorted);
    return count >= BUSY_KNOWN &&
           now->cores > fmax(WATCH_BUSY_CORES, WATCH_BUSY_FACTOR * median_of(sorted, count));
}

/* The whole series is in the journal. */
static void keep_sample(struct watched *now, struct sample *sample)
{
    struct series *series = &now->run.series;
    if ((now->samples - 1) % now->stride == 0)
        series_append(series, sample);
    sample_free(sample);
    if (series->count < WATCH_SAMPLES_MOST)
        return;
    size_t kept = 0;
    for (size_t i = 0; i < series->count; i++)
        if (i % 2 == 0)
            series->samples[kept++] = series->samples[i];
        else
            sample_free(&series->samples[i]);
    series->count = kept;
    now->stride *= 2;
    now->judged_at /= 2;
}

static bool write_sample(struct watched *now, struct sample *sample, int64_t rate,
                         struct lg_error *err)
{
    struct run *run = &now->run;
    sample->phase = is_busy(now, sample) ? PHASE_BUSY : PHASE_LOOP;
    sample->slept = (double)(clock_slept() - now->slept) / (double)NS_PER_SECOND;
    if (sample->slept < 1)
        sample->slept = 0;
    run->series.heap_rate = (long)rate;
    if (now->samples == 0 && !run_write_target(run, rate, err))
        return false;
    if (!journal_write_sample(run->journal, sample, run->series.holders, err) ||
        !journal_sync(run->journal, err))
        return false;
    run->holdings += sample->holdings.count;
    now->samples++;
    now->last = *sample;
    now->last.holdings = (struct holding_list){0};
    keep_sample(now, sample);
    return true;
}

/* One that fails is missing, and no more, as long as the process is there: it may be stopped, or
 * too busy to answer. */
static enum next miss_sample(struct watch *watch, struct watched *now,
                             const struct lg_error *problem)
{
    const int64_t moment_ms = 100; /* the news of an end may come a little later */
    if (loop_stopped(watch->loop) == 0)
        loop_rest(watch->loop, moment_ms, NULL);
    if (loop_stopped(watch->loop) != 0)
        return GOES_ON; /* to the place where that is looked at */
    if (problem->class == LG_ERROR_INVALID) {
        say(watch, "%s; a new series begins", problem->text);
        watch->is_fresh = true;
        return SERIES_ENDS;
    }
    if (now->missing++ == 0)
        say(watch, "process %d does not answer (%s): samples are missing until it does",
            (int)probe_pid(now->run.probe), problem->text);
    return GOES_ON;
}

/* Not more is written than can be read back. */
static bool is_full(const struct watched *now)
{
    return now->run.holdings >= LIMIT_JOURNAL_HOLDINGS / 4 * 3 ||
           journal_bytes(now->run.journal) >= LIMIT_JOURNAL_BYTES / 4 * 3 ||
           now->samples >= LIMIT_JOURNAL_SAMPLES;
}

/* Asked less and less often. What it read so far has no goroutines, so that begins a new series. */
static bool has_opened_pprof(struct watch *watch, struct watched *now)
{
    struct lg_error why = {0}, none = {0};
    struct probe_options options = {0};
    if (now->has_pprof || (now->samples & (now->samples - 1)) != 0)
        return false;
    struct probe *probe =
        probe_attach(watch->loop, watch->pid, &options, clock_deadline(ATTACH_MS), &why, &none);
    bool open = probe != NULL && probe_pprof(probe) != NULL;
    probe_close(probe);
    return open;
}

static enum next take_sample(struct watch *watch, struct watched *now, struct lg_error *err)
{
    struct sample sample = {0};
    struct lg_error problem = {0};
    int64_t rate = 0, moment = clock_now();
    bool heap = now->heap_read == 0 || moment - now->heap_read >= WATCH_HEAP_MS * NS_PER_MS;
    if (!probe_sample(now->run.probe, heap ? SAMPLE_MEMSTATS : SAMPLE_COUNTS, &sample, &rate,
                      &problem)) {
        sample_free(&sample);
        if (problem.class != LG_ERROR_INTERNAL)
            return miss_sample(watch, now, &problem);
        *err = problem;
        return WATCH_FAILED;
    }
    if (heap)
        now->heap_read = moment;
    if (now->missing > 0)
        say(watch, "process %d answers again; %u samples are missing",
            (int)probe_pid(now->run.probe), now->missing);
    now->missing = 0;
    sample.at = (double)(moment - now->run.started) / (double)NS_PER_SECOND;
    if (!write_sample(now, &sample, rate, err))
        return WATCH_FAILED;
    bool grows = look_for_growth(now);
    watch->options->sampled(watch->options->context,
                            &(struct watch_moment){.name = now->plan.name,
                                                   .date = now->run.date,
                                                   .pid = probe_pid(now->run.probe),
                                                   .samples = now->samples,
                                                   .sample = &now->last,
                                                   .cores = now->cores,
                                                   .series = &now->run.series,
                                                   .judgement = now->judgement});
    if ((raise_flags(watch, now) || grows) && watch->options->until_flag)
        return WATCH_OVER;
    if (is_full(now) || has_opened_pprof(watch, now)) {
        say(watch, is_full(now) ? "the journal of this series is full; a new one begins"
                                : "pprof answers now; a new series begins");
        return SERIES_ENDS;
    }
    return GOES_ON;
}

/* Neither is a rate: a series counts the time that both the program and leakgate could run. */
static void note_gap(struct watch *watch, int64_t due)
{
    const int64_t least = 2 * NS_PER_SECOND;
    int64_t slept = clock_slept() - watch->slept;
    int64_t late = clock_now() - due;
    char time[64];
    if (slept >= least) {
        watch->slept += slept;
        clock_describe(slept, time, sizeof time);
        say(watch, "the machine was suspended for %s; the series goes on", time);
    }
    if (late >= watch->options->every_ms * NS_PER_MS + least) {
        clock_describe(late, time, sizeof time);
        say(watch, "leakgate was stopped for %s: samples are missing", time);
    }
}

static enum next watch_series(struct watch *watch, struct watched *now, struct lg_error *err)
{
    int64_t every = watch->options->every_ms * NS_PER_MS, due = clock_now();
    for (;;) {
        enum loop_result result = loop_run_until(watch->loop, NULL, NULL, NULL,
                                                 due <= watch->over ? due : watch->over, err);
        if (result == LOOP_FAILED)
            return WATCH_FAILED;
        if (loop_stopped(watch->loop) == SIGCHLD) {
            say(watch, "process %d has ended after %u samples", (int)probe_pid(now->run.probe),
                now->samples);
            return PROCESS_ENDED;
        }
        if (result == LOOP_STOPPED || due > watch->over)
            return WATCH_OVER;
        note_gap(watch, due);
        enum next next = take_sample(watch, now, err);
        if (next != GOES_ON)
            return next;
        /* However long the samples take, half of the time is the program's. What was missed is not
         * made up for. */
        int64_t rested = clock_now() + every / 2;
        due = due + every > rested ? due + every : rested;
    }
}

/* --- One process after the other --- */

/* The youngest of the program's name; 0: there is none. */
static pid_t find_again(const char *program)
{
    struct process_wanted wanted = {.name = program};
    _cleanup_found_ struct found_processes found = {0};
    return find_processes("/proc", &wanted, &found, NULL) ? found.items[found.count - 1].pid : 0;
}

/* What is watched after the end of what was sampled: the same process, where that was a child of
 * it; or the next of the same name, which is waited for. False: the watch is over. */
static bool find_next(struct watch *watch)
{
    const char *program = watch->options->program;
    watch->is_fresh = true;
    loop_resume(watch->loop);
    if (!has_ended(watch->process))
        return true;
    leave_process(watch, &watch->process);
    if (program == NULL)
        return false;
    say(watch, "waiting for the next %s", program);
    for (watch->pid = 0; watch->pid == 0;) {
        if (clock_now() >= watch->over || loop_rest(watch->loop, WATCH_LOOK_MS, NULL) != LOOP_DONE)
            return false;
        watch->pid = find_again(program);
    }
    watch->process = pidfd_open(watch->pid, 0);
    say(watch, "%s was started again as process %d: a new series begins", program, (int)watch->pid);
    return true;
}

static bool begin_watch(struct watch *watch, struct lg_error *err)
{
    int64_t for_ms = watch->options->for_ms;
    watch->over = for_ms > 0 ? clock_deadline(for_ms) : CLOCK_NEVER;
    watch->loop = loop_new(err);
    watch->signals = watch->loop != NULL ? stop_signals_open(err) : -1;
    if (watch->signals < 0 ||
        !loop_watch(watch->loop, watch->signals, EPOLLIN, on_signal, watch, err))
        return false;
    /* What is sampled may be a process below it, and outlive it; but not for the user who waits. */
    watch->process =
        watch->options->is_child ? follow_process(watch, watch->pid) : pidfd_open(watch->pid, 0);
    return true;
}

/* It was stopped, or the process ended just now. */
static enum next after_failed_begin(const struct watch *watch, unsigned series,
                                    struct lg_error *problem)
{
    int why = loop_stopped(watch->loop);
    if (why != 0 && why != SIGCHLD)
        return WATCH_OVER;
    if (why == SIGCHLD)
        lg_fail(problem, LG_ERROR_TARGET, 0, "process %d ended before it could be sampled",
                (int)watch->pid);
    return series > 0 && problem->class == LG_ERROR_TARGET ? PROCESS_ENDED : WATCH_FAILED;
}

bool watch(const struct watch_options *options, bool *flagged, struct lg_error *err)
{
    struct watch watch = {.options = options,
                          .pid = options->pid,
                          .signals = -1,
                          .process = -1,
                          .is_fresh = options->is_child};
    enum next next = begin_watch(&watch, err) ? SERIES_ENDS : WATCH_FAILED;
    for (unsigned series = 0; next == SERIES_ENDS || next == PROCESS_ENDED; series++) {
        struct watched *now = memory_new(struct watched);
        struct lg_error problem = {0};
        if (begin_series(&watch, now, &problem))
            next = watch_series(&watch, now, &problem);
        else
            next = after_failed_begin(&watch, series, &problem);
        if (!end_series(&watch, now, next != WATCH_FAILED ? &problem : NULL))
            next = WATCH_FAILED;
        free(now);
        if (next == WATCH_FAILED && err != NULL)
            *err = problem;
        if (next == PROCESS_ENDED && !find_next(&watch))
            next = WATCH_OVER;
    }
    /* It has the terminal, and signals are passed on, as long as it goes on. */
    if (options->is_child && !has_ended(watch.process)) {
        loop_resume(watch.loop);
        loop_run_until(watch.loop, NULL, NULL, NULL, CLOCK_NEVER, NULL);
    }
    leave_process(&watch, &watch.process);
    cleanup_close(&watch.signals);
    loop_free(watch.loop);
    *flagged = watch.flagged;
    return next != WATCH_FAILED;
}
