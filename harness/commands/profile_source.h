/* A profile from a file or from a URL, for the commands that show profiles. */
#pragma once

#include "base/buffer.h"
#include "base/error.h"
#include "commands/options.h"
#include "verdict/profile_top.h"

/* Is it "http://..."? */
bool profile_is_url(const char *source);
/* Adds the profile to a top. What is no profile is of class LG_ERROR_INPUT as a file, and
 * LG_ERROR_TARGET from a URL; the error names it. */
LG_CHECKED bool profile_source_add(struct profile_top *top, enum profile_side side,
                                   const char *source, struct lg_error *err);
