/* The result of a run on standard output, as run and report print it. */
#ifndef LEAKGATE_COMMANDS_PRINT_RESULT_H
#define LEAKGATE_COMMANDS_PRINT_RESULT_H

#include <stdbool.h>

#include "report/result.h"

void print_result(const struct suite_result *suite, bool as_json);

#endif
