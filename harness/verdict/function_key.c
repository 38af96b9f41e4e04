#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/strings.h"
#include "probes/function_package.h"
#include "verdict/holder_key.h"

/*
 * How the Go compiler names what a profile shows (cmd/compile/internal/ir/func.go, closureName, Go
 * 1.22 to 1.26; the package path escaped by objabi.PathToPrefix):
 *
 *     PACKAGE.Function          PACKAGE.Type.Method          PACKAGE.(*Type).Method
 *     OUTER.funcN               a closure; ".N" again for each closure inside a closure
 *     OUTER.gowrapN             the wrapper of a go statement, OUTER.deferwrapN of a defer
 *     OUTER-rangeN              the body of a range over a function
 *     OUTER-fm                  a method value
 *     OUTER.INLINED.funcN       a closure of INLINED, which was inlined into OUTER: the names
 *                               of all functions on the way, each without its package
 *     init.N, glob..funcN       the N-th init function; a closure of a package-level variable
 *     [...]                     type arguments, as the runtime prints them
 *
 * Only the name of the last function is that of the source, whatever was inlined into what; the
 * numbers count closures in the outermost one. "A.b.func1" can be a closure of the method A.b or
 * one of b, inlined into A: only b is certain, so the key is "b.func". A closure that was inlined
 * over the border of a package carries the package of the outer function up to Go 1.26; the decoder
 * then writes the package that the closure's file is in behind the name, "NAME of PACKAGE"
 * (probes/function_package.h). Go 1.27 names such a closure with its own package.
 */

/* The last component of a closure's name says what kind of closure it is: one of these and a
 * number, or a number alone for the first kind. */
static const char *const closures[] = {".func", ".gowrap", ".deferwrap"};

static bool all_digits(const char *text)
{
    return *text != '\0' && strspn(text, "0123456789") == strlen(text);
}

/* Without what stands in square brackets; brackets nest. */
static char *without_type_arguments(const char *name)
{
    char *result = memory_array(strlen(name) + 1, 1);
    size_t length = 0, depth = 0;
    for (; *name != '\0'; name++) {
        if (*name == '[')
            depth++;
        if (depth == 0)
            result[length++] = *name;
        if (*name == ']' && depth > 0)
            depth--;
    }
    return result;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The import path as it is in the source: "%2e" is a dot. A vendored copy is the package itself,
 * but for the standard library's own ("vendor/golang.org/..."). */
static void append_package(struct buffer *key, const char *package, size_t length)
{
    static const char vendor[] = "/vendor/";
    const char *copy = memmem(package, length, vendor, sizeof vendor - 1);
    if (copy != NULL) {
        length -= (size_t)(copy - package) + sizeof vendor - 1;
        package = copy + sizeof vendor - 1;
    }
    for (size_t i = 0; i < length; i++) {
        int high = i + 2 < length && package[i] == '%' ? hex_digit(package[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(package[i + 2]) : -1;
        buffer_char(key, low >= 0 ? (char)(high * 16 + low) : package[i]);
        if (low >= 0)
            i += 2;
    }
}

/* Splits at the dots outside parentheses and braces. */
static void split_components(const char *name, struct string_list *components)
{
    size_t depth = 0;
    const char *start = name;
    for (;; name++) {
        if (*name == '(' || *name == '{')
            depth++;
        else if ((*name == ')' || *name == '}') && depth > 0)
            depth--;
        else if (*name == '\0' || (*name == '.' && depth == 0)) {
            string_list_take(components, memory_copy_range(start, (size_t)(name - start)));
            start = name + 1;
        }
        if (*name == '\0')
            return;
    }
}

/* Cuts "-fm" and "-rangeN" off one component; true when it was the body of a range. */
static bool cut_suffixes(char *component)
{
    bool any_range = false;
    for (char *dash = strrchr(component, '-'); dash != NULL; dash = strrchr(component, '-')) {
        bool range = text_starts(dash, "-range") && all_digits(dash + strlen("-range"));
        if (!range && strcmp(dash, "-fm") != 0)
            break;
        any_range = any_range || range;
        *dash = '\0';
    }
    return any_range;
}

/* The kind of closure that a component names; NULL: none. */
static const char *closure_of(const char *component)
{
    if (all_digits(component))
        return closures[0];
    for (size_t i = 0; i < COUNT_OF(closures); i++) {
        const char *name = closures[i] + 1;
        if (text_starts(component, name) && all_digits(component + strlen(name)))
            return closures[i];
    }
    return NULL;
}

/* Takes the closures' components off the end, the first one always stays. The kind is the
 * innermost one's. "init.0" is no closure but the first init function. */
static const char *take_closures(struct string_list *components)
{
    const char *innermost = NULL;
    while (components->count > 1) {
        const char *last = components->items[components->count - 1];
        const char *closure = closure_of(last);
        bool init =
            all_digits(last) && strcmp(components->items[components->count - 2], "init") == 0;
        if (closure == NULL && strcmp(last, "abi0") != 0)
            break;
        if (innermost == NULL && !init)
            innermost = closure;
        free(components->items[--components->count]);
        components->items[components->count] = NULL;
    }
    return innermost;
}

/* Where the name of the function that holds the closure begins: a method has its receiver in
 * parentheses before it, "glob." is a name with an empty component. */
static size_t closure_owner(const struct string_list *components)
{
    size_t last = components->count - 1;
    if (last == 0)
        return 0;
    const char *before = components->items[last - 1];
    bool with_receiver = before[0] == '(' || components->items[last][0] == '\0';
    return with_receiver ? last - 1 : last;
}

/* Cuts " of PACKAGE" off a name, and returns the package; NULL where there is none. */
static const char *cut_package(char *name)
{
    static const char of[] = " of ";
    char *found = strstr(name, of);
    if (found == NULL || strpbrk(found, "({)}") != NULL)
        return NULL;
    *found = '\0';
    return found + sizeof of - 1;
}

/* The compiler may move what fills a map at package level out of init, into "map.init.N". */
static void drop_outlined_map(struct string_list *components)
{
    if (components->count < 3 || strcmp(components->items[0], "map") != 0 ||
        strcmp(components->items[1], "init") != 0)
        return;
    free(components->items[0]);
    memmove(components->items, components->items + 1,
            components->count * sizeof *components->items);
    components->count--;
}

char *function_key(const char *name)
{
    struct buffer key = {0};
    _cleanup_free_ char *plain = without_type_arguments(name);
    _cleanup_strings_ struct string_list components = {0};
    const char *foreign = cut_package(plain);
    size_t package = function_package_length(plain);
    append_package(&key, foreign != NULL ? foreign : plain,
                   foreign != NULL ? strlen(foreign) : package);
    split_components(package > 0 ? plain + package + 1 : plain, &components);
    drop_outlined_map(&components);
    bool range = false;
    for (size_t i = 0; i < components.count; i++)
        range = cut_suffixes(components.items[i]) || range;
    const char *closure = take_closures(&components);
    size_t first = range || closure != NULL ? closure_owner(&components) : 0;
    for (size_t i = first; i < components.count; i++) {
        if (i > first || package > 0)
            buffer_char(&key, '.');
        buffer_text(&key, components.items[i]);
    }
    buffer_text(&key, text_or(closure, ""));
    return buffer_take(&key);
}
