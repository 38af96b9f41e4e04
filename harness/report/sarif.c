/*
 * SARIF 2.1.0 (OASIS), as GitHub's code scanning reads it: a result for each finding and for each
 * scenario that says nothing, at the scenario's line.
 *
 * Whether an alert is the same as yesterday's is told by its rule and by a fingerprint of scenario,
 * kind, gauge and holder key, so it stays the same whatever the numbers, the day and the line are.
 */
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/json.h"
#include "base/memory.h"
#include "report/format.h"
#include "report/place.h"
#include "report/quarantine.h"
#include "report/sarif_rules.h"
#include "report/console.h"

enum {
    MESSAGE_BYTES = 4000,
    /* GitHub shows so many of a run, and refuses a file of more than 25,000. */
    RESULTS_MOST = 5000
};

/* One run of the tool on its way to JSON. */
struct log {
    const struct suite_result *suite;
    json_t *rules;
    json_t *results;
    json_t *notifications;
    size_t left_out;
};

/* --- Texts --- */

/* SARIF reads "[text](target)" in a message as a link and "{0}" as a place for an argument (3.11.5,
 * 3.11.6); a name from the target is to be neither. */
static json_t *message_text(const char *text)
{
    _cleanup_free_ char *cut = text_shortened(text, MESSAGE_BYTES);
    _cleanup_free_ char *harmless = text_harmless(cut, true);
    _cleanup_buffer_ struct buffer out = BUFFER_INIT(SIZE_MAX);
    for (const char *c = harmless; *c != '\0'; c++) {
        buffer_char(&out, *c);
        if (*c == '{' || *c == '}')
            buffer_char(&out, *c);
        if (c[0] == ']' && c[1] == '(')
            buffer_char(&out, ' ');
    }
    return json_text(buffer_string(&out));
}

static json_t *message(const char *text)
{
    json_t *object = json_object();
    json_put(object, "text", message_text(*text != '\0' ? text : "no reason was given"));
    return object;
}

static json_t *plain(const char *text)
{
    _cleanup_free_ char *harmless = text_harmless(text, false);
    return json_text(harmless);
}

/* A path as a reference (RFC 3986): what is there is found by programs that do not know the path's
 * meaning. */
