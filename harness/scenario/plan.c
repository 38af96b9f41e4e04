#include "scenario/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "scenario/keys.h"
#include "scenario/value.h"

const char *const world_directories[] = {"bin",   "home", "tmp", "run", "state",
                                         "cache", "data", "tm",  NULL};

const char *step_kind_name(enum step_kind kind)
{
    return kind < STEP_KIND_COUNT ? step_table.rows[kind].name : "?";
}

bool step_is_input(const struct step *step)
{
    switch (step->kind) {
    case STEP_PRESS:
    case STEP_CHORD:
    case STEP_TYPE:
    case STEP_MOUSE:
    case STEP_RUN:
    case STEP_RESIZE:
    case STEP_WRITE:
    case STEP_REMOVE:
        return true;
    case STEP_WAIT:
    case STEP_SETTLE:
    case STEP_SNAPSHOT:
    case STEP_SLEEP:
    case STEP_LOOP:
    case STEP_KIND_COUNT:
        break;
    }
    return false;
}

const struct region *plan_region(const struct plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->region_count; i++)
        if (strcmp(plan->regions[i].name, name) == 0)
            return &plan->regions[i];
    return NULL;
}

bool measure_set_length(struct measure_plan *measure, int64_t for_ms, struct lg_error *err)
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

bool measure_has_rests(const struct measure_plan *measure)
{
    return measure->every_ms == 0 && measure->drain_ms > 0;
}

void step_list_free(struct step_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        struct step *step = &list->items[i];
        struct wait_plan *wait = &step->wait;
        free_all(step->source, step->written, step->text, step->mouse.text, step->run.script,
                 step->run.directory, wait->regex, wait->title, wait->file, wait->file_lines_text,
                 wait->file_text, step->file.path, step->file.text, step->file.line);
        string_list_free(&step->keys);
        string_list_free(&step->run.argv);
        string_list_free(&wait->text);
        string_list_free(&wait->gone);
        string_list_free(&step->remove.paths);
    }
    free(list->items);
}

static void free_variables(struct variable_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        struct variable *variable = &list->items[i];
        free_all(variable->name, variable->value, variable->replace, variable->with);
    }
    free(list->items);
}

void plan_free(struct plan *plan)
{
    if (plan == NULL)
        return;
    struct world_plan *world = &plan->world;
    struct target_plan *target = &plan->target;
    struct string_list *const lists[] = {
        &plan->tags,      &plan->needs,      &plan->measure.leave_out, &plan->file_names,
        &world->projects, &world->tools,     &target->command,         &target->version,
        &target->state,   &target->survivors};
    struct step_list *const steps[] = {&plan->prepare, &plan->setup, &plan->iteration,
                                       &target->ready, &target->quit};
    for (size_t i = 0; i < COUNT_OF(lists); i++)
        string_list_free(lists[i]);
    for (size_t i = 0; i < COUNT_OF(steps); i++)
        step_list_free(steps[i]);
    for (size_t i = 0; i < plan->region_count; i++)
        free(plan->regions[i].name);
    for (size_t i = 0; i < world->files.count; i++) {
        struct file_plan *file = &world->files.items[i];
        free_all(file->path, file->text, file->line);
    }
    free_variables(&plan->vars);
    free_variables(&world->env);
    json_decref(world->config);
    json_decref(plan->document);
    free_all(plan->name, plan->file, plan->title, plan->quarantine.reason, plan->quarantine.until,
             plan->quarantine_here.reason, plan->quarantine_here.until, plan->without,
             plan->regions, world->files.items, world->config_path, target->name, target->file,
             target->term, plan);
}
