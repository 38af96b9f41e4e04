/* The result of a run in one of the formats, as run and report print it. */
#ifndef LEAKGATE_COMMANDS_PRINT_RESULT_H
#define LEAKGATE_COMMANDS_PRINT_RESULT_H

#include <stdbool.h>

#include "base/error.h"
#include "result/result.h"

/* `format` is a name of report/format.h's table; `file` NULL: to standard output. */
bool print_report(const struct suite_result *suite, const char *format, const char *file,
                  struct lg_error *err);

#endif
