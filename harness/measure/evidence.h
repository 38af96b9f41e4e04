/*
 * What a run keeps for people, besides its journal: the first and the last profiles of the loop as
 * the target served them, for `go tool pprof -base`, and where its goroutines stood.
 *
 * The worker keeps it whatever it measured, because what a run comes to is known only when all its
 * attempts are judged; of a scenario that passes it is removed then (result/evidence.h). Nothing is
 * fetched for it in the loop: what is written is what was fetched to be decoded.
 */
#ifndef LEAKGATE_MEASURE_EVIDENCE_H
#define LEAKGATE_MEASURE_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/file.h"
#include "journal/run_files.h"
#include "probes/gauge.h"
#include "probes/pprof.h"

struct evidence {
    const char *directory; /* of the run's files; not owned */
    struct evidence_profile {
        struct file_draft first;
        struct file_draft last;
    } heap, goroutine;
    bool left_out; /* a profile was larger than LIMIT_EVIDENCE_BYTES */
};

void evidence_begin(struct evidence *evidence, const char *directory);
/* A profile of the loop: the first of its gauge, or the last until another comes. Those of other
 * gauges than GAUGE_HEAP_STACK and GAUGE_GOROUTINE are not kept. Waits for no disk. */
bool evidence_take_profile(struct evidence *evidence, enum gauge gauge, const char *bytes,
                           size_t length, struct lg_error *err);
/* goroutine?debug=2, as it is now. Best effort: a target that is stuck may well not answer. */
void evidence_take_goroutines(const struct evidence *evidence, struct pprof *pprof);
/* Gives the profiles their names. Until then nothing of them is to be seen. */
bool evidence_publish(struct evidence *evidence, struct lg_error *err);
void evidence_end(struct evidence *evidence);

#endif
