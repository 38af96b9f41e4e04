#include "result/result_json.h"

#include <math.h>

#include "base/json.h"
#include "result/baseline_difference.h"
#include "result/earlier.h"
#include "result/exit_status.h"
#include "result/quarantine.h"

static void put_number(json_t *object, const char *key, double value)
{
    if (isfinite(value))
        json_put(object, key, json_number(value));
}

/* What a locating run added. */
static void put_location(json_t *object, const struct finding *finding)
{
    if (!finding->located)
        return;
    json_t *places = json_array();
    for (size_t i = 0; i < finding->place_count; i++) {
        json_t *place = json_object();
        json_put_text(place, "step", finding->places[i].step);
        json_put_text(place, "where", finding->places[i].where);
        put_number(place, "per_iteration", finding->places[i].per_iteration);
        json_push(places, place);
    }
    json_put(object, "grows_at", places);
    put_number(object, "exact_per_iteration", finding->exact);
    put_number(object, "exact_bytes_per_iteration", finding->exact_bytes);
}

static json_t *attempts_to_json(const struct scenario_result *scenario)
{
    json_t *attempts = json_array();
    for (size_t i = 0; i < scenario->attempt_count; i++) {
        const struct attempt_result *attempt = &scenario->attempts[i];
        json_t *object = json_object();
        json_put(object, "attempt", json_text(attempt_name(attempt->attempt)));
        if (attempt->attempt != ATTEMPT_LOCATE)
            json_put(object, "verdict", json_text(verdict_name(attempt->verdict)));
        json_put_text(object, "problem", attempt->problem);
        json_push(attempts, object);
    }
    return attempts;
}

/* Of what grows: the same per hour, and where minutes are counted, per iteration played. */
static void put_pace(json_t *object, const struct finding *finding, const struct pace *pace)
{
    if (!(finding->iterations > 0))
        return;
    put_number(object, "per_hour", finding->per_iteration * pace->steps_per_hour);
    put_number(object, "per_round_trip", finding->per_iteration / pace->iterations_per_step);
    if (finding->bytes_per_iteration == 0)
        return;
    put_number(object, "bytes_per_hour", finding->bytes_per_iteration * pace->steps_per_hour);
    put_number(object, "bytes_per_round_trip",
               finding->bytes_per_iteration / pace->iterations_per_step);
}

/* Against the report of --compare. */
static void put_standings(const struct scenario_result *scenario, json_t *findings)
{
    for (size_t i = 0; i < scenario->judgement->count; i++) {
        const struct finding *finding = &scenario->judgement->findings[i];
        _cleanup_free_ char *text = standing_text(scenario, finding);
        if (text == NULL)
            continue;
        json_t *compared = json_object();
        json_put(compared, "standing", json_text(standing_name(finding->standing)));
        json_put(compared, "text", json_text(text));
        put_number(compared, "before", finding->before);
        json_put(json_array_get(findings, i), "compared", compared);
    }
}

static json_t *finding_to_json(const struct finding *finding, const struct pace *pace)
{
    json_t *object = json_object();
    json_put(object, "kind", json_text(finding_kind_name(finding->kind)));
    json_put(object, "fails", json_boolean(finding_fails(finding->kind)));
    if (finding->gauge < GAUGE_COUNT)
        json_put_text(object, "gauge", gauge_info(finding->gauge)->name);
    json_put_text(object, "holder", finding->holder);
    json_put_text(object, "example", finding->example);
    json_put_text(object, "function", finding->function);
    json_put_text(object, "source", finding->source);
    json_put_text(object, "in_common", finding->in_common);
    json_put_text(object, "companion_of", finding->companion_of);
    json_put_text(object, "made_by", finding->made_by);
    json_put_text(object, "text", finding->text);
    put_number(object, "per_iteration", finding->per_iteration);
    put_number(object, "bytes_per_iteration", finding->bytes_per_iteration);
    put_pace(object, finding, pace);
    put_number(object, "from", finding->from);
    put_number(object, "to", finding->to);
    put_number(object, "iterations", finding->iterations);
    if (finding->processes > 0)
        json_put(object, "processes", json_integer((json_int_t)finding->processes));
    put_number(object, "allowed", finding->allowed);
    if (finding->drift > 0)
        put_number(object, "drift_per_second", finding->drift);
    if (finding->kind == FINDING_BACKLOG)
        put_number(object, "drained_after", finding->drained_after);
    if (finding->kind == FINDING_UNCONFIRMED)
        json_put_text(object, "unconfirmed", finding_kind_name(finding->unconfirmed));
    json_put(object, "confirmed", json_boolean(finding->confirmed));
    json_put(object, "repeats", json_boolean(finding->repeats));
    put_location(object, finding);
    return object;
}

