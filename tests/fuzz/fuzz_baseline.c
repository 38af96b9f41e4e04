/* Baselines, perhaps edited by hand. What was read is written and read again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "verdict/baseline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lg_error err = {0};
    _cleanup_json_ json_t *json = json_parse((const char *)data, size, "fuzz.json", &err);
    struct baseline *baseline = json != NULL ? baseline_from_json(json, "fuzz.json", &err) : NULL;
    if ((baseline == NULL) == (err.class == LG_ERROR_NONE))
        abort();
    if (baseline == NULL)
        return 0;
    _cleanup_json_ json_t *written = baseline_to_json(baseline);
    struct baseline *again = baseline_from_json(written, "written.json", &err);
    if (again == NULL)
        abort();
    baseline_free(again);
    baseline_free(baseline);
    return 0;
}
