/*
 * Memory that cannot be had ends the process with exit status 70 and a message: there is no verdict
 * to be given without it, and the guard cleans up after a worker that ends so.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

/* Zeroed memory of count * size bytes; the caller frees it. */
void *memory_array(size_t count, size_t size) __attribute__((malloc, returns_nonnull));

#define memory_new(type) ((type *)memory_array(1, sizeof(type)))

/* realloc for a growing array: room for `needed` items at the least, doubled, new items zeroed. */
void *memory_grow(void *items, size_t *capacity, size_t needed, size_t size)
    __attribute__((returns_nonnull));

/* One more item at the end of a growing array, zeroed; its address. */
#define array_add(items, count, capacity)                                                          \
    ((items) = memory_grow((items), &(capacity), (count) + 1, sizeof *(items)), &(items)[(count)++])
/* The same with what stands there. Variadic, for there may be commas in a compound literal. */
#define array_append(items, count, capacity, ...)                                                  \
    (*array_add(items, count, capacity) = (__VA_ARGS__))

/* The items of an array whose size the compiler knows. */
#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

/* Text that the caller frees. memory_copy_text(NULL) is NULL. */
char *memory_copy_text(const char *text);
char *memory_copy_range(const char *start, size_t length) __attribute__((returns_nonnull));
char *memory_format(const char *format, ...) __attribute__((format(printf, 1, 2), returns_nonnull));
char *memory_format_list(const char *format, va_list args)
    __attribute__((format(printf, 1, 0), returns_nonnull));

/* Frees each of the pointers. */
#define free_all(...)                                                                              \
    free_pointers((void *[]){__VA_ARGS__}, sizeof((void *[]){__VA_ARGS__}) / sizeof(void *))
void free_pointers(void *const *pointers, size_t count);

void memory_exhausted(void) __attribute__((noreturn));

/* For `_cleanup_free_`: frees what a local pointer holds when it goes out of scope. */
void cleanup_free(void *pointer_to_pointer);
void cleanup_close(int *fd);
void cleanup_file(FILE **file);

/* Defines cleanup_NAME, for `_cleanup_NAME_`, by a function that frees one and takes NULL. */
#define DEFINE_CLEANUP(name, type, free_one)                                                       \
    static inline void cleanup_##name(type **pointer)                                              \
    {                                                                                              \
        free_one(*pointer);                                                                        \
    }

#define _cleanup_free_ __attribute__((cleanup(cleanup_free)))
#define _cleanup_close_ __attribute__((cleanup(cleanup_close)))
#define _cleanup_file_ __attribute__((cleanup(cleanup_file)))

/* Hands ownership out of a `_cleanup_` variable. */
#define take_pointer(pointer)                                                                      \
    (__extension__({                                                                               \
        __typeof__(pointer) taken_ = (pointer);                                                    \
        (pointer) = NULL;                                                                          \
        taken_;                                                                                    \
    }))
#define take_fd(fd)                                                                                \
    (__extension__({                                                                               \
        int taken_ = (fd);                                                                         \
        (fd) = -1;                                                                                 \
        taken_;                                                                                    \
    }))
