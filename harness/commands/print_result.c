#include "commands/print_result.h"

#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "base/json.h"
#include "base/memory.h"
#include "report/result_json.h"
#include "report/terminal.h"

void print_result(const struct suite_result *suite, bool as_json)
{
    _cleanup_buffer_ struct buffer text = BUFFER_INIT(SIZE_MAX);
    if (!as_json) {
        terminal_report(suite, terminal_style_of(STDOUT_FILENO), &text);
        fputs(buffer_string(&text), stdout);
        return;
    }
    _cleanup_json_ json_t *object = result_to_json(suite);
    _cleanup_free_ char *json = json_pretty(object);
    fputs(json, stdout);
}
