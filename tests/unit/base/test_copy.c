/* Directories are copied without what could lead out of them, or without end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"

static char *make_directories(char *root)
{
    struct lg_error err = {0};
    assert_non_null(mkdtemp(root));
    _cleanup_free_ char *from = path_join(root, "from");
    _cleanup_free_ char *to = path_join(root, "to");
    assert_true(directory_make(from, 0755, &err) && directory_make(to, 0755, &err));
    return root;
}

static void put(const char *root, const char *name, const char *text)
{
    struct lg_error err = {0};
    _cleanup_free_ char *path = path_join(root, name);
    assert_true(file_write_atomic(path, text, strlen(text), &err));
}

static bool copy(const char *root, struct lg_error *err)
{
    _cleanup_free_ char *from = path_join(root, "from");
    _cleanup_free_ char *to = path_join(root, "to");
    return directory_copy(from, to, err);
}

static void assert_file(const char *root, const char *name, const char *text)
{
    struct lg_error err = {0};
    _cleanup_free_ char *path = path_join(root, name);
    _cleanup_buffer_ struct buffer out = BUFFER_INIT(4096);
    assert_true(file_read(path, &out, LG_ERROR_INPUT, &err));
    assert_string_equal(buffer_string(&out), text);
}

static void assert_none(const char *root, const char *name)
{
    struct stat status;
    _cleanup_free_ char *path = path_join(root, name);
    assert_int_not_equal(lstat(path, &status), 0);
}

static void files_are_copied_and_links_are_not(void **state)
{
    (void)state;
    char place[] = "/tmp/leakgate-copy-XXXXXX";
    struct lg_error err = {0};
    const char *root = make_directories(place);
    _cleanup_free_ char *inner = path_join(root, "from/inner");
    _cleanup_free_ char *link = path_join(root, "from/link");
    _cleanup_free_ char *links = path_join(root, "from/links");
    _cleanup_free_ char *pipe = path_join(root, "from/pipe");
    assert_true(directory_make(inner, 0755, &err));
    put(root, "from/a", "new");
    put(root, "from/inner/.hidden", "b");
    put(root, "to/a", "older and longer");
    put(root, "outside", "secret");
    assert_int_equal(symlink("../outside", link), 0);
    assert_int_equal(symlink("..", links), 0);
    assert_int_equal(mkfifo(pipe, 0600), 0);
    assert_true(copy(root, &err));
    assert_file(root, "to/a", "new");
    assert_file(root, "to/inner/.hidden", "b");
    assert_none(root, "to/link");
    assert_none(root, "to/links");
    assert_none(root, "to/pipe");
    assert_file(root, "from/a", "new");
    (void)!directory_remove(root, &err);
}

/* What was put there in the meantime is not written through. */
static void a_link_in_the_way_is_not_followed(void **state)
{
    (void)state;
    char place[] = "/tmp/leakgate-copy-XXXXXX";
    struct lg_error err = {0};
    const char *root = make_directories(place);
    _cleanup_free_ char *link = path_join(root, "to/a");
    put(root, "from/a", "new");
    put(root, "outside", "kept");
    assert_int_equal(symlink("../outside", link), 0);
    assert_false(copy(root, &err));
    assert_file(root, "outside", "kept");
    (void)!directory_remove(root, &err);
}

static void limits_are_named(void **state)
{
    (void)state;
    char place[] = "/tmp/leakgate-copy-XXXXXX";
    struct lg_error err = {0};
    const char *root = make_directories(place);
    _cleanup_free_ char *large = path_join(root, "from/large");
    put(root, "from/large", "");
    assert_int_equal(truncate(large, (off_t)LIMIT_COPY_BYTES + 1), 0);
    assert_false(copy(root, &err));
    assert_non_null(strstr(err.text, "large is larger than the limit of 256 MiB"));
    unlink(large);
    _cleanup_free_ char *deep = path_join(root, "from/1/2/3/4/5/6/7/8/9");
    assert_true(directory_make(deep, 0755, &err));
    assert_false(copy(root, &err));
    assert_non_null(strstr(err.text, "9 lies deeper than the limit of 8"));
    assert_int_equal(err.class, LG_ERROR_INPUT);
    (void)!directory_remove(root, &err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_copied_and_links_are_not),
        cmocka_unit_test(a_link_in_the_way_is_not_followed),
        cmocka_unit_test(limits_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
