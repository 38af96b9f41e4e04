/* A locating run: where in the iteration does it grow? */
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

/* The iteration counts as completed at the sample after its last step. */
static bool locate_iteration(struct run *run, struct lg_error *err)
{
    const struct step_list *steps = &run->plan->iteration;
    unsigned iteration = run->iteration + 1;
    for (size_t done = 0; done < steps->count;) {
        struct step_list group = {.items = steps->items + done, .count = group_length(steps, done)};
        done += group.count;
        bool last = done == steps->count;
        if (!target_play(run->target, &group, iteration, err) ||
            (last && !run_count_iteration(run, err)) ||
            !run_take_sample(run, false, (unsigned)done, err))
            return false;
    }
    return true;
}

bool run_locate(struct run *run, struct lg_error *err)
{
    unsigned iterations = run->options->locating_iterations;
    if (!run_enter_phase(run, PHASE_START, 0, err) || !run_open_probe(run, DEADLINE_PPROF_MS, err))
        return false;
    pprof_set_timeout(probe_pprof(run->probe), LOCATING_SLOWDOWN * LIMIT_HTTP_TOTAL_MS);
    if (!run_warm_up(run, err) || !run_enter_phase(run, PHASE_LOOP, iterations, err) ||
        !run_take_sample(run, false, 0, err))
        return false;
    for (unsigned i = 0; i < iterations; i++)
        if (!locate_iteration(run, err))
            return false;
    return true;
}
