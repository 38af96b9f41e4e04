#include "report/next_steps.h"

#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "journal/run_files.h"
#include "verdict/exceptions.h"

/* A command that names more is not one that a person would type or check. */
enum { HOLDERS_IN_COMMAND = 6 };

char *evidence_describe(const struct string_list *files)
{
    static const struct {
        const char *file;
        const char *what;
    } kinds[] = {{RECORDING_FILE, "recording"},
                 {SCREEN_FILE, "screen"},
                 {STDERR_FILE, "standard error"},
                 {EVIDENCE_GOROUTINES, "goroutines"},
                 {EVIDENCE_HEAP_FIRST, "profiles"}};
    struct buffer out = {0};
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (string_list_contains(files, kinds[i].file))
            buffer_format(&out, "%s%s", out.length > 0 ? ", " : "", kinds[i].what);
    return buffer_take(&out);
}

char *evidence_comparison(const char *directory, const struct scenario_result *scenario)
{
    const struct judgement *judgement = scenario->judgement;
    const struct finding *worst = NULL; /* the first that fails */
    for (size_t i = 0; judgement != NULL && i < judgement->count && worst == NULL; i++)
        if (finding_fails(judgement->findings[i].kind))
            worst = &judgement->findings[i];
    bool goroutines =
        worst != NULL && (worst->gauge == GAUGE_GOROUTINE || worst->gauge == GAUGE_GOROUTINE_LEAK);
    const char *first = goroutines ? EVIDENCE_GOROUTINE_FIRST : EVIDENCE_HEAP_FIRST;
    const char *last = goroutines ? EVIDENCE_GOROUTINE_LAST : EVIDENCE_HEAP_LAST;
    bool heap =
        worst != NULL && (worst->gauge == GAUGE_HEAP_STACK || worst->gauge == GAUGE_HEAP_ALLOC);
    if ((!goroutines && !heap) || !string_list_contains(&scenario->files, first) ||
        !string_list_contains(&scenario->files, last))
        return NULL;
    _cleanup_free_ char *from = report_path(directory, scenario->name, first);
    _cleanup_free_ char *to = report_path(directory, scenario->name, last);
    _cleanup_free_ char *base = shell_quoted(from);
    _cleanup_free_ char *profile = shell_quoted(to);
    /* Goroutines all wait in runtime.gopark: what called it tells them apart. */
    return memory_format("go tool pprof -top%s -base %s %s", goroutines ? " -cum" : "", base,
                         profile);
}

static void add_step(struct string_list *lines, const char *label, const char *command)
{
    _cleanup_free_ char *harmless = text_harmless(command, false);
    string_list_take(lines, memory_format("%s%s", label, harmless));
}

/* One command plays again all that was not green. */
static void add_reproduce(const struct suite_result *suite, const struct scenario_result *scenarios,
                          size_t count, struct string_list *lines)
{
    _cleanup_buffer_ struct buffer names = {0};
    for (size_t i = 0; i < count; i++) {
        if (scenarios[i].verdict == VERDICT_PASS || scenarios[i].verdict == VERDICT_SKIPPED ||
            scenarios[i].verdict == VERDICT_STOPPED || scenario_is_watch(&scenarios[i]))
            continue;
        _cleanup_free_ char *name = shell_quoted(scenarios[i].operand);
        buffer_format(&names, " %s", name);
    }
    if (names.length == 0)
        return;
    _cleanup_free_ char *command =
        memory_format("leakgate run%s%s%s", buffer_string(&names),
                      suite->options[0] != '\0' ? " " : "", suite->options);
    add_step(lines, "To reproduce: ", command);
}

char *finding_key(const struct finding *finding, const char *holder)
{
    const char *gauge = finding->gauge < GAUGE_COUNT ? gauge_info(finding->gauge)->name : "";
    return memory_format("%s%s%s", gauge, *gauge != '\0' && holder != NULL ? " " : "",
                         text_or(holder, ""));
}

/* accept goes by the working tree's baseline. */
static const struct judgement *judgement_to_accept(const struct scenario_result *scenario)
{
    return scenario->judgement_here != NULL ? scenario->judgement_here : scenario->judgement;
}

void holders_to_accept(const struct scenario_result *scenario, struct string_list *keys)
{
    const struct judgement *judgement = judgement_to_accept(scenario);
    if (scenario->record == NULL || judgement == NULL || judgement->verdict != VERDICT_LEAK ||
        scenario->record->facts.by_control || judgement_has(judgement, FINDING_LEFT_BEHIND))
        return;
    for (size_t i = 0; i < judgement->count; i++) {
        const struct finding *finding = &judgement->findings[i];
        if (finding->gauge >= GAUGE_COUNT ||
            (finding->kind != FINDING_GROWTH && finding->kind != FINDING_EXCEPTION_EXPIRED) ||
            is_over_and_unused(judgement, finding))
            continue;
        _cleanup_free_ char *key = finding_key(finding, finding_holder_name(finding));
        string_list_add_once(keys, key);
    }
}

/* The options by which accept takes them; "" where nothing has to be named. The caller frees it. */
static char *holder_options(const struct string_list *keys)
{
    struct buffer options = {0};
    for (size_t i = 0; i < keys->count && keys->count <= HOLDERS_IN_COMMAND; i++) {
        _cleanup_free_ char *quoted = shell_quoted(keys->items[i]);
        buffer_format(&options, " --holder %s", quoted);
    }
    if (keys->count > HOLDERS_IN_COMMAND)
        buffer_format(&options, " --holder KEY ... (each of the %zu in " REPORT_RESULT ")",
                      keys->count);
    if (keys->count > 0)
        buffer_text(&options, " --reason \"...\" --expires DATE");
    return buffer_take(&options);
}

