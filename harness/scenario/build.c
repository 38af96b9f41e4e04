#include "scenario/build.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/json.h"
#include "base/limits.h"
#include "base/memory.h"
#include "scenario/build_steps.h"
#include "scenario/value.h"

static char *copy_text(const struct node *mapping, const char *key, const char *otherwise)
{
    const char *text = node_text(node_find(mapping, key));
    return memory_copy_text(text != NULL ? text : otherwise);
}

static int64_t integer_of(const struct node *mapping, const char *key, int64_t otherwise)
{
    int64_t value = otherwise;
    const struct node *node = node_find(mapping, key);
    return node != NULL && node_integer(node, &value) ? value : otherwise;
}

static int64_t duration_of(const struct node *mapping, const char *key, int64_t otherwise)
{
    int64_t ms = otherwise;
    const char *text = node_text(node_find(mapping, key));
    return text != NULL && duration_parse(text, &ms) ? ms : otherwise;
}

static struct range range_of(const struct node *mapping, const char *key)
{
    struct range range = {0, -1};
    const char *text = node_text(node_find(mapping, key));
    if (text != NULL)
        range_parse(text, &range);
    return range;
}

static void add_list(const struct node *list, struct string_list *texts)
{
    for (size_t i = 0; list != NULL && list->kind == NODE_LIST && i < list->count; i++)
        if (!string_list_contains(texts, list->items[i]->text))
            string_list_add(texts, list->items[i]->text);
}

static void add_keys(const struct node *mapping, struct string_list *names)
{
    for (size_t i = 0; mapping != NULL && mapping->kind == NODE_MAPPING && i < mapping->count; i++)
        if (!string_list_contains(names, mapping->entries[i].key))
            string_list_add(names, mapping->entries[i].key);
}

static const struct node *projects_of(const struct node *scenario, const struct node *target)
{
    const struct node *own = node_find(node_find(scenario, "world"), "projects");
    return own != NULL ? own : node_find(target, "projects");
}

void list_names(const struct node *scenario, const struct node *target,
                struct string_list *projects, struct string_list *variables,
                struct string_list *regions)
{
    add_list(projects_of(scenario, target), projects);
    add_keys(node_find(scenario, "vars"), variables);
    add_keys(node_find(scenario, "regions"), regions);
    add_keys(node_find(target, "regions"), regions);
}

static void build_regions(struct plan *plan, const struct node *scenario, const struct node *target)
{
    _cleanup_strings_ struct string_list names = {0};
    add_keys(node_find(scenario, "regions"), &names);
    add_keys(node_find(target, "regions"), &names);
    plan->regions = memory_array(names.count, sizeof *plan->regions);
    plan->region_count = names.count;
    for (size_t i = 0; i < names.count; i++) {
        const struct node *own = node_find(node_find(scenario, "regions"), names.items[i]);
        const struct node *node =
            own != NULL ? own : node_find(node_find(target, "regions"), names.items[i]);
        plan->regions[i] = (struct region){.name = memory_copy_text(names.items[i]),
                                           .rows = range_of(node, "rows"),
                                           .columns = range_of(node, "columns")};
    }
}

static int compare_variables(const void *a, const void *b)
{
    return strcmp(((const struct variable *)a)->name, ((const struct variable *)b)->name);
}

static void set_variable(struct variable_list *list, const char *name, const char *value)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i].name, name) == 0) {
            free(list->items[i].value);
            list->items[i].value = memory_copy_text(value);
            return;
        }
    list->items[list->count++] =
        (struct variable){.name = memory_copy_text(name), .value = memory_copy_text(value)};
}

static void set_variables(struct variable_list *list, const struct node *mapping)
{
    for (size_t i = 0; mapping != NULL && i < mapping->count; i++) {
        const struct node *value = mapping->entries[i].value;
        set_variable(list, mapping->entries[i].key, node_is_null(value) ? NULL : node_text(value));
    }
}

static size_t count_of(const struct node *node)
{
    return node != NULL ? node->count : 0;
}

