/* How a run can be had again: the operand and the options of another `leakgate run`. */
#include <stdint.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "commands/run_private.h"
#include "report/text_layout.h"

void append_option(struct buffer *out, const char *name, const char *value)
{
    _cleanup_free_ char *quoted = shell_quoted(value);
    buffer_format(out, "%s--%s %s", out->length > 0 ? " " : "", name, quoted);
}

/* The options that make the run what it is, so that the report can say how to play it again. */
char *suite_options_again(const struct arguments *arguments, bool with_revision)
{
    static const enum option kept[] = {OPTION_SCENARIOS, OPTION_BASELINES, OPTION_TARGET,
                                       OPTION_PROGRAM,   OPTION_CONTROL,   OPTION_ITERATIONS,
                                       OPTION_FOR};
    struct buffer out = {0};
    struct load_options options = load_options_of(arguments);
    for (size_t i = 0; i < option_table_count; i++) {
        const struct option_info *info = &option_table[i];
        const char *value =
            option_given(arguments, info->option) ? option_text(arguments, info->option) : NULL;
        if (info->option == OPTION_PROGRAM)
            value = options.program;
        for (size_t j = 0; value != NULL && j < sizeof kept / sizeof *kept; j++)
            if (info->option == kept[j])
                append_option(&out, info->name, value);
    }
    if (with_revision && option_given(arguments, OPTION_BASELINE_REF))
        append_option(&out, "baseline-ref", option_text(arguments, OPTION_BASELINE_REF));
    if (option_given(arguments, OPTION_NO_BASELINES))
        buffer_format(&out, "%s--no-baselines", out.length > 0 ? " " : "");
    if (option_given(arguments, OPTION_NO_CONFIRM))
        buffer_format(&out, "%s--no-confirm", out.length > 0 ? " " : "");
    return buffer_take(&out);
}

/* What names a plan's scenario to `leakgate run`: its name, or its file elsewhere. */
char *suite_operand(const struct suite *suite, const struct plan *plan)
{
    const char *directory = option_text(suite->arguments, OPTION_SCENARIOS);
    _cleanup_free_ char *file = memory_format("%s.yaml", plan->name);
    _cleanup_free_ char *path = path_join(directory, file);
    return memory_copy_text(strcmp(path, plan->file) == 0 ? plan->name : plan->file);
}
