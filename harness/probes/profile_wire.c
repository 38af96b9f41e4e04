#include "probes/profile_wire.h"

#include <pb_decode.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum profile_field {
    PROFILE_SAMPLE_TYPE = 1,
    PROFILE_SAMPLE = 2,
    PROFILE_LOCATION = 4,
    PROFILE_FUNCTION = 5,
    PROFILE_STRING_TABLE = 6,
    PROFILE_PERIOD = 12
};
enum value_type_field { VALUE_TYPE_TYPE = 1 };
enum sample_field { SAMPLE_LOCATION_ID = 1, SAMPLE_VALUE = 2 };
enum location_field { LOCATION_ID = 1, LOCATION_LINE = 4 };
enum line_field { LINE_FUNCTION_ID = 1 };
enum function_field { FUNCTION_ID = 1, FUNCTION_NAME = 2, FUNCTION_FILE = 4 };

static bool damaged(struct lg_error *err, const char *what)
{
    return lg_fail(err, LG_ERROR_TARGET, 0, "the profile is damaged: %s", what);
}

static bool too_many(struct lg_error *err, const char *what, unsigned limit)
{
    return lg_fail(err, LG_ERROR_TARGET, 0, "the profile has more than %u %s", limit, what);
}

/* One field of a message at a time. `done` tells the end from damage. */
struct field {
    uint32_t tag;
    pb_wire_type_t type;
    bool done;
};

static bool field_next(pb_istream_t *stream, struct field *field)
{
    if (pb_decode_tag(stream, &field->type, &field->tag, &field->done))
        return field->tag != 0;
    return field->done;
}

/* A message with nothing but numbers of interest: fills numbers[tag] for tags below `count`. The
 * last of a repeated field counts, as the encoding's documentation wants. */
static bool numbers_read(pb_istream_t *stream, uint64_t *numbers, uint32_t count)
{
    pb_istream_t inner;
    if (!pb_make_string_substream(stream, &inner))
        return false;
    struct field field = {0};
    while (field_next(&inner, &field) && !field.done) {
        bool wanted = field.tag < count && field.type == PB_WT_VARINT;
        if (!(wanted ? pb_decode_varint(&inner, &numbers[field.tag])
                     : pb_skip_field(&inner, field.type)))
            return false;
    }
    return field.done && pb_close_string_substream(stream, &inner);
}

static bool type_add(struct profile_tables *tables, pb_istream_t *stream, struct lg_error *err)
{
    uint64_t numbers[VALUE_TYPE_TYPE + 1] = {0};
    if (!numbers_read(stream, numbers, VALUE_TYPE_TYPE + 1))
        return damaged(err, "a sample type");
    if (tables->type_count >= PROFILE_VALUES)
        return too_many(err, "sample types", PROFILE_VALUES);
    tables->types[tables->type_count++] = numbers[VALUE_TYPE_TYPE];
    return true;
}

static bool string_add(struct profile_tables *tables, pb_istream_t *stream, struct lg_error *err)
{
    uint64_t length = 0;
    if (!pb_decode_varint(stream, &length) || length > stream->bytes_left)
        return damaged(err, "a string");
    if (tables->string_count >= LIMIT_PROFILE_STRINGS)
        return too_many(err, "strings", LIMIT_PROFILE_STRINGS);
    const char *start = tables->bytes + (tables->length - stream->bytes_left);
    array_append(tables->strings, tables->string_count, tables->string_capacity,
                 (struct profile_string){.start = start, .length = (size_t)length});
    return pb_read(stream, NULL, (size_t)length) || damaged(err, "a string");
}

static bool function_add(struct profile_tables *tables, pb_istream_t *stream, struct lg_error *err)
{
    uint64_t numbers[FUNCTION_FILE + 1] = {0};
    if (!numbers_read(stream, numbers, FUNCTION_FILE + 1) ||
        numbers[FUNCTION_NAME] >= LIMIT_PROFILE_STRINGS ||
        numbers[FUNCTION_FILE] >= LIMIT_PROFILE_STRINGS)
        return damaged(err, "a function");
    if (tables->function_count >= LIMIT_PROFILE_TABLE)
        return too_many(err, "functions", LIMIT_PROFILE_TABLE);
    array_append(tables->functions, tables->function_count, tables->function_capacity,
                 (struct profile_function){.id = numbers[FUNCTION_ID],
                                           .name = (uint32_t)numbers[FUNCTION_NAME],
                                           .file = (uint32_t)numbers[FUNCTION_FILE]});
    return true;
}

