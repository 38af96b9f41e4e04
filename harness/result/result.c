#include "result/result.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "journal/run_files.h"
#include "result/attempts.h"
#include "result/baseline_difference.h"
#include "result/quarantine.h"
#include "verdict/judge.h"

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
    free(recording->file);
    free(recording->problem);
    buffer_free(&recording->still);
    buffer_free(&recording->pictures);
    free(recording);
}

static void scenario_free(struct scenario_result *scenario)
{
    free(scenario->name);
    free(scenario->operand);
    free(scenario->file);
    free(scenario->title);
    free(scenario->reason);
    string_list_free(&scenario->files);
    string_list_free(&scenario->control_files);
    recording_free(scenario->recording);
    free(scenario->quarantine_reason);
    free(scenario->quarantine_until);
    string_list_free(&scenario->worlds);
    string_list_free(&scenario->killed);
    free(scenario->plan_difference);
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
    free(suite->scenarios);
    free(suite->directory);
    free(suite->baselines);
    free(suite->options);
    string_list_free(&suite->whole);
    free(suite->revision);
    string_list_free(&suite->missing);
    string_list_free(&suite->problems);
    free(suite);
}

void cleanup_suite(struct suite_result **suite)
{
    suite_free(*suite);
    *suite = NULL;
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

void scenario_skip(struct scenario_result *scenario, const char *reason)
{
    scenario->verdict = VERDICT_SKIPPED;
    scenario->problem = LG_ERROR_NEED;
    free(scenario->reason);
    scenario->reason = memory_copy_text(reason);
}

char *report_path(const char *directory, const char *name, const char *file)
{
    _cleanup_free_ char *scenario = path_join(directory, name);
    return file != NULL ? path_join(scenario, file) : take_pointer(scenario);
}

void scenario_explain(struct scenario_result *scenario, enum lg_error_class problem,
                      const char *reason)
{
    scenario->problem = problem;
    free(scenario->reason);
    scenario->reason = memory_copy_text(reason);
}

static void judge_record(struct scenario_result *scenario)
{
    struct run_record *record = scenario->record;
    scenario->judgement = judge(&record->series, record->header.baseline, &record->facts);
    scenario->verdict = scenario->judgement->verdict;
    enum lg_error_class problem = run_record_problem(record);
    if (scenario->verdict == VERDICT_INVALID || scenario->verdict == VERDICT_INCONCLUSIVE)
        problem = LG_ERROR_INVALID;
    scenario_explain(scenario, problem, scenario->judgement->reason);
    scenario_screened(scenario);
}

/* Of a run that was cut off before its result was written; else it is there already. */
static void take_plan_difference(struct scenario_result *scenario)
{
    if (scenario->plan_difference == NULL && scenario->record != NULL)
        scenario->plan_difference = memory_copy_text(scenario->record->header.plan_difference);
}

void scenario_screen(struct scenario_result *scenario, const char *directory)
{
    _cleanup_free_ char *path = report_path(directory, scenario->name, JOURNAL_FILE);
    struct lg_error err = {0};
    scenario->ran = true;
    scenario->record = run_record_read(path, &err);
    if (scenario->record == NULL) {
        scenario->verdict = VERDICT_FAILED;
        scenario_explain(scenario, LG_ERROR_INTERNAL, err.text);
        return;
    }
    const struct run_record *record = scenario->record;
    take_plan_difference(scenario);
    scenario->played = record->end.played_only;
    enum lg_error_class problem = run_record_problem(record);
    if (problem == LG_ERROR_NEED)
        scenario_skip(scenario, record->facts.problem);
    else if (!scenario->played)
        judge_record(scenario);
    else if (problem != LG_ERROR_NONE) {
        scenario->verdict = record->facts.invalid ? VERDICT_INVALID : VERDICT_FAILED;
        scenario_explain(scenario, problem, record->facts.problem);
    }
}

void scenario_judge(struct scenario_result *scenario, const char *directory)
{
    scenario_screen(scenario, directory);
    enum attempt next;
    while ((next = scenario_wants(scenario)) != ATTEMPT_COUNT &&
           attempt_exists(directory, scenario->name, next) &&
           scenario_take(scenario, directory, next))
        continue;
    scenario_conclude(scenario);
    if (scenario_wants_location(scenario) &&
        attempt_exists(directory, scenario->name, ATTEMPT_LOCATE))
        scenario_locate(scenario, directory);
}

void weaker_baseline_lines(const struct scenario_result *scenario, struct string_list *lines)
{
    const struct run_record *record = scenario->record;
    _cleanup_changes_ struct change_list changes = {0};
    if (record == NULL || record->header.baseline_revision == NULL)
        return;
    baseline_changes(record->header.baseline, record->header.baseline_here, &changes);
    for (size_t i = 0; i < changes.count; i++)
        if (changes.items[i].effect == CHANGE_WEAKER)
            string_list_take(lines, change_text(&changes.items[i]));
}

int worse_status(int a, int b)
{
    static const int order[] = {EXIT_PASS,    EXIT_NOTHING_JUDGED, EXIT_INCONCLUSIVE,
                                EXIT_LEAK,    EXIT_TARGET_FAILED,  EXIT_INPUT,
                                EXIT_INTERNAL};
    int rank_a = -1, rank_b = -1;
    for (int i = 0; i < (int)(sizeof order / sizeof *order); i++) {
        if (order[i] == a)
            rank_a = i;
        if (order[i] == b)
            rank_b = i;
    }
    return rank_a >= rank_b ? a : b;
}

static int status_of_verdict(const struct suite_result *suite,
                             const struct scenario_result *scenario)
{
    switch (scenario->verdict) {
    case VERDICT_PASS:
        return EXIT_PASS;
    case VERDICT_LEAK:
        return EXIT_LEAK;
    case VERDICT_INCONCLUSIVE:
    case VERDICT_INVALID:
        return suite->only_leaks_fail ? EXIT_PASS : EXIT_INCONCLUSIVE;
    case VERDICT_SKIPPED:
        return suite->require_all && !scenario->without ? EXIT_NOTHING_JUDGED : EXIT_PASS;
    case VERDICT_FAILED:
    case VERDICT_COUNT:
        break;
    }
    return scenario->problem == LG_ERROR_NONE ? EXIT_TARGET_FAILED
                                              : (int)lg_exit_status(scenario->problem);
}

int scenario_exit_status(const struct suite_result *suite, const struct scenario_result *scenario)
{
    int status = status_of_verdict(suite, scenario);
    return quarantine_forgives(scenario, status) ? EXIT_PASS : status;
}

int suite_exit_status(const struct suite_result *suite)
{
    if (suite->signal != 0)
        return 128 + suite->signal;
    int status = suite->problems.count > 0 ? EXIT_INPUT : EXIT_PASS;
    bool any_judged = false;
    for (size_t i = 0; i < suite->count; i++) {
        status = worse_status(status, scenario_exit_status(suite, &suite->scenarios[i]));
        any_judged = any_judged || suite->scenarios[i].verdict != VERDICT_SKIPPED;
    }
    if (suite->count == 0 && suite->shards > 0)
        return EXIT_PASS;
    return any_judged ? status : worse_status(status, EXIT_NOTHING_JUDGED);
}
