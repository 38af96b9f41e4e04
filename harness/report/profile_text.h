/* What a profile's functions hold (verdict/profile_top.h), as text and as JSON. */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/buffer.h"
#include "verdict/profile_top.h"

/* "1.50MB": a value in a unit that its size suggests, as pprof writes it; `to` names another one
 * ("minimum" and "auto": the suggested). The caller frees it. */
char *profile_label(int64_t value, const char *unit, const char *to);
/* " 1.50%", without a sign. The caller frees it. */
char *profile_percentage(int64_t value, int64_t total);

/* `title` says what was compared. */
void profile_text(const struct profile_top *top, const char *title, struct buffer *out);
/* Numbers are in the unit of the values; the caller owns the reference. */
json_t *profile_to_json(const struct profile_top *top);
