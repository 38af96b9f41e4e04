/*
 * The files of a scenario's runs besides the journals, in the report's directory: what is there,
 * how it is looked at, and its end when the scenario passed.
 */
#ifndef LEAKGATE_RESULT_EVIDENCE_H
#define LEAKGATE_RESULT_EVIDENCE_H

#include "result/result.h"

/* "recording, screen, standard error, goroutines, profiles": what of it is there; "" where nothing
 * is. The caller frees it. */
char *evidence_describe(const char *directory, const char *name);

/* The command that shows what became more between the first and the last profile of the loop, of
 * the goroutines where these are what grew, else of the heap. NULL where the profiles are not
 * there; the caller frees it. */
char *evidence_comparison(const char *directory, const struct scenario_result *scenario);

/* What is kept of red runs alone, profiles and goroutines, is removed from all runs of a scenario.
 */
bool evidence_forget(const char *directory, const char *name, struct lg_error *err);

#endif
