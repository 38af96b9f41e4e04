/*
 * Profiles: two that Go made (fixtures/make says how), some made here field by field for what Go
 * never writes, and thousands of damaged ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/strings.h"
#include "../wire.h"
#include "probes/gunzip.h"
#include "probes/profile.h"

struct decoded {
    struct holder_table *table;
    struct holding_list holdings;
    struct profile_facts facts;
    struct lg_error err;
    bool decoded;
};

static struct decoded decode(const void *bytes, size_t length, enum gauge gauge)
{
    struct decoded result = {.table = holder_table_new()};
    result.decoded = profile_decode(bytes, length, gauge, result.table, &result.holdings,
                                    &result.facts, &result.err);
    return result;
}

static void decoded_free(struct decoded *decoded)
{
    holder_table_free(decoded->table);
    holding_list_free(&decoded->holdings);
}

/* The number of the function at that depth from the leaf, by name; "" where there is none. */
static const char *frame(const struct decoded *decoded, size_t holding, uint32_t depth)
{
    struct holder holder =
        holder_table_get(decoded->table, decoded->holdings.items[holding].holder);
    return depth < holder.depth
               ? holder_table_function_name(decoded->table, holder.functions[depth])
               : "";
}

static const struct holding *held_by(const struct decoded *decoded, const char *function)
{
    for (size_t i = 0; i < decoded->holdings.count; i++)
        for (uint32_t depth = 0; frame(decoded, i, depth)[0] != '\0'; depth++)
            if (strcmp(frame(decoded, i, depth), function) == 0)
                return &decoded->holdings.items[i];
    return NULL;
}

static struct buffer fixture(const char *name)
{
    struct buffer bytes = BUFFER_INIT(1024 * 1024);
    _cleanup_free_ char *path = memory_format("%s/fixtures/%s", TEST_UNIT_DIR, name);
    struct lg_error err = {0};
    if (!file_read(path, &bytes, LG_ERROR_INTERNAL, &err))
        fail_msg("%s", err.text);
    return bytes;
}

static void goroutines_of_a_real_profile(void **state)
{
    (void)state;
    _cleanup_buffer_ struct buffer bytes = fixture("goroutine.pb.gz");
    struct decoded decoded = decode(bytes.data, bytes.length, GAUGE_GOROUTINE);
    if (!decoded.decoded)
        fail_msg("%s", decoded.err.text);
    const struct holding *waiting = held_by(&decoded, "main.waitHere");
    assert_non_null(waiting);
    assert_int_equal(waiting->value, 7);
    assert_int_equal(waiting->bytes, 0);
    assert_string_equal(frame(&decoded, (size_t)(waiting - decoded.holdings.items), 0),
                        "runtime.gopark");
    /* The profile counts 13: one of them serves the fetch and one reads behind it. */
    assert_int_equal(decoded.facts.total, 11);
    assert_int_equal(decoded.facts.samples, 7);
    assert_int_equal(decoded.holdings.count, 5);
    assert_null(held_by(&decoded, "net/http/pprof.Index"));
    assert_null(held_by(&decoded, "net/http.(*connReader).backgroundRead"));
    decoded_free(&decoded);
}

static void heap_of_a_real_profile(void **state)
{
    (void)state;
    _cleanup_buffer_ struct buffer bytes = fixture("heap.pb.gz");
    struct decoded decoded = decode(bytes.data, bytes.length, GAUGE_HEAP_STACK);
    if (!decoded.decoded)
        fail_msg("%s", decoded.err.text);
    const struct holding *held = held_by(&decoded, "main.hold");
    assert_non_null(held);
    /* Forty blocks, and the slice that keeps them: another place in the same function. */
    assert_int_equal(held->value, 41);
    assert_int_equal(held->bytes, 40 * 4096 + 1792);
    size_t number = (size_t)(held - decoded.holdings.items);
    assert_string_equal(frame(&decoded, number, 0), "main.hold");
    assert_string_equal(frame(&decoded, number, 1), "main.main");
    assert_int_equal(decoded.facts.period, 1);
    assert_int_equal(decoded.facts.samples, 12);
    /* What is freed holds nothing: two stacks of twelve samples are left. */
    assert_int_equal(decoded.holdings.count, 2);
    assert_int_equal(decoded.facts.total, 42);
    decoded_free(&decoded);
}