static bool location_read(struct profile_tables *tables, pb_istream_t *stream,
                          struct profile_location *location, struct lg_error *err)
{
    struct field field = {0};
    while (field_next(stream, &field) && !field.done) {
        if (field.tag == LOCATION_LINE && field.type == PB_WT_STRING) {
            uint64_t numbers[LINE_FUNCTION_ID + 1] = {0};
            if (!numbers_read(stream, numbers, LINE_FUNCTION_ID + 1))
                return damaged(err, "a line");
            if (tables->line_count >= LIMIT_PROFILE_TABLE)
                return too_many(err, "lines", LIMIT_PROFILE_TABLE);
            array_append(tables->lines, tables->line_count, tables->line_capacity,
                         numbers[LINE_FUNCTION_ID]);
            location->count++;
        } else if (!(field.tag == LOCATION_ID && field.type == PB_WT_VARINT
                         ? pb_decode_varint(stream, &location->id)
                         : field.tag != LOCATION_ID && pb_skip_field(stream, field.type))) {
            return damaged(err, "a location");
        }
    }
    return field.done || damaged(err, "a location");
}

static bool location_add(struct profile_tables *tables, pb_istream_t *stream, struct lg_error *err)
{
    struct profile_location location = {.first = (uint32_t)tables->line_count};
    pb_istream_t inner;
    if (!pb_make_string_substream(stream, &inner))
        return damaged(err, "a location");
    if (!location_read(tables, &inner, &location, err))
        return false;
    if (!pb_close_string_substream(stream, &inner))
        return damaged(err, "a location");
    if (tables->location_count >= LIMIT_PROFILE_TABLE)
        return too_many(err, "locations", LIMIT_PROFILE_TABLE);
    array_append(tables->locations, tables->location_count, tables->location_capacity, location);
    return true;
}

static bool table_field_read(struct profile_tables *tables, pb_istream_t *stream,
                             const struct field *field, struct lg_error *err)
{
    uint64_t period = 0;
    if (field->tag == PROFILE_PERIOD && field->type == PB_WT_VARINT) {
        if (!pb_decode_varint(stream, &period))
            return damaged(err, "the period");
        tables->period = (int64_t)period;
        return true;
    }
    bool is_message = field->type == PB_WT_STRING;
    if (field->tag == PROFILE_STRING_TABLE && is_message)
        return string_add(tables, stream, err);
    if (field->tag == PROFILE_LOCATION && is_message)
        return location_add(tables, stream, err);
    if (field->tag == PROFILE_FUNCTION && is_message)
        return function_add(tables, stream, err);
    if (field->tag == PROFILE_SAMPLE_TYPE && is_message)
        return type_add(tables, stream, err);
    return pb_skip_field(stream, field->type) || damaged(err, "a field is cut off");
}

