/* The result of a run in its formats: printed, and as the files of its report. */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "report/console.h"
#include "result/result.h"

/* Colour where `fd` is a terminal or the log of GitHub, unless the environment says otherwise
 * (NO_COLOR, FORCE_COLOR, CLICOLOR_FORCE); the terminal's width, else COLUMNS, else 100. */
struct console_style console_style_of(int fd);

/* `format` is a name of report/format.h's table; `file` NULL: to standard output. `verbose`: as
 * text all there is to say of what passed. */
bool print_report(struct suite_result *suite, const char *format, bool verbose, const char *file,
                  struct lg_error *err);
/* Writes the files of all formats that have one into the report's directory; the first that cannot
 * be written is the error, and the others are written all the same. */
bool write_reports(struct suite_result *suite, struct lg_error *err);
