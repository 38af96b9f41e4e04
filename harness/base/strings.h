/* Lists of owned strings, and what is done with short texts everywhere. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct string_list {
    char **items; /* NULL-terminated when not empty, each owned */
    size_t count;
    size_t capacity;
};

#define _cleanup_strings_ __attribute__((cleanup(string_list_free)))

void string_list_add(struct string_list *list, const char *text);
/* Unless it is in the list. */
void string_list_add_once(struct string_list *list, const char *text);
void string_list_add_all(struct string_list *list, const struct string_list *others);
/* Takes ownership of text. */
void string_list_take(struct string_list *list, char *text);
bool string_list_contains(const struct string_list *list, const char *text);
void string_list_sort(struct string_list *list);
void string_list_free(struct string_list *list);

static inline const char *text_or(const char *text, const char *otherwise)
{
    return text != NULL ? text : otherwise;
}
bool text_equal(const char *a, const char *b); /* NULL equals only NULL */
bool text_starts(const char *text, const char *prefix);
bool text_ends(const char *text, const char *suffix);
bool text_is_one_of(const char *text, const char *const *words); /* NULL-terminated */

/* The length of the name in "NAME (PID)", as processes are listed; names may hold blanks and
 * brackets of their own. */
size_t text_process_name(const char *process);
bool text_same_process(const char *a, const char *b); /* by their names */

/* The candidate nearest to `word` by edit distance, if it is near enough for "did you mean" (at
 * most a third of the longer word, at least 1); NULL otherwise. The result is one of the
 * candidates. */
const char *text_nearest(const char *word, const char *const *candidates, size_t count);

/* The length of the UTF-8 sequence that begins with this byte (1 to 4), or 0 where none can. */
size_t utf8_expected(unsigned char first);
/* The length of the valid UTF-8 sequence at `text` (1 to 4), or 0 where there is none. Overlong
 * forms and surrogates are invalid (RFC 3629). */
size_t utf8_length(const char *text, size_t available);
/* The code point of a valid sequence of that length. */
uint32_t utf8_character(const char *text, size_t length);
/* How many columns of a terminal it takes: 0 (combining marks, joiners and their like), 1 or 2.
 * Controls, and what no Unicode character is, count as 1. */
unsigned utf8_columns(uint32_t character);

/* A copy in which nothing can act on a terminal or a log: C0 (but, if keep_newlines, '\n' and
 * '\t'), C1, DEL, bidirectional controls and invalid UTF-8 become U+FFFD, and a blank breaks what a
 * build's log would take for a command ("::error::" becomes ": :error::"). The caller frees it. */
char *text_harmless(const char *text, bool keep_newlines);

/* The text as one word of a POSIX shell; the caller frees it. */
char *shell_quoted(const char *text);
