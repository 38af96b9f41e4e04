#include "scenario/build.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/json.h"
#include "base/limits.h"
#include "base/memory.h"
#include "scenario/value.h"
#include "scenario/yaml.h"

/* A mapping with the entries of both, which may be NULL; the second's replace those of the same
 * key, or of the same path in the world. */
static struct node *overlay(const struct node *under, const struct node *over, bool are_paths)
{
    const struct node *sources[] = {under, over};
    struct node *all = node_new(NODE_MAPPING, (struct mark){0});
    for (size_t s = 0; s < 2; s++)
        for (size_t i = 0; sources[s] != NULL && i < sources[s]->count; i++) {
            const struct node_entry *entry = &sources[s]->entries[i];
            _cleanup_free_ char *path = are_paths ? world_path(entry->key, NULL) : NULL;
            node_put(all, are_paths ? path : entry->key, entry->where, node_copy(entry->value));
        }
    return all;
}

static void build_regions(struct plan *plan, const struct node *scenario, const struct node *target)
{
    _cleanup_node_ struct node *all =
        overlay(node_find(target, "regions"), node_find(scenario, "regions"), false);
    plan->regions = memory_array(all->count, sizeof *plan->regions);
    plan->region_count = all->count;
    for (size_t i = 0; i < all->count; i++) {
        const struct node *value = all->entries[i].value;
        plan->regions[i] = (struct region){.name = memory_copy_text(all->entries[i].key),
                                           .rows = field_range(value, &region_table, "rows"),
                                           .columns = field_range(value, &region_table, "columns")};
    }
}

static int compare_variables(const void *a, const void *b)
{
    return strcmp(((const struct variable *)a)->name, ((const struct variable *)b)->name);
}

/* Names to texts, to mappings or to null, sorted by name. */
static struct variable_list build_variables(const struct node *under, const struct node *over)
{
    _cleanup_node_ struct node *all = overlay(under, over, false);
    struct variable_list variables = {.items = memory_array(all->count, sizeof(struct variable)),
                                      .count = all->count};
    for (size_t i = 0; i < all->count; i++) {
        const struct node *value = all->entries[i].value;
        const struct node *text = value->kind == NODE_MAPPING ? node_find(value, "text") : value;
        variables.items[i] = (struct variable){
            .name = memory_copy_text(all->entries[i].key),
            .value = node_is_null(value) ? NULL : memory_copy_text(node_text(text)),
            .replace = memory_copy_text(node_text(node_find(value, "replace"))),
            .with = memory_copy_text(node_text(node_find(value, "with")))};
    }
    qsort(variables.items, variables.count, sizeof *variables.items, compare_variables);
    return variables;
}

static struct file_list build_files(const struct node *under, const struct node *over)
{
    _cleanup_node_ struct node *all = overlay(under, over, true);
    struct file_list files = {.items = memory_array(all->count, sizeof(struct file_plan)),
                              .count = all->count};
    for (size_t i = 0; i < all->count; i++) {
        files.items[i] = build_file(all->entries[i].value, &world_file_table);
        files.items[i].path = memory_copy_text(all->entries[i].key);
        files.items[i].where = all->entries[i].where;
    }
    return files;
}

static void build_world(struct world_plan *world, const struct node *scenario,
                        const struct node *target)
{
    const struct node *own = node_find(scenario, "world");
    const struct node *projects = node_find(own, "projects");
    node_new_texts(projects != NULL ? projects : node_find(target, "projects"), &world->projects);
    world->files = build_files(node_find(target, "files"), node_find(own, "files"));
    world->env = build_variables(node_find(target, "env"), node_find(own, "env"));
    node_new_texts(node_find(target, "tools"), &world->tools);
    node_new_texts(node_find(own, "tools"), &world->tools);
    node_new_texts(node_find(scenario, "needs"), &world->tools);
    string_list_sort(&world->tools);
    const struct node *config = node_find(target, "config");
    const char *path = node_text(node_find(config, "path"));
    if (path == NULL)
        return;
    _cleanup_node_ struct node *merged = node_new(NODE_MAPPING, config->where);
    if (node_find(config, "value") != NULL)
        node_merge(merged, node_find(config, "value"), NULL);
    if (node_find(own, "config") != NULL)
        node_merge(merged, node_find(own, "config"), NULL);
    world->config_path = world_path(path, NULL);
    world->config = node_json(merged);
}

static void build_measure(struct measure_plan *measure, const struct node *node)
{
    const struct key_table *table = &measure_table;
    measure->every_ms = field_duration(node, table, "every");
    measure->for_ms = field_duration(node, table, "for");
    measure->file_for_ms = measure->for_ms;
    bool paced = measure->every_ms > 0;
    if (!paced || node_find(node, "warmup") != NULL)
        measure->warmup = (unsigned)field_integer(node, table, "warmup");
    if (!paced || node_find(node, "idle") != NULL)
        measure->idle_samples = (unsigned)field_integer(node, table, "idle");
    measure->samples = (unsigned)(paced ? measure->for_ms / measure->every_ms
                                        : field_integer(node, table, "samples"));
    measure->iterations_per_sample =
        paced ? 0 : (unsigned)field_integer(node, table, "iterations_per_sample");
    measure->loop_ms =
        paced || node_find(node, "iterations_per_sample") != NULL ? 0 : LOOP_LEAST_MS;
    measure->idle_ms = field_duration(node, table, "idle_for");
    measure->drain_ms = field_duration(node, table, "drain");
    measure->heap_rate = (unsigned)field_integer(node, table, "heap_rate");
    measure->round_trip_ms = field_duration(node, table, "round_trip");
    node_new_texts(node_find(node, "leave_out"), &measure->leave_out);
}

