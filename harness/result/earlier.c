#include "result/earlier.h"

#include <math.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "result/amounts.h"
#include "result/result_json.h"
#include "verdict/baseline.h"
#include "verdict/confirm.h"
#include "verdict/growth.h"

/* --- What is kept of the other report --- */

static json_t *not_comparable(const char *text)
{
    json_t *kept = json_object();
    json_put(kept, "problem", json_text(text));
    return kept;
}

static json_t *keep_scenario(const json_t *result, const char *name)
{
    static const char *const of_finding[] = {
        "kind", "unconfirmed", "gauge", "holder", "per_iteration", "bytes_per_iteration", "to"};
    const json_t *all = json_object_get(result, "scenarios"), *there = NULL, *finding;
    size_t i;
    for (i = 0; i < json_array_size(all) && there == NULL; i++)
        if (strcmp(json_get_text(json_array_get(all, i), "name", ""), name) == 0)
            there = json_array_get(all, i);
    const char *verdict = json_get_text(there, "verdict", "");
    if (there == NULL)
        return not_comparable("it was not run then");
    if (json_object_get(there, "findings") == NULL ||
        (strcmp(verdict, verdict_name(VERDICT_PASS)) != 0 &&
         strcmp(verdict, verdict_name(VERDICT_LEAK)) != 0)) {
        _cleanup_free_ char *text = memory_format("it was not judged then (%s)", verdict);
        return not_comparable(text);
    }
    json_t *kept = json_object(), *findings = json_array();
    json_put_text(kept, "target", json_get_text(json_object_get(there, "target"), "name", NULL));
    json_put_text(kept, "plan_hash", json_get_text(there, "plan_hash", NULL));
    json_array_foreach(json_object_get(there, "findings"), i, finding)
    {
        json_t *copy = json_object();
        for (size_t key = 0; key < COUNT_OF(of_finding); key++)
            if (json_object_get(finding, of_finding[key]) != NULL)
                json_put(copy, of_finding[key],
                         json_incref(json_object_get(finding, of_finding[key])));
        json_push(findings, copy);
    }
    json_put(kept, "findings", findings);
    return kept;
}

bool suite_compare(struct suite_result *suite, const char *result_file, const char *name,
                   struct lg_error *err)
{
    _cleanup_json_ json_t *result = json_read_file(result_file, err);
    if (result == NULL)
        return false;
    if (!json_is_integer(json_object_get(result, "version")) ||
        !json_is_array(json_object_get(result, "scenarios")))
        return lg_fail(err, LG_ERROR_INPUT, 0, "%s is not a result of leakgate", result_file);
    bool known = json_get_integer(result, "version", 0) == RESULT_VERSION;
    free(suite->compared_with);
    const char *date = json_get_text(result, "date", "");
    suite->compared_with = memory_format("%s%s%s", name, *date != '\0' ? " of " : "", date);
    for (size_t i = 0; i < suite->count; i++) {
        struct scenario_result *scenario = &suite->scenarios[i];
        json_decref(scenario->earlier);
        scenario->earlier = known ? keep_scenario(result, scenario->name)
                                  : not_comparable("that report is of another format");
        scenario_compare(scenario);
    }
    return true;
}

const char *scenario_not_compared(const struct scenario_result *scenario)
{
    const struct run_record *record = scenario->record;
    const json_t *earlier = scenario->earlier;
    if (earlier == NULL || scenario->judgement == NULL || record == NULL)
        return NULL;
    if (json_object_get(earlier, "problem") != NULL)
        return json_get_text(earlier, "problem", "");
    if (!text_equal(json_get_text(earlier, "target", NULL), record->header.target))
        return "it was a run of another target then";
    return strcmp(json_get_text(earlier, "plan_hash", ""), record->facts.plan_hash) != 0
               ? "it was another plan then"
               : NULL;
}

/* --- One finding against another --- */

/* One that this version does not know is nothing that anything is the same as. */
static enum finding_kind kind_by_name(const char *name)
{
    for (enum finding_kind kind = 0; kind < FINDING_KIND_COUNT; kind++)
        if (strcmp(finding_kind_name(kind), name) == 0)
            return kind;
    return FINDING_MEASUREMENT;
}

/* Its texts stay the JSON's. */
static struct finding finding_then(const json_t *stored)
{
    return (struct finding){
        .kind = kind_by_name(json_get_text(stored, "kind", "")),
        .unconfirmed = kind_by_name(json_get_text(stored, "unconfirmed", "growth")),
        .gauge = gauge_by_name(json_get_text(stored, "gauge", "")),
        .holder = (char *)json_get_text(stored, "holder", NULL),
        .per_iteration = json_get_number(stored, "per_iteration", 0),
        .bytes_per_iteration = json_get_number(stored, "bytes_per_iteration", 0),
        .to = json_get_number(stored, "to", NAN),
    };
}

/* What grew then did so by whatever name: allowed, filled up, as a companion, or in one run of
 * several. A backlog was gone at rest, so a leak in its place is new. */
static enum finding_kind essence_of(const struct finding *finding)
{
    if (finding->kind == FINDING_UNCONFIRMED)
        return finding->unconfirmed;
    bool grew = finding->kind == FINDING_ALLOWED || finding->kind == FINDING_FILLED ||
                finding->kind == FINDING_COMPANION;
    return grew ? FINDING_GROWTH : finding->kind;
}

