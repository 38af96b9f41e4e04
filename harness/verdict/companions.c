#include "verdict/companions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/strings.h"
#include "verdict/growth.h"
#include "verdict/holder_key.h"
#include "verdict/outcome.h"
#include "verdict/program_functions.h"
#include "verdict/source_place.h"
#include "verdict/timer_owner.h"

/* A function that starts a goroutine makes a few objects for it under one stack: a struct, its
 * channel, the closure. */
static const double most_made_for_each = 4;

static const char *first_outside_standard(const char *key)
{
    while (*key != '\0' && frame_is_standard(key))
        key = holder_key_next(key);
    return key;
}

/*
 * Do they share a function that tells something? `direct`: and allocates in it. A function of the
 * program that the framework calls (Update) stands in nearly every stack: it counts only where it
 * allocates itself, or where it is the very code that the goroutine runs. So does a library's.
 */
static bool share_function(const char *goroutine, const char *stack, const char *module,
                           bool *direct)
{
    const char *waits = first_outside_standard(goroutine), *makes = first_outside_standard(stack);
    *direct = *waits != '\0' && frames_are_alike(waits, makes);
    if (*direct)
        return true;
    for (const char *g = goroutine; *g != '\0'; g = holder_key_next(g)) {
        bool innermost = true;
        for (const char *s = stack; frame_is_own(g, module) && *s != '\0'; s = holder_key_next(s)) {
            if (!frame_is_own(s, module))
                continue;
            const char *caller = holder_key_next(s);
            bool is_entry = *caller != '\0' && !frame_is_own(caller, module);
            *direct = innermost;
            if (frames_are_alike(g, s) && (innermost || !is_entry || holder_key_same_frame(g, s)))
                return true;
            innermost = false;
        }
    }
    return false;
}

/* As many objects as goroutines, as far as a sampled profile can tell: three standard deviations,
 * and a tenth or two of each for floors that are taken at different moments. */
static bool keeps_pace(const struct ledger *ledger, const struct account *stack, double pace,
                       bool direct)
{
    const double tenth = 0.1, least = 2, deviations = 3;
    struct growth growth = growth_of(ledger_trace(ledger, stack->values), 0, growth_rule_objects);
    double expected = pace * growth.iterations;
    double chance = deviations * stack_deviation(ledger, stack) + fmax(least, tenth * expected);
    return growth.iterations > 0 && growth.net >= expected - chance &&
           growth.net <= expected * (direct ? most_made_for_each : 1) + chance;
}

/* Is the stack's growth explained by the goroutines of this finding? */
static bool explains(const struct ledger *ledger, const struct finding *goroutines,
                     const struct account *stack)
{
    bool direct;
    return timer_is_of(stack->key, goroutines->holder) ||
           (share_function(goroutines->holder, stack->key, ledger->series->module, &direct) &&
            keeps_pace(ledger, stack, goroutines->per_iteration, direct));
}

/* How much is left of it in the end: a companion must not be worse than what explains it. */
static int severity(enum finding_kind kind)
{
    return kind == FINDING_GROWTH || kind == FINDING_ALLOWED ? 3
           : kind == FINDING_FILLED                          ? 2
           : kind == FINDING_BACKLOG                         ? 1
                                                             : 0;
}

static bool is_cause(const struct finding *finding)
{
    return finding->gauge == GAUGE_GOROUTINE && finding->holder != NULL &&
           severity(finding->kind) > 0;
}

static double gained(const struct finding *finding)
{
    return finding->per_iteration * finding->iterations;
}

/* Was one goroutine started by a function in which the other stands? Then that waits for it, or has
 * not ended either: a group, or a framework's batch of commands. */
static bool was_started_by(const char *started, const char *key)
{
    const char *root = started;
    while (*holder_key_next(root) != '\0')
        root = holder_key_next(root);
    for (const char *frame = key; *frame != '\0'; frame = holder_key_next(frame))
        if (frames_are_alike(frame, root) && holder_key_frame(frame) < holder_key_frame(root))
            return true;
    return false;
}

/* One that waits may wait for several, but no more can wait than there are others. */
static bool waits_for_others(const struct finding_list *findings, const struct finding *finding)
{
    const double tenth = 0.1, least = 2;
    double started = 0;
    for (size_t i = 0; i < findings->count; i++)
        if (&findings->items[i] != finding && is_cause(&findings->items[i]) &&
            was_started_by(findings->items[i].holder, finding->holder))
            started += gained(&findings->items[i]);
    return gained(finding) <= started + fmax(least, tenth * started);
}

static bool is_companion_of(const struct ledger *ledger, const struct finding *finding,
                            const struct finding *cause)
{
    if (finding == cause || !is_cause(cause) || severity(finding->kind) > severity(cause->kind))
        return false;
    if (finding->gauge == GAUGE_GOROUTINE_LEAK)
        return strcmp(finding->holder, cause->holder) == 0;
    if (finding->gauge == GAUGE_GOROUTINE)
        return was_started_by(cause->holder, finding->holder);
    const struct account *stack = ledger_account(ledger, GAUGE_HEAP_STACK, finding->holder);
    return stack != NULL && explains(ledger, cause, stack);
}

static void find_cause(const struct ledger *ledger, struct finding_list *findings,
                       struct finding *finding)
{
    for (size_t i = 0; i < findings->count && finding->companion_of == NULL; i++)
        if (is_companion_of(ledger, finding, &findings->items[i]))
            finding->companion_of = memory_copy_text(findings->items[i].holder);
    if (finding->companion_of == NULL)
        return;
    finding->kind = FINDING_COMPANION;
    /* What came with the one that is a companion itself now comes with its cause. */
    for (size_t i = 0; finding->gauge == GAUGE_GOROUTINE && i < findings->count; i++) {
        struct finding *other = &findings->items[i];
        if (!text_equal(other->companion_of, finding->holder))
            continue;
        free(other->companion_of);
        other->companion_of = memory_copy_text(finding->companion_of);
    }
}

