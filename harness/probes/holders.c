#include "probes/holders.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/strings.h"

enum {
    INDEX_FIRST_SIZE = 1024,
    ALLOCATION_BYTES = 16 /* that malloc adds, about */
};

struct entry {
    uint64_t hash;
    void *content;   /* text, or function numbers: stays where it is while the table grows */
    void *source;    /* a function's file, a stack's lines; NULL: not known */
    uint32_t length; /* bytes of content, without a text's NUL */
    uint8_t gauge;
    bool stack;
};

struct entries {
    struct entry *items;
    size_t count;
    size_t capacity;
    uint32_t *slots;      /* open addressing: an item's number + 1; 0 is empty */
    size_t slot_count;    /* a power of two */
    size_t content_bytes; /* of all items */
};

struct holder_table {
    struct entries functions;
    struct entries holders;
};

struct holder_table *holder_table_new(void)
{
    return memory_new(struct holder_table);
}

static void entries_free(struct entries *entries)
{
    for (size_t i = 0; i < entries->count; i++)
        free_all(entries->items[i].content, entries->items[i].source);
    free(entries->items);
    free(entries->slots);
}

void holder_table_free(struct holder_table *table)
{
    if (table == NULL)
        return;
    entries_free(&table->functions);
    entries_free(&table->holders);
    free(table);
}

static bool entry_same(const struct entry *a, const struct entry *b)
{
    return a->hash == b->hash && a->length == b->length && a->gauge == b->gauge &&
           a->stack == b->stack &&
           (a->length == 0 || memcmp(a->content, b->content, a->length) == 0);
}

/* Where the entry stands, or the empty slot where it would. */
static uint32_t *slot_of(const struct entries *entries, const struct entry *wanted)
{
    size_t mask = entries->slot_count - 1;
    for (size_t at = (size_t)wanted->hash & mask;; at = (at + 1) & mask) {
        uint32_t *slot = &entries->slots[at];
        if (*slot == 0 || entry_same(&entries->items[*slot - 1], wanted))
            return slot;
    }
}

/* The slots are kept at most half full. */
static void make_room(struct entries *entries)
{
    if (entries->slot_count > 0 && entries->count * 2 < entries->slot_count)
        return;
    free(entries->slots);
    entries->slot_count = entries->slot_count > 0 ? entries->slot_count * 2 : INDEX_FIRST_SIZE;
    entries->slots = memory_array(entries->slot_count, sizeof *entries->slots);
    for (size_t i = 0; i < entries->count; i++)
        *slot_of(entries, &entries->items[i]) = (uint32_t)i + 1;
}

/* The number of the entry with this content, of which it makes a copy when it is new. */
static uint32_t intern(struct entries *entries, const void *content, size_t length,
                       enum gauge gauge, bool stack)
{
    struct entry entry = {.content = (void *)content,
                          .length = (uint32_t)length,
                          .gauge = (uint8_t)gauge,
                          .stack = stack};
    entry.hash = XXH3_64bits_withSeed(content, length, (XXH64_hash_t)gauge * 2 + stack);
    make_room(entries);
    uint32_t *slot = slot_of(entries, &entry);
    if (*slot == 0) {
        entry.content = memory_copy_range(content, length);
        array_append(entries->items, entries->count, entries->capacity, entry);
        entries->content_bytes += length + 1 + ALLOCATION_BYTES;
        *slot = (uint32_t)entries->count;
    }
    return *slot - 1;
}

/* Names are written as JSON, which has room for UTF-8 alone: another byte as "\\xE8", so that two
 * names stay two. NULL where all is valid. The caller frees it. */
static char *escape_invalid(const char *name, size_t length)
{
    struct buffer escaped = {0};
    size_t start = 0; /* of what is not appended yet */
    for (size_t at = 0; at < length;) {
        size_t valid = utf8_length(name + at, length - at);
        if (valid == 0) {
            buffer_append(&escaped, name + start, at - start);
            buffer_format(&escaped, "\\x%02X", (unsigned char)name[at]);
            start = at + 1;
        }
        at += valid > 0 ? valid : 1;
    }
    if (start == 0)
        return NULL;
    buffer_append(&escaped, name + start, length - start);
    return buffer_take(&escaped);
}

static uint32_t intern_name(struct entries *entries, const char *name, size_t length,
                            enum gauge gauge)
{
    _cleanup_free_ char *escaped = escape_invalid(name, length);
    return escaped != NULL ? intern(entries, escaped, strlen(escaped), gauge, false)
                           : intern(entries, name, length, gauge, false);
}

uint32_t holder_table_function(struct holder_table *table, const char *name, size_t length)
{
    /* A NUL within a name would make two names look the same to whoever reads them as text. */
    return intern_name(&table->functions, name, strnlen(name, length), (enum gauge)0);
}

uint32_t holder_table_text(struct holder_table *table, enum gauge gauge, const char *text)
{
    return intern_name(&table->holders, text, strlen(text), gauge);
}

uint32_t holder_table_stack(struct holder_table *table, enum gauge gauge, const uint32_t *functions,
                            uint32_t depth)
{
    return intern(&table->holders, functions, depth * sizeof *functions, gauge, true);
}

static void set_source(struct entries *entries, uint32_t number, const void *source, size_t length)
{
    struct entry *entry = &entries->items[number];
    if (entry->source != NULL || length == 0)
        return;
    entry->source = memory_copy_range(source, length);
    entries->content_bytes += length + 1 + ALLOCATION_BYTES;
}

void holder_table_set_file(struct holder_table *table, uint32_t function, const char *file,
                           size_t length)
{
    _cleanup_free_ char *escaped = escape_invalid(file, length);
    set_source(&table->functions, function, escaped != NULL ? escaped : file,
               escaped != NULL ? strlen(escaped) : strnlen(file, length));
}

void holder_table_set_lines(struct holder_table *table, uint32_t stack, const uint32_t *lines)
{
    set_source(&table->holders, stack, lines, table->holders.items[stack].length);
}

const char *holder_table_file(const struct holder_table *table, uint32_t function)
{
    return table->functions.items[function].source;
}

const uint32_t *holder_table_lines(const struct holder_table *table, uint32_t stack)
{
    return table->holders.items[stack].source;
}

static size_t entries_bytes(const struct entries *entries)
{
    return entries->capacity * sizeof *entries->items +
           entries->slot_count * sizeof *entries->slots + entries->content_bytes;
}

size_t holder_table_bytes(const struct holder_table *table)
{
    return sizeof *table + entries_bytes(&table->functions) + entries_bytes(&table->holders);
}

size_t holder_table_count(const struct holder_table *table)
{
    return table->holders.count;
}

size_t holder_table_function_count(const struct holder_table *table)
{
    return table->functions.count;
}

struct holder holder_table_get(const struct holder_table *table, uint32_t number)
{
    const struct entry *entry = &table->holders.items[number];
    struct holder holder = {.gauge = (enum gauge)entry->gauge};
    if (entry->stack) {
        holder.functions = entry->content;
        holder.depth = entry->length / (uint32_t)sizeof *holder.functions;
    } else {
        holder.text = entry->content;
    }
    return holder;
}

const char *holder_table_function_name(const struct holder_table *table, uint32_t number)
{
    return table->functions.items[number].content;
}
