/* What stands below a world's root. */
#pragma once

#include <stdint.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/memory.h"

/* The caller frees it. */
static char *content(const char *root, const char *name)
{
    _cleanup_free_ char *path = path_join(root, name);
    struct buffer text = {0};
    struct lg_error err = {0};
    if (!file_read(path, &text, LG_ERROR_INTERNAL, &err))
        fail_msg("%s", err.text);
    return buffer_take(&text);
}

static void assert_content(const char *root, const char *name, const char *expected)
{
    _cleanup_free_ char *text = content(root, name);
    assert_string_equal(text, expected);
}

static unsigned mode_of(const char *root, const char *name)
{
    _cleanup_free_ char *path = path_join(root, name);
    struct stat status;
    assert_int_equal(lstat(path, &status), 0);
    return status.st_mode & 07777;
}
