#include "verdict/source_place.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/strings.h"
#include "probes/function_package.h"
#include "verdict/holder_key.h"

/* What follows `prefix` and a slash; NULL. */
static const char *below(const char *path, const char *prefix)
{
    size_t length = strlen(text_or(prefix, ""));
    return length > 0 && strncmp(path, prefix, length) == 0 && path[length] == '/'
               ? path + length + 1
               : NULL;
}

/* Where the module lay when it was built, if the file is in this folder of it; NULL: the file is
 * elsewhere, in a module of its own for instance. The caller frees it. */
static char *root_of(const char *file, const char *folder)
{
    _cleanup_free_ char *end = memory_format("/%s/%s", folder, path_base(file));
    return text_ends(file, end) ? memory_copy_range(file, strlen(file) - strlen(end)) : NULL;
}

char *source_path(const char *file, const char *package, const char *module, const char *root)
{
    const char *name = path_base(file), *own = below(package, module);
    _cleanup_free_ char *own_root = own != NULL ? root_of(file, own) : NULL;
    if (own_root != NULL)
        return memory_format("%s/%s", own, name);
    if (strcmp(package, text_or(module, "")) == 0)
        return memory_copy_text(name);
    if (strcmp(package, "main") == 0) {
        const char *rest = below(file, root);
        return memory_copy_text(rest != NULL ? rest : name);
    }
    return memory_format("%s%s/%s", strstr(file, "/vendor/") != NULL ? "vendor/" : "", package,
                         name);
}

/* The import path that a function's name begins with, or that of a closure which was inlined
 * elsewhere ("NAME of PACKAGE"), without escapes. The caller frees it. */
static char *package_of(const char *name)
{
    const char *of = strstr(name, " of ");
    const char *start = of != NULL ? of + strlen(" of ") : name;
    size_t length = of != NULL ? strlen(start) : function_package_length(name);
    struct buffer package = {0};
    buffer_text(&package, "");
    for (size_t i = 0; i < length; i++) {
        bool dot = length - i >= 3 && strncmp(start + i, "%2e", 3) == 0;
        buffer_char(&package, dot ? '.' : start[i]);
        i += dot ? 2 : 0;
    }
    return buffer_take(&package);
}

/* The folder of the module, from a function of one of its packages; NULL. The caller frees it. */
static char *module_root(const struct holder_table *table, const char *module)
{
    for (uint32_t i = 0; i < holder_table_function_count(table); i++) {
        const char *file = holder_table_file(table, i);
        if (file == NULL || below(holder_table_function_name(table, i), module) == NULL)
            continue;
        _cleanup_free_ char *package = package_of(holder_table_function_name(table, i));
        const char *own = below(package, module);
        char *root = own != NULL ? root_of(file, own) : NULL;
        if (root != NULL)
            return root;
    }
    return NULL;
}

/* NULL where the function is not in the stack, or its line is not known. */
static char *place_in(const struct holder_table *table, uint32_t number, const char *function,
                      const char *module, const char *main_package)
{
    struct holder holder = holder_table_get(table, number);
    const uint32_t *lines = holder_table_lines(table, number);
    for (uint32_t i = 0; lines != NULL && i < holder.depth; i++) {
        const char *name = holder_table_function_name(table, holder.functions[i]);
        const char *file = holder_table_file(table, holder.functions[i]);
        _cleanup_free_ char *key = function_key(name);
        if (file == NULL || lines[i] == 0 || strcmp(key, function) != 0)
            continue;
        _cleanup_free_ char *package = package_of(name);
        const char *folder = below(text_or(main_package, ""), module);
        char *root = NULL;
        if (strcmp(package, "main") == 0)
            root = module_root(table, text_or(module, ""));
        if (strcmp(package, "main") == 0 && root == NULL && folder != NULL)
            root = root_of(file, folder);
        _cleanup_free_ char *path = source_path(file, package, module, root);
        free(root);
        return memory_format("%s:%u", path, lines[i]);
    }
    return NULL;
}

char *source_place(const struct holder_table *table, uint32_t holder, const char *function,
                   const char *module, const char *main_package)
{
    char *place = place_in(table, holder, function, module, main_package);
    for (uint32_t i = 0; place == NULL && i < holder_table_count(table); i++)
        place = place_in(table, i, function, module, main_package);
    return place;
}
