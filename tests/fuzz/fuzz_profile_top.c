/* pprof's profiles, gzip or plain: as the table of their functions, the same one on both sides. */
#include <stdint.h>
#include <stdlib.h>

#include "verdict/profile_top.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lg_error err = {0};
    _cleanup_regex_ struct regex *regex = regex_new("a|main", &err);
    const struct profile_question question = {.ignore = regex};
    _cleanup_profile_top_ struct profile_top *top = profile_top_new(&question);
    bool added = profile_top_add(top, PROFILE_AFTER, (const char *)data, size, &err) &&
                 profile_top_add(top, PROFILE_BEFORE, (const char *)data, size, &err);
    if (added != (err.class == LG_ERROR_NONE))
        abort();
    if (!added)
        return 0;
    profile_top_finish(top);
    if (top->total != 0 || top->count != 0)
        abort();
    return 0;
}
