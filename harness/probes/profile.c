#include "probes/profile.h"

#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "probes/function_package.h"
#include "probes/gunzip.h"
#include "probes/profile_wire.h"

/* An array that has doubled up to its limit takes half as much again while it is copied. */
_Static_assert(LIMIT_GZIP_OUT_BYTES + 16ull *
                                          (LIMIT_PROFILE_STRINGS * sizeof(struct profile_string) +
                                           LIMIT_PROFILE_TABLE * (sizeof(struct profile_function) +
                                                                  sizeof(struct profile_location) +
                                                                  sizeof(struct profile_line)) +
                                           LIMIT_PROFILE_SAMPLES * sizeof(struct holding)) /
                                          10 <=
                   LIMIT_PROFILE_MEMORY_BYTES,
               "the largest profile that is let in stays within the limit");

/* What is known of a function of the profile, in profile_function.memory. */
enum function_memory {
    FUNCTION_MET = 1u << 30, /* the other bits are valid */
    FUNCTION_SERVES = 1u << 29,
    FUNCTION_PROFILES = 1u << 28,
    FUNCTION_READS_BEHIND = 1u << 27,
    FUNCTION_NUMBER = (1u << 27) - 1 /* in the holder table */
};

struct decoder {
    struct profile_tables tables;
    struct holder_table *table;
    enum gauge gauge;
    struct packages packages; /* filled for the first function that needs it */
    bool packages_known;      /* and not again */
    int value_index;          /* which of a sample's values counts */
    int bytes_index;          /* -1: none */
    struct holding_list holdings;
    struct profile_facts facts;
};

static void decoder_free(struct decoder *decoder)
{
    profile_tables_free(&decoder->tables);
    packages_free(&decoder->packages);
    holding_list_free(&decoder->holdings);
}
#define _cleanup_decoder_ __attribute__((cleanup(decoder_free)))

static bool string_starts(struct profile_string string, const char *prefix)
{
    size_t length = strlen(prefix);
    return string.length >= length && memcmp(string.start, prefix, length) == 0;
}

/* A goroutine that serves the fetch runs runtime/pprof below net/http's server; while a handler
 * runs, another one reads behind it from the same connection. Both come and go with the fetch. A
 * target that serves HTTP itself is still seen: its handlers count. */
static uint32_t function_marks(struct profile_string name)
{
    uint32_t marks = FUNCTION_MET;
    if (string_starts(name, "net/http.(*conn).serve"))
        marks |= FUNCTION_SERVES;
    if (string_starts(name, "runtime/pprof."))
        marks |= FUNCTION_PROFILES;
    if (string_starts(name, "net/http.(*connReader).backgroundRead"))
        marks |= FUNCTION_READS_BEHIND;
    return marks;
}

static char *string_copy(const struct decoder *decoder, uint32_t number)
{
    struct profile_string string = profile_string_at(&decoder->tables, number);
    return memory_copy_range(string.start, string.length);
}

static void learn_packages(struct decoder *decoder)
{
    for (size_t i = 0; i < decoder->tables.function_count; i++) {
        const struct profile_function *function = &decoder->tables.functions[i];
        _cleanup_free_ char *name = string_copy(decoder, function->name);
        _cleanup_free_ char *file = string_copy(decoder, function->file);
        packages_learn(&decoder->packages, name, file);
    }
}

/* The function's number in the holder table. A closure that was inlined over the border of a
 * package is named with the package it comes from. */
static uint32_t function_number(struct decoder *decoder, const struct profile_function *function)
{
    _cleanup_free_ char *name = string_copy(decoder, function->name);
    _cleanup_free_ char *whole = NULL;
    if (function_may_be_foreign(name)) {
        _cleanup_free_ char *file = string_copy(decoder, function->file);
        if (!decoder->packages_known)
            learn_packages(decoder);
        decoder->packages_known = true;
        whole = packages_whole_name(&decoder->packages, name, file);
    }
    const char *shown = whole != NULL ? whole : name;
    return holder_table_function(decoder->table, shown, strlen(shown));
}

static bool function_meet(struct decoder *decoder, uint64_t id, uint32_t *memory,
                          struct lg_error *err)
{
    struct profile_function *function = profile_function_by_id(&decoder->tables, id);
    if (function == NULL || function->name >= decoder->tables.string_count)
        return lg_fail(err, LG_ERROR_TARGET, 0,
                       "the profile is damaged: a line names no function of it");
    if (function->memory == 0) {
        struct profile_string name = profile_string_at(&decoder->tables, function->name);
        uint32_t number = function_number(decoder, function);
        struct profile_string file = profile_string_at(&decoder->tables, function->file);
        holder_table_set_file(decoder->table, number, file.start, file.length);
        function->memory = function_marks(name) | (number & FUNCTION_NUMBER);
    }
    *memory = function->memory;
    return true;
}

struct stack {
    uint32_t functions[LIMIT_PROFILE_STACK]; /* numbers in the holder table, leaf first */
    uint32_t lines[LIMIT_PROFILE_STACK];
    uint32_t depth;
    uint32_t marks; /* of all its functions together */
};

