#include <string.h>

#include "base/memory.h"
#include "report/terminal_paint.h"
#include "report/text_layout.h"

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

static void paint_accept(const struct painter *painter, const struct scenario_result *scenario)
{
    const struct suite_result *suite = painter->suite;
    _cleanup_buffer_ struct buffer command = BUFFER_INIT(SIZE_MAX);
    _cleanup_free_ char *name = shell_quoted(scenario->name);
    _cleanup_free_ char *directory = shell_quoted(suite->directory);
    bool any = false;
    buffer_format(&command, "leakgate accept %s --from %s", name, directory);
    for (size_t i = 0; i < scenario->judgement->count; i++) {
        const struct finding *finding = &scenario->judgement->findings[i];
        if (!holder_to_accept(finding))
            continue;
        _cleanup_free_ char *key = memory_format("%s%s%s", gauge_info(finding->gauge)->name,
                                                 finding->holder != NULL ? " " : "",
                                                 finding->holder != NULL ? finding->holder : "");
        _cleanup_free_ char *quoted = shell_quoted(key);
        buffer_format(&command, " --holder %s", quoted);
        any = true;
    }
    if (suite->baselines[0] != '\0' && strcmp(suite->baselines, "baselines") != 0) {
        _cleanup_free_ char *baselines = shell_quoted(suite->baselines);
        buffer_format(&command, " --baselines %s", baselines);
    }
    buffer_text(&command, " --reason \"...\" --expires DATE");
    if (any)
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
