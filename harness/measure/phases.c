/* The phases of a run: warm-up, idle, loop, drain. */
#include <math.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/memory.h"
#include "measure/run_private.h"
#include "scenario/value.h"
#include "driver/process.h"
#include "driver/screen.h"
#include "verdict/growth.h"
#include "verdict/judge.h"
#include "verdict/sum.h"

static const char without_pprof[] = "pprof: none: goroutines and heap were not there to be judged";

static bool count_world(void *context, struct probe_counting *counting, bool whole,
                        struct lg_error *err)
{
    struct run *run = context;
    return world_counts_count(&run->world_counts, run->loop, run->world, counting, whole, err);
}

static unsigned long count_output(void *context)
{
    return ((struct run *)context)->target->output_bytes;
}

bool run_take_profile(void *context, enum gauge gauge, const char *bytes, size_t length,
                      struct lg_error *err)
{
    struct run *run = context;
    bool noted = run->evidence.left_out;
    if (run->phase != PHASE_LOOP)
        return true;
    if (!evidence_take_profile(&run->evidence, gauge, bytes, length, err))
        return false;
    if (noted || !run->evidence.left_out)
        return true;
    _cleanup_free_ char *note =
        memory_format("a profile is larger than the limit LIMIT_EVIDENCE_BYTES (%u bytes) and not "
                      "kept",
                      LIMIT_EVIDENCE_BYTES);
    return run_write_note(run, note, err);
}

bool run_open_probe(struct run *run, int64_t ms, struct lg_error *err)
{
    struct probe_options options = {.world_root = run->world->root,
                                    .started = run->target->started,
                                    .no_pprof = run->plan->target.without_pprof,
                                    .output_bytes = count_output,
                                    .count_world = count_world,
                                    .take_profile = run_take_profile,
                                    .context = run};
    run->probe = probe_open(run->loop, run->target->process.pid, &options, clock_deadline(ms), err);
    run->series.holders = run->probe != NULL ? probe_holders(run->probe) : NULL;
    return run->probe != NULL;
}

/* A connection that breaks is most often a target that ends: the news of its end may come a moment
 * later, and is what a person wants to read. */
bool run_fail_sample(struct run *run, struct lg_error *err)
{
    const int64_t moment_ms = 500;
    if (loop_stopped(run->loop) == 0)
        loop_run_until(run->loop, target_has_ended, NULL, run->target, clock_deadline(moment_ms),
                       NULL);
    return target_has_ended(run->target) &&
           target_fail_ended(run->target, "while it was sampled", err);
}

bool run_take_sample(struct run *run, enum sample_depth depth, unsigned step, struct lg_error *err)
{
    struct sample sample = {0};
    int64_t rate = 0;
    if (!target_settle(run->target, SETTLE_QUIET_MS, clock_deadline(DEADLINE_SETTLE_MS), err))
        return false;
    /* Orphans of the target come to the worker, and in a soak there may be more than a machine has
     * numbers for. */
    process_reap_adopted(run->target->process.pid);
    if (!probe_sample(run->probe, depth, &sample, &rate, err)) {
        sample_free(&sample);
        return run_fail_sample(run, err);
    }
    sample.phase = run->phase;
    sample.iteration = run->iteration;
    sample.step = step;
    bool written = true;
    if (!run->target_recorded) {
        run->target_recorded = true;
        run->series.heap_rate = (long)rate;
        written = run_write_target(run, rate, err);
    }
    written = written && journal_write_sample(run->journal, &sample, run->series.holders, err);
    run->holdings += sample.holdings.count;
    series_append(&run->series, &sample);
    /* A run of hours loses at most the sample in flight to a power cut; one of seconds is soon had
     * again. */
    return written && (run->plan->measure.every_ms == 0 || journal_sync(run->journal, err));
}

bool run_count_iteration(struct run *run, struct lg_error *err)
{
    run->iteration++;
    return run_write_iteration(run, run->iteration, run->iterations_total, err);
}

static bool play_iteration(struct run *run, struct lg_error *err)
{
    return target_play(run->target, &run->plan->iteration, run->iteration + 1, err) &&
           run_count_iteration(run, err);
}

static bool came_back(struct run *run, struct lg_error *err)
{
    if (run->reference.count == 0 ||
        target_await_screen(run->target, &run->reference, run->plan->measure.round_trip_ms, err))
        return true;
    run_write_screen(run, SCREEN_ROUND_TRIP, "");
    return lg_context(err, "iteration %u", run->iteration);
}

