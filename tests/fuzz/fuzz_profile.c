/* pprof's profiles, gzip or plain: as each gauge that is read from one. */
#include <stdint.h>
#include <stdlib.h>

#include "probes/profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum gauge gauges[] = {GAUGE_HEAP_STACK, GAUGE_GOROUTINE, GAUGE_GOROUTINE_LEAK};
    struct holder_table *table = holder_table_new();
    for (size_t i = 0; i < sizeof gauges / sizeof *gauges; i++) {
        struct holding_list holdings = {0};
        struct profile_facts facts;
        struct lg_error err = {0};
        bool decoded =
            profile_decode((const char *)data, size, gauges[i], table, &holdings, &facts, &err);
        if (decoded != (err.class == LG_ERROR_NONE))
            abort();
        holding_list_free(&holdings);
    }
    holder_table_free(table);
    return 0;
}
