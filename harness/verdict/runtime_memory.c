#include "verdict/runtime_memory.h"

#include <math.h>

#include "base/memory.h"
#include "verdict/timer_owner.h"

static const double bytes_for_each = 640; /* the g and its sudogs */
static const double sudogs_for_each = 192;
/* A select has a sudog for each of its cases; the profile's scaling adds its own noise. */
static const double objects_for_each = 4;

/* Sudogs alone, for the 192 B above. */
static const double pooled_for_each = 2;

/* A scheduler hands on its sudogs by the half of its cache (runtime/proc.go, acquireSudog), and
 * what one takes another may put back, so as many as that come with nobody waiting for more than a
 * moment: 45 in 18 iterations at Bubble Tea's Send, in one clean run of eight. A leak of so many
 * objects of this size is 180 B per iteration of 40, under what is promised of stacks. More come
 * only with goroutines that wait. */
static const double pool_share = 64;

/* Nothing but sudogs, by their size: 112 B with Go 1.26, and a little room for others. Each
 * scheduler keeps up to 128 of them, and they wander from one to the other, so a loop that waits
 * allocates new ones for a long time: on an idle Sidecar up to 40 came at Bubble Tea's event loop
 * in 90 s, in one run of three. */
static bool is_pool(const struct account *stack, size_t columns)
{
    const double least = 88, most = 120;
    double objects = stack->values[columns - 1];
    double each = objects > 0 ? stack->bytes[columns - 1] / objects : 0;
    return each >= least && each <= most;
}

/* `rise` is a row: by how much the most goroutines so far have risen. */
static bool within_pool_share(const struct account *stack, const struct account *waiting,
                              const double *rise, size_t columns)
{
    double most = 0, waits = 0;
    for (size_t i = 0; i < columns; i++) {
        most = fmax(most, stack->values[i]);
        waits = fmax(waits, waiting != NULL ? waiting->values[i] : 0);
    }
    double share = pool_share + objects_for_each * waits + pooled_for_each * rise[columns - 1];
    return most - stack->values[0] <= share;
}

/* The sudogs of all goroutines come from one pool: one that waits again and again takes new ones
 * there as long as others hold theirs, so a backlog of timers shows up at a loop that waits.
 * `waiting` is NULL for a function that waits for moments only, so that no sample sees it. */
static void reduce_stack(struct account *stack, const struct account *waiting, const double *rise,
                         size_t columns)
{
    double most = 0;
    for (size_t i = 0; i < columns; i++) {
        if (waiting != NULL)
            most = fmax(most, waiting->values[i]);
        double bytes = bytes_for_each * most + sudogs_for_each * rise[i];
        double objects = objects_for_each * most + pooled_for_each * rise[i];
        stack->bytes[i] = fmax(stack->bytes[i] - bytes, 0);
        stack->values[i] = stack->bytes[i] > 0 ? fmax(stack->values[i] - objects, 0) : 0;
    }
}

void runtime_memory_correct(struct ledger *ledger)
{
    size_t columns = ledger->columns;
    if (columns == 0)
        return;
    _cleanup_free_ double *most = ledger_totals(ledger, GAUGE_GOROUTINE);
    _cleanup_free_ double *rise = memory_array(columns, sizeof *rise);
    for (size_t i = 0; i < columns; i++) {
        most[i] = i > 0 ? fmax(most[i], most[i - 1]) : most[i];
        rise[i] = isnan(most[i] - most[0]) ? 0 : most[i] - most[0];
    }
    /* A locating run is sampled after each step. */
    bool locating = ledger->loop.count > 0 && ledger->samples[stretch_last(ledger->loop)]->step > 0;
    for (size_t i = 0; !locating && i < ledger->count; i++) {
        struct account *stack = &ledger->accounts[i];
        if (stack->gauge != GAUGE_HEAP_STACK)
            continue;
        const struct account *waiting = ledger_account(ledger, GAUGE_GOROUTINE, stack->key);
        bool pool = is_pool(stack, columns) && !timer_is_made_at(stack->key);
        if (pool && within_pool_share(stack, waiting, rise, columns))
            /* Not judged any more, as the runtime's own stacks. */
            for (size_t column = 0; column < columns; column++) {
                ledger->ignored_bytes[column] += stack->bytes[column];
                stack->bytes[column] = stack->values[column] = 0;
            }
        else if (waiting != NULL || pool)
            reduce_stack(stack, waiting, rise, columns);
    }
    for (size_t i = 0; i < columns; i++)
        ledger->ignored_bytes[i] += isnan(most[i]) ? 0 : sudogs_for_each * most[i];
}