bool run_warm_up(struct run *run, struct lg_error *err)
{
    const struct measure_plan *measure = &run->plan->measure;
    if (!run_enter_phase(run, PHASE_WARMUP, measure->warmup, err))
        return false;
    for (unsigned i = 0; i < measure->warmup; i++)
        if (!play_iteration(run, err))
            return false;
    return target_settle(run->target, SETTLE_QUIET_MS, clock_deadline(DEADLINE_SETTLE_MS), err);
}

bool run_rest_until(struct run *run, int64_t deadline, struct lg_error *err)
{
    enum loop_result result = loop_run_until(run->loop, NULL, NULL, NULL, deadline, err);
    if (result == LOOP_STOPPED)
        return lg_fail(err, LG_ERROR_CANCELLED, 0, "stopped by signal %d", loop_stopped(run->loop));
    if (result == LOOP_FAILED)
        return false;
    return !target_has_ended(run->target) ||
           target_fail_ended(run->target, "while nothing was done to it", err);
}

/* When the idle sample `index` is due, after one that ended at `sampled`: evenly spread from the
 * moment on at which the warm-up has had its time to finish what it started (up to 12 tools, seen
 * on Sidecar), but half of the time is rest, however long the samples take. What a program burns at
 * rest is burned between them. */
static int64_t idle_moment(const struct measure_plan *measure, unsigned index, int64_t began,
                           int64_t sampled)
{
    int64_t whole = measure->idle_ms * NS_PER_MS, first = FIRST_REST_SAMPLE_MS * NS_PER_MS;
    if (measure->idle_samples == 1)
        return began + whole;
    first = whole >= 3 * first ? first : 0; /* of a short one all is needed to see rates */
    int64_t interval = (whole - first) / (measure->idle_samples - 1);
    int64_t due = began + first + interval * index, rested = sampled + interval / 2;
    return due > rested || index == 0 ? due : rested;
}

/* The heap, which is dear, in every other sample. */
static bool be_idle(struct run *run, struct lg_error *err)
{
    const struct measure_plan *measure = &run->plan->measure;
    if (measure->idle_samples == 0)
        return true;
    if (!run_enter_phase(run, PHASE_IDLE, 0, err))
        return false;
    int64_t began = clock_now(), sampled = began;
    for (unsigned i = 0; i < measure->idle_samples; i++) {
        if (!run_rest_until(run, idle_moment(measure, i, began, sampled), err) ||
            !run_take_sample(run, i % 2 == 0 ? SAMPLE_HEAP : SAMPLE_COUNTS, 0, err))
            return false;
        sampled = clock_now();
    }
    return true;
}

/* What the heap holds is dear: once per block of samples. A loop that is paced by time may be
 * cut off and judged by what there is: as often as in the shortest loop that is judged, but not
 * more often than the slope, which is quadratic in them, can bear. */
static enum sample_depth depth_of(const struct measure_plan *measure, unsigned sample)
{
    const unsigned most = 333;
    unsigned block = measure->samples / GROWTH_BLOCKS;
    if (measure->every_ms > 0 && block > GROWTH_SAMPLES / GROWTH_BLOCKS)
        block = measure->samples / most > GROWTH_SAMPLES / GROWTH_BLOCKS
                    ? measure->samples / most
                    : GROWTH_SAMPLES / GROWTH_BLOCKS;
    return sample % (block > 0 ? block : 1) == 0 ? SAMPLE_HEAP : SAMPLE_COUNTS;
}

/* Where iterations are fast more of them cost little, and find what is small or rare. `warmup` is
 * how long those before took. */
static unsigned iterations_per_sample(const struct measure_plan *measure, int64_t warmup)
{
    if (warmup <= 0)
        return measure->iterations_per_sample;
    double fit = (double)(measure->loop_ms * NS_PER_MS) * measure->warmup /
                 ((double)warmup * (measure->samples - 1));
    return (unsigned)fmax(fmin(fit, FAST_ITERATIONS), measure->iterations_per_sample);
}

static bool loop_by_iterations(struct run *run, unsigned per_sample, struct lg_error *err)
{
    const struct measure_plan *measure = &run->plan->measure;
    for (unsigned sample = 0; sample < measure->samples; sample++) {
        for (unsigned i = 0; sample > 0 && i < per_sample; i++)
            if (!play_iteration(run, err) || !came_back(run, err))
                return false;
        if (!run_take_sample(run, depth_of(measure, sample), 0, err))
            return false;
    }
    return true;
}

