/*
 * The throw-away home of one run.
 *
 * Order of calls: world_missing_tools (skip the scenario when it says so); world_new_root says
 * where; world_claim makes the empty 0700 directory (the guard does, for it removes it whatever
 * happens); world_make fills it; world_expand and world->environment (home.h) serve the run;
 * world_free; and whoever called world_claim removes the directory with directory_remove.
 *
 * Layout: bin/ the whole PATH; home/ HOME; tmp/ TMPDIR; run/ for scenarios' own files; state/,
 * cache/, data/ the XDG directories; tm/ tmux sockets; NAME/ one directory for each project.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "base/strings.h"
#include "scenario/plan.h"
#include "world/home.h"

/* Which of plan->needs this machine lacks, looked up on leakgate's own PATH. */
void world_missing_tools(const struct plan *plan, struct string_list *missing);

/* A path under $TMPDIR or /tmp at which nothing is, short enough for a tmux socket in it (sun_path
 * is 108 bytes). The caller frees it. */
LG_CHECKED char *world_new_root(struct lg_error *err);
/* Makes the directory, of mode 0700; one that is there already is an error. */
LG_CHECKED bool world_claim(const char *root, struct lg_error *err);

/* Fills the directory. memprofilerate is added to the plan's GODEBUG, by plan->measure.heap_rate.
 * NULL and *err on failure. */
LG_CHECKED struct world *world_make(const struct plan *plan, const char *root,
                                    struct lg_error *err);
void world_free(struct world *world);

/* The program of the plan's command[0]: a path as it is, a name looked up on leakgate's own PATH.
 * The caller frees it; NULL and LG_ERROR_INPUT when there is none. */
LG_CHECKED char *world_find_program(const struct plan *plan, struct lg_error *err);

/* Records in the spawn log so far, one number for each of plan->world.tools. */
void world_spawn_counts(const struct world *world, unsigned *counts);
