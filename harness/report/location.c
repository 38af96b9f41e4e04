#include "report/location.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/strings.h"

void location_free(struct location *location)
{
    free(location->file);
    *location = (struct location){0};
}

/* Takes ":NUMBER" off the end of a text; 0: there is none. */
static unsigned take_number(const char *text, size_t *length)
{
    enum { DIGITS_MOST = 9 };
    size_t digits = 0;
    while (digits < *length && text[*length - digits - 1] >= '0' &&
           text[*length - digits - 1] <= '9')
        digits++;
    if (digits == 0 || digits > DIGITS_MOST || digits == *length ||
        text[*length - digits - 1] != ':')
        return 0;
    unsigned number = (unsigned)strtoul(text + *length - digits, NULL, 10);
    *length -= number > 0 ? digits + 1 : 0;
    return number;
}

static const char *without_dot(const char *path)
{
    while (text_starts(path, "./"))
        path += 2;
    return path;
}

struct location location_parse(const char *where)
{
    const char *file = without_dot(where);
    size_t length = strlen(file);
    unsigned last = take_number(file, &length);
    unsigned before = last > 0 ? take_number(file, &length) : 0;
    return (struct location){.file = length > 0 ? memory_copy_range(file, length) : NULL,
                             .line = before > 0 ? before
                                     : last > 0 ? last
                                                : 1,
                             .column = before > 0 ? last : 1};
}

struct location location_of(const struct scenario_result *scenario,
                            const struct statement *statement)
{
    const char *file = without_dot(scenario->file);
    if (statement != NULL && statement->where != NULL)
        return location_parse(statement->where);
    return (struct location){
        .file = *file != '\0' ? memory_copy_text(file) : NULL, .line = 1, .column = 1};
}
