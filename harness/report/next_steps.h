/*
 * What to look at and to do next about a result: the files of its runs, and commands that can be
 * copied. What is returned the caller frees.
 */
#pragma once

#include "result/result.h"

/* "recording, screen, standard error, goroutines, profiles": what of it is among the files; ""
 * where nothing is. */
char *evidence_describe(const struct string_list *files);

/* The command that shows what became more between the first and the last profile of the loop, of
 * the goroutines where these are what grew, else of the heap. NULL where the profiles are not
 * there. */
char *evidence_comparison(const char *directory, const struct scenario_result *scenario);

/* "To reproduce: leakgate run ...", one a line, harmless: of the whole suite, or of one scenario
 * where `only` names one. */
void next_steps(const struct suite_result *suite, const struct scenario_result *only,
                struct string_list *lines);
