#include "report/format.h"

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "result/result_json.h"

/* The order in which they are written: the result first, for all others can be made from it. */
const struct report_format report_format_table[] = {
    {"text", NULL, text_report},
    {"json", REPORT_RESULT, json_report},
    {"html", REPORT_PAGE, html_report},
    {"markdown", "summary.md", markdown_report},
    {"annotations", NULL, annotations_report},
    {"junit", "junit.xml", junit_report},
    {"csv", "samples.csv", csv_report},
};
const size_t report_format_count = COUNT_OF(report_format_table);

const struct report_format *report_format_by_name(const char *name)
{
    for (size_t i = 0; i < report_format_count; i++)
        if (strcmp(report_format_table[i].name, name) == 0)
            return &report_format_table[i];
    return NULL;
}

void json_report(const struct suite_result *suite, struct buffer *out)
{
    _cleanup_json_ json_t *object = result_to_json(suite);
    _cleanup_free_ char *json = json_pretty(object);
    buffer_text(out, json);
}
