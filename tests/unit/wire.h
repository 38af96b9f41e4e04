/* Messages made by hand, field by field (the wire format: protobuf.dev, "Encoding"). */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

__attribute__((unused)) static void put_varint(struct buffer *out, uint64_t number)
{
    for (; number >= 0x80; number >>= 7)
        buffer_char(out, (char)(number | 0x80));
    buffer_char(out, (char)number);
}

__attribute__((unused)) static void put_number(struct buffer *out, unsigned tag, uint64_t number)
{
    put_varint(out, tag << 3);
    put_varint(out, number);
}

__attribute__((unused)) static void put_bytes(struct buffer *out, unsigned tag, const void *bytes,
                                              size_t length)
{
    put_varint(out, tag << 3 | 2);
    put_varint(out, length);
    buffer_append(out, bytes, length);
}

__attribute__((unused)) static void put_message(struct buffer *out, unsigned tag,
                                                struct buffer *message)
{
    put_bytes(out, tag, buffer_string(message), message->length);
    buffer_free(message);
}
