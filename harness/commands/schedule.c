#include "commands/schedule.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "verdict/baseline.h"

/* For a scenario that nobody has measured. Read off Sidecar v1.3.0 on 2 cores: to start and quit it
 * took 3 s, and an iteration with its share of the samples 0.5 to 2 s. */
enum { START_SECONDS = 3, ITERATION_SECONDS = 1 };

struct duration scenario_duration(const struct arguments *arguments, const struct plan *plan)
{
    if (plan->without != NULL)
        return (struct duration){.known = true};
    const struct measure_plan *measure = &plan->measure;
    _cleanup_baseline_ struct baseline *baseline = baseline_of_plan(arguments, plan, NULL);
    /* A baseline's is that of a run as long as the file says. */
    double more = (double)(measure->for_ms - measure->file_for_ms) / 1000;
    if (baseline != NULL && isfinite(baseline->seconds) && baseline->seconds + more > 0)
        return (struct duration){.seconds = ceil(baseline->seconds + more), .known = true};
    int64_t idle_ms = measure->idle_samples > 0 ? measure->idle_ms : 0;
    double iterations = measure->warmup;
    if (measure->every_ms == 0)
        iterations += (double)measure->samples * measure->iterations_per_sample;
    return (struct duration){.seconds =
                                 ceil(START_SECONDS + (double)(idle_ms + measure->for_ms) / 1000 +
                                      iterations * ITERATION_SECONDS)};
}

struct short_text about_text(double seconds)
{
    const double minute = 60, hour = 3600;
    const double long_enough = 90, very_long = 3 * hour;
    struct short_text text;
    if (seconds >= very_long)
        snprintf(text.text, sizeof text.text, "%.1f h", seconds / hour);
    else if (seconds >= long_enough)
        snprintf(text.text, sizeof text.text, "%.0f min", seconds / minute);
    else
        snprintf(text.text, sizeof text.text, "%.0f s", seconds);
    return text;
}

char *duration_describe(size_t scenarios, double seconds, unsigned jobs)
{
    _cleanup_free_ char *slots =
        jobs > 1 ? memory_format(" with %u side by side", jobs) : memory_copy_text("");
    return memory_format("%zu scenario%s, about %s%s", scenarios, scenarios == 1 ? "" : "s",
                         about_text(seconds).text, slots);
}

/* --- Which runs when and where --- */

static bool comes_before(const struct schedule_item *a, const struct schedule_item *b)
{
    if (a->seconds != b->seconds)
        return a->seconds > b->seconds;
    return strcmp(a->name, b->name) < 0;
}

/* By insertion: a suite has tens of scenarios. */
void schedule_longest_first(const struct schedule_item *items, size_t count, size_t *order)
{
    for (size_t i = 0; i < count; i++) {
        size_t place = i;
        for (; place > 0 && comes_before(&items[i], &items[order[place - 1]]); place--)
            order[place] = order[place - 1];
        order[place] = i;
    }
}

static unsigned least(const double *values, unsigned count)
{
    unsigned found = 0;
    for (unsigned i = 1; i < count; i++)
        if (values[i] < values[found])
            found = i;
    return found;
}

void schedule_shards(const struct schedule_item *items, size_t count, unsigned shards,
                     unsigned *shard_of)
{
    _cleanup_free_ size_t *order = memory_array(count + 1, sizeof *order);
    _cleanup_free_ double *loads = memory_array(shards, sizeof *loads);
    schedule_longest_first(items, count, order);
    for (size_t i = 0; i < count; i++) {
        unsigned shard = least(loads, shards);
        shard_of[order[i]] = shard + 1;
        loads[shard] += items[order[i]].seconds;
    }
}

double schedule_span(const double *seconds, size_t count, double *free_in, unsigned slots)
{
    double span = 0;
    for (size_t i = 0; i < count; i++)
        free_in[least(free_in, slots)] += seconds[i];
    for (unsigned i = 0; i < slots; i++)
        span = free_in[i] > span ? free_in[i] : span;
    return span;
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
