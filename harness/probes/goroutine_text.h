/*
 * Goroutines as a program prints them (pprof's goroutine?debug=2): what each waits for, and for how
 * many minutes. Alike are those of one state and one stack. The text is read piece by piece, for
 * 100,000 goroutines print 64 MB.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

struct goroutine_group {
    char *state;   /* "chan receive" */
    char *stack;   /* its functions from the leaf, joined by " < " */
    char *places;  /* file:line of each, from the leaf, one a line */
    char *creator; /* the function that started it; "" for the first */
    unsigned count;
    unsigned minutes; /* that the longest has waited */
    unsigned waiting; /* how many for a minute and longer */
};

struct goroutine_text {
    struct goroutine_group *groups; /* after goroutine_text_end: the largest first */
    size_t count, capacity;
    unsigned goroutines;
    bool cut; /* Go prints no more than 64 MB */
    /* Its own: */
    struct buffer line;
    struct goroutine_group current;
    struct buffer stack, places;
    size_t *slots; /* a hash table of groups, by number + 1 */
    size_t slot_count;
    size_t bytes; /* of the groups */
    size_t printed;
};

/* Reads on. What is no such text is passed over. */
void goroutine_text_add(struct goroutine_text *text, const char *bytes, size_t length);
void goroutine_text_end(struct goroutine_text *text);
void goroutine_text_free(struct goroutine_text *text);
#define _cleanup_goroutines_ __attribute__((cleanup(goroutine_text_free)))