json_t *findings_to_json(const struct judgement *judgement, const struct pace *pace)
{
    json_t *findings = json_array();
    for (size_t i = 0; i < judgement->count; i++)
        json_push(findings, finding_to_json(&judgement->findings[i], pace));
    return findings;
}

static void put_judgement(json_t *object, const struct judgement *judgement,
                          const struct pace *pace)
{
    json_t *caught = json_object();
    json_t *caught_per_hour = json_object();
    json_t *levels = json_object();
    json_t *drift = json_object();
    json_t *tools = json_object();
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        double smallest = judgement->smallest[gauge];
        put_number(caught, gauge_info(gauge)->name, smallest);
        put_number(caught_per_hour, gauge_info(gauge)->name, smallest * pace->steps_per_hour);
        put_number(levels, gauge_info(gauge)->name, judgement->levels[gauge]);
        if (judgement->drift[gauge] > 0)
            put_number(drift, gauge_info(gauge)->name, judgement->drift[gauge]);
    }
    for (size_t i = 0; i < judgement->tool_count; i++) {
        json_t *tool = json_object();
        put_number(tool, "per_second", judgement->tools[i].per_second);
        put_number(tool, "per_iteration", judgement->tools[i].per_iteration);
        json_put(tools, judgement->tools[i].name, tool);
    }
    json_put(object, "findings", findings_to_json(judgement, pace));
    json_put(object, "would_have_caught", caught);
    json_put(object, "would_have_caught_per_hour", caught_per_hour);
    json_put(object, "levels", levels);
    json_put(object, "drift_per_second", drift);
    json_put(object, "tools", tools);
}

static void put_integer(json_t *object, const char *key, int64_t value)
{
    if (value != JOURNAL_ABSENT)
        json_put(object, key, json_integer(value));
}

static void put_left(json_t *object, const char *key, const struct journal_left *left)
{
    if (left->count == JOURNAL_ABSENT)
        return;
    json_t *stored = json_object();
    put_integer(stored, "count", left->count);
    json_put(stored, "names", json_texts(&left->names));
    json_put(object, key, stored);
}

static void put_revision(json_t *object, const struct scenario_result *scenario)
{
    const struct run_record *record = scenario->record;
    _cleanup_strings_ struct string_list lines = {0}, weaker = {0};
    baseline_difference(record->header.baseline, record->header.baseline_here, &lines);
    weaker_baseline_lines(scenario, &weaker);
    json_t *revision = json_object();
    json_put_text(revision, "name", record->header.baseline_revision);
    json_put_text(revision, "commit", record->header.baseline_commit);
    json_put(revision, "baseline_here", json_boolean(record->header.baseline_here != NULL));
    json_put(revision, "differences", json_texts(&lines));
    json_put(revision, "weaker", json_texts(&weaker));
    if (record->header.approved.count > 0)
        json_put(revision, "approved", json_texts(&record->header.approved));
    if (scenario->covering > 0)
        json_put(revision, "covering", json_integer((json_int_t)scenario->covering));
    if (scenario->judgement_here != NULL)
        json_put_text(revision, "verdict_here", verdict_name(scenario->judgement_here->verdict));
    json_put(object, "baseline_revision", revision);
}

static void put_record(json_t *object, const struct run_record *record)
{
    const struct journal_failure *failure = record->failure;
    json_t *target = json_object();
    json_put_text(target, "name", record->header.target);
    json_put_text(target, "program", record->header.program);
    json_put_text(target, "version", record->target.version);
    json_put_text(target, "go", record->target.go);
    json_put_text(target, "platform", record->target.platform);
    json_put(object, "target", target);
    json_put(object, "baseline", json_boolean(record->header.baseline != NULL));
    json_put_text(object, "control", record->header.control);
    json_put(object, "samples", json_integer((json_int_t)record->series.count));
    struct pace pace = series_pace(&record->series);
    if (pace.seconds > 0) {
        json_put(object, "loop_seconds", json_number(pace.seconds));
        json_put(object, "loop_iterations", json_number(pace.iterations));
    }
    json_put(object, "growth_per", json_text(series_step_name(&record->series)));
    json_put(object, "plan_hash", json_text(record->facts.plan_hash));
    json_put(object, "notes", json_texts(&record->notes));
    put_integer(object, "silent_presses", record->end.silent_presses);
    put_integer(object, "settles", record->end.settles);
    put_integer(object, "unsettled", record->end.unsettled);
    put_integer(object, "sleeps", record->end.sleeps);
    put_left(object, "sessions_left", &record->end.sessions_left);
    put_left(object, "files_left", &record->end.files_left);
    json_put_text(object, "goroutineleak", record->end.goroutineleak);
    if (failure != NULL) {
        json_t *stored = json_object();
        json_put_text(stored, "class", problem_class_name(failure->class));
        json_put_text(stored, "where", failure->where);
        json_put_text(stored, "text", failure->text);
        json_put(object, "failure", stored);
    }
}

