/* One series of a watch: attached, sampled, judged while it goes, ended. */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "measure/watch_private.h"
#include "verdict/growth.h"
#include "verdict/judge.h"

enum { BUSY_KNOWN = 7 /* rates that tell what is usual */ };

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

bool watch_begin_series(struct watch *watch, struct watched *now, struct lg_error *err)
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
    now->process = watch_follow(watch, probe_pid(run->probe));
    watch->is_fresh = false;
    now->slept = watch->slept = clock_slept();
    if (!begin_journal(watch, now, err))
        return false;
    watch->now = now;
    struct pprof *pprof = probe_pprof(run->probe);
    now->has_pprof = pprof != NULL;
    if (pprof == NULL) {
        watch_say(watch,
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

bool watch_end_series(struct watch *watch, struct watched *now, struct lg_error *err)
{
    struct run *run = &now->run;
    bool written = true;
    loop_resume(watch->loop);
    if (run->journal != NULL) {
        if (now->has_pprof && !watch_has_ended(now->process))
            evidence_take_goroutines(&run->evidence, probe_pprof(run->probe));
        written = run_write_end(run, err);
        written = journal_close(run->journal, written ? err : NULL) && written;
        written = evidence_publish(&run->evidence, written ? err : NULL) && written;
    }
    watch->now = NULL;
    evidence_end(&run->evidence);
    watch_leave(watch, &now->process);
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
    } figures[] = {{HEALTHY_RSS_MB, GAUGE_RSS, 0x1p20}, {HEALTHY_THREADS, GAUGE_THREAD, 1},
                   {HEALTHY_FDS, GAUGE_FD, 1},          {HEALTHY_GOROUTINES, GAUGE_GOROUTINE, 1},
                   {HEALTHY_CHILDREN, GAUGE_CHILD, 1},  {HEALTHY_ZOMBIES, GAUGE_ZOMBIE, 1}};
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
            _cleanup_free_ char *text =
                memory_format("%s %.4g, healthy is %.4g or fewer: %s %s", row->name, figure,
                              row->most, row->means, row->next);
            const struct journal_flag flag = {figures[j].gauge, now->last.at,
                                              row->most * figures[j].unit, text};
            watch_say(watch, "%s", text);
            run_write_flag(&now->run, &flag, &now->run.journal_problem);
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
    now->rates[now->rate_count++ % WATCH_RATES] = now->cores;
    size_t count = now->rate_count < WATCH_RATES ? now->rate_count : WATCH_RATES;
    double sorted[WATCH_RATES];
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
        watch_say(watch, "%s; a new series begins", problem->text);
        watch->is_fresh = true;
        return SERIES_ENDS;
    }
    if (now->missing++ == 0)
        watch_say(watch, "process %d does not answer (%s): samples are missing until it does",
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

enum next watch_take_sample(struct watch *watch, struct watched *now, struct lg_error *err)
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
        watch_say(watch, "process %d answers again; %u samples are missing",
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
        watch_say(watch, is_full(now) ? "the journal of this series is full; a new one begins"
                                      : "pprof answers now; a new series begins");
        return SERIES_ENDS;
    }
    return GOES_ON;
}
