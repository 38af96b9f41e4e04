#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

void memory_exhausted(void)
{
    static const char message[] = "leakgate: out of memory\n";
    ssize_t written = write(STDERR_FILENO, message, sizeof message - 1);
    (void)written;
    _exit(EXIT_INTERNAL);
}

void *memory_array(size_t count, size_t size)
{
    void *items = calloc(count > 0 ? count : 1, size > 0 ? size : 1);
    if (items == NULL)
        memory_exhausted();
    return items;
}

void *memory_grow(void *items, size_t *capacity, size_t needed, size_t size)
{
    if (needed <= *capacity && items != NULL)
        return items;
    size_t wanted = *capacity < 8 ? 8 : *capacity;
    while (wanted < needed) {
        if (wanted > SIZE_MAX / 2)
            memory_exhausted();
        wanted *= 2;
    }
    if (size != 0 && wanted > SIZE_MAX / size)
        memory_exhausted();
    char *grown = realloc(items, wanted * size); /* NOLINT: no item has a size of 0 */
    if (grown == NULL)
        memory_exhausted();
    size_t used = items != NULL ? *capacity : 0;
    memset(grown + used * size, 0, (wanted - used) * size);
    *capacity = wanted;
    return grown;
}

char *memory_copy_text(const char *text)
{
    return text != NULL ? memory_copy_range(text, strlen(text)) : NULL;
}

char *memory_copy_range(const char *start, size_t length)
{
    char *copy = memory_array(length + 1, 1);
    if (length > 0)
        memcpy(copy, start, length);
    return copy;
}

char *memory_format_list(const char *format, va_list args)
{
    char *text = NULL;
    if (vasprintf(&text, format, args) < 0 || text == NULL)
        memory_exhausted();
    return text;
}

char *memory_format(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = memory_format_list(format, args);
    va_end(args);
    return text;
}

void free_pointers(void *const *pointers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(pointers[i]);
}

void cleanup_free(void *pointer_to_pointer)
{
    void **pointer = pointer_to_pointer;
    free(*pointer);
    *pointer = NULL;
}

void cleanup_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void cleanup_file(FILE **file)
{
    if (*file != NULL)
        fclose(*file);
    *file = NULL;
}
