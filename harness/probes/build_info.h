/* What an ELF file's Go build information says (debug/buildinfo). */
#pragma once

#include <stdbool.h>

/* Fields are "" where unknown. */
struct build_info {
    char go_version[64]; /* "go1.26.8" */
    char package[256];   /* the import path of its package main */
    char module[256];    /* the main module's path */
    char version[128];   /* and its version */
    char revision[128];  /* of version control: the commit's hash; "HASH+dirty": with changes */
};

/* A program that is no Go program is no error. */
void build_info_read(const char *program, struct build_info *info);

/* Is net/http/pprof part of it? Its functions' names are in every program that links it, stripped
 * or not; a script names none. */
bool build_links_pprof(const char *program);
