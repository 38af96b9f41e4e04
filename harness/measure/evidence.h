/*
 * What a run keeps for people, besides its journal: the first and the last profiles of the loop as
 * the target served them, for `go tool pprof -base`, and where its goroutines stood.
 *
 * The worker always keeps it, because the verdict is known only when all attempts are judged; it is
 * removed then if the scenario passes (result/evidence.h). Nothing is fetched for it in the loop:
 * the profiles are those that were fetched to be decoded.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/file.h"
#include "journal/run_files.h"
#include "probes/gauge.h"
#include "probes/pprof.h"

struct evidence {
    const char *directory;         /* of the run's files; not owned */
    struct file_draft profiles[4]; /* the first and last of the heap, of the goroutines */
    bool left_out;                 /* a profile was larger than LIMIT_EVIDENCE_BYTES */
};

void evidence_begin(struct evidence *evidence, const char *directory);
/* A profile of the loop: the first of its gauge, or the last until another comes. Those of other
 * gauges than GAUGE_HEAP_STACK and GAUGE_GOROUTINE are not kept. Waits for no disk. */
bool evidence_take_profile(struct evidence *evidence, enum gauge gauge, const char *bytes,
                           size_t length, struct lg_error *err);
/* goroutine?debug=2, as it is now. Best effort: a target that is stuck may not answer. */
void evidence_take_goroutines(const struct evidence *evidence, struct pprof *pprof);
/* Gives the profiles their names. Until then they cannot be seen. */
bool evidence_publish(struct evidence *evidence, struct lg_error *err);
void evidence_end(struct evidence *evidence);
