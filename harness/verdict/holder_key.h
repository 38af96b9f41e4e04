/*
 * Raw holder names -> keys that are the same in every build and run. The cases are the test.
 */
#pragma once

#include "probes/holders.h"

/* The key of a holder, e.g. "fd anon_inode:[eventpoll]" has the key "anon_inode:[eventpoll]"; a
 * stack's key is its function names from the leaf joined by " < ". NULL when the holder is an
 * ignored stack (the runtime's own and pprof's own). The caller frees it. */
char *holder_key(const struct holder_table *table, struct holder holder);

/* A stack's key frame by frame: the length of the first one, and what follows it, "" at the end. */
size_t holder_key_frame(const char *key);
const char *holder_key_next(const char *key);
/* Do two keys, or what remains of them, begin with the same frame? */
bool holder_key_same_frame(const char *a, const char *b);

/* The key of a descriptor's, a child's or another holder's text. The caller frees it. */
char *text_key(enum gauge gauge, const char *text);

/* The names of a stack as they are, from the leaf, joined by " < ", for people. The caller frees.
 */
char *holder_raw_name(const struct holder_table *table, struct holder holder);

/* One function name normalised: "[...]", ".funcN", ".gowrapN", ".deferwrapN", "-fm", "-rangeN" and
 * the enclosing function of an inlined closure. The caller frees it. */
char *function_key(const char *name);