static void build_environment(struct variable_list *list, const struct node *scenario,
                              const struct node *target)
{
    const struct node *own = node_find(node_find(scenario, "world"), "env");
    const struct node *base = node_find(target, "env");
    const struct node *unset = node_find(target, "unset");
    list->items =
        memory_array(count_of(own) + count_of(base) + count_of(unset), sizeof *list->items);
    set_variables(list, base);
    for (size_t i = 0; i < count_of(unset); i++)
        set_variable(list, unset->items[i]->text, NULL);
    set_variables(list, own);
    if (list->count > 1)
        qsort(list->items, list->count, sizeof *list->items, compare_variables);
}

static void set_file(struct file_list *list, const struct node_entry *entry)
{
    struct refusal refusal;
    struct file_plan file = {
        .path = world_path(entry->key, &refusal), .mode = 0644, .where = entry->where};
    const struct node *value = entry->value;
    const char *mode = node_text(node_find(value, "mode"));
    if (mode != NULL)
        mode_parse(mode, &file.mode);
    const char *text =
        value->kind == NODE_MAPPING ? node_text(node_find(value, "text")) : node_text(value);
    file.text = memory_copy_text(text != NULL ? text : "");
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i].path, file.path) == 0) {
            free(list->items[i].path);
            free(list->items[i].text);
            list->items[i] = file;
            return;
        }
    list->items[list->count++] = file;
}

static void build_files(struct file_list *list, const struct node *scenario,
                        const struct node *target)
{
    const struct node *own = node_find(node_find(scenario, "world"), "files");
    const struct node *base = node_find(target, "files");
    list->items = memory_array(count_of(own) + count_of(base), sizeof *list->items);
    for (size_t i = 0; i < count_of(base); i++)
        set_file(list, &base->entries[i]);
    for (size_t i = 0; i < count_of(own); i++)
        set_file(list, &own->entries[i]);
}

static void build_config(struct world_plan *world, const struct node *scenario,
                         const struct node *target)
{
    struct refusal refusal;
    const struct node *config = node_find(target, "config");
    const char *path = node_text(node_find(config, "path"));
    if (path == NULL)
        return;
    world->config_path = world_path(path, &refusal);
    const struct node *value = node_find(config, "value");
    const struct node *own = node_find(node_find(scenario, "world"), "config");
    _cleanup_node_ struct node *merged =
        value != NULL ? node_copy(value) : node_new(NODE_MAPPING, config->where);
    if (own != NULL)
        node_merge(merged, own, NULL);
    world->config = node_json(merged);
}

static void build_world(struct plan *plan, const struct node *scenario, const struct node *target)
{
    struct world_plan *world = &plan->world;
    add_list(projects_of(scenario, target), &world->projects);
    build_files(&world->files, scenario, target);
    build_environment(&world->env, scenario, target);
    add_list(node_find(target, "tools"), &world->tools);
    add_list(node_find(node_find(scenario, "world"), "tools"), &world->tools);
    add_list(node_find(scenario, "needs"), &world->tools);
    string_list_sort(&world->tools);
    build_config(world, scenario, target);
}

static void build_measure(struct measure_plan *measure, const struct node *node)
{
    measure->every_ms = duration_of(node, "every", 0);
    measure->for_ms = duration_of(node, "for", 0);
    bool by_time = measure->every_ms > 0;
    measure->warmup = (unsigned)integer_of(node, "warmup", by_time ? 0 : 6);
    measure->idle_samples = (unsigned)integer_of(node, "idle", by_time ? 0 : 6);
    measure->idle_ms = duration_of(node, "idle_for", 10000);
    measure->samples = by_time ? (unsigned)(measure->for_ms / measure->every_ms)
                               : (unsigned)integer_of(node, "samples", 21);
    measure->iterations_per_sample =
        by_time ? 0 : (unsigned)integer_of(node, "iterations_per_sample", 2);
    measure->drain_ms = duration_of(node, "drain", DEADLINE_DRAIN_MS);
    measure->heap_rate = (unsigned)integer_of(node, "heap_rate", 512);
    measure->round_trip_ms = duration_of(node, "round_trip", DEADLINE_ROUND_TRIP_MS);
    add_list(node_find(node, "leave_out"), &measure->leave_out);
}

