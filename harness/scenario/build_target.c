#include "base/error.h"
#include "base/limits.h"
#include "base/memory.h"
#include "scenario/build.h"
#include "scenario/field.h"
#include "scenario/keys.h"
#include "scenario/value.h"

#include <stdlib.h>
#include <string.h>

static void build_region(struct plan *plan, const struct node_entry *entry)
{
    struct region *region = NULL;
    for (size_t i = 0; i < plan->region_count && region == NULL; i++)
        if (strcmp(plan->regions[i].name, entry->key) == 0)
            region = &plan->regions[i];
    if (region == NULL) {
        region = &plan->regions[plan->region_count++];
        region->name = memory_copy_text(entry->key);
    }
    region->rows = field_range(entry->value, &region_table, "rows");
    region->columns = field_range(entry->value, &region_table, "columns");
}

void build_regions(struct plan *plan, const struct node *scenario, const struct node *target)
{
    const struct node *sources[] = {node_find(target, "regions"), node_find(scenario, "regions")};
    size_t count = 0;
    for (size_t s = 0; s < 2; s++)
        count += sources[s] != NULL ? sources[s]->count : 0;
    plan->regions = memory_array(count, sizeof *plan->regions);
    for (size_t s = 0; s < 2; s++)
        for (size_t i = 0; sources[s] != NULL && i < sources[s]->count; i++)
            build_region(plan, &sources[s]->entries[i]);
}

void build_measure(struct measure_plan *measure, const struct node *node)
{
    const struct key_table *table = &measure_table;
    measure->every_ms = field_duration(node, table, "every");
    measure->for_ms = field_duration(node, table, "for");
    measure->file_for_ms = measure->for_ms;
    bool paced = measure->every_ms > 0;
    measure->warmup = (unsigned)field_integer(node, table, "warmup");
    measure->idle_samples = (unsigned)field_integer(node, table, "idle");
    if (paced && node_find(node, "warmup") == NULL)
        measure->warmup = 0;
    if (paced && node_find(node, "idle") == NULL)
        measure->idle_samples = 0;
    measure->samples = paced ? (unsigned)(measure->for_ms / measure->every_ms)
                             : (unsigned)field_integer(node, table, "samples");
    measure->iterations_per_sample =
        paced ? 0 : (unsigned)field_integer(node, table, "iterations_per_sample");
    measure->idle_ms = field_duration(node, table, "idle_for");
    measure->drain_ms = field_duration(node, table, "drain");
    measure->heap_rate = (unsigned)field_integer(node, table, "heap_rate");
    measure->round_trip_ms = field_duration(node, table, "round_trip");
    node_new_texts(node_find(node, "leave_out"), &measure->leave_out);
}

bool measure_last(struct measure_plan *measure, int64_t for_ms, struct lg_error *err)
{
    int64_t samples = for_ms / measure->every_ms;
    _cleanup_free_ char *every = duration_text(measure->every_ms);
    _cleanup_free_ char *duration = duration_text(for_ms);
    if (samples < LIMIT_SAMPLES_LEAST)
        return lg_fail(err, LG_ERROR_INPUT, 0,
                       "%s is too short: at one sample every %s it must be %d times as long",
                       duration, every, LIMIT_SAMPLES_LEAST);
    if (samples > LIMIT_SAMPLES)
        return lg_fail(err, LG_ERROR_INPUT, 0,
                       "%s makes %lld samples at one every %s, more than the limit of %d; give the "
                       "scenario a longer `every`",
                       duration, (long long)samples, every, LIMIT_SAMPLES);
    measure->for_ms = for_ms;
    measure->samples = (unsigned)samples;
    return true;
}

static void build_survivors(const struct node *survivors, struct string_list *directories)
{
    for (size_t i = 0; survivors != NULL && i < survivors->count; i++)
        node_texts(node_find(survivors->items[i], "tmux"), directories);
}

void build_target(struct plan *plan, const struct node *node)
{
    struct target_plan *target = &plan->target;
    const struct node *terminal = node_find(node, "terminal");
    const struct node *ready = node_find(node, "ready");
    const struct node *quit = node_find(node, "quit");
    node_texts(node_find(node, "command"), &target->command);
    node_texts(node_find(node, "version_arguments"), &target->version);
    target->term = field_text(terminal, &terminal_table, "term");
    target->columns = (int)field_integer(terminal, &terminal_table, "columns");
    target->rows = (int)field_integer(terminal, &terminal_table, "rows");
    target->wait_rows = field_range(node, &target_table, "wait_rows");
    build_steps(plan, node_find(ready, "steps"), &target->ready);
    target->ready_ms = field_duration(ready, &ready_table, "timeout");
    build_steps(plan, node_find(quit, "steps"), &target->quit);
    target->quit_ms = field_duration(quit, &quit_table, "timeout");
    target->quit_status = (int)field_integer(quit, &quit_table, "status");
    node_texts(node_find(node, "state"), &target->state);
    build_survivors(node_find(node, "survivors"), &target->survivors);
}