static char *uri_of(const char *path)
{
    static const char kept[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    struct buffer out = BUFFER_INIT(SIZE_MAX);
    buffer_text(&out, *path == '/' ? "file://" : "");
    for (; *path != '\0'; path++) {
        if (strchr(kept, *path) != NULL)
            buffer_char(&out, *path);
        else
            buffer_format(&out, "%%%02X", (unsigned)(unsigned char)*path);
    }
    return buffer_take(&out);
}

/* --- Rules --- */

static void describe_rule(json_t *object, const struct sarif_rule *rule, enum gauge gauge)
{
    const char *name = gauge < GAUGE_COUNT ? gauge_info(gauge)->name : "";
    const char *text = gauge < GAUGE_COUNT ? gauge_info(gauge)->text : "";
    _cleanup_free_ char *brief =
        memory_format("%s%s%s", name, *name != '\0' ? ": " : "", rule->brief);
    _cleanup_free_ char *full =
        memory_format("%s%s%s", rule->brief, *text != '\0' ? " " : "", text);
    json_put(object, "shortDescription", message(brief));
    json_put(object, "fullDescription", message(full));
    json_put(object, "help", message(rule->help));
}

/* Each gauge has a rule of its own: sites that tell alerts apart by rule and line would take what
 * two gauges gain at one step for one. */
static size_t rule_index(struct log *log, const char *id, const struct sarif_rule *rule,
                         enum gauge gauge)
{
    size_t count = json_array_size(log->rules);
    for (size_t i = 0; i < count; i++)
        if (strcmp(json_get_text(json_array_get(log->rules, i), "id", ""), id) == 0)
            return i;
    json_t *object = json_object(), *configuration = json_object();
    json_put(object, "id", json_text(id));
    describe_rule(object, rule, gauge);
    json_put(configuration, "level", json_text(rule->level));
    json_put(object, "defaultConfiguration", configuration);
    json_push(log->rules, object);
    return count;
}

/* --- Results --- */

static json_t *locations_of(struct place place)
{
    json_t *locations = json_array();
    if (place.file == NULL)
        return locations;
    _cleanup_free_ char *uri = uri_of(place.file);
    json_t *artifact = json_object(), *region = json_object();
    json_t *physical = json_object(), *location = json_object();
    json_put(artifact, "uri", json_text(uri));
    json_put(region, "startLine", json_integer(place.line));
    json_put(region, "startColumn", json_integer(place.column));
    json_put(physical, "artifactLocation", artifact);
    json_put(physical, "region", region);
    json_put(location, "physicalLocation", physical);
    json_push(locations, location);
    return locations;
}

/* Each part ends, so that no two sets of parts read the same. */
static json_t *fingerprints(const char *const *parts, size_t count)
{
    _cleanup_buffer_ struct buffer all = BUFFER_INIT(SIZE_MAX);
    for (size_t i = 0; i < count; i++)
        buffer_append(&all, parts[i], strlen(parts[i]) + 1);
    _cleanup_free_ char *hash =
        memory_format("%016" PRIx64, (uint64_t)XXH64(buffer_string(&all), all.length, 0));
    json_t *object = json_object();
    json_put(object, "leakgate/v1", json_text(hash));
    return object;
}

static void put_suppression(json_t *result, const char *kind, const char *justification)
{
    json_t *array = json_array(), *object = json_object();
    json_put(object, "kind", json_text(kind));
    json_put(object, "status", json_text("accepted"));
    json_put(object, "justification", plain(justification));
    json_push(array, object);
    json_put(result, "suppressions", array);
}

static void put_number(json_t *object, const char *key, double value)
{
    if (isfinite(value))
        json_put(object, key, json_number(value));
}

static json_t *properties_of(const struct scenario_result *scenario, const struct finding *finding)
{
    json_t *object = json_object();
    json_put(object, "scenario", plain(scenario->name));
    json_put(object, "verdict", json_text(outcome_word(scenario)));
    if (finding == NULL)
        return object;
    if (finding->holder != NULL)
        json_put(object, "holder", plain(finding->holder));
    put_number(object, "perIteration", finding->per_iteration);
    put_number(object, "from", finding->from);
    put_number(object, "to", finding->to);
    json_put(object, "confirmed", json_boolean(finding->confirmed));
    return object;
}

/* What is forgiven, and by whom. */
static void put_suppressions(json_t *result, const struct scenario_result *scenario,
                             const struct finding *finding)
{
    _cleanup_free_ char *quarantine = is_forgiven(scenario) ? quarantine_text(scenario) : NULL;
    if (quarantine != NULL)
        put_suppression(result, "inSource", quarantine);
    else if (finding != NULL && finding->kind == FINDING_ALLOWED)
        put_suppression(result, "external",
                        finding->text != NULL ? finding->text : "allowed by the baseline");
}

static void add_result(struct log *log, const struct scenario_result *scenario,
                       const struct finding *finding, const struct sarif_rule *rule,
                       const char *text, struct place place)
{
    enum gauge of = finding != NULL ? finding->gauge : GAUGE_COUNT;
    const char *gauge = of < GAUGE_COUNT ? gauge_info(of)->name : "";
    /* Processes that were left behind are named with their numbers. */
    bool has_key =
        finding != NULL && finding->holder != NULL && finding->kind != FINDING_LEFT_BEHIND;
    const char *parts[] = {scenario->name, rule->id, gauge, has_key ? finding->holder : ""};
    _cleanup_free_ char *id = memory_format("%s%s%s", rule->id, *gauge != '\0' ? "/" : "", gauge);
    if (json_array_size(log->results) >= RESULTS_MOST) {
        log->left_out++;
        return;
    }
    json_t *result = json_object();
    json_put(result, "ruleId", json_text(id));
    json_put(result, "ruleIndex", json_integer((json_int_t)rule_index(log, id, rule, of)));
    json_put(result, "level", json_text(rule->level));
    json_put(result, "message", message(text));
    json_put(result, "locations", locations_of(place));
    json_put(result, "partialFingerprints", fingerprints(parts, sizeof parts / sizeof *parts));
    json_put(result, "properties", properties_of(scenario, finding));
    put_suppressions(result, scenario, finding);
    json_push(log->results, result);
}

/* The step at which it grows. */
static struct place place_of_finding(const struct scenario_result *scenario,
                                     const struct finding *finding)
{
    return finding->place_count > 0 ? place_parse(finding->places[0].where)
                                    : place_of(scenario, NULL);
}

/* A total that its holders explain says nothing more than they do. */
static bool is_explained(const struct judgement *judgement, const struct finding *total)
{
    for (size_t i = 0; i < judgement->count; i++) {
        const struct finding *finding = &judgement->findings[i];
        if (total->holder == NULL && finding->holder != NULL && finding->kind == total->kind &&
            finding->gauge == total->gauge)
            return total->kind == FINDING_GROWTH || total->kind == FINDING_BACKLOG;
    }
    return false;
}

static void add_finding(struct log *log, const struct scenario_result *scenario,
                        const struct finding *finding)
{
    _cleanup_place_ struct place place = place_of_finding(scenario, finding);
    _cleanup_free_ char *sentence = finding_sentence(scenario, finding);
    _cleanup_free_ char *named = memory_format("%s: %s", scenario->name, sentence);
    _cleanup_buffer_ struct buffer text = BUFFER_INIT(SIZE_MAX);
    _cleanup_strings_ struct string_list steps = {0};
    buffer_text(&text, named);
    if (finding->place_count > 0)
        buffer_format(&text, "\ngrows at %s (%s)", finding->places[0].step,
                      finding->places[0].where);
    if (finding_fails(finding->kind)) {
        console_next_steps(log->suite, scenario, &steps);
        if (steps.count > 0)
            buffer_format(&text, "\n%s", steps.items[0]);
    }
    add_result(log, scenario, finding, sarif_rule_of_finding(finding->kind), buffer_string(&text),
               place);
}

static void add_findings(struct log *log, const struct scenario_result *scenario)
{
    const struct judgement *judgement = scenario->judgement;
    bool left_behind_told = false;
    for (size_t i = 0; judgement != NULL && i < judgement->count; i++) {
        const struct finding *finding = &judgement->findings[i];
        bool left_behind = finding->kind == FINDING_LEFT_BEHIND;
        if (is_explained(judgement, finding) || (left_behind && left_behind_told))
            continue;
        add_finding(log, scenario, finding);
        left_behind_told = left_behind_told || left_behind;
    }
}

static void notify(struct log *log, const char *level, const char *text)
{
    json_t *object = json_object();
    json_put(object, "level", json_text(level));
    json_put(object, "message", message(text));
    json_push(log->notifications, object);
}

/* A run that says nothing about leaks. */
static void add_run(struct log *log, const struct scenario_result *scenario)
{
    _cleanup_statements_ struct statements statements = {0};
    statements_of(scenario, &statements);
    const struct statement *statement = &statements.items[0];
    const struct sarif_rule *rule = sarif_rule_of_verdict(scenario->verdict);
    _cleanup_buffer_ struct buffer text = BUFFER_INIT(SIZE_MAX);
    _cleanup_strings_ struct string_list steps = {0};
    _cleanup_place_ struct place place = place_of(scenario, statement);
    buffer_format(&text, "%s: %s", scenario->name, statement->text);
    if (rule == NULL || scenario_rank(scenario) == 0) {
        notify(log, rule == NULL ? "note" : "error", buffer_string(&text));
        return;
    }
    console_next_steps(log->suite, scenario, &steps);
    if (steps.count > 0)
        buffer_format(&text, "\n%s", steps.items[0]);
    add_result(log, scenario, NULL, rule, buffer_string(&text), place);
}

/* --- The run --- */

static json_t *driver(struct log *log)
{
    json_t *tool = json_object(), *object = json_object();
    json_put(object, "name", json_text("leakgate"));
    json_put(object, "version", json_text(LEAKGATE_VERSION));
    json_put(object, "semanticVersion", json_text(LEAKGATE_VERSION));
    json_put(object, "rules", log->rules);
    json_put(tool, "driver", object);
    return tool;
}

static json_t *invocations(struct log *log)
{
    const struct suite_result *suite = log->suite;
    int status = suite_exit_status(suite);
    json_t *array = json_array(), *object = json_object();
    json_put(object, "executionSuccessful",
             json_boolean(suite->signal == 0 && status != EXIT_INTERNAL && status != EXIT_INPUT));
    json_put(object, "exitCode", json_integer(status));
    if (suite->signal != 0) {
        json_put(object, "exitSignalNumber", json_integer(suite->signal));
        json_put(object, "exitSignalName", json_text(strsignal(suite->signal)));
    }
    if (suite->date[0] != '\0')
        json_put(object, "startTimeUtc", json_text(suite->date));
    json_put(object, "toolExecutionNotifications", log->notifications);
    json_push(array, object);
    return array;
}

static json_t *sarif_log(struct log *log)
{
    json_t *object = json_object(), *runs = json_array(), *run = json_object();
    json_put(run, "invocations", invocations(log));
    json_put(run, "columnKind", json_text("unicodeCodePoints"));
    json_put(run, "results", log->results);
    json_put(run, "tool", driver(log));
    json_push(runs, run);
    json_put(object, "$schema",
             json_text("https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
                       "sarif-schema-2.1.0.json"));
    json_put(object, "version", json_text("2.1.0"));
    json_put(object, "runs", runs);
    return object;
}

void sarif_report(const struct suite_result *suite, struct buffer *out)
{
    struct log log = {.suite = suite,
                      .rules = json_array(),
                      .results = json_array(),
                      .notifications = json_array()};
    for (size_t i = 0; i < suite->count; i++) {
        const struct scenario_result *scenario = &suite->scenarios[i];
        bool says_nothing = scenario->verdict == VERDICT_SKIPPED ||
                            sarif_rule_of_verdict(scenario->verdict) != NULL;
        if (says_nothing)
            add_run(&log, scenario);
        else
            add_findings(&log, scenario);
    }
    if (log.left_out > 0) {
        _cleanup_free_ char *text =
            memory_format("%zu more results, in " REPORT_RESULT, log.left_out);
        notify(&log, "warning", text);
    }
    _cleanup_json_ json_t *object = sarif_log(&log);
    _cleanup_free_ char *json = json_pretty(object);
    buffer_text(out, json);
}
