/* Where a function stands in a checkout, however the program was built. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/memory.h"
#include "verdict/holder_key.h"
#include "verdict/source_place.h"

#define MODULE "example.com/app"

static void builds_differ_in_what_stands_before_the_file(void **state)
{
    (void)state;
    static const struct {
        const char *what, *file, *package, *root, *path;
    } cases[] = {
        {"a folder", "/home/u/app/internal/x/y.go", MODULE "/internal/x", NULL, "internal/x/y.go"},
        {"-trimpath", MODULE "/internal/x/y.go", MODULE "/internal/x", NULL, "internal/x/y.go"},
        {"-trimpath of a release", MODULE "@v1.2.0/internal/x/y.go", MODULE "/internal/x", NULL,
         "internal/x/y.go"},
        {"the module's root", "/home/u/app/app.go", MODULE, NULL, "app.go"},
        {"a module cache", "/root/go/pkg/mod/example.org/lib@v1.0.0/sub/z.go",
         "example.org/lib/sub", NULL, "example.org/lib/sub/z.go"},
        {"a replace", "/home/u/lib/sub/z.go", "example.org/lib/sub", NULL,
         "example.org/lib/sub/z.go"},
        {"a vendor folder", "/home/u/app/vendor/example.org/lib/z.go", "example.org/lib", NULL,
         "vendor/example.org/lib/z.go"},
        {"the standard library", "/usr/local/go/src/net/http/server.go", "net/http", NULL,
         "net/http/server.go"},
        {"a module below, from a cache", "/root/go/pkg/mod/" MODULE "/sub@v1.0.0/x/z.go",
         MODULE "/sub/x", NULL, MODULE "/sub/x/z.go"},
        {"main below the root", "/home/u/app/cmd/app/main.go", "main", "/home/u/app",
         "cmd/app/main.go"},
        {"main with -trimpath", MODULE "/cmd/app/main.go", "main", MODULE, "cmd/app/main.go"},
        {"main alone", "/home/u/app/cmd/app/main.go", "main", NULL, "main.go"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        _cleanup_free_ char *path =
            source_path(cases[i].file, cases[i].package, MODULE, cases[i].root);
        if (strcmp(path, cases[i].path) != 0)
            fail_msg("%s: %s", cases[i].what, path);
    }
}

static uint32_t add_function(struct holder_table *table, const char *name, const char *file)
{
    uint32_t number = holder_table_function(table, name, strlen(name));
    holder_table_set_file(table, number, file, strlen(file));
    return number;
}

static void the_line_is_that_of_the_frame(void **state)
{
    (void)state;
    struct holder_table *table = holder_table_new();
    uint32_t park = add_function(table, "runtime.gopark", "/usr/go/src/runtime/proc.go");
    uint32_t poll = add_function(table, MODULE "/internal/x.(*T).poll.func1", "/b/internal/x/y.go");
    uint32_t start = add_function(table, "main.start", "/b/cmd/app/main.go");
    uint32_t unread = holder_table_stack(table, GAUGE_GOROUTINE, (uint32_t[]){park}, 1);
    uint32_t stack = holder_table_stack(table, GAUGE_GOROUTINE, (uint32_t[]){park, poll, start}, 3);
    holder_table_set_lines(table, stack, (uint32_t[]){12, 653, 7});
    holder_table_set_lines(table, stack, (uint32_t[]){1, 1, 1}); /* what is known stays */
    _cleanup_free_ char *key = function_key(MODULE "/internal/x.(*T).poll.func1");
    _cleanup_free_ char *own = source_place(table, stack, key, MODULE, NULL);
    assert_string_equal(own, "internal/x/y.go:653");
    /* Who made a timer stands in another stack. */
    _cleanup_free_ char *other = source_place(table, unread, "main.start", MODULE, NULL);
    assert_string_equal(other, "cmd/app/main.go:7");
    assert_null(source_place(table, stack, "main.stop", MODULE, NULL));
    assert_null(source_place(table, unread, "runtime.schedule", NULL, NULL));
    holder_table_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(builds_differ_in_what_stands_before_the_file),
        cmocka_unit_test(the_line_is_that_of_the_frame),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
