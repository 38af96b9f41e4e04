/* A test's own directory as its state: setup and teardown for cmocka. */
#ifndef LEAKGATE_TESTS_TEMPORARY_DIRECTORY_H
#define LEAKGATE_TESTS_TEMPORARY_DIRECTORY_H

#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"

static int make_directory(void **state)
{
    char *path = memory_copy_text("/tmp/leakgate-test-XXXXXX");
    *state = mkdtemp(path);
    return *state == NULL;
}

static int remove_directory(void **state)
{
    bool removed = directory_remove(*state, NULL);
    free(*state);
    return !removed;
}

#endif
