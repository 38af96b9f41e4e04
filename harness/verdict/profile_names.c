#include "verdict/profile_names.h"

#include <stdbool.h>
#include <string.h>

#include "base/memory.h"
#include "base/strings.h"

static bool looks_like_template(const char *name)
{
    /* ".<" is Java's, "])." a Go method of a generic type. */
    if (strstr(name, ".<") != NULL || strstr(name, "]).") != NULL)
        return false;
    return strpbrk(name, "<>[]") != NULL || strstr(name, "::") != NULL;
}

/* Cuts each outermost pair of brackets out, up to one that closes nothing. */
static void cut_brackets(char *name, char opening, char closing)
{
    size_t depth = 0, first = 0;
    for (size_t i = 0; name[i] != '\0'; i++) {
        if (name[i] == opening && depth++ == 0)
            first = i;
        if (name[i] != closing)
            continue;
        if (depth == 0)
            return;
        if (--depth > 0)
            continue;
        memmove(name + first, name + i + 1, strlen(name + i + 1) + 1);
        i = first - 1; /* the loop goes on at `first`, also where that is 0 */
    }
}

char *profile_shown_name(const char *name, size_t length)
{
    char *shown = memory_copy_range(name, length);
    if (looks_like_template(shown)) {
        cut_brackets(shown, '(', ')');
        cut_brackets(shown, '<', '>');
    }
    return shown;
}

size_t profile_bare_name(const char **name)
{
    static const char *const reserved[] = {"(anonymous namespace)", "operator()"};
    *name += **name == '.';
    for (const char *at = *name; *at != '\0';) {
        size_t skipped = 0;
        for (size_t i = 0; i < COUNT_OF(reserved); i++)
            if (text_starts(at, reserved[i]))
                skipped = strlen(reserved[i]);
        if (skipped == 0 && *at == '(')
            return (size_t)(at - *name);
        at += skipped > 0 ? skipped : 1;
    }
    return strlen(*name);
}

char *profile_nameless(const char *path, size_t length)
{
    size_t start = length;
    while (start > 0 && path[start - 1] != '/')
        start--;
    return length > 0 ? memory_format("[%.*s]", (int)(length - start), path + start)
                      : memory_copy_text("<unknown>");
}
