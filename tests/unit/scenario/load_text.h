/* A scenario as a test writes it, for the target files of the corpus. */
#pragma once

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "scenario/load.h"

static const struct load_options corpus_options = {.scenarios = TEST_SOURCE_DIR "/tests/corpus"};

/* The caller frees the plan. */
static inline struct plan *load_text(const char *text)
{
    char path[] = "/tmp/leakgate-test-scenario-XXXXXX.yaml";
    struct lg_error err = {0};
    struct diagnostics problems = {0};
    int fd = mkstemps(path, strlen(".yaml"));
    assert_true(fd >= 0);
    assert_true(file_write_all(fd, text, strlen(text), &err));
    close(fd);
    struct plan *plan = plan_load(path, &corpus_options, &problems);
    unlink(path);
    if (plan == NULL)
        fail_msg("%s\n%s", problems.lines.items[0], text);
    diagnostics_free(&problems);
    return plan;
}