json_t *scenario_to_json(const struct scenario_result *scenario)
{
    json_t *object = json_object();
    json_put_text(object, "name", scenario->name);
    json_put_text(object, "operand", scenario->operand);
    json_put_text(object, "file", scenario->file);
    json_put_text(object, "title", scenario->title);
    json_put_text(object, "reason", scenario->reason);
    if (scenario->lost || (!scenario->ran && scenario->verdict != VERDICT_SKIPPED))
        json_put_text(object, "problem", problem_class_name(scenario->problem));
    if (scenario->worlds.count > 0)
        json_put(object, "worlds", json_texts(&scenario->worlds));
    json_put(object, "verdict", json_text(verdict_name(scenario->verdict)));
    json_put(object, "seconds", json_number(scenario->seconds));
    json_put(object, "ran", json_boolean(scenario->ran));
    json_put(object, "played", json_boolean(scenario->played));
    if (scenario->without)
        json_put(object, "without", json_true());
    if (scenario->killed.count > 0)
        json_put(object, "killed", json_texts(&scenario->killed));
    if (scenario->left_out.count > 0)
        json_put(object, "left_out", json_texts(&scenario->left_out));
    json_put_text(object, "plan_difference", scenario->plan_difference);
    if (scenario->earlier != NULL)
        json_put(object, "earlier", json_incref(scenario->earlier));
    if (scenario->gone.count > 0)
        json_put(object, "gone", json_texts(&scenario->gone));
    json_put_text(object, "not_compared", scenario_not_compared(scenario));
    if (scenario->record != NULL)
        put_record(object, scenario->record);
    if (scenario->record != NULL && scenario->record->header.baseline_revision != NULL)
        put_revision(object, scenario);
    struct quarantine quarantine = quarantine_of(scenario);
    if (quarantine.state != QUARANTINE_NONE) {
        json_t *stored = json_object();
        json_put_text(stored, "reason", quarantine.reason);
        json_put_text(stored, "until", quarantine.until);
        json_put_text(stored, "state", quarantine_state_name(quarantine.state));
        json_put(object, "quarantine", stored);
    }
    if (scenario->judgement != NULL) {
        struct pace pace = series_pace(&scenario->record->series);
        put_judgement(object, scenario->judgement, &pace);
        put_standings(scenario, json_object_get(object, "findings"));
        json_put(object, "attempts", attempts_to_json(scenario));
    }
    return object;
}

json_t *result_to_json(const struct suite_result *suite)
{
    json_t *object = json_object();
    json_t *scenarios = json_array();
    for (size_t i = 0; i < suite->count; i++)
        json_push(scenarios, scenario_to_json(&suite->scenarios[i]));
    json_put(object, "version", json_integer(RESULT_VERSION));
    json_put(object, "leakgate", json_text(LEAKGATE_VERSION));
    json_put(object, "date", json_text(suite->date));
    json_put(object, "seconds", json_number(suite->seconds));
    json_put(object, "baselines", json_text(suite->baselines));
    json_put(object, "options", json_text(suite->options));
    json_put(object, "signal", json_integer(suite->signal));
    json_put(object, "only_leaks_fail", json_boolean(suite->only_leaks_fail));
    json_put(object, "require_all", json_boolean(suite->require_all));
    json_put(object, "exit_status", json_integer(suite_exit_status(suite)));
    json_put(object, "scenarios", scenarios);
    if (suite->shards > 0) {
        json_t *shard = json_object();
        json_put(shard, "index", json_integer(suite->shard));
        json_put(shard, "of", json_integer(suite->shards));
        json_put(shard, "suite", json_texts(&suite->whole));
        json_put(object, "shard", shard);
    }
    json_put_text(object, "baseline_revision", suite->revision);
    json_put_text(object, "compared_with", suite->compared_with);
    if (suite->missing.count > 0)
        json_put(object, "missing", json_texts(&suite->missing));
    if (suite->problems.count > 0)
        json_put(object, "problems", json_texts(&suite->problems));
    return object;
}
