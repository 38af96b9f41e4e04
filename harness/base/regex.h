/*
 * Regular expressions by PCRE2, searched for in texts that somebody else wrote: bytes that are no
 * UTF-8 match nothing, and what backtracks for too long is an error (LIMIT_REGEX_*).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/memory.h"

struct regex;

/* NULL and LG_ERROR_INPUT where it is none, with the place. */
LG_CHECKED struct regex *regex_new(const char *pattern, struct lg_error *err);
void regex_free(struct regex *regex);
DEFINE_CLEANUP(regex, struct regex, regex_free)
#define _cleanup_regex_ __attribute__((cleanup(cleanup_regex)))

/* Does it match anywhere in the text? "$" is the end of the text alone. */
LG_CHECKED bool regex_search(const struct regex *regex, const char *text, size_t length,
                             bool *found, struct lg_error *err);
