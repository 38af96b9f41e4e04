#include <string.h>

#include "base/memory.h"
#include "report/terminal_paint.h"
#include "report/text_layout.h"

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
    _cleanup_buffer_ struct buffer command = BUFFER_INIT(SIZE_MAX);
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
static bool holder_to_accept(const struct finding *finding)
{
    return finding->kind == FINDING_GROWTH && finding->gauge < GAUGE_COUNT;
}

/* The options that name what leaks; the number of them comes back. */
static size_t name_holders(const struct judgement *judgement, struct buffer *out)
{
    size_t count = 0;
    for (size_t i = 0; i < judgement->count; i++) {
        const struct finding *finding = &judgement->findings[i];
        if (!holder_to_accept(finding))
            continue;
        const char *gauge = gauge_info(finding->gauge)->name;
        _cleanup_free_ char *key = finding->holder != NULL
                                       ? memory_format("%s %s", gauge, finding->holder)
                                       : memory_copy_text(gauge);
        _cleanup_free_ char *quoted = shell_quoted(key);
        buffer_format(out, " --holder %s", quoted);
        count++;
    }
    return count;
}

static void paint_accept(const struct painter *painter, const struct scenario_result *scenario)
{
    const struct suite_result *suite = painter->suite;
    _cleanup_buffer_ struct buffer command = BUFFER_INIT(SIZE_MAX);
    _cleanup_buffer_ struct buffer holders = BUFFER_INIT(SIZE_MAX);
    _cleanup_free_ char *name = shell_quoted(scenario->name);
    _cleanup_free_ char *directory = shell_quoted(suite->directory);
    size_t count = name_holders(scenario->judgement, &holders);
    if (count == 0)
        return;
    buffer_format(&command, "leakgate accept %s --from %s", name, directory);
    if (suite->baselines[0] != '\0' && strcmp(suite->baselines, "baselines") != 0) {
        _cleanup_free_ char *baselines = shell_quoted(suite->baselines);
        buffer_format(&command, " --baselines %s", baselines);
    }
    if (count <= HOLDERS_IN_COMMAND)
        buffer_text(&command, buffer_string(&holders));
    else
        buffer_format(&command, " --holder KEY ... (each of the %zu in " REPORT_RESULT ")", count);
    buffer_text(&command, " --reason \"...\" --expires DATE");
    print_command(painter, "If this growth is meant: ", buffer_string(&command));
}

void paint_next_steps(const struct painter *painter)
{
    const struct suite_result *suite = painter->suite;
    paint_reproduce(painter);
    for (size_t i = 0; i < suite->count; i++)
        if (suite->scenarios[i].verdict == VERDICT_LEAK && suite->scenarios[i].judgement != NULL)
            paint_accept(painter, &suite->scenarios[i]);
}
