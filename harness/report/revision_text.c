#include "report/revision_text.h"

#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "result/baseline_difference.h"

const char *revision_word(const struct suite_result *suite)
{
    return suite->revision != NULL ? suite->revision : "the other revision";
}

/* "; the plan of a, b differs" */
static void add_names(struct buffer *out, const char *before, const struct string_list *names,
                      const char *after)
{
    for (size_t i = 0; i < names->count; i++)
        buffer_format(out, "%s%s", i > 0 ? ", " : before, names->items[i]);
    buffer_text(out, names->count > 0 ? after : "");
}

char *revision_caution(const struct suite_result *suite)
{
    _cleanup_strings_ struct string_list plans = {0};
    _cleanup_strings_ struct string_list baselines = {0};
    _cleanup_buffer_ struct buffer out = {0};
    for (size_t i = 0; i < suite->count; i++) {
        const struct scenario_result *scenario = &suite->scenarios[i];
        _cleanup_strings_ struct string_list weaker = {0};
        weaker_baseline_lines(scenario, &weaker);
        if (scenario->plan_difference != NULL)
            string_list_add(&plans, scenario->name);
        if (weaker.count > 0)
            string_list_add(&baselines, scenario->name);
    }
    add_names(&out, "; the plan of ", &plans, " differs");
    add_names(&out, "; the baseline of ", &baselines, " is weaker");
    if (suite->missing.count > 0)
        buffer_format(&out, "; %zu scenario%s not run any more", suite->missing.count,
                      suite->missing.count == 1 ? " is" : "s are");
    if (out.length == 0)
        return NULL;
    return memory_format("Against %s: %s. This fails nothing by itself; it is for the review.",
                         revision_word(suite), buffer_string(&out) + strlen("; "));
}
