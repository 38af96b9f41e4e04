/* Target files, read as `leakgate check` does. */
#include <stdint.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "scenario/load.h"
#include "scenario/yaml.h"

struct text {
    const char *bytes;
    size_t length;
};

static bool read_text(void *context, const char *path, struct buffer *out, struct lg_error *err)
{
    const struct text *text = context;
    (void)path;
    (void)err;
    return buffer_append_limited(out, text->bytes, text->length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text text = {(const char *)data, size};
    struct file_source source = {.read = read_text, .context = &text};
    struct load_options options = {.scenarios = "scenarios", .source = &source};
    struct diagnostics problems = {0};
    bool right = target_file_check("scenarios/targets/fuzz.yaml", &options, &problems);
    if (right != (problems.count == 0))
        abort();
    diagnostics_free(&problems);
    return 0;
}
