/*
 * The result of a run as JSON, for programs: what `--json` prints and what result.json of a report
 * holds. Format: docs/result.md. Sorted keys; the same result gives the same bytes.
 */
#pragma once

#include <jansson.h>

#include "base/error.h"
#include "result/result.h"

enum { RESULT_VERSION = 1 };

/* New references. */
json_t *scenario_to_json(const struct scenario_result *scenario);
json_t *result_to_json(const struct suite_result *suite);
/* All of them, in the judgement's order. */
json_t *findings_to_json(const struct judgement *judgement, const struct pace *pace);

/* Fills a scenario that was added by its name from what scenario_to_json wrote: what the journals
 * cannot say is taken from there, all else is judged again. */
void scenario_read(struct scenario_result *scenario, const char *directory, const json_t *stored);

/* A report's directory read back and judged again: by its result.json, or, where a run was cut off
 * before that was written, by the journals in it. NULL and LG_ERROR_INPUT when it is no report. */
struct suite_result *suite_read(const char *directory, struct lg_error *err);
