/*
 * The directories that a run writes to. What stands there already is deleted only where leakgate
 * itself made it, which a marker file in it says.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"

/* Makes the report's directory and takes an older result out of it, in all its formats, so that a
 * run that is cut off does not leave one that is not its own. */
bool report_directory_prepare(const char *directory, struct lg_error *err);

/* Is DIRECTORY/NAME free to be made, or leakgate's to replace? LG_ERROR_INPUT when not. */
bool evidence_directory_check(const char *directory, const char *name, struct lg_error *err);
/* Replaces it by a new empty one. */
bool evidence_directory_make(const char *directory, const char *name, struct lg_error *err);
