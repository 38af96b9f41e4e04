/* The journal's records as the worker makes them; their fields are in docs/design.md. Each returns
 * a new reference. Moments (`at`) are seconds since the target was started. */
#ifndef LEAKGATE_MEASURE_RECORDS_H
#define LEAKGATE_MEASURE_RECORDS_H

#include <jansson.h>

#include "base/error.h"
#include "measure/run.h"
#include "probes/probe.h"
#include "driver/target.h"

json_t *record_header(const struct run_options *options, unsigned iterations_total);
json_t *record_target(const struct target *target, const struct probe *probe,
                      const struct build_info *build, const char *version_line, int64_t heap_rate);
json_t *record_phase(enum phase phase, double at, unsigned iterations);
json_t *record_iteration(enum phase phase, unsigned iteration, unsigned of, double at);
json_t *record_step(const struct step_report *report, int64_t target_started);
json_t *record_screen(const char *why, const char *name, const struct string_list *rows);
json_t *record_note(const char *text);
/* The word for a class of errors in a failure record. */
const char *problem_class_name(enum lg_error_class class);
json_t *record_failure(const struct lg_error *problem, const char *stderr_tail);
json_t *record_end(const struct target *target, double at, unsigned connections, bool played_only,
                   const struct string_list *left_behind);

#endif