static void build_target(struct plan *plan, const struct node *node,
                         const struct load_options *options)
{
    struct target_plan *target = &plan->target;
    const struct node *command = node_find(node, "command");
    for (size_t i = 0; i < count_of(command); i++)
        string_list_add(&target->command, i == 0 && options->program != NULL
                                              ? options->program
                                              : command->items[i]->text);
    const struct node *version = node_find(node, "version_arguments");
    for (size_t i = 0; i < count_of(version); i++)
        string_list_add(&target->version, version->items[i]->text);
    const struct node *terminal = node_find(node, "terminal");
    target->term = copy_text(terminal, "term", "xterm-256color");
    target->columns = (int)integer_of(terminal, "columns", 200);
    target->rows = (int)integer_of(terminal, "rows", 50);
    target->wait_rows = range_of(node, "wait_rows");
    const struct node *ready = node_find(node, "ready");
    const struct node *quit = node_find(node, "quit");
    build_steps(node_find(ready, "steps"), plan, &target->ready);
    build_steps(node_find(quit, "steps"), plan, &target->quit);
    target->ready_ms = duration_of(ready, "timeout", DEADLINE_READY_MS);
    target->quit_ms = duration_of(quit, "timeout", DEADLINE_QUIT_MS);
    target->quit_status = (int)integer_of(quit, "status", 0);
    const struct node *survivors = node_find(node, "survivors");
    for (size_t i = 0; i < count_of(survivors); i++)
        string_list_add(&target->survivors, node_text(node_find(survivors->items[i], "tmux")));
}

static void build_variables(struct plan *plan, const struct node *scenario)
{
    const struct node *vars = node_find(scenario, "vars");
    plan->vars.items = memory_array(count_of(vars), sizeof *plan->vars.items);
    set_variables(&plan->vars, vars);
    if (plan->vars.count > 1)
        qsort(plan->vars.items, plan->vars.count, sizeof *plan->vars.items, compare_variables);
}

static void hash_part(json_t *parts, const char *name, json_t *from, const char *key)
{
    json_t *value = json_object_get(from, key);
    if (value != NULL)
        json_put(parts, name, json_incref(value));
}

/* What the run depends on, and nothing else: titles, tags, needs and places in files may change
 * without a new baseline. The measure numbers are the effective ones. */
static void build_hash(struct plan *plan)
{
    json_t *scenario = json_object_get(plan->document, "scenario");
    _cleanup_json_ json_t *parts = json_object();
    _cleanup_json_ json_t *target = json_deep_copy(json_object_get(plan->document, "target"));
    json_array_remove(json_object_get(target, "command"), 0);
    json_object_del(target, "version_arguments");
    json_put(parts, "target", json_incref(target));
    hash_part(parts, "world", scenario, "world");
    hash_part(parts, "vars", scenario, "vars");
    hash_part(parts, "setup", scenario, "setup");
    hash_part(parts, "iteration", scenario, "iteration");
    hash_part(parts, "regions", scenario, "regions");
    const struct measure_plan *measure = &plan->measure;
    _cleanup_free_ char *numbers =
        memory_format("%u %u %" PRId64 " %u %u %" PRId64 " %" PRId64 " %" PRId64 " %u %" PRId64,
                      measure->warmup, measure->idle_samples, measure->idle_ms, measure->samples,
                      measure->iterations_per_sample, measure->every_ms, measure->for_ms,
                      measure->drain_ms, measure->heap_rate, measure->round_trip_ms);
    json_put(parts, "measure", json_text(numbers));
    hash_part(parts, "leave_out", json_object_get(scenario, "measure"), "leave_out");
    _cleanup_free_ char *text = json_one_line(parts);
    snprintf(plan->hash, sizeof plan->hash, "%016" PRIx64, (uint64_t)XXH64(text, strlen(text), 0));
}

void build_plan(struct plan *plan, const struct node *scenario, const struct node *target,
                const struct load_options *options)
{
    plan->title = copy_text(scenario, "title", "");
    add_list(node_find(scenario, "tags"), &plan->tags);
    add_list(node_find(scenario, "needs"), &plan->needs);
    build_variables(plan, scenario);
    build_regions(plan, scenario, target);
    build_world(plan, scenario, target);
    build_measure(&plan->measure, node_find(scenario, "measure"));
    build_target(plan, target, options);
    build_steps(node_find(scenario, "setup"), plan, &plan->setup);
    build_steps(node_find(scenario, "iteration"), plan, &plan->iteration);
    plan->document = json_object();
    json_put(plan->document, "scenario", node_json(scenario));
    json_put(plan->document, "target", node_json(target));
    build_hash(plan);
}
