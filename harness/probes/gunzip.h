/* gzip (RFC 1952) inflated in one go, both ends capped. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"

bool gunzip_recognises(const char *bytes, size_t length);
/* Appends what the bytes inflate to; class LG_ERROR_TARGET when they are damaged, cut off, followed
 * by something else, or over a limit (LIMIT_GZIP_IN_BYTES, out->maximum). */
LG_CHECKED bool gunzip(const char *bytes, size_t length, struct buffer *out, struct lg_error *err);
