
#include "base/memory.h"
#include "commands/command.h"
#include "commands/find_reports.h"
#include "commands/print_result.h"
#include "result/result.h"
#include "result/result_json.h"

int command_report(const struct arguments *arguments)
{
    struct lg_error err = {0};
    if (arguments->operands.count > 0) {
        lg_fail(&err, LG_ERROR_INPUT, 0, "report takes no operand, only --from DIR");
        return complain(&err);
    }
    _cleanup_free_ char *directory = find_report(option_text(arguments, OPTION_FROM), &err);
    if (directory == NULL)
        return complain(&err);
    _cleanup_suite_ struct suite_result *suite = suite_read(directory, &err);
    if (suite == NULL || !compare_with_report(suite, option_text(arguments, OPTION_COMPARE), &err))
        return complain(&err);
    suite->source_url = memory_copy_text(option_text(arguments, OPTION_SOURCE_URL));
    const char *name =
        option_given(arguments, OPTION_JSON) ? "json" : option_text(arguments, OPTION_FORMAT);
    return print_report(suite, name, option_given(arguments, OPTION_VERBOSE),
                        option_text(arguments, OPTION_OUTPUT), &err)
               ? EXIT_PASS
               : complain(&err);
}
