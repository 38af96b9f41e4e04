/* What differs between two samples at rest (verdict/rest_difference.h), as text and as JSON. */
#pragma once

#include <jansson.h>

#include "base/buffer.h"
#include "verdict/rest_difference.h"

/* At most `most` holders of each gauge (0: all). `module` is the program's, by which the function
 * is chosen that is named first; NULL: unknown. */
void rest_difference_text(const struct rest_difference *difference, const char *module, size_t most,
                          struct buffer *out);
/* The caller owns the reference. */
json_t *rest_difference_to_json(const struct rest_difference *difference, const char *module,
                                size_t most);
