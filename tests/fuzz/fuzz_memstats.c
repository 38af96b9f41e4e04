/* The text of heap?debug=1: cut anywhere, it says the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "probes/memstats.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct memstats_reader whole = {0}, cut = {0};
    size_t first = size > 0 ? data[0] % size : 0;
    memstats_receive(&whole, text, size);
    memstats_receive(&cut, text, first);
    memstats_receive(&cut, text + first, size - first);
    if (memcmp(&whole.memstats, &cut.memstats, sizeof whole.memstats) != 0)
        abort();
    return 0;
}
