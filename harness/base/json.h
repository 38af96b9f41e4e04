/*
 * JSON by jansson: duplicate keys refused, sizes and depth limited, numbers finite, keys sorted on
 * the way out, so that the same data gives the same bytes.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/strings.h"

#define _cleanup_json_ __attribute__((cleanup(cleanup_json)))
DEFINE_CLEANUP(json, json_t, json_decref)

/* Parses text; `source` is what err.where names. NULL on failure, class LG_ERROR_INPUT. The caller
 * owns the reference. */
LG_CHECKED json_t *json_parse(const char *text, size_t length, const char *source,
                              struct lg_error *err);
/* The same from a file of at most LIMIT_JSON_BYTES. */
LG_CHECKED json_t *json_read_file(const char *path, struct lg_error *err);

/* One line, sorted keys, no spaces; the caller frees it. Invalid UTF-8 must have been made harmless
 * before (json_text). */
char *json_one_line(const json_t *value);
/* Two spaces of indent, sorted keys, one value per line, a newline at the end; the caller frees. */
char *json_pretty(const json_t *value);

/* A JSON string of any bytes: invalid UTF-8 becomes U+FFFD. New reference. */
json_t *json_text(const char *text);
/* A number; NaN and infinities become null. New reference. */
json_t *json_number(double value);

/* Lookups that take a default where the key is missing or of another type. */
const char *json_get_text(const json_t *object, const char *key, const char *otherwise);
double json_get_number(const json_t *object, const char *key, double otherwise);
int64_t json_get_integer(const json_t *object, const char *key, int64_t otherwise);
bool json_get_flag(const json_t *object, const char *key, bool otherwise);
/* Adds the texts of an array, which may be NULL; what is no text is passed over. */
void json_get_texts(const json_t *array, struct string_list *texts);
/* An array of these texts. New reference. */
json_t *json_texts(const struct string_list *texts);

/* json_object_set_new that ends the process when memory is exhausted. Steals `value`. */
void json_put(json_t *object, const char *key, json_t *value);
void json_push(json_t *array, json_t *value);
/* A text; nothing for NULL. */
void json_put_text(json_t *object, const char *key, const char *text);
