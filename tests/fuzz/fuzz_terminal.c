/* What a target writes to its terminal, through the scanner into the emulator: whole, and in two
 * pieces, which gives the same replies. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "driver/terminal.h"

static struct buffer replies_to(const char *bytes, size_t size, size_t first)
{
    struct lg_error err;
    struct buffer replies = {0};
    struct terminal *terminal = terminal_new(24, 80, &err);
    if (terminal == NULL)
        abort();
    terminal_feed(terminal, bytes, first, &replies);
    terminal_feed(terminal, bytes + first, size - first, &replies);
    terminal_free(terminal);
    return replies;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    _cleanup_buffer_ struct buffer whole = replies_to(bytes, size, size);
    _cleanup_buffer_ struct buffer cut = replies_to(bytes, size, size > 0 ? data[0] % size : 0);
    if (strcmp(buffer_string(&whole), buffer_string(&cut)) != 0)
        abort();
    return 0;
}