static bool stack_push(struct decoder *decoder, struct stack *stack,
                       const struct profile_line *line, struct lg_error *err)
{
    uint32_t memory = 0;
    if (stack->depth >= LIMIT_PROFILE_STACK)
        return lg_fail(err, LG_ERROR_TARGET, 0, "a stack of the profile is deeper than %u",
                       LIMIT_PROFILE_STACK);
    if (!function_meet(decoder, line->function, &memory, err))
        return false;
    stack->lines[stack->depth] =
        line->line > 0 && line->line <= UINT32_MAX ? (uint32_t)line->line : 0;
    stack->functions[stack->depth++] = memory & FUNCTION_NUMBER;
    stack->marks |= memory & ~(uint32_t)FUNCTION_NUMBER;
    return true;
}

/* A location without lines (a stripped or foreign address) has no name to be known by. */
static bool stack_read(struct decoder *decoder, const struct profile_sample *sample,
                       struct stack *stack, struct lg_error *err)
{
    for (size_t i = 0; i < sample->location_count; i++) {
        const struct profile_location *location =
            profile_location_by_id(&decoder->tables, sample->locations[i]);
        if (location == NULL)
            return lg_fail(err, LG_ERROR_TARGET, 0,
                           "the profile is damaged: a sample names no location of it");
        for (uint32_t line = 0; line < location->count; line++)
            if (!stack_push(decoder, stack, &decoder->tables.lines[location->first + line], err))
                return false;
    }
    return true;
}

/* A goroutine that has not run yet has no frames. The one that reads behind a handler is caught so
 * in every other fetch (measured: always one of the two), and what never ran holds nothing. */
static bool is_own(const struct decoder *decoder, const struct stack *stack)
{
    if (decoder->gauge != GAUGE_GOROUTINE)
        return false;
    return stack->depth == 0 || (stack->marks & FUNCTION_READS_BEHIND) != 0 ||
           ((stack->marks & FUNCTION_SERVES) != 0 && (stack->marks & FUNCTION_PROFILES) != 0);
}

static bool sample_decode(void *context, const struct profile_sample *sample, struct lg_error *err)
{
    struct decoder *decoder = context;
    bool fits = sample->value_count == decoder->tables.type_count;
    int64_t value = fits ? sample->values[decoder->value_index] : -1;
    int64_t bytes = fits && decoder->bytes_index >= 0 ? sample->values[decoder->bytes_index] : 0;
    if (value < 0 || bytes < 0)
        return lg_fail(err, LG_ERROR_TARGET, 0,
                       "the profile is damaged: a sample's values do not fit its types");
    decoder->facts.samples++;
    if (value == 0 && bytes == 0)
        return true;
    struct stack stack = {.depth = 0, .marks = 0};
    if (!stack_read(decoder, sample, &stack, err))
        return false;
    if (is_own(decoder, &stack))
        return true;
    uint32_t holder =
        holder_table_stack(decoder->table, decoder->gauge, stack.functions, stack.depth);
    holder_table_set_lines(decoder->table, holder, stack.lines);
    if (holder_table_bytes(decoder->table) > LIMIT_HOLDER_BYTES)
        return lg_fail(err, LG_ERROR_TARGET, 0,
                       "the target's distinct stacks take more than %u bytes", LIMIT_HOLDER_BYTES);
    uint32_t held = value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
    decoder->facts.total += held;
    decoder->facts.bytes += (uint64_t)bytes;
    holding_list_add(&decoder->holdings,
                     (struct holding){.holder = holder, .value = held, .bytes = (uint64_t)bytes});
    return true;
}

static bool values_find(struct decoder *decoder, struct lg_error *err)
{
    bool is_heap = decoder->gauge == GAUGE_HEAP_STACK;
    const char *name = is_heap                                  ? "inuse_objects"
                       : decoder->gauge == GAUGE_GOROUTINE_LEAK ? "goroutineleak"
                                                                : "goroutine";
    decoder->value_index = profile_type_by_name(&decoder->tables, name);
    decoder->bytes_index = is_heap ? profile_type_by_name(&decoder->tables, "inuse_space") : -1;
    if (decoder->value_index >= 0 && (!is_heap || decoder->bytes_index >= 0))
        return true;
    return lg_fail(err, LG_ERROR_TARGET, 0, "what came is not a %s profile",
                   is_heap ? "heap" : name);
}

bool profile_decode(const char *bytes, size_t length, enum gauge gauge, struct holder_table *table,
                    struct holding_list *holdings, struct profile_facts *facts,
                    struct lg_error *err)
{
    _cleanup_buffer_ struct buffer inflated = BUFFER_INIT(LIMIT_GZIP_OUT_BYTES);
    if (gunzip_recognises(bytes, length)) {
        if (!gunzip(bytes, length, &inflated, err))
            return false;
        bytes = buffer_string(&inflated);
        length = inflated.length;
    }
    _cleanup_decoder_ struct decoder decoder = {.table = table, .gauge = gauge};
    if (!profile_tables_read(bytes, length, &decoder.tables, err) || !values_find(&decoder, err) ||
        !profile_samples_read(&decoder.tables, sample_decode, &decoder, err))
        return false;
    holding_list_sum(&decoder.holdings);
    for (size_t i = 0; i < decoder.holdings.count; i++)
        holding_list_add(holdings, decoder.holdings.items[i]);
    *facts = decoder.facts;
    facts->period = decoder.tables.period;
    return true;
}
