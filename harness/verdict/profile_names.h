/* Names of a profile's functions as pprof shows them. The cases are the test. */
#pragma once

#include <stddef.h>

/* What internal/symbolizer makes of a name that no demangler knows (C++ itself is not demangled):
 * what looks like a C++ template loses its brackets and what is in them, which happens to closures
 * of generic functions in methods: "p.(*T).M.Map[...].func1" is "p..M.Map[...].func1". The caller
 * frees it. */
char *profile_shown_name(const char *name, size_t length);

/* The length of a name up to its arguments, without a leading dot, which is taken off *name: what
 * drop_frames and keep_frames are held against (simplifyFunc of profile/prune.go). */
size_t profile_bare_name(const char **name);

/* The last part of a path in brackets, "[libc.so.6]", for a frame without a function, or
 * "<unknown>" where there is none. The caller frees it. */
char *profile_nameless(const char *path, size_t length);
