/* One sample: all gauges with all holders at one moment. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/gauge.h"
#include "probes/holders.h"

enum phase {
    PHASE_START,
    PHASE_WARMUP,
    PHASE_IDLE,
    PHASE_LOOP,
    PHASE_DRAIN,
    PHASE_SECOND_LOOP,
    PHASE_SECOND_DRAIN,
    PHASE_BUSY, /* of a watch: somebody used the program, so it is not judged */
    PHASE_QUIT,
    PHASE_COUNT
};
const char *phase_name(enum phase phase);
enum phase phase_by_name(const char *name); /* PHASE_COUNT: none */

/* How much a holder held. For heap stacks `value` is live objects and `bytes` live bytes, both
 * already scaled by the runtime; else `bytes` is 0. Holders that hold nothing are left out. */
struct holding {
    uint32_t holder;
    uint32_t value;
    uint64_t bytes;
};

struct holding_list {
    struct holding *items;
    size_t count;
    size_t capacity;
};
void holding_list_add(struct holding_list *list, struct holding holding);
/* Sorts by holder and adds up what stands for the same holder (values stop at UINT32_MAX). */
void holding_list_sum(struct holding_list *list);
void holding_list_copy(struct holding_list *to, const struct holding_list *from);
/* Those of `from` as well, from its first-th on. */
void holding_list_append(struct holding_list *to, const struct holding_list *from, size_t first);
void holding_list_free(struct holding_list *list);

struct sample {
    enum phase phase;
    unsigned iteration; /* iterations completed since the target started, warm-up counted */
    unsigned step; /* of a locating run: steps of the iteration under way that are done; of the last
                      step it is their number and the iteration counts as completed; else 0 */
    double at;     /* seconds since the target was started */
    double slept;  /* seconds of all so far that the machine was suspended; `at` leaves them out */
    double took;   /* seconds */
    double gauges[GAUGE_COUNT];   /* NAN where it was not read */
    struct holding_list holdings; /* sorted by holder */
};

void sample_free(struct sample *sample); /* what it owns, not the struct itself */
