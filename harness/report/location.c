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
static unsigned take_number(char *text)
{
    enum { DIGITS_MOST = 9 };
    char *colon = strrchr(text, ':');
    size_t digits = colon != NULL ? strspn(colon + 1, "0123456789") : 0;
    if (digits == 0 || digits > DIGITS_MOST || colon[1 + digits] != '\0')
        return 0;
    unsigned number = (unsigned)strtoul(colon + 1, NULL, 10);
    if (number > 0)
        *colon = '\0';
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
    _cleanup_free_ char *file = memory_copy_text(without_dot(where));
    unsigned last = take_number(file);
    unsigned before = last > 0 ? take_number(file) : 0;
    return (struct location){.file = *file != '\0' ? take_pointer(file) : NULL,
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
