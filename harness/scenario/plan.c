#include "scenario/plan.h"

#include <stdlib.h>
#include <string.h>

#include "scenario/build_steps.h"
#include "scenario/keys.h"

const char *step_kind_name(enum step_kind kind)
{
    return kind < STEP_KIND_COUNT ? step_table.rows[kind].name : "?";
}

const struct region *plan_region(const struct plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->region_count; i++)
        if (strcmp(plan->regions[i].name, name) == 0)
            return &plan->regions[i];
    return NULL;
}

static void variables_free(struct variable_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].name);
        free(list->items[i].value);
    }
    free(list->items);
}

static void world_plan_free(struct world_plan *world)
{
    string_list_free(&world->projects);
    for (size_t i = 0; i < world->files.count; i++) {
        free(world->files.items[i].path);
        free(world->files.items[i].text);
    }
    free(world->files.items);
    variables_free(&world->env);
    string_list_free(&world->tools);
    free(world->config_path);
    json_decref(world->config);
}

static void target_plan_free(struct target_plan *target)
{
    free(target->name);
    free(target->file);
    string_list_free(&target->command);
    string_list_free(&target->version);
    free(target->term);
    step_list_free(&target->ready);
    step_list_free(&target->quit);
    string_list_free(&target->survivors);
}

void plan_free(struct plan *plan)
{
    if (plan == NULL)
        return;
    free(plan->name);
    free(plan->file);
    free(plan->title);
    string_list_free(&plan->tags);
    string_list_free(&plan->needs);
    variables_free(&plan->vars);
    for (size_t i = 0; i < plan->region_count; i++)
        free(plan->regions[i].name);
    free(plan->regions);
    world_plan_free(&plan->world);
    step_list_free(&plan->setup);
    step_list_free(&plan->iteration);
    string_list_free(&plan->measure.leave_out);
    target_plan_free(&plan->target);
    json_decref(plan->document);
    string_list_free(&plan->file_names);
    free(plan);
}

void cleanup_plan(struct plan **plan)
{
    plan_free(*plan);
    *plan = NULL;
}
