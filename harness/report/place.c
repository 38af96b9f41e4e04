#include "report/place.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/strings.h"

void place_free(struct place *place)
{
    free(place->file);
    *place = (struct place){0};
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

struct place place_parse(const char *where)
{
    struct place place = {.line = 1, .column = 1};
    while (text_starts(where, "./"))
        where += 2;
    size_t length = strlen(where);
    unsigned column = take_number(where, &length);
    unsigned line = column > 0 ? take_number(where, &length) : 0;
    if (line > 0) {
        place.line = line;
        place.column = column;
    } else if (column > 0) {
        place.line = column;
    }
    if (length > 0)
        place.file = memory_copy_range(where, length);
    return place;
}

struct place place_of(const struct scenario_result *scenario, const struct statement *statement)
{
    if (statement != NULL && statement->where != NULL)
        return place_parse(statement->where);
    struct place place = {.line = 1, .column = 1};
    const char *file = scenario->file;
    while (text_starts(file, "./"))
        file += 2;
    if (*file != '\0')
        place.file = memory_copy_text(file);
    return place;
}

char *text_shortened(const char *text, size_t bytes)
{
    static const char sign[] = "…";
    if (strlen(text) <= bytes)
        return memory_copy_text(text);
    size_t kept = bytes > strlen(sign) ? bytes - strlen(sign) : 0;
    while (kept > 0 && ((unsigned char)text[kept] & 0xc0) == 0x80)
        kept--;
    return memory_format("%.*s%s", (int)kept, text, sign);
}
