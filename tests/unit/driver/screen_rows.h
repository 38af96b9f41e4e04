/* A screen as a test writes it. */
#pragma once

#include <string.h>

#include "base/memory.h"
#include "base/strings.h"

/* Rows, separated by newlines; the caller frees them. */
static inline struct string_list screen(const char *text)
{
    struct string_list rows = {0};
    for (;; text++) {
        size_t length = strcspn(text, "\n");
        string_list_take(&rows, memory_copy_range(text, length));
        text += length;
        if (*text == '\0')
            return rows;
    }
}
