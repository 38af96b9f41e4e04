#include "verdict/profile_kind.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/strings.h"

static char *string_copy(const struct profile_tables *tables, uint64_t number)
{
    struct profile_string string = profile_string_at(tables, number);
    return memory_copy_range(string.start, string.length);
}

void profile_kind_read(const struct profile_tables *tables, struct profile_kind *kind)
{
    kind->count = tables->type_count;
    kind->types = memory_array(kind->count, sizeof *kind->types);
    kind->units = memory_array(kind->count, sizeof *kind->units);
    for (size_t i = 0; i < kind->count; i++) {
        kind->types[i] = string_copy(tables, tables->types[i].name);
        kind->units[i] = string_copy(tables, tables->types[i].unit);
    }
    kind->period_type = string_copy(tables, tables->period_type.name);
    kind->period_unit = string_copy(tables, tables->period_type.unit);
    kind->period = tables->period;
}

void profile_kind_free(struct profile_kind *kind)
{
    for (size_t i = 0; i < kind->count; i++)
        free_all(kind->types[i], kind->units[i]);
    free_all(kind->types, kind->units, kind->period_type, kind->period_unit);
}

char *profile_kind_names(const struct profile_kind *kind)
{
    struct buffer names = {0};
    for (size_t i = 0; i < kind->count; i++)
        buffer_format(&names, "%s%s", i > 0 ? ", " : "", kind->types[i]);
    return buffer_take(&names);
}

bool profile_kinds_are_alike(const struct profile_kind *after, const struct profile_kind *before,
                             struct lg_error *err)
{
    bool alike = after->count == before->count;
    for (size_t i = 0; alike && i < after->count; i++)
        alike = strcmp(after->types[i], before->types[i]) == 0;
    if (!alike || strcmp(after->period_type, before->period_type) != 0) {
        _cleanup_free_ char *one = profile_kind_names(before), *other = profile_kind_names(after);
        return lg_fail(err, LG_ERROR_INPUT, 0,
                       "the profiles are of two kinds: %s before, and %s after", one, other);
    }
    for (size_t i = 0; i < after->count; i++)
        if (strcmp(after->units[i], before->units[i]) != 0)
            return lg_fail(err, LG_ERROR_INPUT, 0,
                           "the profiles have different units: %s is in %s before, and in %s after",
                           after->types[i], before->units[i], after->units[i]);
    return (after->period == before->period &&
            strcmp(after->period_unit, before->period_unit) == 0) ||
           lg_fail(
               err, LG_ERROR_INPUT, 0,
               "the profiles were sampled at different rates: one in %lld %s before, and one in "
               "%lld %s after",
               (long long)before->period, before->period_unit, (long long)after->period,
               after->period_unit);
}

int profile_kind_type(const struct profile_kind *kind, const char *name)
{
    for (size_t i = 0; i < kind->count; i++)
        if (strcmp(kind->types[i], name) == 0)
            return (int)i;
    return -1;
}

int profile_kind_twin(const struct profile_kind *kind, const char *type)
{
    static const char *const ends[] = {"_space", "_objects"};
    for (size_t i = 0; i < COUNT_OF(ends); i++)
        if (text_ends(type, ends[i])) {
            _cleanup_free_ char *other =
                memory_format("%.*s%s", (int)(strlen(type) - strlen(ends[i])), type, ends[1 - i]);
            return profile_kind_type(kind, other);
        }
    return -1;
}
