#include "scenario/value.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/strings.h"

struct unit {
    const char *name;
    int64_t value;
};

static const struct unit times[] = {
    {"h", 60 * 60 * 1000}, {"m", 60 * 1000}, {"s", 1000}, {"ms", 1}};
static const struct unit sizes[] = {{"", 1}, {"KiB", 1024}, {"MiB", 1024 * 1024}};

bool refuse(struct refusal *refusal, const char *format, ...)
{
    va_list args;
    if (refusal == NULL)
        return false;
    va_start(args, format);
    vsnprintf(refusal->text, sizeof refusal->text, format, args);
    va_end(args);
    return false;
}

/* A number of at most 8 digits and one of the units. */
static bool parse_with_unit(const char *text, const struct unit *units, size_t count,
                            int64_t *value)
{
    size_t digits = strspn(text, "0123456789");
    for (size_t i = 0; digits > 0 && digits <= 8 && i < count; i++) {
        if (strcmp(text + digits, units[i].name) != 0)
            continue;
        *value = strtol(text, NULL, 10) * units[i].value;
        return true;
    }
    return false;
}

bool duration_parse(const char *text, int64_t *ms)
{
    int64_t parsed;
    if (!parse_with_unit(text, times, COUNT_OF(times), &parsed) || parsed > LIMIT_DURATION_MS)
        return false;
    *ms = parsed;
    return true;
}

bool shifted_now_parse(const char *name, int64_t *ms)
{
    const size_t sign = strlen("now");
    if (!text_starts(name, "now") || (name[sign] != '-' && name[sign] != '+') ||
        !duration_parse(name + sign + 1, ms))
        return false;
    if (name[sign] == '-')
        *ms = -*ms;
    return true;
}

char *duration_text(int64_t ms)
{
    for (size_t i = 0; i < COUNT_OF(times); i++)
        if (ms != 0 && ms % times[i].value == 0)
            return memory_format("%" PRId64 "%s", ms / times[i].value, times[i].name);
    return memory_format("%" PRId64 "s", ms);
}

static bool range_end(const char **text, int *end)
{
    const char *digits = *text + (**text == '-');
    size_t length = strspn(digits, "0123456789");
    if (length == 0 || length > 4)
        return false;
    *end = (int)strtol(*text, NULL, 10);
    *text = digits + length;
    return abs(*end) <= LIMIT_TERMINAL_COLUMNS;
}

bool range_parse(const char *text, struct range *range)
{
    struct range parsed;
    if (!range_end(&text, &parsed.first))
        return false;
    parsed.last = parsed.first;
    if (text_starts(text, "..")) {
        text += 2;
        if (!range_end(&text, &parsed.last))
            return false;
    }
    bool same_side = (parsed.first < 0) == (parsed.last < 0);
    if (*text != '\0' || (same_side && parsed.last < parsed.first))
        return false;
    *range = parsed;
    return true;
}

char *range_text(struct range range)
{
    if (range.first == range.last)
        return memory_format("%d", range.first);
    return memory_format("%d..%d", range.first, range.last);
}

bool size_parse(const char *text, int *columns, int *rows)
{
    int width = 0, height = 0, used = 0;
    if (!isdigit((unsigned char)text[0]) ||
        sscanf(text, "%4dx%4d%n", &width, &height, &used) != 2 || text[used] != '\0')
        return false;
    if (width < LIMIT_TERMINAL_LEAST || width > LIMIT_TERMINAL_COLUMNS ||
        height < LIMIT_TERMINAL_LEAST || height > LIMIT_TERMINAL_ROWS)
        return false;
    *columns = width;
    *rows = height;
    return true;
}

bool mode_parse(const char *text, mode_t *mode)
{
    text += strlen(text) == 4 && text[0] == '0';
    if (strlen(text) != 3 || strspn(text, "01234567") != 3)
        return false;
    *mode = (mode_t)strtoul(text, NULL, 8);
    return true;
}

bool byte_size_parse(const char *text, size_t *bytes)
{
    int64_t parsed;
    if (!parse_with_unit(text, sizes, COUNT_OF(sizes), &parsed) || parsed == 0 ||
        parsed > LIMIT_WORLD_FILE_BYTES)
        return false;
    *bytes = (size_t)parsed;
    return true;
}

/* ${world} and ${project.NAME} at the start; what follows them must be a '/' or the end. */
static char *without_root(const char *text)
{
    static const char world[] = "${world}", project[] = "${project.";
    if (text_starts(text, world) && (text[strlen(world)] == '/' || text[strlen(world)] == '\0')) {
        const char *remaining = text + strlen(world);
        return memory_copy_text(remaining + (*remaining == '/'));
    }
    if (!text_starts(text, project))
        return memory_copy_text(text);
    const char *name = text + strlen(project);
    const char *remaining = name + strcspn(name, "}");
    if (*remaining == '\0' || (remaining[1] != '/' && remaining[1] != '\0'))
        return memory_copy_text(text);
    return memory_format("%.*s%s", (int)(remaining - name), name, remaining + 1);
}

char *world_path(const char *text, struct refusal *refusal)
{
    _cleanup_free_ char *path = without_root(text);
    bool is_root = path[0] == '\0' && text[0] != '\0';
    if (!is_root && !path_is_inside(path))
        refuse(refusal, "must be a path inside the world: relative, without \"..\"");
    else if (strstr(path, "${world}") != NULL || strstr(path, "${project.") != NULL)
        refuse(refusal, "may hold ${world}/ or ${project.NAME}/ only at its start");
    else
        return take_pointer(path);
    return NULL;
}
