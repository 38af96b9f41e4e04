/*
 * A growing run of bytes. Always NUL-terminated once anything was appended, so that text in it can
 * be used as a string. Zeroed it is empty and has no maximum; where what others wrote is read,
 * BUFFER_INIT gives it one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer {
    char *data; /* NULL while empty and never written */
    size_t length;
    size_t capacity;
    size_t maximum;  /* 0: none */
    bool overflowed; /* something was not appended, because it would have been over the maximum */
};

#define BUFFER_INIT(maximum_) ((struct buffer){.maximum = (maximum_)})
#define _cleanup_buffer_ __attribute__((cleanup(buffer_free)))

/* Appends all or, over the maximum, nothing; then it returns false and sets `overflowed`. */
bool buffer_append_limited(struct buffer *buffer, const void *bytes, size_t length)
    __attribute__((warn_unused_result));
/* The same for text that is made here; of a buffer with a maximum its owner asks `overflowed`. */
void buffer_append(struct buffer *buffer, const void *bytes, size_t length);
void buffer_text(struct buffer *buffer, const char *text);
void buffer_char(struct buffer *buffer, char c);
/* A Unicode code point, as UTF-8. */
void buffer_character(struct buffer *buffer, uint32_t character);
void buffer_format(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Appends the text up to a marker that stands in it; returns what follows the marker. */
const char *buffer_until(struct buffer *buffer, const char *text, const char *marker);
/* The text so far, "" when empty; owned by the buffer, until the next append. */
const char *buffer_string(const struct buffer *buffer);
/* Hands the text out ("" when empty); the caller frees it and the buffer is empty again. */
char *buffer_take(struct buffer *buffer);
void buffer_clear(struct buffer *buffer);
/* Takes so many bytes, which are there, off the front. */
void buffer_drop(struct buffer *buffer, size_t length);
void buffer_free(struct buffer *buffer);
