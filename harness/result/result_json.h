/*
 * The result of a run as JSON, for programs: what `--json` prints and what result.json of a report
 * holds. Format: docs/result.md. Sorted keys; the same result gives the same bytes.
 */
#ifndef LEAKGATE_RESULT_RESULT_JSON_H
#define LEAKGATE_RESULT_RESULT_JSON_H

#include <jansson.h>

#include "result/result.h"

enum { RESULT_VERSION = 1 };

/* New references. */
json_t *scenario_to_json(const struct scenario_result *scenario);
json_t *result_to_json(const struct suite_result *suite);

#endif