static bool is_same(const struct finding *now, const struct finding *then)
{
    struct finding a = *now, b = *then;
    a.kind = essence_of(now);
    b.kind = essence_of(then);
    return findings_match(&a, &b);
}

/* Of heap stacks the bytes. */
static double figure_of(const struct finding *finding)
{
    if (finding->gauge >= GAUGE_COUNT || finding->kind == FINDING_EXCEPTION_EXPIRED)
        return NAN;
    if (essence_of(finding) == FINDING_LEVEL)
        return finding->to;
    return finding->gauge == GAUGE_HEAP_STACK ? finding->bytes_per_iteration
                                              : finding->per_iteration;
}

/* Two runs of one program differ: by so much. */
static double tolerance_of(const struct finding *now, double before)
{
    /* A quarter, as of the sampled heap of a control build; the least object that is allocated. */
    const double share = 0.25, least_bytes = 32;
    bool bytes = gauge_info(now->gauge)->unit == UNIT_BYTES;
    if (essence_of(now) == FINDING_LEVEL)
        return baseline_tolerance(&(struct baseline_gauge){.level = before, .tolerance = NAN},
                                  now->gauge);
    return fmax(share * fabs(before), bytes ? least_bytes : growth_rule_count.per_iteration);
}

/* The total of a gauge and one of its holders are called the same, but their figures are not. */
static void compare_with(struct finding *now, const struct finding *then)
{
    bool comparable = text_equal(now->holder, then->holder);
    double before = comparable ? figure_of(then) : NAN, more = figure_of(now) - before;
    double tolerance = isnan(more) ? 0 : tolerance_of(now, before);
    now->standing = more > tolerance    ? STANDING_WORSE
                    : more < -tolerance ? STANDING_BETTER
                                        : STANDING_SAME;
    now->before = before;
    now->kind_then = then->kind;
}

static bool is_compared(const struct finding *finding)
{
    return finding_fails(finding->kind) || finding->kind == FINDING_BACKLOG ||
           finding->kind == FINDING_FILLED || finding->kind == FINDING_UNCONFIRMED;
}

static void find_then(struct finding *now, const json_t *findings)
{
    const json_t *stored;
    size_t i;
    bool found = false;
    now->standing = STANDING_NEW;
    now->before = NAN;
    json_array_foreach(findings, i, stored)
    {
        struct finding then = finding_then(stored);
        bool exact = text_equal(now->holder, then.holder);
        if (!is_same(now, &then) || (found && !exact))
            continue;
        compare_with(now, &then);
        found = true;
        if (exact)
            return;
    }
}

static char *figure_text(const struct scenario_result *scenario, const struct finding *finding,
                         double figure)
{
    bool stack = finding->gauge == GAUGE_HEAP_STACK;
    if (isnan(figure))
        return memory_copy_text("");
    if (essence_of(finding) == FINDING_LEVEL)
        return memory_format(": %s then", amount_text(finding->gauge, figure).text);
    return memory_format(": %s per %s then",
                         growth_text(stack ? GAUGE_HEAP_ALLOC : finding->gauge, figure).text,
                         series_step_name(&scenario->record->series));
}

char *standing_text(const struct scenario_result *scenario, const struct finding *finding)
{
    if (finding->standing == STANDING_UNKNOWN)
        return NULL;
    _cleanup_free_ char *figure = figure_text(scenario, finding, finding->before);
    bool otherwise = *figure != '\0' && finding->kind_then != finding->kind;
    return memory_format("%s%s%s%s", standing_name(finding->standing), figure,
                         otherwise ? ", " : "",
                         otherwise ? finding_kind_name(finding->kind_then) : "");
}

static void find_gone(struct scenario_result *scenario, const json_t *findings)
{
    const struct judgement *judgement = scenario->judgement;
    const json_t *stored;
    size_t number;
    json_array_foreach(findings, number, stored)
    {
        struct finding then = finding_then(stored);
        bool there = !finding_fails(then.kind);
        for (size_t i = 0; i < judgement->count && !there; i++)
            there = is_same(&judgement->findings[i], &then);
        if (there)
            continue;
        bool gauge = then.gauge < GAUGE_COUNT;
        _cleanup_free_ char *figure = figure_text(scenario, &then, figure_of(&then));
        string_list_take(&scenario->gone,
                         memory_format("%s%s%s%s", gauge ? gauge_info(then.gauge)->name : "",
                                       gauge && then.holder != NULL ? " " : "",
                                       text_or(then.holder, ""), figure));
    }
}

void scenario_compare(struct scenario_result *scenario)
{
    struct judgement *judgement = scenario->judgement;
    string_list_free(&scenario->gone);
    for (size_t i = 0; judgement != NULL && i < judgement->count; i++)
        judgement->findings[i].standing = STANDING_UNKNOWN;
    if (scenario->earlier == NULL || judgement == NULL || scenario_not_compared(scenario) != NULL)
        return;
    const json_t *findings = json_object_get(scenario->earlier, "findings");
    for (size_t i = 0; i < judgement->count; i++)
        if (is_compared(&judgement->findings[i]))
            find_then(&judgement->findings[i], findings);
    if (scenario->verdict == VERDICT_PASS || scenario->verdict == VERDICT_LEAK)
        find_gone(scenario, findings);
}
