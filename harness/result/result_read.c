#include "result/result_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "journal/run_files.h"
#include "result/attempts.h"
#include "result/earlier.h"

/* It could not even be started, its control could not be measured, or an attempt after the first
 * could not be made. */
static void read_problem(struct scenario_result *scenario, const json_t *stored)
{
    const char *name = json_get_text(stored, "verdict", "");
    scenario->verdict = VERDICT_SKIPPED;
    for (enum verdict verdict = 0; verdict < VERDICT_COUNT; verdict++)
        if (strcmp(name, verdict_name(verdict)) == 0)
            scenario->verdict = verdict;
    if (scenario->verdict != VERDICT_SKIPPED)
        scenario->problem = problem_class_by_name(json_get_text(stored, "problem", ""));
}

void scenario_read(struct scenario_result *scenario, const char *directory, const json_t *stored)
{
    scenario->seconds = json_get_number(stored, "seconds", 0);
    scenario->without = json_get_flag(stored, "without", false);
    string_list_free(&scenario->worlds);
    json_get_texts(json_object_get(stored, "worlds"), &scenario->worlds);
    json_get_texts(json_object_get(stored, "killed"), &scenario->killed);
    json_get_texts(json_object_get(stored, "left_out"), &scenario->left_out);
    free(scenario->plan_difference);
    scenario->plan_difference = memory_copy_text(json_get_text(stored, "plan_difference", NULL));
    if (!json_get_flag(stored, "ran", false)) {
        scenario_skip(scenario, json_get_text(stored, "reason", "not run"));
        read_problem(scenario, stored);
        return;
    }
    scenario_judge(scenario, directory);
    if (json_get_text(stored, "problem", NULL) != NULL) {
        scenario->lost = true;
        scenario_explain(scenario, LG_ERROR_INTERNAL, json_get_text(stored, "reason", ""));
        read_problem(scenario, stored);
    }
    if (json_is_object(json_object_get(stored, "earlier"))) {
        json_decref(scenario->earlier);
        scenario->earlier = json_incref(json_object_get(stored, "earlier"));
    }
    scenario_compare(scenario);
}

static bool read_scenario(struct suite_result *suite, const json_t *stored, struct lg_error *err)
{
    const char *name = json_get_text(stored, "name", "");
    if (!path_is_inside(name) || strchr(name, '/') != NULL)
        return lg_fail(err, LG_ERROR_INPUT, 0, "\"%s\" is not the name of a scenario", name);
    struct scenario_result *scenario = suite_add(suite, name, json_get_text(stored, "file", ""),
                                                 json_get_text(stored, "title", NULL));
    free(scenario->operand);
    scenario->operand = memory_copy_text(json_get_text(stored, "operand", name));
    const json_t *quarantine = json_object_get(stored, "quarantine");
    scenario->quarantine_reason = memory_copy_text(json_get_text(quarantine, "reason", NULL));
    scenario->quarantine_until = memory_copy_text(json_get_text(quarantine, "until", NULL));
    snprintf(scenario->today, sizeof scenario->today, "%.10s", suite->date);
    scenario_read(scenario, suite->directory, stored);
    return true;
}

static struct suite_result *read_stored(const char *directory, const char *path,
                                        struct lg_error *err)
{
    _cleanup_json_ json_t *stored = json_read_file(path, err);
    if (stored == NULL)
        return NULL;
    if (json_get_integer(stored, "version", 0) != RESULT_VERSION)
        return lg_fail_null(err, LG_ERROR_INPUT, 0,
                            "%s is not a result of a version that this leakgate reads", path);
    _cleanup_suite_ struct suite_result *suite = suite_new(
        directory, json_get_text(stored, "baselines", ""), json_get_text(stored, "options", ""));
    snprintf(suite->date, sizeof suite->date, "%s", json_get_text(stored, "date", ""));
    suite->seconds = json_get_number(stored, "seconds", 0);
    suite->signal = (int)json_get_integer(stored, "signal", 0);
    suite->only_leaks_fail = json_get_flag(stored, "only_leaks_fail", false);
    suite->require_all = json_get_flag(stored, "require_all", false);
    suite->revision = memory_copy_text(json_get_text(stored, "baseline_revision", NULL));
    suite->compared_with = memory_copy_text(json_get_text(stored, "compared_with", NULL));
    json_get_texts(json_object_get(stored, "missing"), &suite->missing);
    json_get_texts(json_object_get(stored, "problems"), &suite->problems);
    const json_t *shard = json_object_get(stored, "shard");
    suite->shard = (unsigned)json_get_integer(shard, "index", 0);
    suite->shards = (unsigned)json_get_integer(shard, "of", 0);
    json_get_texts(json_object_get(shard, "suite"), &suite->whole);
    const json_t *scenarios = json_object_get(stored, "scenarios");
    for (size_t i = 0; i < json_array_size(scenarios); i++)
        if (!read_scenario(suite, json_array_get(scenarios, i), err))
            return NULL;
    return take_pointer(suite);
}

/* The run was cut off before it could write its result: the journals are all there is. */
static struct suite_result *read_journals(const char *directory, struct lg_error *err)
{
    _cleanup_strings_ struct string_list names = {0};
    _cleanup_suite_ struct suite_result *suite = suite_new(directory, "", "");
    suite->date[0] = '\0';
    directory_list(directory, "", &names);
    for (size_t i = 0; i < names.count; i++) {
        _cleanup_free_ char *journal = report_path(directory, names.items[i], JOURNAL_FILE);
        if (access(journal, F_OK) != 0)
            continue;
        struct scenario_result *scenario = suite_add(suite, names.items[i], "", NULL);
        scenario_judge(scenario, directory);
        if (scenario->record == NULL)
            continue;
        const struct journal_header *header = &scenario->record->header;
        /* How it was called, for the commands that the report prints, is in all journals. */
        if (header->options != NULL && header->baselines != NULL && suite->options[0] == '\0') {
            free(suite->options);
            free(suite->baselines);
            suite->options = memory_copy_text(header->options);
            suite->baselines = memory_copy_text(header->baselines);
        }
        free(scenario->file);
        scenario->file = memory_copy_text(text_or(header->file, ""));
        scenario->title = memory_copy_text(header->title);
        scenario->seconds = scenario->record->ended ? scenario->record->end.at : 0;
        suite->seconds += scenario->seconds;
    }
    if (suite->count > 0)
        return take_pointer(suite);
    return lg_fail_null(err, LG_ERROR_INPUT, 0,
                        "%s is not a report: it has neither " REPORT_RESULT " nor a journal",
                        directory);
}

struct suite_result *suite_read(const char *directory, struct lg_error *err)
{
    _cleanup_free_ char *path = path_join(directory, REPORT_RESULT);
    if (access(path, F_OK) == 0)
        return read_stored(directory, path, err);
    return read_journals(directory, err);
}
