#include "verdict/kept.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

static const double bytes_for_each = 640; /* the g and its sudogs */
static const double sudogs_for_each = 192;
/* A select has a sudog for each of its cases; the profile's scaling adds its own noise. */
static const double objects_for_each = 4;

/* The row's greatest value so far, in place; NAN where nothing was read yet. */
static void to_high_water(double *row, size_t columns)
{
    for (size_t i = 1; i < columns; i++)
        row[i] = fmax(row[i], row[i - 1]);
}

void kept_take_off_total(const struct ledger *ledger, double *row)
{
    _cleanup_free_ double *most = ledger_totals(ledger, GAUGE_GOROUTINE);
    to_high_water(most, ledger->columns);
    for (size_t i = 0; i < ledger->columns; i++)
        row[i] -= ledger->left_out[i] + (isnan(most[i]) ? 0 : sudogs_for_each * most[i]);
}

static void take_off(struct account *stack, const struct account *waiting, size_t columns)
{
    double most = 0;
    for (size_t i = 0; i < columns; i++) {
        most = fmax(most, waiting->values[i]);
        stack->bytes[i] = fmax(stack->bytes[i] - bytes_for_each * most, 0);
        stack->values[i] =
            stack->bytes[i] > 0 ? fmax(stack->values[i] - objects_for_each * most, 0) : 0;
    }
}

void kept_take_off_stacks(struct ledger *ledger)
{
    for (size_t i = 0; i < ledger->count; i++) {
        struct account *stack = &ledger->accounts[i];
        if (stack->gauge != GAUGE_HEAP_STACK)
            continue;
        const struct account *waiting = ledger_account(ledger, GAUGE_GOROUTINE, stack->key);
        if (waiting != NULL)
            take_off(stack, waiting, ledger->columns);
    }
}
