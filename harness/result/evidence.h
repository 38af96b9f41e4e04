/* The files of a scenario's runs in the report's directory: what is there, and the end of some. */
#pragma once

#include "result/result.h"

/* Fills the lists of files of all scenarios, as they are now: the names of plain files, sorted; and
 * where the program's sources that findings name can be seen. */
void suite_find_files(struct suite_result *suite, const struct forge *forge);

/* What is kept of red runs alone, profiles and goroutines, is removed from all runs of a scenario.
 */
bool evidence_forget(const char *directory, const char *name, struct lg_error *err);