/*
 * A profile's numbers are already scaled up from what was sampled (runtime/pprof, scaleHeapSample),
 * so they are taken as they are. 20,000 live objects of each size: exactly at rate 1; at rate 512
 * as near as the sampling allows, 5 standard errors of the number of samples.
 */
static const struct {
    const char *file;
    int64_t rate;
    const char *function;
    unsigned size;
    double tolerance;
} scaled[] = {
    {"heap-1.pb.gz", 1, "main.hold16", 16, 0},
    {"heap-1.pb.gz", 1, "main.hold112", 112, 0},
    {"heap-1.pb.gz", 1, "main.hold1024", 1024, 0},
    {"heap-512.pb.gz", 512, "main.hold16", 16, 0.2},      /* 615 samples */
    {"heap-512.pb.gz", 512, "main.hold112", 112, 0.08},   /* 3,930 */
    {"heap-512.pb.gz", 512, "main.hold1024", 1024, 0.04}, /* 17,290 */
};

static void numbers_are_of_all_objects_at_every_rate(void **state)
{
    (void)state;
    const double objects = 20000;
    for (size_t i = 0; i < sizeof scaled / sizeof scaled[0]; i++) {
        _cleanup_buffer_ struct buffer bytes = fixture(scaled[i].file);
        struct decoded decoded = decode(bytes.data, bytes.length, GAUGE_HEAP_STACK);
        if (!decoded.decoded)
            fail_msg("%s", decoded.err.text);
        assert_int_equal(decoded.facts.period, scaled[i].rate);
        const struct holding *held = held_by(&decoded, scaled[i].function);
        assert_non_null(held);
        double wrong = fabs(held->value - objects) / objects;
        double wrong_bytes =
            fabs((double)held->bytes - objects * scaled[i].size) / (objects * scaled[i].size);
        if (wrong > scaled[i].tolerance || wrong_bytes > scaled[i].tolerance)
            fail_msg("%s at rate %jd: %u objects, %ju bytes", scaled[i].function,
                     (intmax_t)scaled[i].rate, held->value, (uintmax_t)held->bytes);
        decoded_free(&decoded);
    }
}

static void the_same_profile_again_gives_the_same_holders(void **state)
{
    (void)state;
    _cleanup_buffer_ struct buffer bytes = fixture("heap.pb.gz");
    struct decoded decoded = decode(bytes.data, bytes.length, GAUGE_HEAP_STACK);
    size_t stacks = holder_table_count(decoded.table);
    assert_true(profile_decode(bytes.data, bytes.length, GAUGE_HEAP_STACK, decoded.table,
                               &decoded.holdings, &decoded.facts, &decoded.err));
    assert_int_equal(holder_table_count(decoded.table), stacks);
    assert_int_equal(decoded.holdings.count, 4); /* appended */
    holding_list_sum(&decoded.holdings);
    assert_int_equal(decoded.holdings.count, 2);
    decoded_free(&decoded);
}

static void one_kind_is_not_taken_for_the_other(void **state)
{
    (void)state;
    _cleanup_buffer_ struct buffer heap = fixture("heap.pb.gz");
    _cleanup_buffer_ struct buffer goroutines = fixture("goroutine.pb.gz");
    struct decoded wrong = decode(heap.data, heap.length, GAUGE_GOROUTINE);
    assert_false(wrong.decoded);
    assert_int_equal(wrong.err.class, LG_ERROR_TARGET);
    assert_null(wrong.holdings.items);
    decoded_free(&wrong);
    wrong = decode(goroutines.data, goroutines.length, GAUGE_HEAP_STACK);
    assert_false(wrong.decoded);
    decoded_free(&wrong);
}

static struct buffer profile_begin(void)
{
    struct buffer out = BUFFER_INIT(256 * 1024 * 1024);
    static const char *const strings[] = {"",          "goroutine", "count",
                                          "main.leaf", "main.root", "main.inlined"};
    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++)
        put_bytes(&out, 6, strings[i], strlen(strings[i]));
    struct buffer type = BUFFER_INIT(64);
    put_number(&type, 1, 1);
    put_number(&type, 2, 2);
    put_message(&out, 1, &type);
    return out;
}

static void put_function(struct buffer *out, uint64_t id, uint64_t name)
{
    struct buffer function = BUFFER_INIT(64);
    put_number(&function, 1, id);
    put_number(&function, 2, name);
    put_message(out, 5, &function);
}

