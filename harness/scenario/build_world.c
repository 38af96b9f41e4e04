#include "base/memory.h"
#include "scenario/build.h"
#include "scenario/field.h"
#include "scenario/keys.h"
#include "scenario/value.h"

#include <stdlib.h>
#include <string.h>

static int compare_variables(const void *a, const void *b)
{
    return strcmp(((const struct variable *)a)->name, ((const struct variable *)b)->name);
}

static struct variable *find_variable(struct variable_list *variables, const char *name)
{
    for (size_t i = 0; i < variables->count; i++)
        if (strcmp(variables->items[i].name, name) == 0)
            return &variables->items[i];
    return NULL;
}

static void build_variable(const struct node *value, struct variable *variable)
{
    bool detailed = value->kind == NODE_MAPPING;
    const char *text = node_text(detailed ? node_find(value, "text") : value);
    free(variable->value);
    variable->value = node_is_null(value) ? NULL : memory_copy_text(text);
    variable->replace = memory_copy_text(node_text(node_find(value, "replace")));
    variable->with = memory_copy_text(node_text(node_find(value, "with")));
}

void build_variables(struct variable_list *variables, const struct node *mapping)
{
    if (mapping == NULL || mapping->count == 0)
        return;
    size_t capacity = variables->count;
    for (size_t i = 0; i < mapping->count; i++) {
        const struct node_entry *entry = &mapping->entries[i];
        struct variable *variable = find_variable(variables, entry->key);
        if (variable == NULL) {
            variable = array_add(variables->items, variables->count, capacity);
            variable->name = memory_copy_text(entry->key);
        }
        build_variable(entry->value, variable);
    }
    qsort(variables->items, variables->count, sizeof *variables->items, compare_variables);
}

static struct file_plan *find_file(struct file_list *files, const char *path)
{
    for (size_t i = 0; i < files->count; i++)
        if (strcmp(files->items[i].path, path) == 0)
            return &files->items[i];
    return NULL;
}

void build_file_content(const struct node *value, const struct key_table *table,
                        struct file_plan *file)
{
    const struct node *detailed = value->kind == NODE_MAPPING ? value : NULL;
    const char *size = node_text(node_find(detailed, "size"));
    _cleanup_free_ char *mode = field_text(detailed, table, "mode");
    free(file->text);
    free(file->line);
    file->text = memory_copy_text(node_text(detailed != NULL ? node_find(value, "text") : value));
    file->line = memory_copy_text(node_text(node_find(detailed, "line")));
    file->lines = (unsigned)field_integer(detailed, table, "lines");
    file->size = 0;
    if (size != NULL)
        byte_size_parse(size, &file->size);
    file->copies = (unsigned)field_integer(detailed, table, "copies");
    mode_parse(mode, &file->mode);
}

static void build_file(struct file_list *files, const struct node_entry *entry)
{
    struct refusal ignored = {0};
    _cleanup_free_ char *path = world_path(entry->key, &ignored);
    struct file_plan *file = find_file(files, path);
    if (file == NULL) {
        file = &files->items[files->count++];
        file->path = take_pointer(path);
    }
    build_file_content(entry->value, &world_file_table, file);
    file->where = entry->where;
}

static void build_files(struct file_list *files, const struct node *target,
                        const struct node *scenario)
{
    size_t count = (target != NULL ? target->count : 0) + (scenario != NULL ? scenario->count : 0);
    files->items = memory_array(count, sizeof *files->items);
    for (size_t i = 0; target != NULL && i < target->count; i++)
        build_file(files, &target->entries[i]);
    for (size_t i = 0; scenario != NULL && i < scenario->count; i++)
        build_file(files, &scenario->entries[i]);
}

static void build_config(struct world_plan *world, const struct node *target,
                         const struct node *scenario)
{
    const char *path = node_text(node_find(target, "path"));
    if (path == NULL)
        return;
    struct refusal ignored = {0};
    struct mark where = target->where;
    _cleanup_node_ struct node *merged = node_new(NODE_MAPPING, where);
    const struct node *value = node_find(target, "value");
    if (value != NULL)
        node_merge(merged, value, NULL);
    if (scenario != NULL)
        node_merge(merged, scenario, NULL);
    world->config_path = world_path(path, &ignored);
    world->config = node_json(merged);
}

void build_world(struct plan *plan, const struct node *scenario, const struct node *target)
{
    struct world_plan *world = &plan->world;
    const struct node *own = node_find(scenario, "world");
    const struct node *projects = node_find(own, "projects");
    node_new_texts(projects != NULL ? projects : node_find(target, "projects"), &world->projects);
    build_files(&world->files, node_find(target, "files"), node_find(own, "files"));
    build_variables(&world->env, node_find(target, "env"));
    build_variables(&world->env, node_find(own, "env"));
    node_new_texts(node_find(target, "tools"), &world->tools);
    node_new_texts(node_find(own, "tools"), &world->tools);
    node_new_texts(node_find(scenario, "needs"), &world->tools);
    string_list_sort(&world->tools);
    build_config(world, node_find(target, "config"), node_find(own, "config"));
}
