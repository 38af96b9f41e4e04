/*
 * Which package a closure comes from. Up to Go 1.26 a closure of a function that was inlined over
 * the border of a package is named after the function it went into ("main.run.Tick.func1" for one
 * of bubbletea.Tick), so its name is another one in each build. The profile says in which file it
 * stands, and the other functions of the profile, in which package the files of a folder are.
 *
 * Order of calls: packages_learn for every function of the profile; packages_whole_name;
 * packages_free.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct package_folder {
    char *package; /* import path, unescaped */
    char *folder;
};

/* Packages and the folders that their files are in, each pair once. Zeroed is empty. */
struct packages {
    struct package_folder *items;
    size_t count;
    size_t capacity;
};

/* The length of the package path that a function's name begins with: up to the first dot after the
 * last slash, both before any bracket, in which types have paths of their own. Dots in a path's
 * last element are escaped. 0: no package (C functions). */
size_t function_package_length(const char *name);

/* Names after which the package of the file can be another one than the name's. */
bool function_may_be_foreign(const char *name);

void packages_learn(struct packages *packages, const char *name, const char *file);
/* "NAME of PACKAGE" where the file's package is another one than the name's; NULL where it is the
 * same, or not known. The caller frees it. */
char *packages_whole_name(const struct packages *packages, const char *name, const char *file);
void packages_free(struct packages *packages);