static void put_location(struct buffer *out, uint64_t id, const uint64_t *functions, size_t count)
{
    struct buffer location = BUFFER_INIT(8 * 1024 * 1024);
    put_number(&location, 1, id);
    put_number(&location, 3, 0x12345678);
    for (size_t i = 0; i < count; i++) {
        struct buffer line = BUFFER_INIT(64);
        put_number(&line, 1, functions[i]);
        put_number(&line, 2, 77);
        put_message(&location, 4, &line);
    }
    put_message(out, 4, &location);
}

static void put_sample(struct buffer *out, const uint64_t *locations, size_t count, uint64_t value)
{
    struct buffer sample = BUFFER_INIT(64 * 1024), packed = BUFFER_INIT(64 * 1024);
    for (size_t i = 0; i < count; i++)
        put_varint(&packed, locations[i]);
    put_message(&sample, 1, &packed);
    put_number(&sample, 2, value); /* unpacked: both are allowed */
    put_message(out, 2, &sample);
}

static void numbers_may_be_anything_and_inlined_frames_go_innermost_first(void **state)
{
    (void)state;
    _cleanup_buffer_ struct buffer out = profile_begin();
    put_sample(&out, (uint64_t[]){UINT64_MAX, 7}, 2, 3); /* before what it refers to, as Go does */
    put_sample(&out, (uint64_t[]){7}, 1, 0);
    put_location(&out, UINT64_MAX, (uint64_t[]){900, 1u << 31}, 2);
    put_location(&out, 7, (uint64_t[]){0}, 1);
    put_function(&out, 900, 5);
    put_function(&out, 1u << 31, 3);
    put_function(&out, 0, 4);
    put_number(&out, 99, 5); /* fields of a later version are passed over */
    put_bytes(&out, 100, "later", 5);
    struct decoded decoded = decode(out.data, out.length, GAUGE_GOROUTINE);
    if (!decoded.decoded)
        fail_msg("%s", decoded.err.text);
    assert_int_equal(decoded.facts.total, 3);
    assert_int_equal(decoded.holdings.count, 1);
    assert_string_equal(frame(&decoded, 0, 0), "main.inlined");
    assert_string_equal(frame(&decoded, 0, 1), "main.leaf");
    assert_string_equal(frame(&decoded, 0, 2), "main.root");
    assert_string_equal(frame(&decoded, 0, 3), "");
    decoded_free(&decoded);
}

static void what_has_not_run_yet_is_not_counted(void **state)
{
    (void)state;
    _cleanup_buffer_ struct buffer out = profile_begin();
    put_function(&out, 1, 3);
    put_location(&out, 1, (uint64_t[]){1}, 1);
    put_sample(&out, NULL, 0, 1);
    put_sample(&out, (uint64_t[]){1}, 1, 4);
    struct decoded decoded = decode(out.data, out.length, GAUGE_GOROUTINE);
    assert_true(decoded.decoded);
    assert_int_equal(decoded.facts.total, 4);
    assert_int_equal(decoded.holdings.count, 1);
    decoded_free(&decoded);
}

static void refused(struct buffer *out, const char *why)
{
    struct decoded decoded = decode(out->data, out->length, GAUGE_GOROUTINE);
    assert_false(decoded.decoded);
    assert_int_equal(decoded.err.class, LG_ERROR_TARGET);
    assert_null(decoded.holdings.items);
    if (strstr(decoded.err.text, why) == NULL)
        fail_msg("'%s' does not say '%s'", decoded.err.text, why);
    decoded_free(&decoded);
    buffer_free(out);
}

static void what_refers_to_nothing_is_refused(void **state)
{
    (void)state;
    struct buffer out = profile_begin();
    put_sample(&out, (uint64_t[]){5}, 1, 1);
    refused(&out, "names no location");

    out = profile_begin();
    put_location(&out, 5, (uint64_t[]){6}, 1);
    put_sample(&out, (uint64_t[]){5}, 1, 1);
    refused(&out, "names no function");

    out = profile_begin();
    put_function(&out, 6, 6);
    put_location(&out, 5, (uint64_t[]){6}, 1);
    put_sample(&out, (uint64_t[]){5}, 1, 1);
    refused(&out, "names no function");

    out = profile_begin();
    put_sample(&out, NULL, 0, UINT64_MAX); /* minus one */
    refused(&out, "do not fit");

    out = profile_begin();
    put_function(&out, 1, 3);
    put_function(&out, 1, 4);
    refused(&out, "two functions");

    out = profile_begin();
    put_location(&out, 1, NULL, 0);
    put_location(&out, 1, NULL, 0);
    refused(&out, "two locations");
}

