/*
 * A growing run of bytes with a maximum given when it is made. Always NUL-terminated once anything
 * was appended, so that text in it can be used as a string. Appending over the maximum sets
 * `overflowed`, appends nothing and returns false.
 */
#ifndef LEAKGATE_BASE_BUFFER_H
#define LEAKGATE_BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

struct buffer {
    char *data; /* NULL while empty and never written */
    size_t length;
    size_t capacity;
    size_t maximum;
    bool overflowed;
};

#define BUFFER_INIT(maximum_) ((struct buffer){.maximum = (maximum_)})
#define _cleanup_buffer_ __attribute__((cleanup(buffer_free)))

bool buffer_append(struct buffer *buffer, const void *bytes, size_t length);
bool buffer_text(struct buffer *buffer, const char *text);
bool buffer_char(struct buffer *buffer, char c);
bool buffer_format(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The text so far, "" when empty; owned by the buffer, until the next append. */
const char *buffer_string(const struct buffer *buffer);
/* Hands the text out ("" when empty); the caller frees it and the buffer is empty again. */
char *buffer_take(struct buffer *buffer);
void buffer_clear(struct buffer *buffer);
void buffer_free(struct buffer *buffer);

#endif
