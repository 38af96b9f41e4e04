#include "explore/trip.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/memory.h"
#include "verdict/holder_key.h"

enum {
    TRIPS = 12,
    LEAST_COUNT = 3,   /* that is kept of so many trips: one in four */
    LEAST_BYTES = 512, /* for each trip */
    REST_MS = 700,
    RESTS = 3 /* for what is only late */
};

static const enum gauge gauges[] = {GAUGE_FD,    GAUGE_GOROUTINE, GAUGE_INOTIFY_WATCH,
                                    GAUGE_CHILD, GAUGE_THREAD,    GAUGE_HEAP_ALLOC};

static bool take_sample(struct walk *walk, struct sample *sample, struct lg_error *err)
{
    int64_t rate;
    sample_free(sample);
    *sample = (struct sample){0};
    return target_settle(walk->target, SETTLE_QUIET_MS, clock_deadline(DEADLINE_SETTLE_MS), err) &&
           probe_sample(walk->probe, SAMPLE_HEAP, sample, &rate, err);
}

static double least_of(enum gauge gauge)
{
    return gauge == GAUGE_HEAP_ALLOC ? (double)LEAST_BYTES * TRIPS : LEAST_COUNT;
}

static double growth_of(enum gauge gauge, const struct sample *before, const struct sample *after)
{
    double growth = after->gauges[gauge] - before->gauges[gauge];
    return growth >= least_of(gauge) ? growth : 0; /* NAN is no growth */
}

static bool has_grown(const struct sample *before, const struct sample *after)
{
    for (size_t i = 0; i < COUNT_OF(gauges); i++)
        if (growth_of(gauges[i], before, after) > 0)
            return true;
    return false;
}

static bool play(struct walk *walk, const struct map_trip *trip, int to, bool *broken,
                 struct lg_error *err)
{
    enum edge_kind kind;
    for (unsigned i = 0; i < TRIPS && !*broken; i++) {
        if (!walk_act(walk, trip->there, to, &kind, err) ||
            (trip->back[0] != '\0' && walk->here == to &&
             !walk_act(walk, trip->back, trip->from, &kind, err)))
            return false;
        *broken = walk->here != trip->from;
    }
    return true;
}

/* Plays, and rests for as long as something is still there that was not before. */
static bool play_and_rest(struct walk *walk, const struct map_trip *trip, int to,
                          const struct sample *before, struct sample *after, bool *broken,
                          struct lg_error *err)
{
    if (!play(walk, trip, to, broken, err))
        return false;
    for (unsigned i = 0; i <= RESTS && !*broken; i++) {
        if (!take_sample(walk, after, err))
            return false;
        if (!has_grown(before, after))
            return true;
        enum loop_result rested =
            i < RESTS ? loop_rest(walk->target->loop, REST_MS, err) : LOOP_DONE;
        if (rested == LOOP_STOPPED)
            return lg_fail(err, LG_ERROR_CANCELLED, 0, "stopped by a signal");
        if (rested == LOOP_FAILED)
            return false;
    }
    return true;
}

/* The holder that holds most more than before. */
static char *foremost(struct walk *walk, enum gauge gauge, const struct sample *before,
                      const struct sample *after)
{
    const struct holder_table *table = probe_holders(walk->probe);
    enum gauge of = gauge == GAUGE_HEAP_ALLOC ? GAUGE_HEAP_STACK : gauge;
    double most = 0;
    char *key = NULL;
    size_t j = 0;
    for (size_t i = 0; i < after->holdings.count; i++) {
        const struct holding *now = &after->holdings.items[i];
        while (j < before->holdings.count && before->holdings.items[j].holder < now->holder)
            j++;
        bool known = j < before->holdings.count && before->holdings.items[j].holder == now->holder;
        struct holding was = known ? before->holdings.items[j] : (struct holding){0};
        struct holder holder = holder_table_get(table, now->holder);
        double more = of == GAUGE_HEAP_STACK ? (double)now->bytes - (double)was.bytes
                                             : (double)now->value - (double)was.value;
        if (holder.gauge != of || more <= most)
            continue;
        char *name = holder_key(table, holder);
        if (name == NULL)
            continue;
        free(key);
        key = name;
        most = more;
    }
    return key;
}

/* What grew in both, and by as much: in the order of the gauges, for a descriptor says more than
 * the heap that comes with it. */
static void conclude(struct walk *walk, const struct sample samples[3], struct map_trip *trip)
{
    trip->outcome = TRIP_FILLS_UP;
    for (size_t i = 0; i < COUNT_OF(gauges) && trip->outcome != TRIP_GROWS; i++) {
        double first = growth_of(gauges[i], &samples[0], &samples[1]);
        double second = growth_of(gauges[i], &samples[1], &samples[2]);
        if (first <= 0 || second < first / 2)
            continue;
        trip->outcome = TRIP_GROWS;
        trip->gauge = memory_copy_text(gauge_info(gauges[i])->name);
        trip->holder = foremost(walk, gauges[i], &samples[1], &samples[2]);
        trip->per_trip = second / TRIPS;
    }
}

static bool measure(struct walk *walk, struct map_trip *trip, int to, struct sample samples[3],
                    bool *broken, struct lg_error *err)
{
    if (!take_sample(walk, &samples[0], err) ||
        !play_and_rest(walk, trip, to, &samples[0], &samples[1], broken, err))
        return false;
    trip->outcome = TRIP_CLEAN;
    if (*broken || !has_grown(&samples[0], &samples[1]))
        return true;
    if (!play_and_rest(walk, trip, to, &samples[1], &samples[2], broken, err))
        return false;
    if (!*broken)
        conclude(walk, samples, trip);
    return true;
}

bool trip_measure(struct walk *walk, struct map_trip *trip, int to, struct lg_error *err)
{
    struct sample samples[3] = {0};
    bool broken = false;
    struct lg_error problem = {0};
    bool measured = measure(walk, trip, to, samples, &broken, &problem);
    for (size_t i = 0; i < COUNT_OF(samples); i++)
        sample_free(&samples[i]);
    if (!measured && problem.class == LG_ERROR_TARGET) { /* it ended, or its pprof did */
        broken = measured = true;
        walk->here = MAP_NOWHERE;
    }
    if (broken)
        trip->outcome = TRIP_BROKEN;
    if (!measured && err != NULL)
        *err = problem;
    return measured;
}