static void what_is_no_profile_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "<html>not found</html>",
        "goroutine profile: total 3\n",
        "\n",
        "\x0a",
        "\x0a\x05xy",
        "\x32\xff\xff\xff\xff\x0f",
        "\x32\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        "\x0b",
        "\x1f\x8b",
        "\x1f\x8b\x08\x00\x00\x00",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct buffer out = BUFFER_INIT(64);
        buffer_text(&out, texts[i]);
        refused(&out, "");
    }
    struct decoded empty = decode("", 0, GAUGE_GOROUTINE);
    assert_false(empty.decoded);
    assert_int_equal(empty.err.class, LG_ERROR_TARGET);
    decoded_free(&empty);
}

static void a_stack_may_be_as_deep_as_the_limit(void **state)
{
    (void)state;
    static uint64_t ones[LIMIT_PROFILE_STACK + 1];
    for (size_t i = 0; i <= LIMIT_PROFILE_STACK; i++)
        ones[i] = 1;
    struct buffer out = profile_begin();
    put_function(&out, 1, 3);
    put_location(&out, 1, ones, 1);
    put_sample(&out, ones, LIMIT_PROFILE_STACK, 1);
    struct decoded decoded = decode(out.data, out.length, GAUGE_GOROUTINE);
    assert_true(decoded.decoded);
    decoded_free(&decoded);
    put_sample(&out, ones, LIMIT_PROFILE_STACK + 1, 1);
    refused(&out, "deeper than 512");

    out = profile_begin();
    put_function(&out, 1, 3);
    put_location(&out, 1, ones, LIMIT_PROFILE_STACK + 1);
    put_sample(&out, ones, 1, 1);
    refused(&out, "deeper than 512");
}

static void every_table_has_a_limit(void **state)
{
    (void)state;
    static const struct {
        unsigned tag;
        unsigned limit;
        const char *why;
    } tables[] = {
        {6, LIMIT_PROFILE_STRINGS, "1000000 strings"},
        {4, LIMIT_PROFILE_TABLE, "1000000 locations"},
        {5, LIMIT_PROFILE_TABLE, "1000000 functions"},
        {1, 16, "16 sample types"},
    };
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        struct buffer out = profile_begin();
        for (unsigned n = 0; n <= tables[i].limit; n++)
            put_bytes(&out, tables[i].tag, "", 0);
        refused(&out, tables[i].why);
    }
    struct buffer out = profile_begin();
    for (unsigned n = 0; n <= LIMIT_PROFILE_SAMPLES; n++)
        buffer_append(&out, "\x12\x02\x10\x00", 4); /* a sample whose value is 0 */
    refused(&out, "1000000 samples");

    out = profile_begin();
    struct buffer lines = BUFFER_INIT(16 * 1024 * 1024);
    for (unsigned n = 0; n <= LIMIT_PROFILE_TABLE; n++)
        buffer_append(&lines, "\x22\x00", 2);
    put_message(&out, 4, &lines);
    refused(&out, "1000000 lines");
}

static struct buffer gzipped(const char *bytes, size_t length)
{
    struct buffer out = BUFFER_INIT(64 * 1024 * 1024);
    size_t bound = compressBound(length) + 64;
    _cleanup_free_ unsigned char *space = memory_array(bound, 1);
    z_stream stream = {.next_in = (Bytef *)bytes,
                       .avail_in = (uInt)length,
                       .next_out = space,
                       .avail_out = (uInt)bound};
    assert_int_equal(deflateInit2(&stream, 1, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY),
                     Z_OK);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    buffer_append(&out, space, bound - stream.avail_out);
    deflateEnd(&stream);
    return out;
}

static void gzip_is_whole_or_refused(void **state)
{
    (void)state;
    _cleanup_buffer_ struct buffer bytes = fixture("heap.pb.gz");
    for (size_t length = 2; length < bytes.length; length++) {
        struct decoded cut = decode(bytes.data, length, GAUGE_HEAP_STACK);
        assert_false(cut.decoded);
        assert_int_equal(cut.err.class, LG_ERROR_TARGET);
        decoded_free(&cut);
    }
    buffer_char(&bytes, 'x');
    refused(&bytes, "1 bytes follow");
}

