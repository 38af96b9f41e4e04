#include <stdio.h>

#include "base/json.h"
#include "base/memory.h"
#include "commands/command.h"
#include "scenario/keys.h"

int command_schema(const struct arguments *arguments)
{
    const struct string_list *operands = &arguments->operands;
    const char *kind = operands->count > 0 ? operands->items[0] : "scenario";
    _cleanup_json_ json_t *schema = operands->count < 2 ? schema_make(kind) : NULL;
    if (schema == NULL) {
        struct lg_error err = {0};
        lg_fail(&err, LG_ERROR_INPUT, 0, "schema needs one operand: scenario, target or project");
        return complain(&err);
    }
    _cleanup_free_ char *text = json_pretty(schema);
    fputs(text, stdout);
    return EXIT_PASS;
}
