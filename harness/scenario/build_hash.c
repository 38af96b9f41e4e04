#include "base/json.h"
#include "base/memory.h"
#include "scenario/build.h"
#include "scenario/value.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

static json_t *region_json(const struct region *region)
{
    _cleanup_free_ char *rows = range_text(region->rows);
    _cleanup_free_ char *columns = range_text(region->columns);
    json_t *value = json_object();
    json_put(value, "rows", json_text(rows));
    json_put(value, "columns", json_text(columns));
    return value;
}

static json_t *texts_json(const struct string_list *texts)
{
    json_t *value = json_array();
    for (size_t i = 0; i < texts->count; i++)
        json_push(value, json_text(texts->items[i]));
    return value;
}

/* The numbers that hold, so that writing a default down changes nothing. */
static json_t *measure_json(const struct measure_plan *measure)
{
    json_t *value = json_object();
    json_put(value, "warmup", json_integer(measure->warmup));
    json_put(value, "idle", json_integer(measure->idle_samples));
    json_put(value, "idle_ms", json_integer(measure->idle_ms));
    json_put(value, "samples", json_integer(measure->samples));
    json_put(value, "iterations_per_sample", json_integer(measure->iterations_per_sample));
    json_put(value, "every_ms", json_integer(measure->every_ms));
    json_put(value, "for_ms", json_integer(measure->for_ms));
    json_put(value, "drain_ms", json_integer(measure->drain_ms));
    json_put(value, "heap_rate", json_integer(measure->heap_rate));
    json_put(value, "round_trip_ms", json_integer(measure->round_trip_ms));
    json_put(value, "leave_out", texts_json(&measure->leave_out));
    return value;
}

/* The target's document without the program's path, which is another one on every machine, and
 * without what does not reach the run. */
static json_t *target_json(const struct node *target)
{
    json_t *value = node_json(target);
    json_t *command = json_object_get(value, "command");
    if (json_array_size(command) > 0)
        json_array_remove(command, 0);
    json_object_del(value, "version");
    json_object_del(value, "version_arguments");
    json_object_del(value, "translate"); /* what it changes stands in the scenario's parts */
    json_object_del(value, "without");
    return value;
}

void build_hash(struct plan *plan, const struct node *scenario, const struct node *target)
{
    static const char *const as_written[] = {"world", "vars", "setup", "iteration"};
    _cleanup_json_ json_t *value = json_object();
    for (size_t i = 0; i < sizeof as_written / sizeof *as_written; i++)
        json_put(value, as_written[i], node_json(node_find(scenario, as_written[i])));
    /* Only where it stands, so that the hash of other files is what it was. */
    if (node_find(scenario, "prepare") != NULL)
        json_put(value, "prepare", node_json(node_find(scenario, "prepare")));
    json_t *regions = json_object();
    for (size_t i = 0; i < plan->region_count; i++)
        json_put(regions, plan->regions[i].name, region_json(&plan->regions[i]));
    json_put(value, "regions", regions);
    json_put(value, "projects", texts_json(&plan->world.projects));
    json_put(value, "measure", measure_json(&plan->measure));
    json_put(value, "target", target_json(target));
    _cleanup_free_ char *canonical = json_one_line(value);
    snprintf(plan->hash, sizeof plan->hash, "%016" PRIx64,
             (uint64_t)XXH64(canonical, strlen(canonical), 0));
}