void companions_find(const struct ledger *ledger, struct finding_list *findings)
{
    static const enum gauge order[] = {GAUGE_HEAP_STACK, GAUGE_GOROUTINE_LEAK, GAUGE_GOROUTINE};
    for (size_t gauge = 0; gauge < COUNT_OF(order); gauge++)
        for (size_t i = 0; i < findings->count; i++) {
            struct finding *finding = &findings->items[i];
            if (finding->gauge == order[gauge] && finding->holder != NULL &&
                severity(finding->kind) > 0 && finding->kind != FINDING_ALLOWED &&
                (finding->gauge != GAUGE_GOROUTINE || waits_for_others(findings, finding)))
                find_cause(ledger, findings, finding);
        }
}

void companions_take(const struct ledger *ledger, const struct finding_list *findings,
                     bool *taken_stacks)
{
    size_t count;
    const struct account *stacks = ledger_accounts(ledger, GAUGE_HEAP_STACK, &count);
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->items[i];
        bool stays = is_cause(finding) && severity(finding->kind) == severity(FINDING_GROWTH);
        for (size_t j = 0; stays && j < count; j++)
            taken_stacks[j] = taken_stacks[j] || explains(ledger, finding, &stacks[j]);
    }
}

static bool leaks_heap(const struct finding *finding)
{
    return finding->gauge == GAUGE_HEAP_STACK && finding->kind == FINDING_GROWTH &&
           finding->holder != NULL;
}

/* Of the other stacks that grow the one that branches off nearest to where this one allocates. */
static void name_common(const struct finding_list *findings, struct finding *finding,
                        const char *module)
{
    const char *nearest = NULL;
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *other = &findings->items[i];
        if (other == finding || !leaks_heap(other))
            continue;
        _cleanup_free_ char *common = stacks_in_common(finding->holder, other->holder, module);
        const char *at = common != NULL ? strstr(finding->holder, common) : NULL;
        if (at == NULL || (nearest != NULL && at >= nearest) ||
            strcmp(common, finding->function) == 0)
            continue;
        nearest = at;
        free(finding->in_common);
        finding->in_common = memory_format("%s, with %s", common, other->function);
    }
}

/* The function of the program that called the one at which a stack is looked at first. NULL: none,
 * or the framework did. */
static const char *caller_of(const struct finding *finding, const char *module)
{
    bool reached = false;
    for (const char *at = finding->holder; *at != '\0'; at = holder_key_next(at)) {
        const char *next = holder_key_next(at);
        bool is_function = frames_are_alike(at, finding->function);
        if (reached && !is_function && frame_is_own(at, module))
            return frame_is_own(next, module) ? at : NULL;
        reached = reached || is_function;
    }
    return NULL;
}

static double most_held(const struct account *account, size_t first, size_t end)
{
    double most = 0;
    for (size_t i = first; i < end; i++)
        most = fmax(most, account->bytes[i]);
    return most;
}

/* Who keeps something needs little memory for it, as for a place in a map, and the sampled profile
 * sees that by chance only: it is told by being called by the function that calls the allocator. */
static void name_keeper(const struct ledger *ledger, struct finding *finding, const char *module)
{
    const char *caller = caller_of(finding, module);
    const struct account *keeper = NULL;
    double most = 0;
    size_t count, loop = ledger->loop.first;
    const struct account *stacks = ledger_accounts(ledger, GAUGE_HEAP_STACK, &count);
    for (size_t i = 0; caller != NULL && i < count; i++) {
        double held = most_held(&stacks[i], loop, ledger->columns);
        if (held <= fmax(most, most_held(&stacks[i], ledger->idle.first, loop)) ||
            strcmp(stacks[i].key, finding->holder) == 0)
            continue;
        _cleanup_free_ char *common = stacks_in_common(finding->holder, stacks[i].key, module);
        if (common == NULL || !frames_are_alike(common, caller))
            continue;
        keeper = &stacks[i];
        most = held;
    }
    if (keeper == NULL)
        return;
    _cleanup_free_ char *name = memory_copy_range(caller, holder_key_frame(caller));
    _cleanup_free_ char *function = stack_headline(keeper->key, module);
    finding->in_common = memory_format("%s, with %s", name, function);
}

void findings_name_functions(const struct ledger *ledger, struct finding_list *findings)
{
    const char *module = ledger->series->module;
    for (size_t i = 0; i < findings->count; i++) {
        struct finding *finding = &findings->items[i];
        enum gauge gauge = finding->gauge;
        if (finding->holder == NULL || (gauge != GAUGE_GOROUTINE && gauge != GAUGE_HEAP_STACK &&
                                        gauge != GAUGE_GOROUTINE_LEAK))
            continue;
        char *headline = stack_headline(finding->holder, module);
        /* A goroutine of a library that waits for a timer is known by who asked for the timer. */
        bool by_owner = finding->function != NULL && !frame_is_own(headline, module);
        free(by_owner ? headline : finding->function);
        finding->function = by_owner ? finding->function : headline;
        const struct account *account = ledger_account(ledger, gauge, finding->holder);
        if (account != NULL && finding->source == NULL)
            finding->source = source_place(ledger->series->holders, account->example,
                                           finding->function, module, ledger->series->package);
    }
    for (size_t i = 0; i < findings->count; i++) {
        struct finding *finding = &findings->items[i];
        if (!leaks_heap(finding))
            continue;
        name_common(findings, finding, module);
        if (finding->in_common == NULL)
            name_keeper(ledger, finding, module);
    }
}
