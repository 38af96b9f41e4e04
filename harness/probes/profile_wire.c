#include "probes/profile_wire.h"

#include <pb_decode.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum profile_field {
    PROFILE_SAMPLE_TYPE = 1,
    PROFILE_SAMPLE = 2,
    PROFILE_MAPPING = 3,
    PROFILE_LOCATION = 4,
    PROFILE_FUNCTION = 5,
    PROFILE_STRING_TABLE = 6,
    PROFILE_DROP_FRAMES = 7,
    PROFILE_KEEP_FRAMES = 8,
    PROFILE_PERIOD_TYPE = 11,
    PROFILE_PERIOD = 12,
    PROFILE_DEFAULT_TYPE = 14
};
enum value_type_field { VALUE_TYPE_TYPE = 1, VALUE_TYPE_UNIT = 2 };
enum sample_field { SAMPLE_LOCATION_ID = 1, SAMPLE_VALUE = 2, SAMPLE_LABEL = 3 };
enum label_field { LABEL_KEY = 1, LABEL_TEXT = 2, LABEL_NUMBER = 3, LABEL_UNIT = 4 };
enum mapping_field {
    MAPPING_ID = 1,
    MAPPING_START = 2,
    MAPPING_LIMIT = 3,
    MAPPING_OFFSET = 4,
    MAPPING_FILE = 5,
    MAPPING_BUILD_ID = 6
};
enum location_field {
    LOCATION_ID = 1,
    LOCATION_MAPPING_ID = 2,
    LOCATION_ADDRESS = 3,
    LOCATION_LINE = 4
};
enum line_field { LINE_FUNCTION_ID = 1, LINE_LINE = 2 };
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

static bool type_read(pb_istream_t *stream, struct profile_type *type, struct lg_error *err)
{
    uint64_t numbers[VALUE_TYPE_UNIT + 1] = {0};
    if (!numbers_read(stream, numbers, VALUE_TYPE_UNIT + 1))
        return damaged(err, "a sample type");
    *type = (struct profile_type){numbers[VALUE_TYPE_TYPE], numbers[VALUE_TYPE_UNIT]};
    return true;
}

static bool type_add(struct profile_tables *tables, pb_istream_t *stream, struct lg_error *err)
{
    if (tables->type_count >= PROFILE_VALUES)
        return too_many(err, "sample types", PROFILE_VALUES);
    return type_read(stream, &tables->types[tables->type_count++], err);
}

