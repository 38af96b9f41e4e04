/* gzip, inflated up to a maximum. */
#include <stdint.h>
#include <stdlib.h>

#include "probes/gunzip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { MOST = 1 << 20 };
    struct lg_error err = {0};
    _cleanup_buffer_ struct buffer out = BUFFER_INIT(MOST);
    bool whole = gunzip((const char *)data, size, &out, &err);
    if (whole != (err.class == LG_ERROR_NONE) || out.length > MOST)
        abort();
    return 0;
}
