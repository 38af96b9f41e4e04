/* --html FILE: what a command found, as a page of its own. */
#pragma once

#include "base/buffer.h"
#include "base/error.h"
#include "commands/options.h"

/* Whether FILE can be written, before anything is looked at: a night would be lost. True without
 * the option. LG_ERROR_INPUT. */
LG_CHECKED bool page_file_check(const struct arguments *arguments, struct lg_error *err);
/* Nothing without the option. */
LG_CHECKED bool page_file_write(const struct arguments *arguments, const struct buffer *page,
                                struct lg_error *err);