/* Functions and locations begin with their id. */
static int by_id(const void *a, const void *b)
{
    const uint64_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

/* Go numbers from 1 upward, in order; others need not. False where two have the same id. */
static bool sort_by_id(void *items, size_t count, size_t size)
{
    if (count > 0)
        qsort(items, count, size, by_id);
    for (size_t i = 1; i < count; i++)
        if (by_id((char *)items + i * size, (char *)items + (i - 1) * size) == 0)
            return false;
    return true;
}

static void *find_by_id(void *items, size_t count, size_t size, uint64_t id)
{
    void *guess = id - 1 < count ? (char *)items + (id - 1) * size : NULL;
    if (guess != NULL && by_id(guess, &id) == 0)
        return guess;
    return items != NULL ? bsearch(&id, items, count, size, by_id) : NULL;
}

bool profile_tables_read(const char *bytes, size_t length, struct profile_tables *tables,
                         struct lg_error *err)
{
    *tables = (struct profile_tables){.bytes = bytes, .length = length};
    pb_istream_t stream = pb_istream_from_buffer((const pb_byte_t *)bytes, length);
    struct field field = {0};
    while (field_next(&stream, &field) && !field.done)
        if (!table_field_read(tables, &stream, &field, err))
            return false;
    if (!field.done)
        return damaged(err, "a field has no valid number");
    if (!sort_by_id(tables->functions, tables->function_count, sizeof *tables->functions))
        return damaged(err, "two functions have the same number");
    return sort_by_id(tables->locations, tables->location_count, sizeof *tables->locations) ||
           damaged(err, "two locations have the same number");
}

void profile_tables_free(struct profile_tables *tables)
{
    free(tables->strings);
    free(tables->functions);
    free(tables->locations);
    free(tables->lines);
    *tables = (struct profile_tables){0};
}

struct profile_string profile_string_at(const struct profile_tables *tables, uint64_t number)
{
    if (number >= tables->string_count)
        return (struct profile_string){.start = ""};
    return tables->strings[number];
}

const struct profile_location *profile_location_by_id(const struct profile_tables *tables,
                                                      uint64_t id)
{
    return find_by_id(tables->locations, tables->location_count, sizeof *tables->locations, id);
}

struct profile_function *profile_function_by_id(const struct profile_tables *tables, uint64_t id)
{
    return find_by_id(tables->functions, tables->function_count, sizeof *tables->functions, id);
}

int profile_type_by_name(const struct profile_tables *tables, const char *name)
{
    for (size_t i = 0; i < tables->type_count; i++) {
        struct profile_string type = profile_string_at(tables, tables->types[i]);
        if (type.length == strlen(name) && memcmp(type.start, name, type.length) == 0)
            return (int)i;
    }
    return -1;
}

/* A repeated number, packed into one field or each in its own. */
static bool repeated_read(pb_istream_t *stream, const struct field *field, uint64_t *numbers,
                          size_t maximum, size_t *count)
{
    if (field->type == PB_WT_VARINT)
        return *count < maximum && pb_decode_varint(stream, &numbers[(*count)++]);
    pb_istream_t inner;
    if (field->type != PB_WT_STRING || !pb_make_string_substream(stream, &inner))
        return false;
    while (inner.bytes_left > 0)
        if (*count >= maximum || !pb_decode_varint(&inner, &numbers[(*count)++]))
            return false;
    return pb_close_string_substream(stream, &inner);
}

static bool sample_fields_read(pb_istream_t *stream, struct profile_sample *sample)
{
    struct field field = {0};
    while (field_next(stream, &field) && !field.done) {
        bool read;
        if (field.tag == SAMPLE_LOCATION_ID)
            read = repeated_read(stream, &field, sample->locations, LIMIT_PROFILE_STACK,
                                 &sample->location_count);
        else if (field.tag == SAMPLE_VALUE)
            read = repeated_read(stream, &field, (uint64_t *)sample->values, PROFILE_VALUES,
                                 &sample->value_count);
        else
            read = pb_skip_field(stream, field.type);
        if (!read)
            return false;
    }
    return field.done;
}

static bool sample_read(pb_istream_t *stream, struct profile_sample *sample, struct lg_error *err)
{
    pb_istream_t inner;
    sample->location_count = 0;
    sample->value_count = 0;
    if (pb_make_string_substream(stream, &inner) && sample_fields_read(&inner, sample) &&
        pb_close_string_substream(stream, &inner))
        return true;
    if (sample->location_count >= LIMIT_PROFILE_STACK)
        return lg_fail(err, LG_ERROR_TARGET, 0, "a stack of the profile is deeper than %u",
                       LIMIT_PROFILE_STACK);
    return damaged(err, "a sample");
}

bool profile_samples_read(const struct profile_tables *tables, profile_sample_reader *reader,
                          void *context, struct lg_error *err)
{
    pb_istream_t stream = pb_istream_from_buffer((const pb_byte_t *)tables->bytes, tables->length);
    struct profile_sample sample;
    struct field field = {0};
    size_t count = 0;
    while (field_next(&stream, &field) && !field.done) {
        if (field.tag != PROFILE_SAMPLE || field.type != PB_WT_STRING) {
            if (!pb_skip_field(&stream, field.type))
                return damaged(err, "a field is cut off");
            continue;
        }
        if (++count > LIMIT_PROFILE_SAMPLES)
            return too_many(err, "samples", LIMIT_PROFILE_SAMPLES);
        if (!sample_read(&stream, &sample, err) || !reader(context, &sample, err))
            return false;
    }
    return field.done || damaged(err, "a field has no valid number");
}
