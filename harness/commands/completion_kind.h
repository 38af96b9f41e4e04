/*
 * What may stand as an option's value or as a command's operand, derived from how the help writes
 * it: "DIR", "NAME|FILE".
 */
#ifndef LEAKGATE_COMMANDS_COMPLETION_KIND_H
#define LEAKGATE_COMMANDS_COMPLETION_KIND_H

#include "base/buffer.h"
#include "commands/command_table.h"

enum completion {
    COMPLETION_NOTHING,
    COMPLETION_CHOICE, /* one of the words that the table lists */
    COMPLETION_DIRECTORY,
    COMPLETION_FILE,
    COMPLETION_SCENARIO,      /* its name */
    COMPLETION_SCENARIO_FILE, /* or its file */
    COMPLETION_TARGET,        /* the name of a target file, or a file */
    COMPLETION_TAG,
    COMPLETION_REVISION
};

enum completion completion_of_option(const struct option_info *info);
enum completion completion_of_operands(const struct command_info *command);
/* "text|json" as words, with a blank between two; appended. */
void completion_put_choices(struct buffer *out, const char *choices);

#endif
