#include "result/result.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/file.h"

struct suite_result *suite_new(const char *directory, const char *baselines, const char *options)
{
    struct suite_result *suite = memory_new(struct suite_result);
    suite->directory = memory_copy_text(directory);
    suite->baselines = memory_copy_text(baselines);
    suite->options = memory_copy_text(options);
    clock_timestamp(suite->date);
    return suite;
}

void recording_free(struct recording *recording)
{
    if (recording == NULL)
        return;
    buffer_free(&recording->pictures);
    free_all(recording->file, recording->problem, recording);
}

static void scenario_free(struct scenario_result *scenario)
{
    free_all(scenario->name, scenario->operand, scenario->file, scenario->title, scenario->reason,
             scenario->quarantine_reason, scenario->quarantine_until, scenario->plan_difference);
    string_list_free(&scenario->files);
    string_list_free(&scenario->control_files);
    string_list_free(&scenario->worlds);
    string_list_free(&scenario->killed);
    string_list_free(&scenario->left_out);
    string_list_free(&scenario->gone);
    json_decref(scenario->earlier);
    sources_free(&scenario->sources);
    recording_free(scenario->recording);
    for (size_t i = 0; i < scenario->attempt_count; i++) {
        judgement_free(scenario->attempts[i].judgement);
        run_record_free(scenario->attempts[i].record);
        free(scenario->attempts[i].problem);
    }
    judgement_free(scenario->judgement);
    judgement_free(scenario->judgement_here);
    run_record_free(scenario->record);
}

void suite_free(struct suite_result *suite)
{
    if (suite == NULL)
        return;
    for (size_t i = 0; i < suite->count; i++)
        scenario_free(&suite->scenarios[i]);
    string_list_free(&suite->whole);
    string_list_free(&suite->missing);
    string_list_free(&suite->problems);
    free_all(suite->scenarios, suite->directory, suite->baselines, suite->options,
             suite->source_url, suite->revision, suite->compared_with, suite);
}

struct scenario_result *suite_add(struct suite_result *suite, const char *name, const char *file,
                                  const char *title)
{
    struct scenario_result *scenario = array_add(suite->scenarios, suite->count, suite->capacity);
    *scenario = (struct scenario_result){
        .name = memory_copy_text(name),
        .operand = memory_copy_text(name),
        .file = memory_copy_text(file),
        .title = memory_copy_text(title),
    };
    return scenario;
}

void suite_take(struct suite_result *suite, struct scenario_result *scenario)
{
    array_append(suite->scenarios, suite->count, suite->capacity, *scenario);
    *scenario = (struct scenario_result){.verdict = VERDICT_SKIPPED};
}

void scenario_explain(struct scenario_result *scenario, enum lg_error_class problem,
                      const char *reason)
{
    scenario->problem = problem;
    free(scenario->reason);
    scenario->reason = memory_copy_text(reason);
}

void scenario_skip(struct scenario_result *scenario, const char *reason)
{
    scenario->verdict = VERDICT_SKIPPED;
    scenario_explain(scenario, LG_ERROR_NEED, reason);
}

bool scenario_is_watch(const struct scenario_result *scenario)
{
    return scenario->record != NULL && scenario->record->header.watch != NULL;
}

char *report_path(const char *directory, const char *name, const char *file)
{
    _cleanup_free_ char *scenario = path_join(directory, name);
    return file != NULL ? path_join(scenario, file) : take_pointer(scenario);
}
