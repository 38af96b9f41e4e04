#include <string.h>

#include "base/memory.h"
#include "report/evidence.h"
#include "report/console_paint.h"
#include "report/text_layout.h"
#include "verdict/exceptions.h"

/* A command that names more is not one that a person would type or check. */
enum { HOLDERS_IN_COMMAND = 6 };

static void print_command(const struct painter *painter, const char *label, const char *command)
{
    _cleanup_free_ char *harmless = text_harmless(command, false);
    buffer_format(painter->out, "%s%s\n", label, harmless);
}

/* One command plays again all that was not green. */
static void paint_reproduce(const struct painter *painter)
{
    const struct suite_result *suite = painter->suite;
    _cleanup_buffer_ struct buffer command = {0};
    buffer_text(&command, "leakgate run");
    bool any = false;
    for (size_t i = 0; i < suite->count; i++) {
        const struct scenario_result *scenario = &suite->scenarios[i];
        if (scenario->verdict == VERDICT_PASS || scenario->verdict == VERDICT_SKIPPED)
            continue;
        _cleanup_free_ char *name = shell_quoted(scenario->operand);
        buffer_format(&command, " %s", name);
        any = true;
    }
    if (!any)
        return;
    if (suite->options[0] != '\0')
        buffer_format(&command, " %s", suite->options);
    print_command(painter, "To reproduce: ", buffer_string(&command));
}

/* Growth that no holder explains is named by its gauge alone. */
static bool can_be_named(const struct finding *finding)
{
    return finding->gauge < GAUGE_COUNT &&
           (finding->kind == FINDING_GROWTH || finding->kind == FINDING_EXCEPTION_EXPIRED);
}

/* "fd anon_inode:[eventpoll]"; the caller frees it. */
static char *holder_key(const struct finding *finding)
{
    const char *gauge = gauge_info(finding->gauge)->name;
    return finding->holder != NULL ? memory_format("%s %s", gauge, finding->holder)
                                   : memory_copy_text(gauge);
}

/* What has to be named to be accepted, each once: what grows, and exceptions that have expired. */
static void name_holders(const struct judgement *judgement, struct string_list *keys)
{
    for (size_t i = 0; i < judgement->count; i++) {
        if (!can_be_named(&judgement->findings[i]) ||
            is_over_and_unused(judgement, &judgement->findings[i]))
            continue;
        _cleanup_free_ char *key = holder_key(&judgement->findings[i]);
        if (!string_list_contains(keys, key))
            string_list_add(keys, key);
    }
}

static void put_holders(const struct string_list *keys, struct buffer *command)
{
    if (keys->count == 0)
        return;
    for (size_t i = 0; i < keys->count && keys->count <= HOLDERS_IN_COMMAND; i++) {
        _cleanup_free_ char *quoted = shell_quoted(keys->items[i]);
        buffer_format(command, " --holder %s", quoted);
    }
    if (keys->count > HOLDERS_IN_COMMAND)
        buffer_format(command, " --holder KEY ... (each of the %zu in " REPORT_RESULT ")",
                      keys->count);
    buffer_text(command, " --reason \"...\" --expires DATE");
}

/* accept and its kin change the working tree's baseline. */
static const struct judgement *judgement_to_act_on(const struct scenario_result *scenario)
{
    return scenario->judgement_here != NULL ? scenario->judgement_here : scenario->judgement;
}

static void put_accept(const struct painter *painter, const struct scenario_result *scenario,
                       struct buffer *command)
{
    const struct suite_result *suite = painter->suite;
    _cleanup_free_ char *name = shell_quoted(scenario->name);
    _cleanup_free_ char *directory = shell_quoted(suite->directory);
    buffer_format(command, "leakgate accept %s --from %s", name, directory);
    if (suite->baselines[0] != '\0' && strcmp(suite->baselines, "baselines") != 0) {
        _cleanup_free_ char *baselines = shell_quoted(suite->baselines);
        buffer_format(command, " --baselines %s", baselines);
    }
}

/* Nothing where accept would refuse it: what is left behind is in no baseline, and what a control
 * build allows is in none either. */
static void paint_accept(const struct painter *painter, const struct scenario_result *scenario)
{
    const struct judgement *judgement = judgement_to_act_on(scenario);
    if (scenario->record->facts.by_control)
        return;
    _cleanup_strings_ struct string_list keys = {0};
    _cleanup_buffer_ struct buffer command = {0};
    name_holders(judgement, &keys);
    if (judgement_has(judgement, FINDING_LEFT_BEHIND) ||
        (keys.count == 0 && !judgement_has(judgement, FINDING_LEVEL)))
        return;
    put_accept(painter, scenario, &command);
    put_holders(&keys, &command);
    print_command(painter, "If this is meant: ", buffer_string(&command));
}

/* A run that passes, or would but for exceptions that are over and used by nothing. */
static bool can_be_tightened(const struct judgement *judgement)
{
    if (judgement->verdict == VERDICT_PASS)
        return true;
    if (judgement->verdict != VERDICT_LEAK)
        return false;
    for (size_t i = 0; i < judgement->count; i++)
        if (finding_fails(judgement->findings[i].kind) &&
            !is_over_and_unused(judgement, &judgement->findings[i]))
            return false;
    return true;
}

static void paint_tighten(const struct painter *painter, const struct scenario_result *scenario)
{
    const struct judgement *judgement = judgement_to_act_on(scenario);
    _cleanup_buffer_ struct buffer command = {0};
    bool levels = judgement_has(judgement, FINDING_LEVEL_LOOSE);
    /* accept goes by the first run alone. */
    if (!can_be_tightened(judgement) || judgement_has(judgement, FINDING_UNCONFIRMED) ||
        !(levels || judgement_has(judgement, FINDING_EXCEPTION_UNUSED)))
        return;
    put_accept(painter, scenario, &command);
    buffer_format(&command, " --tighten%s", levels ? " --levels" : "");
    print_command(painter, "To tighten the baseline: ", buffer_string(&command));
}

/* Levels that were not compared, because another Go or platform made the baseline's. */
static void paint_record(const struct painter *painter, const struct scenario_result *scenario)
{
    const struct judgement *judgement = judgement_to_act_on(scenario);
    _cleanup_buffer_ struct buffer command = {0};
    if (judgement->verdict != VERDICT_PASS || !judgement_has(judgement, FINDING_NOT_COMPARED) ||
        scenario->record->facts.by_control)
        return;
    put_accept(painter, scenario, &command);
    print_command(painter, "To record levels that compare: ", buffer_string(&command));
}

/* What stands in the report are estimates of what a stack gained; the profiles have all of it. */
static void paint_comparison(const struct painter *painter, const struct scenario_result *scenario)
{
    _cleanup_free_ char *command = evidence_comparison(painter->suite->directory, scenario);
    if (command != NULL)
        print_command(painter, "To compare its profiles: ", command);
}

void paint_next_steps(const struct painter *painter)
{
    const struct suite_result *suite = painter->suite;
    paint_reproduce(painter);
    for (size_t i = 0; i < suite->count; i++) {
        const struct scenario_result *scenario = &suite->scenarios[i];
        if (scenario->judgement == NULL)
            continue;
        if (scenario->verdict == VERDICT_LEAK)
            paint_comparison(painter, scenario);
        if (judgement_to_act_on(scenario)->verdict == VERDICT_LEAK)
            paint_accept(painter, scenario);
        paint_tighten(painter, scenario);
        paint_record(painter, scenario);
    }
}