/* Why the loop ends after so many samples, before all are taken; NULL: it does not. One whose
 * iterations take longer than `every` continues until its time is over. */
static char *reason_to_end(const struct run *run, unsigned samples, int64_t began)
{
    const struct measure_plan *measure = &run->plan->measure;
    _cleanup_free_ char *every = duration_text(measure->every_ms);
    if (samples < GROWTH_SAMPLES)
        return NULL;
    /* Not more is written than can be read back; a quarter is left for the drain and what comes in
     * between. */
    if (run->holdings >= LIMIT_JOURNAL_HOLDINGS / 4 * 3 ||
        journal_bytes(run->journal) >= LIMIT_JOURNAL_BYTES / 4 * 3)
        return memory_format("more would not be read back (limits of the journal); a longer "
                             "`every` than %s makes fewer",
                             every);
    if (clock_now() - began < measure->for_ms * NS_PER_MS)
        return NULL;
    return memory_format(
        "its time was over; %s takes longer than `every` (%s)",
        run->plan->iteration.count > 0 ? "an iteration with its sample" : "a sample", every);
}

static bool loop_by_time(struct run *run, struct lg_error *err)
{
    const struct measure_plan *measure = &run->plan->measure;
    int64_t began = clock_now(), every = measure->every_ms * NS_PER_MS, sampled = began - every;
    for (unsigned sample = 0; sample < measure->samples; sample++) {
        _cleanup_free_ char *why = reason_to_end(run, sample, began);
        if (why != NULL) {
            _cleanup_free_ char *note = memory_format("the loop ended after %u of %u samples: %s",
                                                      sample, measure->samples, why);
            return run_write_note(run, note, err);
        }
        if (run->plan->iteration.count > 0 && sample > 0 &&
            (!play_iteration(run, err) || !came_back(run, err)))
            return false;
        /* However long the samples take, half of the time is the program's. */
        int64_t due = began + sample * every, rested = sampled + every / 2;
        if (!run_rest_until(run, due > rested ? due : rested, err) ||
            !run_take_sample(run, depth_of(measure, sample), 0, err))
            return false;
        sampled = clock_now();
        if (run->plan->iteration.count == 0 &&
            !run_write_iteration(run, sample + 1, measure->samples, err))
            return false;
    }
    return true;
}

/* By either baseline: both verdicts are shown. */
static bool has_grown(const struct run *run)
{
    const struct run_options *options = run->options;
    return judge_grew(&run->series, options->baseline, run->today) ||
           (options->baseline_revision != NULL &&
            judge_grew(&run->series, options->baseline_here, run->today)) ||
           (options->times > 1 && sum_is_unsettled(&run->series));
}

/* Rests until nothing is left that grew, at most for so long. The first sample comes soon: of a
 * sound program it is the last. */
static bool rest_after(struct run *run, enum phase phase, int64_t most_ms, struct lg_error *err)
{
    if (!run_enter_phase(run, phase, 0, err))
        return false;
    int64_t deadline = clock_deadline(most_ms), ms = FIRST_REST_SAMPLE_MS;
    do {
        if (!run_rest_until(run, clock_deadline(ms), err) ||
            !run_take_sample(run, SAMPLE_HEAP, 0, err))
            return false;
        ms = DRAIN_SAMPLE_MS;
    } while (clock_now() < deadline && has_grown(run));
    return true;
}

int64_t run_rest_needed(const struct plan *plan, const struct series *series)
{
    double settling = series_settling(series);
    int64_t most = plan->measure.drain_ms;
    if (isnan(settling))
        return most;
    int64_t needed = (int64_t)(settling * 1000) + 2 * DRAIN_SAMPLE_MS;
    return needed < most ? needed : most;
}

/* What is retained either comes again or has filled up: as many iterations as were played so far,
 * warm-up and all, tell. A slice or map that doubles its room does so once more in them. In between
 * nothing is sampled. The rest after it need be no longer than what had to go took after the first.
 */
static bool second_loop(struct run *run, struct lg_error *err)
{
    unsigned iterations = run->iteration;
    if (!run_enter_phase(run, PHASE_SECOND_LOOP, iterations, err))
        return false;
    for (unsigned i = 0; i < iterations; i++)
        if (!play_iteration(run, err) || !came_back(run, err))
            return false;
    return rest_after(run, PHASE_SECOND_DRAIN, run_rest_needed(run->plan, &run->series), err);
}

