#include "probes/function_package.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/strings.h"

size_t function_package_length(const char *name)
{
    size_t end = strcspn(name, "([{"), start = 0;
    for (size_t i = 0; i < end; i++)
        if (name[i] == '/')
            start = i + 1;
    for (size_t i = start; i < end; i++)
        if (name[i] == '.')
            return i;
    return 0;
}

/* "func12", "gowrap1", "deferwrap1" and the bare number of a closure within a closure. */
static bool is_closure(const char *component, size_t length)
{
    static const char *const prefixes[] = {"func", "gowrap", "deferwrap", ""};
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        size_t prefix = strlen(prefixes[i]);
        if (length > prefix && strncmp(component, prefixes[i], prefix) == 0 &&
            strspn(component + prefix, "0123456789") >= length - prefix)
            return true;
    }
    return false;
}

/* The length of the component at `name`: up to a dot outside all brackets. */
static size_t component_length(const char *name)
{
    size_t length = 0, depth = 0;
    for (; name[length] != '\0' && (depth > 0 || name[length] != '.'); length++) {
        if (strchr("([{", name[length]) != NULL)
            depth++;
        else if (strchr(")]}", name[length]) != NULL && depth > 0)
            depth--;
    }
    return length;
}

/* A closure, or the body of a range, in whose name there is more than one function. A receiver in
 * parentheses is a part of its method; "T.method" may be two functions. */
bool function_may_be_foreign(const char *name)
{
    size_t package = function_package_length(name), functions = 0;
    bool closure = strstr(name, "-range") != NULL;
    if (package == 0)
        return false;
    for (const char *at = name + package; *at == '.';) {
        size_t length = component_length(++at);
        bool is = is_closure(at, length);
        closure = closure || is;
        functions += !is && *at != '(';
        at += length;
    }
    return closure && functions > 1;
}

static char *folder_of(const char *file)
{
    const char *slash = strrchr(file, '/');
    return slash != NULL ? memory_copy_range(file, (size_t)(slash - file)) : NULL;
}

static int hex_value(char c)
{
    const char *digits = "0123456789abcdef", *digit = c != '\0' ? strchr(digits, c) : NULL;
    return digit != NULL ? (int)(digit - digits) : -1;
}

/* Of the import path that the name begins with: "%2e" is a dot in its last element. */
static char *package_of_name(const char *name)
{
    char *package = memory_copy_range(name, function_package_length(name));
    size_t length = 0;
    for (const char *at = package; *at != '\0'; at++) {
        int high = at[0] == '%' ? hex_value(at[1]) : -1;
        int low = high >= 0 ? hex_value(at[2]) : -1;
        package[length++] = low >= 0 ? (char)(high * 16 + low) : *at;
        at += low >= 0 ? 2 : 0;
    }
    package[length] = '\0';
    return package;
}

/* How many bytes at the end of both are the same whole elements, with the slash before them. */
static size_t common_tail(const char *package, const char *folder)
{
    size_t left = strlen(package), right = strlen(folder), common = 0;
    for (size_t i = 1; i <= left && i <= right && package[left - i] == folder[right - i]; i++)
        if (package[left - i] == '/')
            common = i;
        else if (i == left && i < right && folder[right - i - 1] == '/')
            common = i;
    return common;
}

/* The runtime's functions are known to others by names of theirs ("time.Sleep" stands in runtime/):
 * a package is believed to be in a folder of its name, and main in that of main.main. */
void packages_learn(struct packages *packages, const char *name, const char *file)
{
    if (packages->count >= LIMIT_PACKAGES || function_may_be_foreign(name) ||
        function_package_length(name) == 0)
        return;
    _cleanup_free_ char *package = package_of_name(name);
    _cleanup_free_ char *folder = folder_of(file);
    if (folder == NULL || (common_tail(package, folder) == 0 && strcmp(package, folder) != 0 &&
                           strcmp(name, "main.main") != 0))
        return;
    for (size_t i = packages->count; i > 0; i--)
        if (strcmp(packages->items[i - 1].folder, folder) == 0)
            return;
    array_append(packages->items, packages->count, packages->capacity,
                 (struct package_folder){take_pointer(package), take_pointer(folder)});
}

/* The import path of a folder of the module cache: without "@version", and "!x" is a capital X
 * (golang.org/x/mod/module, EscapePath). */
static char *package_of_cache(const char *folder)
{
    char *package = memory_copy_text(folder);
    size_t length = 0;
    for (const char *at = folder; *at != '\0'; at++) {
        if (*at == '@')
            at += strcspn(at, "/");
        if (*at == '\0')
            break;
        bool capital = at[0] == '!' && at[1] >= 'a' && at[1] <= 'z';
        package[length++] = capital ? (char)(*++at - 'a' + 'A') : *at;
    }
    package[length] = '\0';
    return package;
}

/* From a package whose folder is known: both lie in the same tree, the nearer the better. Of the
 * main module a program's own folder cannot be told from a package's, so only the standard
 * library's (the tree in which the folder is the whole package) is believed for package main. */
static char *package_by_tree(const struct packages *packages, const char *folder, bool in_main)
{
    size_t longest = 0;
    char *found = NULL;
    for (size_t i = 0; i < packages->count; i++) {
        const struct package_folder *known = &packages->items[i];
        size_t tail = common_tail(known->package, known->folder);
        size_t root = strlen(known->folder) - tail, module = strlen(known->package) - tail;
        root += known->folder[root] == '/' ? 0 : (size_t)-1;
        if (tail == 0 || root <= longest || strncmp(known->folder, folder, root) != 0 ||
            folder[root] != '/' || (in_main && module > 0))
            continue;
        longest = root;
        free(found);
        found = memory_format("%.*s%s", (int)module, known->package,
                              folder + root + (module > 0 ? 0 : 1));
    }
    return found;
}

static char *package_of_folder(const struct packages *packages, const char *folder, bool in_main)
{
    static const char cache[] = "/pkg/mod/", toolchain[] = "golang.org/toolchain@";
    const char *in_cache = strstr(folder, cache);
    const char *path = in_cache != NULL ? in_cache + sizeof cache - 1 : folder;
    if (path[0] != '/' && strchr(path, '@') != NULL && !text_starts(path, toolchain))
        return package_of_cache(path);
    for (size_t i = 0; i < packages->count; i++)
        if (strcmp(packages->items[i].folder, folder) == 0)
            return memory_copy_text(packages->items[i].package);
    if (folder[0] == '/')
        return package_by_tree(packages, folder, in_main);
    bool standard = memchr(folder, '.', strcspn(folder, "/")) == NULL;
    return standard || !in_main ? memory_copy_text(folder) : NULL;
}

char *packages_whole_name(const struct packages *packages, const char *name, const char *file)
{
    _cleanup_free_ char *folder = folder_of(file);
    _cleanup_free_ char *own = package_of_name(name);
    if (folder == NULL)
        return NULL;
    _cleanup_free_ char *package = package_of_folder(packages, folder, strcmp(own, "main") == 0);
    if (package == NULL || strcmp(package, own) == 0)
        return NULL;
    return memory_format("%s of %s", name, package);
}

void packages_free(struct packages *packages)
{
    for (size_t i = 0; i < packages->count; i++) {
        free(packages->items[i].package);
        free(packages->items[i].folder);
    }
    free(packages->items);
    *packages = (struct packages){0};
}
