/*
 * Where a function stands in the program's source, as a person finds it in a checkout: builds
 * differ in what stands before it, by the folder they were made in, -trimpath, a module cache, a
 * vendor folder or a replace.
 */
#pragma once

#include "probes/holders.h"

/* The path of a file that a function of `package` (import path, not escaped) is in: of the module's
 * own packages below its root, of vendored ones below vendor/, of all others below the package's
 * path. `root` is where the module lay when it was built; NULL: unknown. The caller frees it. */
char *source_path(const char *file, const char *package, const char *module, const char *root);

/* "internal/plugins/x/y.go:653" of the function (a key: holder_key.h) in the stack of this holder,
 * else in any other stack. `main_package` is the import path of the program's package main; NULL:
 * unknown. NULL where no line is known. The caller frees it. */
char *source_place(const struct holder_table *table, uint32_t holder, const char *function,
                   const char *module, const char *main_package);
