#include "commands/suite_run.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "report/text_layout.h"

void suite_run_free(struct suite_run *suite)
{
    for (size_t i = 0; suite->baselines != NULL && i < suite->selection.count; i++) {
        baseline_free(suite->baselines[i]);
        baseline_free(suite->baselines_here[i]);
    }
    for (size_t i = 0; suite->plan_differences != NULL && i < suite->selection.count; i++)
        free(suite->plan_differences[i]);
    free(suite->plan_differences);
    string_list_free(&suite->missing);
    free(suite->baselines);
    free(suite->baselines_here);
    revision_close(suite->revision);
    string_list_free(&suite->skipped);
    string_list_free(&suite->whole);
    free(suite->seconds);
    selection_free(&suite->selection);
    suite_free(suite->result);
}

bool suite_is_skipped(const struct suite_run *suite, size_t index)
{
    return suite->skipped.items[index][0] != '\0';
}

FILE *suite_screens(const struct suite_run *suite)
{
    bool as_json = option_given(suite->arguments, OPTION_JSON);
    if (!option_given(suite->arguments, OPTION_SHOW))
        return NULL;
    return as_json ? stderr : stdout;
}

/* --- How to run it again --- */

void append_option(struct buffer *out, const char *name, const char *value)
{
    _cleanup_free_ char *quoted = shell_quoted(value);
    buffer_format(out, "%s--%s %s", out->length > 0 ? " " : "", name, quoted);
}

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

char *suite_operand(const struct suite_run *suite, const struct plan *plan)
{
    const char *directory = option_text(suite->arguments, OPTION_SCENARIOS);
    _cleanup_free_ char *file = memory_format("%s.yaml", plan->name);
    _cleanup_free_ char *path = path_join(directory, file);
    return memory_copy_text(strcmp(path, plan->file) == 0 ? plan->name : plan->file);
}
