#include "report/weakening.h"

#include <stdint.h>

#include "base/buffer.h"
#include "base/memory.h"

const struct string_list *scenario_weakenings(const struct scenario_result *scenario)
{
    return &scenario->weakened;
}

char *weakening_text(const struct suite_result *suite)
{
    _cleanup_buffer_ struct buffer names = {0};
    for (size_t i = 0; i < suite->count; i++)
        if (scenario_weakenings(&suite->scenarios[i])->count > 0)
            buffer_format(&names, "%s%s", names.length > 0 ? ", " : "", suite->scenarios[i].name);
    size_t gone = suite->weakened.count;
    if (gone > 0)
        buffer_format(&names, "%s%zu scenario%s that %s run no more",
                      names.length > 0 ? ", and " : "", gone, gone == 1 ? "" : "s",
                      gone == 1 ? "is" : "are");
    if (names.length == 0)
        return NULL;
    return memory_format("Weaker than at %s: %s. This fails nothing by itself; it is for the "
                         "review.",
                         suite->revision != NULL ? suite->revision : "the other revision",
                         buffer_string(&names));
}
