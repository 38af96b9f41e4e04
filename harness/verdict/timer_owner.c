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
    const char *frame; /* in a stack's key */
    double timers;
    double objects;
};

static double made_by(const struct owner *owner)
{
    return owner->timers > 0 ? owner->timers : owner->objects;
}

bool timer_is_made_at(const char *key)
{
    for (size_t i = 0; i < COUNT_OF(makers); i++)
        if (holder_key_same_frame(key, makers[i]))
            return true;
    return false;
}

/* The function whose closure a goroutine waits in, from its key; NULL where it is none. */
static char *waiting_in(const char *key)
{
    static const char *const closures[] = {".func", ".gowrap"};
    _cleanup_free_ char *leaf = memory_copy_range(key, holder_key_frame(key));
    for (size_t i = 0; i < COUNT_OF(closures); i++)
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
    return frame != key && holder_key_same_frame(frame, function) ? holder_key_next(frame) : NULL;
}

bool timer_is_of(const char *key, const char *goroutine)
{
    _cleanup_free_ char *function = waiting_in(goroutine);
    return function != NULL && caller_in(key, function) != NULL;
}

/* Fills `owners`, of which there is one for each heap stack at the most. */
static size_t find_owners(const struct ledger *ledger, const char *function, struct owner *owners)
{
    size_t stack_count, count = 0;
    const struct account *stacks = ledger_accounts(ledger, GAUGE_HEAP_STACK, &stack_count);
    for (size_t i = 0; i < stack_count; i++) {
        const char *caller = caller_in(stacks[i].key, function);
        if (text_or(caller, "")[0] == '\0')
            continue;
        size_t place = 0;
        while (place < count && !holder_key_same_frame(owners[place].frame, caller))
            place++;
        if (place == count)
            owners[count++] = (struct owner){.frame = caller};
        double pace =
            growth_of(ledger_trace(ledger, stacks[i].values), 0, growth_rule_objects).per_iteration;
        if (text_starts(stacks[i].key, "time.newTimer"))
            owners[place].timers += pace;
        else
            owners[place].objects += pace;
    }
    return count;
}

static int by_growth(const void *a, const void *b)
{
    double x = made_by(a), y = made_by(b);
    if (x != y)
        return x > y ? -1 : 1;
    return strcmp(((const struct owner *)a)->frame, ((const struct owner *)b)->frame);
}

char *timer_owner_text(const struct ledger *ledger, const struct account *goroutine,
                       double per_iteration, char **foremost)
{
    struct buffer text = {0};
    _cleanup_free_ char *function = waiting_in(goroutine->key);
    if (function == NULL)
        return NULL;
    _cleanup_free_ struct owner *owners = memory_array(ledger->count, sizeof *owners);
    size_t count = find_owners(ledger, function, owners);
    qsort(owners, count, sizeof *owners, by_growth);
    double all = 0;
    for (size_t i = 0; i < count; i++)
        all += fmax(made_by(&owners[i]), 0);
    for (size_t i = 0; i < count && i < OWNERS_NAMED; i++) {
        double made = made_by(&owners[i]);
        if (made <= 0 || made < least_share * per_iteration)
            break;
        _cleanup_free_ char *name =
            memory_copy_range(owners[i].frame, holder_key_frame(owners[i].frame));
        buffer_format(&text, "%s%s (%+.1f per %s)", i == 0 ? "timers made by " : ", ", name,
                      made / all * per_iteration, series_step_name(ledger->series));
        if (i == 0)
            *foremost = take_pointer(name);
    }
    return text.length > 0 ? buffer_take(&text) : NULL;
}
