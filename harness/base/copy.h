/* Copies of whole directories. */
#ifndef LEAKGATE_BASE_COPY_H
#define LEAKGATE_BASE_COPY_H

#include <stdbool.h>

#include "base/error.h"

/* Copies what is in the directory `from` into `to`, which exists: files and directories. Links and
 * all else are passed over, and none is followed; a file that is there already is replaced. More or
 * larger files than the limits LIMIT_COPY_* are an error. */
LG_CHECKED bool directory_copy(const char *from, const char *to, struct lg_error *err);

#endif
