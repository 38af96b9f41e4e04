#include "scenario/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
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

const char *step_written(const struct step *step)
{
    return step->written != NULL ? step->written : step->source;
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

static void free_file(struct file_plan *file)
{
    free(file->path);
    free(file->text);
    free(file->line);
}

void step_list_free(struct step_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        struct step *step = &list->items[i];
        free(step->source);
        free(step->written);
        string_list_free(&step->keys);
        free(step->text);
        free(step->mouse.text);
        string_list_free(&step->run.argv);
        free(step->run.script);
        free(step->run.directory);
        string_list_free(&step->wait.text);
        string_list_free(&step->wait.gone);
        free(step->wait.regex);
        free(step->wait.title);
        free(step->wait.file);
        free(step->wait.file_lines_text);
        free(step->wait.file_text);
        free_file(&step->file);
        string_list_free(&step->remove.paths);
    }
    free(list->items);
}

static void free_variables(struct variable_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].name);
        free(list->items[i].value);
        free(list->items[i].replace);
        free(list->items[i].with);
    }
    free(list->items);
}

void plan_free(struct plan *plan)
{
    if (plan == NULL)
        return;
    free(plan->name);
    free(plan->file);
    free(plan->title);
    free(plan->quarantine.reason);
    free(plan->quarantine.until);
    free(plan->quarantine_here.reason);
    free(plan->quarantine_here.until);
    free(plan->without);
    string_list_free(&plan->tags);
    string_list_free(&plan->needs);
    free_variables(&plan->vars);
    for (size_t i = 0; i < plan->region_count; i++)
        free(plan->regions[i].name);
    free(plan->regions);
    string_list_free(&plan->world.projects);
    for (size_t i = 0; i < plan->world.files.count; i++)
        free_file(&plan->world.files.items[i]);
    free(plan->world.files.items);
    free_variables(&plan->world.env);
    string_list_free(&plan->world.tools);
    free(plan->world.config_path);
    json_decref(plan->world.config);
    step_list_free(&plan->prepare);
    step_list_free(&plan->setup);
    step_list_free(&plan->iteration);
    string_list_free(&plan->measure.leave_out);
    free(plan->target.name);
    free(plan->target.file);
    string_list_free(&plan->target.command);
    string_list_free(&plan->target.version);
    free(plan->target.term);
    step_list_free(&plan->target.ready);
    step_list_free(&plan->target.quit);
    string_list_free(&plan->target.state);
    string_list_free(&plan->target.survivors);
    json_decref(plan->document);
    string_list_free(&plan->file_names);
    free(plan);
}

void cleanup_plan(struct plan **plan)
{
    plan_free(*plan);
    *plan = NULL;
}
