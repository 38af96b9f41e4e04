#include "probes/memstats.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"

/* The same words may stand within the lines of stacks before. */
bool memstats_parse(const char *text, struct memstats *stats)
{
    const struct {
        const char *line;
        double *figure;
    } wanted[] = {
        {"\n# HeapAlloc = ", &stats->heap_alloc},
        {"\n# HeapObjects = ", &stats->heap_objects},
        {"\n# HeapSys = ", &stats->heap_sys},
        {"\n# HeapIdle = ", &stats->heap_idle},
        {"\n# HeapInuse = ", &stats->heap_inuse},
        {"\n# HeapReleased = ", &stats->heap_released},
        {"\n# Stack = ", &stats->stack_inuse},
        {"\n# Sys = ", &stats->sys},
        {"\n# NumGC = ", &stats->collections},
        {"\n# NumForcedGC = ", &stats->forced_collections},
    };
    const char *start = strstr(text, "\n# runtime.MemStats\n");
    if (start == NULL)
        return false;
    for (size_t i = 0; i < COUNT_OF(wanted); i++) {
        const char *line = strstr(start, wanted[i].line);
        double value;
        bool read = line != NULL && sscanf(line + strlen(wanted[i].line), "%lf", &value) == 1;
        *wanted[i].figure = read && value >= 0 && isfinite(value) ? value : NAN;
    }
    return !isnan(stats->heap_alloc) && !isnan(stats->heap_inuse) && !isnan(stats->heap_objects) &&
           !isnan(stats->forced_collections);
}

bool memstats_fetch(struct pprof *pprof, struct memstats *stats, struct lg_error *err)
{
    _cleanup_buffer_ struct buffer text = BUFFER_INIT(LIMIT_HTTP_BODY_BYTES);
    return pprof_fetch(pprof, "heap?debug=1", &text, err) &&
           (memstats_parse(buffer_string(&text), stats) ||
            lg_fail(err, LG_ERROR_TARGET, 0,
                    "pprof heap?debug=1 does not print the MemStats that Go prints"));
}
