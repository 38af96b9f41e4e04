#include "verdict/rest_difference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

bool rests_of_run(const struct ledger *ledger, struct rest *first, struct rest *last)
{
    if (ledger->columns == 0)
        return false;
    *first = (struct rest){ledger, 0};
    *last = (struct rest){ledger, ledger->columns - 1};
    return true;
}

static int compare_holders(const struct account *a, const struct account *b)
{
    if (a == NULL || b == NULL)
        return a == NULL ? 1 : -1;
    return a->gauge != b->gauge ? (a->gauge > b->gauge) - (a->gauge < b->gauge)
                                : strcmp(a->key, b->key);
}

static double held_in(const double *row, size_t column)
{
    return row != NULL ? row[column] : 0;
}

/* Either account may be NULL: it held nothing then. */
static struct holder_difference difference_of(struct rest before, const struct account *old,
                                              struct rest after, const struct account *new)
{
    const struct account *any = new != NULL ? new : old;
    if (any == NULL) /* one of them is there */
        return (struct holder_difference){0};
    const struct ledger *ledger = new != NULL ? after.ledger : before.ledger;
    struct holder_difference item = {.gauge = any->gauge,
                                     .key = any->key,
                                     .holders = ledger->series->holders,
                                     .example = any->example};
    if (old != NULL) {
        item.count.before = old->values[before.column];
        item.bytes.before = held_in(old->bytes, before.column);
    }
    if (new != NULL) {
        item.count.after = new->values[after.column];
        item.bytes.after = held_in(new->bytes, after.column);
    }
    return item;
}

static double growth(struct held held)
{
    return held.after - held.before;
}

static double difference(struct held held)
{
    return fabs(growth(held));
}

/* What is counted and grew comes first: one descriptor says more than many bytes. Then what the
 * heap gained, and last what became less. */
static int rank(const struct holder_difference *item)
{
    bool heap = item->gauge == GAUGE_HEAP_STACK;
    if (heap)
        return growth(item->bytes) > 0 ? 1 : 2;
    return growth(item->count) > 0 ? 0 : 2;
}

static int by_growth(const void *a, const void *b)
{
    const struct holder_difference *one = a, *other = b;
    if (rank(one) != rank(other))
        return rank(one) - rank(other);
    if (one->gauge != other->gauge)
        return (int)one->gauge - (int)other->gauge;
    double bytes = difference(other->bytes) - difference(one->bytes);
    double count = difference(other->count) - difference(one->count);
    double order = bytes != 0 ? bytes : count;
    return order != 0 ? (order > 0) - (order < 0) : strcmp(one->key, other->key);
}

void rest_difference_make(struct rest before, struct rest after, struct rest_difference *made)
{
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        _cleanup_free_ double *old = ledger_totals(before.ledger, gauge);
        _cleanup_free_ double *new = ledger_totals(after.ledger, gauge);
        bool is_rate = gauge_info(gauge)->cumulative;
        made->totals[gauge].before = is_rate ? NAN : old[before.column];
        made->totals[gauge].after = is_rate ? NAN : new[after.column];
    }
    /* Both are sorted by gauge and key. */
    for (size_t i = 0, j = 0; i < before.ledger->count || j < after.ledger->count;) {
        const struct account *old = i < before.ledger->count ? &before.ledger->accounts[i] : NULL;
        const struct account *new = j < after.ledger->count ? &after.ledger->accounts[j] : NULL;
        int order = compare_holders(old, new);
        struct holder_difference item =
            difference_of(before, order <= 0 ? old : NULL, after, order >= 0 ? new : NULL);
        if (!gauge_info(item.gauge)->cumulative &&
            (difference(item.count) > 0 || difference(item.bytes) > 0))
            array_append(made->items, made->count, made->capacity, item);
        i += order <= 0;
        j += order >= 0;
    }
    if (made->count > 0)
        qsort(made->items, made->count, sizeof *made->items, by_growth);
}

void rest_difference_free(struct rest_difference *difference)
{
    free(difference->items);
    *difference = (struct rest_difference){0};
}
