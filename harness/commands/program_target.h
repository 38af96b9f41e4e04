/* What is known of a program that runs, or is about to, from the target file that is called as it
 * is.
 */
#pragma once

#include "commands/options.h"
#include "scenario/healthy.h"

/* What is healthy: the rows of --target; else of the target file that is called as the program is,
 * where there is one; and what holds of any. Says what is wrong with the file; false then.
 * `program` may be NULL. */
bool program_healthy(const struct arguments *arguments, const char *program,
                     struct healthy_rows *rows);
/* Sets what opens its pprof: those variables of the target file whose name has PPROF in it, unless
 * they are set. The same of errors. */
bool program_open_pprof(const struct arguments *arguments, const char *program);
