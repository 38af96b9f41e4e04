/* What is said of the files of a scenario's runs. What is returned the caller frees. */
#ifndef LEAKGATE_REPORT_EVIDENCE_H
#define LEAKGATE_REPORT_EVIDENCE_H

#include "result/result.h"

/* "recording, screen, standard error, goroutines, profiles": what of it is among the files; ""
 * where nothing is. */
char *evidence_describe(const struct string_list *files);

/* The command that shows what became more between the first and the last profile of the loop, of
 * the goroutines where these are what grew, else of the heap. NULL where the profiles are not
 * there. */
char *evidence_comparison(const char *directory, const struct scenario_result *scenario);

#endif