static bool mapping_add(struct profile_tables *tables, pb_istream_t *stream, struct lg_error *err)
{
    uint64_t numbers[MAPPING_BUILD_ID + 1] = {0};
    if (!numbers_read(stream, numbers, MAPPING_BUILD_ID + 1))
        return damaged(err, "a mapping");
    if (tables->mapping_count >= LIMIT_PROFILE_MAPPINGS)
        return too_many(err, "mappings", LIMIT_PROFILE_MAPPINGS);
    array_append(tables->mappings, tables->mapping_count, tables->mapping_capacity,
                 (struct profile_mapping){.id = numbers[MAPPING_ID],
                                          .start = numbers[MAPPING_START],
                                          .limit = numbers[MAPPING_LIMIT],
                                          .offset = numbers[MAPPING_OFFSET],
                                          .file = numbers[MAPPING_FILE],
                                          .build_id = numbers[MAPPING_BUILD_ID]});
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

static bool line_add(struct profile_tables *tables, pb_istream_t *stream, struct lg_error *err)
{
    uint64_t numbers[LINE_LINE + 1] = {0};
    if (!numbers_read(stream, numbers, LINE_LINE + 1))
        return damaged(err, "a line");
    if (tables->line_count >= LIMIT_PROFILE_TABLE)
        return too_many(err, "lines", LIMIT_PROFILE_TABLE);
    array_append(tables->lines, tables->line_count, tables->line_capacity,
                 (struct profile_line){.function = numbers[LINE_FUNCTION_ID],
                                       .line = (int64_t)numbers[LINE_LINE]});
    return true;
}

static bool location_read(struct profile_tables *tables, pb_istream_t *stream,
                          struct profile_location *location, struct lg_error *err)
{
    struct field field = {0};
    while (field_next(stream, &field) && !field.done) {
        uint64_t *number = field.tag == LOCATION_ID           ? &location->id
                           : field.tag == LOCATION_MAPPING_ID ? &location->mapping
                           : field.tag == LOCATION_ADDRESS    ? &location->address
                                                              : NULL;
        if (field.tag == LOCATION_LINE && field.type == PB_WT_STRING) {
            if (!line_add(tables, stream, err))
                return false;
            location->count++;
        } else if (!(number == NULL
                         ? pb_skip_field(stream, field.type)
                         : field.type == PB_WT_VARINT && pb_decode_varint(stream, number))) {
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

/* Where a number of the profile itself is kept; NULL: it is not asked for. */
static uint64_t *header_number(struct profile_tables *tables, uint32_t tag)
{
    switch (tag) {
    case PROFILE_DROP_FRAMES:
        return &tables->drop_frames;
    case PROFILE_KEEP_FRAMES:
        return &tables->keep_frames;
    case PROFILE_PERIOD:
        return (uint64_t *)&tables->period;
    case PROFILE_DEFAULT_TYPE:
        return &tables->default_type;
    }
    return NULL;
}

static bool table_field_read(struct profile_tables *tables, pb_istream_t *stream,
                             const struct field *field, struct lg_error *err)
{
    uint64_t *number = header_number(tables, field->tag);
    if (number != NULL && field->type == PB_WT_VARINT)
        return pb_decode_varint(stream, number) || damaged(err, "a number of its header");
    if (field->type == PB_WT_STRING)
        switch (field->tag) {
        case PROFILE_STRING_TABLE:
            return string_add(tables, stream, err);
        case PROFILE_MAPPING:
            return mapping_add(tables, stream, err);
        case PROFILE_LOCATION:
            return location_add(tables, stream, err);
        case PROFILE_FUNCTION:
            return function_add(tables, stream, err);
        case PROFILE_SAMPLE_TYPE:
            return type_add(tables, stream, err);
        case PROFILE_PERIOD_TYPE:
            return type_read(stream, &tables->period_type, err);
        }
    return pb_skip_field(stream, field->type) || damaged(err, "a field is cut off");
}

/* Functions, locations and mappings begin with their id. */
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
    if (!sort_by_id(tables->mappings, tables->mapping_count, sizeof *tables->mappings))
        return damaged(err, "two mappings have the same number");
    return sort_by_id(tables->locations, tables->location_count, sizeof *tables->locations) ||
           damaged(err, "two locations have the same number");
}

void profile_tables_free(struct profile_tables *tables)
{
    free(tables->strings);
    free(tables->functions);
    free(tables->locations);
    free(tables->mappings);
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

const struct profile_mapping *profile_mapping_by_id(const struct profile_tables *tables,
                                                    uint64_t id)
{
    return find_by_id(tables->mappings, tables->mapping_count, sizeof *tables->mappings, id);
}

int profile_type_by_name(const struct profile_tables *tables, const char *name)
{
    for (size_t i = 0; i < tables->type_count; i++) {
        struct profile_string type = profile_string_at(tables, tables->types[i].name);
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

static bool label_read(pb_istream_t *stream, struct profile_sample *sample)
{
    uint64_t numbers[LABEL_UNIT + 1] = {0};
    if (!numbers_read(stream, numbers, LABEL_UNIT + 1))
        return false;
    if (sample->label_count < PROFILE_LABELS)
        sample->labels[sample->label_count++] =
            (struct profile_label){.key = numbers[LABEL_KEY],
                                   .text = numbers[LABEL_TEXT],
                                   .number = numbers[LABEL_NUMBER],
                                   .unit = numbers[LABEL_UNIT]};
    return true;
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
        else if (field.tag == SAMPLE_LABEL && field.type == PB_WT_STRING)
            read = label_read(stream, sample);
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
    sample->label_count = 0;
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
