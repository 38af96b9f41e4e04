/* A locating run: where in the iteration does it grow? */
#include <math.h>

#include "base/clock.h"
#include "base/limits.h"
#include "measure/run_private.h"

/* How many steps from `first` on belong together: an input and what waits for its effect. What a
 * wait looks for may be gone soon, so nothing is sampled before it has seen it. Rounds of a loop
 * that has no other input are one place, so one sample does for them. */
static size_t group_length(const struct step_list *steps, size_t first)
{
    size_t next = first + 1;
    while (next < steps->count &&
           (!step_is_input(&steps->items[next]) ||
            marks_equal(&steps->items[next].where, &steps->items[first].where)))
        next++;
    return next - first;
}

/* How the run stands while it rests. */
struct resting {
    int64_t deadline;           /* of the loop */
    int64_t still_ms;           /* for so long nothing may move */
    size_t groups;              /* to be rested after, in all iterations */
    struct probe_counts before; /* after the last rest */
};

static bool count_now(struct run *run, struct probe_counts *counts, struct lg_error *err)
{
    return probe_count_now(run->probe, counts, err) || run_fail_sample(run, err);
}

static bool counts_equal(const struct probe_counts *a, const struct probe_counts *b)
{
    return a->goroutines == b->goroutines && a->fds == b->fds;
}

/* What a step has only started ends; what it keeps stands still. Of the time that is left each
 * group has its part, and half of that is to rest. */
static bool rest_after_group(struct run *run, struct resting *resting, struct lg_error *err)
{
    struct probe_counts now, last;
    int64_t moved = clock_now(), left = resting->deadline - moved;
    int64_t deadline = moved + (left > 0 ? left / 2 / (int64_t)resting->groups : 0);
    resting->groups--;
    if (!count_now(run, &now, err))
        return false;
    while (!counts_equal(&now, &resting->before) && clock_now() < deadline &&
           clock_now() - moved < resting->still_ms * NS_PER_MS) {
        last = now;
        if (!run_rest_until(run, clock_deadline(LOCATING_LOOK_MS), err) ||
            !count_now(run, &now, err))
            return false;
        if (!counts_equal(&now, &last))
            moved = clock_now();
    }
    resting->before = now;
    return true;
}

/* The iteration counts as completed at the sample after its last step. */
static bool locate_iteration(struct run *run, struct resting *resting, struct lg_error *err)
{
    const struct step_list *steps = &run->plan->iteration;
    unsigned iteration = run->iteration + 1;
    for (size_t done = 0; done < steps->count;) {
        struct step_list group = {.items = steps->items + done, .count = group_length(steps, done)};
        done += group.count;
        bool last = done == steps->count;
        if (!target_play(run->target, &group, iteration, err) ||
            !rest_after_group(run, resting, err) || (last && !run_count_iteration(run, err)) ||
            !run_take_sample(run, SAMPLE_HEAP, (unsigned)done, err))
            return false;
    }
    return true;
}

/* What is over the pace at the end goes in time, or it would be taken for a leak of the step that
 * it comes with. */
static bool rest_at_end(struct run *run, const struct probe_counts *start, unsigned iterations,
                        int64_t deadline, struct lg_error *err)
{
    const struct locating *locating = &run->options->locating;
    int64_t drained = clock_deadline(run->plan->measure.drain_ms);
    for (;;) {
        struct probe_counts now;
        if (!count_now(run, &now, err))
            return false;
        bool over = locating_is_over(now.goroutines - start->goroutines, locating->goroutines,
                                     iterations) ||
                    locating_is_over(now.fds - start->fds, locating->fds, iterations);
        if (!over || clock_now() >= (deadline < drained ? deadline : drained))
            return run->phase != PHASE_DRAIN || run_take_sample(run, SAMPLE_HEAP, 0, err);
        if ((run->phase != PHASE_DRAIN && !run_enter_phase(run, PHASE_DRAIN, 0, err)) ||
            !run_rest_until(run, clock_deadline(LOCATING_LOOK_MS), err))
            return false;
    }
}

static size_t count_groups(const struct step_list *steps)
{
    size_t groups = 0;
    for (size_t done = 0; done < steps->count; done += group_length(steps, done))
        groups++;
    return groups;
}

/* As many iterations as are wanted, or as the time allows; two at the least. */
bool run_locate(struct run *run, struct lg_error *err)
{
    const unsigned least = 2;
    unsigned iterations = run->options->locating.iterations, played = 0;
    struct resting resting = {.deadline =
                                  run->target->started + run->options->locating.ms * NS_PER_MS,
                              .still_ms = LOCATING_FIRST_STILL_MS,
                              .groups = 1 + iterations * count_groups(&run->plan->iteration),
                              .before = {.goroutines = NAN}};
    if (!run_enter_phase(run, PHASE_START, 0, err) || !run_open_probe(run, DEADLINE_PPROF_MS, err))
        return false;
    if (probe_pprof(run->probe) != NULL)
        pprof_set_timeout(probe_pprof(run->probe), LOCATING_SLOWDOWN * LIMIT_HTTP_TOTAL_MS);
    if (!run_warm_up(run, err) || !run_enter_phase(run, PHASE_LOOP, iterations, err) ||
        !rest_after_group(run, &resting, err) || !run_take_sample(run, SAMPLE_HEAP, 0, err))
        return false;
    struct probe_counts start = resting.before;
    for (int64_t took = 0; played < iterations; played++) {
        int64_t began = clock_now();
        if (played >= least && began + took > resting.deadline)
            break;
        if (!locate_iteration(run, &resting, err))
            return false;
        if (played + 1 >= least)
            resting.still_ms = LOCATING_STILL_MS;
        took = clock_now() - began;
    }
    return rest_at_end(run, &start, played, resting.deadline, err);
}
