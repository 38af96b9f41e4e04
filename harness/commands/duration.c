#include "commands/duration.h"

#include <math.h>
#include <sched.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "commands/schedule.h"
#include "verdict/baseline.h"

/* For a scenario that nobody has measured. Read off Sidecar v1.3.0 on 2 cores: to start and quit it
 * took 3 s, and an iteration with its share of the samples 0.5 to 2 s. */
enum { START_SECONDS = 3, ITERATION_SECONDS = 1 };

unsigned jobs_by_default(void)
{
    /* Three for two cores: a run mostly waits, for its screen, for rest and for timers. Measured on
     * the suite of 16 for pull requests; docs/design.md has the table. */
    cpu_set_t usable;
    int cores = sched_getaffinity(0, sizeof usable, &usable) == 0 ? CPU_COUNT(&usable) : 1;
    return (unsigned)(cores > 1 ? cores * 3 / 2 : 1);
}

static double estimate(const struct measure_plan *measure)
{
    int64_t idle_ms = measure->idle_samples > 0 ? measure->idle_ms : 0;
    double rests = (double)(idle_ms + measure->for_ms) / 1000;
    double iterations = measure->warmup;
    if (measure->every_ms == 0)
        iterations += (double)measure->samples * measure->iterations_per_sample;
    return ceil(START_SECONDS + rests + iterations * ITERATION_SECONDS);
}

struct duration scenario_duration(const struct arguments *arguments, const struct plan *plan)
{
    if (plan->without != NULL)
        return (struct duration){.known = true};
    _cleanup_free_ char *path =
        baseline_path(option_text(arguments, OPTION_BASELINES), plan->target.name, plan->name);
    struct lg_error ignored = {0};
    _cleanup_baseline_ struct baseline *baseline =
        access(path, F_OK) == 0 ? baseline_read(path, &ignored) : NULL;
    /* A baseline's is that of a run as long as the file says. */
    double more = (double)(plan->measure.for_ms - plan->measure.file_for_ms) / 1000;
    if (baseline != NULL && isfinite(baseline->seconds) && baseline->seconds + more > 0)
        return (struct duration){.seconds = ceil(baseline->seconds + more), .known = true};
    return (struct duration){.seconds = estimate(&plan->measure)};
}

void selection_keep_shard(const struct arguments *arguments, struct selection *selection)
{
    struct shard shard = option_shard(arguments);
    if (shard.of == 0)
        return;
    size_t kept = 0;
    _cleanup_free_ struct schedule_item *items = memory_array(selection->count + 1, sizeof *items);
    for (size_t i = 0; i < selection->count; i++)
        items[i] = (struct schedule_item){
            .name = selection->plans[i]->name,
            .seconds = scenario_duration(arguments, selection->plans[i]).seconds,
        };
    _cleanup_free_ unsigned *shard_of = memory_array(selection->count + 1, sizeof *shard_of);
    schedule_shards(items, selection->count, shard.of, shard_of);
    for (size_t i = 0; i < selection->count; i++) {
        if (shard_of[i] == shard.index)
            selection->plans[kept++] = selection->plans[i];
        else
            plan_free(selection->plans[i]);
    }
    selection->count = kept;
}

char *duration_describe(size_t scenarios, double seconds, unsigned jobs)
{
    const double minute = 60, hour = 3600;
    const double long_enough = 90, very_long = 3 * hour;
    _cleanup_free_ char *slots =
        jobs > 1 ? memory_format(" with %u side by side", jobs) : memory_copy_text("");
    _cleanup_free_ char *time = seconds >= very_long ? memory_format("%.1f h", seconds / hour)
                                : seconds >= long_enough
                                    ? memory_format("%.0f min", seconds / minute)
                                    : memory_format("%.0f s", seconds);
    return memory_format("%zu scenario%s, about %s%s", scenarios, scenarios == 1 ? "" : "s", time,
                         slots);
}
