/*
 * Whose function a stack's frame is. A person looks for the program's own first, then for that of a
 * library; what waits or runs everybody's code (sync, internal/, a framework's scheduler) says
 * nothing about who leaks.
 *
 * Stacks are keys (holder_key.h); a frame is where it begins in one. `module` is the path of the
 * program's module; NULL or "": unknown.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Of the program's module, or of its package main. */
bool frame_is_own(const char *frame, const char *module);
/* Of Go's standard library. */
bool frame_is_standard(const char *frame);
/* The same function; a closure counts as the one that it stands in. */
bool frames_are_alike(const char *a, const char *b);

/* The function of a stack that is named first; the caller frees it. */
char *stack_headline(const char *key, const char *module);
/* The innermost own function of a stack that another goes through as well. The caller frees it;
 * NULL: none. */
char *stacks_in_common(const char *key, const char *other, const char *module);