static void a_bomb_is_refused(void **state)
{
    (void)state;
    _cleanup_free_ char *zeros = memory_array(LIMIT_GZIP_OUT_BYTES + 1, 1);
    struct buffer bomb = gzipped(zeros, LIMIT_GZIP_OUT_BYTES + 1);
    assert_true(bomb.length < LIMIT_GZIP_IN_BYTES);
    refused(&bomb, "134217728 bytes");

    _cleanup_buffer_ struct buffer large = BUFFER_INIT(LIMIT_GZIP_IN_BYTES + 1);
    buffer_append(&large, zeros, LIMIT_GZIP_IN_BYTES + 1);
    struct buffer out = BUFFER_INIT(64);
    struct lg_error err = {0};
    assert_false(gunzip(large.data, large.length, &out, &err));
    assert_non_null(strstr(err.text, "16777216 bytes"));
}

/* xorshift64: the same mutants every time. */
static uint64_t random_state = 0x9e3779b97f4a7c15;

static uint64_t random_below(uint64_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % limit;
}

static void mutate(struct buffer *bytes)
{
    for (uint64_t changes = 1 + random_below(8); changes > 0 && bytes->length > 1; changes--) {
        size_t at = random_below(bytes->length), length = random_below(bytes->length - at) % 64;
        switch (random_below(4)) {
        case 0:
            bytes->data[at] = (char)random_below(256);
            break;
        case 1:
            bytes->data[at] ^= (char)(1u << random_below(8));
            break;
        case 2:
            memmove(bytes->data + at, bytes->data + at + length, bytes->length - at - length);
            bytes->length -= length;
            break;
        default:
            memset(bytes->data + at, 0xff, length);
        }
    }
}

static unsigned decode_mutants(const char *name, enum gauge gauge, unsigned count)
{
    _cleanup_buffer_ struct buffer packed = fixture(name);
    _cleanup_buffer_ struct buffer plain = BUFFER_INIT(1024 * 1024);
    assert_true(gunzip(packed.data, packed.length, &plain, NULL));
    unsigned refusals = 0;
    for (unsigned i = 0; i < count; i++) {
        const struct buffer *source = i % 4 == 0 ? &packed : &plain;
        /* An exact allocation, so that a read beyond its end is caught. */
        struct buffer mutant = {.data = memory_copy_range(source->data, source->length),
                                .length = source->length};
        mutate(&mutant);
        _cleanup_free_ char *exact = memory_array(mutant.length + 1, 1);
        memcpy(exact + 1, mutant.data, mutant.length);
        free(mutant.data);
        struct decoded decoded = decode(exact + 1, mutant.length, gauge);
        if (!decoded.decoded) {
            refusals++;
            assert_int_equal(decoded.err.class, LG_ERROR_TARGET);
            assert_null(decoded.holdings.items);
        }
        for (size_t n = 0; n < decoded.holdings.count; n++)
            assert_true(strlen(frame(&decoded, n, 0)) < plain.length);
        decoded_free(&decoded);
    }
    return refusals;
}

static void damaged_profiles_do_no_harm(void **state)
{
    (void)state;
    enum { MUTANTS = 4000 };
    unsigned refusals = decode_mutants("heap.pb.gz", GAUGE_HEAP_STACK, MUTANTS) +
                        decode_mutants("goroutine.pb.gz", GAUGE_GOROUTINE, MUTANTS);
    /* Both kinds of ending are reached: a changed letter of a name is no damage. */
    assert_true(refusals > MUTANTS / 2);
    assert_true(refusals < 2 * MUTANTS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goroutines_of_a_real_profile),
        cmocka_unit_test(heap_of_a_real_profile),
        cmocka_unit_test(numbers_are_of_all_objects_at_every_rate),
        cmocka_unit_test(the_same_profile_again_gives_the_same_holders),
        cmocka_unit_test(one_kind_is_not_taken_for_the_other),
        cmocka_unit_test(numbers_may_be_anything_and_inlined_frames_go_innermost_first),
        cmocka_unit_test(what_has_not_run_yet_is_not_counted),
        cmocka_unit_test(what_refers_to_nothing_is_refused),
        cmocka_unit_test(what_is_no_profile_is_refused),
        cmocka_unit_test(a_stack_may_be_as_deep_as_the_limit),
        cmocka_unit_test(every_table_has_a_limit),
        cmocka_unit_test(gzip_is_whole_or_refused),
        cmocka_unit_test(a_bomb_is_refused),
        cmocka_unit_test(damaged_profiles_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