static void build_target(struct plan *plan, const struct node *node)
{
    struct target_plan *target = &plan->target;
    const struct node *terminal = node_find(node, "terminal");
    const struct node *ready = node_find(node, "ready");
    const struct node *quit = node_find(node, "quit");
    const struct node *survivors = node_find(node, "survivors");
    node_texts(node_find(node, "command"), &target->command);
    node_texts(node_find(node, "version_arguments"), &target->version);
    target->term = field_text(terminal, &terminal_table, "term");
    target->columns = (int)field_integer(terminal, &terminal_table, "columns");
    target->rows = (int)field_integer(terminal, &terminal_table, "rows");
    target->without_pprof = node_find(node, "pprof") != NULL;
    target->wait_rows = field_range(node, &target_table, "wait_rows");
    build_steps(plan, node_find(ready, "steps"), &target->ready);
    target->ready_ms = field_duration(ready, &ready_table, "timeout");
    build_steps(plan, node_find(quit, "steps"), &target->quit);
    target->quit_ms = field_duration(quit, &quit_table, "timeout");
    target->quit_status = (int)field_integer(quit, &quit_table, "status");
    node_texts(node_find(node, "state"), &target->state);
    for (size_t i = 0; survivors != NULL && i < survivors->count; i++)
        node_texts(node_find(survivors->entries[i].value, "tmux"), &target->survivors);
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
    json_put(value, "loop_ms", json_integer(measure->loop_ms));
    json_put(value, "every_ms", json_integer(measure->every_ms));
    json_put(value, "for_ms", json_integer(measure->for_ms));
    json_put(value, "drain_ms", json_integer(measure->drain_ms));
    json_put(value, "heap_rate", json_integer(measure->heap_rate));
    json_put(value, "round_trip_ms", json_integer(measure->round_trip_ms));
    json_put(value, "leave_out", json_texts(&measure->leave_out));
    return value;
}

static json_t *regions_json(const struct plan *plan)
{
    json_t *regions = json_object();
    for (size_t i = 0; i < plan->region_count; i++) {
        _cleanup_free_ char *rows = range_text(plan->regions[i].rows);
        _cleanup_free_ char *columns = range_text(plan->regions[i].columns);
        json_put(regions, plan->regions[i].name,
                 json_pack("{s:s,s:s}", "rows", rows, "columns", columns));
    }
    return regions;
}

/* Of what the run depends on, as it is written: 16 hexadecimal digits. */
static void build_hash(struct plan *plan, const struct node *scenario, const struct node *target)
{
    static const char *const as_written[] = {"world", "vars", "setup", "iteration"};
    _cleanup_json_ json_t *value = json_object();
    for (size_t i = 0; i < COUNT_OF(as_written); i++)
        json_put(value, as_written[i], node_json(node_find(scenario, as_written[i])));
    /* Only where it stands, so that the hash of other files is what it was. */
    if (node_find(scenario, "prepare") != NULL)
        json_put(value, "prepare", node_json(node_find(scenario, "prepare")));
    json_put(value, "regions", regions_json(plan));
    json_put(value, "projects", json_texts(&plan->world.projects));
    json_put(value, "measure", measure_json(&plan->measure));
    /* Without the program's path, which is another one on every machine, and without what does not
     * reach the run; what is translated stands in the parts of the scenario. */
    json_t *target_value = node_json(target);
    json_t *command = json_object_get(target_value, "command");
    if (json_array_size(command) > 0)
        json_array_remove(command, 0);
    json_object_del(target_value, "version");
    json_object_del(target_value, "version_arguments");
    json_object_del(target_value, "healthy");
    json_object_del(target_value, "with_pprof");
    json_object_del(target_value, "translate");
    json_object_del(target_value, "without");
    json_put(value, "target", target_value);
    _cleanup_free_ char *canonical = json_one_line(value);
    snprintf(plan->hash, sizeof plan->hash, "%016" PRIx64,
             (uint64_t)XXH64(canonical, strlen(canonical), 0));
}

struct plan *plan_build(const char *file, const struct node *scenario, const char *target_file,
                        const struct node *target)
{
    struct plan *plan = memory_new(struct plan);
    plan->name = yaml_name(file);
    plan->file = memory_copy_text(file);
    plan->title = field_text(scenario, &scenario_table, "title");
    node_new_texts(node_find(scenario, "tags"), &plan->tags);
    plan->on_request = field_flag(scenario, &scenario_table, "on_request");
    node_new_texts(node_find(scenario, "needs"), &plan->needs);
    const struct node *quarantine = node_find(scenario, "quarantine");
    plan->quarantine.reason = field_text(quarantine, &quarantine_table, "reason");
    plan->quarantine.until = field_text(quarantine, &quarantine_table, "until");
    const struct node *without = node_find(node_find(target, "without"), plan->name);
    plan->without = memory_copy_text(node_text(without));
    plan->vars = build_variables(NULL, node_find(scenario, "vars"));
    build_regions(plan, scenario, target);
    build_world(&plan->world, scenario, target);
    build_steps(plan, node_find(scenario, "prepare"), &plan->prepare);
    build_steps(plan, node_find(scenario, "setup"), &plan->setup);
    build_steps(plan, node_find(scenario, "iteration"), &plan->iteration);
    build_measure(&plan->measure, node_find(scenario, "measure"));
    plan->target.name = yaml_name(target_file);
    plan->target.file = memory_copy_text(target_file);
    build_target(plan, target);
    if (plan->target.without_pprof)
        plan->measure.heap_rate = 0;
    build_hash(plan, scenario, target);
    plan->document =
        json_pack("{s:o,s:o}", "scenario", node_json(scenario), "target", node_json(target));
    return plan;
}
