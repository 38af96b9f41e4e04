#include "base/buffer.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

bool buffer_append_limited(struct buffer *buffer, const void *bytes, size_t length)
{
    if (buffer->maximum > 0 && length > buffer->maximum - buffer->length) {
        buffer->overflowed = true;
        return false;
    }
    buffer->data = memory_grow(buffer->data, &buffer->capacity, buffer->length + length + 1, 1);
    if (length > 0)
        memcpy(buffer->data + buffer->length, bytes, length);
    buffer->length += length;
    buffer->data[buffer->length] = '\0';
    return true;
}

void buffer_append(struct buffer *buffer, const void *bytes, size_t length)
{
    (void)!buffer_append_limited(buffer, bytes, length);
}

void buffer_text(struct buffer *buffer, const char *text)
{
    buffer_append(buffer, text, strlen(text));
}

const char *buffer_until(struct buffer *buffer, const char *text, const char *marker)
{
    const char *end = strstr(text, marker);
    buffer_append(buffer, text, (size_t)(end - text));
    return end + strlen(marker);
}

void buffer_char(struct buffer *buffer, char c)
{
    buffer_append(buffer, &c, 1);
}

void buffer_character(struct buffer *buffer, uint32_t character)
{
    static const unsigned char marks[] = {0, 0xc0, 0xe0, 0xf0};
    unsigned continuations = character < 0x80      ? 0
                             : character < 0x800   ? 1
                             : character < 0x10000 ? 2
                                                   : 3;
    buffer_char(buffer, (char)(marks[continuations] | character >> (6 * continuations)));
    while (continuations-- > 0)
        buffer_char(buffer, (char)(0x80 | (character >> (6 * continuations) & 0x3f)));
}

void buffer_format(struct buffer *buffer, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    _cleanup_free_ char *text = memory_format_list(format, args);
    va_end(args);
    buffer_text(buffer, text);
}

const char *buffer_string(const struct buffer *buffer)
{
    return buffer->data != NULL ? buffer->data : "";
}

char *buffer_take(struct buffer *buffer)
{
    char *text = buffer->data != NULL ? buffer->data : memory_copy_text("");
    *buffer = BUFFER_INIT(buffer->maximum);
    return text;
}

void buffer_clear(struct buffer *buffer)
{
    buffer->length = 0;
    buffer->overflowed = false;
    if (buffer->data != NULL)
        buffer->data[0] = '\0';
}

void buffer_drop(struct buffer *buffer, size_t length)
{
    buffer->length -= length;
    if (length > 0)
        memmove(buffer->data, buffer->data + length, buffer->length + 1);
}

void buffer_free(struct buffer *buffer)
{
    free(buffer->data);
    *buffer = BUFFER_INIT(buffer->maximum);
}
