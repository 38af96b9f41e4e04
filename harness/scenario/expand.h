/*
 * ${...} in the strings of a plan: ${i}, ${world}, ${program}, ${project.NAME}, ${now}, ${today}
 * and the scenario's vars. "$${" is a literal "${". A lookup function says what a
 * name means, so that this file knows neither worlds nor iterations.
 */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"

/* Appends the value of `name` to out; false when there is no such name. */
typedef bool expand_lookup(void *context, const char *name, struct buffer *out);

/* The template with its references replaced; the caller frees it. NULL and *err on an unknown name
 * or an unclosed "${". Values are not expanded again. */
char *expand(const char *template, expand_lookup *lookup, void *context, struct lg_error *err);

/* The template with only the references to `name` replaced by the template `value`; all others, and
 * "$${", stay. `value` must not end with a '$'. The caller frees it. */
char *expand_one(const char *template, const char *name, const char *value);

/* The text with every match of the regular expression (as `regex` of a wait is read) replaced by
 * `with`, taken as it stands: what `replace` and `with` of a variable do. The caller frees it; NULL
 * and *err when the matching is given up. */
char *text_replace(const char *text, const char *regex, const char *with, struct lg_error *err);
