/* Scenario files: whatever the text, there is a plan or there are diagnostics. The target file is
 * always the same. */
#include <stdint.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/strings.h"
#include "scenario/load.h"
#include "scenario/plan.h"
#include "scenario/yaml.h"

struct text {
    const char *bytes;
    size_t length;
};

static bool read_text(void *context, const char *path, struct buffer *out, struct lg_error *err)
{
    static const char target[] = "target: demo\ncommand: [demo]\n";
    const struct text *text = context;
    (void)err;
    return text_ends(path, "demo.yaml") ? buffer_append_limited(out, target, sizeof target - 1)
                                        : buffer_append_limited(out, text->bytes, text->length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text text = {(const char *)data, size};
    struct file_source source = {.read = read_text, .context = &text};
    struct load_options options = {.scenarios = "scenarios", .source = &source};
    struct diagnostics problems = {0};
    struct plan *plan = plan_load("scenarios/fuzz.yaml", &options, &problems);
    if ((plan == NULL) == (problems.count == 0))
        abort();
    plan_free(plan);
    diagnostics_free(&problems);
    return 0;
}
