#include "driver/utf8_joiner.h"

#include <stdbool.h>

#include "base/strings.h"

/* RFC 3629, section 4. */
static bool continues(const struct utf8_joiner *joiner, unsigned char byte)
{
    unsigned char first = (unsigned char)joiner->bytes[0];
    unsigned char low = 0x80;
    unsigned char high = 0xbf;
    if (joiner->length == 1) {
        low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
        high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    }
    return byte >= low && byte <= high;
}

enum utf8_step utf8_join(struct utf8_joiner *joiner, char byte)
{
    if (joiner->length > 0 && !continues(joiner, (unsigned char)byte)) {
        joiner->length = 0;
        return UTF8_BROKEN_BEFORE;
    }
    if (joiner->length == 0 && utf8_expected((unsigned char)byte) == 0)
        return UTF8_BROKEN;
    joiner->bytes[joiner->length++] = byte;
    return joiner->length == utf8_expected((unsigned char)joiner->bytes[0]) ? UTF8_COMPLETE
                                                                            : UTF8_WANTS_MORE;
}
