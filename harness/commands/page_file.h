/* --html FILE: what a command found, as a page of its own. */
#pragma once

#include <jansson.h>

#include "base/buffer.h"
#include "base/error.h"
#include "commands/options.h"

/* Whether FILE can be written, before anything is looked at: a night would be lost. True without
 * the option. LG_ERROR_INPUT. */
LG_CHECKED bool page_file_check(const struct arguments *arguments, struct lg_error *err);
/* The page of report/html.h; takes `head`. Nothing is written without the option. */
LG_CHECKED bool page_file_write(const struct arguments *arguments, json_t *head,
                                const struct buffer *text, struct lg_error *err);
