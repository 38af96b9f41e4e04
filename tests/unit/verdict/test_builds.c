/*
 * One source built in several ways, with and without inlining and by several releases of Go, must
 * give the same keys: profiles of the program in fixtures/make, whose shapes of allocations and
 * goroutines each hold a number of their own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/memory.h"
#include "probes/profile.h"
#include "verdict/holder_key.h"

static const char *const builds[] = {
    "default",         "with-paths",    "no-inlining", "no-inlining-with-paths",
    "no-optimisation", "more-inlining", "no-cgo",      "race",
    "go1.23",          "go1.25",        "go1.27",
};

/* The program's own, not a second allocation beside a shape's, which differs with escape analysis.
 */
enum { LEAST_OBJECTS = 100, LEAST_GOROUTINES = 20, MOST_KEYS = 200, OBJECT_BYTES = 64 };

struct held {
    char *key;
    uint64_t value;
};

struct keys {
    struct held items[MOST_KEYS];
    size_t count;
};

static void keys_add(struct keys *keys, char *key, uint64_t value)
{
    for (size_t i = 0; i < keys->count; i++)
        if (strcmp(keys->items[i].key, key) == 0) {
            keys->items[i].value += value;
            free(key);
            return;
        }
    assert_true(keys->count < MOST_KEYS);
    keys->items[keys->count++] = (struct held){key, value};
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct held *)a)->key, ((const struct held *)b)->key);
}

static bool is_shape(enum gauge gauge, const struct holding *holding)
{
    if (gauge == GAUGE_GOROUTINE)
        return holding->value >= LEAST_GOROUTINES;
    return holding->value >= LEAST_OBJECTS &&
           holding->bytes == (uint64_t)holding->value * OBJECT_BYTES;
}

static struct keys keys_of(const char *build, enum gauge gauge)
{
    struct keys keys = {.count = 0};
    struct lg_error err = {0};
    struct profile_facts facts;
    _cleanup_buffer_ struct buffer bytes = BUFFER_INIT(1024 * 1024);
    struct holding_list holdings = {0};
    _cleanup_free_ char *path = memory_format("%s/fixtures/%s-%s.pb.gz", TEST_UNIT_DIR, build,
                                              gauge == GAUGE_GOROUTINE ? "goroutine" : "heap");
    struct holder_table *table = holder_table_new();
    if (!file_read(path, &bytes, LG_ERROR_INTERNAL, &err) ||
        !profile_decode(bytes.data, bytes.length, gauge, table, &holdings, &facts, &err))
        fail_msg("%s: %s", path, err.text);
    for (size_t i = 0; i < holdings.count; i++)
        if (is_shape(gauge, &holdings.items[i]))
            keys_add(&keys, holder_key(table, holder_table_get(table, holdings.items[i].holder)),
                     holdings.items[i].value);
    holding_list_free(&holdings);
    holder_table_free(table);
    qsort(keys.items, keys.count, sizeof *keys.items, by_key);
    return keys;
}

static void keys_free(struct keys *keys)
{
    for (size_t i = 0; i < keys->count; i++)
        free(keys->items[i].key);
}

static void compare(const char *build, const struct keys *keys, const struct keys *wanted)
{
    for (size_t i = 0; i < keys->count && i < wanted->count; i++) {
        const struct held *found = &keys->items[i], *expected = &wanted->items[i];
        if (strcmp(found->key, expected->key) != 0 || found->value != expected->value)
            fail_msg("%s: %ju \"%s\", by default %ju \"%s\"", build, (uintmax_t)found->value,
                     found->key, (uintmax_t)expected->value, expected->key);
    }
    assert_int_equal(keys->count, wanted->count);
}

static void check_gauge(enum gauge gauge, size_t shapes)
{
    struct keys wanted = keys_of(builds[0], gauge);
    assert_int_equal(wanted.count, shapes);
    for (size_t i = 1; i < sizeof builds / sizeof builds[0]; i++) {
        struct keys keys = keys_of(builds[i], gauge);
        compare(builds[i], &keys, &wanted);
        keys_free(&keys);
    }
    keys_free(&wanted);
}

static void heap_stacks_have_the_same_keys_in_every_build(void **state)
{
    (void)state;
    check_gauge(GAUGE_HEAP_STACK, 54);
}

static void goroutines_have_the_same_keys_in_every_build(void **state)
{
    (void)state;
    check_gauge(GAUGE_GOROUTINE, 32);
}

/* What the compiler did to it is nowhere in a key. */
static void a_closure_has_the_package_of_its_source(void **state)
{
    (void)state;
    struct keys keys = keys_of("default", GAUGE_HEAP_STACK);
    bool found = false;
    for (size_t i = 0; i < keys.count; i++)
        found = found || strcmp(keys.items[i].key,
                                "example.com/shapes/part.Nested.func < main.acrossNested < "
                                "main.hold < main.main") == 0;
    keys_free(&keys);
    assert_true(found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heap_stacks_have_the_same_keys_in_every_build),
        cmocka_unit_test(goroutines_have_the_same_keys_in_every_build),
        cmocka_unit_test(a_closure_has_the_package_of_its_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