/* A run that passes, or would but for exceptions that are over and used by nothing. */
static bool can_be_tightened(const struct judgement *judgement)
{
    if (judgement->verdict != VERDICT_LEAK)
        return judgement->verdict == VERDICT_PASS;
    for (size_t i = 0; i < judgement->count; i++)
        if (finding_fails(judgement->findings[i].kind) &&
            !is_over_and_unused(judgement, &judgement->findings[i]))
            return false;
    return true;
}

/* Memory may grow by design, as a log does that keeps each line: an older build then does the same,
 * and no exception has to be found for it. */
static void offer_control(const struct suite_result *suite, const struct scenario_result *scenario,
                          const struct judgement *judgement, struct string_list *lines)
{
    bool heap = judgement_fails_by(judgement, GAUGE_HEAP_STACK) ||
                judgement_fails_by(judgement, GAUGE_HEAP_ALLOC);
    if (!heap || suite->revision != NULL)
        return;
    _cleanup_free_ char *name = shell_quoted(scenario->operand);
    _cleanup_free_ char *command =
        memory_format("leakgate run %s --control OLD%s%s", name,
                      suite->options[0] != '\0' ? " " : "", suite->options);
    add_step(lines, "If it grows by design, in an older build too: ", command);
}

/* accept changes the working tree's baseline, and goes by the first run alone. What it would refuse
 * is not offered: what is left behind is in no baseline, nor is what a control build allows. */
static void add_accept(const struct suite_result *suite, const struct scenario_result *scenario,
                       struct string_list *lines)
{
    const struct judgement *judgement = judgement_to_accept(scenario);
    bool by_control = scenario->record->facts.by_control;
    bool elsewhere = suite->baselines[0] != '\0' && strcmp(suite->baselines, "baselines") != 0;
    _cleanup_free_ char *name = shell_quoted(scenario->name);
    _cleanup_free_ char *directory = shell_quoted(suite->directory);
    _cleanup_free_ char *baselines = shell_quoted(suite->baselines);
    _cleanup_free_ char *accept =
        memory_format("leakgate accept %s --from %s%s%s", name, directory,
                      elsewhere ? " --baselines " : "", elsewhere ? baselines : "");
    _cleanup_strings_ struct string_list keys = {0};
    holders_to_accept(scenario, &keys);
    _cleanup_free_ char *holders = holder_options(&keys);
    if (judgement->verdict == VERDICT_LEAK && !by_control &&
        !judgement_has(judgement, FINDING_LEFT_BEHIND) &&
        (*holders != '\0' || judgement_has(judgement, FINDING_LEVEL))) {
        _cleanup_free_ char *command = memory_format("%s%s", accept, holders);
        add_step(lines, "If this is meant: ", command);
        offer_control(suite, scenario, judgement, lines);
    }
    bool levels = judgement_has(judgement, FINDING_LEVEL_LOOSE);
    if (can_be_tightened(judgement) && !judgement_has(judgement, FINDING_UNCONFIRMED) &&
        (levels || judgement_has(judgement, FINDING_EXCEPTION_UNUSED))) {
        _cleanup_free_ char *command =
            memory_format("%s --tighten%s", accept, levels ? " --levels" : "");
        add_step(lines, "To tighten the baseline: ", command);
    }
    /* Another Go or platform made the baseline's levels. */
    if (judgement->verdict == VERDICT_PASS && !by_control &&
        judgement_has(judgement, FINDING_NOT_COMPARED))
        add_step(lines, "To record levels that can be compared: ", accept);
}

char *covering_text(const struct scenario_result *scenario)
{
    bool one = scenario->covering == 1;
    if (scenario->verdict != VERDICT_LEAK || scenario->covering == 0)
        return NULL;
    return memory_format(
        "%zu exception%s in the working tree cover%s %s, and count%s once the change "
        "is approved (--allow-new-exceptions)",
        scenario->covering, one ? "" : "s", one ? "s" : "", scenario->name, one ? "s" : "");
}

void next_steps(const struct suite_result *suite, const struct scenario_result *only,
                struct string_list *lines)
{
    const struct scenario_result *scenarios = only != NULL ? only : suite->scenarios;
    size_t count = only != NULL ? 1 : suite->count;
    add_reproduce(suite, scenarios, count, lines);
    for (size_t i = 0; i < count; i++) {
        if (scenarios[i].judgement == NULL)
            continue;
        _cleanup_free_ char *covering = covering_text(&scenarios[i]);
        if (covering != NULL)
            add_step(lines, "", covering);
        /* The report estimates what a stack gained; the profiles have all of it. */
        bool grew = scenarios[i].verdict == VERDICT_LEAK ||
                    (verdict_shows_findings(scenarios[i].verdict) &&
                     judgement_has(scenarios[i].judgement, FINDING_GROWTH));
        _cleanup_free_ char *comparison =
            grew ? evidence_comparison(suite->directory, &scenarios[i]) : NULL;
        if (comparison != NULL)
            add_step(lines, "To compare its profiles: ", comparison);
        if (!scenario_is_watch(&scenarios[i]))
            add_accept(suite, &scenarios[i], lines);
    }
}