/* Paced by time, the loop is as long as a person wanted it, and there is no rest before it. What
 * was repeated in the screening need not be once more in the run that confirms it. A sum is of two
 * loops of each process. */
static bool rest_and_repeat(struct run *run, struct lg_error *err)
{
    enum attempt attempt = run->options->attempt;
    bool confirms = attempt == ATTEMPT_AGAIN || attempt == ATTEMPT_CONTROL_AGAIN;
    const struct measure_plan *measure = &run->plan->measure;
    bool by_time = measure->every_ms > 0;
    if (measure->drain_ms == 0 || (by_time && !has_grown(run)))
        return true;
    if (!rest_after(run, PHASE_DRAIN, measure->drain_ms, err))
        return false;
    bool repeats = run->options->times > 1 || has_grown(run);
    return by_time || confirms || !repeats || second_loop(run, err);
}

/* Twice: what the runtime finds while goroutines come and go may be a mistake of that moment. */
static bool look_for_leaked_goroutines(struct run *run, struct lg_error *err)
{
    const unsigned looks = probe_pprof(run->probe) != NULL ? 2 : 0;
    for (unsigned i = 0; i < looks; i++) {
        struct sample sample = {0};
        const struct sample *before = &run->series.samples[run->series.count - 1];
        bool served;
        struct lg_error problem = {0};
        if (!probe_goroutine_leaks(run->probe, before, &sample, &served, &problem)) {
            sample_free(&sample);
            /* Everything has been measured: a profile that cannot be had is a remark, the end of
             * the target is not. */
            if (loop_stopped(run->loop) == 0 && !target_has_ended(run->target)) {
                run->goroutineleak = memory_format("could not be read: %s", problem.text);
                return true;
            }
            if (err != NULL)
                *err = problem;
            return run_fail_sample(run, err);
        }
        if (!served) {
            run->goroutineleak = memory_copy_text("not served by this runtime");
            return true;
        }
        bool written = journal_write_sample(run->journal, &sample, run->series.holders, err);
        series_append(&run->series, &sample);
        if (!written)
            return false;
    }
    if (looks > 0)
        run->goroutineleak = memory_copy_text("served");
    return true;
}

bool run_measure(struct run *run, struct lg_error *err)
{
    const struct measure_plan *measure = &run->plan->measure;
    bool by_time = measure->every_ms > 0;
    run->series.per_minute = by_time;
    if (!run_enter_phase(run, PHASE_START, 0, err) ||
        !run_open_probe(run, DEADLINE_PPROF_MS, err) ||
        (probe_pprof(run->probe) == NULL && !run_write_note(run, without_pprof, err)) ||
        !run_take_sample(run, SAMPLE_MEMSTATS, 0, err))
        return false;
    int64_t began = clock_now();
    if (!run_warm_up(run, err))
        return false;
    unsigned per_sample = iterations_per_sample(measure, clock_now() - began);
    if (!be_idle(run, err))
        return false;
    /* Not in the middle of a frame. */
    if (!target_settle(run->target, SETTLE_QUIET_MS, clock_deadline(DEADLINE_SETTLE_MS), err))
        return false;
    screen_without(run->target->terminal, run->plan, &measure->leave_out, &run->reference);
    if (!world_counts_mark(&run->world_counts, run->world, err))
        return false;
    unsigned iterations = (measure->samples - 1) * per_sample;
    if (by_time)
        iterations = measure->samples;
    else
        run->iterations_total = measure->warmup + iterations;
    return run_enter_phase(run, PHASE_LOOP, iterations, err) &&
           (by_time ? loop_by_time(run, err) : loop_by_iterations(run, per_sample, err)) &&
           rest_and_repeat(run, err) && look_for_leaked_goroutines(run, err);
}

bool run_play(struct run *run, struct lg_error *err)
{
    for (unsigned i = 0; i < run->options->play_iterations; i++) {
        if (!play_iteration(run, err) || !came_back(run, err))
            return false;
        /* As when it is measured, not what was still being loaded before the first. */
        if (i > 0 || !run->options->round_trip)
            continue;
        if (!target_settle(run->target, RECORD_QUIET_MS, clock_deadline(RECORD_SETTLE_MS), err))
            return false;
        screen_without(run->target->terminal, run->plan, &run->plan->measure.leave_out,
                       &run->reference);
    }
    return true;
}
