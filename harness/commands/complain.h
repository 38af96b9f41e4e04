/* What went wrong, on standard error. */
#ifndef LEAKGATE_COMMANDS_COMPLAIN_H
#define LEAKGATE_COMMANDS_COMPLAIN_H

#include "base/error.h"
#include "scenario/diagnostics.h"

/* Prints "leakgate: where: text" and returns the error's exit status. */
int complain(const struct lg_error *err);
/* Each on its line. */
void print_diagnostics(const struct diagnostics *problems);

#endif
