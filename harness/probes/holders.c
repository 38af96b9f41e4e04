#include "probes/holders.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/strings.h"

enum { ARENA_BLOCK_BYTES = 64 * 1024, INDEX_FIRST_SIZE = 1024 };

/* Contents never move, so that a name stays where it is while the table grows. */
struct block {
    struct block *next;
    size_t used;
    size_t size;
    _Alignas(8) unsigned char bytes[];
};

/* Open addressing over numbers; the entries themselves lie densely beside it. */
struct index {
    uint32_t *slots; /* number + 1; 0 is empty */
    size_t size;     /* a power of two */
    size_t count;
};

struct entry {
    uint64_t hash;
    const void *content; /* text without its NUL, or function numbers */
    uint32_t length;     /* bytes of content */
    uint8_t gauge;
    bool stack;
};

struct entries {
    struct entry *items;
    size_t capacity;
    struct index index; /* index.count is how many items there are */
};

struct holder_table {
    struct entries functions;
    struct entries holders;
    struct block *blocks; /* the newest first */
    size_t bytes;
};

struct holder_table *holder_table_new(void)
{
    return memory_new(struct holder_table);
}

static void entries_free(struct entries *entries)
{
    free(entries->items);
    free(entries->index.slots);
}

void holder_table_free(struct holder_table *table)
{
    if (table == NULL)
        return;
    for (struct block *block = table->blocks, *next; block != NULL; block = next) {
        next = block->next;
        free(block);
    }
    entries_free(&table->functions);
    entries_free(&table->holders);
    free(table);
}

static void *arena_take(struct holder_table *table, size_t size)
{
    size = (size + 7) & ~(size_t)7;
    struct block *block = table->blocks;
    if (block == NULL || block->size - block->used < size) {
        size_t room = size > ARENA_BLOCK_BYTES ? size : ARENA_BLOCK_BYTES;
        block = memory_array(1, sizeof *block + room);
        block->size = room;
        block->next = table->blocks;
        table->blocks = block;
        table->bytes += sizeof *block + room;
    }
    void *bytes = block->bytes + block->used;
    block->used += size;
    return bytes;
}

/* A zero byte follows the copy, so that text can be handed out as a string. */
static const void *arena_copy(struct holder_table *table, const void *bytes, size_t length)
{
    unsigned char *copy = arena_take(table, length + 1);
    if (length > 0)
        memcpy(copy, bytes, length);
    copy[length] = '\0';
    return copy;
}

static bool entry_same(const struct entry *a, const struct entry *b)
{
    return a->hash == b->hash && a->length == b->length && a->gauge == b->gauge &&
           a->stack == b->stack &&
           (a->length == 0 || memcmp(a->content, b->content, a->length) == 0);
}

/* Where the entry stands, or the empty slot where it would. */
static uint32_t *index_slot(const struct entries *entries, const struct entry *wanted)
{
    size_t mask = entries->index.size - 1;
    for (size_t at = (size_t)wanted->hash & mask;; at = (at + 1) & mask) {
        uint32_t *slot = &entries->index.slots[at];
        if (*slot == 0 || entry_same(&entries->items[*slot - 1], wanted))
            return slot;
    }
}

/* Kept at most half full. */
static void index_make_room(struct entries *entries)
{
    struct index *index = &entries->index;
    if (index->size > 0 && index->count * 2 < index->size)
        return;
    free(index->slots);
    index->size = index->size > 0 ? index->size * 2 : INDEX_FIRST_SIZE;
    index->slots = memory_array(index->size, sizeof *index->slots);
    for (size_t i = 0; i < index->count; i++)
        *index_slot(entries, &entries->items[i]) = (uint32_t)i + 1;
}

static uint32_t intern(struct holder_table *table, struct entries *entries, struct entry wanted)
{
    index_make_room(entries);
    wanted.hash = XXH3_64bits_withSeed(wanted.content, wanted.length,
                                       (XXH64_hash_t)wanted.gauge * 2 + wanted.stack);
    uint32_t *slot = index_slot(entries, &wanted);
    if (*slot != 0)
        return *slot - 1;
    size_t number = entries->index.count++;
    entries->items = memory_grow(entries->items, &entries->capacity, number + 1, sizeof wanted);
    wanted.content = arena_copy(table, wanted.content, wanted.length);
    entries->items[number] = wanted;
    *slot = (uint32_t)number + 1;
    return (uint32_t)number;
}

/* Names are written as JSON, which has room for UTF-8 alone: another byte as "\\xE8", so that two
 * names stay two. NULL where all is valid. The caller frees it. */
static char *escape_invalid(const char *name, size_t length)
{
    struct buffer escaped = {0};
    bool any = false;
    for (size_t i = 0; i < length;) {
        size_t valid = utf8_length(name + i, length - i);
        if (valid > 0)
            buffer_append(&escaped, name + i, valid);
        else
            buffer_format(&escaped, "\\x%02X", (unsigned char)name[i]);
        any = any || valid == 0;
        i += valid > 0 ? valid : 1;
    }
    char *text = buffer_take(&escaped);
    if (any)
        return text;
    free(text);
    return NULL;
}

static bool is_ascii(const char *name, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)name[i] >= 0x80)
            return false;
    return true;
}

static uint32_t intern_name(struct holder_table *table, struct entries *entries, const char *name,
                            size_t length, enum gauge gauge)
{
    _cleanup_free_ char *escaped = is_ascii(name, length) ? NULL : escape_invalid(name, length);
    const char *shown = escaped != NULL ? escaped : name;
    return intern(table, entries,
                  (struct entry){.content = shown,
                                 .length = (uint32_t)(escaped != NULL ? strlen(shown) : length),
                                 .gauge = (uint8_t)gauge});
}

uint32_t holder_table_function(struct holder_table *table, const char *name, size_t length)
{
    /* A NUL within a name would make two names look the same to whoever reads them as text. */
    return intern_name(table, &table->functions, name, strnlen(name, length), (enum gauge)0);
}

uint32_t holder_table_text(struct holder_table *table, enum gauge gauge, const char *text)
{
    return intern_name(table, &table->holders, text, strlen(text), gauge);
}

uint32_t holder_table_stack(struct holder_table *table, enum gauge gauge, const uint32_t *functions,
                            uint32_t depth)
{
    return intern(table, &table->holders,
                  (struct entry){.content = functions,
                                 .length = depth * (uint32_t)sizeof *functions,
                                 .gauge = (uint8_t)gauge,
                                 .stack = true});
}

static size_t entries_bytes(const struct entries *entries)
{
    return entries->capacity * sizeof *entries->items +
           entries->index.size * sizeof *entries->index.slots;
}

size_t holder_table_bytes(const struct holder_table *table)
{
    return sizeof *table + table->bytes + entries_bytes(&table->functions) +
           entries_bytes(&table->holders);
}

size_t holder_table_count(const struct holder_table *table)
{
    return table->holders.index.count;
}

size_t holder_table_function_count(const struct holder_table *table)
{
    return table->functions.index.count;
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
