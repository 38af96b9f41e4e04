#include "verdict/timer_owner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/strings.h"
#include "verdict/holder_key.h"

enum { OWNERS_NAMED = 3 };

/* Less than this part of the goroutines' growth is the heap profile's sampling. */
static const double least_share = 0.1;

static const char *const makers[] = {
    "time.newTimer", "time.NewTimer", "time.NewTicker",      "time.AfterFunc",
    "time.After",    "time.Tick",     "time.(*Timer).Reset",
};

/* Since Go 1.23 a timer is one object of time.newTimer, and its channel and more are others of
 * time.NewTimer; before, there were only those. */
struct owner {
    char *name;
    double timers;
    double objects;
};

struct owners {
    struct owner *items;
    size_t count;
    size_t capacity;
};

static void owners_free(struct owners *owners)
{
    for (size_t i = 0; i < owners->count; i++)
        free(owners->items[i].name);
    free(owners->items);
}
#define _cleanup_owners_ __attribute__((cleanup(owners_free)))

static double made_by(const struct owner *owner)
{
    return owner->timers > 0 ? owner->timers : owner->objects;
}

bool timer_is_made_at(const char *key)
{
    size_t length = holder_key_frame(key);
    for (size_t i = 0; i < sizeof makers / sizeof makers[0]; i++)
        if (strlen(makers[i]) == length && memcmp(makers[i], key, length) == 0)
            return true;
    return false;
}

/* The function whose closure a goroutine waits in, from its key; NULL where it is none. */
static char *waiting_in(const char *key)
{
    static const char *const closures[] = {".func", ".gowrap"};
    _cleanup_free_ char *leaf = memory_copy_range(key, holder_key_frame(key));
    for (size_t i = 0; i < sizeof closures / sizeof closures[0]; i++)
        if (text_ends(leaf, closures[i]))
            return memory_copy_range(leaf, strlen(leaf) - strlen(closures[i]));
    return NULL;
}

/* What follows `function` in the stack of a timer that it made; NULL where it made none. */
static const char *caller_in(const char *key, const char *function)
{
    const char *frame = key;
    while (timer_is_made_at(frame))
        frame = holder_key_next(frame);
    size_t length = holder_key_frame(frame);
    if (frame == key || length != strlen(function) || memcmp(frame, function, length) != 0)
        return NULL;
    return holder_key_next(frame);
}

bool timer_is_of(const char *key, const char *goroutine)
{
    _cleanup_free_ char *function = waiting_in(goroutine);
    return function != NULL && caller_in(key, function) != NULL;
}

static struct owners owners_of(const struct ledger *ledger, const char *function)
{
    struct owners owners = {0};
    size_t count;
    const struct account *stacks = ledger_accounts(ledger, GAUGE_HEAP_STACK, &count);
    for (size_t i = 0; i < count; i++) {
        const char *caller = caller_in(stacks[i].key, function);
        if (text_or(caller, "")[0] == '\0')
            continue;
        _cleanup_free_ char *name = memory_copy_range(caller, holder_key_frame(caller));
        size_t place = 0;
        while (place < owners.count && strcmp(owners.items[place].name, name) != 0)
            place++;
        if (place == owners.count)
            array_add(owners.items, owners.count, owners.capacity)->name = take_pointer(name);
        double pace =
            growth_of(ledger_trace(ledger, stacks[i].values), 0, growth_rule_objects).per_iteration;
        if (text_starts(stacks[i].key, "time.newTimer"))
            owners.items[place].timers += pace;
        else
            owners.items[place].objects += pace;
    }
    return owners;
}

static int by_growth(const void *a, const void *b)
{
    double x = made_by(a), y = made_by(b);
    if (x != y)
        return x > y ? -1 : 1;
    return strcmp(((const struct owner *)a)->name, ((const struct owner *)b)->name);
}

char *timer_owner_text(const struct ledger *ledger, const struct account *goroutine,
                       double per_iteration, char **foremost)
{
    struct buffer text = {0};
    _cleanup_free_ char *function = waiting_in(goroutine->key);
    if (function == NULL)
        return NULL;
    _cleanup_owners_ struct owners owners = owners_of(ledger, function);
    if (owners.count > 1)
        qsort(owners.items, owners.count, sizeof *owners.items, by_growth);
    double all = 0;
    for (size_t i = 0; i < owners.count; i++)
        all += fmax(made_by(&owners.items[i]), 0);
    for (size_t i = 0; i < owners.count && i < OWNERS_NAMED; i++) {
        double made = made_by(&owners.items[i]);
        if (made <= 0 || made < least_share * per_iteration)
            break;
        if (i == 0)
            *foremost = memory_copy_text(owners.items[i].name);
        buffer_format(&text, "%s%s (%+.1f per %s)", i == 0 ? "timers made by " : ", ",
                      owners.items[i].name, made / all * per_iteration,
                      series_step_name(ledger->series));
    }
    return text.length > 0 ? buffer_take(&text) : NULL;
}
